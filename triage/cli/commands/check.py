"""`triage check [DIR]`: every fault of the rules, and what to do about it."""

from __future__ import annotations

import argparse
import sys

from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.support.errors import BadFile
from triage.support.text import printable
from triage.verification import lint


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
        print(f"{len(faults)} faults in {shown}" if faults else f"no faults in {shown}", file=sys.stderr)
    return 1 if faults else 0
