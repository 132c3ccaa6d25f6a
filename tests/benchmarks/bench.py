"""Start-up, time an answer and memory, our engine beside stock experta in the same run.

    python -m tests.benchmarks.bench [--stories 40]
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from triage import cards, scenarios
from triage.assessment import assess
from triage.engine import Engine
from triage.model import Answers

ROOT = Path(__file__).resolve().parent.parent.parent


def one_after_the_other(story: Answers) -> list[Answers]:
    """The states of a conversation: each answer added to those before."""
    names = list(story)
    return [{name: story[name] for name in names[:count]} for count in range(1, len(names) + 1)]


ROUNDS = 3


def timed(acts: list[Callable[[Answers], object]], states: list[Answers]) -> list[list[float]]:
    """Milliseconds of each act for each state, the best of several rounds that take turns.

    Turns are whole rounds: experta keeps one list of nodes in a cache of size one, so two engines must not alternate.
    """
    out = [[float("inf")] * len(states) for _ in acts]
    for _ in range(ROUNDS):
        for times, act in zip(out, acts, strict=True):
            for i, state in enumerate(states):
                start = time.perf_counter()
                act(state)
                times[i] = min(times[i], (time.perf_counter() - start) * 1000)
    return [sorted(times) for times in out]


def row(name: str, times: list[float], base: float) -> str:
    median, last = statistics.median(times), times[int(len(times) * 0.99)]
    return f"  {name:<34}{median:9.1f}{last:9.1f}{base / median:9.1f}x"


def startup(*words: str) -> float:
    best = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "triage", *words], capture_output=True, cwd=ROOT, check=True)
        best.append((time.perf_counter() - start) * 1000)
    return min(best)


def modules(code: str) -> int:
    done = subprocess.run([sys.executable, "-c", f"import sys; {code}; print(len(sys.modules))"],
                          capture_output=True, text=True, cwd=ROOT, check=True)
    return int(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=40, help="how many stories, spread over all (default 40)")
    wanted = parser.parse_args().stories

    start = time.perf_counter()
    knowledge = cards.load(ROOT / "rules")
    reading = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    ours = Engine(knowledge)
    building = (time.perf_counter() - start) * 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    theirs = Engine(knowledge, stock=True)

    told = scenarios.read(knowledge, ROOT / "tests" / "scenarios")
    told = told[:: max(1, len(told) // wanted)][:wanted]
    states = [state for story in told for state in one_after_the_other(story.answers)[::4]]
    stock_times, our_times, whole = timed(
        [theirs.fired, ours.fired, lambda answers: assess(knowledge, ours.fired(answers), answers)], states
    )
    base = statistics.median(stock_times)

    print(f"Python {platform.python_version()}, {platform.machine()}; {len(knowledge.rules)} rules, "
          f"{len(knowledge.findings)} findings, {len(states)} answers of {len(told)} stories")
    print("\none answer, all replayed             median ms   p99 ms   ratio")
    print(row("stock experta", stock_times, base))
    print(row("ours", our_times, base))
    print(row("ours, with the whole assessment", whole, base))
    print("\nstart-up                                     ms  modules")
    print(f"  {'triage --version':<34}{startup('--version'):9.0f}{modules('import triage.cli; triage.cli.parser()'):9}")
    print(f"  {'triage questions':<34}{startup('questions'):9.0f}{modules('import triage.commands.questions'):9}")
    print(f"  {'read and compile the rules':<34}{reading:9.0f}")
    print(f"  {'build the engine':<34}{building:9.0f}")
    print(f"\nmemory with rules and engine: {memory:.0f} MB")


if __name__ == "__main__":
    main()
