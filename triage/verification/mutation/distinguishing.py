"""What two assessments differ in, as an expectation of a story: as people see it, by the name of a rule if need be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from triage.model import Assessment, Knowledge

_View = Callable[[Assessment], list[str]]


def distinguish(knowledge: Knowledge, rule: str, right: Assessment, wrong: Assessment) -> dict[str, Any]:
    """What is so in the first and not in the second; empty if there is nothing. `rule`: its id is named first."""
    if right.urgency.id != wrong.urgency.id:
        return {"urgency": right.urgency.id}
    if right.urgency.place != wrong.urgency.place:
        return {"place": right.urgency.place}

    def rules(assessment: Assessment) -> list[str]:
        fired = (knowledge.by_key[key].id for key in assessment.conclusion.rules)
        ids = dict.fromkeys((*fired, *assessment.urgency.reasons))
        return sorted((name for name in ids if not name.endswith("~not_sure")), key=lambda name: name != rule)

    lost = [name for name in _offers(right) if name not in _offers(wrong)]
    if lost:
        return {"self_check": lost[0]} if lost[0] in knowledge.self_checks else {"care": lost[:1]}
    views: list[tuple[_View, str, str]] = [
        (lambda a: list(a.flags), "reasons", "not_reasons"), (_offers, "", "forbidden"), (_first, "first", ""),
        (_fitting, "likely", "not_likely"), (_listed, "listed", "not_listed"),
        (lambda a: list(a.unresolved), "unresolved", ""), (rules, "reasons", "not_reasons"),
    ]
    for view, so, not_so in views:
        one, other = view(right), view(wrong)
        lost, won = [n for n in one if n not in other], [n for n in other if n not in one]
        if lost and so:
            return {so: lost[0] if so == "first" else lost[:1]}
        if won and not_so:
            return {not_so: won[:1]}
    return {}


def combine(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two expectations of the same answers in one; empty where they cannot be."""
    out = dict(one)
    for key, value in other.items():
        if key in out and isinstance(value, list):
            out[key] = [*out[key], *(name for name in value if name not in out[key])]
        elif out.setdefault(key, value) != value:
            return {}
    return out


def _offers(assessment: Assessment) -> list[str]:
    return [*assessment.self_checks, *assessment.care]


def _first(assessment: Assessment) -> list[str]:
    return [condition.id for condition in assessment.conditions[:1]]


def _fitting(assessment: Assessment) -> list[str]:
    return [condition.id for condition in assessment.conditions if condition.band == "fits_well"]


def _listed(assessment: Assessment) -> list[str]:
    return [*(condition.id for condition in assessment.conditions), *assessment.explained]
