"""Cards that no story shows, or that no story misses by little. Reads of the stories only what they expect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from triage.model import Issue, Issues, Knowledge
from triage.support import strict_yaml
from triage.support.input_files import read_plain

FOLDER = Path("tests/scenarios")
"""Where the stories stand, seen from the folder in which the rules stand."""

Expectation = dict[str, Any]


def stories(knowledge: Knowledge, folder: Path) -> Issues:
    """Each card has a story that it is met in, and one that it is nearly met in."""
    by_file: dict[str, list[Expectation]] = {}
    for path in folder.rglob("*.yaml"):
        by_file.setdefault(path.stem, []).extend(_expectations(path))
    expectations = [each for some in by_file.values() for each in some]
    yield from _red_flags(knowledge, by_file)
    yield from _conditions(knowledge, expectations)
    yield from _blockable(knowledge, expectations)


def _red_flags(knowledge: Knowledge, by_file: dict[str, list[Expectation]]) -> Issues:
    """One story that expects it and one that expects it not, in the file of its name."""
    for name in knowledge.red_flags:
        own = by_file.get(name, [])
        if name not in _cards(own, "reasons"):
            yield Issue(name, "no-scenario", f"no story in {name}.yaml has it among its reasons")
        if name not in _cards(own, "not_reasons"):
            yield Issue(name, "no-near-miss", f"no story in {name}.yaml has it among its not_reasons")


def _conditions(knowledge: Knowledge, expectations: list[Expectation]) -> Issues:
    """One story in which it comes first, and one in which it is not listed or does not fit well."""
    first, missed = _names(expectations, "first"), _names(expectations, "not_listed", "not_likely")
    for name, condition in knowledge.conditions.items():
        if condition.kind != "explains":
            if name not in first:
                yield Issue(name, "no-scenario", "no story expects it first")
            if name not in missed:
                yield Issue(name, "no-near-miss", "no story has it among its not_listed or not_likely")


def _blockable(knowledge: Knowledge, expectations: list[Expectation]) -> Issues:
    """Self-checks and care: one story that offers it and one that forbids it. Blocks: the same of what they block."""
    offered, forbidden = _names(expectations, "self_check", "care"), _names(expectations, "forbidden")
    cards = {**knowledge.self_checks, **knowledge.care}
    for name, card in cards.items():
        if name not in offered:
            key = "self_check" if name in knowledge.self_checks else "care"
            yield Issue(name, "no-scenario", f"no story offers it, under {key}")
        if name not in forbidden and not card.safe_for_all:
            yield Issue(name, "no-near-miss", "no story has it among its forbidden")
    for name in knowledge.interlocks:
        blocks = {card.id for card in cards.values() if name in card.blocked_by}
        if blocks and not blocks & forbidden:
            yield Issue(name, "no-scenario", "no story has a card that it blocks among its forbidden")
        if blocks and not blocks & offered:
            yield Issue(name, "no-near-miss", "no story offers a card that it blocks")


def _expectations(path: Path) -> Iterator[Expectation]:
    """What the stories of a file expect; nothing of a file that is missing or broken, which `triage test` tells."""
    try:
        data, _ = strict_yaml.read(strict_yaml.decode(read_plain(path)))
    except (OSError, strict_yaml.YamlError):
        return
    for story in data if isinstance(data, list) else ():
        lists = [story.get("but"), story.get("variants")] if isinstance(story, dict) else []
        for each in (story, *(each for some in lists if isinstance(some, list) for each in some)):
            if isinstance(each, dict) and isinstance(each.get("expect"), dict):
                yield each["expect"]


def _names(expectations: Iterable[Expectation], *keys: str) -> set[str]:
    """What stands there under these keys, be it one name or a list."""
    values = [each[key] for each in expectations for key in keys if key in each]
    return {str(name) for value in values for name in (value if isinstance(value, list) else [value])}


def _cards(expectations: Iterable[Expectation], key: str) -> set[str]:
    """The cards of the rules that are named there."""
    return {name.partition("/")[0] for name in _names(expectations, key)}
