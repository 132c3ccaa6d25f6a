"""Conclusion -> Assessment: urgency, ranked conditions, self-checks, care, what stays open. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from triage.inference import weighing
from triage.inference.facts import is_open
from triage.model import (
    NOT_SURE,
    RANK,
    Alternatives,
    Answer,
    Answers,
    Assessment,
    Blockable,
    Conclusion,
    Criterion,
    Knowledge,
    Ranked,
    Rule,
    Urgency,
    Withheld,
)

IN_PLAY = 3
"""Self-checks and care are taken from so many conditions, from the first on; of a danger only when it fits well."""


def assess(knowledge: Knowledge, conclusion: Conclusion) -> Assessment:
    """Everything the person is told, from what an engine concluded. No engine is asked again."""
    given = {name: conclusion.given[name] for name in knowledge.findings if name in conclusion.given}
    answers = dict(conclusion.answers)
    rules = [knowledge.by_key[key] for key in conclusion.rules]
    facts = dict(conclusion.facts)

    flag_rules = _flag_rules(rules)
    flags = tuple(name for name in knowledge.red_flags if any(r.card == name for r in flag_rules))
    conditions = _ranked(knowledge, conclusion, rules, facts)
    urgency = _urgency(knowledge, flag_rules, _to_be_booked(knowledge, conditions, rules))
    out_of_scope = any(rule.level == "redirect" for rule in flag_rules)

    shown = [c.id for c in conditions]
    explained = tuple(
        name for name, card in knowledge.conditions.items() if card.kind == "explains" and card.explains in shown
    )
    benign = {name for name, card in knowledge.conditions.items() if card.kind == "benign"}
    treated = [c for c in conditions[:IN_PLAY] if c.band == "fits_well" or c.id in benign]
    rank = RANK[urgency.level]
    # Who is to be seen today gets the advice for that, and nothing for a cause that may be the wrong one.
    checks_due = [] if out_of_scope or rank >= RANK["emergency_department_now"] else _due(
        rules, flags, treated, set(knowledge.self_checks))
    care_due = _due(rules, flags, [] if out_of_scope or rank >= RANK["today"] else treated, set(knowledge.care))
    checks, withheld_checks = _sorted_out(knowledge, knowledge.self_checks, checks_due, rules, answers)
    care, withheld_care = _sorted_out(knowledge, knowledge.care, care_due, rules, answers)
    checks = [c for c in checks if knowledge.self_checks[c].result not in answers]

    return Assessment(
        given=given, answers=answers, conclusion=conclusion, urgency=urgency, flags=flags, out_of_scope=out_of_scope,
        conditions=conditions, explained=explained, self_checks=tuple(_most_settling(knowledge, checks, flags, shown)),
        withheld_checks=tuple(withheld_checks), care=tuple(care), withheld_care=tuple(withheld_care),
        watch_for=_watch_for(knowledge, flags, shown), look_again=_look_again(knowledge, urgency, shown),
        unresolved=_unresolved(knowledge, facts, flag_rules),
        not_asked=() if out_of_scope else tuple(name for name in knowledge.emergency if name not in answers),
    )


def severity(said: Rule | Urgency) -> tuple[int, int, int]:
    """Order of urgency of a red flag rule, or of what was concluded; larger is more urgent."""
    return (RANK[said.level], -said.within_days, said.level == "redirect")


def _flag_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Red flag rules that count: those lowered by "not sure" only where the same line is not met outright."""
    flags = [rule for rule in rules if rule.kind == "red_flag"]
    outright = {rule.id for rule in flags if not rule.lowered}
    seen: dict[str, Rule] = {}
    for rule in flags:
        if not rule.lowered or rule.id.removesuffix("~not_sure") not in outright:
            seen.setdefault(rule.id, rule)
    return list(seen.values())


