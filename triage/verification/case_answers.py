"""The answers of cases: of a case's own row, or of the file of its name beside the cases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from triage.model import Answers, Fault, Knowledge
from triage.records import answers_file
from triage.support.errors import BadFile
from triage.verification.evaluation import Case


def answers_of(knowledge: Knowledge, cases: Iterable[Case], folder: Path) -> dict[str, Answers]:
    """Answers by the id of a case. Raises BadFile with every fault."""
    known: dict[str, Answers] = {}
    faults: list[Fault] = []
    for case in cases:
        file = folder / f"{case.id}.yaml"
        try:
            if case.answers is not None:
                known[case.id] = answers_file.checked(knowledge, dict(case.answers), f"{case.id}, answers")
            elif file.is_file():
                known[case.id] = answers_file.answers(knowledge, str(file))
        except BadFile as error:
            faults += error.faults
    if faults:
        raise BadFile(faults)
    return known
