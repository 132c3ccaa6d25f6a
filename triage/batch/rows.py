"""Rows of answers -> lines of conclusions, with one engine; and the columns of both.

In: a column `id`, and any findings by id or alias; `screens` = no as in answers files. Many answers are `a|b`, or a
list in JSON Lines and Parquet; `none` is none of them; what is empty was not asked. Out, always these columns:

    id             as it came, as text
    engine         which evaluator concluded: compiled or experta
    rules          which rules: the first 12 characters of their digest
    urgency        ambulance_now, emergency_department_now, today, book, redirect or self_care
    within_days    for `book`; else 0
    place          where to go
    redirected     yes, when the rules are not for this person
    red_flags      those that fired
    conditions     ranked, the first is the likeliest
    fits_well      those of them that fit well
    unresolved     red flags that a "not sure" leaves open
    self_checks    that may be offered
    care           that may be offered
    not_asked      lines of the emergency screens without an answer, which is never a no
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any, Literal

from triage.batch import tables
from triage.batch.tables import Row
from triage.inference.answers import AGAIN
from triage.inference.assessment import assess
from triage.model import Answers, Assessment, Conclusion, Knowledge
from triage.records import answers_file
from triage.support.errors import BadFile
from triage.support.text import guess, printable

EngineName = Literal["compiled", "experta"]

COLUMNS: dict[str, type] = {
    "id": str, "engine": str, "rules": str, "urgency": str, "within_days": int, "place": str, "redirected": bool,
    "red_flags": list, "conditions": list, "fits_well": list, "unresolved": list, "self_checks": list, "care": list,
    "not_asked": list,
}
"""The columns of the output and what they hold."""

class RowEvaluator:
    """Rows -> lines of the output, with one engine. Built once a process."""

    def __init__(self, knowledge: Knowledge, engine: str) -> None:
        self.knowledge, self.engine = knowledge, engine
        self.known = columns(knowledge)
        self.conclude = evaluator(knowledge, engine)

    def evaluate(self, kind: str, rows: list[Row], engine: str = "") -> list[bytes | str]:
        """The line of each row, or the sentence on what is wrong with it. `engine`: another name to write."""
        out: list[bytes | str] = [row.fault for row in rows]
        given: dict[int, Answers] = {}
        for i, row in enumerate(rows):
            if not row.fault:
                answers = self._answers(row.cells)
                if isinstance(answers, str):
                    out[i] = answers
                else:
                    given[i] = answers
        for i, conclusion in zip(given, self.conclude(list(given.values())), strict=True):
            out[i] = tables.line(kind, self._record(rows[i].id, assess(self.knowledge, conclusion), engine))
        return [_short(verdict) if isinstance(verdict, str) else verdict for verdict in out]

    def _answers(self, cells: dict[str, Any]) -> Answers | str:
        unknown = [name for name in cells if name not in self.known]
        wrong = [f"unknown finding '{name[:60]}'{guess(name[:60], self.known)}" for name in unknown[:5]]
        if len(unknown) > 5:
            wrong.append(f"{len(unknown) - 5} more unknown findings")
        plain = {name: value for name, value in cells.items() if name in self.known}
        if isinstance(says := plain.get("screens"), str) and says.strip().lower() in ("no", "false"):
            plain["screens"] = "no"
        try:
            answers = answers_file.checked(self.knowledge, plain, "")
        except BadFile as error:
            wrong += [fault.message for fault in error.faults]
        return "; ".join(wrong) if wrong else answers

    def _record(self, name: str, assessment: Assessment, engine: str) -> dict[str, Any]:
        urgency = assessment.urgency
        values = (
            name, engine or self.engine, self.knowledge.digest[:12], urgency.level, urgency.within_days, urgency.place,
            assessment.out_of_scope, assessment.flags, [c.id for c in assessment.conditions],
            [c.id for c in assessment.conditions if c.band == "fits_well"], assessment.unresolved,
            assessment.self_checks, assessment.care, assessment.not_asked,
        )
        return dict(zip(COLUMNS, values, strict=True))


def columns(knowledge: Knowledge) -> dict[str, str]:
    """Every column that the input may have -> what it stands for."""
    names = {"id": "id", "screens": "screens"}
    for finding in knowledge.findings.values():
        names |= dict.fromkeys(finding.aliases, finding.id)
        names[finding.id] = finding.id
        if finding.again:
            names[finding.id + AGAIN] = finding.id + AGAIN
    return names


def evaluator(knowledge: Knowledge, engine: str) -> Callable[[list[Answers]], Iterable[Conclusion]]:
    """What concludes from many answers. All of them conclude the same."""
    if engine == "experta":
        from triage.inference.experta.engine import Engine

        conclude = Engine(knowledge).conclude
        return lambda many: [conclude(answers) for answers in many]
    from triage.inference.compiled import Compiled

    return Compiled(knowledge).conclude_many


def _short(sentence: str) -> str:
    """Fit to be shown, and not without end."""
    text = printable(sentence[:2000])
    return text if len(text) <= 1000 else text[:999] + "…"


def other_engine(engine: str) -> str:
    """Which one verifies this one."""
    return "compiled" if engine == "experta" else "experta"


def template(knowledge: Knowledge, kind: str) -> bytes:
    """A table of this kind with every column that the input may have, and one worked row."""
    kinds = {"id": "one", "screens": "one", **{name: finding.kind for name, finding in knowledge.findings.items()}}
    example = {"id": "example", "screens": "no", **knowledge.settings.example}
    row = {name: example.get(name) for name in kinds}
    if kind != "parquet":
        return (tables.header(kind, list(kinds)) if kind == "csv" else b"") + tables.line(kind, row)
    lines = tables.line("jsonl", row)
    sink = io.BytesIO()
    tables.parquet.from_json_lines(io.BytesIO(lines), sink.write, {
        name: {"many": list, "number": float}.get(each, str) for name, each in kinds.items()
    })
    return sink.getvalue()
