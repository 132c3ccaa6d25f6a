"""`triage assess FILE`: conclude from a file of answers."""

from __future__ import annotations

import argparse
import sys

from triage import cards, files, screen
from triage.assessment import assess
from triage.engine import Engine
from triage.result import encode, result
from triage.terminal import print_screen


def run(options: argparse.Namespace) -> int:
    """Print the result for the answers in a file."""
    knowledge = cards.load()
    answers = files.answers(knowledge, options.file)
    engine = Engine(knowledge)
    if options.trace:
        print("\n".join(engine.trace(answers)), file=sys.stderr)
    assessment = assess(knowledge, engine.fired(answers), answers)
    if options.json:
        sys.stdout.buffer.write(encode(result(knowledge, assessment)))
    else:
        print_screen(screen.outcome(knowledge, assessment))
    return 0
