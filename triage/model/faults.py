"""Where something is wrong, and what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where a card or a line of it stands, for messages."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(msgspec.Struct, frozen=True, order=True):
    """Something wrong in a file, and what to do about it. Sorted by file, line and column."""

    file: str
    line: int
    column: int
    code: str
    """Its kind, by which a fix is found."""
    message: str
    """A sentence to the one who can mend it."""
    fix: str = ""
    """What to do about it."""

    @classmethod
    def of_file(cls, name: str, code: str, message: str) -> Fault:
        """A fault of a whole file, or of what was named: it has no place in it (line 0)."""
        return cls(name, 0, 0, code, message)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.code}]"


class Issue(NamedTuple):
    """What a check of the knowledge finds wrong, before its place is looked up."""

    key: str
    """A card as `Knowledge.places` names it, or the key of a rule."""
    code: str
    message: str
    """A sentence."""


Issues = Iterator[Issue]
