"""Stories are read with all their faults named at their place, and fail when they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import remembered
from tests.helpers import small
from triage.cli import main
from triage.model import Fault, Urgency
from triage.support.errors import BadFile
from triage.verification import scenarios
from triage.verification.scenarios import Story

GOOD = """\
- story: A runner with a sore calf
  answers: {person.age: 35, pain.region: calf, pain.side: left, onset.age: 3 weeks, onset.trigger: load}
  screens: no
  expect: {urgency: self_care}
  but:
    - say: Short of breath
      answers: {now.breath: yes}
      expect: {urgency: ambulance_now, reasons: [lung_clot_or_collapse]}
    - say: With a clot or a cancer before, nobody presses
      each: {history.clot_strong: [earlier_clot, cancer], body.pregnant: yes}
      without: [onset.trigger]
      expect: {blocks: [no_press]}
"""


def faults(knowledge, tmp_path: Path, text: str) -> list[Fault]:
    file = tmp_path / "story.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        scenarios.read(knowledge, file)
    return caught.value.faults


@pytest.mark.parametrize(("old", "new", "guess"), [
    ("pain.side: left", "§pain.sde: left", "pain.side"),
    ("pain.side: left", "pain.side: §lfet", "left"),
    ("answers: {now.breath: yes}", "answers: {§now.breth: yes}", "now.breath"),
    ("[earlier_clot, cancer]", "[earlier_clot, §cancr]", "cancer"),
    ("body.pregnant: yes", "§body.pregnat: yes", "body.pregnant"),
    ("body.pregnant: yes", "body.pregnant: §perhaps", "yes"),
    ("[onset.trigger]", "[onset.trigger, §onset.triger]", "onset.trigger"),
    ("without: [onset.trigger]", "without: [§now.breath]", ""),
    ("body.pregnant: yes}\n      without: [onset.trigger]",
     "body.pregnant: §yes}\n      answers: {body.pregnant: no}", "two ways"),
    ("without:", "§witout:", "without"),
    ("- say: Short", "- §says: Short", "say"),
    ("{blocks: [no_press]}", "§{blocks: [no_pres]}", "no_press"),
    ("{urgency: self_care}", "§{urgency: book}", ""),
    ("{urgency: ambulance_now, reasons: [lung_clot_or_collapse]}", "§{reasons: [no_such_card]}", ""),
    ("screens: no", "§screeens: no", "screens"),
    ("{urgency: self_care}", "§{}", ""),
    ("{urgency: self_care}", "§{place: homes}", "home"),
    ("- story: A runner with a sore calf\n  answers", "- §answers", ""),
])
def test_a_wrong_story_is_named_at_its_place(knowledge, tmp_path, old, new, guess):
    """§ marks where the fault is expected."""
    assert old in GOOD
    before, _, after = GOOD.replace(old, new).partition("§")
    first = faults(knowledge, tmp_path, before + after)[0]
    assert (first.line, first.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert guess in first.message
    assert "`" not in first.message
    assert "$" not in first.message


def test_all_faults_of_a_file_are_told_at_once(knowledge, tmp_path):
    text = GOOD.replace("pain.side: left", "pain.sied: left").replace("now.breath", "now.breth")
    assert [fault.line for fault in faults(knowledge, tmp_path, text)] == [2, 7]


def test_a_folder_without_stories_is_not_a_pass(knowledge, tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(BadFile) as caught:
        scenarios.read(knowledge, tmp_path)
    assert caught.value.exit_code == 66


def read(knowledge, tmp_path: Path, text: str) -> list[Story]:
    file = tmp_path / "story.yaml"
    file.write_text(text, encoding="utf-8")
    return scenarios.read(knowledge, file)


def test_a_but_is_the_story_with_other_answers_and_each_answer_of_each_is_one(knowledge, tmp_path):
    story, breathless, *others = read(knowledge, tmp_path, GOOD)
    assert breathless.answers == {**story.answers, "now.breath": "yes"}
    left = {name: answer for name, answer in story.answers.items() if name != "onset.trigger"}
    assert [each.answers for each in others] == [
        {**left, "history.clot_strong": ("earlier_clot",)}, {**left, "history.clot_strong": ("cancer",)},
        {**left, "body.pregnant": "yes"}]
    assert [each.story.rpartition(", ")[2] for each in others] == [
        "history.clot_strong: earlier_clot", "history.clot_strong: cancer", "body.pregnant: yes"]
    stories = [story, breathless, *others]
    assert len({each.story for each in stories}) == len(stories)
    assert [scenarios.failures(knowledge, remembered, each) for each in stories] == [[]] * len(stories)


def test_the_earlier_words_for_a_but_are_still_read(knowledge, tmp_path):
    before, _, _ = GOOD.partition("    - say: With a clot")
    earlier = before.replace("but:", "variants:").replace("say:", "story:").replace(
        "answers: {now.breath: yes}", "change: {now.breath: yes, onset.trigger: null, pain.rest: null}")
    now = before.replace("answers: {now", "without: [onset.trigger]\n      answers: {now")
    assert read(knowledge, tmp_path, earlier) == read(knowledge, tmp_path, now)
    earlier = earlier.replace("onset.trigger: null", "onset.triger: load")
    assert [fault.line for fault in faults(knowledge, tmp_path, earlier)] == [7]


ANOTHER_PLACE = """\
- story: A child who does not limp, with pain at night
  answers: {person.age: 12, pain.region: calf, pain.side: left, child.when: other}
  screens: no
  expect: {urgency: self_care}
