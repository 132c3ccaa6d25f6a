"""Criteria written as short as in a card, for tests of what reads them."""

from __future__ import annotations

import re
from typing import Any

from triage.model import Alternatives, Criterion
from triage.support.text import days

_COMPARISON = re.compile(r"(>=|<=|==|>|<)\s*(.+)")


def alternatives(when: Any) -> Alternatives:
    """A `when` as criteria, unchecked: no finding of it needs to be known."""
    groups = when if isinstance(when, list) else [when]
    return tuple(tuple(_criterion(name, value) for name, value in group.items()) for group in groups)


def _criterion(name: str, value: Any) -> Criterion:
    if isinstance(value, dict):
        return Criterion(name, none_of=tuple(value["none_of"]))
    if isinstance(value, str) and (found := _COMPARISON.fullmatch(value)):
        bound = days(found[2])
        return Criterion(name, op=found[1], bound=float(found[2]) if bound is None else bound)
    return Criterion(name, any_of=tuple(value) if isinstance(value, list) else (value,))
