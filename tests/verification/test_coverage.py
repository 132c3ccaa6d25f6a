"""What the stories reach is counted right, and is never less than it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers import small
from triage.cli import main
from triage.knowledge import reader
from triage.verification.coverage import BELOW, coverage
from triage.verification.scenarios import Expect, Story


@pytest.fixture
def small_rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


# --- the table

def told_as(answers: dict[str, object], **expect: object) -> Story:
    return Story(file="", line=1, story="", answers=answers, expect=Expect(**expect))


def measured(rules: Path, *stories: dict[str, object] | Story):
    some = [story if isinstance(story, Story) else told_as(story) for story in stories]
    return {measure.name: measure for measure in coverage(reader.load(rules), some)}


SWOLLEN = {"pain.swollen": "yes", "pain.since": 3.0}


def test_no_story_reaches_nothing(small_rules):
    found = measured(small_rules)
    assert {name for name, measure in found.items() if measure.reached} == set()
    assert all(len(measure.missing) == measure.every for measure in found.values())


@pytest.mark.parametrize(("name", "story", "reached"), [
    ("rules: red_flag", SWOLLEN, {"clot_signs/derived.recent=yes&pain.swollen=yes"}),
    ("rules lowered by not sure: red_flag", {**SWOLLEN, "pain.since": "not_sure"},
     {"clot_signs/derived.recent=yes&pain.swollen=yes~0"}),
    ("rules lowered by not sure: derived", {"pain.since": "not_sure"}, {"recent/pain.since<=28~0"}),
    ("rules: interlock", SWOLLEN, {"no_press/red_flag.clot_signs=yes"}),
    ("rules: offer", {"pain.region": ("calf",)}, {"press/offer/condition.sore_calf=fits_well|possible",
                                                  "rest/offer/condition.sore_calf=fits_well|possible"}),
    ("answers that rules read", {"pain.region": ("calf",), "pain.shoes": "no"}, {"pain.region=calf", "pain.shoes=no"}),
    ("answers that rules read", {"pain.side": "left"}, set()),  # no rule reads it
    ("bounds, both sides", {"pain.age": 40.0}, {"pain.age>=40, met", "pain.age>=60, missed", "pain.age>=100, missed"}),
    ("bounds, both sides", {"pain.age": "not_sure"}, set()),  # neither met nor missed
    ("levels of urgency", SWOLLEN, {"today"}),
    ("levels of urgency", {"pain.swollen": "yes", "pain.region": ("calf",)}, {"book 7"}),
    ("places to go to", SWOLLEN, {"same_day_scan"}),
    ("conditions first", {"pain.region": ("calf",)}, {"sore_calf"}),
    ("conditions that fit well", {"pain.region": ("calf",)}, set()),
    ("conditions that fit well", {"pain.region": ("calf",), "pain.pressed": "my_pain", "pain.since": 3.0},
     {"sore_calf"}),
    ("conditions expected first", told_as({}, first="clot"), {"clot"}),
    ("conditions expected first", told_as({"pain.region": ("calf",)}, listed=["sore_calf"]), set()),
    ("conditions expected to miss", told_as({}, not_listed=["clot"], not_likely=["sore_calf"]), {"clot", "sore_calf"}),
    ("conditions explained", {"pain.region": ("calf",)}, {"spur"}),
    ("self-checks offered", {"pain.region": ("calf",), "pain.since": 3.0, "pain.swollen": "no", "pain.hot": "no"},
     {"press"}),
    ("self-checks blocked", {"pain.region": ("calf",)}, set()),  # only a question is open
    ("self-checks blocked", {"pain.region": ("calf",), **SWOLLEN}, {"press"}),
    ("care offered", {"pain.region": ("calf",)}, {"rest"}),
    ("redirects", {"pain.alarm": "other"}, {"alarm/pain.alarm=other"}),
])
def test_what_a_story_reaches(small_rules, name, story, reached):
    everything, found = measured(small_rules)[name], measured(small_rules, story)[name]
    assert {*everything.missing} - {*found.missing} == reached
    assert found.reached == len(reached)


def test_two_findings_of_a_rule_are_met_together_and_each_without_the_other(small_rules):
    """Here of the red flag: newly swollen, swollen for long, and new without any swelling."""
    both, one, other = SWOLLEN, {**SWOLLEN, "pain.since": 90.0}, {**SWOLLEN, "pain.swollen": "no"}

    def open_pairs(*stories: dict[str, object]) -> int:
        pairs = measured(small_rules, *stories)["pairs inside rules"]
        return sum(name.startswith("clot_signs/") for name in pairs.missing)

    assert [open_pairs(), open_pairs(both), open_pairs(both, one), open_pairs(both, one, other)] == [3, 2, 1, 0]


# --- the command

@pytest.fixture
def run(small_rules, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRIAGE_RULES", str(small_rules))
    file = tmp_path / "stories.yaml"
    file.write_text("- {story: A sore calf, answers: {pain.region: calf}, expect: {first: sore_calf}}\n", "utf-8")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["coverage", str(file), *arguments])
        return code, *capsys.readouterr()

    return call


def test_the_command_fails_below_a_floor_and_names_it(run):
    code, out, err = run()
    assert code == 1
    row = next(line for line in out.splitlines() if line.startswith("conditions first"))
    assert row.split()[-4:] == ["1", "2", "50.0", "100"]
    assert "conditions first: 50.0 %, less than the floor of 100 %" in err
    assert "reached by no story" not in out


def test_the_command_lists_what_is_missing(run):
    _, out, _ = run("--missing")
    assert "conditions first, reached by no story:\n  clot\n" in out


def test_the_command_passes_when_no_floor_is_missed(run, monkeypatch):
    every = {row["name"]: 0.0 for row in json.loads(run("--json")[1])}
    monkeypatch.setattr("triage.verification.coverage.BELOW", every)
    assert run()[0] == 0


def test_the_same_as_data(run):
    code, out, _ = run("--json")
    row = next(row for row in json.loads(out) if row["name"] == "conditions first")
    assert code == 1
    assert row == {"name": "conditions first", "reached": 1, "of": 2, "per_cent": 50.0, "floor": 100.0,
                   "missing": ["clot"]}


# --- the real stories

def test_the_stories_reach_what_they_reached_before(knowledge, stories):
    measures = coverage(knowledge, stories)
    assert {*BELOW} <= {measure.name for measure in measures}
    assert [(m.name, m.per_cent, m.missing[:5]) for m in measures if not m.enough] == []


def test_there_are_far_more_than_two_hundred_stories(stories):
    assert len(stories) >= 200
