"""`triage test DIR`: run scripted stories."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from triage.cli.output import complain
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.support.text import printable
from triage.verification import edges, scenarios


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dir", type=Path, help="a file or folder of scenarios, or a table of edges (.jsonl)")
    parser.add_argument("--engine", choices=["compiled", "experta"], default="compiled",
                      help="the evaluator that concludes; both conclude the same, experta is slower")


def run(options: argparse.Namespace) -> int:
    """Run every story; 1 if one fails."""
    knowledge = reader.load()
    table = options.dir.suffix == ".jsonl"
    stories = edges.read(knowledge, options.dir) if table else scenarios.read(knowledge, options.dir)
    answers = [story.answers for story in stories]
    compiled = options.engine == "compiled"
    conclusions = (Compiled(knowledge).conclude_many(answers) if compiled
                   else map(Engine(knowledge).conclude, answers))
    outcomes = [(story, scenarios.wrong(knowledge, assess(knowledge, conclusion), story.expect))
                for story, conclusion in zip(stories, conclusions, strict=True)]
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
        complain(f"{len(outcomes) - len(failed)} stories passed, {len(failed)} failed")
    return 1 if failed else 0
