"""Tables as text or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Table(msgspec.Struct, frozen=True):
    """The first column is words, the others are figures."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    notes: list[str] = []


def text(table: Table) -> str:
    """For a terminal."""
    rows = [table.columns, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(width) for c, width in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    return "\n".join([table.title, *(f"  {line.rstrip()}" for line in lines), *(f"  {note}" for note in table.notes)])


def markdown(table: Table) -> str:
    """For the README."""
    lines = [_row(table.columns), _row(["---", *["--:"] * (len(table.columns) - 1)]), *map(_row, table.rows)]
    return "\n".join([f"**{table.title}**", "", *lines, *([""] if table.notes else []), *table.notes])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def figure(number: float | None) -> str:
    """Three figures that count, or a dash."""
    if number is None:
        return "-"
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number < 10 else f"{number:.1f}"
