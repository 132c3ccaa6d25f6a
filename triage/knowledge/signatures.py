"""Who reviewed a card, does it still hold, and what is due to be looked at again? Pure: the day is given."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Literal, NamedTuple

from triage.model import Issue, Issues, Knowledge, Signature, Source
from triage.support.text import guess

NOT_YET = "not yet reviewed by a clinician"


class State(NamedTuple):
    """How a card stands. `signature` is None when nobody has signed it."""

    kind: Literal["none", "holds", "stale", "expired"]
    signature: Signature | None
    say: str


def state(knowledge: Knowledge, card: str, on: datetime.date) -> State:
    """The review of a card, by its key in `Knowledge.places`, as it stands on a day."""
    signature = knowledge.reviews.get(card)
    if signature is None:
        return State("none", None, NOT_YET)
    who = f"reviewed by {signature.by}, {signature.role}, on {signature.date}"
    if signature.digest != knowledge.digests.get(card):
        return State("stale", signature, f"{who}, before its last change, so this does not count: {NOT_YET}")
    if signature.until < on:
        say = f"{who}, until {signature.until}, which is over: it is due to be reviewed again"
        return State("expired", signature, say)
    return State("holds", signature, f"{who}, until {signature.until}")


def due(knowledge: Knowledge, on: datetime.date) -> Issues:
    """Signatures that no longer count and sources to be read again: key in `Knowledge.places`, code, sentence."""
    for name, signature in knowledge.reviews.items():
        if name not in knowledge.digests:
            hint = guess(name, knowledge.digests)
            yield Issue(f"review:{name}", "review-unknown",
                        f"'{signature.by}' signed '{name}', which does not exist{hint}")
            continue
        kind, _, say = state(knowledge, name, on)
        if kind in ("stale", "expired"):
            yield Issue(name, f"review-{kind}", f"'{name}' was {say}")
    for source in knowledge.sources.values():
        yield from _source(knowledge, source, on)


def read_again(knowledge: Knowledge, source: Source) -> datetime.date | None:
    """The day from which a source is due; None when the rules do not say."""
    read = source.read or knowledge.settings.sources_read
    years = knowledge.settings.sources_again.get(source.kind)
    return None if read is None or years is None else later(read, years)


def later(day: datetime.date, years: int) -> datetime.date:
    """The same day of another year; what falls on 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def key_of(name: str, known: Iterable[str]) -> str:
    """The key in `Knowledge.places` of what is called so: itself, or the first with a kind before it, as in
    `source:goodacre2005`. Nothing when there is none."""
    keys = list(known)
    return name if name in keys else next((key for key in keys if key.partition(":")[2] == name), "")


def _source(knowledge: Knowledge, source: Source, on: datetime.date) -> Issues:
    if not knowledge.settings.sources_again:
        return
    day = read_again(knowledge, source)
    if day is None:
        yield Issue(f"source:{source.id}", "source-undated", (
            f"when '{source.id}' was read, or how soon a {source.kind} is read again, is not known; see sources_read "
            "and sources_again in knowledge.yaml"))
    elif day < on:
        yield Issue(f"source:{source.id}", "source-due",
                    f"'{source.id}' is to be read again since {day}; then give it `read`")
