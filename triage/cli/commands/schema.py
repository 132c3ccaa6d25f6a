"""`triage schema [DIR]`: JSON Schemas of the cards, generated from the types."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from triage.knowledge.json_schema import schemas
from triage.presentation.result_json import encode
from triage.support.atomic_files import write, writing
from triage.support.errors import BadFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dir", nargs="?", type=Path, help="write one file a kind of card here (default: print all)")


def run(options: argparse.Namespace) -> int:
    """Print all schemas, or write one file a kind of card."""
    documents = schemas()
    if options.dir is None:
        sys.stdout.buffer.write(encode(documents))
        return 0
    if options.dir.exists() and not options.dir.is_dir():
        raise BadFile.of_file(str(options.dir), "missing", "this is a file, not a folder", missing=True)
    with writing(str(options.dir)):
        options.dir.mkdir(parents=True, exist_ok=True)
        for name, schema in documents.items():
            write(options.dir / f"{name}.schema.json", encode(schema), over=True)
    return 0
