"""`triage why ANSWERS [ID]`: what speaks for and against the first conditions, or why a question would be asked."""

from __future__ import annotations

import argparse
import sys

from triage.cli import arguments
from triage.explanation.standing import standing
from triage.frontends.terminal import print_screen
from triage.inference.assessment import IN_PLAY, assess
from triage.inference.compiled import Compiled
from triage.interview import next_question
from triage.knowledge import reader
from triage.presentation import explanation_screens
from triage.presentation.result_json import encode, standing_as_data
from triage.records import answers_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("file", help="the answers, - for stdin")
    parser.add_argument("id", nargs="?", default="", help="a condition, or a finding that would be asked")


def run(options: argparse.Namespace) -> int:
    """Print how the first conditions stand, or the one that is named; of a finding, why it is asked."""
    knowledge = reader.load()
    answers = answers_file.answers(knowledge, options.file)
    assessment = assess(knowledge, Compiled(knowledge).conclude(answers))
    if options.id in knowledge.findings:
        question = next_question.ask(knowledge, knowledge.findings[options.id])
        screen = explanation_screens.why_asked(knowledge, question, assessment)
        if options.json:
            blocks = [{"title": b.text, "items": list(b.items)} for b in screen.blocks if b.text or b.items]
            sys.stdout.buffer.write(encode({"schema": "triage-why/1", "finding": options.id, "blocks": blocks}))
        else:
            print_screen(screen)
        return 0
    names = [ranked.id for ranked in assessment.conditions[:IN_PLAY]]
    if options.id:
        names = [arguments.known_id(knowledge.conditions, options.id, "condition or finding",
                             [*knowledge.conditions, *knowledge.findings])]
    if options.json:
        found = [standing_as_data(knowledge, assessment, standing(knowledge, assessment, name)) for name in names]
        sys.stdout.buffer.write(encode({"schema": "triage-why/1", "urgency": assessment.urgency.level,
                                        "reasons": list(assessment.urgency.reasons), "conditions": found}))
        return 0
    if not names:
        print("Nothing that this program knows fits these answers.")
    for name in names:
        print_screen(explanation_screens.why(knowledge, assessment, name))
        print()
    return 0
