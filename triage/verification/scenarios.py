"""Scripted stories: answers in no order, and what must, and must not, come of them. For clinicians to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from triage.inference.answers import parse, with_screens
from triage.inference.assessment import assess
from triage.knowledge.card_files import CardFile, Steps, explained
from triage.model import RANK, Answers, Assessment, Card, Fault, Fired, Knowledge
from triage.support import strict_yaml
from triage.support.errors import BadFile
from triage.support.input_files import read_bytes
from triage.support.text import guess


class Expect(Card, frozen=True, kw_only=True):
    urgency: str = ""
    at_least: str = ""
    at_most: str = ""
    place: str = ""
    reasons: list[str] = []
    not_reasons: list[str] = []
    likely: list[str] = []
    listed: list[str] = []
    not_likely: list[str] = []
    not_listed: list[str] = []
    first: str = ""
    self_check: str = ""
    forbidden: list[str] = []
    care: list[str] = []
    unresolved: list[str] = []


class Variant(Card, frozen=True, kw_only=True):
    story: str
    change: dict[str, Any]
    expect: Expect


class Scenario(Card, frozen=True, kw_only=True):
    story: str
    answers: dict[str, Any]
    screens: str = ""
    note: str = ""
    expect: Expect
    variants: list[Variant] = []


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One story ready to run: a scenario, or a variant of one."""

    file: str
    line: int
    card: str = ""
    """The card that its file is named for; of an edge the card whose line it tries."""
    story: str
    answers: Answers
    expect: Expect


def read(knowledge: Knowledge, path: Path) -> list[Story]:
    """All stories of a file or folder. Raises BadFile with every fault."""
    if not path.exists():
        raise BadFile.of_file(str(path), "missing", "there is no such file or folder", missing=True)
    faults: list[Fault] = []
    stories: list[Story] = []
    for file in sorted(p for p in path.rglob("*.yaml") if p.is_file()) if path.is_dir() else [path]:
        _read_file(knowledge, file, stories, faults)
    if faults:
        raise BadFile(sorted(set(faults)))
    if not stories:
        raise BadFile.of_file(str(path), "missing", "there are no stories here", missing=True)
    return stories


def _read_file(knowledge: Knowledge, path: Path, stories: list[Story], faults: list[Fault]) -> None:
    name = path.as_posix()
    try:
        data, marks = strict_yaml.read(strict_yaml.decode(read_bytes(name)))
    except strict_yaml.YamlError as error:
        faults.append(error.in_file(name))
        return
    file = CardFile(name, data, marks)

    def fault(where: Steps, code: str, message: str, key: bool = False) -> None:
        place = file.at(where, key)
        faults.append(Fault(place.file, place.line, place.column, code, message))

    if not isinstance(data, list):
        fault((), "shape", "a file of scenarios is a list")
        return
    for i, item in enumerate(data):
        try:
            scenario = msgspec.convert(item, Scenario)
        except msgspec.ValidationError as error:
            place, message = explained(file, (i,), str(error), Scenario)
            faults.append(Fault(place.file, place.line, place.column, "shape", message))
            continue
        base: Steps = (i, "answers")
        cases: list[tuple[Steps, Steps, str, dict[str, Any], Expect]] = [
            ((i,), base, scenario.story, dict(scenario.answers), scenario.expect)
        ]
        for j, variant in enumerate(scenario.variants):
            changed = {key: value for key, value in {**scenario.answers, **variant.change}.items() if value is not None}
            here: Steps = (i, "variants", j)
            cases.append((here, (*here, "change"), f"{scenario.story} / {variant.story}", changed, variant.expect))
        for where, said, story, raw, expect in cases:
            answers, wrong = parse(knowledge, raw)
            for key, message in wrong:
                fault((*said, key) if (*said, key) in marks else (*base, key), "bad-answer", message,
                      key=message.startswith("unknown"))
            for message in unknown_names(knowledge, expect):
                fault((*where, "expect"), "unknown-id", message)
            if scenario.screens == "no":
                answers = with_screens(knowledge, answers)
            stories.append(Story(file=name, line=file.at(where).line, card=path.stem, story=story, answers=answers,
                                 expect=expect))


