"""`triage mutate DIR`: do the stories notice when the rules are spoilt?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec

from triage.cli import arguments
from triage.cli.output import complain
from triage.knowledge import reader
from triage.model import Knowledge
from triage.presentation.result_json import encode
from triage.support.atomic_files import write
from triage.verification import edges, scenarios
from triage.verification.edges import Edge
from triage.verification.mutation import (
    FLOORS,
    KINDS,
    MissingScenario,
    Mutant,
    MutantResult,
    Shares,
    Suite,
    missing_edges,
    missing_scenarios,
    mutants,
    place,
    run_mutants,
    run_survivors,
)
from triage.verification.mutation.as_yaml import as_yaml
from triage.verification.mutation.test_generation import written
from triage.verification.scenarios import Expect, Story

LISTED = 20
"""Survivors that are listed, unless all are asked for."""
Survivor = tuple[Mutant, MissingScenario | None]
"""A mutant that no story kills, and the scenario that would."""
CLASSES = {True: "red flags, blocks, scores, floors", False: "the rest"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dir", type=Path, help="a file or folder of scenarios")
    parser.add_argument("--card", action="append", default=[], metavar="ID", help="only the rules of this card")
    parser.add_argument("--sample", type=arguments.whole_number, metavar="N", help="only N mutants, evenly picked")
    parser.add_argument("--all", action="store_true", help="list every survivor (default: the first twenty)")
    parser.add_argument("--edges", type=Path, metavar="FILE",
                        help="also run this table of edges on the mutants that no story notices")
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="make the table of edges anew, for all that no story notices; with --card only its lines")
    parser.set_defaults(wrong=parser.error)


def run(options: argparse.Namespace) -> int:
    """Print the table and the survivors; 1 if fewer are killed than the floors ask for."""
    if options.write and options.sample:
        options.wrong("a table of edges is made for all mutants of a card; leave --sample out")
    knowledge = reader.load()
    chosen = mutants(knowledge)
    cards: set[str] = set()
    if options.card:
        known = dict.fromkeys(mutant.card for mutant in chosen)
        cards = {arguments.known_id(known, name, "card with rules") for name in options.card}
        chosen = [mutant for mutant in chosen if mutant.card in cards]
    if options.sample:
        step = max(1, len(chosen) / options.sample)
        chosen = [chosen[int(i * step)] for i in range(min(options.sample, len(chosen)))]
    suite = _suite(knowledge, scenarios.read(knowledge, options.dir))
    results = run_mutants(suite, chosen)
    survivors = [result.mutant for result in results if result.outcome == "survived"]
    if options.write:
        missing = missing_edges(suite, survivors)
        _write(knowledge, options.write, cards, missing)
    table = options.write or options.edges
    if table:
        results = run_survivors(_suite(knowledge, edges.read(knowledge, table)), results)
    if options.write:  # what has an edge now needs no listing
        missing = [(mutant, scenario) for mutant, scenario in missing if scenario is None]
    else:
        missing = missing_scenarios(suite, survivors if options.all else _most_important(survivors))
    shares = {critical: Shares(*(_share(results, critical, column) for column in ("outcome", "outcome_with_edges")))
              for critical in CLASSES}
    if options.json:
        sys.stdout.buffer.write(encode(_data(knowledge, results, shares, missing, bool(table))))
    else:
        print("\n".join([*_table(results, bool(table)), *_survivors(knowledge, missing, len(survivors))]))
    return 1 if any(_below(shares[critical], floors, bool(table)) for critical, floors in FLOORS.items()) else 0


def _write(knowledge: Knowledge, path: Path, cards: Collection[str], missing: Sequence[Survivor]) -> None:
    """Make the table anew; where cards are named, their lines only. Raises TriageError."""
    kept = [edge for edge in edges.lines(path) if edge.card not in cards] if cards and path.exists() else []
    made = {id(scenario): Edge(card=mutant.card, answers=written(knowledge, scenario.change or {}),
                               expect=msgspec.convert(scenario.expect, Expect))
            for mutant, scenario in missing if scenario is not None}
    write(path, edges.table([*kept, *made.values()]).encode(), over=True)


def _suite(knowledge: Knowledge, stories: Sequence[Story]) -> Suite:
    """All stories that come true; another one would kill every mutant."""
    suite = Suite(knowledge, stories)
    if untrue := suite.untrue():
        for story in untrue:
            complain(f"{story.file}:{story.line}: this story does not come true, and is left out; see "
                     "`triage test`")
        suite = Suite(knowledge, [story for story in stories if story not in untrue])
    return suite


def _below(shares: Shares, floors: Shares, with_edges: bool) -> bool:
    return shares.stories < floors.stories or (with_edges and shares.with_edges < floors.with_edges)


def _most_important(survivors: list[Mutant]) -> list[Mutant]:
    return sorted(survivors, key=lambda mutant: not mutant.critical)[:LISTED]


def _count(results: Sequence[MutantResult], critical: bool, outcome: str, column: str = "outcome") -> int:
    return sum(1 for each in results if each.mutant.critical == critical and getattr(each, column) == outcome)


def _share(results: Sequence[MutantResult], critical: bool, column: str) -> float:
    """Per cent killed of those that are not equivalent; 100 when there are none."""
    killed, survived = (_count(results, critical, outcome, column) for outcome in ("killed", "survived"))
    return 100 * killed / (killed + survived) if killed + survived else 100.0


def _rows(results: Sequence[MutantResult]) -> list[dict[str, Any]]:
    rows = []
    for critical in CLASSES:
        for kind in KINDS:
            some = [each for each in results if each.mutant.kind == kind and each.mutant.critical == critical]
            if some:
                rows.append({"critical": critical, "kind": kind, **_figures(some, critical)})
    return rows


def _figures(results: Sequence[MutantResult], critical: bool) -> dict[str, Any]:
    return {
        "mutants": sum(1 for each in results if each.mutant.critical == critical),
        **{outcome: _count(results, critical, outcome) for outcome in ("killed", "equivalent", "survived")},
        "per_cent": round(_share(results, critical, "outcome"), 1),
        "survived_with_edges": _count(results, critical, "survived", "outcome_with_edges"),
        "per_cent_with_edges": round(_share(results, critical, "outcome_with_edges"), 1),
    }


def _table(results: Sequence[MutantResult], with_edges: bool) -> list[str]:
    head = f"{'':<34}{'mutants':>9}{'equivalent':>12}{'killed':>9}{'survived':>10}{'per cent':>10}{'floor':>8}"
    lines = [f"{len(results)} mutants, killed by the stories" + (", and with the edges:" if with_edges else ":"), "",
             head + (f"  {'survived':>10}{'per cent':>10}{'floor':>8}" if with_edges else "")]
    for critical, title in CLASSES.items():
        rows = [row for row in _rows(results) if row["critical"] == critical]
        if rows:
            lines.append(_line(title, _figures(results, critical), with_edges, FLOORS[critical]))
            lines += [_line("  " + KINDS[row["kind"]], row, with_edges) for row in rows]
    return lines


def _line(title: str, row: dict[str, Any], with_edges: bool, floors: tuple[float, ...] = ()) -> str:
    without, both = (f"{floor:>8g}" for floor in floors) if floors else (" " * 8, " " * 8)
    line = (f"{title:<34}{row['mutants']:>9}{row['equivalent']:>12}{row['killed']:>9}{row['survived']:>10}"
            f"{row['per_cent']:>10.1f}{without}")
    if with_edges:
        line += f"  {row['survived_with_edges']:>10}{row['per_cent_with_edges']:>10.1f}{both}"
    return line.rstrip()


def _survivors(knowledge: Knowledge, missing: Sequence[Survivor], count: int) -> list[str]:
    """The survivors by the scenario that would kill them; new stories with their variants below them."""
    if not missing:
        return []
    lines = ["", f"{len(missing)} of {count} survivors of the stories, each under # with its place, above the scenario "
                 "that is missing."]
    listed = list({id(each): each for _, each in missing if each is not None}.values())
    for each in listed:
        if each.of is None:
            variants = [other for other in listed if other.of is each]
            lines += ["", *_named(knowledge, missing, each, *variants), as_yaml(knowledge, each, variants)]
    if hard := _named(knowledge, missing, None):
        lines += ["", "No scenario was found for these; look at them by hand:", *hard]
    return lines


def _named(knowledge: Knowledge, missing: Sequence[Survivor], *some: MissingScenario | None) -> list[str]:
    return [f"# {place(knowledge, mutant)}: {mutant.id}" for scenario in some
            for mutant, each in missing if each is scenario]


def _data(
    knowledge: Knowledge, results: Sequence[MutantResult], shares: dict[bool, Shares],
    missing: Sequence[Survivor], with_edges: bool,
) -> dict[str, Any]:
    data = {
        "mutants": len(results), "rows": _rows(results),
        "per_cent": {"critical": round(shares[True].stories, 2), "rest": round(shares[False].stories, 2)},
        "survived": [each.mutant.id for each in results if each.outcome == "survived"],
        "listed": [
            {"card": m.card, "place": str(place(knowledge, m)), "kind": m.kind, "critical": m.critical,
             "rule": m.rule, "change": m.change, "missing": as_yaml(knowledge, scenario) if scenario else ""}
            for m, scenario in missing
        ],
    }
    if with_edges:
        data["per_cent_with_edges"] = {"critical": round(shares[True].with_edges, 2),
                                       "rest": round(shares[False].with_edges, 2)}
        data["survived_with_edges"] = [each.mutant.id for each in results if each.outcome_with_edges == "survived"]
    return data
