"""`triage schema [DIR]`: JSON Schemas of the cards, generated from the types."""

from __future__ import annotations

import argparse
import sys

from triage.result import encode
from triage.schema import schemas


def run(options: argparse.Namespace) -> int:
    """Print all schemas, or write one file a kind of card."""
    found = schemas()
    if options.dir is None:
        sys.stdout.buffer.write(encode(found))
        return 0
    options.dir.mkdir(parents=True, exist_ok=True)
    for name, schema in found.items():
        (options.dir / f"{name}.schema.json").write_bytes(encode(schema))
    return 0
