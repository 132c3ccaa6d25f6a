"""Faults of findings: what they name, how they ask, and whether anybody reads the answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from triage.inference.answers import AGAIN
from triage.model import Criterion, Finding, Issue, Issues, Knowledge
from triage.support.text import guess
from triage.verification.implication import Logic

SELF_CHECK = "self_check"
"""The topic of findings that only a self-check fills."""


def findings(knowledge: Knowledge) -> Issues:
    """What a finding names, and its question."""
    for finding in knowledge.findings.values():
        for parent in finding.parents:
            other = knowledge.findings.get(parent)
            if other is None:
                yield Issue(finding.id, "unknown-finding", f"part_of: unknown finding '{parent}'" + guess(
                    parent, knowledge.findings))
            elif other.kind != "yes_no":
                yield Issue(finding.id, "part-of", f"part_of: '{parent}' must be a yes/no question")
        for alias in finding.aliases:
            if alias in knowledge.findings:
                yield Issue(finding.id, "duplicate-id", f"the alias '{alias}' is the id of another finding")
        yield from _options(finding)
        if finding.id.endswith(AGAIN):
            yield Issue(finding.id, "name", f"'{AGAIN}' at the end of a name is kept for the plainer second questions")
        if finding.within:
            yield from _within(knowledge, finding)
        if not finding.term:
            yield Issue(finding.id, "term", f"'{finding.id}' has no term, the clinician's word for it")
        if not finding.ask.endswith(("?", ".", ")")):
            yield Issue(finding.id, "question", f"the question of '{finding.id}' has no end")


def _options(finding: Finding) -> Issues:
    for key, option in (("none_is", finding.none_is), ("several_is", finding.several_is)):
        if option and (finding.kind != "one" or option not in finding.options):
            yield Issue(finding.id, "unknown-option", f"{key}: '{finding.id}' has no answer '{option}'" + guess(
                option, finding.options))
    answers = finding.options or (["yes", "no"] if finding.kind == "yes_no" else [])
    for key, listed in (("unread", finding.unread), ("recent", finding.recent)):
        for option in listed:
            if option not in answers:
                yield Issue(finding.id, "unknown-option", f"{key}: '{finding.id}' has no answer '{option}'" + guess(
                    option, answers))


def _within(knowledge: Knowledge, finding: Finding) -> Issues:
    outer = knowledge.findings.get(finding.within)
    if outer is None:
        yield Issue(finding.id, "unknown-finding", f"within: unknown finding '{finding.within}'" + guess(
            finding.within, knowledge.findings))
        return
    for name, option in finding.options.items():
        if option.inside not in outer.options:
            yield Issue(finding.id, "unknown-option", (
                f"the option '{name}' lies in '{option.inside}', which '{outer.id}' has not"))


def use(knowledge: Knowledge) -> Issues:
    """Answers that nobody reads, and questions that nobody uses or that can never be asked."""
    read: dict[str, set[str]] = {}
    for part in _parts(knowledge):
        read.setdefault(part.fact, set()).update(part.any_of, part.none_of)
    for check in knowledge.self_checks.values():
        read.setdefault(check.result, set()).update(check.means)  # the person is told what it means
    named = {name for finding in knowledge.findings.values() for name in (*finding.parents, finding.within)}
    named |= {name for card in (*knowledge.self_checks.values(), *knowledge.care.values()) for name in card.ask_before}
    logic = Logic(knowledge)
    results = {check.result for check in knowledge.self_checks.values()}
    for finding in knowledge.findings.values():
        kept = set(finding.options or ["yes"]) <= {*finding.unread, finding.none_is}
        if finding.id not in read and finding.id not in named and not kept:
            yield Issue(finding.id, "question-unused", f"no rule reads '{finding.id}', so nobody needs to be asked")
        elif finding.topic == SELF_CHECK and finding.id not in results:
            yield Issue(finding.id, "question-unused",
                        f"'{finding.id}' is never asked: it is the result of no self-check")
        elif not _can_be_asked(logic, finding):
            yield Issue(finding.id, "question-unused", f"'{finding.id}' is never asked: its ask_if can never hold")
        elif finding.options and not finding.options_of:
            yield from _unread(finding, read.get(finding.id, set()))


def _can_be_asked(logic: Logic, finding: Finding) -> bool:
    """Can its ask_if hold together with a yes to what it is a follow-up of?"""
    above: list[tuple[Criterion, ...]] = [(Criterion(parent, any_of=("yes",)),) for parent in finding.parents] or [()]
    return any(logic.conjunctions((*parts, *more)) for parts in finding.ask_if or ((),) for more in above)


def _unread(finding: Finding, read: set[str]) -> Issues:
    for option in finding.options:
        if option in read and option in finding.unread:
            yield Issue(finding.id, "answer-unread", f"unread: '{option}' of '{finding.id}' is read by a rule")
        elif option not in read and option not in (*finding.unread, finding.none_is, finding.several_is):
            yield Issue(finding.id, "answer-unread", f"no rule reads the answer '{option}' of '{finding.id}'")


def _parts(knowledge: Knowledge) -> Iterator[Criterion]:
    """All that anything reads."""
    for rule in knowledge.rules:
        yield from rule.parts
    for when in (*(f.ask_if for f in knowledge.findings.values()), *(stage.ask_if for stage in knowledge.stages)):
        yield from itertools.chain.from_iterable(when)
