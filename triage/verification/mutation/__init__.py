"""Mutation of the knowledge: the rules are spoilt, one line at a time. Do the stories notice?"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Literal

import msgspec

from triage.support.signals import no_interrupts
from triage.verification.mutation.equivalence import Equivalence
from triage.verification.mutation.killers import Court
from triage.verification.mutation.operators import KINDS, Kind, Mutant, mutants, place
from triage.verification.mutation.test_generation import Missing, missing

__all__ = ["FLOORS", "KINDS", "Court", "Kind", "Missing", "Mutant", "Verdict", "missing", "mutants", "place",
           "tried"]

FLOORS = {True: 100.0, False: 90.0}
"""Per cent of mutants that must be killed: of critical ones, and of the rest. Equivalent ones do not count."""

CHUNK = 100
"""So many mutants are given to a process at a time."""

Outcome = Literal["killed", "equivalent", "survived"]


class Verdict(msgspec.Struct, frozen=True):
    mutant: Mutant
    outcome: Outcome
    by: str = ""
    """The story that killed it, as `file:line`."""


def tried(court: Court, chosen: Sequence[Mutant], processes: int = 0) -> list[Verdict]:
    """Each mutant with its verdict, in order. `processes`: 0 is one a core."""
    global _court
    _court = court
    processes = processes or os.cpu_count() or 1
    chunks = [chosen[i: i + CHUNK] for i in range(0, len(chosen), CHUNK)]
    if processes > 1 and len(chunks) > 1 and "fork" in multiprocessing.get_all_start_methods():
        with contextlib.suppress(BrokenProcessPool):  # a process was killed: all is done here
            return _tried_by_several(chunks, processes)
    return [verdict for chunk in chunks for verdict in _tried(chunk)]


def _tried_by_several(chunks: list[Sequence[Mutant]], processes: int) -> list[Verdict]:
    # Forked, a process has the court already; spawned, it would have to build it anew.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"))
    try:
        with no_interrupts():
            waiting = [pool.submit(_tried, chunk) for chunk in chunks]
        return [verdict for some in waiting for verdict in some.result()]
    finally:
        pool.shutdown(cancel_futures=True)


_court: Court


def _tried(chosen: Sequence[Mutant]) -> list[Verdict]:
    equivalence = Equivalence(_court.knowledge)
    out = []
    for mutant in chosen:
        story = _court.killer(mutant)
        if story is not None:
            out.append(Verdict(mutant, "killed", f"{story.file}:{story.line}"))
        else:
            out.append(Verdict(mutant, "equivalent" if equivalence.holds(mutant) else "survived"))
    return out
