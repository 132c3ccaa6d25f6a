"""`triage interview --answers FILE`: a simulated person takes the whole interview."""

from __future__ import annotations

import argparse
import sys

from triage.dialogue.conversation import talk
from triage.dialogue.simulated_person import ScriptFront
from triage.frontends.terminal import print_screen
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.presentation import screens
from triage.presentation.result_json import encode, result
from triage.records import answers_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--answers", required=True, metavar="FILE", help="what the person knows, - for stdin")
    parser.add_argument("--otherwise", choices=["not_sure", "no"], default="not_sure",
                           help="what the person says to all else (default: not_sure)")


def run(options: argparse.Namespace) -> int:
    """Print the questions asked, in order, and the result."""
    knowledge = reader.load()
    known = answers_file.answers(knowledge, options.answers)
    front = ScriptFront(known, options.otherwise)
    ended = talk(knowledge, Engine(knowledge).fired, front, greet=False)
    assert ended.assessment is not None  # a script never leaves
    if options.json:
        sys.stdout.buffer.write(encode(result(knowledge, ended.assessment, list(ended.asked))))
        return 0
    for number, name in enumerate(ended.asked, 1):
        print(f"{number:3}. {name}")
    print()
    print_screen(screens.outcome(knowledge, ended.assessment))
    return 0
