"""CSV: comma-separated rows of text, with quotes as RFC 4180 has them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from triage.batch.tables.row import (
    MAX_ROW_BYTES,
    NOT_UTF8,
    TOO_LONG,
    Row,
    bad_table,
    check_columns,
    checked_row,
    is_text,
)
from triage.batch.tables.text_lines import Line, Lines


def read(lines: Lines, known: Mapping[str, str]) -> Iterator[Row]:
    """Its rows. `known`: legal column -> what it stands for. Raises BadFile for a header that cannot be used."""
    head = next(_records(lines), _Record(0, [], "the file is empty"))
    if head.fault:
        raise bad_table(lines.shown, head.fault, head.line)
    if not is_text(head.cells):
        raise bad_table(lines.shown, "the header is not UTF-8; save the file as UTF-8", head.line)
    names = [name.strip() for name in head.cells]
    if len(names) == 1 and (other := next((c for c in ";\t" if c in names[0]), "")):
        raise bad_table(lines.shown, f"the cells are separated by {other!r}; save it with commas", head.line)
    check_columns(names, known, lines.shown)
    # A generator of its own, so that a bad header is told at once and not with the first row.
    return _rows(_records(lines, len(names)), names)


def _rows(records: Iterator[_Record], names: list[str]) -> Iterator[Row]:
    for number, (line, cells, fault, size) in enumerate(records, 1):
        text = not fault and is_text(cells)
        if not fault and not text:
            fault = NOT_UTF8
        elif not fault and len(cells) != len(names):
            fault = f"the row has {_counted(len(cells), 'cell')}, the header {len(names)}"
        answers = {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip()} if text else {}
        yield checked_row(number, line, answers, fault, size)


class _Record(NamedTuple):
    line: int
    """Its first."""
    cells: list[str]
    fault: str = ""
    size: int = 0


def _records(lines: Lines, width: int = 0) -> Iterator[_Record]:
    """Each record. One that cannot be read costs its first line only.

    `width`: cells of a record. Behind a quote that is never closed all that has another width is part of that fault.
    """
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    lost = False
    while True:
        if lost:
            _skip(lines, width)
        feed.taken, feed.size = [], 0
        cells: list[str] = []
        fault = unclosed = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            unclosed = _open_quote(feed.taken)
            fault = f"{unclosed} within the {MAX_ROW_BYTES:,} bytes of a row" if unclosed else TOO_LONG
        except csv.Error as error:
            unclosed = _open_quote(feed.taken) if _is_open(str(error)) else ""
            fault = unclosed or _csv_sentence(str(error), feed.taken)
        if fault:
            lines.put_back(feed.taken[1:])
        if lost and (fault or len(cells) != width):
            continue
        lost = bool(unclosed and width)
        if cells or fault:  # an empty line is no row
            yield _Record(feed.taken[0].number, cells, fault, 0 if fault else feed.size)


def _skip(lines: Lines, width: int) -> None:
    """Go on to a line that may be a record of this width, or the begin of one."""
    while (line := lines.next()) is not None:
        if b'"' in line.raw or line.raw.count(b",") == width - 1:
            lines.put_back([line])
            return


def _is_open(message: str) -> bool:
    """Does `csv` complain of the end of the file, or of a cell that is too long?"""
    return "unexpected end of data" in message or "field limit" in message


def _open_quote(taken: Sequence[Line]) -> str:
    """Where the quote is opened that these lines do not close, as a sentence; empty when all are closed."""
    if sum(line.raw.count(b'"') for line in taken) % 2 == 0:
        return ""
    line = next(line for line in reversed(taken) if b'"' in line.raw)
    before = line.raw[: line.raw.rindex(b'"')].decode("utf-8", "replace")
    return f"the quote opened at line {line.number}, character {len(before) + 1}, is not closed"


def _csv_sentence(message: str, taken: Sequence[Line]) -> str:
    if "expected after" in message:
        return _open_quote(taken[:-1]) or (
            "after a closing quote a comma is expected; double each quote inside of a quoted cell")
    if "new-line character" in message:
        return "a line ends in CR alone; save the file with line ends LF or CRLF"
    if "field limit" in message:
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    return f"the row cannot be read as CSV: {message}"


class _TooLong(Exception):
    pass


class _Feed:
    """Hands the lines of one record to `csv`, and remembers them."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.taken: list[Line] = []
        self.size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self.lines.next()
        if line is None:
            raise StopIteration
        self.taken.append(line)
        self.size += len(line.raw)
        if not line.whole or self.size > MAX_ROW_BYTES + 1:
            raise _TooLong
        return line.raw.decode("utf-8", "surrogateescape")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def line(values: Sequence[Any]) -> bytes:
    """One row as it is written. What a spreadsheet would compute, such as =1+1, gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(map(_cell, values))
    return out.getvalue().encode()


FORMULA = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""How a cell begins that a spreadsheet takes for a formula."""


def cells(text: bytes) -> list[str]:
    """The cells of a row as it was written."""
    return next(csv.reader(io.StringIO(text.decode(), newline="")))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = "|".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
