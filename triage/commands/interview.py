"""`triage interview --answers FILE`: a simulated person takes the whole interview."""

from __future__ import annotations

import argparse
import sys

from triage import cards, files, screen
from triage.conversation import talk
from triage.engine import Engine
from triage.result import encode, result
from triage.terminal import print_screen
from triage.terminal.script import ScriptFront


def run(options: argparse.Namespace) -> int:
    """Print the questions asked, in order, and the result."""
    knowledge = cards.load()
    known = files.answers(knowledge, options.answers)
    front = ScriptFront(known, options.otherwise)
    ended = talk(knowledge, Engine(knowledge).fired, front, greet=False)
    assert ended.assessment is not None  # a script never leaves
    if options.json:
        sys.stdout.buffer.write(encode(result(knowledge, ended.assessment, list(ended.asked))))
        return 0
    for number, name in enumerate(ended.asked, 1):
        print(f"{number:3}. {name}")
    print()
    print_screen(screen.outcome(knowledge, ended.assessment))
    return 0
