"""Rows of CSV, JSON Lines and Parquet, read one by one and written line by line. Knows columns, not answers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from triage.batch.tables import csv, jsonl, parquet
from triage.batch.tables.row import Row
from triage.batch.tables.text_lines import Lines
from triage.support.errors import BadFile
from triage.support.input_files import read_bytes
from triage.support.text import guess

__all__ = ["KINDS", "Row", "Table", "cells", "header", "kind_of", "line", "needs", "open_table"]

KINDS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
"""Suffix of a file -> its kind."""


class Table(NamedTuple):
    """An open input."""

    rows: Iterator[Row]
    share: Callable[[], float]
    """How much of it has been read, from 0 to 1; 0 when that cannot be known."""


def kind_of(name: str, said: str | None, option: str) -> str:
    """csv, jsonl or parquet, by what was said or by the suffix. Raises BadFile with a guess."""
    suffix = Path(name).suffix.lower()
    if said or suffix in KINDS:
        return said or KINDS[suffix]
    if name == "-" or not suffix:
        hint = f"say {option} csv, jsonl or parquet"
    else:
        near = guess(suffix, KINDS).replace("did you mean", "is it")
        hint = f"the kinds are {', '.join(KINDS)}{near or f'; else say {option} csv, jsonl or parquet'}"
    shown = {"-": "<stdin>" if option == "--from" else "<stdout>"}.get(name, name)
    raise BadFile.of_file(shown, "kind", f"the kind of this file is not known; {hint}")


@contextlib.contextmanager
def open_table(name: str, kind: str, known: Mapping[str, str]) -> Iterator[Table]:
    """An input, `-` for stdin. `known`: legal column -> what it stands for. Raises BadFile, also while it is read."""
    shown = "<stdin>" if name == "-" else name
    with contextlib.ExitStack() as stack:
        stream: IO[bytes] = sys.stdin.buffer if name == "-" else stack.enter_context(_open(name))
        if kind == "parquet":
            yield Table(*parquet.read(stream, shown, known))
        else:
            lines = Lines(stream, shown)
            yield Table(csv.read(lines, known) if kind == "csv" else jsonl.read(lines), lines.share)


def _open(name: str) -> IO[bytes]:
    path = Path(name)
    try:
        if path.is_dir():
            raise BadFile.of_file(name, "missing", "this is a folder, not a file", missing=True)
        return path.open("rb")
    except OSError:
        read_bytes(name)  # it has the sentences for what is no file
        raise


def header(kind: str, columns: Sequence[str]) -> bytes:
    """What a file of text begins with. The lines of a Parquet file are gathered as JSON Lines."""
    return csv.line(columns) if kind == "csv" else b""


def line(kind: str, record: Mapping[str, Any]) -> bytes:
    """One row as it is written: `a|b`, yes and no in CSV, lists, true and false in JSON."""
    return csv.line(list(record.values())) if kind == "csv" else jsonl.line(record)


def cells(kind: str, text: bytes) -> list[Any]:
    """The values of a line, in the order of the columns."""
    return csv.cells(text) if kind == "csv" else jsonl.cells(text)


def needs(kind: str) -> None:
    """Raises TriageError when what this kind needs is not installed."""
    if kind == "parquet":
        parquet.pyarrow()