"""


@pytest.mark.parametrize(("expect", "as_expected"), [
    ("urgency: redirect 7", True), ("urgency: redirect", True), ("urgency: redirect 14", False),
    ("urgency: book 7", False), ("at_least: redirect 7", True), ("at_least: redirect 3", False),
    ("at_most: redirect 3", True), ("at_least: book 7", True),
])
def test_a_redirect_is_told_with_its_days_or_by_its_name_alone(knowledge, tmp_path, expect, as_expected):
    file = tmp_path / "story.yaml"
    file.write_text(ANOTHER_PLACE.replace("urgency: self_care", expect), encoding="utf-8")
    (story,) = scenarios.read(knowledge, file)
    assert (scenarios.failures(knowledge, remembered, story) == []) == as_expected


@pytest.mark.parametrize("urgency", ["today 3", "book", "book soon", "redirect soon", "tomorrow"])
def test_an_urgency_of_another_form_is_refused(knowledge, tmp_path, urgency):
    assert faults(knowledge, tmp_path, GOOD.replace("urgency: self_care", f"urgency: {urgency}"))


@pytest.mark.parametrize(("level", "days", "short", "words"), [
    ("today", 0, "today", "Today"), ("book", 14, "book 14", "Book an appointment within 14 days"),
    ("redirect", 1, "redirect 1", "Another place within 1 day"), ("redirect", 0, "redirect", "Another place"),
])
def test_an_urgency_has_one_short_form_and_one_in_words(knowledge, level, days, short, words):
    assert Urgency(level=level, within_days=days, place="home", say="", reasons=()).id == short
    assert knowledge.settings.urgency_in_words(level, days) == words


@pytest.mark.parametrize("expect", [
    "urgency: today", "place: practice", "at_most: today", "reasons: [clot_signs]",
    "not_reasons: [lung_clot_or_collapse]", "likely: [night_cramps]", "listed: [shin_splints]", "first: dvt",
    "not_likely: [dvt], listed: [dvt]", "blocks: [no_cut]", "not_blocks: [no_press]", "scores: {ottawa_ankle: 1}",
    "self_check: shin_press", "care: [fascia_stretch]", "unresolved: [sepsis]",
])
def test_a_story_that_does_not_come_true_fails(knowledge, tmp_path, expect):
    """Each thing that can be expected, expected wrongly."""
    file = tmp_path / "story.yaml"
    file.write_text(GOOD.replace("urgency: ambulance_now, reasons: [lung_clot_or_collapse]", expect), encoding="utf-8")
    _, but, *_ = scenarios.read(knowledge, file)
    assert scenarios.failures(knowledge, remembered, but)


STORY = "- {story: Swollen, answers: {pain.swollen: yes, pain.since: 1 day}, expect: {urgency: LEVEL}}\n"
EDGE = '{"card": "x", "answers": {"pain.swollen": "yes", "pain.since": "1 day"}, "expect": {"urgency": "LEVEL"}}\n'


@pytest.mark.parametrize(("name", "text"), [("a.yaml", STORY), ("a.jsonl", EDGE)])
def test_the_command_tells_the_same_by_either_evaluator(tmp_path, monkeypatch, capsys, name, text):
    """Of stories and of a table of edges."""
    monkeypatch.setenv("TRIAGE_RULES", str(small.write(tmp_path / "rules")))
    file = tmp_path / name
    file.write_text(text.replace("LEVEL", "today") + text.replace("LEVEL", "self_care"), "utf-8")
    assert main(["test", str(file)]) == 1
    out, err = capsys.readouterr()
    assert f"{file.as_posix()}:2: " in out
    assert f"{file.as_posix()}:1: " not in out
    assert main(["test", str(file), "--engine", "experta"]) == 1
    assert capsys.readouterr() == (out, err)
