"""What is taken away from a conclusion: a report for the person and one for the clinician, to be read or printed."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from triage.model import Assessment, Knowledge
from triage.presentation.report import clinician, person
from triage.presentation.report.document import Reader, Report
from triage.presentation.report.html import html
from triage.presentation.report.pdf import pdf
from triage.presentation.report.text import text
from triage.presentation.result_json import encode, result

__all__ = ["KINDS", "READERS", "SCHEMA", "Report", "kind_of", "rendered", "report"]

SCHEMA = "triage-report/1"
KINDS = ("text", "html", "json", "pdf")
READERS: tuple[Reader, ...] = ("person", "clinician", "both")
SUFFIXES = {".html": "html", ".htm": "html", ".json": "json", ".pdf": "pdf"}


def report(
    knowledge: Knowledge, assessment: Assessment, date: datetime.date, reader: Reader = "both",
    notes: tuple[str, ...] = (),
) -> Report:
    """The report of this day, for one reader or for both. `notes`: what has to be known of the answers themselves."""
    return Report(
        date=date, version=knowledge.settings.version, digest=knowledge.digest, review=knowledge.settings.review,
        result=result(knowledge, assessment), notes=notes,
        person=person.sections(knowledge, assessment, date) if reader != "clinician" else (),
        clinician=clinician.sections(knowledge, assessment) if reader != "person" else (),
    )


def kind_of(name: str) -> str:
    """The kind that a file of this name has."""
    return next((kind for suffix, kind in SUFFIXES.items() if name.lower().endswith(suffix)), "text")


def rendered(told: Report, kind: str, unicode_ok: bool = True) -> bytes:
    """The report in one of KINDS. `unicode_ok` false: text in ASCII. Raises TriageError where no PDF can be made."""
    if kind == "pdf":
        return pdf(html(told))
    if kind == "html":
        return html(told).encode()
    if kind == "json":
        return encode(_data(told))
    return text(told, unicode_ok).encode()


def _data(told: Report) -> dict[str, Any]:
    """The report as plain data; what a picture shows stands in its listing."""
    whole: dict[str, Any] = msgspec.to_builtins(told)
    for reader in ("person", "clinician"):
        for section in whole[reader]:
            for piece in section["pieces"]:
                piece.pop("svg", None)
    return {"schema": SCHEMA, **whole}
