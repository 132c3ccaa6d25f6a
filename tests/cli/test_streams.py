"""Streams that are closed, full or without a reader, and Ctrl-C while the program starts: a code, and no traceback."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.helpers import small
from triage.cli.parser import COMMANDS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="streams of a shell")



@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small rules and an input for each command."""
    folder = tmp_path_factory.mktemp("streams")
    small.write(folder)
    (folder / "a.yaml").write_text("pain.age: 45\npain.region: [calf]\npain.swollen: no\n", encoding="utf-8")
    (folder / "in.csv").write_text("id,pain.region\n1,calf\n", encoding="utf-8")
    (folder / "cases").mkdir()
    case = {"id": "a", "diagnosis_key": "clot", "accepted_keys": ["clot"], "required_urgency": "same_day",
            "accepted_urgency": ["same_day"], "source_kind": "k", "tags": ["t"], "answerable": "yes",
            "answers": {"pain.region": ["calf"], "pain.swollen": "yes"}}
    (folder / "cases" / "cases.jsonl").write_text(json.dumps(case) + "\n", encoding="utf-8")
    (folder / "stories").mkdir()
    story = [{"story": "A", "answers": {"pain.region": ["calf"], "pain.swollen": "yes"},
              "expect": {"at_least": "today"}}]
    (folder / "stories" / "clot.yaml").write_text(json.dumps(story), encoding="utf-8")
    return folder


CALLS = {
    "": "", "assess": "a.yaml", "interview": "--answers a.yaml", "questions": "", "check": "rules", "show": "clot",
    "test": "stories", "prove": "--list", "mutate": "stories --sample 1", "coverage": "stories",
    "diff": "rules rules --random 1", "safety": "stories", "sign": "hot_leg --by A --role B", "evaluate": "cases",
    "batch": "in.csv - --processes 1", "resume": "", "sessions": "list", "diary": "show", "forget": "--yes",
    "why": "a.yaml", "why-not": "a.yaml clot", "what-if": "a.yaml", "where": "", "map": "", "report": "a.yaml",
    "schema": "",
}


def shell(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = line.replace("triage", f"{shlex.quote(sys.executable)} -m triage")
    return subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, check=False, cwd=folder, stdin=subprocess.DEVNULL, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TRIAGE_RULES": str(folder / "rules"),
             "TRIAGE_HOME": str(folder / "home"), **environment},
    )


def test_every_command_is_tried():
    assert {*CALLS} == {"", *COMMANDS}


SOME = ["", "assess", "batch", "--version"]


def calls(names: list[str]) -> list[object]:
    """Some of the commands by default, all of them in the full suite."""
    every = ["--version", "--help", *CALLS]
    return [pytest.param(f"{name} {CALLS.get(name, '')}".strip(), id=name or "talk",
                         marks=() if name in names else pytest.mark.slow) for name in every]


@pytest.mark.parametrize("call", calls(SOME))
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_closed_stream_is_one_sentence_or_silence(here: Path, call: str, closed: str) -> None:
    done = shell(here, f"triage {call} {closed}")
    assert b"Traceback" not in done.stdout + done.stderr
    assert done.returncode in (0, 1, 66, 73)
    if done.returncode == 73:
        assert done.stderr.count(b"it is closed") == 1
    if closed == "2>&-":
        assert done.stderr == b""
        assert done.returncode == shell(here, f"triage {call} 2>/dev/null").returncode


def test_to_a_closed_output_nothing_can_be_written(here: Path) -> None:
    for call in ("questions", "assess a.yaml --json", "--version"):
        done = shell(here, f"triage {call} >&-")
        assert (done.returncode, done.stderr.count(b"\n")) == (73, 1)


