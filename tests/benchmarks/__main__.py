"""Speed and memory of all evaluators, side by side in one run, on slices of the rules and on all of them.

    python -m tests.benchmarks              # under six minutes
    python -m tests.benchmarks --quick      # under one
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks import evaluators, measure, processes, talks
from tests.benchmarks.cases import SIZE, cases
from tests.benchmarks.evaluators import ALL, STOCK
from tests.benchmarks.measure import Effort, Side, Times, growth
from tests.benchmarks.report import Table, figure, markdown, text
from tests.benchmarks.slices import sliced
from triage.knowledge import reader
from triage.model import Answers, Knowledge
from triage.verification import scenarios

ROOT = Path(__file__).resolve().parent.parent.parent
SLICES = (100, 300, 600, 1200)
FULL = Effort(cases=10, step=2, rounds=3, hypotheses=8, crowd=1024, rows=4000, talks=1)
QUICK = Effort(cases=2, step=5, rounds=1, hypotheses=3, crowd=256, rows=1500, talks=9)

ANSWERS_FILE = "{screens: no, person.age: 35, pain.region: [calf, heel], onset.age: 3 weeks}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few cases, one round")
    parser.add_argument("--markdown", action="store_true", help="tables for the README")
    parser.add_argument("--json", metavar="FILE", help="write all figures here, too")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    draw = markdown if options.markdown else text

    knowledge = reader.load(ROOT / "rules")
    stories = scenarios.read(knowledge, ROOT / "tests" / "scenarios")
    full, crowd = cases(knowledge, stories, effort.cases), cases(knowledge, stories, effort.crowd)
    about = header(knowledge, effort)
    print("\n".join(about), flush=True)
    out: dict[str, Any] = {"about": about, "effort": effort}
    for name, measured in (
        ("sides", lambda: side_by_side(knowledge, full, crowd, effort)), ("alone", lambda: alone(full, effort)),
        ("talks", lambda: whole_talks(knowledge, effort)), ("start", lambda: start_up(effort)),
        ("batch", lambda: batch(knowledge, crowd, effort)),
    ):
        out[name], tables = measured()
        for table in tables:
            print(f"\n{draw(table)}", flush=True)
    if options.json:
        Path(options.json).write_bytes(msgspec.json.format(msgspec.json.encode(out)) + b"\n")


def header(knowledge: Knowledge, effort: Effort) -> list[str]:
    """Where and with what."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in ("experta", "clipspy", "zen-engine"))
    lines = [f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores; "
             f"{libraries}",
             f"Rules {knowledge.digest[:12]}: {len(knowledge.rules):,} rules, {len(knowledge.findings)} findings; "
             f"{effort.cases} cases of {SIZE} answers, the best of {effort.rounds}"]
    return lines + [f"Left out, not installed: {name}" for name in evaluators.missing()]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


# --- side by side -------------------------------------------------------------------------------


def side_by_side(
    knowledge: Knowledge, full: list[Answers], crowd: list[Answers], effort: Effort
) -> tuple[dict[int, dict[str, Side]], list[Table]]:
    """One answer, a full case, many cases, a question: all evaluators at every number of rules."""
    names = [name for name in ALL if name not in evaluators.missing()]
    found: dict[int, dict[str, Side]] = {}
    for slice_ in (*(sliced(knowledge, rules) for rules in SLICES), knowledge):
        print(f"{len(slice_.rules):,} rules ...", file=sys.stderr)
        found[len(slice_.rules)] = measure.sides(slice_, names, full, crowd, effort)
    states = found[len(knowledge.rules)][STOCK].answer.count
    return found, [
        _growing(f"One answer, all so far replayed ({states} states of conversations), median ms", found,
                 lambda side: side.answer),
        _growing(f"A full case of {SIZE} answers ({len(full)} cases, so p99 is the worst), median ms", found,
                 lambda side: side.full),
        _together(len(knowledge.rules), found[len(knowledge.rules)]),
    ]


