"""Many people at once: a table of answers -> a table of conclusions, row by row, in order.

In: a column `id`, and any findings by id or alias; `screens` = no as in answers files. Many answers are `a|b`, or a
list in JSON Lines and Parquet; `none` is none of them; what is empty was not asked. Out, always these columns:

    id             as it came, as text
    engine         which evaluator concluded: compiled or experta
    rules          which rules: the first 12 characters of their digest
    urgency        ambulance_now, emergency_department_now, today, book, redirect or self_care
    within_days    for `book`; else 0
    place          where to go
    redirected     yes, when the rules are not for this person
    red_flags      those that fired
    conditions     ranked, the first is the likeliest
    fits_well      those of them that fit well
    unresolved     red flags that a "not sure" leaves open
    self_checks    that may be offered
    care           that may be offered
    not_asked      lines of the emergency screens without an answer, which is never a no
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import io
import multiprocessing
import os
import secrets
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, Literal

import msgspec

from triage import cards, files, parts, tables
from triage.answers import AGAIN, parse
from triage.assessment import assess
from triage.files import BadFile
from triage.model import Answers, Assessment, Fired, Knowledge
from triage.parts import BAD_INPUT, FAULTS, UNAVAILABLE, Part, Stopped
from triage.tables import Row
from triage.words import guess

EngineName = Literal["compiled", "experta"]

COLUMNS: dict[str, type] = {
    "id": str, "engine": str, "rules": str, "urgency": str, "within_days": int, "place": str, "redirected": bool,
    "red_flags": list, "conditions": list, "fits_well": list, "unresolved": list, "self_checks": list, "care": list,
    "not_asked": list,
}
"""The columns of the output and what they hold."""

EXAMPLE: dict[str, str] = {
    "id": "example", "screens": "no", "person.age": "35", "pain.region": "calf|heel",
    "pain.site": "calf_lower_inner|heel_back", "pain.side": "left", "onset.age": "3 weeks",
    "activity.regular": "running", "activity.terrain": "hills",
}
"""A row as CSV has it, for templates; rules that lack one of the findings leave it out."""

CHUNK: dict[str, int] = {"compiled": 1000, "experta": 100}
"""Rows judged together: a block of the compiled rules, or half a second of experta."""

CHUNK_BYTES = 1_000_000
SAVED_EVERY = 1.0
"""Seconds between two notes of how far it is."""

INTERRUPTED = 130


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One input to one output. Names are paths, `-` is stdin or stdout."""

    source: str
    source_kind: str
    target: str
    target_kind: str
    errors: str = ""
    """Where bad rows go; empty for nowhere."""
    verify: int = 0
    seed: int | None = None
    resume: bool = False
    keep: bool = True
    """Note how far it is, to go on after an interruption."""
    part: str = ""
    """The temporary name of the output (default: its name with .part)."""


class Bad(msgspec.Struct, frozen=True):
    """A row that could not be used, as it stands in the file of errors."""

    row: int
    line: int
    id: str
    error: str


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What must be the same for an interrupted run to go on."""

    input: str
    rules: str
    engine: str
    columns: list[str]
    kinds: list[str]
    errors: str
    verify: int
    seed: int


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is."""

    contract: Contract
    rows: int = 0
    """Rows of the input that are done, the bad ones among them."""
    bad: int = 0
    part: int = 0
    """Bytes of the output so far."""
    errors_part: int = 0
    sample: list[tuple[int, Row, bytes]] = []
    """Rows to recompute: order of drawing, the row, the line that was written."""
    whole: bool = False
    """All is written and verified; only the names are to be given."""


# --- one file -----------------------------------------------------------------------------------


def run(
    job: Job, knowledge: Knowledge, workers: Workers,
    progress: Callable[[int, float], None] = lambda rows, share: None, bad: Callable[[Bad], None] = lambda row: None,
) -> State:
    """Judge every row of the input. Tells rows done with the share of the input read, and each bad row.

    Returns what was done. Raises BadFile for an input that cannot be used; Stopped for all else that ends it early, and
    then what is done waits for `resume`. Nothing stands under the final name before it is whole.
    """
    tables.needs(job.target_kind)
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(tables.opened(job.source, job.source_kind, columns(knowledge)))
        if job.target_kind == "parquet" and parts.is_direct(job.target):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-"))
            job = msgspec.structs.replace(job, part=str(Path(folder) / "part"))
        job = msgspec.structs.replace(job, keep=job.keep and _can_go_on(job))
        state = _begin(job, knowledge, workers.engine)
        if state.whole:
            _name(job)
            return state
        run_ = _Run(job, state)
        try:
            shares: deque[float] = deque()  # of the chunks that were read and are not yet written
            chunks = _chunks(islice(table.rows, state.rows, None), CHUNK[workers.engine])
            for chunk, verdicts in workers.judged(job.target_kind, _noted(chunks, table.share, shares)):
                for each in run_.take(chunk, verdicts):
                    bad(each)
                progress(run_.state.rows, shares.popleft())
            _verify(job, run_.state, workers)
            run_.finish()
        except BadFile:
            run_.drop()
            raise
        except KeyboardInterrupt:
            raise Stopped(run_.leave("stopped"), INTERRUPTED) from None
        except Stopped as stopped:
            raise Stopped(run_.leave(stopped.sentence, stopped.code), stopped.code) from None
        except BaseException:
            run_.leave("")
            raise
        _name(job)
        return run_.state


