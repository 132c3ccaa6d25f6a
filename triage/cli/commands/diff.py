"""`triage diff OLD NEW`: what changed for people between two versions of the rules."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from triage.inference.answers import with_screens
from triage.knowledge import reader
from triage.model import Answers, Knowledge
from triage.presentation.result_json import about, encode, plain
from triage.presentation.result_json import lines as lines_of
from triage.support.errors import BadFile
from triage.support.input_files import whole
from triage.support.text import printable
from triage.verification import evaluation, scenarios
from triage.verification.case_answers import answers_of
from triage.verification.diff import revisions
from triage.verification.diff.outcomes import KINDS, SIDES, Difference, Person, Unknown, Versions
from triage.verification.diff.rules import changes as changes_of

SCHEMA = "triage-difference/1"
SHOWN = 20
"""Differences of a kind that are listed; of those that are less urgent all are."""
NAMED = 5
"""Names that are spelled out in the summary of what the rules hold."""

TITLES = {
    "less_urgent": "LESS URGENT", "more_urgent": "MORE URGENT", "other_first": "Another condition first",
    "newly_offered": "Newly offered", "no_longer_offered": "No longer offered", "newly_blocked": "Newly blocked",
    "other": "Other",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("old", metavar="OLD", help="a folder of rules, or a revision of git such as v1.0.0")
    parser.add_argument("new", metavar="NEW", help="the same for the newer one")
    parser.add_argument("--cases", type=Path, metavar="DIR", help="compare the outcomes of these cases")
    parser.add_argument("--scenarios", type=Path, metavar="DIR", help="compare the outcomes of these stories")
    parser.add_argument("--random", type=int, default=1000, metavar="N", help="and of N random answers (1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which random answers (default: 1)")
    parser.add_argument("--all", action="store_true",
                        help="list every difference (default: the first twenty of a kind)")


def run(options: argparse.Namespace) -> int:
    """Compare both versions on cases, stories and random people; print what differs."""
    with ExitStack() as stack:
        old, new = (_rules(name, stack.enter_context(revisions.rules(name))) for name in (options.old, options.new))
    compared = Versions(old, new)
    people = [*_cases(compared.both, options.cases), *_stories(compared.both, options.scenarios),
              *compared.random_people(options.random, options.seed)]
    differences, unknown = compared.differences(people), compared.unknown(people)
    changes = changes_of(old, new)
    if options.json:
        sys.stdout.buffer.write(encode(_data(options, compared, changes, people, unknown, differences)))
    else:
        names = {"old": printable(options.old), "new": printable(options.new)}
        lines = [*_heads(names, old, new), "", *_changes(changes, options.all), "", *_compared(people, options.seed),
                 *_unknown(unknown, names), *_kinds(compared.both, differences, options.all)]
        print("\n".join(lines))
    return 0


# --- what is compared


def _rules(name: str, folder: Path) -> Knowledge:
    """The rules of one side. Raises RulesError that says of which side they are."""
    try:
        return reader.load(folder)
    except reader.RulesError as error:
        faults = [msgspec.structs.replace(fault, file=f"{printable(name)}: {fault.file}") for fault in error.faults]
        raise reader.RulesError(faults) from None


def _cases(both: Knowledge, path: Path | None) -> Iterator[Person]:
    """The cases that have answers. Raises BadFile with every fault."""
    if path is None:
        return
    path = path / "cases.jsonl" if path.is_dir() else path
    every, faults = evaluation.cases(whole(str(path)), str(path))
    if faults:
        raise BadFile(faults)
    for name, answers in answers_of(both, every, path.parent).items():
        yield Person(source="case", file=name, answers=answers)


def _stories(both: Knowledge, path: Path | None) -> Iterator[Person]:
    if path is not None:
        for story in scenarios.read(both, path):
            yield Person(source="story", file=story.file, number=story.line, story=story.story, answers=story.answers)


def _short(both: Knowledge, answers: Answers) -> dict[str, Any]:
    """As an answers file holds it: "no" to every emergency line that is left over is `screens: no`."""
    rest = {name: answer for name, answer in answers.items() if answer != "no" or name not in both.emergency}
    screened = len(rest) < len(answers) and with_screens(both, rest) == answers
    return {**({"screens": "no"} if screened else {}),
            **{name: plain(answer) for name, answer in (rest if screened else answers).items()}}


# --- as data


def _data(
    options: argparse.Namespace, compared: Versions, changes: dict[str, Any], people: list[Person],
    unknown: list[Unknown], differences: list[Difference],
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        **{name: {"from": getattr(options, name), **about(side)}
           for name, side in zip(SIDES, compared.sides, strict=True)},
        "changes": changes,
        "compared": {**_counts(people), "seed": options.seed},
        "unknown": [msgspec.to_builtins(each) for each in unknown],
        "differences": {kind: [_plain(compared.both, each) for each in differences if each.kind == kind]
                        for kind in KINDS},
    }


def _plain(both: Knowledge, each: Difference) -> dict[str, Any]:
    who = each.who
    person: dict[str, Any] = {"source": who.source, "name": who.name}
    if who.source == "random":
        person["answers"] = _short(both, who.answers)
    return {"who": person, "what": each.what, "old": each.old, "new": each.new, "went": each.causes.no_longer_fired,
            "came": each.causes.newly_fired, "changed": each.causes.changed, "like_it": each.like_it}


def _counts(people: Iterable[Person]) -> dict[str, int]:
    sources = [person.source for person in people]
    return {"cases": sources.count("case"), "stories": sources.count("story"), "random": sources.count("random")}


# --- as text


def _heads(names: Mapping[str, str], old: Knowledge, new: Knowledge) -> list[str]:
    return [f"{side.upper()} {names[side]}: version {rules.settings.version} of {rules.settings.date}, "
            f"digest {rules.digest[:12]}" for side, rules in zip(SIDES, (old, new), strict=True)]


def _changes(changes: dict[str, Any], every: bool) -> list[str]:
    """What the rules hold otherwise, a line a kind of card, then a line a card."""
    lines = []
    findings = changes.get("findings", {})
    parts = [_few(findings.get("added", []), "added"), _few(findings.get("removed", []), "removed"),
             _few([f"{old} -> {new}" for old, new in findings.get("renamed", {}).items()], "renamed"),
             _few(findings.get("changed", {}), "changed")]
    lines += _line("findings", parts)
    options = findings.get("options", {})
    lines += _line("options", [
        _few([f"{name}={option}" for name, said in options.items() for option in said[what]], what)
        for what in ("added", "removed")])
    for shelf, said in changes.get("cards", {}).items():
        lines += _line(shelf, [_few(said.get(what, []), what) for what in ("added", "removed", "changed")])
    lines += _line("settings", [_few(changes.get("settings", []), "changed")])
    rules = changes.get("rules", {})
    shown = list(rules) if every else list(rules)[:SHOWN]
    for card in shown:
        said = rules[card]
        lines += _line(f"rules of {card}", [_few(said.get(what, []), what) for what in ("added", "removed")]
                       + [_few([_fields(*pair) for pair in said.get("changed", {}).items()], "changed")])
    if len(rules) > len(shown):
        lines.append(f"and rules of {len(rules) - len(shown):,} more cards; --all lists them")
    return lines or ["The rules say the same."]


def _fields(rule: str, fields: dict[str, list[Any]]) -> str:
    said = [f"{name} {was} -> {now}" if name not in ("why", "say") else "wording"
            for name, (was, now) in fields.items() if name != "parts"]
    return f"{rule} ({', '.join(said)})" if said else rule


def _line(title: str, parts: Iterable[str]) -> list[str]:
    said = "; ".join(filter(None, parts))
    return [f"{title}: {said}"] if said else []


def _few(names: Iterable[str], what: str) -> str:
    every = list(names)
    if not every:
        return ""
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"{len(every)} {what}: {', '.join(every[:NAMED])}{more}"


def _compared(people: list[Person], seed: int) -> list[str]:
    counts = _counts(people)
    return [f"Compared: {counts['cases']:,} cases, {counts['stories']:,} stories, {counts['random']:,} random people "
            f"(seed {seed})."]


def _unknown(unknown: list[Unknown], names: Mapping[str, str]) -> list[str]:
    words = {"case": "cases", "story": "stories", "random": "random people"}
    return [
        f"{each.people:,} {words[each.source]} have answers that {each.side.upper()} does not know and was not told: "
        + _few([f"{what} ({count})" for what, count in each.what.items()], "in all").partition(": ")[2] + "."
        for each in unknown
    ]


def _kinds(both: Knowledge, differences: list[Difference], every: bool) -> list[str]:
    if not differences:
        return ["", "Nothing changed for any of them."]
    lines = []
    for kind in KINDS:
        some = [each for each in differences if each.kind == kind]
        if not some:
            continue
        people = {name for each in some for name in (each.who.name, *each.like_it)}
        lines += ["", f"{TITLES[kind]}: {len(people):,} of them"]
        shown = some if every or kind == "less_urgent" else some[:SHOWN]
        lines += [line for each in shown for line in _difference_lines(both, each)]
        if len(some) > len(shown):
            lines.append(f"  and {len(some) - len(shown):,} more; --all lists them")
    return lines


def _difference_lines(both: Knowledge, each: Difference) -> list[str]:
    lines = [f"  {each.who.name}", f"      {each.what}: {each.old} -> {each.new}"]
    for sign, rules in zip("-+~", each.causes, strict=True):
        lines += [f"      {sign} {rule}" for rule in rules]
    if not any(each.causes):
        lines.append("      by weights, settings or order alone")
    if each.who.source == "random":
        lines += [f"      | {line}" for line in lines_of(_short(both, each.who.answers)) or ["{}"]]
    if each.like_it:
        lines.append(f"      and {len(each.like_it):,} more like it")
    return lines
