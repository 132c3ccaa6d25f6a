"""What is known, by the names that rules read, and what it says of the criteria of a rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from triage.model import NOT_SURE, Answer, Band, Criterion, Knowledge


def known_facts(
    knowledge: Knowledge, answers: Mapping[str, Answer], rules: Iterable[str], derived: Mapping[str, str],
    scores: Mapping[str, float], bands: Mapping[str, Band],
) -> dict[str, Answer]:
    """Answers and conclusions by their names; a derived finding that cannot hold any more is "no".

    `rules`: keys of those that fired. Scores are points; a red flag is "yes", a condition its band if it is possible.
    """
    facts: dict[str, Answer] = dict(answers)
    facts |= {f"derived.{name}": value for name, value in derived.items()}
    facts |= {f"score.{name}": points for name, points in scores.items()}
    for depth in knowledge.depths:
        for name in depth:
            if f"derived.{name}" not in facts and all(
                refuted(rule.parts, facts) for rule in knowledge.rules_of("derived", card=name) if not rule.lowered
            ):
                facts[f"derived.{name}"] = "no"
    fired = (knowledge.by_key[key] for key in rules)
    facts |= {f"red_flag.{rule.card}": "yes" for rule in fired if rule.kind == "red_flag"}
    return facts | {f"condition.{name}": band for name, band in bands.items() if band != "unlikely"}


def refuted(criteria: Iterable[Criterion], facts: Mapping[str, Answer]) -> bool:
    """Does an answer speak against one of these? Silence and "not sure" never do."""
    for criterion in criteria:
        value = facts.get(criterion.fact)
        if value is not None and value != NOT_SURE and not criterion.holds(value):
            return True
    return False


def is_open(criteria: Iterable[Criterion], facts: Mapping[str, Answer]) -> bool:
    """May these still come to hold? None is refuted, and at least one is not known."""
    criteria = tuple(criteria)
    return not refuted(criteria, facts) and any(facts.get(each.fact) in (None, NOT_SURE) for each in criteria)