def _can_go_on(job: Job) -> bool:
    return not parts.is_direct(job.target) and job.source != "-" and Path(job.source).is_file()


def _lines(job: Job) -> str:
    """The temporary name of the output; of its JSON Lines, when it is to be Parquet."""
    return job.part or f"{job.target}.part"


def _state(job: Job) -> str:
    return f"{_lines(job)}.state"


def _errors(job: Job) -> str:
    return f"{job.part}.errors" if job.part else f"{job.errors}.part"


def _ready(job: Job) -> str:
    return f"{_lines(job)}.parquet" if job.target_kind == "parquet" else _lines(job)


class _Run:
    """The open files of a run and how far it is."""

    def __init__(self, job: Job, state: State) -> None:
        self.job, self.state = job, state
        self.saved = 0.0
        self.errors_kind = "csv" if Path(job.errors).suffix.lower() == ".csv" else "jsonl"
        final = _lines(job) if job.target_kind == "parquet" else job.target
        self.out = Part(final, _lines(job), state.part)
        self.errors: Part | None = None
        try:
            if job.errors:
                self.errors = Part(job.errors, _errors(job), state.errors_part)
            if not state.rows:
                self._write(tables.header(job.target_kind, list(COLUMNS)),
                            tables.header(self.errors_kind, Bad.__struct_fields__))
        except BaseException:
            if not state.rows:
                self.drop()
            raise

    def take(self, chunk: list[Row], verdicts: list[bytes | str]) -> list[Bad]:
        """Write the lines of a chunk and its errors; returns those."""
        state, job = self.state, self.job
        both = list(zip(chunk, verdicts, strict=True))
        bad = [Bad(row.number, row.line, row.id, told) for row, told in both if isinstance(told, str)]
        sample = list(state.sample)
        if job.verify:
            for row, told in both:
                if isinstance(told, bytes):
                    _draw(sample, job.verify, state.contract.seed, row, told)
        self._write(b"".join(told for told in verdicts if isinstance(told, bytes)),
                    b"".join(tables.line(self.errors_kind, msgspec.structs.asdict(each)) for each in bad))
        self.state = msgspec.structs.replace(
            state, rows=state.rows + len(chunk), bad=state.bad + len(bad), part=self.out.size,
            errors_part=self.errors.size if self.errors else 0, sample=sample,
        )
        if job.keep and time.monotonic() >= self.saved + SAVED_EVERY:
            self.save()
            self.saved = time.monotonic()
        return bad

    def _write(self, lines: bytes, errors: bytes) -> None:
        self.out.write(lines)
        if self.errors:
            self.errors.write(errors)

    def save(self) -> None:
        """Note how far it is; what was written is with the disk before."""
        self._sync()
        parts.put(_state(self.job), msgspec.json.encode(self.state))

    def _sync(self) -> None:
        self.out.sync()
        if self.errors:
            self.errors.sync()

    def finish(self) -> None:
        """All rows are written: make the output whole, and note that only names are to be given."""
        job = self.job
        if job.target_kind == "parquet":
            sink = Part(job.target, _ready(job))
            try:
                with Path(_lines(job)).open("rb") as lines:
                    tables.to_parquet(lines, sink.write, COLUMNS)
                sink.sync()
                sink.close()
            except BaseException:
                sink.drop()
                raise
        self.state = msgspec.structs.replace(self.state, whole=True, sample=[])
        if job.keep:
            self.save()
        else:
            self._sync()
        self.close()

    def leave(self, sentence: str, code: int = 0) -> str:
        """Stop here, so that `resume` can go on. Returns the sentence with what is left."""
        job, rows = self.job, self.state.rows
        if code == FAULTS:  # a difference: the part is named, to be looked at
            if job.keep:
                self.save()
            self.close()
            return sentence
        if job.keep and rows:
            with contextlib.suppress(Stopped):  # on a full disk the last note stands
                self.save()
            with contextlib.suppress(OSError, msgspec.DecodeError):
                rows = msgspec.json.decode(Path(_state(job)).read_bytes(), type=State).rows
                self.close()
                return f"{sentence}; {rows:,} rows are done, go on with --resume"
        self.drop()
        return sentence

    def close(self) -> None:
        self.out.close()
        if self.errors:
            self.errors.close()

    def drop(self) -> None:
        """Leave nothing."""
        self.out.drop()
        if self.errors:
            self.errors.drop()
        parts.remove(_state(self.job))


