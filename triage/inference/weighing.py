"""Lines of evidence -> weights -> bands of conditions. Pure; the numbers stand in rules/knowledge.yaml.

Weights are logarithms of likelihood ratios and add up (Good 1950; Spiegelhalter and Knill-Jones 1984).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from triage.model import RANK, Band, Condition, Knowledge, Rule, RuleKind, Weight, Weights
from triage.support.memory import OnceForEach

LARGEST = 50_000
"""So many sets of lines are remembered with their weight; then it begins anew, so that memory stays bounded."""

EVIDENCE: tuple[RuleKind, ...] = ("for", "against", "frequency", "fits_well_if", "fits_well_never")
"""Kinds of rules that say something of a condition."""


def weigh(knowledge: Knowledge, condition: Condition, fired: Sequence[Rule]) -> Weight:
    """How far a condition stands, given those of its lines that fired. Condition must have a frequency."""
    settings = knowledge.settings.weights
    assert condition.frequency is not None
    frequency = settings.frequency[condition.frequency.level]
    if not fired:
        return Weight(frequency, 0.0, _exact(frequency), 0.0, 0)
    speaks_for: dict[str, list[float]] = {}
    speaks_against: dict[str, list[float]] = {}
    for rule in fired:
        if rule.kind == "frequency":
            frequency = max(frequency, settings.frequency[rule.step])
        elif rule.kind == "for":
            speaks_for.setdefault(rule.group or rule.key, []).append(rule.weight)
        elif rule.kind == "against":
            speaks_against.setdefault(rule.group or rule.key, []).append(-rule.weight)
    if condition.kind == "danger":
        speaks_against.clear()
    elif settings.best_counts in speaks_for:
        speaks_against.pop(settings.best_counts, None)
    total_for = sum(_group(weights, settings) for weights in speaks_for.values())
    total_against = -sum(_group(weights, settings) for weights in speaks_against.values())
    uncapped = total_for + max(total_against, settings.against_cap)
    evidence = max(-settings.cap, min(settings.cap, uncapped))
    return Weight(frequency, _exact(evidence), _exact(frequency + evidence), _exact(uncapped), len(speaks_for))


def _group(weights: list[float], settings: Weights) -> float:
    if len(weights) == 1:
        return weights[0]
    strongest, *others = sorted(weights, reverse=True)
    return strongest + settings.group_share * sum(others[: settings.group_others])


def _exact(value: float) -> float:
    """Sums must not depend on the order of their parts, and a bound must not miss by a rounding."""
    return round(value, 6) + 0.0


def suspected(knowledge: Knowledge, fired: Iterable[Rule], weights: Mapping[str, Weight]) -> dict[str, int]:
    """Conditions that a red flag of `today` or nearer stands for -> the rank of the nearest level.

    Of those a red flag names, the ones for which evidence of their own speaks; when none has any, the first named.
    """
    out: dict[str, int] = {}
    for rule in fired:
        if rule.kind == "red_flag" and RANK[rule.level] >= RANK["today"]:
            named = knowledge.red_flags[rule.card].suspects
            for name in [name for name in named if weights[name].groups_for] or named[:1]:
                out[name] = max(out.get(name, 0), RANK[rule.level])
    return out


def bands(
    knowledge: Knowledge, weights: Mapping[str, Weight], allowed: Mapping[str, bool],
    suspects: Mapping[str, int],
) -> dict[str, Band]:
    """Weights of all conditions -> their bands. `allowed`: may it read "fits well" at all?

    A danger is not named for a place of pain alone: that would frighten without need. Red flags do not ask for bands.
    What a red flag stands for is possible by that flag alone.
    """
    settings = knowledge.settings.weights
    best = max((w.total for w in weights.values() if w.groups_for), default=0.0)
    out: dict[str, Band] = {}
    for name, weight in weights.items():
        needed = settings.danger_groups if knowledge.conditions[name].kind == "danger" else 1
        near = weight.evidence > 0 and weight.total >= _exact(best - settings.possible_behind)
        if name not in suspects and weight.groups_for < needed:
            out[name] = "unlikely"
        elif fits(knowledge, knowledge.conditions[name], weight) and allowed[name]:
            out[name] = "fits_well"
        elif near or name in suspects or weight.evidence >= settings.possible_evidence:
            out[name] = "possible"
        else:
            out[name] = "unlikely"
    return out


def would_fit(knowledge: Knowledge, condition: Condition, fired: Iterable[Rule]) -> bool:
    """Would this condition fit well if no red-flag finding counted against it, and does it not as it stands?

    `fired`: its rules that fired. What a danger takes from a condition must not take the appointment that it asks for.
    """
    dangers = knowledge.danger_answers
    fired = list(fired)
    left = [rule for rule in fired if rule.kind not in ("against", "fits_well_never") or not any(
        option in dangers.get(name, ()) for name, option in knowledge.reads(rule))]
    return len(left) < len(fired) and may_fit(condition, left) and fits(
        knowledge, condition, weigh(knowledge, condition, left))


def fits(knowledge: Knowledge, condition: Condition, weight: Weight) -> bool:
    """Is it heavy enough to fit well, with evidence of enough groups?"""
    settings = knowledge.settings.weights
    needed = settings.danger_groups if condition.kind == "danger" else 1
    return weight.total >= settings.fits_well and weight.groups_for >= max(needed, settings.fits_well_groups)


def by_condition(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Rules that say something of a condition, by condition."""
    out: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if rule.kind in EVIDENCE:
            out[rule.card].append(rule)
    return out


