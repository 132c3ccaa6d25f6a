"""`triage`: the guided conversation."""

from __future__ import annotations

import argparse
import sys

from triage import cards
from triage.conversation import talk
from triage.engine import Engine
from triage.result import encode, result
from triage.terminal import Front, front

INTERRUPTED = 130


def run(options: argparse.Namespace) -> int:
    """Talk with a person. With --json the talk goes to stderr and the result to stdout."""
    knowledge = cards.load()
    if options.json:
        from triage.terminal.plain import PlainFront

        speaks: Front = PlainFront(sys.stdin, sys.stderr)
    else:
        speaks = front(plain=options.plain, mouse=options.mouse)
    ended = talk(knowledge, Engine(knowledge).fired, speaks)
    if not options.json:
        return 0
    if ended.assessment is None:
        return INTERRUPTED  # the person left, and there is no result to print
    sys.stdout.buffer.write(encode(result(knowledge, ended.assessment, list(ended.asked))))
    return 0
