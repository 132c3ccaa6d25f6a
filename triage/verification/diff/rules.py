"""Two versions of the rules: what both know together, what one of them can be told, and what is not the same. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from triage.inference.answers import AGAIN, BadAnswer, normal
from triage.model import Answer, Answers, Finding, Knowledge, Rule, Stage

SHELVES = ("derived", "scores", "conditions", "red_flags", "self_checks", "care", "interlocks", "sources")
"""Kinds of cards, by the names of their folders."""


def together(old: Knowledge, new: Knowledge) -> Knowledge:
    """What either knows, to read files with: all findings, options, cards and ids of rules. Nothing is concluded of it.

    A finding that was renamed has its new name; the old one is its alias.
    """
    names = same(old, new)
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


def same(old: Knowledge, new: Knowledge) -> dict[str, str]:
    """Findings of the old version -> their names in the new one, if it has them: by id, or else by an alias."""
    found = {name: name for name in old.findings if name in new.findings}
    for name, finding in old.findings.items():
        known = [new.known_names.get(name), *(new.known_names.get(alias) for alias in finding.aliases)]
        now = next((other for other in known if other and other not in found.values()), None)
        if name not in found and now:
            found[name] = now
    return {name: found[name] for name in old.findings if name in found}


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


def told(both: Knowledge, side: Knowledge, answers: Answers) -> tuple[Answers, tuple[str, ...]]:
    """Answers read with the words of both, as one version understands them; and what of them it does not know."""
    known: Answers = {}
    unknown: list[str] = []
    for name, answer in answers.items():
        plain = name.removesuffix(AGAIN) if name not in both.findings else name
        mine = _name(both.findings[plain], side)
        if mine is None or (name != plain and not side.findings[mine].again):
            unknown.append(name)
            continue
        value, lost = _value(side.findings[mine], answer)
        unknown += [f"{name}={each}" for each in lost]
        if value is not None:
            known[mine if name == plain else mine + AGAIN] = value
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


# --- what is not the same


def changes(old: Knowledge, new: Knowledge) -> dict[str, Any]:
    """What of findings, cards and rules was added, removed, renamed or changed, as plain data; empty: nothing."""
    found = {
        "findings": _findings(old, new),
        "cards": {shelf: said for shelf in SHELVES if (said := _shelf(getattr(old, shelf), getattr(new, shelf)))},
        "rules": _rules(old, new),
        "settings": [name for name, of in SETTINGS.items() if of(old) != of(new)],
    }
    return {name: said for name, said in found.items() if said}


SETTINGS: dict[str, Callable[[Knowledge], Any]] = {
    "weights": lambda k: k.settings.weights, "levels": lambda k: k.settings.levels,
    "places": lambda k: k.settings.places, "watch_always": lambda k: k.settings.watch_always,
    "history": lambda k: k.settings.history, "example": lambda k: k.settings.example,
    "stages": lambda k: k.stages, "groups": lambda k: k.groups, "map": lambda k: k.map, "claims": lambda k: k.claims,
}
"""What stands in the rules beside findings and cards, by its key in the files."""


def _findings(old: Knowledge, new: Knowledge) -> dict[str, Any]:
    names = same(old, new)
    kept = set(names.values())
    options, changed = {}, {}
    for name, now in names.items():
        before, after = old.findings[name], new.findings[now]
        added = [option for option in after.options if option not in before.options]
        removed = [option for option in before.options if option not in after.options]
        if added or removed:
            options[now] = {"added": added, "removed": removed}
        if fields := _fields(before, after, "id", "aliases"):
            changed[now] = fields
    found: dict[str, Any] = {
        "added": [name for name in new.findings if name not in kept],
        "removed": [name for name in old.findings if name not in names],
        "renamed": {name: now for name, now in names.items() if name != now},
        "options": options, "changed": changed,
    }
    return {name: said for name, said in found.items() if said}


def _shelf(old: Mapping[str, msgspec.Struct], new: Mapping[str, msgspec.Struct]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": {name: _fields(old[name], card) for name, card in new.items()
                    if name in old and old[name] != card},
    }
    return {name: said for name, said in found.items() if said}


def _fields(old: msgspec.Struct, new: msgspec.Struct, *but: str) -> list[str]:
    """Which keys of a card do not say the same, by their names in the file."""
    return [field.encode_name for field in msgspec.structs.fields(type(new))
            if field.name not in but and getattr(old, field.name) != getattr(new, field.name)]


def by_id(knowledge: Knowledge) -> dict[str, tuple[Rule, ...]]:
    """Rules by the ids that people see; those that "not sure" makes of a line share one."""
    out: dict[str, tuple[Rule, ...]] = {}
    for rule in knowledge.rules:
        out[rule.id] = (*out.get(rule.id, ()), rule)
    return out


def rule_changes(old: Mapping[str, tuple[Rule, ...]], new: Mapping[str, tuple[Rule, ...]]) -> dict[str, dict[str, Any]]:
    """Rules that stand in both and say something else -> field -> what it was and is."""
    out: dict[str, dict[str, Any]] = {}
    for name, now in new.items():
        if name in old and old[name] != now:
            out[name] = {field: [getattr(old[name][0], field), getattr(now[0], field)]
                         for field in _fields(old[name][0], now[0], "id", "key", "kind", "card", "unsure")}
    return out


def _rules(old: Knowledge, new: Knowledge) -> dict[str, Any]:
    """By card: rules added, removed and changed, by their ids."""
    before, now = by_id(old), by_id(new)
    out: dict[str, Any] = defaultdict(dict)
    for name, rules in now.items():
        if name not in before:
            out[rules[0].card].setdefault("added", []).append(name)
    for name, rules in before.items():
        if name not in now:
            out[rules[0].card].setdefault("removed", []).append(name)
    for name, fields in rule_changes(before, now).items():
        out[now[name][0].card].setdefault("changed", {})[name] = fields
    return {card: out[card] for card in sorted(out)}
