"""Knowledge with one mutant in it. What the mutant cannot touch is not worked out again."""

from __future__ import annotations

from triage.inference import weighing
from triage.model import Knowledge
from triage.verification.mutation.operators import Mutant


def apply(knowledge: Knowledge, mutant: Mutant) -> Knowledge:
    """The rules with this mutant in them."""
    out = knowledge.with_changes(mutant.rules, mutant.cards)
    weighing.share_weights(knowledge, out, mutant.card)
    return out
