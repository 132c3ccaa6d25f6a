"""A report as plain text of at most 80 columns, in ASCII where that is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from triage.model import Screen
from triage.presentation import text_layout
from triage.presentation.report.document import (
    FROM_LAY_WORDS,
    NO_DIAGNOSIS,
    TITLE,
    TO_CLINICIAN,
    TO_PERSON,
    Figure,
    Line,
    Piece,
    Report,
    Section,
    Table,
    about,
)

WIDTH = 80


def text(report: Report, unicode_ok: bool = True) -> str:
    """The whole report, a line feed at the end."""
    out = [TITLE, f"{report.date.isoformat()}. {about(report)}", *report.notes]
    lines = [line for each in out for line in _wrapped(each, unicode_ok)]
    for title, sections in ((TO_PERSON, report.person), (TO_CLINICIAN, report.clinician)):
        if sections:
            lines += ["", "", title.upper(), "=" * WIDTH]
            lines += _wrapped(FROM_LAY_WORDS, unicode_ok) if sections is report.clinician else []
            lines += [line for section in sections for line in _section(section, unicode_ok)]
    lines += ["", *_wrapped(NO_DIAGNOSIS, unicode_ok)]
    return "\n".join(lines) + "\n"


def _section(section: Section, unicode_ok: bool) -> list[str]:
    title = text_layout.displayable(section.title, unicode_ok)
    head = ["", title, "-" * len(title)] if title else []
    return [*head, *(line for piece in section.pieces for line in ["", *_piece(piece, unicode_ok)])]


def _piece(piece: Piece, unicode_ok: bool) -> list[str]:
    if isinstance(piece, Table):
        return _table(piece, unicode_ok)
    if isinstance(piece, Figure):
        return [*_wrapped(f"{piece.title}{f', {piece.of}' if piece.of else ''}:", unicode_ok),
                *(line for item in piece.listing for line in _wrapped(item, unicode_ok, "  - "))]
    return [line for _, line in text_layout.lines(Screen((piece,)), WIDTH, unicode_ok)]


def _table(table: Table, unicode_ok: bool) -> list[str]:
    """Each row as a list: its name, then each cell under the head of its column."""
    out: list[str] = []
    for row in table.rows:
        cells = list(zip(table.head, row, strict=True))
        if table.named:
            (_, name), *cells = cells
            out += _wrapped(" - ".join(map(_with_source, name)), unicode_ok)
        for head, lines in cells:
            if len(cells) > 1 and any(line.text != "-" for line in lines):
                out += _wrapped(f"{head}:", unicode_ok, "  " if table.named else "")
            out += [each for line in _filled(lines) for each in _wrapped(_with_source(line), unicode_ok, "  - ")]
    return out


def _filled(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.text != "-"]


def _with_source(line: Line) -> str:
    return f"{line.text} ({line.by})" if line.by else line.text


def _wrapped(text: str, unicode_ok: bool, head: str = "") -> list[str]:
    return text_layout.wrap(text_layout.displayable(text, unicode_ok), WIDTH, head)
