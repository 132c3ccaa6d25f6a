"""`triage why-not ANSWERS CONDITION`: why a condition is not named first, or not at all."""

from __future__ import annotations

import argparse
import sys

from triage import cards, explain, files
from triage.assessment import assess
from triage.commands.why import standing
from triage.compiled import Compiled
from triage.result import encode
from triage.terminal import print_screen


def run(options: argparse.Namespace) -> int:
    """Print what speaks for it, against it, what is not known, and what would say more."""
    knowledge = cards.load()
    answers = files.answers(knowledge, options.file)
    name = files.named(knowledge.conditions, options.condition, "condition")
    assessment = assess(knowledge, Compiled(knowledge).fired(answers), answers)
    if options.json:
        found = standing(knowledge, explain.standing(knowledge, assessment, name))
        sys.stdout.buffer.write(encode({"schema": "triage-why-not/1", **found}))
    else:
        print_screen(explain.why_not(knowledge, assessment, name))
    return 0