def _name(job: Job) -> None:
    """Give whole files their names. May be done again after an interruption."""
    for name, final in ((_errors(job), job.errors), (_ready(job), job.target)):
        if final and Path(name).exists() and not parts.is_direct(final):
            parts.move(name, final)
    parts.remove(_lines(job))
    parts.remove(_state(job))


def _chunks(rows: Iterator[Row], most: int) -> Iterator[list[Row]]:
    """Rows by so many, fewer where they are long."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += row.size
        if len(chunk) >= most or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _noted(chunks: Iterator[list[Row]], share: Callable[[], float], shares: deque[float]) -> Iterator[list[Row]]:
    for chunk in chunks:
        shares.append(share())
        yield chunk


# --- to go on -----------------------------------------------------------------------------------


def left(job: Job) -> bool:
    """Is there an interrupted run to go on with?"""
    return Path(_state(job)).exists()


def _begin(job: Job, knowledge: Knowledge, engine: str) -> State:
    """The state to begin with: nothing done, or what an interrupted run left. Raises Stopped when that cannot go on."""
    old = _old(job) if job.resume and left(job) else None
    seed = job.seed
    if seed is None:
        seed = old.contract.seed if old else secrets.randbelow(1 << 32)
    contract = Contract(
        input=fingerprint(job.source) if job.keep else "", rules=knowledge.digest, engine=engine, columns=list(COLUMNS),
        kinds=[job.source_kind, job.target_kind], errors=job.errors, verify=job.verify, seed=seed,
    )
    if old is None:
        parts.remove(_state(job))
        return State(contract=contract)
    before, now = msgspec.structs.asdict(old.contract), msgspec.structs.asdict(contract)
    if changed := [_CHANGED[key].format(before[key], now[key]) for key in now if before[key] != now[key]]:
        raise _refused(job, changed[0])
    sizes = [] if old.whole else [(_lines(job), old.part), *([(_errors(job), old.errors_part)] if job.errors else [])]
    for name, size in sizes:
        if not Path(name).is_file() or Path(name).stat().st_size < size:
            raise _refused(job, f"{name} is not what it left")
    return old


_CHANGED = {
    "input": "the input has changed", "rules": "the rules have changed", "engine": "its engine was {}, not {}",
    "columns": "the columns of the output have changed", "kinds": "the kinds of the files have changed",
    "errors": "its errors went to '{}', not to '{}'", "verify": "it had --verify {}, not {}",
    "seed": "it had --seed {}, not {}",
}


def _refused(job: Job, why: str) -> Stopped:
    again = "leave out --resume to begin again"
    return Stopped(f"{job.target}: the interrupted run cannot go on: {why}; {again}", BAD_INPUT)


def _old(job: Job) -> State:
    try:
        return msgspec.json.decode(Path(_state(job)).read_bytes(), type=State)
    except (OSError, msgspec.DecodeError):
        raise _refused(job, f"{_state(job)} cannot be read") from None


def fingerprint(name: str) -> str:
    """Digest of a whole file."""
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- rows -> lines ------------------------------------------------------------------------------


class Judge:
    """Rows -> lines of the output, with one engine. Built once a process."""

    def __init__(self, knowledge: Knowledge, engine: str) -> None:
        self.knowledge, self.engine = knowledge, engine
        self.known = columns(knowledge)
        self.conclude = evaluator(knowledge, engine)

    def judged(self, kind: str, rows: list[Row], engine: str = "") -> list[bytes | str]:
        """The line of each row, or the sentence on what is wrong with it. `engine`: another name to write."""
        out: list[bytes | str] = [row.fault for row in rows]
        given: dict[int, Answers] = {}
        for i, row in enumerate(rows):
            if not row.fault:
                answers = self._answers(row.cells)
                if isinstance(answers, str):
                    out[i] = answers
                else:
                    given[i] = answers
        for (i, answers), fired in zip(given.items(), self.conclude(list(given.values())), strict=True):
            out[i] = tables.line(kind, self._record(rows[i].id, assess(self.knowledge, fired, answers), engine))
        return [_printable(told) if isinstance(told, str) else told for told in out]

    def _answers(self, cells: dict[str, Any]) -> Answers | str:
        unknown = [name for name in cells if name not in self.known]
        wrong = [f"unknown finding '{name[:60]}'{guess(name[:60], self.known)}" for name in unknown[:5]]
        if len(unknown) > 5:
            wrong.append(f"{len(unknown) - 5} more unknown findings")
        plain = {name: value for name, value in cells.items() if name in self.known}
        if isinstance(says := plain.get("screens"), str) and says.strip().lower() in ("no", "false"):
            plain["screens"] = "no"
        try:
            answers = files.checked(self.knowledge, plain, "")
        except BadFile as error:
            wrong += [fault.message for fault in error.faults]
        return "; ".join(wrong) if wrong else answers

    def _record(self, name: str, assessment: Assessment, engine: str) -> dict[str, Any]:
        urgency = assessment.urgency
        values = (
            name, engine or self.engine, self.knowledge.digest[:12], urgency.level, urgency.within_days, urgency.place,
            assessment.redirected, assessment.flags, [c.id for c in assessment.conditions],
            [c.id for c in assessment.conditions if c.band == "fits_well"], assessment.unresolved,
            assessment.self_checks, assessment.care, assessment.not_asked,
        )
        return dict(zip(COLUMNS, values, strict=True))


def columns(knowledge: Knowledge) -> dict[str, str]:
    """Every column that the input may have -> what it stands for."""
    found = {"id": "id", "screens": "screens"}
    for finding in knowledge.findings.values():
        found |= dict.fromkeys(finding.aliases, finding.id)
        found[finding.id] = finding.id
        if finding.again:
            found[finding.id + AGAIN] = finding.id + AGAIN
    return found


def evaluator(knowledge: Knowledge, engine: str) -> Callable[[list[Answers]], Iterable[Fired]]:
    """What concludes from many answers. All of them conclude the same."""
    if engine == "experta":
        from triage.engine import Engine

        fired = Engine(knowledge).fired
        return lambda many: [fired(answers) for answers in many]
    from triage.compiled import Compiled

    return Compiled(knowledge).many


def _printable(sentence: str) -> str:
    """Without what a terminal would obey or a file cannot hold, and not without end."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in sentence[:2000])
    return text if len(text) <= 1000 else text[:999] + "…"