def _to_be_booked(knowledge: Knowledge, conditions: tuple[Ranked, ...], rules: list[Rule]) -> dict[str, int]:
    """Conditions that ask for an appointment -> within how many days, those that fit well first.

    Those that fit well, and those that would if no danger that was told spoke against them: one more danger must never
    make less of it.
    """
    wishes = {name: card.if_likely.within_days for name, card in knowledge.conditions.items()
              if card.if_likely is not None and card.if_likely.urgency == "book"}
    fitting = [c.id for c in conditions if c.band == "fits_well" and c.id in wishes]
    doubted = [name for name, lines in weighing.by_condition(rules).items() if name in wishes and name not in fitting
               and weighing.would_fit(knowledge, knowledge.conditions[name], lines)]
    return {name: wishes[name] for name in (*fitting, *doubted)}


def _urgency(knowledge: Knowledge, flag_rules: list[Rule], booked: dict[str, int]) -> Urgency:
    words = knowledge.settings.levels
    top = max((severity(rule) for rule in flag_rules), default=(0, 0, 0))
    for days in booked.values():
        top = max(top, (RANK["book"], -days, 0))
    if top[0] == 0:
        level = words["self_care"]
        return Urgency(level="self_care", within_days=0, place="home", say=level.say, reasons=())
    most = [rule for rule in flag_rules if severity(rule) == top]
    reasons = [rule.id for rule in most]
    if top[0] == RANK["book"] and not top[2]:
        reasons += [f"{name}/if_likely" for name, days in booked.items() if days == -top[1]]
    first = most[0] if most else None
    level_id = first.level if first else "book"
    say = first.say if first and first.say else words[level_id].say.format(days=-top[1])
    return Urgency(level=level_id, within_days=-top[1], place=first.place if first else "practice", say=say,
                   reasons=tuple(reasons))


def _ranked(
    knowledge: Knowledge, conclusion: Conclusion, rules: list[Rule], facts: dict[str, Answer]
) -> tuple[Ranked, ...]:
    weights = conclusion.weights
    suspected = weighing.suspected(knowledge, rules, weights)
    met = {rule.key for rule in rules}
    out = []
    for name in weighing.ranking(weights, conclusion.bands, suspected):
        evidence = knowledge.rules_of("for", "against", card=name)
        out.append(Ranked(
            id=name, band=conclusion.bands[name], weight=weights[name].total,
            for_=tuple(r.id for r in evidence if r.kind == "for" and r.key in met),
            against=tuple(r.id for r in evidence if r.kind == "against" and r.key in met),
            unknown=tuple(r.id for r in evidence if r.key not in met and is_open(r.parts, facts)),
            suspected_by=tuple(
                flag.id for flag in knowledge.red_flags.values()
                if name in suspected and name in flag.suspects and any(
                    r.card == flag.id and RANK[r.level] >= RANK["today"] for r in rules if r.kind == "red_flag")
            ),
        ))
    return tuple(out)


def _due(rules: list[Rule], flags: tuple[str, ...], treated: list[Ranked], shelf: set[str]) -> list[str]:
    """Cards of this shelf that are due: those of red flags, of what fits well, then in turns of what is possible."""
    wanted: dict[str, list[str]] = {}
    for rule in rules:
        if rule.kind == "offer" and rule.card in shelf:
            wanted.setdefault(rule.parts[0].fact, []).append(rule.card)

    def turns(facts: list[str]) -> list[str]:
        rows = itertools.zip_longest(*(wanted.get(fact, []) for fact in facts))
        return [name for row in rows for name in row if name is not None]

    first = [name for flag in flags for name in wanted.get(f"red_flag.{flag}", [])]
    fitting = turns([f"condition.{c.id}" for c in treated if c.band == "fits_well"])
    possible = turns([f"condition.{c.id}" for c in treated if c.band != "fits_well"])
    return list(dict.fromkeys([*first, *fitting, *possible]))


