"""What is measured from outside: start-up, evaluators in processes of their own, `triage batch`."""

from __future__ import annotations

import contextlib
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.cases import as_row
from triage.model import Answers, Knowledge

ROOT = Path(__file__).resolve().parent.parent.parent

_STARTED = """
import atexit, json, runpy, sys
bare = len(sys.modules)
atexit.register(lambda: print(json.dumps([len(sys.modules) - bare, sorted(sys.modules)]), file=sys.stderr))
sys.argv = ["triage", *sys.argv[1:]]
runpy.run_module("triage", run_name="__main__")
"""


class Start(msgspec.Struct, frozen=True):
    """How a command starts: milliseconds, modules beyond bare Python, packages of others among them."""

    ms: float
    modules: int
    packages: list[str]


class Batch(msgspec.Struct, frozen=True):
    """A run of `triage batch` from end to end."""

    rows: int
    seconds: float


def start(*words: str, rounds: int = 5) -> Start:
    """`triage` with these words."""
    ms = min(_timed([sys.executable, "-m", "triage", *words])[0] for _ in range(rounds)) * 1000
    _, done = _timed([sys.executable, "-c", _STARTED, *words])
    count, names = json.loads(done.stderr.splitlines()[-1])
    packages = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"triage", "__main__"}
    return Start(ms, count, sorted(name for name in packages if not name.startswith("_")))


def alone(name: str, cases: Sequence[Answers], rounds: int) -> dict[str, float]:
    """One evaluator in a process of its own, or just the rules; see `tests.benchmarks.alone`. The best of each."""
    words = [sys.executable, "-m", "tests.benchmarks.alone", *([name] if name else [])]
    found = [json.loads(_timed(words, json.dumps(cases))[1].stdout) for _ in range(rounds)]
    return {key: min(each[key] for each in found) for key in found[0]}


def batch(knowledge: Knowledge, crowd: Sequence[Answers], rows: int, engine: str, processes: int) -> Batch:
    """`triage batch` on a table of so many of these cases, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "in.csv"
        cells = [as_row(knowledge, case) for case in crowd]
        names = list(dict.fromkeys(name for row in cells for name in row))
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["id", *names], restval="")
            writer.writeheader()
            writer.writerows({"id": f"{i}", **cells[i % len(cells)]} for i in range(rows))
        seconds, done = _timed([sys.executable, "-m", "triage", "batch", str(table), str(Path(folder) / "out.csv"),
                                "--engine", engine, "--processes", str(processes), "--json"])
        told: dict[str, Any] = json.loads(done.stdout)
    assert (told["rows"], told["bad"]) == (rows, 0), told
    return Batch(rows, seconds)


@contextlib.contextmanager
def scratch(content: str) -> Iterator[str]:
    """A file that holds this, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.yaml"
        path.write_text(content, encoding="utf-8")
        yield str(path)


def _timed(words: list[str], given: str = "") -> tuple[float, subprocess.CompletedProcess[str]]:
    begun = time.perf_counter()
    done = subprocess.run(words, input=given, capture_output=True, text=True, cwd=ROOT)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return seconds, done
