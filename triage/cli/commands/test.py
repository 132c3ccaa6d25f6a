"""`triage test DIR`: run scripted stories."""

from __future__ import annotations

import argparse
import sys

from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.support.text import printable
from triage.verification import edges, scenarios


def run(options: argparse.Namespace) -> int:
    """Run every story; 1 if one fails."""
    knowledge = reader.load()
    table = options.dir.suffix == ".jsonl"
    stories = edges.read(knowledge, options.dir) if table else scenarios.read(knowledge, options.dir)
    answers = [story.answers for story in stories]
    fired = Compiled(knowledge).many(answers) if options.engine == "compiled" else map(Engine(knowledge).fired, answers)
    outcomes = [(story, scenarios.wrong(knowledge, assess(knowledge, each, story.answers), story.expect))
                for story, each in zip(stories, fired, strict=True)]
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