@pytest.mark.parametrize("line", ["assess -", "batch - o.csv --from csv", "report -", "diary add", "resume"])
def test_in_a_closed_input_there_is_nothing(here: Path, line: str) -> None:
    closed = shell(here, f"triage {line} <&-")
    assert closed.returncode == shell(here, f"triage {line} </dev/null").returncode
    assert b"Traceback" not in closed.stderr
    assert not (here / "o.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize("call", calls(["questions", "--version"]))
def test_a_full_device_is_one_sentence_and_73(here: Path, call: str, buffered: str) -> None:
    done = shell(here, f"triage {call} >/dev/full", PYTHONUNBUFFERED=buffered)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    if shell(here, f"triage {call} 2>/dev/null").stdout:
        assert done.returncode == 73
        assert b"disk is full" in done.stderr


@pytest.mark.parametrize("call", ["--version", "questions", "--help"])
def test_a_reader_that_is_gone_is_met_with_silence(here: Path, call: str) -> None:
    done = shell(here, f"triage {call} | true")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_what_nobody_can_be_told_changes_no_code(here: Path) -> None:
    for call, code in (("assess nowhere.yaml", 66), ("asess", 2), ("check rules", 0)):
        assert shell(here, f"triage {call} 2>/dev/full").returncode == code


STARTING = """
import os, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
count = int(sys.argv.pop(1))
seen = 0
def hook(event, arguments):
    global seen
    if event == "import" and (seen or arguments[0] == "triage.cli"):
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(hook)
runpy.run_module("triage", run_name="__main__")
"""


@pytest.mark.parametrize("count", [
    *(pytest.param(count, marks=() if count in (1, 60) else pytest.mark.slow)
      for count in (1, 2, 5, *range(10, 180, 10)))
])
def test_ctrl_c_while_it_starts_ends_with_130_in_silence(here: Path, count: int) -> None:
    """At the `count`th module that is loaded, from the command line on."""
    done = subprocess.run(
        [sys.executable, "-c", STARTING, str(count), "--plain", "--save"], capture_output=True, check=False, cwd=here,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TRIAGE_RULES": str(here / "rules"),
             "TRIAGE_HOME": str(here / "home")},
    )
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize("arguments", [
    ["show", "\x1b[2J"], ["questions", "--topic", "\x1b[2J"], ["sign", "\x1b[2J", "--by", "A", "--role", "B"],
    ["why-not", "a.yaml", "\x1b[2J"], ["map", "\x1b[2J"], ["where", "\x1b[2J"], ["report", "\x1b[2J"],
])
def test_an_id_that_is_none_is_bad_input(here: Path, arguments: list[str], monkeypatch, capsys) -> None:
    from triage.cli import main

    monkeypatch.setenv("TRIAGE_RULES", str(here / "rules"))
    monkeypatch.setenv("TRIAGE_HOME", str(here / "home"))
    monkeypatch.chdir(here)
    assert main(arguments) == (66 if arguments[0] == "report" else 65)
    assert "\x1b" not in capsys.readouterr().err


# --- what is read and what is written ---


@pytest.mark.parametrize("line", [
    "report {0} -o {0} --force", "report {0} -o {1} --force", "report - -o {0} --force < {0}",
    "batch {0} {0} --from csv --to csv", "batch - {0} --from csv --to csv < {0}",
    "batch {0} o.csv --from csv --errors {1}",
    "evaluate {0} --rows {0}", "evaluate cases --compare {0} --rows {1}",
])
def test_no_file_is_written_over_by_what_is_made_of_it(here: Path, tmp_path: Path, line: str) -> None:
    source, link = tmp_path / "a.yaml", tmp_path / "link.yaml"
    text = (here / "cases" / "cases.jsonl" if "evaluate" in line else here / "a.yaml").read_text(encoding="utf-8")
    if "--compare" in line:
        text = json.dumps({"schema": "triage-evaluation/1", "ways": {}})
    source.write_text(text, encoding="utf-8")
    link.symlink_to(source)
    done = shell(here, f"triage {line.format(source, link)}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"would be written over" in done.stderr
    assert source.read_text(encoding="utf-8") == text


def test_a_picture_is_not_drawn_over_the_diary(here: Path) -> None:
    entry = {"v": 1, "at": "2026-01-01T10:00:00Z", "day": "2026-01-01", "started": "2026-01-01"}
    (here / "noted").mkdir()
    (here / "noted" / "diary.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
    done = shell(here, "triage diary show --svg noted/diary.jsonl --force", TRIAGE_HOME=str(here / "noted"))
    assert done.returncode == 2
    assert b'"v": 1' in (here / "noted" / "diary.jsonl").read_bytes()
