"""`triage assess FILE`: conclude from a file of answers."""

from __future__ import annotations

import argparse
import sys

from triage.cli.output import complain
from triage.frontends.terminal import print_screen
from triage.inference.assessment import assess
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.presentation import screens
from triage.presentation.result_json import encode, result
from triage.records import answers_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("file", help="the answers, - for stdin")
    parser.add_argument("--trace", action="store_true", help="the facts and the rules that fired, on stderr")


def run(options: argparse.Namespace) -> int:
    """Print the result for the answers in a file."""
    knowledge = reader.load()
    answers = answers_file.answers(knowledge, options.file)
    engine = Engine(knowledge)
    if options.trace:
        complain(*engine.trace(answers))
    assessment = assess(knowledge, engine.conclude(answers))
    if options.json:
        sys.stdout.buffer.write(encode(result(knowledge, assessment)))
    else:
        print_screen(screens.outcome(knowledge, assessment))
    return 0
