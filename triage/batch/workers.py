"""Chunks of rows concluded in this process or in several, in order. Knows processes and signals, not files."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import Any

from triage.batch.rows import RowEvaluator
from triage.batch.tables import Row
from triage.knowledge import reader
from triage.model import Knowledge
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode
from triage.support.signals import no_interrupts

LEAVES_PIPES_OPEN = sys.version_info < (3, 11, 6) or (3, 12) <= sys.version_info < (3, 12, 1)
"""Does a pool of this Python write for ever to a full pipe that nobody reads any more? Later ones close it themselves,
in a thread: to close it here as well would at times close it twice, and with it whatever has its number by then."""


class Workers:
    """Concludes chunks of rows in this process or in several, and keeps their order. To be closed."""

    def __init__(self, knowledge: Knowledge, rules: Path, engine: str, processes: int = 1) -> None:
        self.knowledge, self.engine, self.processes = knowledge, engine, processes
        self.rules = str(rules.resolve())
        self._evaluators: dict[str, RowEvaluator] = {}
        self._pool: ProcessPoolExecutor | None = None
        self._children: set[Any] = set()

    def here(self, engine: str) -> RowEvaluator:
        """This process's own, built when it is first needed."""
        if engine not in self._evaluators:
            self._evaluators[engine] = RowEvaluator(self.knowledge, engine)
        return self._evaluators[engine]

    def evaluate(self, kind: str, chunks: Iterator[list[Row]]) -> Iterator[tuple[list[Row], list[bytes | str]]]:
        """Each chunk with its verdicts, in order; never more than a few chunks are held. Raises TriageError."""
        first = list(islice(chunks, 2))
        chunks = chain(first, chunks)
        if self.processes == 1 or len(first) < 2:  # one chunk is done before a second process has begun
            for chunk in chunks:
                yield chunk, self.here(self.engine).evaluate(kind, chunk)
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
            raise TriageError("a worker process died: it was killed, or memory ran out", ExitCode.UNAVAILABLE) from None

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
            if LEAVES_PIPES_OPEN:
                self._pool._call_queue._reader.close()  # type: ignore[attr-defined]
            self._pool.shutdown()  # not to wait, or to cancel, lets its thread complain while Python ends
            self._pool, self._children = None, set()


_given: tuple[str, str, str] = ("", "", "")
_row_evaluator: RowEvaluator | None = None


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
    global _row_evaluator
    if _row_evaluator is None:
        rules, digest, engine = _given
        _row_evaluator = RowEvaluator(same_rules(rules, digest), engine)
    return _row_evaluator.evaluate(kind, rows)


def same_rules(folder: str, digest: str) -> Knowledge:
    """The rules of this folder, if they are those. Raises RulesError, TriageError."""
    knowledge = reader.load(Path(folder))
    if knowledge.digest != digest:
        raise TriageError(f"{folder}: these are not the rules that the batch began with", ExitCode.BAD_INPUT)
    return knowledge
