"""Many people at once: one table of answers -> one table of conclusions, whole or not at all, and to be gone on with.

What was done is noted beside the output while it is made. `rows` knows what a row says, `workers` who concludes.
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import secrets
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec

from triage.batch import notes, tables
from triage.batch.rows import COLUMNS, columns, other_engine
from triage.batch.tables import Row
from triage.batch.workers import Workers
from triage.model import Knowledge
from triage.support import atomic_files
from triage.support.atomic_files import AtomicFile
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

CHUNK: dict[str, int] = {"compiled": 1000, "experta": 100}
"""Rows concluded together: a block of the compiled rules, or half a second of experta."""

CHUNK_BYTES = 1_000_000
SAVED_EVERY = 1.0
"""Seconds between two notes of how far it is."""

Count = Annotated[int, msgspec.Meta(ge=0, le=1 << 53)]


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


class BadRow(msgspec.Struct, frozen=True):
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
    rows: Count = 0
    """Rows of the input that are done, the bad ones among them."""
    bad: Count = 0
    part: Count = 0
    """Bytes of the output so far."""
    part_digest: str = ""
    errors_part: Count = 0
    errors_digest: str = ""
    sample: list[tuple[int, Row, bytes]] = []
    """Rows to recompute: order of drawing, the row, the line that was written."""
    whole: bool = False
    """All is written and verified; only the names are to be given."""
    ready_digest: str = ""
    """Of the output that is whole."""


# --- one file -----------------------------------------------------------------------------------


def run(
    job: Job, knowledge: Knowledge, workers: Workers,
    progress: Callable[[int, float], None] = lambda rows, share: None, bad: Callable[[BadRow], None] = lambda row: None,
) -> State:
    """RowEvaluator every row of the input. Tells rows done with the share of the input read, and each bad row.

    Returns what was done. Raises BadFile for an input that cannot be used; TriageError for all else that ends it early,
    and then what is done waits for `resume`. Nothing stands under the final name before it is whole.
    """
    tables.needs(job.target_kind)
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(tables.open_table(job.source, job.source_kind, columns(knowledge)))
        if job.target_kind == "parquet" and atomic_files.is_direct(job.target):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-"))
            job = msgspec.structs.replace(job, part=str(Path(folder) / "part"))
        job = msgspec.structs.replace(job, keep=job.keep and _can_go_on(job))
        state = _begin(job, knowledge, workers.engine)
        if state.whole:
            for final, part in ((job.target, _lines(job)), (job.errors, _errors(job))):
                if final and not atomic_files.is_direct(final):
                    with atomic_files.writing(final):
                        stack.enter_context(atomic_files.part_locked(final, part))
            _check_whole(job, state)
            _name(job)
            return state
        run_ = _OpenRun(job, state)
        try:
            shares: deque[float] = deque()  # of the chunks that were read and are not yet written
            chunks = _chunks(islice(table.rows, state.rows, None), CHUNK[workers.engine])
            for chunk, verdicts in workers.evaluate(job.target_kind, _noted(chunks, table.share, shares)):
                for each in run_.take(chunk, verdicts):
                    bad(each)
                progress(run_.state.rows, shares.popleft())
            _verify(job, run_.state, workers)
            run_.finish()
        except BadFile:
            run_.drop()
            raise
        except KeyboardInterrupt:
            raise TriageError(run_.leave("stopped"), ExitCode.INTERRUPTED) from None
        except TriageError as stopped:
            raise TriageError(run_.leave(stopped.sentence, stopped.exit_code), stopped.exit_code) from None
        except BaseException:
            run_.leave("")
            raise
        _name(job)
        run_.close()
        return run_.state


def _can_go_on(job: Job) -> bool:
    return not atomic_files.is_direct(job.target) and job.source != "-" and Path(job.source).is_file()


def _lines(job: Job) -> str:
    """The temporary name of the output; of its JSON Lines, when it is to be Parquet."""
    return job.part or f"{job.target}.part"


def _state(job: Job) -> str:
    return f"{_lines(job)}.state"


def _errors(job: Job) -> str:
    return f"{job.part}.errors" if job.part else f"{job.errors}.part"


def _ready(job: Job) -> str:
    return f"{_lines(job)}.parquet" if job.target_kind == "parquet" else _lines(job)


class _OpenRun:
    """The open files of a run and how far it is."""

    def __init__(self, job: Job, state: State) -> None:
        self.job, self.state = job, state
        self.saved = 0.0
        self.errors_kind = "csv" if Path(job.errors).suffix.lower() == ".csv" else "jsonl"
        final = _lines(job) if job.target_kind == "parquet" else job.target
        self.out = AtomicFile(final, _lines(job), state.part, alone=bool(job.part))
        self.errors: AtomicFile | None = None
        try:
            if state.part and self.out.digest.hexdigest() != state.part_digest:
                raise _refused(job, f"{_lines(job)} is not what it left")
            if job.errors:
                self.errors = AtomicFile(job.errors, _errors(job), state.errors_part, alone=bool(job.part))
                if state.errors_part and self.errors.digest.hexdigest() != state.errors_digest:
                    raise _refused(job, f"{_errors(job)} is not what it left")
            if job.keep:
                atomic_files.clear_tries(_state(job))
            if not state.rows:
                atomic_files.remove(_state(job))  # of an earlier run; now that this is ours alone
                self._write(tables.header(job.target_kind, list(COLUMNS)),
                            tables.header(self.errors_kind, BadRow.__struct_fields__))
        except BaseException:
            if state.rows:
                self.close()
            else:
                self.drop()
            raise

    def take(self, chunk: list[Row], verdicts: list[bytes | str]) -> list[BadRow]:
        """Write the lines of a chunk and its errors; returns those."""
        state, job = self.state, self.job
        both = list(zip(chunk, verdicts, strict=True))
        bad = [BadRow(row.number, row.line, row.id, verdict) for row, verdict in both if isinstance(verdict, str)]
        sample = list(state.sample)
        if job.verify:
            for row, verdict in both:
                if isinstance(verdict, bytes):
                    _draw(sample, job.verify, state.contract.seed, row, verdict)
        self._write(b"".join(verdict for verdict in verdicts if isinstance(verdict, bytes)),
                    b"".join(tables.line(self.errors_kind, msgspec.structs.asdict(each)) for each in bad))
        self.state = msgspec.structs.replace(
            state, rows=state.rows + len(chunk), bad=state.bad + len(bad), sample=sample,
            part=self.out.size, part_digest=self.out.digest.hexdigest(),
            errors_part=self.errors.size if self.errors else 0, errors_digest=self._errors_digest(),
        )
        if job.keep and time.monotonic() >= self.saved + SAVED_EVERY:
            self.save()
            self.saved = time.monotonic()
        return bad

    def _errors_digest(self) -> str:
        return self.errors.digest.hexdigest() if self.errors else ""

    def _write(self, lines: bytes, errors: bytes) -> None:
        self.out.write(lines)
        if self.errors:
            self.errors.write(errors)

    def save(self) -> None:
        """Note how far it is; what was written is with the disk before."""
        self._sync()
        atomic_files.write(_state(self.job), notes.encode(self.state), over=True)

    def _sync(self) -> None:
        self.out.sync()
        if self.errors:
            self.errors.sync()

    def finish(self) -> None:
        """All rows are written: make the output whole, and note that only names are to be given."""
        job = self.job
        ready = self.out.digest.hexdigest()
        if job.target_kind == "parquet":
            sink = AtomicFile(job.target, _ready(job), alone=True)
            try:
                with Path(_lines(job)).open("rb") as lines:
                    tables.parquet.from_json_lines(lines, sink.write, COLUMNS)
                sink.sync()
                sink.close()
                ready = sink.digest.hexdigest()
            except BaseException:
                sink.drop()
                raise
        self.state = msgspec.structs.replace(
            self.state, whole=True, sample=[], ready_digest=ready, errors_digest=self._errors_digest())
        if job.keep:
            self.save()
        else:
            self._sync()
        self.out.end()  # it stays locked until it has its name
        if self.errors:
            self.errors.end()

    def leave(self, sentence: str, code: int = 0) -> str:
        """Stop here, so that `resume` can go on. Returns the sentence with what is left."""
        job, rows = self.job, self.state.rows
        if code == ExitCode.FAULTS:  # a difference: the part is named, to be looked at
            if job.keep:
                self.save()
            self.close()
            return sentence
        if job.keep and rows:
            with contextlib.suppress(TriageError):  # on a full disk the last note stands
                self.save()
            if (old := notes.read(_state(job), State)) is not None:
                self.close()
                return f"{sentence}; {old.rows:,} rows are done, go on with --resume"
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
        atomic_files.remove(_state(self.job))


def _check_whole(job: Job, state: State) -> None:
    """Is what is whole still what was written, under its temporary or its final name? Raises TriageError."""
    for name, final, digest in ((_errors(job), job.errors, state.errors_digest),
                                (_ready(job), job.target, state.ready_digest)):
        if final and not atomic_files.is_direct(final):
            written = next((each for each in (name, final) if Path(each).is_file()), "")
            if not written or notes.fingerprint(written) != digest:
                raise _refused(job, f"{name} is not what it left")


def _name(job: Job) -> None:
    """Give whole files their names. May be done again after an interruption."""
    for name, final in ((_errors(job), job.errors), (_ready(job), job.target)):
        if final and Path(name).exists() and not atomic_files.is_direct(final):
            atomic_files.move(name, final)
    if job.target_kind == "parquet":
        atomic_files.remove(_lines(job))
    atomic_files.remove(_state(job))


def _chunks(rows: Iterator[Row], most: int) -> Iterator[list[Row]]:
    """Rows in chunks of `most`, fewer where they are long."""
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
    """The state to begin with: nothing done, or what an interrupted run left. Raises TriageError if it cannot go on."""
    old = _old(job) if job.resume and left(job) else None
    seed = job.seed
    if seed is None:
        seed = old.contract.seed if old else secrets.randbelow(1 << 32)
    contract = Contract(
        input=notes.fingerprint(job.source) if job.keep else "", rules=knowledge.digest, engine=engine,
        columns=list(COLUMNS), kinds=[job.source_kind, job.target_kind], errors=job.errors, verify=job.verify,
        seed=seed,
    )
    if old is None:
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


def _refused(job: Job, why: str) -> TriageError:
    again = "leave out --resume to begin again"
    return TriageError(f"{job.target}: the interrupted run cannot go on: {why}; {again}", ExitCode.BAD_INPUT)


def _old(job: Job) -> State:
    state = notes.read(_state(job), State)
    if state is None:
        raise _refused(job, f"{_state(job)} cannot be read, or was changed")
    return state


# --- to verify ----------------------------------------------------------------------------------


def _draw(sample: list[tuple[int, Row, bytes]], most: int, seed: int, row: Row, line: bytes) -> None:
    """Keep the rows whose lot is lowest: a random sample, and the same one after an interruption."""
    lot = int.from_bytes(hashlib.blake2b(f"{seed}/{row.number}".encode(), digest_size=7).digest(), "big")
    if len(sample) < most:
        heapq.heappush(sample, (-lot, row, line))
    elif -lot > sample[0][0]:
        heapq.heapreplace(sample, (-lot, row, line))


def _verify(job: Job, state: State, workers: Workers) -> None:
    """Recompute the sample on the other engine. Raises TriageError at the first difference."""
    if not state.sample:
        return
    engine = state.contract.engine
    other = other_engine(engine)
    sample = sorted(state.sample, key=lambda drawn: drawn[1].number)
    rows = [row for _, row, _ in sample]
    different = []
    for row, (_, _, line), recomputed in zip(
        rows, sample, workers.here(other).evaluate(job.target_kind, rows, engine), strict=True
    ):
        if line != recomputed:
            different.append(_difference(job.target_kind, row, engine, line, other, recomputed))
    if different:
        where = "it is written already" if atomic_files.is_direct(job.target) else f"it stays in {_lines(job)}"
        more = f" (and {len(different) - 1} more of {len(sample)} rows)" if different[1:] else ""
        raise TriageError(f"{job.target}: {different[0]}{more}; {where}", ExitCode.FAULTS)


def _difference(kind: str, row: Row, engine: str, line: bytes, other: str, recomputed: bytes | str) -> str:
    if isinstance(recomputed, str):
        return f"row {row.number}: {other} cannot read it: {recomputed}"
    for name, first, second in zip(COLUMNS, tables.cells(kind, line), tables.cells(kind, recomputed), strict=True):
        if first != second:
            return f"row {row.number}, column '{name}': {first} on {engine}, {second} on {other}"
    return f"row {row.number}: its lines differ in writing only"
