"""`triage safety DIR`: the clinical safety file, its tables made anew from the rules and the stories."""

from __future__ import annotations

import argparse
import sys

from triage import cards, safety, scenarios
from triage.assessment import assess
from triage.compiled import Compiled
from triage.result import encode


def run(options: argparse.Namespace) -> int:
    """Print it as Markdown; with --json as one text in a mapping."""
    knowledge = cards.load()
    compiled = Compiled(knowledge)
    told = [safety.Told(story, assess(knowledge, compiled.fired(story.answers), story.answers))
            for story in scenarios.read(knowledge, options.dir)]
    text = safety.document(knowledge, told, options.dir)
    if options.json:
        sys.stdout.buffer.write(encode({"schema": "triage-safety/1", "text": text}))
    else:
        sys.stdout.buffer.write(text.encode())
    return 0
