"""Mutation of the knowledge: the rules are spoilt, one line at a time. Do the stories notice?"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Literal, NamedTuple, TypeVar

import msgspec

from triage.support.signals import no_interrupts
from triage.verification.mutation.equivalence import Equivalence
from triage.verification.mutation.killers import Suite
from triage.verification.mutation.operators import KINDS, Kind, Mutant, mutants, place
from triage.verification.mutation.test_generation import MissingScenario, missing_edges, missing_scenarios

__all__ = ["FLOORS", "KINDS", "Kind", "MissingScenario", "Mutant", "MutantResult", "Shares", "Suite",
           "missing_edges", "missing_scenarios", "mutants", "place", "run_mutants", "run_survivors"]

T = TypeVar("T")


class Shares(NamedTuple):
    """Per cent of the mutants that are killed. Equivalent ones do not count."""

    stories: float
    """By the stories alone."""
    with_edges: float
    """By a story or an edge."""


FLOORS = {True: Shares(stories=98.0, with_edges=99.9), False: Shares(stories=14.0, with_edges=97.9)}
"""The least that is asked, of critical mutants and of the rest: what was measured, rounded down."""

CHUNK = 100
"""So many mutants are given to a process at a time."""

Outcome = Literal["killed", "equivalent", "survived"]


class MutantResult(msgspec.Struct, frozen=True):
    """What the stories make of a mutant, and of one that they let live the edges."""

    mutant: Mutant
    outcome: Outcome
    """By the stories alone."""
    by: str = ""
    """The story that kills it, or the edge that does so where no story does, as `file:line`."""

    @property
    def outcome_with_edges(self) -> Outcome:
        """By stories and edges together."""
        return "killed" if self.by else self.outcome


def run_mutants(suite: Suite, chosen: Sequence[Mutant], processes: int = 0) -> list[MutantResult]:
    """Each mutant with what the stories make of it, in order. `processes`: 0 is one a core."""
    return _in_parallel(_results, suite, chosen, processes)


def run_survivors(edges: Suite, results: Sequence[MutantResult], processes: int = 0) -> list[MutantResult]:
    """The same results; those that survived the stories with the edge that kills them, if there is one."""
    survivors = [result.mutant for result in results if result.outcome == "survived"]
    killers = iter(_in_parallel(_killers, edges, survivors, processes))
    return [msgspec.structs.replace(result, by=next(killers)) if result.outcome == "survived" else result
            for result in results]


def _in_parallel(
    task: Callable[[Sequence[Mutant]], list[T]], suite: Suite, chosen: Sequence[Mutant], processes: int,
) -> list[T]:
    global _suite
    _suite = suite
    processes = processes or os.cpu_count() or 1
    chunks = [chosen[i: i + CHUNK] for i in range(0, len(chosen), CHUNK)]
    if processes > 1 and len(chunks) > 1 and "fork" in multiprocessing.get_all_start_methods():
        with contextlib.suppress(BrokenProcessPool):  # a process was killed: all is done here
            return _in_pool(task, chunks, processes)
    return [answer for chunk in chunks for answer in task(chunk)]


def _in_pool(
    task: Callable[[Sequence[Mutant]], list[T]], chunks: list[Sequence[Mutant]], processes: int,
) -> list[T]:
    # Forked, a process has the suite already; spawned, it would have to build it anew.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"))
    try:
        with no_interrupts():
            waiting = [pool.submit(task, chunk) for chunk in chunks]
        return [answer for some in waiting for answer in some.result()]
    finally:
        pool.shutdown(cancel_futures=True)


_suite: Suite


def _results(chosen: Sequence[Mutant]) -> list[MutantResult]:
    equivalence = Equivalence(_suite.knowledge)
    out = []
    for mutant, by in zip(chosen, _killers(chosen), strict=True):
        outcome: Outcome = "killed" if by else "equivalent" if equivalence.holds(mutant) else "survived"
        out.append(MutantResult(mutant, outcome, by))
    return out


def _killers(chosen: Sequence[Mutant]) -> list[str]:
    """For each the place of a story that kills it, or nothing."""
    stories = [_suite.killer(mutant) for mutant in chosen]
    return [f"{story.file}:{story.line}" if story is not None else "" for story in stories]
