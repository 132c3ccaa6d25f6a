"""A folder of tables, shard by shard: here, or on the workers of a Dask cluster.

Every shard is one task without side effects but its own files: it writes under a name that no other try has, moves
that into place when it is whole, and then notes from what it came. A task may be lost with its worker and done again,
or done twice at once: the file under the final name is the same. What runs where, and how often, is Dask's business.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from triage.batch import run as batch
from triage.batch import tables
from triage.batch.notes import encode, fingerprint, read
from triage.batch.run import BadRow, Job
from triage.batch.workers import Workers, same_rules
from triage.model import Knowledge
from triage.support import atomic_files
from triage.support.atomic_files import AtomicFile
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode
from triage.support.signals import no_interrupts

NOTES = ".triage-batch"
"""The folder inside of the output folder for what is not whole, and for notes of what is."""

ANSWERS_WITHIN = 10
"""Seconds for a scheduler to answer."""

PATIENCE = 60
"""Seconds to wait for a first worker."""

_NEED_DASK = 'a cluster needs Dask: pip install "soleus-triage[dask]"'


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One shard. Its folders must be seen by every worker under the same names."""

    name: str
    source: str
    target: str
    rules: str
    digest: str
    engine: str
    verify: int
    seed: int | None
    resume: bool


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a shard: rows, or the sentence that says why not."""

    name: str
    rows: int = 0
    bad: int = 0
    verified: int = 0
    seed: int = 0
    fault: str = ""
    code: int = 0


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """From what a whole shard came."""

    input: str
    output: str
    errors: str
    rules: str
    engine: str
    outcome: Outcome


Do = Callable[[list[Task]], Iterator[Outcome]]


def tasks(source: Path, target: Path, knowledge: Knowledge, rules: Path, engine: str, verify: int, seed: int | None,
          resume: bool) -> tuple[list[Task], list[str]]:
    """The shards of a folder, sorted, and the names of files that are none. Raises BadFile."""
    names = sorted(path.name for path in source.iterdir() if path.is_file() and not path.name.startswith("."))
    shards = [name for name in names if Path(name).suffix.lower() in tables.KINDS]
    if not shards:
        kinds = ", ".join(tables.KINDS)
        raise BadFile.of_file(str(source), "missing", f"there is no file in this folder that ends in {kinds}",
                              missing=True)
    for kind in {tables.KINDS[Path(name).suffix.lower()] for name in shards}:
        tables.needs(kind)
    folders = source.resolve(), target.resolve()
    return [
        Task(name=name, source=str(folders[0] / name), target=str(folders[1] / name), rules=str(rules.resolve()),
             digest=knowledge.digest, engine=engine, verify=verify, seed=seed, resume=resume)
        for name in shards
    ], [name for name in names if name not in shards]


def run(
    todo: list[Task], target: Path, errors: str, do: Do, done: Callable[[Outcome], None], first: int = 0,
) -> tuple[list[Outcome], list[tuple[str, BadRow]]]:
    """Do every shard and gather the bad rows of all into one file, in the order of the shards.

    Outcomes are told as they come. Returns them in order, and the `first` bad rows with the names of their shards.
    Raises TriageError; whole shards then stay, and `resume` skips them. Notes are cleared away when all are whole.
    """
    notes = target / NOTES
    with atomic_files.writing(str(target)):
        if not todo[0].resume:
            shutil.rmtree(notes, ignore_errors=True)
        notes.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, Outcome] = {}
    try:
        for outcome in do(todo):
            if outcome.code in (ExitCode.CANNOT_WRITE, ExitCode.UNAVAILABLE):
                raise TriageError(outcome.fault, ExitCode(outcome.code))
            outcomes[outcome.name] = outcome
            done(outcome)
    except KeyboardInterrupt:
        raise TriageError(_left("stopped", notes, todo), ExitCode.INTERRUPTED) from None
    except TriageError as stopped:
        raise TriageError(_left(stopped.sentence, notes, todo), stopped.exit_code) from None
    whole = [task.name for task in todo if not outcomes[task.name].fault]
    if errors:
        _gather(notes, whole, errors)
    bad = list(islice(_bad_rows(notes, whole), first))
    if len(whole) == len(todo):
        shutil.rmtree(notes, ignore_errors=True)
    return [outcomes[task.name] for task in todo], bad


def _bad_rows(notes: Path, names: list[str]) -> Iterator[tuple[str, BadRow]]:
    for name in names:
        with (notes / f"{name}.errors").open("rb") as lines:
            for line in lines:
                yield name, msgspec.json.decode(line, type=BadRow)


def _gather(notes: Path, names: list[str], errors: str) -> None:
    kind = "csv" if Path(errors).suffix.lower() == ".csv" else "jsonl"
    part = AtomicFile(errors)
    try:
        part.write(tables.header(kind, ["file", *BadRow.__struct_fields__]))
        for name, bad in _bad_rows(notes, names):
            part.write(tables.line(kind, {"file": name, **msgspec.structs.asdict(bad)}))
        part.move()
    except BaseException:
        part.drop()
        raise


def _left(sentence: str, notes: Path, todo: list[Task]) -> str:
    whole = sum((notes / f"{task.name}.note").exists() for task in todo)
    return f"{sentence}; {whole} of {len(todo)} files are done, go on with --resume" if whole else sentence


# --- one shard ----------------------------------------------------------------------------------


def shard(task: Task, workers: Workers | None = None) -> Outcome:
    """RowEvaluator one shard, wherever this runs. The same task may be done several times, even at once."""
    try:
        if workers is not None:
            return _shard(task, workers)
        with _ONE:
            return _shard(task, _workers(task))
    except BadFile as error:
        sentences = "; ".join(f"{fault.file}: {fault.message}" for fault in error.faults)
        return Outcome(name=task.name, fault=sentences, code=ExitCode.BAD_INPUT)
    except TriageError as stopped:
        return Outcome(name=task.name, fault=stopped.sentence, code=stopped.exit_code)


def _shard(task: Task, workers: Workers) -> Outcome:
    notes = Path(task.target).parent / NOTES
    note = notes / f"{task.name}.note"
    source = fingerprint(task.source)
    if task.resume and (old := _whole(task, note, source)) is not None:
        return old
    kind = tables.kind_of(task.name, None, "--from")
    # A try that was given up may still be running on a worker that is out of reach.
    part = notes / f"{task.name}.{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    state = batch.run(
        Job(source=task.source, source_kind=kind, target=task.target, target_kind=kind, keep=False, part=str(part),
            errors=str(_errors_of(task)), verify=task.verify, seed=task.seed),
        workers.knowledge, workers,
    )
    outcome = Outcome(name=task.name, rows=state.rows, bad=state.bad, verified=min(task.verify, state.rows - state.bad),
                      seed=state.contract.seed)
    atomic_files.write(note, encode(Note(
        input=source, output=fingerprint(task.target), errors=fingerprint(_errors_of(task)), rules=task.digest,
        engine=task.engine, outcome=outcome,
    )), over=True)
    return outcome


def _whole(task: Task, note: Path, source: str) -> Outcome | None:
    """The outcome of this shard, if it was done before from the same input by the same rules and engine."""
    old = read(note, Note)
    if old is None or (old.input, old.rules, old.engine) != (source, task.digest, task.engine):
        return None
    with contextlib.suppress(OSError):
        if (old.output, old.errors) == (fingerprint(task.target), fingerprint(_errors_of(task))) and (
                old.outcome.verified >= min(task.verify, old.outcome.rows - old.outcome.bad)):
            return old.outcome
    return None


def _errors_of(task: Task) -> Path:
    """Its bad rows, to be gathered with those of the others."""
    return Path(task.target).parent / NOTES / f"{task.name}.errors"


_ONE = threading.Lock()
"""A worker may have several threads, an engine is for one."""
_built: dict[tuple[str, str, str], Workers] = {}


def _workers(task: Task) -> Workers:
    key = (task.rules, task.digest, task.engine)
    if key not in _built:
        _built.clear()
        _built[key] = Workers(same_rules(task.rules, task.digest), Path(task.rules), task.engine)
    return _built[key]


# --- where shards are done ----------------------------------------------------------------------


def here(workers: Workers) -> Do:
    """One shard after the other on this machine, each with all of its processes."""
    return lambda todo: (shard(task, workers) for task in todo)


def on(address: str, processes: int) -> Do:
    """All shards on the cluster at this address; `local`: one of `processes` on this machine. Raises TriageError."""
    def do(todo: list[Task]) -> Iterator[Outcome]:
        distributed = _distributed()
        with contextlib.ExitStack() as stack:
            yield from _submitted(distributed, _client(distributed, stack, address, processes), todo)

    return do


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise TriageError(_NEED_DASK, ExitCode.UNAVAILABLE) from None
    return distributed


def _client(distributed: Any, stack: contextlib.ExitStack, address: str, processes: int) -> Any:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is told in our own sentences
    if address == "local":
        with no_interrupts():
            local = distributed.LocalCluster(
                n_workers=processes, threads_per_worker=1, processes=True, host="127.0.0.1",
                dashboard_address="127.0.0.1:0", scheduler_kwargs={"dashboard": False}, silence_logs=logging.CRITICAL,
            )
        address = stack.enter_context(local).scheduler_address
    try:
        return stack.enter_context(distributed.Client(address, timeout=ANSWERS_WITHIN, set_as_default=False))
    except (OSError, ValueError, TimeoutError):
        raise TriageError(f"{address}: no Dask scheduler answers here", ExitCode.UNAVAILABLE) from None


def _submitted(distributed: Any, client: Any, todo: list[Task]) -> Iterator[Outcome]:
    run_ = uuid.uuid4().hex  # a name of its own: results of an earlier run are not taken for those of this one
    futures = [client.submit(shard, task, key=f"triage-{run_}-{task.name}", pure=False) for task in todo]
    names = {future.key: task.name for future, task in zip(futures, todo, strict=True)}
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise TriageError(f"the cluster has no worker after {PATIENCE} seconds", ExitCode.UNAVAILABLE) from None
        for future in distributed.as_completed(futures, loop=client.loop):
            yield _outcome(future, names[future.key])
    finally:
        with contextlib.suppress(Exception):
            client.cancel(futures)


def _outcome(future: Any, name: str) -> Outcome:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    if future.status == "error":
        error = future.exception()
        said = " ".join(str(error).split())[:300]
        raise TriageError(f"{name}: a worker of the cluster failed: {type(error).__name__}: {said}",
                          ExitCode.UNAVAILABLE)
    raise TriageError(f"{name}: the cluster has gone away", ExitCode.UNAVAILABLE)
