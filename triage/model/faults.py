"""Where something is wrong, and what."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True):
    """Where a card or a line of it stands, for messages."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(msgspec.Struct, frozen=True, order=True):
    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str = ""
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.code}]"
