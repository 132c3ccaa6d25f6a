"""What would have to be answered otherwise for another urgency, or another condition first? Pure.

The smallest change is looked for: one answer, given or not yet given, over all its values; when no single one does it,
two of those given. Concluded on the compiled rules, which are proved equal to the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import msgspec

from triage.inference.answers import AGAIN
from triage.inference.assessment import assess, severity
from triage.inference.compiled import Compiled
from triage.model import NOT_SURE, Answer, Answers, Assessment, Finding, Knowledge

MOST_PAIRS = 600
"""Pairs of changes that are tried when no single one is enough."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that differ, and what would be concluded then."""

    answers: Answers
    urgency: tuple[str, int]
    """Level and days."""
    first: str
    """The first condition; empty when there is none."""
    raises: int
    """1: more urgent, -1: less urgent, 0: the same."""
    new: bool
    """Does it only answer what was not answered?"""


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """Smallest changes: for a nearer urgency, for a farther one, and for another first condition."""

    urgency: tuple[str, int]
    first: str
    more_urgent: tuple[Change, ...]
    less_urgent: tuple[Change, ...]
    other_first: tuple[Change, ...]


def what_if(knowledge: Knowledge, compiled: Compiled, given: Answers) -> WhatIf:
    """The smallest changes of these answers that would change what is concluded."""
    given = {name: answer for name, answer in given.items() if name in knowledge.findings}
    now = _concluded(knowledge, compiled, [given])[0]
    singles = list(_singles(knowledge, given, now))
    found = list(_judged(knowledge, compiled, given, now, singles))
    missing = [test for test in (_more, _less, _other) if not any(test(now, change) for change in found)]
    if missing:
        changed = [single for single in singles if next(iter(single)) in given]
        pairs = [{**a, **b} for a, b in combinations(changed, 2) if not a.keys() & b.keys()][:MOST_PAIRS]
        found += [change for change in _judged(knowledge, compiled, given, now, pairs)
                  if any(test(now, change) for test in missing)]
    first = _first(now)
    return WhatIf(
        urgency=(now.urgency.level, now.urgency.within_days), first=first,
        more_urgent=_smallest(change for change in found if _more(now, change)),
        less_urgent=_smallest(change for change in found if _less(now, change)),
        other_first=_smallest(change for change in found if _other(now, change)),
    )


def changed(knowledge: Knowledge, compiled: Compiled, given: Answers, answers: Answers) -> Change:
    """What would be concluded if these answers were given instead of, or beside, the others."""
    now = _concluded(knowledge, compiled, [given])[0]
    return next(_judged(knowledge, compiled, given, now, [answers]))


def _more(now: Assessment, change: Change) -> bool:
    return change.raises > 0


def _less(now: Assessment, change: Change) -> bool:
    return change.raises < 0


def _other(now: Assessment, change: Change) -> bool:
    return change.first != _first(now) and bool(change.first)


def _smallest(found: Iterable[Change]) -> tuple[Change, ...]:
    """Those with the fewest answers; answers that were given before those that were not."""
    every = list(found)
    least = min((len(change.answers) for change in every), default=0)
    return tuple(sorted((change for change in every if len(change.answers) == least), key=lambda c: c.new))


def _judged(
    knowledge: Knowledge, compiled: Compiled, given: Answers, now: Assessment, tried: list[Answers]
) -> Iterator[Change]:
    before = severity(now.urgency)
    cases = [{**{n: a for n, a in given.items() if n.removesuffix(AGAIN) not in more}, **more} for more in tried]
    for more, then in zip(tried, _concluded(knowledge, compiled, cases), strict=True):
        after = severity(then.urgency)
        yield Change(
            answers=more, urgency=(then.urgency.level, then.urgency.within_days), first=_first(then),
            raises=(after > before) - (after < before), new=all(name not in given for name in more),
        )


def _concluded(knowledge: Knowledge, compiled: Compiled, cases: list[Answers]) -> list[Assessment]:
    return [assess(knowledge, conclusion) for conclusion in compiled.conclude_many(cases)]


def _first(assessment: Assessment) -> str:
    return assessment.conditions[0].id if assessment.conditions else ""


def _singles(knowledge: Knowledge, given: Answers, now: Assessment) -> Iterator[Answers]:
    """Each answer exchanged for each other one, and each value of a finding that could still be answered."""
    for name, finding in knowledge.findings.items():
        if name in given:
            for value in _others(finding, given[name]):
                yield {name: value}
        elif name not in now.answers and finding.topic != "self_check":
            for value in _others(finding, NOT_SURE):
                yield {name: value}


def _others(finding: Finding, answer: Answer) -> list[Answer]:
    """The other definite answers to a finding; of numbers and times none, nobody can choose those."""
    values = finding.possible_answers()
    if finding.kind == "many":  # one option more or less than was ticked, not one alone
        chosen = set(answer) if isinstance(answer, tuple) else set()
        values = [tuple(o for o in finding.options if (o in chosen) != (o == each)) for each in finding.options]
    return [value for value in values if value != answer]
