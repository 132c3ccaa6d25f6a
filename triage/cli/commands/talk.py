"""`triage`: the guided conversation."""

from __future__ import annotations

import argparse

from triage.cli.conversation import hold
from triage.knowledge import reader


def run(options: argparse.Namespace) -> int:
    """Talk with a person. With --json the talk goes to stderr and the result to stdout."""
    return hold(options, reader.load(), None)
