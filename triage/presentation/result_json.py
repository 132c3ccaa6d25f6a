"""Assessment -> the public JSON result: one plain mapping, the same bytes for the same answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from triage.explanation.standing import Standing
from triage.inference.answers import AGAIN
from triage.model import Answer, Assessment, Knowledge, Rule, Withheld
from triage.presentation import wording
from triage.records.diary import Entry
from triage.records.follow_up import Course
from triage.support.text import OBEYED

SCHEMA = "triage-result/1"


def result(knowledge: Knowledge, assessment: Assessment, asked: list[str] | None = None) -> dict[str, Any]:
    """The result as a mapping of plain values. `asked`: questions in order, when an interview asked them."""
    rules = knowledge.by_id
    urgency = assessment.urgency
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "knowledge": about(knowledge),
        "answers": {name: plain(answer) for name, answer in assessment.given.items()},
        "urgency": {
            "level": urgency.level, "within_days": urgency.within_days, "place": urgency.place, "say": urgency.say,
            "reasons": list(urgency.reasons),
        },
        "red_flags": [
            {"id": name, "name": knowledge.red_flags[name].name, "rules": [
                line(rules[rule_id]) for rule_id in dict.fromkeys(
                    rule.id for rule in knowledge.rules
                    if rule.kind == "red_flag" and rule.card == name and rule.key in assessment.conclusion.rules
                )
            ]} for name in assessment.flags
        ],
        "redirected": assessment.out_of_scope,
        "conditions": [
            {
                "id": c.id, "name": knowledge.conditions[c.id].name, "band": c.band, "weight": c.weight,
                "suspected_by": list(c.suspected_by),
                "for": [line(rules[r]) for r in c.for_], "against": [line(rules[r]) for r in c.against],
                "unknown": [line(rules[r]) for r in c.unknown],
            } for c in assessment.conditions
        ],
        "explained": [
            {"id": name, "name": knowledge.conditions[name].name, "summary": knowledge.conditions[name].summary,
             "source": knowledge.conditions[name].source} for name in assessment.explained
        ],
        "self_checks": {
            "offered": [{"id": name, "name": knowledge.self_checks[name].name} for name in assessment.self_checks],
            "blocked": [_withheld(knowledge.self_checks[w.id].name, w, rules) for w in assessment.withheld_checks],
        },
        "care": {
            "offered": [{"id": name, "name": knowledge.care[name].name} for name in assessment.care],
            "blocked": [_withheld(knowledge.care[w.id].name, w, rules) for w in assessment.withheld_care],
        },
        "watch_for": list(assessment.watch_for),
        "look_again": {"after_days": list(assessment.look_again), "say": wording.days_to_come(knowledge, assessment)},
        "unresolved": [{"id": name, "danger": knowledge.red_flags[name].danger} for name in assessment.unresolved],
        "not_asked": list(assessment.not_asked),
    }
    if asked is not None:
        out["asked"] = list(asked)
    return out


def standing_as_data(knowledge: Knowledge, assessment: Assessment, stands: Standing) -> dict[str, Any]:
    """How one condition stands, as a mapping of plain values."""
    return {
        "id": stands.id, "name": knowledge.conditions[stands.id].name, "band": stands.band,
        "lacks": wording.lack(knowledge, assessment, stands),
        "for": [line(r) for r in stands.for_], "against": [line(r) for r in stands.against],
        "unknown": [line(r) for r in stands.unknown], "refuted": [line(r) for r in stands.refuted],
        "settle": list(stands.settle),
    }


def entry_as_data(entry: Entry) -> dict[str, Any]:
    """One entry of the diary as a mapping of plain values, without the answers."""
    return {
        "at": entry.at, "day": str(entry.day), "started": str(entry.started), "condition": entry.condition or None,
        "pain": entry.pain, "tried": list(entry.tried), "self_checks": entry.checks, "new": entry.new,
        "urgency": {"level": entry.level, "within_days": entry.within_days, "place": entry.where},
    }


def course_as_data(knowledge: Knowledge, course: Course) -> dict[str, Any]:
    """How a complaint goes, as a mapping of plain values."""
    return {
        "started": str(course.started), "day": course.day, "condition": course.condition or None,
        "easier_by_day": course.easier_by, "see_by_day": course.see_by or None,
        "places": [{"place": each.place, "trend": each.trend, "scores": [list(pair) for pair in each.scores]}
                   for each in course.places],
        "urgency": {"level": course.level, "within_days": course.within_days, "place": course.where},
        "stepped_up": [{"id": reason.id, "level": reason.level, "within_days": reason.within_days,
                        "why": wording.escalation(knowledge, course, reason)} for reason in course.escalations],
    }


def about(knowledge: Knowledge) -> dict[str, str]:
    """Which rules concluded this."""
    settings = knowledge.settings
    return {"version": settings.version, "date": settings.date, "review": settings.review,
            "digest": knowledge.digest}


def line(rule: Rule) -> dict[str, Any]:
    """One line of evidence or of a red flag, with its source."""
    out: dict[str, Any] = {"rule": rule.id, "why": rule.why, "grade": rule.grade, "source": rule.source}
    if rule.strength:
        out["strength"] = rule.strength
    if rule.lr is not None:
        out["lr"] = rule.lr
    return out


def plain(answer: Answer) -> Any:
    """An answer as files hold it."""
    if isinstance(answer, tuple):
        return list(answer)
    if isinstance(answer, float) and answer.is_integer():
        return int(answer)
    return answer


def lines(answers: Mapping[str, Answer]) -> list[str]:
    """Answers as the lines of an answers file."""
    values = {name: plain(answer) for name, answer in answers.items()}
    return [f"{name}: [{', '.join(value)}]" if isinstance(value, list) else f"{name}: {value}"
            for name, value in values.items()]


def encode(value: Any) -> bytes:
    """Indented JSON, UTF-8, a line feed at the end. What a terminal would obey is written as an escape sequence."""
    try:
        text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except UnicodeEncodeError:  # the name of a file may be no text
        text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False, indent=2)
    return OBEYED.sub(lambda found: found[0] if found[0] == "\n" else json.dumps(found[0])[1:-1], text).encode() + b"\n"


def _withheld(name: str, card: Withheld, rules: dict[str, Rule]) -> dict[str, Any]:
    return {
        "id": card.id, "name": name,
        "rules": [{"rule": r, "why": rules[r].why} for r in card.rules],
        "unanswered": [n for n in card.unanswered if not n.endswith(AGAIN)],
    }