# --- several processes --------------------------------------------------------------------------


class Workers:
    """Judges chunks of rows in this process or in several, and keeps their order. To be closed."""

    def __init__(self, knowledge: Knowledge, rules: Path, engine: str, processes: int = 1) -> None:
        self.knowledge, self.engine, self.processes = knowledge, engine, processes
        self.rules = str(rules.resolve())
        self._judges: dict[str, Judge] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._children: set[Any] = set()

    def here(self, engine: str) -> Judge:
        """This process's own, built when it is first needed."""
        if engine not in self._judges:
            self._judges[engine] = Judge(self.knowledge, engine)
        return self._judges[engine]

    def judged(self, kind: str, chunks: Iterator[list[Row]]) -> Iterator[tuple[list[Row], list[bytes | str]]]:
        """Each chunk with its verdicts, in order; never more than a few chunks are held. Raises Stopped."""
        first = list(islice(chunks, 2))
        chunks = chain(first, chunks)
        if self.processes == 1 or len(first) < 2:  # one chunk is done before a second process has begun
            for chunk in chunks:
                yield chunk, self.here(self.engine).judged(kind, chunk)
            return
        waiting: deque[tuple[list[Row], Future[list[bytes | str]]]] = deque()
        try:
            for chunk in chunks:
                waiting.append((chunk, self._submit(kind, chunk)))
                if len(waiting) > 2 * self.processes:
                    chunk, future = waiting.popleft()
                    yield chunk, future.result()
            for chunk, future in waiting:
                yield chunk, future.result()
        except BrokenProcessPool:
            raise Stopped("a worker process died: it was killed, or memory ran out", UNAVAILABLE) from None

    def _submit(self, kind: str, chunk: list[Row]) -> Future[list[bytes | str]]:
        with no_interrupts():  # Ctrl-C goes to the whole group of processes; only this one is to answer it
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self.processes, multiprocessing.get_context("spawn"), _start,
                    (self.rules, self.knowledge.digest, self.engine),
                )
            others = set(multiprocessing.active_children()) - self._children
            future = self._pool.submit(_work, kind, chunk)
            self._children |= set(multiprocessing.active_children()) - others
            return future

    def close(self) -> None:
        """End the processes, whatever they are at."""
        if self._pool is not None:
            for child in self._children:
                child.terminate()
            self._pool.shutdown()  # not to wait, or to cancel, lets its thread complain while Python ends
            self._pool, self._children = None, set()


