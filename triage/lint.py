"""All faults of the rules at once, each with place, code and a sentence."""

from __future__ import annotations

from pathlib import Path

from triage import cards
from triage.model import Fault


def faults(folder: Path) -> list[Fault]:
    """Everything that is wrong with the rules in this folder, in the order of files and lines."""
    _, found = cards.read(folder)
    return found