def _growing(title: str, found: Mapping[int, Mapping[str, Side]], times: Callable[[Side], Times]) -> Table:
    last = max(found)
    rows = []
    for name, side in found[last].items():
        points = {rules: times(by_name[name]).median for rules, by_name in found.items()}
        rows.append([name, *map(figure, points.values()), figure(times(side).p99),
                     _ratio(times(found[last][STOCK]).median, points[last]), f"{growth(points):.2f}"])
    return Table(title, ["rules", *(f"{rules:,}" for rules in found), "p99", "ratio", "growth"], rows,
                 [f"p99, and ratio to {STOCK}, at {last:,} rules. Growth: as which power of the number of rules."])


def _together(rules: int, by_name: Mapping[str, Side]) -> Table:
    stock = by_name[STOCK]
    rows = []
    for name, side in by_name.items():
        question = side.question
        rows.append([name, figure(side.many), _ratio(stock.many, side.many), figure(question.ms),
                     _ratio(stock.question.ms, question.ms), f"{question.looked_at:,} of {question.of:,}"])
        if side.sets:
            rows.append(["the same, left as sets", figure(side.sets), _ratio(stock.many, side.sets), "", "", ""])
    return Table(
        f"{rules:,} rules: a case of many, and all answers that the next question could bring, ms",
        ["", "case", "ratio", "question", "ratio", "looked at"], rows,
        ["Where only some of the answers were looked at, the time is extrapolated from these.",
         "Bit sets look at them up to red flags and lines of evidence, the others up to offers and blocks."],
    )


def _ratio(stock: float, mine: float | None) -> str:
    return f"{figure(stock / mine)}x" if mine else "-"


# --- from outside -------------------------------------------------------------------------------


def alone(full: list[Answers], effort: Effort) -> tuple[dict[str, dict[str, float]], list[Table]]:
    """Each evaluator in a process of its own."""
    found = {"rules alone": processes.alone("", [], effort.rounds)}
    found |= {name: processes.alone(name, full, effort.rounds) for name in ALL if name not in evaluators.missing()}
    reading = min(each["read"] for each in found.values())
    return found, [Table(
        "In a process of its own, all rules", ["", "build ms", "first case ms", "peak MB", "modules"],
        [[name, *(figure(each[what]) for what in ("build", "first", "memory")), f"{each['modules']:g}"]
         for name, each in found.items()],
        [f"Each has read and compiled the rules before, in {figure(reading)} ms."],
    )]


def whole_talks(knowledge: Knowledge, effort: Effort) -> tuple[dict[str, talks.Talks], list[Table]]:
    """What a question costs in whole talks."""
    found = talks.talks(knowledge, effort.talks)
    return found, [Table(
        "Whole talks of the real cases, all else answered with no: processor time a question",
        ["", "people", "questions", "ms"],
        [[name, f"{each.people}", f"{each.questions:,}", figure(each.ms)] for name, each in found.items()],
    )]


def start_up(effort: Effort) -> tuple[dict[str, processes.Start], list[Table]]:
    """What a command imports before it answers."""
    with processes.scratch(ANSWERS_FILE) as file:
        commands = {"triage --version": ["--version"], "triage questions": ["questions"],
                    "triage assess FILE": ["assess", file]}
        found = {name: processes.start(*words, rounds=effort.rounds) for name, words in commands.items()}
    return found, [Table(
        "Start-up: the whole command, and what it imports", ["", "ms", "modules", "packages of others"],
        [[name, figure(each.ms), f"{each.modules}", ", ".join(each.packages) or "none"]
         for name, each in found.items()],
    )]


def batch(
    knowledge: Knowledge, crowd: list[Answers], effort: Effort
) -> tuple[dict[str, processes.Batch], list[Table]]:
    """A table of cases from end to end."""
    runs = (("experta", 1, effort.rows // 10), ("compiled", 1, effort.rows), ("compiled", 2, effort.rows))
    found = {
        f"{engine}, {number} process{'es' * (number > 1)}": processes.batch(knowledge, crowd, rows, engine, number)
        for engine, number, rows in runs
    }
    return found, [Table(
        f"triage batch: rows of {SIZE} answers from CSV to CSV, start and reading the rules included",
        ["", "rows", "seconds", "rows a second"],
        [[name, f"{each.rows:,}", figure(each.seconds), figure(each.rows / each.seconds)]
         for name, each in found.items()],
    )]


if __name__ == "__main__":
    main()
