"""Folders of tables, on this machine and on a Dask cluster: the same files come out, whoever dies in between."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster

from tests.batch.test_run import HEADER, csv_rows, here, json_rows, parquet, people, rules, run, write
from tests.conftest import ROOT
from tests.helpers import small
from triage.batch import cluster
from triage.batch import rows as judging
from triage.batch import run as batch
from triage.batch.cluster import NOTES, Outcome
from triage.batch.notes import fingerprint
from triage.batch.workers import Workers
from triage.knowledge import reader
from triage.support.errors import TriageError

__all__ = ["here", "rules", "run"]  # fixtures

BOUND = 120
"""Seconds after which a wait has failed; nothing waits for time to pass."""


@pytest.fixture
def shards(here) -> Path:
    """A folder of tables of all kinds, with bad rows and a file that is no table."""
    folder = here / "in"
    folder.mkdir()
    rows = people(300).splitlines(keepends=True)
    for i in range(3):
        write(f"in/{i}.csv", HEADER + b"".join(rows[1 + i * 100 : 101 + i * 100]))
    write("in/3.jsonl", b'{"id": 1, "pain.region": "calf"}\n{"id": 2, "pain.region": "claf"}\n')
    parquet("in/4.parquet", {"id": ["x", "y"], "pain.region": [["calf"], ["heel", "calf"]]})
    write("in/notes.txt", b"no table")
    write("in/.hidden.csv", b"no table either")
    return folder


def held(folder: str | Path) -> dict[str, bytes]:
    """Every file of a folder, also those that are hidden."""
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# --- a folder, without a cluster ---


def test_each_table_of_a_folder_becomes_one_of_the_same_name(run, shards):
    done = run("in", "out", "--errors", "bad.jsonl")
    assert done.code == 65
    assert "notes.txt" in done.err
    assert sorted(held("out")) == ["0.csv", "1.csv", "2.csv", "3.jsonl", "4.parquet"]
    for name, data in held("out").items():
        run(f"in/{name}", f"one.{name}")
        assert Path(f"one.{name}").read_bytes() == data
    bad = json_rows(Path("bad.jsonl").read_bytes())
    assert list(bad[0]) == ["file", "row", "line", "id", "error"]
    assert [(b["file"], b["row"]) for b in bad] == [
        *(("0.csv", n) for n in range(7, 99, 7)), *(("1.csv", n) for n in range(5, 101, 7)),
        *(("2.csv", n) for n in range(3, 101, 7)), ("3.jsonl", 2)]


def test_errors_of_a_folder_as_csv_or_told(run, shards):
    run("in", "out", "--errors", "bad.csv")
    assert len(csv_rows(Path("bad.csv").read_bytes())) == 43
    told = run("in", "out").err.splitlines()
    assert sum(": row " in line for line in told) == 10
    assert told[1].startswith("in/0.csv:8: row 7: ")
    assert "43 of 304" in told[-1]


def test_a_summary_of_a_folder_as_json(run, shards):
    summary = run("in", "out", "--json", "--verify", "2").data()
    assert {k: v for k, v in summary.items() if k not in ("output", "rules")} == {
        "rows": 304, "bad": 43, "engine": "compiled", "verified": 2 * 4 + 1, "files": 5, "files_bad": 0}


def shards_done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of shards that are done from now on."""
    names: list[str] = []
    real = batch.run
    monkeypatch.setattr(batch, "run", lambda job, *rest: names.append(Path(job.source).name) or real(job, *rest))
    return names


def test_a_table_that_cannot_be_used_is_told_and_when_it_is_mended_only_it_is_done(run, shards, monkeypatch):
    good = Path("in/4.parquet").read_bytes()
    write("in/4.parquet", good[:300])
    write("in/0a.csv", b"id,pain.regoin\n")
    done = run("in", "out", "--errors", "bad.jsonl")
    assert done.code == 65
    assert "4.parquet: " in done.err
    assert "did you mean 'pain.region'" in done.err
    assert {"0.csv", "1.csv", "2.csv", "3.jsonl"} == {name for name in held("out") if not name.startswith(NOTES)}
    write("in/4.parquet", good)
    Path("in/0a.csv").unlink()
    names = shards_done(monkeypatch)
    assert run("in", "out", "--errors", "bad.jsonl", "--resume").code == 65  # for the bad rows
    assert names == ["4.parquet"]
    resumed = held("out"), Path("bad.jsonl").read_bytes()
    run("in", "out", "--errors", "bad.jsonl")
    assert (held("out"), Path("bad.jsonl").read_bytes()) == resumed


