"""What of findings, cards and rules is not the same in two versions. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from triage.model import Knowledge, Rule
from triage.verification.diff.vocabulary import SHELVES, new_names


def changes(old: Knowledge, new: Knowledge) -> dict[str, Any]:
    """What of findings, cards and rules was added, removed, renamed or changed, as plain data; empty: nothing."""
    parts = {
        "findings": _findings(old, new),
        "cards": {shelf: cards for shelf in SHELVES if (cards := _shelf(getattr(old, shelf), getattr(new, shelf)))},
        "rules": _rules(old, new),
        "settings": [name for name, of in SETTINGS.items() if of(old) != of(new)],
    }
    return {name: each for name, each in parts.items() if each}


SETTINGS: dict[str, Callable[[Knowledge], Any]] = {
    "weights": lambda k: k.settings.weights, "levels": lambda k: k.settings.levels,
    "places": lambda k: k.settings.places, "watch_always": lambda k: k.settings.watch_always,
    "history": lambda k: k.settings.history, "example": lambda k: k.settings.example,
    "stages": lambda k: k.stages, "groups": lambda k: k.groups, "map": lambda k: k.map, "claims": lambda k: k.claims,
}
"""What stands in the rules beside findings and cards, by its key in the files."""


def _findings(old: Knowledge, new: Knowledge) -> dict[str, Any]:
    names = new_names(old, new)
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
    parts: dict[str, Any] = {
        "added": [name for name in new.findings if name not in kept],
        "removed": [name for name in old.findings if name not in names],
        "renamed": {name: now for name, now in names.items() if name != now},
        "options": options, "changed": changed,
    }
    return {name: each for name, each in parts.items() if each}


def _shelf(old: Mapping[str, msgspec.Struct], new: Mapping[str, msgspec.Struct]) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "added": [name for name in new if name not in old],
        "removed": [name for name in old if name not in new],
        "changed": {name: _fields(old[name], card) for name, card in new.items()
                    if name in old and old[name] != card},
    }
    return {name: each for name, each in parts.items() if each}


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
