"""Every file that a person gives, and every text: a sentence or a result, and nothing that a terminal would obey.

The loader of the cards is in `test_hostile`. Here all goes through the command line, with the small cards.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
import os
import re
import sys
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.frontends.test_terminal import Terminal
from tests.helpers import small
from tests.helpers.damage import EVIL, MAPPINGS, VALUES, damaged_bytes, damaged_json, raw_signs
from tests.helpers.examples import examples
from triage.batch import rows as judging
from triage.batch.notes import fingerprint
from triage.cli import main
from triage.frontends.terminal.plain import PlainFront
from triage.knowledge import reader
from triage.model import Block, Choice, Fault, Given, Question, Screen
from triage.presentation import text_layout
from triage.presentation.report.document import Report, Section
from triage.presentation.report.html import html
from triage.presentation.result_json import encode
from triage.support import strict_yaml
from triage.support.errors import BadFile, TriageError
from triage.support.text import guess, printable
from triage.verification import edges, evaluation

SOME = examples(40)
TYPED = [text for text in EVIL if "\x00" not in text]
"""What can stand on a command line."""


class Done(NamedTuple):
    code: int
    out: bytes
    err: bytes


class Place(NamedTuple):
    folder: Path
    home: Path
    run: Callable[..., Done]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A folder, a private home, and `triage` in this process with the small cards; its outputs are always looked at."""
    folder = tmp_path_factory.mktemp("files")
    rules = small.write_spoken(folder)
    patch = pytest.MonkeyPatch()
    patch.setenv("TRIAGE_HOME", str(folder / "home"))

    def run(*arguments: object, stdin: bytes = b"") -> Done:
        patch.setenv("TRIAGE_RULES", str(rules))
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=errors, write_through=True)
                    for errors in ("strict", "backslashreplace"))
        with pytest.MonkeyPatch.context() as streams:
            streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8", "surrogateescape"))
            streams.setattr(sys, "stdout", out)
            streams.setattr(sys, "stderr", err)
            try:
                code = main([str(argument) for argument in arguments])
            except SystemExit as end:  # argparse
                code = int(end.code or 0)
        done = Done(code, out.buffer.getvalue(), err.buffer.getvalue())  # type: ignore[attr-defined]
        assert code in (0, 1, 2, 65, 66, 73, 130)
        assert b"Traceback" not in done.err
        assert not raw_signs(done.out)
        assert not raw_signs(done.err)
        assert code in (0, 1) or done.err
        return done

    yield Place(folder, folder / "home", run)
    patch.undo()


ANSWERS = {"pain.age": 45, "pain.region": ["calf"], "pain.since": "3 weeks", "pain.swollen": "no"}
STORY = [{"story": "a", "screens": "no", "answers": {"pain.region": ["calf"], "pain.swollen": "yes"},
          "expect": {"at_least": "today", "reasons": ["clot_signs"]},
          "but": [{"say": "v", "without": ["pain.swollen"], "expect": {"first": "sore_calf"}}]}]
CASE = {"id": "a", "diagnosis_key": "clot", "accepted_keys": ["clot"], "required_urgency": "same_day",
        "accepted_urgency": ["same_day"], "source_kind": "k", "tags": ["t"], "answerable": "yes",
        "answers": {"pain.region": ["calf"], "pain.swollen": "yes"}}
ENTRY = {"v": 1, "at": "2026-01-01T10:00:00Z", "day": "2026-01-01", "started": "2025-12-25", "condition": "sore_calf",
         "pain": {"calf": 5}, "tried": ["rest"], "checks": {"press": "my_pain"}, "new": "more pain", "level": "book",
         "within_days": 14, "where": "practice", "held": "book", "answers": ANSWERS}


# --- every reader ------------------------------------------------------------------------------


@examples(80)
@given(damaged_json(ANSWERS) | MAPPINGS.map(lambda tree: json.dumps(tree).encode()) | st.binary(max_size=60),
       st.sampled_from([["assess"], ["assess", "--json"], ["assess", "--trace"], ["why"], ["what-if"], ["report"],
                        ["report", "--json"], ["report", "--format", "html"], ["interview", "--answers"]]))
