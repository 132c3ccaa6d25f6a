"""What is worked out once for an object and forgotten with it. The one way in which this house remembers."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

K = TypeVar("K")
V = TypeVar("V")


class OnceForEach(Generic[K, V]):
    """A function of one object, worked out at the first call with it. What it gives must not hold the object itself.

    The object is told from others by what it is, not by what it says, so it must never change.
    """

    def __init__(self, work_out: Callable[[K], V]) -> None:
        update_wrapper(self, work_out)
        self._work_out = work_out
        self._known: WeakKeyDictionary[K, V] = WeakKeyDictionary()

    def __call__(self, of: K) -> V:
        if of not in self._known:
            self._known[of] = self._work_out(of)
        return self._known[of]

    def set(self, of: K, value: V) -> None:
        """From now on this is what it gives for the object."""
        self._known[of] = value
