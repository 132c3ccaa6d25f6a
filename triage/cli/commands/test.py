"""`triage test DIR`: run scripted stories."""

from __future__ import annotations

import argparse
import sys

from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.support.text import printable
from triage.verification import scenarios


def run(options: argparse.Namespace) -> int:
    """Run every story; 1 if one fails."""
    knowledge = reader.load()
    stories = scenarios.read(knowledge, options.dir)
    engine = Engine(knowledge)
    outcomes = [(story, scenarios.failures(knowledge, engine.fired, story)) for story in stories]
    failed = [(story, wrong) for story, wrong in outcomes if wrong]
    if options.json:
        sys.stdout.buffer.write(encode([
            {"file": s.file, "line": s.line, "story": s.story, "failures": wrong} for s, wrong in outcomes
        ]))
    else:
        for story, wrong in failed:
            print(printable(f"{story.file}:{story.line}: {story.story}"))
            for sentence in wrong:
                print(f"    {sentence}")
        print(f"{len(outcomes) - len(failed)} stories passed, {len(failed)} failed", file=sys.stderr)
    return 1 if failed else 0
