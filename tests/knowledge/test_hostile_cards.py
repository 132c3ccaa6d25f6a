"""Whatever a file holds: faults with their places, or a conclusion, and never a bare traceback. The loader first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RULES
from tests.helpers import small
from tests.helpers.damage import damaged_bytes, damaged_yaml, raw_signs
from tests.helpers.examples import examples
from triage.knowledge import reader
from triage.model import Fault
from triage.support import strict_yaml
from triage.verification import lint

SOME = examples(80)
NAMES = sorted(small.FILES)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small cards with a map; each test puts back what it damages."""
    folder = small.write(tmp_path_factory.mktemp("hostile"))
    shutil.copy(RULES / "map.yaml", folder / "map.yaml")
    return folder


def spoilt(rules: Path, name: str, raw: bytes, whole: bool) -> list[Fault]:
    """The faults of the cards with this one file damaged, which is put back."""
    path = rules / name
    before = path.read_bytes()
    path.write_bytes(raw)
    try:
        return lint.faults(rules) if whole else reader.read(rules)[1]
    finally:
        path.write_bytes(before)


def is_told(faults: list[Fault], name: str, raw: bytes) -> None:
    """Each fault has its place and is one sentence that may be shown; one that is told without a line has no file."""
    lines = len(raw.splitlines()) + 1
    for fault in faults:
        assert fault.line >= 1
        assert fault.column >= 1
        assert fault.file.startswith("rules/")
        if fault.file == f"rules/{name}":
            assert fault.line <= lines
        assert fault.code
        assert fault.message
        assert not fault.message.endswith(".")
        assert not raw_signs(str(fault))
        assert "\n" not in str(fault)


@SOME
@given(st.data())
def test_whatever_is_wrong_with_a_card_it_is_read_or_told(rules: Path, draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(NAMES))
    raw = draw.draw(damaged_yaml((rules / name).read_text(encoding="utf-8")))
    is_told(spoilt(rules, name, raw, whole=False), name, raw)


@examples(8)
@given(st.data())
def test_whatever_is_wrong_with_a_card_lint_says_it(rules: Path, draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(NAMES))
    raw = draw.draw(damaged_yaml((rules / name).read_text(encoding="utf-8")))
    is_told(spoilt(rules, name, raw, whole=True), name, raw)


@examples(20)
@given(st.data())
def test_whatever_is_wrong_with_the_map_or_the_settings_it_is_told(rules: Path, draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(["map.yaml", "knowledge.yaml"]))
    raw = draw.draw(damaged_yaml((rules / name).read_text(encoding="utf-8")))
    is_told(spoilt(rules, name, raw, whole=False), name, raw)


REAL = sorted(path.relative_to(RULES).as_posix() for path in RULES.rglob("*.yaml"))


@SOME
@given(st.data())
def test_any_bytes_of_a_real_card_are_data_or_one_fault(draw: st.DataObject) -> None:
    """As far as the text is concerned; what the cards make of it is tried on the small ones."""
    path = RULES / draw.draw(st.sampled_from(REAL))
    whole = path.read_text(encoding="utf-8")
    raw = draw.draw(damaged_yaml(whole[:20_000]) | damaged_bytes(whole[:20_000].encode()) | st.binary(max_size=200))
    try:
        fault = None
        strict_yaml.read(strict_yaml.decode(raw))
    except strict_yaml.YamlError as error:
        fault = error
    if fault:
        assert fault.line >= 1
        assert fault.column >= 1
        assert not raw_signs(fault.sentence)


CARD = "conditions/sore_calf.yaml"
WHOLE = small.FILES[CARD]


