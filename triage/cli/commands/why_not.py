"""`triage why-not ANSWERS CONDITION`: why a condition is not named first, or not at all."""

from __future__ import annotations

import argparse
import sys

from triage.cli import arguments
from triage.explanation.standing import standing
from triage.frontends.terminal import print_screen
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.presentation import explanation_screens
from triage.presentation.result_json import encode, standing_as_data
from triage.records import answers_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("file", help="the answers, - for stdin")
    parser.add_argument("condition", help="the id of a condition")


def run(options: argparse.Namespace) -> int:
    """Print what speaks for it, against it, what is not known, and what would say more."""
    knowledge = reader.load()
    answers = answers_file.answers(knowledge, options.file)
    name = arguments.known_id(knowledge.conditions, options.condition, "condition")
    assessment = assess(knowledge, Compiled(knowledge).conclude(answers))
    if options.json:
        found = standing_as_data(knowledge, assessment, standing(knowledge, assessment, name))
        sys.stdout.buffer.write(encode({"schema": "triage-why-not/1", **found}))
    else:
        print_screen(explanation_screens.why_not(knowledge, assessment, name))
    return 0
