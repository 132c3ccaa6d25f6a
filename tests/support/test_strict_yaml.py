"""The strict subset of YAML that cards and answers are written in: what is refused, where, and what stays a word."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.helpers.examples import examples
from triage.support import strict_yaml
from triage.support.strict_yaml import YamlError, decode, read

MANY = examples(400)

# Words of PyYAML and libyaml that mean nothing to somebody who writes a card.
JARGON = re.compile(
    r"\b(flow|block|scalar|token|node|simple key|mapping values|while \w+ing|stream|expected <|utf8|codec)"
)


def fault_of(text: str) -> YamlError:
    with pytest.raises(YamlError) as caught:
        read(text)
    return caught.value


FAULTS = [
    ("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 3, "duplicate-key"),
    ("a: {b: 1, b: 2}", 1, 11, "duplicate-key"),
    ("a: 1\n'a': 2\n", 2, 1, "duplicate-key"),
    ("a: 1\r\nb: 2\r\na: 3\r\n", 3, 1, "duplicate-key"),
    ("a: &x 1\n", 1, 4, "anchor"),
    ("a:\n  &x b: 1\n", 2, 3, "anchor"),
    ("a: 1\nb: *x\n", 2, 4, "anchor"),
    ("a: & b\n", 1, 5, "anchor"),
    ("a: * b\n", 1, 5, "anchor"),
    ("a: !!str 1\n", 1, 4, "tag"),
    ("a: !!python/object/apply:os.system [ls]\n", 1, 4, "tag"),
    ("a: ! 1\n", 1, 4, "tag"),
    ("a: 1\nb: !important\n", 2, 4, "tag"),
    ("a: !<x\n", 1, 7, "tag"),
    ("a:\n\tb: 1\n", 2, 1, "tab"),
    ("a:\n  b: 1\n\tc: 2\n", 3, 1, "tab"),
    ("a:\n-\tb\n", 2, 2, "tab"),
    ("a: [1, 2\nb: 3\n", 2, 2, "unclosed"),
    ("a: {b: 1\nc: 3\n", 2, 2, "unclosed"),
    ("a: [1, 2\n", 1, 9, "unclosed"),
    ("a: [1, 2}\n", 1, 9, "unclosed"),
    ("{a: b: c}", 1, 6, "unclosed"),
    ('a: 1\nb: "c\nd: 1\n', 2, 4, "unclosed"),
    ("a: 'it's'\n", 1, 8, "indentation"),
    ("a: 1\nb: 'c\n", 2, 4, "unclosed"),
    ('a: "b" c\n', 1, 8, "indentation"),
    ("a: 1]\nb: ]\n", 2, 4, "bad-yaml"),
    ("", 1, 1, "empty-file"),
    ("  \n\n", 1, 1, "empty-file"),
    ("# a\n# b\n", 1, 1, "empty-file"),
    ("a: 1\n---\nb: 2\n", 2, 1, "two-documents"),
    ("a: 1\n...\nb: 2\n", 3, 1, "two-documents"),
    ("--- a\n--- b\n", 2, 1, "two-documents"),
    ("a: 1\nbé: x\0y\n", 2, 6, "bad-character"),
    ("\x07", 1, 1, "bad-character"),
    ("a: \ud800", 1, 4, "bad-character"),
    ("key: value: more", 1, 11, "colon"),
    ("a: 1\n  b: 2\n", 2, 4, "colon"),
    ("a: 1\nb\nc: 2\n", 2, 1, "colon"),
    ("a:\n    b: 1\n  c: 2\n", 3, 3, "indentation"),
    ("a: 1\n- b\n", 2, 1, "indentation"),
    ("- a\nb: 1\n", 2, 1, "indentation"),
    ("a: - b\n", 1, 4, "indentation"),
    ("a: @b\n", 1, 4, "quotes"),
    ("a: `b`\n", 1, 4, "quotes"),
    ("a: %b\n", 1, 4, "quotes"),
    ("a: ,\n", 1, 4, "bad-yaml"),
    ("a: 1\nb: >= 60\n", 2, 4, "quotes"),
    ("{a: >= 60}", 1, 5, "quotes"),
    ("a: |x\n", 1, 4, "quotes"),
    ("? [a]\n: b\n", 1, 3, "bad-key"),
    ("{a: 1}: 2\n", 1, 1, "bad-key"),
    ("a: 1\nb: 1e999\n", 2, 4, "number"),
    ("a: " + "9" * 5000, 1, 4, "number"),
]


@pytest.mark.parametrize(("text", "line", "column", "code"), FAULTS)
def test_each_fault_is_told_at_its_line_and_column_in_one_plain_sentence(text, line, column, code):
    fault = fault_of(text)
    assert (fault.line, fault.column, fault.code) == (line, column, code)
    assert fault.sentence
    assert "\n" not in fault.sentence
    assert not fault.sentence.endswith(".")
    assert not JARGON.search(fault.sentence)


@pytest.mark.parametrize(("text", "line", "column", "code"), FAULTS)
def test_the_parser_written_in_python_finds_the_same_faults_at_the_same_places(monkeypatch, text, line, column, code):
    """PyYAML has two parsers; which of them is there depends on how it was built."""
    monkeypatch.setattr(strict_yaml, "_LOADER", yaml.SafeLoader)
    fault = fault_of(text)
    assert (fault.line, fault.column, fault.code) == (line, column, code)


def test_an_unknown_escape_is_told_in_its_line():
    fault = fault_of('a: 1\nb: "\\q"\n')
    assert (fault.line, fault.code) == (2, "escape")
    assert not JARGON.search(fault.sentence)


def test_an_unclosed_bracket_names_the_line_that_opened_it():
    assert "line 2" in fault_of("a: 1\nb: [1,\n  2\nc: 3\n").sentence


@pytest.mark.parametrize(("raw", "line", "column", "code"), [
    ("a: 1\n".encode("utf-16"), 1, 1, "encoding"),
    (b"\xfe\xff\x00a", 1, 1, "encoding"),
    ("a: 1\nb: café\n".encode("latin-1"), 2, 7, "encoding"),
    ("à: é\n".encode() + b"\xe9", 2, 1, "encoding"),
    ("ab: éé".encode() + b"\xff", 1, 7, "encoding"),  # counted in characters, not in bytes
    (b"\xef\xbb\xbfab: \xff", 1, 5, "encoding"),  # the mark at the beginning does not count
    (b"a: 1\r\nb: \xff", 2, 4, "encoding"),
    (b"a" * (strict_yaml.MAX_FILE_BYTES + 1), 1, 1, "too-large"),
])
def test_bytes_that_are_no_text_are_told_at_their_place(raw, line, column, code):
    with pytest.raises(YamlError) as caught:
        decode(raw)
    assert (caught.value.line, caught.value.column, caught.value.code) == (line, column, code)
    assert not JARGON.search(caught.value.sentence)


def test_utf_16_without_a_mark_is_refused_as_well():
    assert fault_of(decode("a: 1".encode("utf-16-le"))).code == "bad-character"


def test_the_largest_file_allowed_is_read():
    raw = b"a: " + b"b" * (strict_yaml.MAX_FILE_BYTES - 3)
    data, _ = read(decode(raw))
    assert len(data["a"]) == strict_yaml.MAX_FILE_BYTES - 3


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfa: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n", b"a: 1\rb: 2\r", b"a: 1\nb: 2"])
def test_byte_order_marks_and_line_ends_of_every_kind_are_read_alike(raw):
    data, marks = read(decode(raw))
    assert data == {"a": 1, "b": 2}
    assert marks[("a",)] == (1, 4)
    assert marks[("@b",)] == (2, 1)
    assert marks[("b",)] == (2, 4)


@pytest.mark.parametrize("text", [
    "[" * 100_000 + "]" * 100_000,
    "[" * 400_000,
    "- " * 400_000 + "a",
    "{a: " * 100_000,
    "".join(" " * depth + "a:\n" for depth in range(1000)),
])
def test_nesting_without_end_is_refused_and_crashes_nothing(text):
    assert fault_of(text).code == "too-deep"


def test_nesting_is_told_where_it_becomes_too_deep():
    allowed = "[" * strict_yaml.MAX_DEPTH + "]" * strict_yaml.MAX_DEPTH
    data, _ = read(allowed)
    assert isinstance(data, list)
    fault = fault_of("[" + allowed + "]")
    assert (fault.line, fault.column, fault.code) == (1, strict_yaml.MAX_DEPTH + 1, "too-deep")


@pytest.mark.parametrize("word", [
    "yes", "no", "on", "off", "Yes", "NO", "y", "n", "True", "FALSE", "Null", "NULL", "1_000", "0x1F", "0o17", "1:30",
    "2026-11-22", "1.2.3", "12 days", "< 60", "a >= 60", ".inf", ".nan", "nan", "1e", "e3", "-", "+", ".", "=", "<<",
    "1,5", "R&D", "a#b",
])
def test_what_is_neither_true_false_null_nor_a_plain_number_stays_a_word(word):
    assert read(f"a: {word}\n" if word != "-" else "a: '-'\n")[0] == {"a": word}


@pytest.mark.parametrize(("text", "value"), [
    ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
    ("0", 0), ("12", 12), ("-3", -3), ("+4", 4), ("007", 7),
    ("1.5", 1.5), ("-.5", -0.5), ("2.", 2.0), ("1e3", 1000.0), ("1E-2", 0.01), ("1.5e2", 150.0),
])
def test_true_false_null_and_numbers_are_read_as_such(text, value):
    data = read(f"a: {text}\n")[0]
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


@pytest.mark.parametrize("text", ["true", "null", "12", "1e3", "~", "", "1.5", "1e999"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_stands_in_quotes_stays_text(text, quote):
    assert read(f"a: {quote}{text}{quote}\n")[0] == {"a": text}


def test_a_key_is_always_text():
    data = read("1: a\ntrue: b\nnull: c\n'2': d\n<<: e\n")[0]
    assert data == {"1": "a", "true": "b", "null": "c", "2": "d", "<<": "e"}


def test_json_is_read_too():
    data, marks = read('{\n  "a": [1, "b", null, true],\n  "c": {"d": "\\u00e9\\/"}\n}\n')
    assert data == {"a": [1, "b", None, True], "c": {"d": "é/"}}
    assert marks[("a", 1)] == (2, 12)
    assert marks[("c", "@d")] == (3, 9)


def test_every_part_has_its_place():
    _, marks = read("a:\n  - b: 1\n    c: [x, y]\n  - z\n")
    assert marks == {
        (): (1, 1), ("@a",): (1, 1), ("a",): (2, 3), ("a", 0): (2, 5), ("a", 0, "@b"): (2, 5), ("a", 0, "b"): (2, 8),
        ("a", 0, "@c"): (3, 5), ("a", 0, "c"): (3, 8), ("a", 0, "c", 0): (3, 9), ("a", 0, "c", 1): (3, 12),
        ("a", 1): (4, 5),
    }


# Text of the characters that mean something, so that random text gets far.
lively = st.text(st.sampled_from("ab1 \t\n\r:-,[]{}\"'#&*!|>%@`?.~\\é\x85\u2028\ufeff\0"), max_size=40)


def refusal(text: str) -> YamlError | None:
    try:
        read(text)
    except YamlError as fault:
        return fault
    return None


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@MANY
@given(lively | st.text(max_size=40))
@example("a: [1,\n")
@example("\t")
@example("a:\n\t")
@example("%\n")
@example('"\\ud83d"')
def test_random_text_is_read_or_refused_at_a_place_inside_it(loader, text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict_yaml, "_LOADER", getattr(yaml, loader, yaml.SafeLoader))
        fault = refusal(text)
    if fault is not None:
        lines = re.split("\r\n|[\r\n\x85\u2028\u2029]", text)
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
        assert not JARGON.search(fault.sentence)


@MANY
@given(st.binary(max_size=40) | lively.map(str.encode))
def test_random_bytes_are_text_or_refused_at_a_place_inside_them(raw):
    try:
        text = decode(raw)
    except YamlError as fault:
        place = fault.line, fault.column
    else:
        assert text.encode() == raw.removeprefix(b"\xef\xbb\xbf")
        return
    assert 1 <= place[0] <= len(raw) + 1
    assert 1 <= place[1] <= len(raw) + 1