def _tables() -> Iterator[tuple[str, bytes, str]]:
    """What is wrong, the bytes of the card, and the code of the fault."""
    text = WHOLE.encode()
    yield "nothing", b"", "empty-file"
    yield "deep lists", b"name: " + b"[" * 10_000, "too-deep"
    yield "deep mappings", b"name: " + b"{a: " * 10_000, "too-deep"
    yield "deep blocks", b"".join(b" " * i + b"a:\n" for i in range(200)), "too-deep"
    yield "deep dashes", b"name:\n  " + b"- " * 5_000 + b"x", "too-deep"
    yield "NUL", text.replace(b"Sore calf", b"Sore\x00calf"), "bad-character"
    yield "ESC", text.replace(b"Sore calf", b"Sore\x1b[2Jcalf"), "bad-character"
    yield "escaped ESC", text.replace(b"Sore calf", b'"Sore\\e[2Jcalf"'), "bad-character"
    yield "escaped C1", text.replace(b"Sore calf", b'"Sore\\x9b2Jcalf"'), "bad-character"
    yield "escaped key", text.replace(b"name:", b'"na\\ame":'), "bad-character"
    yield "escaped surrogate", text.replace(b"Sore calf", b'"Sore \\ud800"'), ""
    yield "right to left", text.replace(b"Sore calf", "Sore \u202ecalf".encode()), "bad-character"
    yield "isolate", text.replace(b"Sore calf", "Sore \u2066calf".encode()), "bad-character"
    yield "UTF-16", WHOLE.encode("utf-16"), "encoding"
    yield "UTF-16 without mark", WHOLE.encode("utf-16-le"), "bad-character"
    yield "Latin-1", text.replace(b"Sore calf", b"Sore calf \xe9"), "encoding"
    yield "half a surrogate pair", text.replace(b"Sore", b"\xed\xa0\x80"), "encoding"
    yield "an anchor", text.replace(b"name: Sore", b"name: &x Sore"), "anchor"
    yield "an alias", text + b"more: *x\n", "anchor"
    yield "a merge key", text + b"<<: {name: x}\n", "unknown-key"
    yield "a tag", text.replace(b"name: Sore", b"name: !!python/object/apply:os.system Sore"), "tag"
    yield "a key twice", text + b"name: again\n", "duplicate-key"
    yield "a tab in a key", text + b"a\tb: 1\n", "bad-key"
    yield "a line feed in a key", text + b'"a\\nb": 1\n', "bad-key"
    yield "lines in a name", text.replace(b"self_checks: [press]", b'self_checks: ["pre\\nss"]'), ""
    yield "lines in a word", text.replace(b"kind: benign", b'kind: "be\\nnign"'), "shape"
    yield "a second document", text + b"---\n" + text, "two-documents"
    yield "tabs", text.replace(b"\n  ", b"\n\t"), "tab"
    yield "far too large", b"# " + b"x" * 10_000_000, "too-large"
    yield "a huge number", text.replace(b"within_days: 14", b"within_days: " + b"9" * 5_000), "number"
    yield "a number as name", text.replace(b"name: Sore calf", b"name: 1"), "shape"
    yield "nothing as name", text.replace(b"name: Sore calf", b"name:"), "shape"
    yield "a list as card", b"- a\n- b\n", "shape"
    yield "a word as card", b"calf\n", "shape"
    yield "a long unknown key", b"x" * 100_000 + b": 1\n" + text, ""


@pytest.mark.parametrize(("raw", "code"), [row[1:] for row in _tables()], ids=[row[0] for row in _tables()])
def test_a_card_that_is_spoilt_has_its_fault(rules: Path, raw: bytes, code: str) -> None:
    faults = spoilt(rules, CARD, raw, whole=False)
    is_told(faults, CARD, raw)
    mine = [fault for fault in faults if fault.file == f"rules/{CARD}"]
    assert mine
    if code:
        assert mine[0].code == code
    assert len(str(mine[0])) < 110_000


@pytest.mark.parametrize("raw", [
    b"\xef\xbb\xbf" + WHOLE.encode(), WHOLE.replace("\n", "\r\n").encode(), WHOLE.replace("\n", "\r").encode(),
    WHOLE.rstrip("\n").encode(), b"---\n" + WHOLE.encode(), b"# " + b"long " * 100_000 + b"\n" + WHOLE.encode(),
    WHOLE.replace("Sore calf", "S\u00f6re \U0001f9b5 calf").encode(),
], ids=["byte order mark", "CRLF", "CR", "no end", "a mark of the document", "a long line", "other letters"])
def test_what_editors_do_to_a_card_is_borne(rules: Path, raw: bytes) -> None:
    assert spoilt(rules, CARD, raw, whole=False) == []


VALUES = ["null", "[]", "x", "1", "[[]]", "[null]", "{a: null}", "{a: [1]}", "[{a: b}]", "true", "1.5", "''"]


@pytest.mark.parametrize("name", [
    "interview.yaml", "knowledge.yaml", "sources.yaml", "article.yaml", "interlocks.yaml", "map.yaml",
    "findings/pain.yaml", "derived/recent.yaml", "scores/signs.yaml", "red_flags/hot_leg.yaml",
    "self_checks/press.yaml", "care/rest.yaml"])
def test_a_value_of_another_kind_at_a_first_key_is_told(rules: Path, name: str) -> None:
    data, _ = strict_yaml.read((rules / name).read_text(encoding="utf-8"))
    keys = [key for key in data if (name, key) != ("article.yaml", "source")]  # nothing reads that
    for at, value in enumerate(VALUES):
        chosen = keys[at % len(keys)]
        raw = "\n".join(f"{key}: {value if key == chosen else '{}'}" for key in keys).encode()
        faults = spoilt(rules, name, raw, whole=False)
        is_told(faults, name, raw)
        assert faults