def test_any_file_of_answers(place: Place, raw: bytes, command: list[str]) -> None:
    path = place.folder / "answers.yaml"
    path.write_bytes(raw)
    done = place.run(*command, path)
    assert done.code in (0, 65)


@SOME
@given(damaged_json(STORY))
def test_any_file_of_stories(place: Place, raw: bytes) -> None:
    path = place.folder / "stories.yaml"
    path.write_bytes(raw)
    assert place.run("test", path).code in (0, 1, 65, 66)


@SOME
@given(damaged_json(CASE), st.sampled_from([[], ["--json"]]))
def test_any_file_of_cases(place: Place, raw: bytes, more: list[str]) -> None:
    path = place.folder / "cases.jsonl"
    path.write_bytes(raw + b"\n")
    assert place.run("evaluate", path, *more).code in (0, 65, 66)


@SOME
@given(st.data())
def test_any_earlier_report(place: Place, draw: st.DataObject) -> None:
    path, old = place.folder / "case.jsonl", place.folder / "old.json"
    path.write_text(json.dumps(CASE), encoding="utf-8")
    old.write_bytes(draw.draw(damaged_json(EARLIER) | damaged_bytes(json.dumps(EARLIER).encode())))
    assert place.run("evaluate", path, "--compare", old).code in (0, 65)


_OUTCOME = {"urgency": "today", "reasons": ["clot_signs"], "conditions": ["clot", "sore_calf"], "first": True,
            "lines": {"clot": ["clot/x"]}, "urgency_accepted": True}
EARLIER = {"schema": "triage-evaluation/1", "ways": {
    "all answers at once": {"cases": {"a": _OUTCOME, "gone": _OUTCOME}},
    "interview, else not sure": {"cases": {
        "a": {**_OUTCOME, "conditions": ["sore_calf"], "urgency": "\x1b[2Jbook 3"}}}}}


def test_the_earlier_report_that_is_damaged_above_can_be_read(place: Place) -> None:
    path, old = place.folder / "case.jsonl", place.folder / "old.json"
    path.write_text(json.dumps(CASE), encoding="utf-8")
    old.write_text(json.dumps(EARLIER), encoding="utf-8")
    done = place.run("evaluate", path, "--compare", old)
    assert done.code == 0
    assert "gone (all answers at once): gone" in done.out.decode().splitlines()
    assert rb"\x1b[2Jbook 3 -> " in done.out


@pytest.mark.parametrize("raw", [b"\xff", b"[" * 100_000, b"{}", b'"x"', json.dumps({**EARLIER, "ways": []}).encode(),
                                 b'{"schema": "triage-evaluation/1", "ways": {"x": {"cases": {"a": {}}}}}'])
def test_what_is_no_earlier_report_is_told(place: Place, raw: bytes) -> None:
    path, old = place.folder / "case.jsonl", place.folder / "old.json"
    path.write_text(json.dumps(CASE), encoding="utf-8")
    old.write_bytes(raw)
    done = place.run("evaluate", path, "--compare", old)
    assert done.code == 65
    assert b"this is no report" in done.err


@pytest.mark.parametrize("name", ["../other", "a/b", "a\\b", "", ".", "a\x00b", "\x1b[2J", "x" * 101, "a b"])
def test_the_name_of_a_case_leads_nowhere(name: str) -> None:
    found, faults = evaluation.cases(json.dumps({**CASE, "id": name}).encode(), "cases.jsonl")
    assert [fault.code for fault in faults] == ["case"]
    assert BadFile(faults).faults[0].message.isprintable()
    assert len(found) == 1


def test_lines_of_cases_end_at_line_feeds_only() -> None:
    row = json.dumps({**CASE, "tags": ["one\u2028two\x85three"]}, ensure_ascii=False).encode()
    found, faults = evaluation.cases(row + b"\r\n" + row.replace(b'"id": "a"', b'"id": "b"'), "cases.jsonl")
    assert (len(found), faults) == (2, [])


