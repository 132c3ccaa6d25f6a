"""Sums that differ from case to case: each sum with the set of cases that have it.

Counted in millionths: weights have four decimals and shares two (see rulebook), so all sums are exact, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from triage.inference.compiled.answer_columns import Cases
from triage.model import COMPARE

Sums = dict[int, Cases]
"""A sum -> its cases. No case has two."""

def units(value: float) -> int:
    """A weight or number of points in millionths."""
    return round(value * 1_000_000)


def value(total: int) -> float:
    """Millionths as the number that `units` was given."""
    return total / 1_000_000


def total(items: Iterable[tuple[int, Cases]]) -> Sums:
    """Points, each with the cases that have them -> totals, in the cases that have any."""
    items = [(points, cases) for points, cases in items if cases]
    any_of = union(cases for _, cases in items)
    sums: Sums = {0: any_of} if any_of else {}
    for points, cases in items:
        sums = plus(sums, {points: cases, 0: any_of & ~cases})
    return sums


def plus(one: Sums, other: Sums) -> Sums:
    """Both together, case by case."""
    if len(other) == 1:
        (b, there), = other.items()
        return {a + b: both for a, here in one.items() if (both := here & there)}
    out: Sums = {}
    for a, here in one.items():
        for b, there in other.items():
            if both := here & there:
                out[a + b] = out.get(a + b, 0) | both
    return out


def mapped(sums: Sums, change: Callable[[int], int]) -> Sums:
    """Each sum changed."""
    out: Sums = {}
    for each, cases in sums.items():
        new = change(each)
        out[new] = out.get(new, 0) | cases
    return out


def compared(sums: Sums, op: str, bound: int) -> Cases:
    """The cases whose sum compares so with the bound."""
    holds = COMPARE[op]
    return union(cases for each, cases in sums.items() if holds(each, bound))


def union(sets: Iterable[Cases]) -> Cases:
    """The cases that are in any of the sets."""
    out = 0
    for each in sets:
        out |= each
    return out
