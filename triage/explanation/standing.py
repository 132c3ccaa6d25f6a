"""How one condition stands: what speaks for it, what against it, what is not known, what would settle it."""

from __future__ import annotations

from typing import Literal

import msgspec

from triage.inference.contraindications import may_try
from triage.inference.facts import is_open, refuted
from triage.model import Assessment, Knowledge, Rule

Lack = Literal["", "consistency", "deciding_answer", "evidence"]
"""What keeps a condition from fitting well: an answer does not go with it, what decides it is not known, or too little
speaks for it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a condition stands: its lines by what the answers say of them, and what would settle it."""

    id: str
    band: str
    for_: tuple[Rule, ...]
    against: tuple[Rule, ...]
    unknown: tuple[Rule, ...]
    refuted: tuple[Rule, ...]
    """Lines for it that an answer speaks against."""
    lacks: Lack
    """Why it does not read "fits well"; nothing if it does."""
    contradicted_by: Rule | None
    """The line that an answer meets although it does not go with the condition."""
    settle: tuple[str, ...]
    """Self-checks that would say more and are not forbidden."""
    later: tuple[str, ...]
    """Those of them before which something must be answered."""


def standing(knowledge: Knowledge, assessment: Assessment, condition: str) -> Standing:
    """How this condition stands, whether it is named in the result or not."""
    card = knowledge.conditions[condition]
    facts = dict(assessment.conclusion.facts)
    met = set(assessment.conclusion.rules)
    lines = knowledge.rules_of("for", "against", card=condition)
    by_weight = sorted(lines, key=lambda rule: -abs(rule.weight))
    band = assessment.conclusion.bands.get(condition, "explains")
    never = [r for r in knowledge.rules_of("fits_well_never", card=condition) if r.key in met]
    wanted = knowledge.rules_of("fits_well_if", card=condition)
    lacks: Lack = ""
    if band not in ("fits_well", "explains"):
        undecided = wanted and not any(rule.key in met for rule in wanted)
        lacks = "consistency" if never else "deciding_answer" if undecided else "evidence"
    checks = {name: may_try(knowledge, assessment, knowledge.self_checks[name]) for name in card.self_checks
              if knowledge.self_checks[name].result not in assessment.answers}
    return Standing(
        id=condition, band=band, lacks=lacks, contradicted_by=never[0] if lacks == "consistency" else None,
        for_=tuple(r for r in by_weight if r.kind == "for" and r.key in met),
        against=tuple(r for r in by_weight if r.kind == "against" and r.key in met),
        unknown=tuple(r for r in by_weight if r.key not in met and is_open(r.parts, facts)),
        refuted=tuple(r for r in by_weight if r.kind == "for" and r.key not in met and refuted(r.parts, facts)),
        settle=tuple(name for name, may in checks.items() if may != "no"),
        later=tuple(name for name, may in checks.items() if may == "later"),
    )