@pytest.fixture(scope="module")
def kept(place: Place) -> dict[str, Any]:
    """A kept conversation of two turns."""
    place.run("--plain", "--save", stdin=b"45\nmy right calf is swollen\n1\n1\n1\n1\n1\n1\n")
    (path,) = (place.home / "sessions").glob("*.json")
    session: dict[str, Any] = json.loads(path.read_bytes())
    path.unlink()
    return session


@examples(80)
@given(st.data())
def test_any_kept_conversation(place: Place, kept: dict[str, Any], draw: st.DataObject) -> None:
    assert len(kept["turns"]) == 2
    path = place.home / "sessions" / "2026-01-01-abcdef.json"
    path.write_bytes(draw.draw(damaged_json(kept)))
    command = draw.draw(st.sampled_from([
        ["sessions", "list"], ["sessions", "list", "--json"], ["sessions", "show", path.stem], ["report", path.stem],
        ["sessions", "show", path.stem, "--json"], ["report", path.stem, "--format", "html"],
        ["--plain", "resume", path.stem], ["--plain", "resume"], ["--plain", "diary", "add"]]))
    place.run(*command, stdin=draw.draw(st.sampled_from([b"", b"e\n1\n", b"1\nb\nb\nb\ne\n", b"?\n1\n\n\n"])))


@examples(60)
@given(st.lists(damaged_json(ENTRY) | st.just(json.dumps(ENTRY).encode()), min_size=1, max_size=3), st.data())
def test_any_diary(place: Place, lines: list[bytes], draw: st.DataObject) -> None:
    place.home.mkdir(exist_ok=True)
    (place.home / "diary.jsonl").write_bytes(b"\n".join(lines))
    drawing = place.folder / "course.svg"
    place.run(*draw.draw(st.sampled_from([
        ["diary", "show"], ["diary", "show", "--json"], ["diary", "show", "--svg", drawing, "--force"],
        ["--plain", "diary", "add"], ["forget"]])), stdin=b"2\n2\n5\n4\n")
    if drawing.exists():
        ET.parse(drawing)
        drawing.unlink()


