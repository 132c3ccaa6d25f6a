"""Every statement of the source article is accounted for: used by cards that exist, or left out for a reason."""

from __future__ import annotations

from triage.model import Issue, Issues, Knowledge
from triage.support.text import guess

CLAIMS = 67
"""So many statements the source article makes."""


def article(knowledge: Knowledge) -> Issues:
    """Claims that are missing, that there are not, or that nothing comes of."""
    wanted = [f"S{number:02}" for number in range(1, CLAIMS + 1)]
    for name in wanted:
        if name not in knowledge.claims:
            yield Issue("article.yaml", "claim", f"the claim {name} of the article is not accounted for")
    cards = {name.removeprefix("stage:") for name in knowledge.places}
    known = {name for name in cards if ":" not in name}
    for claim in knowledge.claims.values():
        here = f"claim:{claim.id}"
        if claim.id not in wanted:
            yield Issue(here, "claim", f"the article has no claim '{claim.id}'")
        if bool(claim.used_by) == bool(claim.not_used):
            yield Issue(here, "claim", f"{claim.id} needs used_by or not_used, and not both")
        for name in claim.used_by:
            if name not in known:
                yield Issue(here, "unknown-id",
                            f"{claim.id} is used by '{name}', which does not exist" + guess(name, known))
        if claim.source not in knowledge.sources:
            yield Issue(here, "unknown-source",
                        f"unknown source '{claim.source}'" + guess(claim.source, knowledge.sources))