def unknown_names(knowledge: Knowledge, expect: Expect) -> list[str]:
    """What an expectation names that is not there, a sentence each."""
    cards = {*knowledge.red_flags, *knowledge.conditions, *knowledge.self_checks, *knowledge.care}
    out = []
    for name in (*expect.likely, *expect.listed, *expect.not_listed, *expect.not_likely, *expect.unresolved,
                 *expect.forbidden, *expect.care, *filter(None, [expect.first, expect.self_check])):
        if name not in cards:
            out.append(f"there is no card '{name}'")
    rules = {rule.id for rule in knowledge.rules}
    rules |= {f"{name}/if_likely" for name, card in knowledge.conditions.items() if card.if_likely}
    out += [f"there is no card or rule '{name}'" for name in (*expect.reasons, *expect.not_reasons)
            if name not in cards and name not in rules]
    for level in (expect.urgency, expect.at_least, expect.at_most):
        if level and _rank(level) is None:
            out.append(f"'{level}' is no urgency; book takes its days, as 'book 3'")
    if expect.place and expect.place not in knowledge.settings.places:
        out.append(f"there is no place '{expect.place}'{guess(expect.place, knowledge.settings.places)}")
    if expect == Expect():
        out.append("nothing is expected here")
    return out


def _rank(text: str) -> tuple[int, int] | None:
    level, _, within = text.partition(" ")
    if level not in RANK or ((level != "redirect" or within) and (level in ("book", "redirect")) != within.isdigit()):
        return None
    return RANK[level], -int(within) if within else 0


def failures(knowledge: Knowledge, fired: Callable[[Answers], Fired], story: Story) -> list[str]:
    """What does not come out as the story says; empty when all does."""
    assessment = assess(knowledge, fired(story.answers), story.answers)
    return wrong(knowledge, assessment, story.expect)


def wrong(knowledge: Knowledge, assessment: Assessment, expect: Expect) -> list[str]:
    """What of an assessment is not as expected, a sentence each."""
    wrong: list[str] = []
    urgency = assessment.urgency
    rank = RANK[urgency.level], -urgency.within_days
    # A redirect may be told without its days.
    if expect.urgency and expect.urgency not in (urgency.id, "redirect" if urgency.level == "redirect" else ""):
        wrong.append(
            f"urgency is {urgency.id}, not {expect.urgency}; because of {', '.join(urgency.reasons) or 'nothing'}")
    floor, ceiling = _rank(expect.at_least), _rank(expect.at_most)
    if floor is not None and rank < floor:
        wrong.append(f"urgency is {urgency.id}, less than {expect.at_least}")
    if ceiling is not None and rank > ceiling:
        wrong.append(f"urgency is {urgency.id}, more than {expect.at_most}; because of {', '.join(urgency.reasons)}")
    if expect.place and urgency.place != expect.place:
        wrong.append(f"the place is {urgency.place}, not {expect.place}; because of {', '.join(urgency.reasons)}")
    by_key = knowledge.by_key
    fired = {by_key[key].id for key in assessment.fired.rules} | set(assessment.flags) | set(urgency.reasons)
    wrong += [f"{name} did not fire" for name in expect.reasons if name not in fired]
    wrong += [f"{name} fired" for name in expect.not_reasons if name in fired]
    bands = {c.id: c.band for c in assessment.conditions}
    listed = {*bands, *assessment.explained}
    ranking = ", ".join(f"{c.id} {c.band} {c.weight:+.2f}" for c in assessment.conditions[:6]) or "nothing"
    wrong += [f"{name} does not fit well; the ranking is {ranking}"
              for name in expect.likely if bands.get(name) != "fits_well"]
    wrong += [f"{name} fits well" for name in expect.not_likely if bands.get(name) == "fits_well"]
    wrong += [f"{name} is not listed; the ranking is {ranking}" for name in expect.listed if name not in listed]
    wrong += [f"{name} is listed" for name in expect.not_listed if name in listed]
    if expect.first and (not assessment.conditions or assessment.conditions[0].id != expect.first):
        wrong.append(f"{expect.first} is not the first; the ranking is {ranking}")
    if expect.self_check and expect.self_check not in assessment.self_checks:
        wrong.append(f"the self-check {expect.self_check} is not offered; {_why_not(assessment, expect.self_check)}")
    offered = {*assessment.self_checks, *assessment.care}
    wrong += [f"{name} is offered" for name in expect.forbidden if name in offered]
    wrong += [f"the care card {name} is not shown; {_why_not(assessment, name)}"
              for name in expect.care if name not in assessment.care]
    wrong += [f"{name} is not named as unresolved" for name in expect.unresolved if name not in assessment.unresolved]
    return wrong


def _why_not(assessment: Assessment, name: str) -> str:
    for withheld in (*assessment.withheld_checks, *assessment.withheld_care):
        if withheld.id == name:
            return f"withheld by {', '.join(withheld.rules) or 'no rule'}, unanswered: {', '.join(withheld.unanswered)}"
    return "it is not due"
