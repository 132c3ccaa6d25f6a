"""Proof of sameness: every evaluator concludes the same of every case. Which cases, and the run over all of them.

    python -m tests.sameness            # as CI: 100,000 cases on the plain walk, 10,000 on CLIPS, 1,000 on experta;
                                        # stock experta takes half a second for a case of many answers, so it has 40
                                        # cases on all rules and 6,000 on a part of them
    python -m tests.sameness --full     # every enumerated case, and ten times as many random ones

The cases: each rule over its own findings (met, each value of each finding in its place, silence, not sure); each
bound and its neighbours; no answers; all answers; stories changed by one answer at a time; mixtures of stories; random
answers.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks.slices import sliced
from triage import cards, scenarios
from triage.answers import AGAIN
from triage.compiled import Compiled
from triage.engine import Engine
from triage.model import NONE, NOT_SURE, Answer, Answers, Finding, Fired, Knowledge, Part, Rule

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261125
CI = {"walk": 100_000, "clips": 10_000, "experta": 1_000, "stock experta": 40, "stock experta, 150 rules": 6_000}
FULL = {"walk": 1_000_000, "clips": 100_000, "experta": 10_000, "stock experta": 1_000,
        "stock experta, 150 rules": 30_000}
PART = 150
"""Rules of the part on which stock experta meets every boundary."""

Way = Callable[[list[Answers]], list[Fired]]


# --- cases


def values(knowledge: Knowledge, finding: Finding) -> list[Answer]:
    """Every answer that a finding can have, of several options each one alone; numbers at each bound and beside it."""
    if finding.kind == "yes_no":
        return ["yes", "no", NOT_SURE]
    if finding.kind == "one":
        return [*finding.options, NONE, NOT_SURE]
    if finding.kind == "many":
        return [*((option,) for option in finding.options), (), tuple(finding.options), NOT_SURE]
    bounds = {p.bound for rule in knowledge.rules for p in rule.parts if p.fact == finding.id}
    around = {v for bound in bounds for v in (bound - 1, bound - 0.001, bound, bound + 0.001, bound + 1)}
    low, high = finding.lowest or 0.0, 1e5 if finding.highest is None else finding.highest
    return [*(float(v) for v in sorted(around) if low <= v <= high), NOT_SURE]


def enumerated(knowledge: Knowledge) -> Iterator[Answers]:
    """Each rule over its own findings: of up to two all values, of more one in turn while the others are met."""
    every = {name: values(knowledge, finding) for name, finding in knowledge.findings.items()}
    for rule in knowledge.rules:
        for met in meeting(knowledge, rule):
            names = list(met)
            yield met
            if len(names) <= 2:
                for choice in itertools.product(*([*every[name], None] for name in names)):
                    yield {name: value for name, value in zip(names, choice, strict=True) if value is not None}
            for name in names:
                yield {other: value for other, value in met.items() if other != name}
                for value in every[name]:
                    yield {**met, name: value}


def meeting(knowledge: Knowledge, rule: Rule) -> list[Answers]:
    """Answers that meet a rule: for each way in which its derived findings and scores can come about, up to twelve."""
    return list(itertools.islice(_meeting(knowledge, rule.parts, {}), 12))


def _meeting(knowledge: Knowledge, parts: tuple[Part, ...], known: Answers) -> Iterator[Answers]:
    if not parts:
        yield known
        return
    part, rest = parts[0], parts[1:]
    room, _, name = part.fact.partition(".")
    if room == "derived":
        for rule in knowledge.rules_of("derived", card=name):
            if not rule.lowered:
                yield from _meeting(knowledge, (*rule.parts, *rest), known)
    elif room == "score":  # items one after the other until the bound is reached
        items = {rule.item: rule for rule in knowledge.rules_of("score_item", card=name)}
        for order in (list(items.values()), list(items.values())[::-1]):
            total, wanted = 0.0, []
            for item in order:
                if not part.holds(total):
                    total += item.points
                    wanted += item.parts
            yield from _meeting(knowledge, (*wanted, *rest), known)
    elif part.fact not in knowledge.findings:
        yield from _meeting(knowledge, rest, known)  # red flags and bands cannot be answered
    else:
        yield from _meeting(knowledge, rest, {**known, part.fact: known.get(part.fact, _met(knowledge, part))})


def _met(knowledge: Knowledge, part: Part) -> Answer:
    kind = knowledge.findings[part.fact].kind
    if part.op:
        return part.bound + {">=": 0.0, "<=": 0.0, "==": 0.0, ">": 1.0, "<": -1.0}[part.op]
    if part.none_of:
        return () if kind == "many" else NONE
    if not part.any_of:
        return NOT_SURE
    return (part.any_of[0],) if kind == "many" else part.any_of[0]


class Random:
    """Random answers, always the same ones for the same seed."""

    def __init__(self, knowledge: Knowledge, stories: list[Answers], seed: int) -> None:
        self.knowledge, self.stories = knowledge, stories
        self.rng = random.Random(seed)
        self.values = {name: values(knowledge, finding) for name, finding in knowledge.findings.items()}
        self.again = [name for name, finding in knowledge.findings.items() if finding.again]
        self.names = list(self.values)

    def answer(self, name: str) -> Answer:
        finding = self.knowledge.findings[name]
        if finding.kind == "many" and self.rng.random() < 0.5:
            some = set(self.rng.sample(list(finding.options), min(len(finding.options), self.rng.randint(2, 4))))
            return tuple(option for option in finding.options if option in some)
        return self.rng.choice(self.values[name])

    def everything(self) -> Answers:
        """Every finding answered."""
        return {name: self.answer(name) for name in self.names}

    def some(self) -> Answers:
        """Any findings, in any order; now and then a second question too."""
        chosen = self.rng.sample(self.names, self.rng.choice([3, 10, 25, 40, 80, 160]))
        out = {name: self.answer(name) for name in chosen}
        if self.rng.random() < 0.2:
            name = self.rng.choice(self.again)
            out |= {name: NOT_SURE, name + AGAIN: self.answer(name)}
        return out

    def mixture(self) -> Answers:
        """Several stories in one, some answers changed: what hangs together in the rules comes together."""
        out: Answers = {}
        for story in self.rng.sample(self.stories, self.rng.randint(1, 4)):
            for name, value in story.items():
                out.setdefault(name, value)
        for name in self.rng.sample(list(out), min(len(out), self.rng.randint(0, 3))):
            if name in self.values:
                out[name] = self.answer(name)
        return out

    def one_at_a_time(self) -> Iterator[Answers]:
        """A story, changed by one answer after the other."""
        state = dict(self.rng.choice(self.stories))
        for name in self.rng.sample(self.names, 20):
            state = {**state, name: self.answer(name)}
            yield state

    def endless(self) -> Iterator[Answers]:
        """All kinds in turns."""
        while True:
            yield from self.one_at_a_time()
            for _ in range(10):
                yield self.some()
                yield self.mixture()
            yield self.everything()


def cases(knowledge: Knowledge, stories: list[Answers], seed: int = SEED) -> Iterator[Answers]:
    """Endless cases in an order in which every beginning holds each kind: enumerated ones spread among random ones."""
    yield {}
    yield {name: "no" for name, finding in knowledge.findings.items() if finding.kind == "yes_no"}
    yield dict.fromkeys(knowledge.findings, NOT_SURE)
    rules = list(enumerated(knowledge))
    told = list(stories)
    for some in (rules, told):
        random.Random(seed).shuffle(some)
    drawn = Random(knowledge, stories, seed).endless()
    for case, story in itertools.zip_longest(rules, told):
        yield case
        yield next(drawn)
        if story is not None:
            yield story
    yield from drawn


# --- evaluators


def ways(knowledge: Knowledge, names: Iterable[str]) -> dict[str, Way]:
    """Evaluators by name, each from cases to conclusions."""
    def each(make: Callable[[], Callable[[Answers], Fired]]) -> Way:
        one = make()
        return lambda some: [one(answers) for answers in some]

    def clips() -> Callable[[Answers], Fired]:
        from tests.clips import Clips

        return Clips(knowledge).fired

    def walk() -> Callable[[Answers], Fired]:
        from tests.walk import Walk

        return Walk(knowledge).fired

    compiled = Compiled(knowledge)
    makers: dict[str, Callable[[], Way]] = {
        "function": lambda: lambda some: list(compiled.many(some)),
        "bit sets": lambda: each(lambda: compiled.fired),
        "walk": lambda: each(walk),
        "clips": lambda: each(clips),
        "experta": lambda: each(lambda: Engine(knowledge).fired),
        "stock experta": lambda: each(lambda: Engine(knowledge, stock=True).fired),
    }
    return {name: makers[name]() for name in names}


def differences(found: dict[str, Way], some: list[Answers]) -> Iterator[tuple[str, Answers, str]]:
    """Cases of which an evaluator concludes something else than the first, with what differs."""
    (first, way), *others = found.items()
    expected = way(some)
    for name, other in others:
        for answers, wanted, got in zip(some, expected, other(some), strict=True):
            if wanted != got:
                yield name, answers, f"{first} and {name} differ: {_differs(wanted, got)}"


def _differs(one: Fired, other: Fired) -> str:
    if one.rules != other.rules:
        return f"rules {sorted(set(one.rules) ^ set(other.rules))[:4] or 'in another order'}"
    names = [name for name in ("derived", "scores", "bands") if getattr(one, name) != getattr(other, name)]
    return ", ".join(f"{name} {getattr(one, name)} / {getattr(other, name)}" for name in names)[:400]


# --- the run

GROUPS = {  # compared with the generated function on so many cases
    "walk": ["function", "bit sets", "walk"],
    "clips": ["function", "clips"],
    "experta": ["function", "experta"],
    "stock experta": ["function", "experta", "stock experta"],
    "stock experta, 150 rules": ["function", "bit sets", "experta", "stock experta"],
}


def _share(group: str, count: int, part: int, parts: int) -> tuple[int, list[str]]:
    """One process's share of the cases of a group."""
    knowledge = cards.load(ROOT / "rules")
    stories = [story.answers for story in scenarios.read(knowledge, ROOT / "tests" / "scenarios")]
    if group.endswith("rules"):
        knowledge = sliced(knowledge, PART)
    found = ways(knowledge, GROUPS[group])
    mine = itertools.islice(itertools.islice(cases(knowledge, stories), count), part, None, parts)
    done, wrong = 0, []
    while some := list(itertools.islice(mine, 2000)):
        # Whole blocks take turns: experta remembers the nodes of one engine at a time.
        wrong += [f"{text}\n  {answers}" for _, answers, text in differences(found, some)]
        done += len(some)
        if len(wrong) > 5:
            break
    return done, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the long run")
    parser.add_argument("--share", type=float, default=1.0, help="only this share of the cases, to try it out")
    options = parser.parse_args()
    counts = {group: int(count * options.share) for group, count in (FULL if options.full else CI).items()}
    workers = os.cpu_count() or 1
    faults: list[str] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for group, count in counts.items():
            start = time.perf_counter()
            shares = list(pool.map(_share, [group] * workers, [count] * workers, range(workers), [workers] * workers))
            wrong = [text for _, some in shares for text in some]
            faults += wrong
            done = sum(number for number, _ in shares)
            on = group.partition(", ")[2]
            print(f"{done:>9,} cases: {', '.join(GROUPS[group])}{on and ' on ' + on}: "
                  f"{'the same' if not wrong else 'DIFFERENT'} "
                  f"({time.perf_counter() - start:.0f} s)", flush=True)
    for text in faults[:10]:
        print(text, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
