"""What must hold for all answers there are. Each theorem is a row of claims; a claim that fails is a counterexample.

Red flags, derived findings, scores, blocks and the bands that an appointment hangs on are exact. Where a claim says
"whatever is ranked how", bands may be anything, so that it holds for more than the rules can bring about.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import z3

from triage.inference.assessment import severity
from triage.inference.compiled.case_sums import units
from triage.interview.next_question import STOPS
from triage.knowledge import forbidden_advice
from triage.model import (
    NONE,
    NOT_SURE,
    RANK,
    Answers,
    Blockable,
    Criterion,
    Finding,
    Knowledge,
    NotFor,
    Promise,
    RedFlag,
    Rule,
    RuleKind,
)
from triage.verification.proof.prover import Claim, Counterexample, Prover, Theorem, Violation
from triage.verification.proof.symbolic_answers import EVERYWHERE, Symbol, any_of
from triage.verification.proof.symbolic_rules import AnyScore, Rules

Parts = tuple[Criterion, ...]
EVIDENCE = ("for", "against")


def every_rule_fires(prover: Prover) -> Iterator[Claim]:
    """Every rule fires for some person."""
    for rule in prover.knowledge.rules:
        yield None if rule.key in prover.witnesses else Counterexample(
            f"{prover.place(rule)}: nobody can meet {rule.id}", {})


def no_rule_is_implied(prover: Prover) -> Iterator[Claim]:
    """No rule is implied by another that concludes the same.

    A red flag line says more than another one when it is nearer, or when "not sure" lowers it and not the other. Lines
    of evidence may refine each other, and only two that always hold together say the same.
    """
    knowledge = prover.knowledge
    fires = {**prover.rules.early, **prover.rules.late(prover.rules.any_bands)}
    block = prover.compiled.block(list({id(each): each for each in prover.witnesses.values()}.values()))
    seen = {**block.early, **block.late}
    for rules in _same_subject(knowledge):
        for one, other in itertools.permutations(rules, 2):
            if not _says_no_more(knowledge, one, other):
                continue
            alone = seen[one.key] & ~seen[other.key] or prover.possible(fires[one.key], ~fires[other.key])
            if not alone and one.kind in EVIDENCE:  # lines of evidence may refine each other, but not say the same
                alone = seen[other.key] & ~seen[one.key] or prover.possible(fires[other.key], ~fires[one.key])
            yield None if alone else Counterexample(
                f"{prover.place(one)}: {one.id} holds only where {other.id} does, which concludes as much", {})


def danger_never_lowers(prover: Prover) -> Iterator[Claim]:
    """One more danger never makes less of the urgency.

    A danger is an answer that a red flag reads and that says what is the matter (`Knowledge.danger_answers`), not
    where, when or who. It is added to silence, to a no or none, to a "not sure" of a yes, or to other ticks of a list.
    """
    knowledge = prover.knowledge
    before, later, search = prover.two_persons()
    less = prover.abbreviation(
        search, any_of(before.at_least(level) & ~later.at_least(level) for level in _levels(knowledge)))
    for name, options in knowledge.danger_answers.items():
        for option in sorted(options):
            danger_said = later.person.free[name, option]
            more = Symbol(z3.And(_only_more(knowledge.findings[name], option, before, later)))
            model = prover.differ_in(search, [name], less, danger_said, more)
            if model is None:
                yield None
                continue
            danger = {name: later.person.answers(model)[name]}
            example = prover.counterexample(before.person.answers(model), partial(_danger_lowers, prover, danger),
                                            keep=[name])
            yield Counterexample(example.says, example.answers, danger)


def _danger_lowers(prover: Prover, danger: Answers, answers: Answers) -> Violation | None:
    now, then = prover.assessment(answers).urgency, prover.assessment({**answers, **danger}).urgency
    says = f"told {now.id}, and with {danger} only {then.id}"
    return Violation(says) if severity(then) < severity(now) else None


def no_blocked_advice(prover: Prover) -> Iterator[Claim]:
    """No advice to press, roll, squeeze, stretch, load, cool, wrap or cut while its block holds, whatever is ranked."""
    knowledge = prover.knowledge
    late = prover.rules.late(prover.rules.any_bands)
    shut = {name: any_of(late[rule.key] for rule in knowledge.rules_of("interlock", card=name))
            for name in knowledge.interlocks}
    cards: list[Blockable] = [*knowledge.self_checks.values(), *knowledge.care.values()]
    for card in cards:
        must_not = [late[rule.key] for rule in knowledge.rules_of("must_not", card=card.id)]
        closed = any_of([*(shut[lock] for lock in card.blocked_by), *must_not])
        for lock, step in forbidden_advice.forbidden_steps(knowledge, card).items():
            yield prover.claim(prover.find(shut[lock], ~closed), partial(_is_offered, prover, card, lock, step))
    for flag in knowledge.red_flags.values():
        for lock, line in forbidden_advice.forbidden_sentences(knowledge, flag.do).items():
            yield prover.claim(prover.find(shut[lock], prover.rules.flag(flag.id)),
                               partial(_advises, prover, flag, lock, line))


def _is_offered(prover: Prover, card: Blockable, lock: str, step: str, answers: Answers) -> Violation | None:
    offered = prover.is_blocked(answers, [lock]) and not prover.is_blocked(answers, [*card.blocked_by, card.id])
    return Violation(f"{card.id} may be offered although {lock} holds, and it says: {step}") if offered else None


def _advises(prover: Prover, flag: RedFlag, lock: str, line: str, answers: Answers) -> Violation | None:
    both = prover.is_blocked(answers, [lock]) and flag.id in prover.assessment(answers).flags
    return Violation(f"the red flag {flag.id} says although {lock} holds: {line}") if both else None


def clot_is_today(prover: Prover) -> Iterator[Claim]:
    """Signs of a clot are told to be seen today at least: the promises of knowledge.yaml are kept."""
    knowledge = prover.knowledge
    for promise in knowledge.settings.promises:
        enough = any_of(prover.rules.flag(name, RANK[promise.at_least]) for name in knowledge.red_flags)
        for parts in promise.when:
            yield prover.claim(prover.find(*(prover.rules.holds(part) for part in parts), ~enough),
                               partial(_breaks, prover, promise, parts))


def _breaks(prover: Prover, promise: Promise, parts: Parts, answers: Answers) -> Violation | None:
    urgency = prover.assessment(answers).urgency
    less = prover.meets(answers, parts) and RANK[urgency.level] < RANK[promise.at_least]
    return Violation(f"{promise.say}: told {urgency.id}, not {promise.at_least}") if less else None


def no_score_lowers(prover: Prover) -> Iterator[Claim]:
    """A higher score never makes less of the urgency, whatever the scores are."""
    knowledge = prover.knowledge
    low = [AnyScore(f"{name} low") for name in knowledge.scores]
    high = [AnyScore(f"{name} high") for name in knowledge.scores]
    # Both are of one person, so that all but the scores is the same.
    with_low, with_high = prover.with_scores(low), prover.with_scores(high)
    lower = {level: with_low.at_least(level) & ~with_high.at_least(level) for level in _levels(knowledge)}
    orderly = [claim for one, other in zip(low, high, strict=True)
               for claim in (*one.orderly(other), *one.orderly(), *other.orderly())]
    order = Symbol(z3.And(orderly)) if orderly else EVERYWHERE
    lowered = sum(prover.find(order, each) is not None for each in lower.values())
    yield from [None] * (len(lower) - lowered)
    if lowered:
        yield from _lower_scores(prover)


def not_for_is_redirected(prover: Prover) -> Iterator[Claim]:
    """Whoever the program is not for is sent elsewhere."""
    knowledge = prover.knowledge
    sent = any_of(prover.rules.early[rule.key] for rule in knowledge.rules_of("red_flag") if rule.level == "redirect")
    for people in knowledge.settings.not_for:
        for parts in people.when:
            yield prover.claim(prover.find(*(prover.rules.holds(part) for part in parts), ~sent),
                               partial(_stays, prover, people, parts))


def _stays(prover: Prover, people: NotFor, parts: Parts, answers: Answers) -> Violation | None:
    assessment = prover.assessment(answers)
    here = prover.meets(answers, parts) and not assessment.out_of_scope
    return Violation(f"{people.say}: told {assessment.urgency.id} and not sent elsewhere") if here else None


def interview_ends(prover: Prover) -> Iterator[Claim]:
    """From every state some answer ends the interview, and each question asked brings its end nearer.

    A line of the emergency screens that calls an ambulance ends it at once, whatever else was said. And what was asked
    is known afterwards, while nothing that was known is forgotten, so that the questions run out.
    """
    knowledge, person = prover.knowledge, prover.person
    ambulance = any_of(prover.rules.flag(name, STOPS) for name in knowledge.red_flags)
    lines = [name for name in knowledge.emergency if knowledge.findings[name].kind == "yes_no"]
    states = [prover.find(person.free[name, "yes"], ~ambulance) for name in lines]
    yield None if None in states else Counterexample(
        "no line of the emergency screens ends the interview in every state; in this one none does",
        next((state for state in states if state is not None), {}))

    before, later, search = prover.two_persons()
    linked = [finding.id for finding in knowledge.findings.values()
              if any(finding.id in (other.within, *other.parents) or other.id == finding.id
                     for other in knowledge.follow_ups)]
    forgotten = any_of(before.known(name) & ~later.known(name) for name in linked)
    for finding in knowledge.findings.values():
        name = finding.id
        parents = [before.holds(Criterion(parent, any_of=("yes",))) for parent in finding.parents]
        asked = ~before.known(name) & later.person.given_at_all(name) & (any_of(parents) if parents else EVERYWHERE)
        wrong = asked & (forgotten | ~later.known(name))
        model = prover.differ_in(search, [name], wrong)
        yield None if model is None else Counterexample(
            f"after the answer to {name} something is not known any more, or it would be asked again",
            before.person.answers(model), {name: later.person.answers(model)[name]})


def _lower_scores(prover: Prover) -> Iterator[Counterexample]:
    examples = [each for name in prover.knowledge.scores if (each := _lower_score(prover, name))]
    yield from examples or [Counterexample("a score may lower the urgency, by a rule that reads it", {})]


def _lower_score(prover: Prover, name: str) -> Counterexample | None:
    """Two persons who differ in what a score counts, of whom the one with more points is told less."""
    knowledge = prover.knowledge
    before, later, search = prover.two_persons()
    counted = {fact for rule in knowledge.rules_of("score_item", card=name) for fact in _facts(knowledge, rule)}
    less = any_of(before.at_least(level) & ~later.at_least(level) for level in _levels(knowledge))
    readers = [rule for rule in knowledge.rules_of("red_flag") if any(p.fact == f"score.{name}" for p in rule.parts)]
    for rule in readers:
        bounds = sorted({0, *(units(part.bound) for part in rule.parts if part.fact == f"score.{name}")})
        for bound in bounds:
            more = later.scores[name].compared(">", bound) & ~before.scores[name].compared(">", bound)
            gone = before.early[rule.key] & ~later.early[rule.key]
            model = prover.differ_in(search, counted, more, gone, less)
            if model is None:
                continue
            change = {fact: answer for fact, answer in later.person.answers(model).items() if fact in counted}
            check = partial(_points_lower, prover, rule, name, change)
            first = before.person.answers(model)
            if check(first) is not None:
                example = prover.counterexample(first, check, keep=counted)
                return Counterexample(example.says, example.answers, change)
    return None


def _points_lower(prover: Prover, rule: Rule, score: str, change: Answers, answers: Answers) -> Violation | None:
    now, then = prover.assessment(answers).urgency, prover.assessment({**answers, **change}).urgency
    says = f"{prover.place(rule)}: {rule.id} makes {now.id} into {then.id} when the score {score} rises"
    return Violation(says) if severity(then) < severity(now) else None


# --- rules that could be left out


def _same_subject(knowledge: Knowledge) -> Iterator[list[Rule]]:
    """Rules of one card and kind that lines of the card give, with those of their findings that one may imply."""
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in knowledge.rules:
        twin = rule.lowered and rule.kind in ("derived", "red_flag")
        # A red flag in a list of blocks is a reason of its own: it is told by its name.
        if not twin and rule.kind != "offer" and not any(part.fact.startswith("red_flag.") for part in rule.parts):
            groups.setdefault((rule.kind, rule.card), []).append(rule)
    yield from (rules for rules in groups.values() if len(rules) > 1)


def _says_no_more(knowledge: Knowledge, one: Rule, other: Rule) -> bool:
    """Would a rule conclude nothing more than another, were it implied by it?"""
    if one.kind == "red_flag":  # a line that "not sure" lowers says more than one that it does not
        return severity(other) >= severity(one) and (one.not_sure != "lower" or other.not_sure == "lower")
    if one.kind in EVIDENCE:
        return _facts(knowledge, one) == _facts(knowledge, other)
    if one.kind == "frequency":
        steps = knowledge.settings.weights.frequency
        return steps[other.step] >= steps[one.step]
    if one.kind == "score_item":
        return one.item == other.item
    return True


def _facts(knowledge: Knowledge, rule: Rule) -> set[str]:
    """The findings that a rule reads, also by way of derived findings and scores."""
    out: set[str] = set()
    for part in rule.parts:
        room, name = part.namespace, part.name
        kinds: tuple[RuleKind, ...] = ("derived",) if room == "derived" else ("score_item",)
        inner = knowledge.rules_of(*kinds, card=name) if room in ("derived", "score") else ()
        out |= {part.fact} if part.fact in knowledge.findings else set()
        out |= {fact for each in inner for fact in _facts(knowledge, each)}
    return out


# --- dangers


def _levels(knowledge: Knowledge) -> list[tuple[int, int, int]]:
    """All urgencies there are, as `assessment.severity` orders them."""
    wishes = [card.if_likely for card in knowledge.conditions.values() if card.if_likely]
    return sorted({severity(rule) for rule in knowledge.rules_of("red_flag")} | {
        (RANK["book"], -wish.within_days, 0) for wish in wishes if wish.urgency == "book"})


def _only_more(finding: Finding, option: str, before: Rules, after: Rules) -> list[Any]:
    """The answer before said nothing else: silence, no, not sure of a yes, none, or other options that stay ticked."""
    free, then = before.person.free, after.person.free
    if finding.kind == "many":
        stays = [z3.Implies(free[finding.id, option].it, then[finding.id, option].it),
                 *(free[finding.id, other].it == then[finding.id, other].it
                   for other in finding.options if other != option)]
        return [z3.Not(free[finding.id, NOT_SURE].it), *stays]
    nothing = {NONE, finding.none_is, "no", *([NOT_SURE] if finding.kind == "yes_no" else [])}
    return [z3.Not(free[finding.id, word].it) for word in before.person.words(finding) if word not in nothing]


THEOREMS: dict[str, Theorem] = {
    each.__name__: each for each in (
        every_rule_fires, no_rule_is_implied, danger_never_lowers, no_blocked_advice, clot_is_today, no_score_lowers,
        not_for_is_redirected, interview_ends,
    )
}


def statement(theorem: Theorem) -> str:
    """What a theorem states, in one sentence."""
    return (theorem.__doc__ or "").strip().partition("\n")[0]
