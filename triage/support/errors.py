"""What can go wrong for the person at the keyboard, each as sentences fit to be shown."""

from __future__ import annotations

import msgspec

from triage.model import Fault
from triage.support.text import printable

_TOLD = 100
"""So many faults of a file are told."""


class BadFile(Exception):
    """The file cannot be used. `missing` when it is not there."""

    def __init__(self, faults: list[Fault], missing: bool = False) -> None:
        super().__init__("; ".join(map(str, faults[:_TOLD])))
        self.faults, self.missing = _told(faults), missing
        """One sentence a fault, fit to be shown; no more of them than anybody reads."""


def _told(faults: list[Fault]) -> list[Fault]:
    told = [msgspec.structs.replace(fault, file=printable(fault.file), message=printable(fault.message))
            for fault in faults[:_TOLD]]
    if more := len(faults) - len(told):
        told.append(msgspec.structs.replace(told[-1], code="more", message=f"and {more:,} more faults"))
    return told