def _sorted_out(
    knowledge: Knowledge, shelf: Mapping[str, Blockable], due: list[str], rules: list[Rule], answers: Answers
) -> tuple[list[str], list[Withheld]]:
    """Cards that are due -> those that may be offered, and those that may not, each with the reason."""
    locks: dict[str, list[str]] = {}
    for rule in rules:
        if rule.kind in ("interlock", "must_not"):
            locks.setdefault(rule.card, []).append(rule.id)
    free: list[str] = []
    withheld: list[Withheld] = []
    for name in due:
        if name not in shelf:
            continue
        card = shelf[name]
        closed = tuple(r for lock in (*card.blocked_by, name) for r in locks.get(lock, ()))
        needed = () if card.safe_for_all else (*knowledge.emergency, *card.ask_before)
        unanswered = tuple(dict.fromkeys(n for n in needed if n not in answers))
        if closed or unanswered:
            withheld.append(Withheld(id=name, rules=closed, unanswered=unanswered))
        else:
            free.append(name)
    return free, withheld


def _most_settling(
    knowledge: Knowledge, checks: list[str], flags: tuple[str, ...], shown: list[str]
) -> list[str]:
    """Checks that a danger asks for first, then what settles most among the conditions shown, then by the cards."""
    def worth(name: str) -> tuple[bool, int]:
        asked_for = any(name in knowledge.red_flags[flag].self_checks for flag in flags)
        return not asked_for, -sum(1 for c in shown[:IN_PLAY] if c in knowledge.self_checks[name].settles)

    return sorted(checks, key=worth)


def _watch_for(knowledge: Knowledge, flags: tuple[str, ...], shown: list[str]) -> tuple[str, ...]:
    lines = [line for name in flags for line in knowledge.red_flags[name].watch_for]
    lines += [line for name in shown[:1] for line in knowledge.conditions[name].watch_for[:3]]
    return tuple(dict.fromkeys([*lines, *knowledge.settings.watch_always]))


def _look_again(knowledge: Knowledge, urgency: Urgency, shown: list[str]) -> tuple[int, ...]:
    if RANK[urgency.level] >= RANK["today"] or urgency.level == "redirect":
        return ()
    wanted = {2, 7, 14}
    for name in shown[:1]:
        card = knowledge.conditions[name].look_again
        if card is not None:
            wanted |= {card.days, card.see_by_days}
    return tuple(sorted(wanted))


def _unresolved(knowledge: Knowledge, facts: dict[str, Answer], flag_rules: list[Rule]) -> tuple[str, ...]:
    """Dangers that a "not sure" leaves open: nothing refutes them, and something was not known when asked."""
    if NOT_SURE not in facts.values():
        return ()
    reached = {rule.card: (0, 0, 0) for rule in flag_rules}
    for rule in flag_rules:
        reached[rule.card] = max(reached[rule.card], severity(rule))
    out: dict[str, None] = {}
    for rule in knowledge.rules_of("red_flag"):
        if rule.lowered or rule.level in ("book", "redirect"):
            continue
        if severity(rule) <= reached.get(rule.card, (0, 0, 0)):
            continue
        if is_open(rule.parts, facts) and any(_asked_in_vain(knowledge, part, facts) for part in rule.parts):
            out[rule.card] = None
    return tuple(out)


def _asked_in_vain(knowledge: Knowledge, part: Criterion, facts: dict[str, Answer]) -> bool:
    if facts.get(part.fact) == NOT_SURE:
        finding = knowledge.findings.get(part.fact)
        return finding is None or not finding.background
    finding = knowledge.findings.get(part.fact)
    return finding is not None and part.fact not in facts and any(
        facts.get(parent) == NOT_SURE for parent in finding.parents
    )


def applies(when: Alternatives, facts: dict[str, Answer]) -> bool:
    """Does an `ask_if` hold? An empty one always does."""
    return not when or any(all(p.holds(facts.get(p.fact)) for p in parts) for parts in when)
