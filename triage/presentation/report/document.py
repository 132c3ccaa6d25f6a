"""What a report is made of, as frozen data without any layout."""

from __future__ import annotations

import datetime
from typing import Any, Literal

import msgspec

from triage.model import Block

Reader = Literal["person", "clinician", "both"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is said."""

    text: str
    by: str = ""
    """What it rests on, in small print behind it: an id, a source, a grade."""
    strong: bool = False


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows of cells of lines. The first cell of a row names it, if `named`."""

    kind: Literal["table"] = "table"
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[tuple[Line, ...], ...], ...]
    named: bool = True

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError("each row of a table has a cell for each head")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the leg, with all that it shows in words."""

    kind: Literal["figure"] = "figure"
    title: str
    of: str = ""
    """What it shows, which the drawing itself says as well."""
    svg: str
    wide: bool = False
    """Across the page, not beside others."""
    listing: tuple[str, ...]


Piece = Block | Table | Figure


class Section(msgspec.Struct, frozen=True):
    """A part of the report under a heading of its own."""

    id: str
    title: str
    pieces: tuple[Piece, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that is written for the person and for the clinician; a reader who was not asked for has no sections."""

    date: datetime.date
    version: str
    """Of the rules."""
    digest: str
    review: str
    """Who has looked at the rules."""
    result: dict[str, Any]
    """The conclusion as plain data, as `triage assess --json` prints it."""
    notes: tuple[str, ...] = ()
    """What has to be known of the answers themselves."""
    person: tuple[Section, ...] = ()
    clinician: tuple[Section, ...] = ()


TITLE = "Pain in the lower leg, ankle or foot"
TO_PERSON, TO_CLINICIAN = "For you", "For the clinician"
FROM_LAY_WORDS = "Told by the person to a program, in lay words; nobody has examined the leg."
NO_DIAGNOSIS = ("This is no diagnosis and no all-clear. It rests only on what was answered. "
                "A clinician who sees and feels the leg knows more.")


def about(report: Report) -> str:
    """Which rules said this, and who has looked at them."""
    return f"Rules {report.version} ({report.digest[:12]}), {report.review}."
