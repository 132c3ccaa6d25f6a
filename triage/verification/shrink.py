"""As few answers as can be of which something still holds: delta debugging. Pure.

A. Zeller and R. Hildebrandt, Simplifying and isolating failure-inducing input, IEEE Transactions on Software
Engineering 28 (2002), 183-200. What is left is 1-minimal as there. Only complements are tried: a piece of the answers
by itself seldom does what all of them do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from triage.model import Answer, Answers

T = TypeVar("T")

Atom = tuple[str, Answer]
"""One answer; of several options each one is an atom."""


def ddmin(answers: Answers, still: Callable[[Answers], T | None]) -> T | None:
    """What `still` finds when no answer, and no option of one, can be left out any more; None when it finds nothing.

    Big pieces are tried first. The same answers in the same order give the same ones.
    """
    atoms = _atoms(answers)
    best = still(answers)
    size = max(1, len(atoms) // 2)
    while best is not None:
        start, smaller = 0, False
        while start < len(atoms):
            rest = atoms[:start] + atoms[start + size:]
            if (result := still(_joined(rest))) is not None:
                atoms, best, smaller = rest, result, True
            else:
                start += size
        if size == 1 and not smaller:
            break
        size = max(1, size // 2)
    return best


def count(answers: Answers) -> int:
    """How many things are said: each option counts."""
    return len(_atoms(answers))


def _atoms(answers: Answers) -> list[Atom]:
    return [(name, piece) for name, answer in answers.items()
            for piece in (((option,) for option in answer) if isinstance(answer, tuple) and answer else (answer,))]


def _joined(atoms: Iterable[Atom]) -> Answers:
    out: Answers = {}
    for name, piece in atoms:
        before = out.get(name, ())
        out[name] = (*before, *piece) if isinstance(before, tuple) and isinstance(piece, tuple) else piece
    return out
