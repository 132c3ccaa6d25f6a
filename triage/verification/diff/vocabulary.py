"""What two versions of the rules know together, and what one of them understands of answers. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from triage.inference.answers import AGAIN, BadAnswer, normal
from triage.model import Answer, Answers, Finding, Knowledge, Stage

SHELVES = ("derived", "scores", "conditions", "red_flags", "self_checks", "care", "interlocks", "sources")
"""Kinds of cards, by the names of their folders."""


def union(old: Knowledge, new: Knowledge) -> Knowledge:
    """What either knows, to read files with: all findings, options, cards and ids of rules. Nothing is concluded of it.

    A finding that was renamed has its new name; the old one is its alias.
    """
    names = new_names(old, new)
    findings = dict(new.findings)
    for finding in old.findings.values():
        if finding.id in names:
            findings[names[finding.id]] = _both(finding, new.findings[names[finding.id]])
        else:
            findings[finding.id] = msgspec.structs.replace(
                finding, part_of=[names.get(parent, parent) for parent in finding.parents],
                within=names.get(finding.within, finding.within))
    lines = [names.get(line, line) for line in old.emergency]
    screen = Stage(id="", title="", emergency=True, together=[line for line in lines if line not in new.emergency])
    ids = {rule.id for rule in new.rules}
    shelves = {shelf: {**getattr(old, shelf), **getattr(new, shelf)} for shelf in SHELVES}
    return msgspec.structs.replace(
        new, findings=findings, stages=(*new.stages, screen), **shelves,
        rules=(*new.rules, *(rule for rule in old.rules if rule.id not in ids)))


def new_names(old: Knowledge, new: Knowledge) -> dict[str, str]:
    """Findings of the old version -> their names in the new one, if it has them: by id, or else by an alias."""
    names = {name: name for name in old.findings if name in new.findings}
    for name, finding in old.findings.items():
        known = [new.known_names.get(name), *(new.known_names.get(alias) for alias in finding.aliases)]
        now = next((other for other in known if other and other not in names.values()), None)
        if name not in names and now:
            names[name] = now
    return {name: names[name] for name in old.findings if name in names}


def _both(old: Finding, new: Finding) -> Finding:
    """A finding that takes what either version of it takes, if it is of the same kind; else the new one."""
    if old.kind != new.kind:
        return new
    return msgspec.structs.replace(
        new, options={**new.options, **{o: label for o, label in old.options.items() if o not in new.options}},
        lowest=_outer(min, old.lowest, new.lowest), highest=_outer(max, old.highest, new.highest),
        again=new.again or old.again, none_is=new.none_is if new.none_is == old.none_is else "",
        aliases=list(dict.fromkeys([*new.aliases, *old.aliases, *([old.id] if old.id != new.id else [])])),
    )


def _outer(which: Callable[[float, float], float], one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else which(one, other)


def answers_understood_by(side: Knowledge, both: Knowledge, answers: Answers) -> tuple[Answers, tuple[str, ...]]:
    """Answers read with the words of both, as one version understands them; and what of them it does not know."""
    known: Answers = {}
    unknown: list[str] = []
    for name, answer in answers.items():
        plain = name.removesuffix(AGAIN) if name not in both.findings else name
        own = _name(both.findings[plain], side)
        if own is None or (name != plain and not side.findings[own].again):
            unknown.append(name)
            continue
        value, lost = _value(side.findings[own], answer)
        unknown += [f"{name}={each}" for each in lost]
        if value is not None:
            known[own if name == plain else own + AGAIN] = value
    return known, tuple(unknown)


def _name(finding: Finding, side: Knowledge) -> str | None:
    return next((side.known_names[n] for n in (finding.id, *finding.aliases) if n in side.known_names), None)


def _value(finding: Finding, answer: Answer) -> tuple[Answer | None, list[str]]:
    """What is left of an answer for somebody who knows this finding, and what is not; None: nothing is left."""
    lost: list[str] = []
    if finding.kind == "many" and isinstance(answer, tuple) and answer:
        lost = [option for option in answer if option not in finding.options]
        answer = tuple(option for option in answer if option in finding.options)
        if not answer:
            return None, lost
    try:
        return normal(finding, answer), lost
    except BadAnswer:
        return None, ["|".join(answer) if isinstance(answer, tuple) else str(answer)]
