"""Scripted stories: answers in no order, and what must, and must not, come of them. For clinicians to write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec

from triage.inference.answers import parse, with_screens
from triage.inference.assessment import assess
from triage.inference.contraindications import locks
from triage.knowledge.card_files import CardFile, Steps, shape_fault
from triage.model import RANK, Answers, Assessment, Conclusion, Fault, Knowledge
from triage.support import strict_yaml
from triage.support.errors import BadFile
from triage.support.input_files import read_bytes
from triage.support.text import guess


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    blocks: list[str] = []
    """Interlocks that are on, and self-checks and care cards that forbid themselves to this person."""
    not_blocks: list[str] = []
    scores: dict[str, float] = {}
    """What each of these scores comes to; 0 when nothing is counted."""
    unresolved: list[str] = []


class But(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same person but for a few answers. With `each` so many stories: one an answer."""

    say: str
    answers: dict[str, Any] = {}
    without: list[str] = []
    """Findings to which the story gives an answer, and this one none."""
    each: dict[str, Any] = {}
    """Finding -> an answer, or a list of them."""
    expect: Expect


class Variant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The earlier words for `But`: what is changed to null is not answered."""

    story: str
    change: dict[str, Any]
    expect: Expect

    def but(self, answers: Collection[str]) -> But:
        """In the words of today. `answers`: what the story gives an answer to."""
        return But(say=self.story, answers={key: value for key, value in self.change.items() if value is not None},
                   without=[key for key in answers if self.change.get(key, "") is None], expect=self.expect)


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    story: str
    answers: dict[str, Any]
    screens: str = ""
    note: str = ""
    expect: Expect
    but: list[But] = []
    variants: list[Variant] = []


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One story ready to run: a scenario, or one that differs from it by a few answers."""

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
            place, message = shape_fault(file, (i,), str(error), Scenario)
            faults.append(Fault(place.file, place.line, place.column, "shape", message))
            continue
        for case in _cases(knowledge, scenario, i):
            answers, wrong = parse(knowledge, case.raw)
            for key, message in wrong:
                step = next((step for step in case.said(key) if step in marks), (i, "answers", key))
                fault(step, "bad-answer", message, key=message.startswith("unknown"))
            for step, message in case.wrong:
                fault(step, "bad-answer", message)
            for message in unknown_names(knowledge, case.expect):
                fault((*case.where, "expect"), "unknown-id", message)
            if scenario.screens == "no":
                answers = with_screens(knowledge, answers)
            stories.append(Story(file=name, line=file.at(case.where).line, card=path.stem, story=case.story,
                                 answers=answers, expect=case.expect))


class _Case(msgspec.Struct, kw_only=True):
    """A story as it is written, and where."""

    where: Steps
    story: str
    raw: dict[str, Any]
    expect: Expect
    number: int = 0
    """Which answer of `each` it is, where several stand in a list."""
    wrong: list[tuple[Steps, str]] = []

    def said(self, key: str) -> list[Steps]:
        """Where it may say the answer to this finding; the nearest first."""
        here = self.where
        return [(*here, "each", key, self.number), (*here, "each", key), (*here, "answers", key),
                (*here, "change", key)]


def _cases(knowledge: Knowledge, scenario: Scenario, i: int) -> Iterator[_Case]:
    """The story itself, then each that differs from it."""
    yield _Case(where=(i,), story=scenario.story, raw=scenario.answers, expect=scenario.expect)
    for j, but in enumerate(scenario.but):
        yield from _differing(knowledge, scenario, but, (i, "but", j))
    for j, variant in enumerate(scenario.variants):
        yield from _differing(knowledge, scenario, variant.but(scenario.answers), (i, "variants", j))


def _differing(knowledge: Knowledge, scenario: Scenario, but: But, here: Steps) -> Iterator[_Case]:
    name = f"{scenario.story} / {but.say}"
    wrong: list[tuple[Steps, str]] = []
    for n, key in enumerate(but.without):
        if key not in scenario.answers:
            wrong.append(((*here, "without", n), f"the story has no answer to '{key}' that could be taken away"
                                                 + guess(key, scenario.answers)))
    for key in {*but.answers, *but.each} & {*but.without} | {*but.answers} & {*but.each}:
        wrong.append(((*here, "each" if key in but.each else "answers", key), f"'{key}' is said in two ways here"))
    raw = {key: value for key, value in scenario.answers.items() if key not in but.without} | but.answers
    if not but.each:
        yield _Case(where=here, story=name, raw=raw, expect=but.expect, wrong=wrong)
    for key, values in but.each.items():
        for number, value in enumerate(values if isinstance(values, list) else [values]):
            yield _Case(where=here, story=f"{name}, {key}: {_spoken(value)}", raw=raw | {key: value},
                        expect=but.expect, number=number, wrong=wrong)


def _spoken(value: Any) -> str:
    """An answer as it is written in a story."""
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def unknown_names(knowledge: Knowledge, expect: Expect) -> list[str]:
    """What an expectation names that is not there, a sentence each."""
    cards = {*knowledge.red_flags, *knowledge.conditions, *knowledge.self_checks, *knowledge.care}
    out = []
    for name in (*expect.likely, *expect.listed, *expect.not_listed, *expect.not_likely, *expect.unresolved,
                 *expect.forbidden, *expect.care, *filter(None, [expect.first, expect.self_check])):
        if name not in cards:
            out.append(f"there is no card '{name}'")
    blocks = {*knowledge.interlocks, *knowledge.self_checks, *knowledge.care}
    out += [f"there is no interlock, self-check or care card '{name}'{guess(name, blocks)}"
            for name in (*expect.blocks, *expect.not_blocks) if name not in blocks]
    out += [f"there is no score '{name}'{guess(name, knowledge.scores)}"
            for name in expect.scores if name not in knowledge.scores]
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


def failures(knowledge: Knowledge, conclude: Callable[[Answers], Conclusion], story: Story) -> list[str]:
    """What does not come out as the story says; empty when all does."""
    assessment = assess(knowledge, conclude(story.answers))
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
    fired = {by_key[key].id for key in assessment.conclusion.rules} | set(assessment.flags) | set(urgency.reasons)
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
    blocked = locks(knowledge, assessment)
    wrong += [f"nothing blocks {name}" for name in expect.blocks if name not in blocked]
    wrong += [f"{name} is blocked" for name in expect.not_blocks if name in blocked]
    scores = assessment.conclusion.scores
    wrong += [f"the score {name} is {scores.get(name, 0):g}, not {points:g}"
              for name, points in expect.scores.items() if scores.get(name, 0) != points]
    wrong += [f"{name} is not named as unresolved" for name in expect.unresolved if name not in assessment.unresolved]
    return wrong


def _why_not(assessment: Assessment, name: str) -> str:
    for withheld in (*assessment.withheld_checks, *assessment.withheld_care):
        if withheld.id == name:
            return f"withheld by {', '.join(withheld.rules) or 'no rule'}, unanswered: {', '.join(withheld.unanswered)}"
    return "it is not due"
