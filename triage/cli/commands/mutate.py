"""`triage mutate DIR`: do the stories notice when the rules are spoilt?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from triage.cli import arguments
from triage.knowledge import reader
from triage.model import Knowledge
from triage.presentation.result_json import encode
from triage.support.atomic_files import Stopped, writing
from triage.support.text import printable
from triage.verification import scenarios
from triage.verification.mutation import (
    FLOORS,
    KINDS,
    Court,
    Missing,
    Mutant,
    Verdict,
    missing,
    mutants,
    place,
    tried,
)
from triage.verification.mutation.as_yaml import as_file, as_yaml
from triage.verification.scenarios import Story

LISTED = 20
"""So many survivors are listed, unless all are asked for."""
Told = tuple[Mutant, Missing | None]
"""A survivor, and the scenario that would kill it."""
EDGES = "# The edges of {}: each of these stories fails when the line that it tries is spoilt (triage mutate).\n"
CLASSES = {True: "red flags, blocks, scores, floors", False: "the rest"}


def run(options: argparse.Namespace) -> int:
    """Print the table and the survivors; 1 if too many survive."""
    knowledge = reader.load()
    chosen = mutants(knowledge)
    if options.card:
        known = dict.fromkeys(mutant.card for mutant in chosen)
        wanted = {arguments.named(known, name, "card with rules") for name in options.card}
        chosen = [mutant for mutant in chosen if mutant.card in wanted]
    if options.sample:
        step = max(1, len(chosen) / options.sample)
        chosen = [chosen[int(i * step)] for i in range(min(options.sample, len(chosen)))]
    court = _court(knowledge, scenarios.read(knowledge, options.dir))
    verdicts = tried(court, chosen)
    survivors = [v.mutant for v in verdicts if v.outcome == "survived"]
    listed = survivors if options.all or options.write else _most_important(survivors)
    told = missing(court, listed, whole=bool(options.write))
    if options.write:
        try:
            _write(knowledge, options.write, told)
        except Stopped as error:
            print(error.sentence, file=sys.stderr)
            return error.code
    shares = {critical: _share(verdicts, critical) for critical in CLASSES}
    if options.json:
        sys.stdout.buffer.write(encode(_data(knowledge, verdicts, shares, told)))
    else:
        print("\n".join([*_table(verdicts), *_survivors(knowledge, told, len(survivors))]))
    return 1 if any(shares[critical] < FLOORS[critical] for critical in CLASSES) else 0


def _write(knowledge: Knowledge, folder: Path, told: Sequence[Told]) -> None:
    """Add the missing stories to the files of this folder, one a card."""
    by_card: dict[str, dict[int, Missing]] = {}
    for mutant, each in told:
        if each is not None:
            by_card.setdefault(mutant.card, {})[id(each)] = each
    with writing(printable(str(folder))):
        folder.mkdir(parents=True, exist_ok=True)
        for card, found in by_card.items():
            path = folder / f"{card}.yaml"
            before = path.read_text(encoding="utf-8") if path.exists() else EDGES.format(card)
            path.write_text(before + as_file(knowledge, card, list(found.values())), encoding="utf-8")


def _court(knowledge: Knowledge, stories: Sequence[Story]) -> Court:
    """All stories that come true; another one would kill every mutant."""
    court = Court(knowledge, stories)
    if untrue := court.untrue():
        for story in untrue:
            print(f"{story.file}:{story.line}: this story does not come true, and is left out; see `triage test`",
                  file=sys.stderr)
        court = Court(knowledge, [story for story in stories if story not in untrue])
    return court


def _most_important(survivors: list[Mutant]) -> list[Mutant]:
    return sorted(survivors, key=lambda mutant: not mutant.critical)[:LISTED]


def _count(verdicts: Sequence[Verdict], **wanted: object) -> int:
    return sum(1 for v in verdicts if all(getattr(v if name == "outcome" else v.mutant, name) == value
                                          for name, value in wanted.items()))


def _share(verdicts: Sequence[Verdict], critical: bool) -> float:
    """Per cent killed of those that are not equivalent; 100 when there are none."""
    killed, survived = (_count(verdicts, critical=critical, outcome=o) for o in ("killed", "survived"))
    return 100 * killed / (killed + survived) if killed + survived else 100.0


def _rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    rows = []
    for critical in CLASSES:
        for kind in KINDS:
            some = [v for v in verdicts if v.mutant.kind == kind and v.mutant.critical == critical]
            if some:
                rows.append({"critical": critical, "kind": kind, "mutants": len(some)} | {
                    outcome: _count(some, outcome=outcome) for outcome in ("killed", "equivalent", "survived")
                } | {"per_cent": round(_share(some, critical), 1)})
    return rows


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    lines = [f"{len(verdicts)} mutants.", "",
             f"{'':<34}{'mutants':>9}{'killed':>9}{'equivalent':>12}{'survived':>10}{'per cent':>10}"]
    for critical, title in CLASSES.items():
        rows = [row for row in _rows(verdicts) if row["critical"] == critical]
        if not rows:
            continue
        total = {name: sum(row[name] for row in rows) for name in ("mutants", "killed", "equivalent", "survived")}
        lines.append(_line(title, total | {"per_cent": _share(verdicts, critical)})
                     + f"   floor {FLOORS[critical]:g}")
        lines += [_line("  " + KINDS[row["kind"]], row) for row in rows]
    return lines


def _line(title: str, row: dict[str, Any]) -> str:
    return (f"{title:<34}{row['mutants']:>9}{row['killed']:>9}{row['equivalent']:>12}{row['survived']:>10}"
            f"{row['per_cent']:>10.1f}")


def _survivors(knowledge: Knowledge, told: Sequence[Told], count: int) -> list[str]:
    """The survivors by the scenario that would kill them; new stories with their variants below them."""
    if not told:
        return []
    lines = ["", f"{len(told)} of {count} survivors, each under # with its place, above the scenario that is missing."]
    found = list({id(each): each for _, each in told if each is not None}.values())
    for each in found:
        if each.of is None:
            variants = [other for other in found if other.of is each]
            lines += ["", *_named(knowledge, told, each, *variants), as_yaml(knowledge, each, variants)]
    if hard := _named(knowledge, told, None):
        lines += ["", "No scenario was found for these; look at them by hand:", *hard]
    return lines


def _named(knowledge: Knowledge, told: Sequence[Told], *scenarios_: Missing | None) -> list[str]:
    return [f"# {place(knowledge, mutant)}: {mutant.id}" for scenario in scenarios_
            for mutant, each in told if each is scenario]


def _data(
    knowledge: Knowledge, verdicts: Sequence[Verdict], shares: dict[bool, float], told: Sequence[Told],
) -> dict[str, Any]:
    return {
        "mutants": len(verdicts), "rows": _rows(verdicts),
        "per_cent": {"critical": round(shares[True], 2), "rest": round(shares[False], 2)},
        "survived": [v.mutant.id for v in verdicts if v.outcome == "survived"],
        "listed": [
            {"card": m.card, "place": str(place(knowledge, m)), "kind": m.kind, "critical": m.critical,
             "rule": m.rule, "change": m.change, "missing": as_yaml(knowledge, found) if found else ""}
            for m, found in told
        ],
    }