def test_what_was_written_into_the_diary_is_shown_as_text(place: Place) -> None:
    place.home.mkdir(exist_ok=True)
    for evil in EVIL:
        entry = {**ENTRY, "new": f"more {evil} pain", "tried": ["rest", evil], "checks": {"press": evil, evil: "x"},
                 "pain": {"calf": 5, evil: 3}, "condition": "sore_calf"}
        (place.home / "diary.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
        assert b"more" in place.run("diary", "show").out
        assert json.loads(place.run("diary", "show", "--json").out)["entries"][0]["new"] == f"more {evil} pain"
    (place.home / "diary.jsonl").unlink()


# --- tables ------------------------------------------------------------------------------------


@examples(60)
@given(st.lists(st.fixed_dictionaries({"id": VALUES}, optional={"pain.age": VALUES, "pain.since": VALUES,
                "pain.region": VALUES, "screens": VALUES}) | st.builds(lambda more: {"id": "x", **more}, MAPPINGS),
                min_size=1, max_size=3), st.sampled_from(["csv", "jsonl"]), st.data())
def test_any_table_and_no_result_or_error_holds_what_is_obeyed(
        place: Place, rows: list[dict[str, Any]], kind: str, draw: st.DataObject) -> None:
    path, out, bad = place.folder / "in.jsonl", place.folder / f"out.{kind}", place.folder / f"bad.{kind}"
    raw = b"\n".join(json.dumps(row).encode() for row in rows)
    path.write_bytes(draw.draw(st.just(raw) | damaged_bytes(raw)))
    assert place.run("batch", path, out, "--errors", bad, "--processes", "1").code in (0, 65)
    for written in (out, bad):
        if written.exists():
            assert not raw_signs(written.read_bytes()) - {"\t"}
            written.unlink()


@pytest.mark.parametrize("evil", [text for text in EVIL if raw_signs(text)], ids=ascii)
def test_an_id_that_a_terminal_would_obey_is_a_bad_row(place: Place, evil: str) -> None:
    path = place.folder / "in.jsonl"
    path.write_text(json.dumps({"id": f"a{evil}b", "pain.age": 4}) + '\n{"id": "c", "pain.age": 4}\n', encoding="utf-8")
    done = place.run("batch", path, "-", "--processes", "1")
    assert done.code == 65
    assert json.loads(done.out)["id"] == "c"
    assert b"row 1: the id holds the character U+" in done.err


def _state(place: Place) -> tuple[Path, Path, dict[str, Any]]:
    """A table, its result, and a true note of a run that stopped after one row."""
    path, out = place.folder / "people.csv", place.folder / "result.csv"
    path.write_bytes(b"id,pain.age\na,4\nb,5\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRIAGE_RULES", raising=False)
        knowledge = reader.load(place.folder / "rules")
    contract = {"input": fingerprint(str(path)), "rules": knowledge.digest, "engine": "compiled",
                "columns": list(judging.COLUMNS), "kinds": ["csv", "csv"], "errors": "", "verify": 0, "seed": 1}
    return path, out, {"contract": contract, "rows": 1, "bad": 0, "part": 5, "errors_part": 0, "sample": [],
                       "whole": False}


def _sealed(note: bytes) -> bytes:
    """As if it was written so."""
    return b'{"digest":"' + hashlib.sha256(note).hexdigest().encode() + b'","note":' + note + b"}"


@SOME
@given(st.data())
def test_any_note_of_an_interrupted_run(place: Place, draw: st.DataObject) -> None:
    path, out, state = _state(place)
    part = Path(f"{out}.part")
    part.write_bytes(b"id,en")
    note = draw.draw(damaged_json(state))
    Path(f"{part}.state").write_bytes(draw.draw(st.sampled_from([note, _sealed(note)])))
    assert place.run("batch", path, out, "--processes", "1", "--resume").code in (0, 65)
    for left in (out, part, Path(f"{part}.state")):
        left.unlink(missing_ok=True)


@pytest.mark.parametrize("change", [{"rows": -1}, {"rows": 10**22}, {"part": -1}, {"errors_part": -5}, {"whole": True},
                                    {"part_digest": "0"}, {"contract": "x"}, b"\xff\xfe",
                                    b'{"contract":{"input":"\xf0"', b"[" * 100_000, b""])
def test_a_note_that_cannot_be_true_is_refused(place: Place, change: dict[str, Any] | bytes) -> None:
    path, out, state = _state(place)
    part = Path(f"{out}.part")
    part.write_bytes(b"id,en")
    note = change if isinstance(change, bytes) else _sealed(json.dumps({**state, **change}).encode())
    Path(f"{part}.state").write_bytes(note)
    done = place.run("batch", path, out, "--processes", "1", "--resume")
    assert done.code == 65
    assert b"leave out --resume to begin again" in done.err
    assert not out.exists()
    for left in (part, Path(f"{part}.state")):
        left.unlink()


# --- what is typed -----------------------------------------------------------------------------


@pytest.mark.parametrize("evil", [*TYPED, "\udc9b31m", "\udcff", "x" * 5000], ids=ascii)
def test_no_text_on_the_command_line_comes_back_raw(place: Place, evil: str) -> None:
    good = place.folder / "good.yaml"
    good.write_text(json.dumps(ANSWERS), encoding="utf-8")
    for arguments in (
        ["show", evil], ["show", f"clot{evil}"], ["why", good, evil], ["why-not", good, evil], ["where", evil],
        ["map", evil],
        ["what-if", good, evil], ["what-if", good, f"pain.age={evil}"], ["what-if", good, f"{evil}=1"],
        ["report", evil], ["questions", "--topic", evil], ["sessions", "show", evil], ["sessions", "delete", evil],
        ["resume", evil],
        ["assess", evil], ["assess", f"{good}{evil}"], ["test", evil], ["evaluate", evil], ["batch", evil, "out.csv"],
        ["batch", f"{good}{evil}", "out.csv"], ["report", good, "-o", f"{place.folder}/no{evil}/x"],
        ["interview", "--answers", evil],
    ):
        assert place.run(*arguments).code in (0, 2, 65, 66, 73)


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="no such names of files there")
def test_names_of_files_are_shown_as_text(place: Place) -> None:
    for number, evil in enumerate([*(text for text in TYPED if "/" not in text), "\udcff"]):
        path = place.folder / f"a{number}{evil}.yaml"
        path.write_text("pain.age: x\n", encoding="utf-8")
        assert place.run("assess", path).code == 65
        assert place.run("test", path).code == 65
        path.unlink()
        kept = place.home / "sessions" / f"{number}{evil}.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("{}", encoding="utf-8")
        assert place.run("sessions", "list").code == 0
        assert place.run("sessions", "list", "--json").code == 0
        assert place.run("forget", "--yes").code == 0
        assert place.run("forget", "--yes", "--json").code == 0
        kept.unlink(missing_ok=True)


