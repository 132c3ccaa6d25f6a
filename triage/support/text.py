"""Small readings of words: a duration as days, a guess at what was meant, and what may be shown of a text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}

OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff"
                    "\U000e0000-\U000e0fff]")
"""What a terminal or a page obeys and does not show: control characters, line and paragraph separators, marks that turn
the order of letters round, tags; and halves of surrogate pairs, which are no text."""

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(minute|hour|day|week|month|year)s?\Z")


def days(text: str) -> float | None:
    """'3 weeks' -> 21.0; None when it is no duration. Months count 30 days, years 365."""
    match = _DURATION.match(text.strip().lower())
    return float(match[1]) * DAYS[match[2]] if match else None


def guess(word: str, among: Iterable[str]) -> str:
    """'; did you mean X?' or nothing; nothing is near a word that is longer than any of ours."""
    if len(word) > 100:
        return ""
    near = difflib.get_close_matches(word, list(among), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def one_line(text: str, most: int) -> str:
    """A text of a file as it may be shown: in one line, without control characters, of at most so many letters."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def printable(text: str, keep: str = "") -> str:
    """A text that was given to us, as it may be shown: what would be obeyed is written out, ESC as \\x1b.

    `keep`: what may stay, such as line feeds.
    """
    return OBEYED.sub(lambda match: match[0] if match[0] in keep else ascii(match[0])[1:-1], text)
