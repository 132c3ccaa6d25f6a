"""No output tells anybody to do what is forbidden to them: every string of every output, for very many answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
import pytest

from tests.conftest import ROOT, SCENARIOS, shared_compiled, shared_knowledge
from triage.explanation import counterfactual
from triage.explanation.standing import standing
from triage.inference.assessment import assess
from triage.inference.contraindications import forbidding, locks
from triage.knowledge import forbidden_advice
from triage.model import Answers, Assessment, Blockable, Interlock, Screen
from triage.presentation import diary_screens, explanation_screens, pain_chart, report, screens, wording
from triage.presentation.result_json import result, standing_as_data
from triage.records import answers_file
from triage.records.diary import Entry
from triage.records.follow_up import course_of
from triage.verification import scenarios
from triage.verification.random_answers import Random

DAY = datetime.date(2026, 12, 1)

NO_ADVICE = {
    # These say what something is.
    "It is harmless, but it can ache or press during sport.",
    "Mostly it is a deep bruise, but a bleed that goes on can press on nerves and vessels.",
    "Pressure or rubbing makes the skin thick and hard.",
    "A corn is a small hard core that presses inwards.",
    "It hurts mostly when something presses on it.",
    "Your weight presses it inwards, so it hurts.",
    "Behind the knee the calf muscle squeezes the artery during effort.",
    "The stretch does not reach your pain.",
    "A pinch at the front points to the ankle joint, not to the calf.",
    "A dent that stays on one leg only is an item of the Wells score, a score that clinicians use when they suspect a "
    "clot.",
    "a narrow spine that presses on nerves",
    # These are signs of danger, and what to do then.
    "The fullness grows, gets hard, or is there on tiptoe and at rest alike",
    "A muscle that stays hard for more than ten minutes although you stretch and walk",
    "A bruise or more pain after pressing the calf",
    "lie down, raise the leg and press firmly on the spot",
    "Be seen today if the foot drops or slaps, or is too weak to walk on its heel or to rise on tiptoe.",
    "If a cast, boot or bandage presses, have it looked at today.",
    # This forbids.
    "Take or rub in no ibuprofen, naproxen, diclofenac or similar medicine before a pharmacist or clinician has "
    "agreed.",
}
"""Sentences of the cards that use a word of an interlock and were read: none tells to do it. Every other sentence that
does must either stand on a card that the interlock blocks, or be left out when it is on."""


# --- what is no advice: facts, names, questions, and what was read ------------------------------


@cache
def words() -> re.Pattern[str]:
    """Any word of any interlock."""
    every = [word for lock in shared_knowledge().interlocks.values() for word in lock.words]
    return re.compile(rf"\b({'|'.join(map(re.escape, every))})\b", re.IGNORECASE)


@cache
def facts() -> tuple[str, ...]:
    """What is told of a person, asked, cited and named, as far as it uses a word of an interlock."""
    knowledge = shared_knowledge()
    out = set(NO_ADVICE)
    out |= {text for rule in knowledge.rules for text in (rule.id, rule.id.removeprefix(rule.card), rule.why)}
    for finding in knowledge.findings.values():
        out |= {finding.ask, finding.help, finding.line, finding.again, finding.term}
        out |= {finding.label(option) for option in finding.options}
    for card in knowledge.conditions.values():
        out |= {card.name, *card.also_called}
    for blockable in (*knowledge.self_checks.values(), *knowledge.care.values()):
        out.add(blockable.name)
        if blockable.beside:  # the card says why the interlock does not forbid this
            out |= {*blockable.steps, *blockable.stop, *blockable.warn}
    out |= {text for check in knowledge.self_checks.values() for text in (check.question, check.evidence)}
    out |= {text for flag in knowledge.red_flags.values() for text in (flag.name, flag.danger)}
    out |= {source.cite for source in knowledge.sources.values()}
    out |= {text for place in knowledge.map.no_press.values() for text in (place.name, place.why)}
    return tuple(text for text in out if words().search(text))


def offered(assessment: Assessment) -> list[Blockable]:
    """Cards that may be offered: what they say to do is not forbidden."""
    knowledge = shared_knowledge()
    return [*(knowledge.self_checks[name] for name in assessment.self_checks),
            *(knowledge.care[name] for name in assessment.care)]


@cache
def any_of(texts: frozenset[str]) -> re.Pattern[str]:
    """These texts and all facts, the longest first, however they begin a sentence or stand in one."""
    every = sorted({*texts, *facts()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, every)), re.IGNORECASE)


def advice_in(text: str, forbidden: Sequence[Interlock], allowed: Iterable[str] = ()) -> list[str]:
    """The sentences of a text that advise what is forbidden. `allowed`: texts beside the facts that are none."""
    text = " ".join(text.split())
    if " " not in text or not words().search(text):  # an id is no sentence
        return []
    rest = any_of(frozenset(allowed)).sub("", text)
    return [sentence for lock in forbidden for sentence in forbidden_advice.advises(lock, rest)]


# --- every output -------------------------------------------------------------------------------


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)
    elif isinstance(value, msgspec.Struct):
        yield from strings(msgspec.to_builtins(value))


def outputs(assessment: Assessment) -> Iterator[tuple[str, Any]]:
    """Whatever is shown, written down or printed of a result, in the talk and after it."""
    knowledge = shared_knowledge()
    yield "result", result(knowledge, assessment)
    yield "screen", screens.outcome(knowledge, assessment)
    yield "brief screen", screens.outcome(knowledge, assessment, brief=True)
    yield "reasons", screens.reasons(knowledge, assessment)
    yield "left out", screens.forbidden_self_checks(knowledge, assessment)
    yield "sources", explanation_screens.sources(knowledge, assessment)
    yield "report", report.as_data(report.report(knowledge, assessment, DAY))
    for name in assessment.care:
        yield f"care {name}", screens.care(knowledge, assessment, name)
    for name in assessment.self_checks:
        yield f"self-check {name}", screens.self_check(knowledge, name)
    yield from results_of_self_checks(assessment)
    yield from diary(assessment)
    for name in {*(ranked.id for ranked in assessment.conditions[:4]), "soleus_trigger_points", "dvt"}:
        yield f"why {name}", explanation_screens.why(knowledge, assessment, name)
        yield f"why not {name}", explanation_screens.why_not(knowledge, assessment, name)
        yield f"standing {name}", standing_as_data(knowledge, assessment, standing(knowledge, assessment, name))


def results_of_self_checks(assessment: Assessment) -> Iterator[tuple[str, Screen]]:
    knowledge = shared_knowledge()
    for card in knowledge.self_checks.values():
        if card.result in assessment.given:
            before = concluded({name: given for name, given in assessment.given.items() if name != card.result})
            yield f"result of {card.id}", screens.check_result(
                knowledge, card.id, assessment.given[card.result], before, assessment)


def diary(assessment: Assessment) -> Iterator[tuple[str, Any]]:
    """An entry with these answers, about what stands first and about sore spots in the calf, on the day and later."""
    knowledge, urgency = shared_knowledge(), assessment.urgency
    for condition in {*(ranked.id for ranked in assessment.conditions[:1]), "soleus_trigger_points", ""}:
        entry = Entry(
            at="2026-12-01T08:00:00Z", day=DAY, started=DAY, condition=condition, pain={"calf_lower_inner": 4},
            tried=(), checks={}, new="", level=urgency.level, within_days=urgency.within_days, where=urgency.place,
            held="self_care", answers=assessment.given)
        course = course_of(knowledge, [entry], DAY + datetime.timedelta(days=20))
        expected = wording.expected_course(knowledge, assessment, course.condition, course.easier_by)
        yield f"entry about {condition}", diary_screens.entry_screen(knowledge, assessment, course, 1, False)
        yield f"diary about {condition}", " ".join(
            diary_screens.overview(knowledge, (entry,), course, expected, DAY, 80, True))
        yield f"chart about {condition}", pain_chart.svg(knowledge, course, "Diary", expected)


def concluded(answers: Answers) -> Assessment:
    return assess(shared_knowledge(), shared_compiled().conclude(answers))


def leaks(answers: Answers) -> list[tuple[str, str]]:
    """Output and sentence, for each sentence that advises what is forbidden to who answered this."""
    knowledge, assessment = shared_knowledge(), concluded(answers)
    forbidden = forbidding(knowledge, assessment)
    if not forbidden:
        return []
    allowed = [text for card in offered(assessment) for text in (*card.steps, *card.stop, *card.warn)]
    if "no_press" not in locks(knowledge, assessment):  # drawn only beside a self-check that may be tried
        allowed += [text for point in knowledge.map.points.values() for text in (point.find, point.note) if text]
    allowed = [text for text in allowed if words().search(text)]
    texts = {text: name for name, output in outputs(assessment) for text in strings(output)}
    return [(name, sentence) for text, name in texts.items() for sentence in advice_in(text, forbidden, allowed)]


# --- the promise --------------------------------------------------------------------------------


def stories() -> list[Answers]:
    return [story.answers for story in scenarios.read(shared_knowledge(), SCENARIOS)]


def by_chance(count: int, seed: str) -> list[Answers]:
    chance = Random(shared_knowledge(), stories(), seed)
    return [make() for _ in range(count) for make in (chance.mixture, chance.person, chance.some)]


def no_leak_in(every: list[Answers]) -> None:
    found = {leak: answers for answers in every for leak in leaks(answers)}
    assert not found


def test_no_output_advises_what_is_forbidden():
    cases = sorted((ROOT / "tests" / "cases").glob("*.yaml"))[::12]
    given = [answers_file.answers(shared_knowledge(), str(path)) for path in cases]
    no_leak_in([*stories()[::90], *given, *by_chance(5, "forbidden advice")])


@pytest.mark.slow
def test_no_output_advises_what_is_forbidden_in_a_fifth_of_the_stories():
    no_leak_in(stories()[::5])


@pytest.mark.slow
def test_no_output_advises_what_is_forbidden_whatever_is_answered():
    cases = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
    given = [answers_file.answers(shared_knowledge(), str(path)) for path in cases]
    no_leak_in([*given, *by_chance(120, "more forbidden advice")])


def test_nothing_is_offered_that_is_blocked(knowledge):
    for answers in [*stories()[::15], *by_chance(40, "offers")]:
        assessment = concluded(answers)
        on = locks(knowledge, assessment)
        assert not [card.id for card in offered(assessment) if on & {card.id, *card.blocked_by}]
        for ranked in assessment.conditions[:4]:
            settle = [knowledge.self_checks[name] for name in standing(knowledge, assessment, ranked.id).settle]
            assert not [card.id for card in settle if on & {card.id, *card.blocked_by}]


def test_what_would_change_a_result_names_answers_and_levels_only(knowledge):
    """So that no card can advise anything there."""
    answers: Answers = {"pain.region": ("calf",), "pain.side": "left", "onset.age": 3.0, "leg.swollen_blue": "yes"}
    smallest = counterfactual.what_if(knowledge, shared_compiled(), answers)
    forbidden = forbidding(knowledge, concluded(answers))
    for text in strings(explanation_screens.what_if(knowledge, smallest)):
        assert not advice_in(text, forbidden)


# --- that the promise is worth something --------------------------------------------------------


@pytest.mark.parametrize("text", [
    "Press the sore spots.", "If pressing and stretching have not helped by then, think of another source.",
    "Well-fitted stockings help.", "You said: the top of the boot presses into the calf. Rub it well.",
])
def test_advice_is_noticed(knowledge, text):
    assert advice_in(text, list(knowledge.interlocks.values()))


@pytest.mark.parametrize("text", [
    "Do not press it.", "the top of the boot presses into the calf (weak, our own reasoning)", "Press the lower calf:",
])
def test_a_fact_a_name_and_a_warning_are_no_advice(knowledge, text):
    assert not advice_in(text, list(knowledge.interlocks.values()))


def test_every_sentence_that_was_read_still_stands_on_a_card(knowledge):
    cards = (*knowledge.conditions.values(), *knowledge.red_flags.values(), *knowledge.self_checks.values(),
             *knowledge.care.values(), *knowledge.interlocks.values())
    whole = "\n".join(text for card in cards for text in strings(card))
    assert [sentence for sentence in NO_ADVICE if sentence not in whole] == []
