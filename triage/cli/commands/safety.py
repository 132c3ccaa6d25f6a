"""`triage safety DIR`: the clinical safety file, its tables made anew from the rules and the stories."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.verification import safety, scenarios


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dir", type=Path, help="the folder of scenarios that show the controls")
    parser.add_argument("--full", action="store_true", help="with digest, counts and lines of stories, for a release")


def run(options: argparse.Namespace) -> int:
    """Print it as Markdown; with --json as one text in a mapping."""
    knowledge = reader.load()
    compiled = Compiled(knowledge)
    outcomes = [safety.Outcome(story, assess(knowledge, compiled.conclude(story.answers)))
            for story in scenarios.read(knowledge, options.dir)]
    text = safety.document(knowledge, outcomes, options.dir, full=options.full)
    if options.json:
        sys.stdout.buffer.write(encode({"schema": "triage-safety/1", "text": text}))
    else:
        sys.stdout.buffer.write(text.encode())
    return 0
