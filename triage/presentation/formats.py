"""The formats of a report: one row each, with the endings of its files and what writes it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from triage.presentation.report import Report, as_data
from triage.presentation.report.html import html
from triage.presentation.report.pdf import pdf
from triage.presentation.report.text import text
from triage.presentation.result_json import encode


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One way to write a report down."""

    suffixes: tuple[str, ...]
    """Endings of file names, in small letters."""
    render: Callable[[Report, bool], bytes]
    """The report -> its bytes; the second says whether more than ASCII can be shown. May raise TriageError."""
    needs_file: bool = False
    """Is it nothing for a terminal or a pipe?"""


FORMATS: dict[str, Format] = {
    "text": Format(suffixes=(".txt",), render=lambda report, unicode_ok: text(report, unicode_ok).encode()),
    "html": Format(suffixes=(".html", ".htm"), render=lambda report, _: html(report).encode()),
    "json": Format(suffixes=(".json",), render=lambda report, _: encode(as_data(report))),
    "pdf": Format(suffixes=(".pdf",), render=lambda report, _: pdf(html(report)), needs_file=True),
}


def format_of(name: str) -> str:
    """The format that a file of this name has; text where its ending says nothing."""
    return next((each for each, made in FORMATS.items() if name.lower().endswith(made.suffixes)), "text")


def render(report: Report, name: str, unicode_ok: bool = True) -> bytes:
    """The report in one of FORMATS. `unicode_ok` false: text in ASCII. Raises TriageError where no PDF can be made."""
    return FORMATS[name].render(report, unicode_ok)
