"""Cases to measure with: three quarters of a story, the rest at random, always the same."""

from __future__ import annotations

import random
from collections.abc import Iterator

from triage.inference.answers import complete
from triage.model import NONE, NOT_SURE, Answer, Answers, Finding, Knowledge
from triage.verification.scenarios import Story

SIZE = 40
"""So many findings are answered in a full case."""


def cases(knowledge: Knowledge, stories: list[Story], count: int) -> list[Answers]:
    """So many full cases, of stories spread over all: answers as they were told, then others at random."""
    lot = random.Random(1)
    long = [story.answers for story in stories if len(story.answers) >= SIZE * 3 // 4]
    out = []
    for i in range(count):
        told = long[i * len(long) // count]
        names = sorted(lot.sample(range(len(told)), SIZE * 3 // 4))
        case = {name: told[name] for name in [list(told)[place] for place in names]}
        free = [finding for finding in knowledge.findings.values() if finding.id not in case]
        case |= {finding.id: _any(finding, lot) for finding in lot.sample(free, SIZE - len(case))}
        out.append(case)
    return out


def states(case: Answers, step: int = 1) -> list[Answers]:
    """The states of a conversation: each answer added to those before."""
    items = list(case.items())
    return [dict(items[:count]) for count in range(step, len(items) + 1, step)]


def hypotheses(knowledge: Knowledge, answers: Answers) -> list[tuple[str, Answer]]:
    """Each answer that the next question could bring: every finding without one, and each of its values."""
    bounds: dict[str, set[float]] = {}
    for rule in knowledge.rules:
        for part in rule.parts:
            if part.op:
                bounds.setdefault(part.fact, set()).add(part.bound)
    known = complete(knowledge, answers)
    return [(name, value) for name, finding in knowledge.findings.items() if name not in known
            for value in _values(finding, bounds.get(name, set()))]


def _values(finding: Finding, bounds: set[float]) -> Iterator[Answer]:
    yield NOT_SURE
    yield from finding.possible_answers(sorted({v for bound in bounds for v in (bound - 0.5, bound, bound + 0.5)}))


def _any(finding: Finding, lot: random.Random) -> Answer:
    if lot.random() < 0.2:
        return NOT_SURE
    if finding.kind == "yes_no":
        return lot.choice(["yes", "no"])
    if finding.kind == "one":
        return lot.choice([*finding.options, NONE])
    if finding.kind == "many":
        chosen = lot.sample(list(finding.options), min(len(finding.options), lot.randrange(4)))
        return tuple(option for option in finding.options if option in chosen)
    if finding.kind == "number":
        return float(lot.randint(int(finding.lowest or 0), int(finding.highest or 120)))
    return lot.choice([0.5, 1.0, 3.0, 10.0, 14.0, 28.0, 42.0, 90.0, 400.0])


def as_row(knowledge: Knowledge, case: Answers) -> dict[str, str]:
    """A case as a row of a table that `triage batch` reads."""
    def cell(name: str, answer: Answer) -> str:
        if isinstance(answer, tuple):
            return "|".join(answer) or NONE
        if isinstance(answer, str):
            return answer
        return f"{answer!r} days" if knowledge.findings[name].kind == "duration" else f"{answer!r}"

    return {name: cell(name, answer) for name, answer in case.items()}
