"""`triage why ANSWERS [ID]`: what speaks for and against the first conditions, or why a question would be asked."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from triage import cards, explain, files, interview
from triage.assessment import IN_PLAY, assess
from triage.compiled import Compiled
from triage.model import Knowledge
from triage.result import encode, line
from triage.terminal import print_screen


def run(options: argparse.Namespace) -> int:
    """Print how the first conditions stand, or the one that is named; of a finding, why it is asked."""
    knowledge = cards.load()
    answers = files.answers(knowledge, options.file)
    assessment = assess(knowledge, Compiled(knowledge).fired(answers), answers)
    if options.id in knowledge.findings:
        screen = explain.why_asked(knowledge, interview.ask(knowledge, knowledge.findings[options.id]), assessment)
        if options.json:
            blocks = [{"title": b.text, "items": list(b.items)} for b in screen.blocks if b.text or b.items]
            sys.stdout.buffer.write(encode({"schema": "triage-why/1", "finding": options.id, "blocks": blocks}))
        else:
            print_screen(screen)
        return 0
    names = [ranked.id for ranked in assessment.conditions[:IN_PLAY]]
    if options.id:
        names = [files.named(knowledge.conditions, options.id, "condition or finding",
                             [*knowledge.conditions, *knowledge.findings])]
    if options.json:
        found = [standing(knowledge, explain.standing(knowledge, assessment, name)) for name in names]
        sys.stdout.buffer.write(encode({"schema": "triage-why/1", "urgency": assessment.urgency.level,
                                        "reasons": list(assessment.urgency.reasons), "conditions": found}))
        return 0
    if not names:
        print("Nothing that this program knows fits these answers.")
    for name in names:
        print_screen(explain.why(knowledge, assessment, name))
        print()
    return 0


def standing(knowledge: Knowledge, found: explain.Standing) -> dict[str, Any]:
    """A standing as plain data."""
    return {
        "id": found.id, "name": knowledge.conditions[found.id].name, "band": found.band, "lacks": found.lacks,
        "for": [line(r) for r in found.for_], "against": [line(r) for r in found.against],
        "unknown": [line(r) for r in found.unknown], "refuted": [line(r) for r in found.refuted],
        "settle": list(found.settle),
    }
