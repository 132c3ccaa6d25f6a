"""`triage coverage DIR`: what of the rules the stories reach."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from triage.cli.output import complain
from triage.knowledge import reader
from triage.presentation.result_json import encode
from triage.verification import scenarios
from triage.verification.coverage import Measure, coverage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dir", type=Path, help="a file or folder of scenarios")
    parser.add_argument("--missing", action="store_true", help="list all that no story reaches")


def run(options: argparse.Namespace) -> int:
    """Print the table, or all that no story reaches; 1 if less is reached than the floors ask for."""
    knowledge = reader.load()
    measures = coverage(knowledge, scenarios.read(knowledge, options.dir))
    if options.json:
        sys.stdout.buffer.write(encode([_data(measure) for measure in measures]))
    else:
        print("\n".join(_table(measures)))
        if options.missing:
            print("\n".join(line for measure in measures for line in _missing(measure)))
    too_low = [measure for measure in measures if not measure.enough]
    for measure in too_low:
        complain(f"{measure.name}: {measure.per_cent:.1f} %, less than the floor of {measure.floor:g} %")
    return 1 if too_low else 0


def _table(measures: list[Measure]) -> list[str]:
    wide = max(len(measure.name) for measure in measures)
    return [f"{'':<{wide}}{'reached':>10}{'of':>8}{'per cent':>10}{'floor':>8}",
            *(f"{m.name:<{wide}}{m.reached:>10}{m.every:>8}{m.per_cent:>10.1f}{m.floor:>8g}" for m in measures)]


def _missing(measure: Measure) -> list[str]:
    if not measure.missing:
        return []
    return ["", f"{measure.name}, reached by no story:", *(f"  {name}" for name in measure.missing)]


def _data(measure: Measure) -> dict[str, Any]:
    return {"name": measure.name, "reached": measure.reached, "of": measure.every,
            "per_cent": round(measure.per_cent, 2), "floor": measure.floor, "missing": list(measure.missing)}
