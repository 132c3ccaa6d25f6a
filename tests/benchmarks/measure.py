"""Times, side by side: whole rounds take turns, and the best of several rounds counts."""

from __future__ import annotations

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tests.benchmarks import cases, evaluators
from tests.benchmarks.evaluators import BIT_SETS, FUNCTION, Conclude
from triage.model import Answers, Conclusion, Knowledge


class Times(msgspec.Struct, frozen=True):
    """Milliseconds."""

    median: float
    p99: float
    count: int


class Question(msgspec.Struct, frozen=True):
    """Milliseconds to look at every answer that the next question could bring."""

    ms: float
    looked_at: int
    of: int
    """So many answers there are, on the average; where fewer were looked at, the time is extrapolated."""


class Effort(msgspec.Struct, frozen=True):
    """How much is measured."""

    cases: int
    step: int
    """Every second, third ... state of a conversation."""
    rounds: int
    hypotheses: int
    """So many answers to a next question are looked at, where each takes a conclusion of its own."""
    crowd: int
    """So many different cases at once."""
    rows: int
    """The same for `triage batch`."""
    talks: int
    """Every second, third ... real case takes the whole interview."""


class Side(msgspec.Struct, frozen=True):
    """One evaluator at one number of rules."""

    answer: Times
    full: Times
    many: float
    """Milliseconds a case, when many full cases come at once."""
    sets: float | None
    """The same, when what is concluded may stay sets of cases."""
    question: Question


def sides(
    knowledge: Knowledge, names: Sequence[str], full: list[Answers], crowd: list[Answers], effort: Effort
) -> dict[str, Side]:
    """All evaluators on the same full cases. Raises AssertionError when they do not conclude the same.

    `crowd`: other full cases, for who can take many at once; the others take the mean of their time for one.
    """
    ready = {name: evaluators.built(name, knowledge) for name in names}
    acts = {name: evaluators.one_by_one(name, ready[name]) for name in names}
    _agree(acts, full)
    states = [state for case in full for state in cases.states(case, effort.step)]
    answer, whole = timed(acts, states, effort.rounds), timed(acts, full, effort.rounds)
    out = {}
    for name, evaluator in ready.items():
        many, sets = statistics.fmean(whole[name]), None
        if name == FUNCTION:
            many = _best(lambda: list(ready[FUNCTION].conclude_many(crowd)), effort.rounds) / len(crowd)
            sets = _best(lambda: [block.late for block in ready[FUNCTION].blocks(crowd)], effort.rounds) / len(crowd)
        question = _question(name, evaluator, acts[name], knowledge, full[: max(1, len(full) // 3)], effort)
        out[name] = Side(_times(answer[name]), _times(whole[name]), many, sets, question)
    return out


def timed(acts: Mapping[str, Conclude], given: Sequence[Answers], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each act for each of these, the best of the rounds.

    Turns are whole rounds, each begun with a case that is not counted: experta keeps the nodes of one engine only.
    """
    out = {name: [math.inf] * len(given) for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            gc.collect()  # everybody begins with nothing to be collected, and collects his own
            act(given[0])
            for i, answers in enumerate(given):
                out[name][i] = min(out[name][i], _ms(lambda act=act, answers=answers: act(answers)))
    return out


def growth(points: Mapping[int, float]) -> float:
    """Rules -> time as a power of the number of rules: least squares of the logarithms. 1 is in proportion."""
    logs = [(math.log(rules), math.log(ms)) for rules, ms in points.items()]
    return statistics.linear_regression([x for x, _ in logs], [y for _, y in logs]).slope


def _ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def _best(act: Callable[[], object], rounds: int) -> float:
    return min(_ms(act) for _ in range(rounds))


def _times(found: list[float]) -> Times:
    ordered = sorted(found)
    return Times(statistics.median(ordered), ordered[int(len(ordered) * 0.99)], len(ordered))


def _agree(acts: Mapping[str, Conclude], full: list[Answers]) -> None:
    seen: dict[str, list[Conclusion]] = {name: [act(answers) for answers in full] for name, act in acts.items()}
    first = next(iter(seen))
    for name, fired in seen.items():
        assert fired == seen[first], f"{name} does not conclude the same as {first}"


def _question(
    name: str, evaluator: Any, act: Conclude, knowledge: Knowledge, full: list[Answers], effort: Effort
) -> Question:
    """Early, in the middle and late in a conversation."""
    lot = random.Random(1)
    states = [state for case in full for state in cases.states(case, cases.SIZE // 4)[:3]]
    every = [cases.hypotheses(knowledge, state) for state in states]
    of = looked_at = round(statistics.fmean(map(len, every)))
    act(states[0])
    found = []
    for state, items in zip(states, every, strict=True):
        if name == BIT_SETS:
            found.append(_best(lambda state=state: evaluator.suppose(state), effort.rounds))
        elif name == FUNCTION:  # all of them are one block
            some = [{**state, fact: value} for fact, value in items]
            found.append(_best(lambda some=some: list(evaluator.conclude_many(some)), effort.rounds))
        else:
            some = [{**state, fact: value} for fact, value in lot.sample(items, min(effort.hypotheses, len(items)))]
            found.append(_ms(lambda some=some: [act(each) for each in some]) / len(some) * len(items))
            looked_at = effort.hypotheses
    return Question(statistics.median(found), looked_at, of)
