"""A condition that fits well where nothing else is urgent: there alone what it asks for can be seen."""

from __future__ import annotations

from collections.abc import Iterator

from triage.inference.assessment import assess, severity
from triage.inference.compiled.answer_columns import members
from triage.model import Answers, Assessment
from triage.verification.mutation.killers import Court

BASES = 12
"""So many stories are tried, each with one answer after the other taken away."""


def alone(court: Court, name: str) -> Iterator[Answers]:
    """Answers by which it fits well, as little urgent as can be come to by taking answers away."""
    fitting = court.told.values.get(f"condition.{name}", {}).get("fits_well", 0)
    for i in members(fitting)[:BASES]:
        yield _calmed(court, name, dict(court.stories[i].answers))


def _calmed(court: Court, name: str, answers: Answers) -> Answers:
    now = _concluded(court, answers)
    again = True
    while again:
        again = False
        for finding in list(answers):
            fewer = {other: answer for other, answer in answers.items() if other != finding}
            then = _concluded(court, fewer)
            if _fits(then, name) and severity(then.urgency) < severity(now.urgency):
                answers, now, again = fewer, then, True
    return answers


def _concluded(court: Court, answers: Answers) -> Assessment:
    return assess(court.knowledge, court.told.compiled.fired(answers), answers)


def _fits(assessment: Assessment, name: str) -> bool:
    return any(condition.id == name and condition.band == "fits_well" for condition in assessment.conditions)
