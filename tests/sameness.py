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
from triage.inference.compiled import Compiled
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.model import NOT_SURE, Answers, Conclusion, Knowledge
from triage.verification import scenarios
from triage.verification.random_answers import Random, meeting, values

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261125
CI = {"walk": 100_000, "clips": 10_000, "experta": 1_000, "stock experta": 40, "stock experta, 150 rules": 6_000}
FULL = {"walk": 1_000_000, "clips": 100_000, "experta": 10_000, "stock experta": 1_000,
        "stock experta, 150 rules": 30_000}
PART = 150
"""Rules of the part on which stock experta meets every boundary."""

Way = Callable[[list[Answers]], list[Conclusion]]


# --- cases


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
    def each(make: Callable[[], Callable[[Answers], Conclusion]]) -> Way:
        one = make()
        return lambda some: [one(answers) for answers in some]

    def clips() -> Callable[[Answers], Conclusion]:
        from tests.helpers.clips import Clips

        return Clips(knowledge).conclude

    def walk() -> Callable[[Answers], Conclusion]:
        from tests.helpers.walk import Walk

        return Walk(knowledge).conclude

    compiled = Compiled(knowledge)
    makers: dict[str, Callable[[], Way]] = {
        "function": lambda: lambda some: list(compiled.conclude_many(some)),
        "bit sets": lambda: each(lambda: compiled.conclude),
        "walk": lambda: each(walk),
        "clips": lambda: each(clips),
        "experta": lambda: each(lambda: Engine(knowledge).conclude),
        "stock experta": lambda: each(lambda: Engine(knowledge, stock=True).conclude),
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


def _differs(one: Conclusion, other: Conclusion) -> str:
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
    knowledge = reader.load(ROOT / "rules")
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