@pytest.mark.parametrize(("change", "again"), [
    ("nothing", []), ("input", ["1.csv"]), ("output", ["1.csv"]), ("no output", ["1.csv"]), ("note", ["1.csv"]),
    ("count", ["1.csv"]), ("bad rows", ["1.csv"]),
    ("rules", ["0.csv", "1.csv", "2.csv", "3.jsonl"]), ("engine", ["0.csv", "1.csv", "2.csv", "3.jsonl"]),
    ("verify", ["0.csv", "1.csv", "2.csv", "3.jsonl"]),
])
def test_what_changed_is_done_again(run, shards, rules, monkeypatch, change, again):
    Path("in/4.parquet").unlink()
    write("in/9.csv", b"")  # so that there is something to go on with
    run("in", "out")
    if change == "input":
        write("in/1.csv", HEADER + b"new,calf,,,\n")
    elif change == "output":
        write("out/1.csv", b"half")
    elif change == "no output":
        Path("out/1.csv").unlink()
    elif change == "note":
        write(f"out/{NOTES}/1.csv.note", b"{")
    elif change == "count":
        note = Path(f"out/{NOTES}/1.csv.note")
        write(note, note.read_bytes().replace(b'"rows":', b'"rows":1'))
    elif change == "bad rows":
        write(f"out/{NOTES}/1.csv.errors", b"{")
    elif change == "rules":
        small.damage(rules, "conditions/sore_calf.yaml", "name: Sore calf", "name: Sore§ calf muscle")
    names = shards_done(monkeypatch)
    more = {"engine": ["--engine", "experta"], "verify": ["--verify", "1"]}.get(change, [])
    run("in", "out", "--resume", *more)
    assert names == [*again, "9.csv"]
    resumed = {name: data for name, data in held("out").items() if not name.startswith(NOTES)}
    Path("in/9.csv").unlink()
    run("in", "out2", *more)
    assert held("out2") == resumed


def test_with_no_folder_to_go_on_with_it_says_so(run, shards):
    done = run("in", "out", "--resume")
    assert "no interrupted run" in done.err
    assert len(held("out")) == 5


def test_a_difference_in_one_table_fails_and_keeps_only_that_one_from_its_name(run, shards, monkeypatch):
    real = judging.evaluator
    blind = lambda conclude: lambda many: conclude([{} if len(a["pain.region"]) == 2 else a for a in many])  # noqa: E731
    monkeypatch.setattr(judging, "evaluator", lambda knowledge, name: (
        real(knowledge, name) if name == "compiled" else blind(real(knowledge, name))))
    write("in/1.csv", HEADER + b"a,calf|heel,,,\n")
    write("in/0.csv", HEADER + b"a,heel,,,\n")
    Path("in/2.csv").unlink()
    Path("in/4.parquet").unlink()
    done = run("in", "out", "--verify", "1")
    assert done.code == 1
    assert "row 1, column 'conditions'" in done.err
    assert "all the same" not in done.err
    assert {name for name in held("out") if not name.startswith(NOTES)} == {"0.csv", "3.jsonl"}


@pytest.mark.parametrize(("arguments", "code", "words"), [
    (["in", "in"], 2, "same"), (["in", "file"], 2, "file"), (["empty", "out"], 66, ".csv"), (["in", "file/x"], 73, ""),
    (["in", "out", "--to", "csv"], 2, "--to"), (["in", "out", "--errors", "in/0.csv"], 2, "0.csv"),
    (["in", "out", "--errors", "nowhere/bad.csv"], 73, "nowhere"), (["nowhere", "out"], 65, "--from"),
])
def test_what_cannot_be_done_with_folders_is_told(run, shards, arguments, code, words):
    write("file", b"")
    Path("empty").mkdir()
    before = held("in")
    done = run(*arguments)
    assert (done.code, done.out) == (code, b"")
    assert words in done.err
    assert held("in") == before


# --- one shard is one task that may be done again ---


def test_a_shard_that_is_done_twice_is_the_same(run, shards, rules):
    knowledge = reader.load(rules)
    todo, left_out = cluster.tasks(shards, Path("out"), knowledge, rules, "compiled", 0, 1, False)
    assert left_out == ["notes.txt"]
    Path("out", NOTES).mkdir(parents=True)
    first = [cluster.shard(task) for task in todo], held("out")
    again = [cluster.shard(task, Workers(knowledge, rules, "compiled")) for task in todo], held("out")
    assert again == first
    assert not [name for name in held("out") if f"-{os.getpid()}-" in name]


def test_a_worker_with_other_rules_does_no_shard(run, shards, rules):
    todo, _ = cluster.tasks(shards, Path("out"), reader.load(rules), rules, "compiled", 0, 1, False)
    small.damage(rules, "conditions/sore_calf.yaml", "name: Sore calf", "name: Sore§ calf muscle")
    outcome = cluster.shard(todo[0])
    assert outcome.code == 65
    assert str(rules) in outcome.fault


