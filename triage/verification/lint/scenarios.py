"""Red flags without a story that meets them, or without a near miss. Reads of the stories only what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triage.model import Knowledge
from triage.support import strict_yaml
from triage.verification.lint.issue import Found

FOLDER = Path("tests/scenarios")
"""Where the stories stand, seen from the folder in which the rules stand."""


def stories(knowledge: Knowledge, folder: Path) -> Found:
    """Each red flag has a story that expects it and one that expects it not, in the file of its name."""
    for name in knowledge.red_flags:
        expected = list(_expected(folder / f"{name}.yaml"))
        if not any(name in _cards(each, "reasons") for each in expected):
            yield name, "no-scenario", f"no story in {FOLDER}/{name}.yaml has it among its reasons"
        if not any(name in _cards(each, "not_reasons") for each in expected):
            yield name, "no-near-miss", f"no story in {FOLDER}/{name}.yaml has it among its not_reasons"


def _expected(path: Path) -> Iterator[dict[str, Any]]:
    """What the stories of a file expect; nothing of a file that is missing or broken, which `triage test` tells."""
    try:
        data, _ = strict_yaml.read(strict_yaml.decode(path.read_bytes()))
    except (OSError, strict_yaml.YamlError):
        return
    for story in data if isinstance(data, list) else ():
        variants = story.get("variants") if isinstance(story, dict) else None
        for each in (story, *(variants if isinstance(variants, list) else ())):
            if isinstance(each, dict) and isinstance(each.get("expect"), dict):
                yield each["expect"]


def _cards(expected: dict[str, Any], key: str) -> set[str]:
    """The cards of the rules that are named there."""
    named = expected.get(key)
    return {str(name).partition("/")[0] for name in named} if isinstance(named, list) else set()