@SOME
@given(st.lists(st.sampled_from(EVIL) | st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=6))
def test_no_text_that_is_typed_in_a_conversation_comes_back_raw(place: Place, lines: list[str]) -> None:
    typed = "\n".join(line.replace("\n", " ") for line in lines) + "\n"
    place.run("--plain", stdin=b"\n" + typed.encode())


@pytest.mark.parametrize("evil", [*EVIL, "\ud800"], ids=ascii)
def test_no_front_end_shows_what_a_terminal_obeys(evil: str) -> None:
    """In questions and choices that came from a file, in what was heard, and in an answer that is refused."""
    screen = Screen((
        Block(kind="urgency", text=f"a{evil}", level="today", items=(f"b{evil}",)), Block(kind="title", text=evil),
        Block(kind="list", text=f"c{evil}", items=(evil,)), Block(kind="steps", items=(evil,)),
        Block(kind="note", text=evil)))
    for unicode_ok in (True, False):
        for boxed in (True, False):
            assert not raw_signs("\n".join(line for _, line in text_layout.lines(screen, 60, unicode_ok, boxed)))
    out = io.StringIO()
    question = Question(id="x", kind="one", ask=f"Which{evil}?", help=evil, findings=("x",), progress=f"P{evil}",
                        choices=(Choice("a", f"A{evil}"), Choice("b", "B")))
    front = PlainFront(io.StringIO(f"{evil}\n2\n"), out)
    front.ask(question, 1)
    front.show(screen)
    assert not raw_signs(out.getvalue())


PASTED = ["\u202egpj.exe", "\u2066x", "\x9b31m", "\x07", "\u2028", "\U000e0041", "\x1b]52;c;cm0=\x07", "two\nlines"]


@pytest.mark.parametrize("evil", PASTED, ids=ascii)
def test_what_is_pasted_into_a_terminal_is_neither_drawn_nor_left_raw(evil: str) -> None:
    """In the line while it is edited, and in what stays behind."""
    terminal = Terminal(80)
    words = Question(id="own_words", kind="text", ask="Tell me.", findings=("own_words",))
    reply = terminal.ask(words, f"\x1b[200~my calf {evil} hurts\x1b[201~", "\r")
    assert isinstance(reply, Given)
    assert "calf" in str(reply.answer)
    assert "hurts" in terminal.shown
    assert not raw_signs(str(reply.answer))
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]|\r|\n|\x08", "", terminal.raw)  # what prompt_toolkit draws with
    assert not raw_signs(drawn)


# --- one function for all of it ----------------------------------------------------------------


@given(st.text(st.characters(codec=None)))
@examples(200)
@example("".join(EVIL))
def test_what_is_printable_holds_nothing_that_is_obeyed_and_keeps_all_else(text: str) -> None:
    shown = printable(text)
    assert not raw_signs(shown)
    assert "\n" not in shown
    shown.encode()
    assert printable(shown) == shown
    assert printable("5\u00a0km, \u00e9, \u6f22, \U0001f468\u200d\U0001f469, \u05d0") == (
        "5\u00a0km, \u00e9, \u6f22, \U0001f468\u200d\U0001f469, \u05d0")
    assert printable("a\nb\tc", "\n") == "a\nb\\tc"


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_sentences_and_data_are_fit_to_be_shown_wherever_they_come_from(evil: str) -> None:
    bad = BadFile([Fault(evil, 1, 1, "x", f"a {evil}")])
    assert not raw_signs(str(bad.faults[0]))
    assert not raw_signs(TriageError(f"{evil}: no", 73).sentence)
    assert not raw_signs(encode({evil: [evil]}))
    assert json.loads(encode({evil: [evil]})) == {evil: [evil]}


