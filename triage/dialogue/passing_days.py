"""What answers mean on a later day: times count on, and what can be urgent is asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triage.inference.answers import AGAIN
from triage.model import OPTION, Answers, Knowledge, Turn


def later(knowledge: Knowledge, turns: Sequence[Turn], days: int) -> tuple[Turn, ...]:
    """The turns so many days later. Within the day they stay as they are."""
    if days < 1:
        return tuple(turns)
    again = asked_again(knowledge)
    out = []
    for turn in turns:
        kept = {name: answer for name, answer in turn.answers.items() if name not in again}
        if kept or not turn.answers or turn.question.purpose == "own_words":
            out.append(Turn(turn.question, older(knowledge, kept, days)))
    return tuple(out)


def older(knowledge: Knowledge, answers: Answers, days: int) -> Answers:
    """The answers so many days later: what began then began longer ago."""
    return {name: answer + max(days, 0) if isinstance(answer, float) and name in knowledge.findings
            and knowledge.findings[name].kind == "duration" else answer for name, answer in answers.items()}


def asked_again(knowledge: Knowledge) -> set[str]:
    """What another day asks anew: the emergency screens, those for some people only, and what belongs to them."""
    stages = [stage.id for stage in knowledge.stages if stage.emergency or stage.ask_if]
    out = set(lines_of_stages(knowledge, stages))
    for finding in knowledge.follow_ups:
        if finding.parents and out.issuperset(finding.parents):
            out.add(finding.id)
    return {name for name in knowledge.known_names.values() if name.removesuffix(AGAIN) in out}


def lines_of_stages(knowledge: Knowledge, stages: Iterable[str]) -> list[str]:
    """The findings of these stages."""
    return [line.partition(OPTION)[0] for stage in knowledge.stages if stage.id in stages
            for line in (*stage.ask, *stage.together, stage.picture, stage.spreads)]
