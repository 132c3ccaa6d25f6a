"""What is taken away from a conclusion: a report for the person and one for the clinician, to be read or printed."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from triage.model import Assessment, Knowledge
from triage.presentation.report import clinician, person
from triage.presentation.report.document import Reader, Report
from triage.presentation.result_json import result

__all__ = ["READERS", "SCHEMA", "Report", "as_data", "report"]

SCHEMA = "triage-report/1"
READERS: tuple[Reader, ...] = ("person", "clinician", "both")


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


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data; what a picture shows stands in its listing."""
    whole: dict[str, Any] = msgspec.to_builtins(report)
    for reader in ("person", "clinician"):
        for section in whole[reader]:
            for piece in section["pieces"]:
                piece.pop("svg", None)
    return {"schema": SCHEMA, **whole}
