"""What the process ends with. Loads nothing."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes of sysexits.h where there is one for it."""

    DONE = 0
    FAULTS = 1
    """Faults were found: in the rules, by a story, by a proof."""
    USAGE = 2
    BAD_INPUT = 65
    MISSING = 66
    UNAVAILABLE = 69
    """Something it needs is not installed, or does not answer."""
    CANNOT_WRITE = 73
    INTERRUPTED = 130
