"""Small readings of words: a duration as days, a guess at what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(minute|hour|day|week|month|year)s?\Z")


def days(text: str) -> float | None:
    """'3 weeks' -> 21.0; None when it is no duration. Months count 30 days, years 365."""
    found = _DURATION.match(text.strip().lower())
    return float(found[1]) * DAYS[found[2]] if found else None


def guess(word: str, among: Iterable[str]) -> str:
    """'; did you mean X?' or nothing."""
    near = difflib.get_close_matches(word, list(among), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
