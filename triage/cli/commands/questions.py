"""`triage questions`: the vocabulary."""

from __future__ import annotations

import argparse
import sys

from triage.cli import arguments
from triage.knowledge import reader
from triage.model import NONE, NOT_SURE, Finding
from triage.presentation.result_json import encode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--topic", help="only this topic, such as pain or onset")


def run(options: argparse.Namespace) -> int:
    """Print every finding that can be answered."""
    knowledge = reader.load()
    findings = [f for f in knowledge.findings.values() if options.topic in (None, f.topic)]
    if not findings:
        raise arguments.unknown_id(options.topic, "topic", sorted({f.topic for f in knowledge.findings.values()}))
    if options.json:
        sys.stdout.buffer.write(encode([_plain(f) for f in findings]))
        return 0
    for finding in findings:
        print(f"{finding.id}  ({finding.kind}{', ' + finding.unit if finding.unit else ''})")
        print(f"    {finding.ask}")
        for option in finding.options:
            print(f"      {option}: {finding.label(option)}")
    print(f"\nEvery finding also takes {NOT_SURE}; kinds one and many also {NONE}. "
          "Durations: '3 days', '2 weeks', '4 months'.")
    return 0


def _plain(finding: Finding) -> dict[str, object]:
    out: dict[str, object] = {"id": finding.id, "kind": finding.kind, "ask": finding.ask}
    if finding.help:
        out["help"] = finding.help
    if finding.unit:
        out |= {"unit": finding.unit, "lowest": finding.lowest, "highest": finding.highest}
    if finding.options:
        out["options"] = [{"id": o, "label": finding.label(o)} for o in finding.options]
    also = [NOT_SURE] if finding.kind not in ("one", "many") else [NONE, NOT_SURE]
    return {**out, "also": also}
