"""`triage interview --answers FILE`: a simulated person takes the whole interview."""

from __future__ import annotations

import argparse
import sys

from triage.dialogue.conversation import Conversation
from triage.dialogue.driver import hold
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
    conversation = Conversation(knowledge, Engine(knowledge).conclude)
    state, end = hold(conversation, ScriptFront(known, options.otherwise), conversation.begin())
    assert end.assessment is not None  # a simulated person never leaves
    if options.json:
        sys.stdout.buffer.write(encode(result(knowledge, end.assessment, list(state.asked))))
        return 0
    for number, name in enumerate(state.asked, 1):
        print(f"{number:3}. {name}")
    print()
    print_screen(screens.outcome(knowledge, end.assessment))
    return 0