def test_data_with_a_name_that_is_no_text_can_still_be_written() -> None:
    assert json.loads(encode({"folder": "/tmp/\udcff"})) == {"folder": "/tmp/\udcff"}


def test_a_page_takes_no_text_as_code() -> None:
    notes = ("<script>alert(1)</script>", "</style><b>", '"><img src=x onerror=y>', "&")
    section = Section("x", "<script>", (Block(kind="text", text="</style>"),))
    page = html(Report(date=datetime.date(2026, 1, 1), version="<b>", digest="x" * 12, review="<i>none</i>", result={},
                       notes=notes, person=(section,), clinician=(section,)))
    assert not any(code in page for code in ("<script", "<img", "<i>", "<b>"))
    assert page.count("</style>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- much of it --------------------------------------------------------------------------------


def test_ten_megabytes_of_answers_are_one_sentence_and_little_memory(place: Place) -> None:
    path = place.folder / "big.yaml"
    path.write_bytes(b"pain.age: 45\n" + b"# " + b"x" * 10_000_000)
    tracemalloc.start()
    done = place.run("assess", path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.code == 65
    assert done.err.count(b"\n") == 1
    assert b"too large" in done.err
    assert most < 4 * strict_yaml.MAX_FILE_BYTES + 30_000_000
    path.unlink()
    whole = b"[" * 10_000_000
    assert b"too large" in place.run("assess", "-", stdin=whole).err


@pytest.mark.parametrize("command", [["assess"], ["test"], ["evaluate"]])
def test_a_file_that_is_too_large_is_never_read_in_part(place: Place, command: list[str]) -> None:
    """A cut that falls between two lines would leave out answers without a word."""
    path = place.folder / "long.jsonl"
    line = json.dumps(CASE).encode() + b"\n"
    most = edges.MAX_BYTES if command == ["test"] else strict_yaml.MAX_FILE_BYTES
    path.write_bytes(line * (most // len(line) + 2))
    done = place.run(*command, path)
    assert done.code == 65
    assert b"too large" in done.err
    path.unlink()


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"pain.age: " + b"[" * 10_000, b"{a: " * 5_000, b'{"a":' * 5_000,
                                 b"- " * 5_000], ids=lambda raw: raw[:12].decode())
def test_deep_nesting_is_one_sentence(place: Place, raw: bytes) -> None:
    path = place.folder / "deep.yaml"
    path.write_bytes(raw)
    done = place.run("assess", path)
    assert done.code == 65
    assert b"nests too deeply" in done.err
    assert done.err.count(b"\n") == 1


def test_of_very_many_faults_the_first_are_told(place: Place) -> None:
    path = place.folder / "many.yaml"
    path.write_text("".join(f"pain.sid{number}: left\n" for number in range(30_000)), encoding="utf-8")
    done = place.run("assess", path)
    lines = done.err.decode().splitlines()
    assert len(lines) == 101
    assert "did you mean 'pain.side'" in lines[0]
    assert lines[-1].endswith("and 29,900 more faults")


def test_a_very_long_name_is_told_short_and_has_no_guess(place: Place) -> None:
    path = place.folder / "long.yaml"
    path.write_text(json.dumps({"x" * 100_000: "left", "pain.side": "y" * 100_000}), encoding="utf-8")
    assert len(place.run("assess", path).err) < 1000
    assert guess("pain.side" * 50_000, ["pain.side"]) == ""


def test_a_case_more_costs_no_more_than_the_one_before() -> None:
    """Counted: each id is compared by its hash, and not with all others."""
    raw = b"\n".join(json.dumps({**CASE, "id": f"c{number}"}).encode() for number in range(6_000))
    found, faults = evaluation.cases(raw, "cases.jsonl")
    assert (len(found), faults) == (6_000, [])
