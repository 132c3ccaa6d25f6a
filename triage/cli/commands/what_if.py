"""`triage what-if ANSWERS [FINDING=ANSWER ...]`: the smallest change that matters, or what these changes would do."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from triage.cli import arguments
from triage.explanation import counterfactual
from triage.explanation.counterfactual import Change
from triage.frontends.terminal import print_screen
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.presentation import explanation_screens
from triage.presentation.result_json import encode, plain
from triage.records import answers_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("file", help="the answers, - for stdin")
    parser.add_argument("change", nargs="*", metavar="FINDING=ANSWER",
                         help="other answers to try; without any the smallest changes are looked for")


def run(options: argparse.Namespace) -> int:
    """Print it."""
    knowledge = reader.load()
    answers = answers_file.answers(knowledge, options.file)
    compiled = Compiled(knowledge)
    if options.change:
        pairs = dict(arguments.pair(text) for text in options.change)
        more = answers_file.checked(knowledge, pairs, "the changes")
        change = counterfactual.changed(knowledge, compiled, answers, more)
        if options.json:
            sys.stdout.buffer.write(encode({"schema": "triage-what-if/1", "changes": [_data(change)]}))
        else:
            print_screen(explanation_screens.would_be(knowledge, change))
        return 0
    found = counterfactual.what_if(knowledge, compiled, answers)
    if options.json:
        sys.stdout.buffer.write(encode({
            "schema": "triage-what-if/1", "urgency": list(found.urgency), "first": found.first,
            "more_urgent": [_data(change) for change in found.more_urgent],
            "less_urgent": [_data(change) for change in found.less_urgent],
            "other_first": [_data(change) for change in found.other_first],
        }))
    else:
        print_screen(explanation_screens.what_if(knowledge, found))
    return 0


def _data(change: Change) -> dict[str, Any]:
    return {"answers": {name: plain(answer) for name, answer in change.answers.items()},
            "urgency": list(change.urgency), "first": change.first, "raises": change.raises}