# --- a cluster ---


def test_what_a_cluster_needs_is_told_when_it_is_missing(run, shards, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run("in", "out", "--cluster", "local")
    assert (done.code, done.out) == (69, b"")
    assert 'pip install "soleus-triage[dask]"' in done.err


def test_a_scheduler_that_does_not_answer_is_told(run, shards, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWERS_WITHIN", 0.2)
    for address in ("127.0.0.1:1", "nonsense://x"):
        done = run("in", "out", "--cluster", address)
        assert (done.code, done.out) == (69, b"")
        assert address in done.err
        assert done.err.count("\n") == 2  # and the file that was left out


def test_a_task_that_kills_its_workers_and_a_cluster_that_goes_away_are_told():
    class Future:
        def __init__(self, status: str) -> None:
            self.status = status

        def exception(self) -> Exception:
            return RuntimeError("ours\nto mend")

    for status, words in (("error", "RuntimeError: ours to mend"), ("lost", "gone"), ("cancelled", "gone")):
        with pytest.raises(TriageError, match=words) as stopped:
            cluster._outcome(Future(status), "0.csv")
        assert stopped.value.exit_code == 69


def test_a_local_cluster_does_the_same_and_listens_to_this_machine_only(run, shards, rules):
    assert run("in", "want", "--errors", "want.jsonl").code == 65
    todo, _ = cluster.tasks(shards, Path("out"), reader.load(rules), rules, "compiled", 2, None, False)
    listening: set[str] = set()
    workers: set[int] = set()

    def look(outcome: Outcome) -> None:
        me = psutil.Process()
        workers.update(child.pid for child in me.children() if "spawn_main" in " ".join(child.cmdline()))
        for each in (me, *me.children(recursive=True)):
            listening.update(c.laddr.ip for c in each.net_connections("tcp") if c.status == psutil.CONN_LISTEN)

    outcomes, _ = cluster.run(todo, Path("out"), "bad.jsonl", cluster.on("local", 2), look)
    assert [outcome.verified for outcome in outcomes] == [2, 2, 2, 1, 2]
    assert held("out") == held("want")
    assert Path("bad.jsonl").read_bytes() == Path("want.jsonl").read_bytes()
    assert len(workers) == 2
    assert listening == {"127.0.0.1"}


@pytest.fixture
def scheduler(here, rules) -> Iterator[str]:
    """A cluster of two worker processes."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False}, silence_logs=50,
    ) as local:
        yield local.scheduler_address


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_shard_loses_and_doubles_nothing(run, here, scheduler):
    Path("in").mkdir()
    rows = people(4000).splitlines(keepends=True)
    for i in range(8):
        write(f"in/{i}.csv", HEADER + b"".join(rows[1 + i * 500 : 501 + i * 500]))
    with Path("err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "triage", "batch", "in", "out", "--engine", "experta", "--errors", "bad.jsonl",
             "--cluster", scheduler],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=err,
        )
    try:
        killed = kill_in_the_middle(process)
        assert process.wait(BOUND) == 65, Path("err").read_text()
    finally:
        process.kill()
    assert not psutil.pid_exists(killed)
    assert "Traceback" not in Path("err").read_text()
    assert run("in", "want", "--engine", "experta", "--errors", "want.jsonl").code == 65
    assert held("out") == held("want")
    assert Path("bad.jsonl").read_bytes() == Path("want.jsonl").read_bytes()
    ids = [row["id"] for i in range(8) for row in csv_rows(Path(f"out/{i}.csv").read_bytes())]
    ids += [row["id"] for row in json_rows(Path("bad.jsonl").read_bytes())]
    assert sorted(ids) == sorted(f"p{n}" for n in range(1, 4001))


def kill_in_the_middle(process: subprocess.Popen[bytes]) -> int:
    """As soon as one shard is whole, kill a worker that has half of another: halted first, so that it is the half."""
    deadline = time.monotonic() + BOUND
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.002)
        if not list(Path("out").glob("*.csv")):
            continue
        for part in Path("out", NOTES).glob("*.csv.*-*-????????"):
            worker = int(part.name.split("-")[-2])
            os.kill(worker, signal.SIGSTOP)
            if part.exists():
                os.kill(worker, signal.SIGKILL)
                return worker
            os.kill(worker, signal.SIGCONT)
    raise AssertionError(f"no worker was seen in the middle of a shard: {Path('err').read_text()}")


def test_a_note_of_a_shard_holds_from_what_it_came(run, shards):
    write("in/9.csv", b"")
    run("in", "out")
    note = json.loads(Path(f"out/{NOTES}/0.csv.note").read_bytes())
    assert set(note["note"]) == {"input", "output", "errors", "rules", "engine", "outcome"}
    assert note["note"]["output"] == fingerprint("out/0.csv")
