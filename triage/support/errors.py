"""What can go wrong for the person at the keyboard, each as sentences fit to be shown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from triage.model import Fault
from triage.support.exit_codes import ExitCode
from triage.support.text import printable

MAX_FAULTS = 100
"""Faults of one file that are named; nobody reads more of them."""


class TriageError(Exception):
    """The work cannot go on: a sentence that says why, fit to be shown, and what the process ends with."""

    def __init__(self, sentence: str, exit_code: ExitCode) -> None:
        super().__init__(sentence, exit_code)
        self.sentence, self.exit_code = printable(sentence), exit_code

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentences(self) -> Sequence[str]:
        """All that is to be shown, a line each."""
        return (self.sentence,)


class BadFile(TriageError):
    """The file cannot be used. `missing`: it is not there."""

    def __init__(self, faults: Sequence[Fault], missing: bool = False) -> None:
        super().__init__("; ".join(map(str, faults[:MAX_FAULTS])),
                         ExitCode.MISSING if missing else ExitCode.BAD_INPUT)
        self.args = (faults, missing)  # what it is built from again in another process
        self.faults = _first(faults)
        """One sentence a fault, fit to be shown."""

    @property
    def sentences(self) -> Sequence[str]:
        return [f"{_place(fault)}: {fault.message}" for fault in self.faults]

    @classmethod
    def of_file(cls, name: str, code: str, message: str, missing: bool = False) -> BadFile:
        """One fault of a whole file, or of what was named; it has no place in it."""
        return cls([Fault.of_file(name, code, message)], missing)


def _place(fault: Fault) -> str:
    return f"{fault.file}:{fault.line}:{fault.column}" if fault.line else fault.file


def _first(faults: Sequence[Fault]) -> list[Fault]:
    first = [msgspec.structs.replace(fault, file=printable(fault.file), message=printable(fault.message))
             for fault in faults[:MAX_FAULTS]]
    if more := len(faults) - len(first):
        first.append(msgspec.structs.replace(first[-1], code="more", message=f"and {more:,} more faults"))
    return first
