"""Many people at once: every row has its line or its sentence, in order, and nothing half-written has its name."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pexpect
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.test_cli import Done, process
from tests.conftest import ROOT, RULES
from tests.helpers import small
from tests.helpers.examples import examples
from triage.batch import rows as judging
from triage.batch import run as batch
from triage.batch import tables
from triage.batch.rows import COLUMNS, RowEvaluator
from triage.batch.run import Job
from triage.batch.tables import Row
from triage.batch.tables.row import MAX_ROW_BYTES
from triage.batch.workers import Workers
from triage.cli import main
from triage.inference.answers import parse
from triage.inference.assessment import assess
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.presentation.result_json import result
from triage.records import answers_file
from triage.support.atomic_files import AtomicFile
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

HEADER = b"id,pain.region,pain.since,pain.swollen,pain.side\n"
PEOPLE = HEADER + b"""\
a,calf|heel,3 weeks,yes,left
b,none,,no,
"c, the third",calf,2 days,not_sure,right
d,,,,
"""
LISTS = {"red_flags", "conditions", "fits_well", "unresolved", "self_checks", "care", "not_asked"}


@pytest.fixture(autouse=True)
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = small.write(tmp_path / "cards")
    monkeypatch.setenv("TRIAGE_RULES", str(folder))
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(here, capsysbinary, monkeypatch):
    """Runs `triage batch` with these arguments in this process and no other."""

    def call(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        one = [] if "--processes" in arguments else ["--processes", "1"]
        try:
            code = main(["batch", *map(str, arguments), *one])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in out + err
        return Done(code, out, err.decode())

    return call


def write(name: str, data: bytes | str) -> str:
    Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return name


def people(count: int) -> bytes:
    """So many rows, every 7th of them bad."""
    draw = random.Random(1).choice
    lines = []
    for i in range(1, count + 1):
        side = "lefft" if i % 7 == 0 else draw(["left", "right", ""])
        cells = [draw(["calf", "heel", "calf|heel", "none", ""]), draw(["2 days", "3 weeks", "1 year"]),
                 draw(["yes", "no", "not_sure", ""]), side]
        lines.append(",".join([f"p{i}", *cells]))
    return HEADER + "\n".join([*lines, ""]).encode()


def parquet(name: str, columns: dict[str, object], **options: object) -> str:
    pq.write_table(pa.table(columns), name, **options)
    return name


def csv_rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def json_rows(data: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in data.splitlines()]


def only(folder: Path, *names: str) -> None:
    """Just these files are here: nothing half-written is left."""
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)


# --- what comes out ---


def test_every_row_has_what_assess_says(run, rules):
    out = csv_rows(run(write("in.csv", PEOPLE), "-", "--to", "csv").out)
    knowledge = reader.load(rules)
    engine = Engine(knowledge)
    for row, given_ in zip(out, csv.DictReader(io.StringIO(PEOPLE.decode())), strict=True):
        answers = answers_file.checked(knowledge, {k: v for k, v in given_.items() if v and k != "id"}, "")
        told = result(knowledge, assess(knowledge, engine.conclude(answers)))
        assert row == {
            "id": given_["id"], "engine": "compiled", "rules": knowledge.digest[:12],
            "urgency": told["urgency"]["level"], "within_days": str(told["urgency"]["within_days"]),
            "place": told["urgency"]["place"], "redirected": "yes" if told["redirected"] else "no",
            "red_flags": "|".join(f["id"] for f in told["red_flags"]),
            "conditions": "|".join(c["id"] for c in told["conditions"]),
            "fits_well": "|".join(c["id"] for c in told["conditions"] if c["band"] == "fits_well"),
            "unresolved": "|".join(f["id"] for f in told["unresolved"]),
            "self_checks": "|".join(c["id"] for c in told["self_checks"]["offered"]),
            "care": "|".join(c["id"] for c in told["care"]["offered"]), "not_asked": "|".join(told["not_asked"]),
        }
    assert {row["urgency"] for row in out} == {"today", "book", "self_care"}


def test_the_columns_are_those_that_help_and_module_promise(run):
    out = run(write("in.csv", PEOPLE), "-", "--to", "csv").out
    assert out.splitlines()[0].decode().split(",") == list(COLUMNS)
    shown = " ".join(run("--help").out.decode().split())
    assert all(f" {name}" in shown for name in COLUMNS)
    assert all(f"    {name} " in (judging.__doc__ or "") for name in COLUMNS)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_stdout_gets_the_kind_that_came_in(run, kind):
    rows = write(f"same.{kind}", PEOPLE if kind == "csv" else b'{"id": "a"}\n')
    assert run(rows, "-").out == run(rows, "-", "--to", kind).out


@pytest.mark.parametrize("target", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("source", ["csv", "jsonl", "parquet"])
def test_every_kind_says_the_same(run, source, target):
    rows = list(csv.DictReader(io.StringIO(PEOPLE.decode())))
    lists = {"none": [], "": None}
    plain = [{k: v or None for k, v in row.items()} | {
        "pain.region": lists.get(row["pain.region"], row["pain.region"].split("|"))} for row in rows]
    name = f"in.{source}"
    if source == "csv":
        write(name, PEOPLE)
    elif source == "jsonl":
        write(name, "".join(json.dumps(row) + "\n" for row in plain))
    else:
        parquet(name, {key: [row[key] for row in plain] for key in plain[0]})
    assert run(name, f"out.{target}").code == 0
    expected = csv_rows(run(write("want.csv", PEOPLE), "-", "--to", "csv").out)
    if target == "csv":
        assert csv_rows(Path("out.csv").read_bytes()) == expected
        return
    out = json_rows(Path("out.jsonl").read_bytes()) if target == "jsonl" else pq.read_table("out.parquet").to_pylist()
    for row, want in zip(out, expected, strict=True):
        assert list(row) == list(COLUMNS)
        assert {k: type(v) for k, v in row.items()} == COLUMNS
        assert {k: "|".join(v) if k in LISTS else v for k, v in row.items()} == {
            **want, "within_days": int(want["within_days"]), "redirected": want["redirected"] == "yes"}


def test_numbers_booleans_and_whole_ids_are_understood(run):
    write("in.jsonl", json.dumps({"id": 7, "pain.age": 64, "pain.swollen": True, "pain.since": 2.5,
                                  "pain.region": "calf|heel"}))
    write("in.csv", "id,pain.age,pain.swollen,pain.since,pain.region\n7,64,yes,2.5 days,calf|heel\n")
    parquet("in.parquet", {"id": [7], "pain.age": [64.0], "pain.swollen": [True], "pain.since": [2.5],
                           "pain.region": ["calf|heel"]})
    assert len({run(f"in.{kind}", "-", "--to", "jsonl").out for kind in ("jsonl", "csv", "parquet")}) == 1


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_what_is_empty_was_not_asked(run, kind):
    """Also an empty text, which a form sends for what nobody filled in."""
    if kind == "csv":
        write("in.csv", "id,pain.region,pain.swollen,screens\na,,  ,\n")
    elif kind == "jsonl":
        write("in.jsonl", '{"id": "a", "pain.region": "", "pain.swollen": null, "screens": " "}\n')
    else:
        parquet("in.parquet", {"id": ["a"], "pain.region": [""], "pain.swollen": pa.array([None], pa.string())})
    (row,) = json_rows(run(f"in.{kind}", "-", "--to", "jsonl").out)
    assert row["not_asked"] == ["pain.swollen", "pain.hot"]


@pytest.mark.parametrize("says", ["no", "No", "FALSE"])
def test_screens_answers_every_emergency_line_that_is_not_named(run, says):
    out = run(write("in.csv", f"id,screens,pain.swollen\na,{says},yes\nb,,\n"), "-", "--to", "csv").out
    assert [row["not_asked"] for row in csv_rows(out)] == ["", "pain.swollen|pain.hot"]
    assert run(write("in.csv", "id,screens\na,yes\n"), "-", "--to", "csv").code == 65


def test_stdin_and_stdout(run):
    assert run("-", "-", "--from", "csv", "--to", "csv", stdin=PEOPLE).out == run(
        write("in.csv", PEOPLE), "-", "--to", "csv").out
    binary = run("in.csv", "-", "--to", "parquet")
    assert pq.read_table(io.BytesIO(binary.out)).num_rows == 4
    assert run("in.csv", "out.parquet").code == 0
    again = run("-", "-", "--from", "parquet", "--to", "csv", stdin=b"")
    assert again.code == 65


def test_line_ends_bom_blank_lines_and_quoted_line_breaks(run, here):
    plain = run(write("in.csv", PEOPLE), "-", "--to", "csv").out
    assert run(write("in.csv", b"\xef\xbb\xbf" + PEOPLE.replace(b"\n", b"\r\n")), "-", "--to", "csv").out == plain
    assert run(write("in.csv", PEOPLE.replace(b"\nb,", b"\n\nb,")[:-1]), "-", "--to", "csv").out == plain
    assert run(write("in.csv", PEOPLE.replace(b"c, the", b"c,\nthe")), "out.csv").code == 0
    assert csv_rows(Path("out.csv").read_bytes())[2]["id"] == "c,\nthe third"


def test_a_summary_as_json(run):
    done = run(write("in.csv", people(20)), "out.csv", "--json", "--verify", "3")
    assert done.code == 65
    assert {k: v for k, v in done.data().items() if k != "rules"} == {
        "output": "out.csv", "rows": 20, "bad": 2, "engine": "compiled", "verified": 3}


def test_it_is_silent_in_a_pipe(run):
    assert run(write("in.csv", PEOPLE), "out.csv") == Done(0, b"", "")


def test_in_a_terminal_it_shows_a_bar_and_ends_with_what_was_done(here):
    write("in.csv", PEOPLE)
    child = pexpect.spawn(sys.executable, ["-m", "triage", "batch", "in.csv", "out.csv"], encoding="utf-8", timeout=60,
                          dimensions=(24, 100), env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"})
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "━" in child.before
    assert "4 rows, 0 bad, compiled" in child.before.splitlines()[-1]


# --- engines ---


def test_both_engines_say_the_same_of_the_real_cases_and_write_their_name(run, monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))
    knowledge = reader.load(RULES)
    with Path("in.jsonl").open("w") as file:
        for path in sorted((ROOT / "tests" / "cases").glob("*.yaml"))[:20]:
            answers = answers_file.answers(knowledge, str(path))
            file.write(json.dumps({"id": path.stem, **{k: v for k, v in answers.items() if v != ""}}) + "\n")
    outs = {engine: json_rows(run("in.jsonl", "-", "--to", "jsonl", "--engine", engine).out)
            for engine in ("compiled", "experta")}
    assert len(outs["compiled"]) == 20
    for mine, its in zip(outs["compiled"], outs["experta"], strict=True):
        assert (mine.pop("engine"), its.pop("engine")) == ("compiled", "experta")
        assert mine == its


@pytest.mark.parametrize("engine", ["compiled", "experta"])
@pytest.mark.parametrize("target", ["out.csv", "out.jsonl", "out.parquet"])
def test_rows_are_recomputed_on_the_other_engine(run, monkeypatch, engine, target):
    asked = []
    real = judging.evaluator

    def counting(knowledge, name):
        conclude = real(knowledge, name)

        def concluding(many):
            asked.append((name, len(many)))
            return conclude(many)

        return concluding

    monkeypatch.setattr(judging, "evaluator", counting)
    done = run(write("in.csv", people(50)), target, "--engine", engine, "--verify", "5", "--seed", "7")
    assert done.code == 65  # for the bad rows
    assert asked[-1] == (judging.other_engine(engine), 5)
    assert "5 rows recomputed" in done.err
    assert "seed 7" in done.err


@pytest.mark.parametrize("target", ["out.csv", "out.jsonl", "out.parquet"])
def test_a_difference_between_engines_fails_and_keeps_the_output_from_its_name(run, here, monkeypatch, target):
    real = judging.evaluator
    monkeypatch.setattr(judging, "evaluator", lambda knowledge, name: real(knowledge, name) if name == "compiled" else (
        lambda many: [Engine(knowledge).conclude({}) for _ in many]))
    done = run(write("in.csv", HEADER + b"a,,,,\nb,calf,1 day,yes,left\n"), target, "--verify", "9")
    assert (done.code, done.out) == (1, b"")
    assert "row 2, column 'urgency'" in done.err
    assert f"{target}.part" in done.err
    assert not Path(target).exists()
    assert len(Path(f"{target}.part").read_bytes().splitlines()) >= 2


def test_the_rows_to_recompute_are_drawn_evenly_and_again_by_their_seed():
    def drawn(seed: int) -> set[int]:
        sample: list[tuple[int, Row, bytes]] = []
        for number in range(1, 1001):
            batch._draw(sample, 100, seed, Row(number, number, str(number), {}), b"")
        return {row.number for _, row, _ in sample}

    assert drawn(1) == drawn(1) != drawn(2)
    assert len(drawn(1)) == 100
    assert all(20 <= len([n for n in drawn(seed) if n <= 500]) <= 80 for seed in range(20))


# --- bad rows ---


BAD_CSV = HEADER + b"""\
1,claf,,,lefft
,calf,,,left
3,calf
4,\xe9t\xe9,,,
5,calf,,,left
"6,calf,,,left
7,"ca"lf,,,
8,calf,3,,
9,\x1b[31m,,,
10,none|calf,,,
11,calf,,,right
"12,calf,,,left
"""


def test_a_bad_row_goes_to_the_errors_with_its_number_line_and_sentence(run, here):
    done = run(write("in.csv", BAD_CSV), "out.csv", "--errors", "bad.jsonl")
    assert done.code == 65
    assert [row["id"] for row in csv_rows(Path("out.csv").read_bytes())] == ["5", "11"]
    bad = json_rows(Path("bad.jsonl").read_bytes())
    assert [(b["row"], b["line"], b["id"]) for b in bad] == [
        (1, 2, "1"), (2, 3, ""), (3, 4, "3"), (4, 5, ""), (6, 7, ""), (7, 8, ""), (8, 9, "8"), (9, 10, "9"),
        (10, 11, "10"), (12, 13, "")]
    for number, words in {1: "did you mean 'calf'", 2: "id", 3: "2 cells", 4: "UTF-8", 6: "quote", 7: "quote",
                          8: "3 days", 9: r"\x1b", 10: "none"}.items():
        assert words in next(b["error"] for b in bad if b["row"] == number)
    assert "did you mean 'left'" in bad[0]["error"]  # all that is wrong with a row, in one sentence
    assert "10 of 12" in done.err
    only(here, "in.csv", "out.csv", "bad.jsonl")


def test_errors_may_be_csv_and_are_there_when_there_is_none(run):
    run(write("in.csv", BAD_CSV), "out.csv", "--errors", "bad.csv")
    rows = csv_rows(Path("bad.csv").read_bytes())
    assert list(rows[0]) == ["row", "line", "id", "error"]
    assert len(rows) == 10
    assert run(write("in.csv", PEOPLE), "out.csv", "--errors", "bad.csv").code == 0
    assert csv_rows(Path("bad.csv").read_bytes()) == []


def test_without_a_file_for_errors_the_first_ten_are_told_and_the_count(run):
    done = run(write("in.csv", HEADER + b"x,,,,lefft\n" * 25), "out.csv")
    assert done.code == 65
    lines = done.err.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("in.csv:2: row 1: ")
    assert "25 of 25" in lines[-1]


BAD_JSON = [
    ("[1]", "object"), ("{", "JSON"), ("nonsense", "JSON"), ("[" * 50_000, "JSON"),
    ('{"id": "a", "id": "b"}', "second time"), ('{"id": "a", "pain.age": NaN}', "NaN"), ('{"id": true}', "id"),
    ('{"id": "a", "pain.region": [["calf"]]}', "pain.region"), ('{"id": "\\ud800"}', "surrogate"), ("{}", "id"),
    ('{"id": "  "}', "id"), ('{"id": "a", "pain.regoin": "calf"}', "did you mean 'pain.region'"),
    ('{"id": "a", "pain.region": {"calf": 1}}', "pain.region"), ('{"id": ' + "9" * 5000 + "}", "JSON"),
    ('{"id": "a", "pain.region": "calf", "pain.region ": "calf"}', "did you mean"),
    ('{"id": "a", ' + ", ".join(f'"x{i}": 1' for i in range(20_000)) + "}", "19995 more"),
    ('{"id": "a", "' + "x" * 500_000 + '": 1}', "unknown"), ('{"id": "a", "pain.region": [null]}', "pain.region"),
]


@pytest.mark.parametrize(("line", "words"), BAD_JSON, ids=[line[:40] for line, _ in BAD_JSON])
def test_a_bad_line_of_json_is_a_bad_row(run, line, words):
    done = run(write("in.jsonl", f'{{"id": 1}}\n\n{line}\n{{"id": 3}}'), "out.jsonl", "--errors", "bad.jsonl")
    assert done.code == 65
    assert [row["id"] for row in json_rows(Path("out.jsonl").read_bytes())] == ["1", "3"]
    (bad,) = json_rows(Path("bad.jsonl").read_bytes())
    assert (bad["row"], bad["line"]) == (2, 3)
    assert words in bad["error"]
    assert len(bad["error"]) <= 1000


def test_mixed_encodings_spoil_only_their_rows(run):
    lines = ['{"id": "é"}'.encode(), '{"id": "é"}'.encode("latin-1"), '{"id": "é"}'.encode("utf-16"), b'{"id": "z"}']
    done = run(write("in.jsonl", b"\n".join(lines)), "-", "--to", "jsonl")
    assert done.code == 65
    assert [row["id"] for row in json_rows(done.out)] == ["é", "z"]
    assert ["UTF-8" in line for line in done.err.splitlines()] == [True, True, False]


def test_a_row_of_10_mb_is_a_bad_row_and_never_held(run):
    big = b"a" * 10_000_000
    write("in.csv", HEADER + b"1,calf,,,\n2," + big + b",,,\n3,calf,,,\n" + big)
    write("in.jsonl", b'{"id": 1}\n{"id": "' + big + b'"}\n{"id": 3}\n' + big)
    del big
    for name in ("in.csv", "in.jsonl"):
        done = run(name, "-", "--to", "jsonl")
        assert done.code == 65
        assert [row["id"] for row in json_rows(done.out)] == ["1", "3"]
        assert "row 2: " in done.err
        assert "row 4: " in done.err
        with tables.open_table(name, tables.kind_of(name, None, "--from"), judging.columns(reader.load())) as table:
            tracemalloc.start()
            assert len(list(table.rows)) == 4
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert peak < 5 * MAX_ROW_BYTES


def test_a_quote_that_is_never_closed_costs_one_row(run, monkeypatch):
    monkeypatch.setattr("triage.batch.tables.csv.MAX_ROW_BYTES", 10_000)
    good = b"1,calf,,,\n" * 1500  # more than a row may have
    done = run(write("in.csv", HEADER + b'"0,calf,,,\n' + good), "-", "--to", "jsonl")
    assert done.code == 65
    assert done.out.count(b"\n") == 1500
    assert "row 1: " in done.err


@pytest.mark.parametrize("tail", [b"x\n" * 200_000, b'2,"calf\n' * 2, b"\n" * 200_000, b""])
def test_one_quote_that_is_never_closed_is_one_fault_where_it_opens(run, tail):
    done = run(write("in.csv", HEADER + b'1,calf,,,\n2,"calf\n' + tail), "out.csv")
    assert done.code == 65
    assert [row["id"] for row in csv_rows(Path("out.csv").read_bytes())] == ["1"]
    if b'"' not in tail:
        assert "1 of 2 rows were bad" in done.err
        assert "opened at line 3, character 3" in done.err


def test_a_parquet_row_that_is_bad_is_told_by_its_number(run):
    parquet("in.parquet", {
        "id": ["1", None, "3", "4", "5"], "pain.region": ["calf", "calf", "claf", "x" * 1_200_000, "heel"],
        "pain.age": [45.0, 45.0, 45.0, 45.0, float("nan")],
    })
    done = run("in.parquet", "out.jsonl", "--errors", "bad.jsonl")
    assert done.code == 65
    assert [row["id"] for row in json_rows(Path("out.jsonl").read_bytes())] == ["1"]
    assert [(b["row"], b["line"], b["id"]) for b in json_rows(Path("bad.jsonl").read_bytes())] == [
        (2, 0, ""), (3, 0, "3"), (4, 0, "4"), (5, 0, "5")]


def test_text_in_parquet_that_is_no_utf8_spoils_only_its_row(run):
    array = pa.StringArray.from_buffers(3, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffc"))
    parquet("in.parquet", {"id": array})
    done = run("in.parquet", "-", "--to", "jsonl")
    assert [row["id"] for row in json_rows(done.out)] == ["a", "c"]
    assert "row 2: " in done.err


# --- files that cannot be used ---


@pytest.mark.parametrize(("data", "words"), [
    (b"", "empty"), (b"\n\n", "empty"), (b"\xef\xbb\xbf", "empty"),
    (b"id,pain.regoin\n", "did you mean 'pain.region'"), (b"id,pain.region,pain.region\n", "twice"),
    (b"id,\n", "no name"), (b"pain.region\ncalf\n", "'id'"), (b"1,calf\n", "header"),
    (b"id;pain.region\n1;calf\n", "';'"), (b"id\tpain.region\n", r"'\t'"),
    ("id,pain.region\n".encode("utf-16"), "UTF-16"),
    ("id,pain.region\n".encode("utf-16-le"), "UTF-8"), (b"id,caf\xe9\n", "UTF-8"), (b"id,pain.region\r1,calf\r", "CR"),
    (b'"id,pain.region\n1,calf\n', "quote"), (b"id," + b"x" * 2_000_000, "longer"), (b"PK\x03\x04abc", "CSV"),
    (b"\x1f\x8babc", "compressed"), (b"PAR1abc", "Parquet"),
])
def test_a_csv_file_that_cannot_be_used_is_told_and_nothing_is_written(run, here, data, words):
    done = run(write("in.csv", data), "out.csv", "--errors", "bad.csv")
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith("in.csv:")
    assert words in done.err
    only(here, "in.csv")


@pytest.mark.parametrize("data", [b"", b"\n\n", '{"id": 1}'.encode("utf-16"), b"PAR1abc"])
def test_a_file_of_json_lines_that_cannot_be_used_is_told_and_nothing_is_written(run, here, data):
    done = run(write("in.jsonl", data), "out.jsonl", "--errors", "bad.jsonl")
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith("in.jsonl:")
    assert done.err.count("\n") == 1
    only(here, "in.jsonl")


def test_every_fault_of_a_header_is_told_at_once(run):
    done = run(write("in.csv", b"id,pain.sid,pain.regoin,pain.side\n"), "out.csv")
    assert done.code == 65
    assert [line.partition("did you mean ")[2] for line in done.err.splitlines()] == ["'pain.side'?", "'pain.region'?"]
    assert len(run(write("in.csv", b",".join(b"c%d" % i for i in range(99))), "out.csv").err.splitlines()) == 10


def test_a_finding_may_be_named_by_its_alias_but_not_twice(run, rules):
    file = rules / "findings" / "pain.yaml"
    file.write_text(file.read_text().replace("kind: duration}", "kind: duration, aliases: [onset.age]}"))
    both = [run(write("in.csv", f"id,{name},pain.region\na,3 weeks,calf\n"), "-", "--to", "csv")
            for name in ("pain.since", "onset.age")]
    assert both[0] == both[1]
    assert both[0].code == 0
    assert run(write("in.csv", b"id,pain.since,onset.age\n"), "out.csv").code == 65
    assert run(write("in.jsonl", b'{"id": 1, "pain.since": "1 day", "onset.age": "1 day"}'), "out.csv").code == 65


def test_a_header_without_rows_gives_a_header_without_rows(run):
    assert run(write("in.csv", HEADER), "out.csv").code == 0
    assert Path("out.csv").read_bytes().decode() == ",".join(COLUMNS) + "\n"
    parquet("in.parquet", {"id": pa.array([], pa.string())})
    assert run("in.parquet", "out.parquet").code == 0
    assert pq.read_table("out.parquet").schema.names == list(COLUMNS)


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "damaged"])
def test_a_parquet_file_that_cannot_be_used_is_told_and_nothing_is_written(run, here, damage):
    parquet("in.parquet", {"id": [str(i) for i in range(5000)], "pain.region": ["calf", "heel"] * 2500},
            row_group_size=500, compression="gzip")
    data = bytearray(Path("in.parquet").read_bytes())
    middle = len(data) // 2
    if damage == "damaged":
        data[middle : middle + 300] = bytes(b ^ 0x5A for b in data[middle : middle + 300])
    Path("in.parquet").write_bytes({"cut": data[:middle], "empty": b"", "text": b"id\n1\n"}.get(damage, data))
    done = run("in.parquet", "out.csv", "--errors", "bad.csv")
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith("in.parquet: ")
    assert done.err.count("\n") == 1
    only(here, "in.parquet")


@pytest.mark.parametrize(("columns", "words"), [
    ({"id": ["a"], "pain.regoin": ["calf"]}, "did you mean 'pain.region'"), ({"pain.region": ["calf"]}, "'id'"),
    ({"id": ["a"], "pain.since": pa.array([1], pa.duration("s"))}, "duration"),
    ({"id": ["a"], "pain.region": [{"calf": True}]}, "struct"), ({"id": ["a"], "pain.region": [[["calf"]]]}, "list"),
])
def test_columns_of_parquet_that_cannot_be_used_are_told(run, here, columns, words):
    done = run(parquet("in.parquet", columns), "out.csv")
    assert (done.code, done.out) == (65, b"")
    assert words in done.err
    only(here, "in.parquet")


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["nothere.csv", "out.csv"], 66, "did you mean 'there.csv'"), (["there.csv", "out.xlsx"], 65, "--to"),
    (["there.cvs", "out.csv"], 65, "'.csv'"), (["-", "out.csv"], 65, "--from"), (["there", "out.csv"], 65, "--from"),
    (["there.csv", "there.csv"], 2, "there.csv"), (["there.csv", "out.csv", "--errors", "out.csv"], 2, "out.csv"),
    (["there.csv", "out.csv", "--errors", "there.csv"], 2, "there.csv"),
    (["out.csv.part", "out.csv", "--from", "csv"], 2, "out.csv.part"), (["there.csv"], 2, "--template"),
    ([], 2, "usage"), (["there.csv", "-", "--to", "csv", "--resume"], 2, "--resume"),
    (["-", "out.csv", "--from", "csv", "--resume"], 2, "--resume"), (["there.csv", "out.csv", "--verify", "0"], 2, "1"),
    (["there.csv", "out.csv", "--seed", "1"], 2, "--verify"), (["there.csv", "out.csv", "--processes", "x"], 2, ""),
    (["there.csv", "-", "--to", "csv", "--json"], 2, "--json"), (["there.csv", "out.csv", "--errors", "-"], 2, ""),
    (["there.csv", "nowhere/out.csv"], 73, "nowhere/out.csv"), (["there.csv", "there.csv/out.csv"], 73, "folder"),
    (["there.csv", "out.csv", "--errors", "nowhere/bad.csv"], 73, "nowhere/bad.csv"),
    (["there.csv", "folder.csv"], 73, "folder"), (["there.csv", "out", "--cluster", "local"], 2, "--cluster"),
    (["nowhere", "out", "--cluster", "local"], 66, "nowhere"),
    (["--template", "csv", "a", "b"], 2, "--template"), (["there.csv", "out.csv", "--engine", "clips"], 2, "compiled"),
])
def test_what_cannot_be_done_is_told_and_nothing_is_written(run, here, arguments, code, words):
    write("there.csv", PEOPLE)
    write("out.csv.part", PEOPLE)
    (here / "folder.csv").mkdir()
    done = run(*arguments)
    assert (done.code, done.out) == (code, b"")
    assert words in done.err
    Path("out.csv.part").unlink(missing_ok=True)
    only(here, "there.csv", "folder.csv")
    assert Path("there.csv").read_bytes() == PEOPLE


def test_a_link_to_the_input_is_the_input_and_a_link_to_another_file_stays_one(run, here):
    write("in.csv", PEOPLE)
    Path("link.csv").symlink_to("in.csv")
    os.link("in.csv", "hard.csv")
    assert run("in.csv", "link.csv").code == run("in.csv", "hard.csv").code == 2
    Path("out.csv").symlink_to("real.csv")
    assert run("in.csv", "out.csv").code == 0
    assert Path("out.csv").is_symlink()
    assert Path("real.csv").stat().st_size > 0


def test_what_parquet_needs_is_told_when_it_is_missing(run, here, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    write("in.csv", PEOPLE)
    for arguments in (["in.csv", "out.parquet"], ["in.csv", "-", "--from", "parquet", "--to", "csv"],
                      ["--template", "parquet", "t.parquet"]):
        done = run(*arguments)
        assert (done.code, done.out) == (69, b"")
        assert 'pip install "soleus-triage[parquet]"' in done.err
    only(here, "in.csv")


# --- templates ---


@pytest.mark.parametrize("shipped", [False, True], ids=["small rules", "shipped rules"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_template_has_every_column_and_can_be_used_as_it_is(run, monkeypatch, kind, shipped):
    if shipped:
        monkeypatch.setenv("TRIAGE_RULES", str(RULES))
    done = run("--template", kind)
    assert (done.code, done.err) == (0, "")
    assert run("--template", kind, f"t.{kind}").code == 0
    assert Path(f"t.{kind}").read_bytes() == done.out
    names = {"csv": lambda: done.out.decode().splitlines()[0].split(","), "jsonl": lambda: list(json.loads(done.out)),
             "parquet": lambda: pq.read_schema(f"t.{kind}").names}
    assert names[kind]() == ["id", "screens", *reader.load().findings]
    used = run(f"t.{kind}", "-", "--to", "jsonl")
    assert used.code == 0
    (row,) = json_rows(used.out)
    assert (row["id"], row["not_asked"]) == ("example", [])
    assert row["conditions"]


def test_the_example_of_the_template_is_all_of_it_a_row_of_the_shipped_rules():
    knowledge = reader.load(RULES)
    assert parse(knowledge, knowledge.settings.example)[1] == []
    assert "pain.site" in knowledge.settings.example


# --- in several processes ---


def test_the_bytes_are_the_same_in_any_number_of_processes_and_with_any_hash_seed(run, here):
    write("in.csv", people(3000))
    run("in.csv", "out.csv", "--errors", "bad.jsonl")
    want = Path("out.csv").read_bytes(), Path("bad.jsonl").read_bytes()
    for processes, seed in ((2, "0"), (3, "4711")):
        done = process("batch", here / "in.csv", here / "out2.csv", "--errors", here / "bad2.jsonl", "--processes",
                       processes, PYTHONHASHSEED=seed)
        assert (done.returncode, done.stdout) == (65, b""), (seed, done.stderr)
        assert b"Traceback" not in done.stderr
        assert (Path("out2.csv").read_bytes(), Path("bad2.jsonl").read_bytes()) == want


def test_only_a_few_rows_are_alive_at_any_time(rules, here):
    """Rows handed out by the reader and not yet written; a few chunks, however long the input is."""
    knowledge = reader.load(rules)
    write("in.csv", people(20_000))
    workers = Workers(knowledge, rules, "compiled", 2)
    read = [0]
    most = 0

    def counted(rows):
        for row in rows:
            read[0] += 1
            yield row

    with contextlib.closing(workers), tables.open_table("in.csv", "csv", judging.columns(knowledge)) as table:
        written = 0
        for chunk, verdicts in workers.evaluate("csv", batch._chunks(counted(table.rows), 100)):
            most = max(most, read[0] - written)
            written += len(chunk)
            assert len(verdicts) == len(chunk)
    assert written == 20_000
    assert most <= 100 * (2 * workers.processes + 2)


def test_of_a_parquet_file_of_one_row_group_only_a_part_is_held(rules, here):
    knowledge = reader.load(rules)
    parquet("in.parquet", {"id": [f"{i:0500}" for i in range(40_000)]}, compression="none", use_dictionary=False)
    assert pq.read_metadata("in.parquet").num_row_groups == 1
    size = Path("in.parquet").stat().st_size
    pool = pa.total_allocated_bytes()
    tracemalloc.start()
    with tables.open_table("in.parquet", "parquet", judging.columns(knowledge)) as table:
        peak = max(pa.total_allocated_bytes() - pool for _ in table.rows)
    peak += tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 2


def test_chunks_of_long_rows_are_short():
    rows = iter([Row(n, n, "x", {}, "", 400_000) for n in range(1, 10)])
    assert [len(chunk) for chunk in batch._chunks(rows, 100)] == [3, 3, 3]


def test_a_worker_that_dies_is_told_and_the_rest_can_go_on(here, rules, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK", {"compiled": 50})
    monkeypatch.setattr(batch, "SAVED_EVERY", 0)
    knowledge = reader.load(rules)
    write("in.csv", people(3000))
    job = Job(source="in.csv", source_kind="csv", target="out.csv", target_kind="csv")

    def kill(rows: int, share: float) -> None:
        for child in workers._children:
            child.kill()

    workers = Workers(knowledge, rules, "compiled", 2)
    with contextlib.closing(workers), pytest.raises(TriageError) as stopped:
        batch.run(job, knowledge, workers, kill)
    assert stopped.value.exit_code == 69
    assert "--resume" in stopped.value.sentence
    assert not Path("out.csv").exists()
    assert main(["batch", "in.csv", "out.csv", "--resume", "--processes", "1"]) == 65
    resumed = Path("out.csv").read_bytes()
    main(["batch", "in.csv", "out.csv", "--processes", "1"])
    assert Path("out.csv").read_bytes() == resumed


# --- what others read ---


FORMULAS = ["=cmd|' /C calc'!A0", "+1", "@SUM(1)", "-1", "=1+1", "\uff1d1"]


@pytest.mark.parametrize("target", ["out.csv", "out.jsonl", "out.parquet"])
def test_what_a_spreadsheet_would_compute_is_neutral_in_csv_and_as_it_came_elsewhere(run, target):
    write("in.jsonl", b"".join(json.dumps({"id": name, "pain.region": "calf"}).encode() + b"\n" for name in FORMULAS)
          + b"".join(json.dumps({"id": name, "pain.region": "claf"}).encode() + b"\n" for name in FORMULAS))
    assert run("in.jsonl", target, "--errors", "bad.csv").code == 65
    rows = {"csv": csv_rows, "jsonl": json_rows,
            "parquet": lambda data: pq.read_table(io.BytesIO(data)).to_pylist()}[target.rpartition(".")[2]]
    mark = "'" if target == "out.csv" else ""
    assert [row["id"] for row in rows(Path(target).read_bytes())] == [mark + name for name in FORMULAS]
    assert [row["id"] for row in csv_rows(Path("bad.csv").read_bytes())] == ["'" + name for name in FORMULAS]


@pytest.mark.parametrize("planted", ["out.csv.part", "out.csv.part.state", "out.csv.part.state.new", "bad.jsonl.part",
                                     "out.csv.part.lock", ".out.csv.part.state.new"])
@pytest.mark.parametrize("link", ["symbolic", "hard"])
def test_a_link_that_somebody_put_there_leads_nowhere(run, here, planted, link):
    write("in.csv", people(30))
    write("victim", b"mine")
    (Path(planted).symlink_to if link == "symbolic" else Path(planted).hardlink_to)("victim")
    run("in.csv", "out.csv", "--errors", "bad.jsonl")
    assert Path("victim").read_bytes() == b"mine"
    for name in ("out.csv", "bad.jsonl"):
        assert not Path(name).exists() or not (Path(name).is_symlink() or Path(name).samefile("victim"))


def test_a_part_that_became_a_link_is_not_gone_on_with(run, whole):
    whole("out.csv", "bad.jsonl")
    dying("write", 9, KILL, "in.csv", "out.csv")
    part = Path("out.csv.part")
    part.rename("victim")
    before = Path("victim").read_bytes()
    for link in (part.symlink_to, part.hardlink_to):
        link("victim")
        assert run("in.csv", "out.csv", "--resume").code in (65, 73)
        assert Path("victim").read_bytes() == before
        part.unlink()


# --- interruptions ---

DYING = """
import os, resource, signal, sys
from triage.batch import run as batch
from triage.support import atomic_files as parts
from triage.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored when these tests were begun with nohup or &
batch.CHUNK, batch.SAVED_EVERY = {"compiled": 100, "experta": 100}, 0
what, when, how = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
count = 0
def dying(do):
    def done(*given):
        global count
        count += 1
        if count == when:
            if what == "write":  # half of it is written
                do(given[0], given[1][:len(given[1]) // 2])
            os.kill(os.getpid(), how)
        return do(*given)
    return done
if what == "write":
    parts.AtomicFile.write = dying(parts.AtomicFile.write)
if what == "move":
    parts.move = dying(parts.move)
if what == "disk":
    resource.setrlimit(resource.RLIMIT_FSIZE, (when, when))
sys.exit(main(["batch", *sys.argv[4:]]))
"""
KILL, INT = 9, 2


def dying(what: str, when: int, how: int, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process that gets a signal at its `when`th write or move, or a disk of so many bytes."""
    return subprocess.run(
        [sys.executable, "-c", DYING, what, str(when), str(how), *map(str, arguments), "--processes", "1"],
        capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def whole(run):
    """What 1,000 people come out as when nothing happens: a function of the names of the output and the errors."""
    write("in.csv", people(1000))

    def outputs(target: str, errors: str) -> tuple[bytes, bytes]:
        assert run("in.csv", target, "--errors", errors).code == 65
        out = Path(target).read_bytes(), Path(errors).read_bytes()
        Path(target).unlink()
        Path(errors).unlink()
        return out

    return outputs


@pytest.mark.parametrize(("what", "when"), [
    ("write", 3), ("move", 12), *(pytest.param(*each, marks=pytest.mark.slow) for each in (
        ("write", 1), ("write", 9), ("write", 16), ("move", 4), ("move", 11), ("move", 13))),
])
@pytest.mark.parametrize(("target", "errors"), [("out.csv", "bad.jsonl"), ("out.parquet", "bad.csv")])
def test_after_a_kill_the_run_goes_on_without_loss_or_repetition(run, here, whole, what, when, target, errors):
    want = whole(target, errors)
    arguments = ["in.csv", target, "--errors", errors, "--verify", "10", "--seed", "3"]
    died = dying(what, when, KILL, *arguments)
    assert died.returncode == -KILL
    assert not Path(target).exists() or Path(target).read_bytes() == want[0]
    done = run(*arguments, "--resume")
    assert done.code == 65
    assert (Path(target).read_bytes(), Path(errors).read_bytes()) == want
    only(here, "in.csv", target, errors)


def test_ctrl_c_ends_with_130_and_says_how_to_go_on(run, here, whole):
    want = whole("out.csv", "bad.jsonl")
    died = dying("write", 9, INT, "in.csv", "out.csv", "--errors", "bad.jsonl")
    assert (died.returncode, died.stdout) == (130, b"")
    assert b"--resume" in died.stderr
    assert died.stderr.count(b"\n") == 1
    assert not Path("out.csv").exists()
    done = run("in.csv", "out.csv", "--errors", "bad.jsonl", "--resume")
    assert "interrupted run" not in done.err
    assert (Path("out.csv").read_bytes(), Path("bad.jsonl").read_bytes()) == want


def test_what_was_done_is_not_done_again(run, whole, monkeypatch):
    whole("out.csv", "bad.jsonl")
    dying("write", 8, KILL, "in.csv", "out.csv")
    rows = json.loads(Path("out.csv.part.state").read_bytes())["note"]["rows"]
    done = []
    real = RowEvaluator.evaluate
    monkeypatch.setattr(
        RowEvaluator, "evaluate", lambda self, kind, rows: done.append(len(rows)) or real(self, kind, rows))
    run("in.csv", "out.csv", "--resume")
    assert rows > 0
    assert sum(done) == 1000 - rows


@pytest.mark.parametrize(("change", "words"), [
    ("input", "input"), ("rules", "rules"), (["--engine", "experta"], "experta"), (["--errors", "bad.csv"], "bad.csv"),
    (["--verify", "3"], "--verify"), ("part", "out.csv.part"), ("state", "out.csv.part.state"),
    ("a byte", "out.csv.part"), ("rows", "out.csv.part.state"), ("many rows", "out.csv.part.state"),
    ("whole", "out.csv.part.state"),
])
def test_a_changed_run_does_not_go_on(run, rules, whole, change, words):
    whole("out.csv", "bad.jsonl")
    dying("write", 9, KILL, "in.csv", "out.csv")
    if change == "input":
        write("in.csv", people(1000)[:-2] + b"\n")
    elif change == "rules":
        small.damage(rules, "conditions/sore_calf.yaml", "name: Sore calf", "name: Sore§ calf muscle")
    elif change == "part":
        os.truncate("out.csv.part", 10)
    elif change == "a byte":
        part = Path("out.csv.part")
        part.write_bytes(part.read_bytes().replace(b"calf", b"claf", 1).replace(b"self_care", b"self_cara", 1))
    elif change in ("rows", "many rows", "whole"):
        state = Path("out.csv.part.state")
        old, new = {"rows": (rb'"rows":(\d+)', rb'"rows":1\1'), "many rows": (rb'"rows":\d+', b'"rows":1' + b"0" * 22),
                    "whole": (b'"whole":false', b'"whole":true')}[change]
        state.write_bytes(re.sub(old, new, state.read_bytes()))
    elif change == "state":
        write("out.csv.part.state", "{")
    done = run("in.csv", "out.csv", "--resume", *(change if isinstance(change, list) else []))
    assert (done.code, done.out) == (65, b"")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not Path("out.csv").exists()
    assert run("in.csv", "out.csv").code == 65  # without --resume it begins again
    assert len(csv_rows(Path("out.csv").read_bytes())) >= 857


def test_with_nothing_to_go_on_with_it_says_so_and_begins(run, whole):
    want = whole("out.csv", "bad.jsonl")
    write("out.csv.part", b"of another time")
    done = run("in.csv", "out.csv", "--errors", "bad.jsonl", "--resume")
    assert done.code == 65
    assert "no interrupted run" in done.err
    assert (Path("out.csv").read_bytes(), Path("bad.jsonl").read_bytes()) == want


def test_a_run_does_not_take_a_part_that_has_just_got_its_name(here):
    """A part stays another run's until it has its name: else it would be cut to nothing under that."""
    first = AtomicFile("out.csv")
    first.write(b"whole")
    first.end()
    with pytest.raises(TriageError):
        AtomicFile("out.csv")
    first.move()
    second = AtomicFile("out.csv")
    assert Path("out.csv").read_bytes() == b"whole"
    second.drop()
    only(here, "out.csv")


def test_two_runs_do_not_write_the_same_file(run, here):
    first = AtomicFile("out.csv")
    done = run(write("in.csv", PEOPLE), "out.csv")
    assert (done.code, done.out) == (73, b"")
    assert done.err.count("\n") == 1
    first.drop()
    assert run("in.csv", "out.csv").code == 0


# --- where nothing can be written ---


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [
    ["in.csv", "/dev/full", "--to", "csv"], ["in.csv", "/dev/full", "--to", "parquet"],
    ["in.csv", "out.csv", "--errors", "/dev/full"],
])
def test_a_full_device_is_told(run, here, arguments):
    write("in.csv", PEOPLE if "--to" in arguments else people(8))
    done = run(*arguments)
    assert (done.code, done.out) == (73, b"")
    assert done.err.startswith("/dev/full: ")
    assert done.err.count("\n") == 1
    only(here, "in.csv")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["batch in.csv - --to csv", "batch in.csv - --to parquet", "batch --template csv",
                                     "batch in.csv out.csv --json", "questions"])
def test_a_full_disk_behind_stdout_is_told(here, command):
    write("in.csv", PEOPLE)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-m", "triage", *command.split()], stdout=full, stderr=subprocess.PIPE,
                              check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 73
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(("target", "bytes_"), [("out.csv", 60_000), ("out.parquet", 60_000), ("out.csv", 20)])
def test_a_disk_that_fills_up_is_told_and_when_there_is_room_the_run_goes_on(run, here, whole, target, bytes_):
    want = whole(target, "bad.csv")
    died = dying("disk", bytes_, 0, "in.csv", target, "--errors", "bad.csv")
    assert (died.returncode, died.stdout) == (73, b"")
    assert died.stderr.count(b"\n") == 1
    assert not Path(target).exists()
    if bytes_ < 100:  # nothing was done, nothing is left
        only(here, "in.csv")
    else:
        assert b"--resume" in died.stderr
    run("in.csv", target, "--errors", "bad.csv", "--resume")
    assert (Path(target).read_bytes(), Path("bad.csv").read_bytes()) == want


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_reader_that_goes_away_is_told_in_one_sentence(here, kind, processes):
    write("in.csv", HEADER + b"a,calf,3 weeks,yes,left\n" * 5000)
    command = (f"{{ {shlex.quote(sys.executable)} -m triage batch in.csv - --to {kind} --processes {processes} "
               "2>err; echo $? >code; } | head -c 1 >/dev/null")
    subprocess.run(["/bin/sh", "-c", command], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert Path("code").read_text().strip() == "73"
    assert Path("err").read_text().startswith("<stdout>: ")
    assert Path("err").read_text().count("\n") == 1


def test_exit_codes_and_limits_are_in_the_help(run):
    assert (ExitCode.UNAVAILABLE, ExitCode.CANNOT_WRITE) == (69, 73)
    shown = run("--help").out.decode()
    assert 'pip install "soleus-triage[parquet]"' in shown
    assert 'pip install "soleus-triage[dask]"' in shown


# --- whatever comes ---


@pytest.fixture(scope="module")
def judge(tmp_path_factory) -> RowEvaluator:
    return RowEvaluator(reader.load(small.write(tmp_path_factory.mktemp("cards"))), "compiled")


LINES = st.lists(st.one_of(
    st.binary(max_size=40), st.sampled_from([b'"', b"a,calf,,,\n", b'{"id": 1}\n', b'"a",calf,,yes,\n', b"\r", b"\0"]),
    st.text(max_size=20).map(lambda t: t.encode("utf-8", "surrogatepass")),
), max_size=30).map(b"".join)


@examples(150, new=True)
@given(data=LINES, kind=st.sampled_from(["csv", "jsonl"]), headed=st.booleans())
def test_whatever_a_file_holds_each_row_has_a_line_or_a_sentence(judge, monkeypatch, data, kind, headed):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HEADER + data if headed and kind == "csv" else data)))
    try:
        with tables.open_table("-", kind, judge.known) as table:
            rows = list(table.rows)
    except BadFile:
        return
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    for told, row in zip(judge.evaluate("jsonl", rows), rows, strict=True):
        if isinstance(told, bytes):
            assert list(json.loads(told)) == list(COLUMNS)
            assert row.id
        else:
            assert told.isprintable()
            assert told
