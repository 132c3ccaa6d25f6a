"""The program in a pseudo-terminal."""

from __future__ import annotations

import os
import sys
from typing import Any

import pexpect

from triage.frontends.terminal.plain import QUIET


def terminal(*arguments: str, rows: int = 40, columns: int = 80) -> Any:
    """Typed into at the pace of a person: what comes sooner does not count."""
    child = pexpect.spawn(sys.executable, ["-m", "triage", *arguments], dimensions=(rows, columns), encoding="utf-8",
                          timeout=90, env={**os.environ, "TERM": "xterm-256color"})
    child.delaybeforesend = 3 * QUIET
    return child
