"""`triage check [DIR]`: every fault of the rules, and what to do about it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from triage.cli import arguments
from triage.cli.output import complain
from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.support.errors import BadFile
from triage.support.text import printable
from triage.verification import lint


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dir", nargs="?", type=Path, help="a folder of rules (default: the rules in use)")
    parser.add_argument("--on", type=arguments.day, metavar="YYYY-MM-DD", help="as if it were this "
                        "day: what is then due for review (default: today)")
    parser.add_argument("--stories", type=Path, metavar="DIR", help="the stories that each card must have (default: "
                       "tests/scenarios beside the rules, where it is)")


def run(options: argparse.Namespace) -> int:
    """Print all faults; 1 if there is any."""
    folder = options.dir or reader.rules_folder()
    if options.stories and not options.stories.is_dir():
        raise BadFile.of_file(str(options.stories), "missing", "there is no such folder", missing=True)
    faults = lint.faults(folder, on=options.on, stories=options.stories)
    if options.json:
        sys.stdout.buffer.write(encode([
            {"file": f.file, "line": f.line, "column": f.column, "code": f.code, "message": f.message, "fix": f.fix}
            for f in faults
        ]))
    else:
        for fault in faults:
            print(printable(str(fault)))
            print(f"  fix: {fault.fix}")
        shown = printable(str(folder))
        complain(f"{len(faults)} faults in {shown}" if faults else f"no faults in {shown}")
    return 1 if faults else 0