@OnceForEach
def _weights(knowledge: Knowledge) -> dict[tuple[str, ...], Weight]:
    """Weights worked out so far: a condition and its lines that fired -> its weight."""
    return {}


def share_weights(knowledge: Knowledge, changed: Knowledge, card: str) -> None:
    """Weights worked out for these rules hold for the changed ones too, but for those of one card."""
    _weights.set(changed, _SharedWeights(_weights(knowledge), card))


class _SharedWeights(dict[tuple[str, ...], Weight]):
    """Weights of one card, and all others of the rules that share theirs."""

    def __init__(self, shared: dict[tuple[str, ...], Weight], card: str) -> None:
        super().__init__()
        self.shared, self.card = shared, card

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or (key in self.shared and key[0] != self.card)

    def __missing__(self, key: tuple[str, ...]) -> Weight:
        return self.shared[key]


def weight(knowledge: Knowledge, condition: Condition, lines: Sequence[Rule]) -> Weight:
    """What `weigh` gives, remembered for the same lines."""
    remembered = _weights(knowledge)
    key = (condition.id, *(rule.key for rule in lines))
    if key not in remembered:
        if len(remembered) >= LARGEST:
            remembered.clear()
        remembered[key] = weigh(knowledge, condition, lines)
    return remembered[key]


def weigh_all(knowledge: Knowledge, fired: Iterable[Rule]) -> tuple[dict[str, Weight], dict[str, Band]]:
    """Fired rules -> weight and band of every condition that is ranked."""
    fired = list(fired)
    lines = by_condition(fired)
    weights: dict[str, Weight] = {}
    allowed: dict[str, bool] = {}
    for name, condition in knowledge.conditions.items():
        if condition.frequency is None:
            continue
        own = lines.get(name, ())
        weights[name] = weight(knowledge, condition, own)
        allowed[name] = may_fit(condition, own)
    return weights, bands(knowledge, weights, allowed, suspected(knowledge, fired, weights))


def may_fit(condition: Condition, lines: Iterable[Rule]) -> bool:
    """May it read "fits well" at all, by its own lines that fired, whatever its weight?"""
    kinds = {rule.kind for rule in lines}
    return "fits_well_never" not in kinds and (not condition.fits_well_if or "fits_well_if" in kinds)


def ranking(
    weights: Mapping[str, Weight], found: Mapping[str, Band], suspects: Mapping[str, int]
) -> list[str]:
    """Conditions that are shown, the first first.

    In front what a red flag stands for, by its level; then by band, weight, evidence beyond the cap, and at last by id.
    """
    return sorted(
        (name for name, band in found.items() if band != "unlikely"),
        key=lambda name: (-suspects.get(name, 0), found[name] != "fits_well", -weights[name].total,
                          -weights[name].uncapped, name),
    )