@contextlib.contextmanager
def no_interrupts() -> Iterator[None]:
    """Threads and processes begun in here never see Ctrl-C; this one sees it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # begun later by multiprocessing, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_given: tuple[str, str, str] = ("", "", "")
_judge: Judge | None = None


def _start(*given: str) -> None:
    """In a worker. What may fail is left to the first work, whose errors come back."""
    global _given
    _given = given[0], given[1], given[2]
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: Any) -> None:
    """A worker whose parent was killed would wait for ever."""
    parent.join()
    os._exit(1)


def _work(kind: str, rows: list[Row]) -> list[bytes | str]:
    global _judge
    if _judge is None:
        rules, digest, engine = _given
        _judge = Judge(same_rules(rules, digest), engine)
    return _judge.judged(kind, rows)


def same_rules(folder: str, digest: str) -> Knowledge:
    """The rules of this folder, if they are those. Raises RulesError, Stopped."""
    knowledge = cards.load(Path(folder))
    if knowledge.digest != digest:
        raise Stopped(f"{folder}: these are not the rules that the batch began with", BAD_INPUT)
    return knowledge


# --- to verify ----------------------------------------------------------------------------------


def _draw(sample: list[tuple[int, Row, bytes]], most: int, seed: int, row: Row, line: bytes) -> None:
    """Keep the rows whose lot is lowest: a random sample, and the same one after an interruption."""
    lot = int.from_bytes(hashlib.blake2b(f"{seed}/{row.number}".encode(), digest_size=7).digest(), "big")
    if len(sample) < most:
        heapq.heappush(sample, (-lot, row, line))
    elif -lot > sample[0][0]:
        heapq.heapreplace(sample, (-lot, row, line))


def _verify(job: Job, state: State, workers: Workers) -> None:
    """Recompute the sample on the other engine. Raises Stopped at the first difference."""
    if not state.sample:
        return
    engine = state.contract.engine
    other = other_engine(engine)
    sample = sorted(state.sample, key=lambda drawn: drawn[1].number)
    rows = [row for _, row, _ in sample]
    different = []
    for row, (_, _, line), told in zip(
        rows, sample, workers.here(other).judged(job.target_kind, rows, engine), strict=True
    ):
        if line != told:
            different.append(_difference(job.target_kind, row, engine, line, other, told))
    if different:
        where = "it is written already" if parts.is_direct(job.target) else f"it stays in {_lines(job)}"
        more = f" (and {len(different) - 1} more of {len(sample)} rows)" if different[1:] else ""
        raise Stopped(f"{job.target}: {different[0]}{more}; {where}", FAULTS)


def other_engine(engine: str) -> str:
    """Which one verifies this one."""
    return "compiled" if engine == "experta" else "experta"


def _difference(kind: str, row: Row, engine: str, line: bytes, other: str, told: bytes | str) -> str:
    if isinstance(told, str):
        return f"row {row.number}: {other} cannot read it: {told}"
    for name, mine, its in zip(COLUMNS, tables.cells(kind, line), tables.cells(kind, told), strict=True):
        if mine != its:
            return f"row {row.number}, column '{name}': {mine} on {engine}, {its} on {other}"
    return f"row {row.number}: its lines differ in writing only"


# --- templates ----------------------------------------------------------------------------------


def template(knowledge: Knowledge, kind: str) -> bytes:
    """A table of this kind with every column that the input may have, and one worked row."""
    kinds = {"id": "one", "screens": "one", **{name: finding.kind for name, finding in knowledge.findings.items()}}
    texts = {name: text for name, text in EXAMPLE.items() if name in ("id", "screens") or (
        name in kinds and not parse(knowledge, {name: text})[1])}
    if kind == "csv":
        return tables.header(kind, list(kinds)) + tables.line(kind, {name: texts.get(name) for name in kinds})
    values: dict[str, Any] = dict(texts)
    for name, text in texts.items():
        if kinds[name] in ("many", "number"):
            values[name] = text.split("|") if kinds[name] == "many" else int(text)
    lines = tables.line("jsonl", {name: values.get(name) for name in kinds})
    if kind == "jsonl":
        return lines
    sink = io.BytesIO()
    tables.to_parquet(io.BytesIO(lines), sink.write, {
        name: {"many": list, "number": float}.get(each, str) for name, each in kinds.items()
    })
    return sink.getvalue()
