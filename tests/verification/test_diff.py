"""Two versions of the rules -> what changed for people: found, named by its rules, and told the same every time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.conftest import ROOT, RULES
from tests.helpers import small
from triage import cli
from triage.inference.answers import complete
from triage.inference.assessment import assess, severity
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.records import answers_file
from triage.verification.diff.outcomes import KINDS, Person, Versions
from triage.verification.diff.rules import changes
from triage.verification.diff.vocabulary import answers_understood_by, new_names, union
from triage.verification.random_answers import Random, values

CALF = {"pain.age": 45.0, "pain.since": 3.0, "pain.region": ("calf",), "pain.swollen": "no", "pain.hot": "no"}
SWOLLEN = CALF | {"pain.swollen": "yes"}
SWOLLEN_HEEL = SWOLLEN | {"pain.region": ("heel",)}
UNSURE = CALF | {"pain.swollen": "not_sure"}
SOCKS = "  socks:\n    ask: Did you change socks?\n    term: socks\n    kind: yes_no\n"
CLOT = "clot_signs/derived.recent=yes&pain.swollen=yes"
TIRED = """\
name: Tired calf
kind: benign
summary: A muscle wants a rest.
frequency: {level: common, grade: inference, source: book}
for:
  - {when: {pain.region: calf}, strength: strong, grade: inference, why: it hurts in the calf, source: book}
  - {when: {pain.socks: yes}, strength: weak, grade: inference, why: the socks are new, source: book}
if_likely: {urgency: self_care}
watch_for: [A swollen leg]
look_again: {days: 14, see_by_days: 42, say: Most calves calm down within weeks.}
"""


class Two(NamedTuple):
    """Folders of both versions."""

    old: Path
    new: Path

    def change(self, name: str, old: str, new: str, side: str = "new") -> None:
        """Replace the one place where `old` stands in a card of one side."""
        path = getattr(self, side) / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def versions(self) -> Versions:
        return Versions(reader.load(self.old), reader.load(self.new))


@pytest.fixture
def two(tmp_path):
    """The small cards twice, with a second condition, and a self-check that a danger asks for."""
    sides = Two(*(small.write(tmp_path / name) for name in ("old", "new")))
    for rules in sides:
        with (rules / "red_flags/clot_signs.yaml").open("a", encoding="utf-8") as file:
            file.write("self_checks: [press]\n")
        (rules / "conditions/tired_calf.yaml").write_text(TIRED, encoding="utf-8")
    return sides


def person(answers, number=1, source="story"):
    return Person(source=source, file="a.yaml", number=number, story="a story", answers=answers)


# --- each damage is found and named

@pytest.mark.parametrize(("name", "old", "new", "answers", "expected", "rules"), [
    ("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7", SWOLLEN,
     ("less_urgent", "urgency", "today", "book 7"), {"changed": (CLOT,)}),
    ("red_flags/hot_leg.yaml", "level: today", "level: emergency_department_now", CALF | {"pain.hot": "yes"},
     ("more_urgent", "urgency", "today", "emergency_department_now"), {"changed": ("hot_leg/pain.hot=yes",)}),
    ("red_flags/clot_signs.yaml", "pain.swollen: yes", "pain.swollen: yes, pain.shoes: yes", SWOLLEN,
     ("less_urgent", "urgency", "today", "book 7"), {"no_longer_fired": (CLOT,)}),
    ("derived/recent.yaml", "<= 4 weeks", "<= 2 days", SWOLLEN,
     ("less_urgent", "urgency", "today", "book 7"), {"no_longer_fired": ("recent/pain.since<=28", CLOT)}),
    ("conditions/sore_calf.yaml", "when: {pain.region: calf}\n    strength: strong",
     "when: {pain.region: calf}\n    strength: weak", CALF,
     ("other_first", "first condition", "sore_calf", "tired_calf"), {"changed": ("sore_calf/pain.region=calf",)}),
    ("conditions/sore_calf.yaml", "level: common", "level: rare", CALF,
     ("other_first", "first condition", "sore_calf", "tired_calf"), {"changed": ("sore_calf/frequency",)}),
    ("interlocks.yaml", "flags: [clot_signs]", "flags: []", SWOLLEN_HEEL,
     ("newly_offered", "press", "blocked", "offered"), {"no_longer_fired": ("no_press/red_flag.clot_signs=yes",)}),
    ("self_checks/press.yaml", "blocked_by: [no_press]", "blocked_by: []", SWOLLEN_HEEL,
     ("newly_offered", "press", "blocked", "offered"), {"changed": ("press/blocked_by",)}),
    ("conditions/sore_calf.yaml", "self_checks: [press]", "self_checks: []", CALF,
     ("no_longer_offered", "press", "offered", "not due"),
     {"no_longer_fired": ("press/offer/condition.sore_calf=fits_well|possible",)}),
    ("self_checks/press.yaml", "ask_before: [pain.since]", "ask_before: [pain.shoes]", CALF,
     ("no_longer_offered", "press", "offered", "waits for an answer"), {"changed": ("press/ask_before",)}),
    ("interlocks.yaml", "condition.clot: [fits_well, possible]", 'pain.age: ">= 40"', CALF,
     ("newly_blocked", "press", "offered", "blocked"), {"newly_fired": ("no_press/pain.age>=40",)}),
    ("red_flags/clot_signs.yaml", "place: same_day_scan", "place: practice", SWOLLEN,
     ("other", "place", "same_day_scan", "practice"), {"changed": (CLOT,)}),
    ("red_flags/hot_leg.yaml", "level: today", "level: redirect\n    within_days: 7", CALF | {"pain.hot": "yes"},
     ("other", "redirected", "no", "yes"), {"changed": ("hot_leg/pain.hot=yes",)}),
    ("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7", UNSURE,
     ("other", "not excluded", "clot_signs", "nothing"), {"changed": (CLOT,)}),
])
def test_a_change_is_found_and_its_rules_are_named(two, name, old, new, answers, expected, rules):
    two.change(name, old, new)
    found = [d for d in two.versions().differences([person(answers)]) if (d.kind, d.what, d.old, d.new) == expected]
    assert len(found) == 1
    named = found[0].causes._asdict()
    for sign, names in rules.items():
        assert set(names) <= set(named[sign])
    assert not {name for sign in named if sign not in rules for name in named[sign]} & {
        name for names in rules.values() for name in names}


def test_the_other_way_round_it_is_the_opposite(two):
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    back = Versions(reader.load(two.new), reader.load(two.old)).differences([person(SWOLLEN)])
    assert [(d.old, d.new) for d in back if d.kind == "more_urgent"] == [("book 7", "today")]
    assert not [d for d in back if d.kind == "less_urgent"]


def test_the_same_rules_differ_for_nobody(two):
    versions = two.versions()
    people = [person(CALF, 1), person(SWOLLEN, 2), *versions.random_people(200, 1)]
    assert versions.differences(people) == []
    assert versions.unknown(people) == []
    assert changes(*versions.sides) == {}


def test_what_is_only_worded_otherwise_changes_nobody(two):
    two.change("red_flags/clot_signs.yaml", "why: one leg is newly swollen", "why: a leg has swollen")
    versions = two.versions()
    assert versions.differences([person(SWOLLEN), *versions.random_people(100, 1)]) == []
    assert changes(*versions.sides)["rules"]["clot_signs"]["changed"][CLOT] == {
        "why": ["one leg is newly swollen", "a leg has swollen"]}


def test_the_order_of_the_people_does_not_matter(two):
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    versions = two.versions()
    people = [*(person(SWOLLEN, n) for n in (3, 1, 2)), person(SWOLLEN, source="case"), *versions.random_people(150, 1)]
    found = versions.differences(people)
    assert found == versions.differences(people[::-1]) == versions.differences(people[50:] + people[:50])
    assert [d.kind for d in found] == sorted((d.kind for d in found), key=KINDS.index)
    assert [d.who.number for d in found if d.kind == "less_urgent" and d.who.source == "story"] == [1, 2, 3]


# --- random people

def test_random_people_find_a_danger_that_is_told_less_urgent_and_are_as_small_as_can_be(two):
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    versions = two.versions()
    found = [d for d in versions.differences(versions.random_people(200, 1)) if d.kind == "less_urgent"]
    assert {"pain.swollen": "yes"}.items() <= found[0].who.answers.items()
    assert set(found[0].who.answers) == {"pain.swollen", "pain.since"}
    assert len({d.signature for d in found}) == len(found)
    assert found[0].like_it
    assert found[0].who.name not in found[0].like_it


def test_of_a_random_person_no_answer_can_be_left_out(two):
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    two.change("conditions/sore_calf.yaml", "level: common", "level: rare")
    versions = two.versions()
    found = versions.differences(versions.random_people(150, 2))
    assert found
    for difference in found:
        def differs(answers, wanted=(difference.kind, difference.what)):
            return wanted in {(d.kind, d.what) for d in versions.differences([person(answers)])}

        answers = difference.who.answers
        assert differs(answers)
        for name in answers:
            assert not differs({other: value for other, value in answers.items() if other != name})


def test_what_a_danger_no_longer_blocks_is_found_by_random_people(two):
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    versions = two.versions()
    offered = [d for d in versions.differences(versions.random_people(300, 1)) if d.kind == "newly_offered"]
    assert {d.what for d in offered} == {"press"}
    assert all("no_press/red_flag.clot_signs=yes" in d.causes.no_longer_fired for d in offered)


def test_a_card_that_only_the_old_version_has_is_told_of_too(two):
    """Random people are about the cards of both versions: else nobody would miss what was taken out."""
    (two.new / "red_flags/clot_signs.yaml").unlink()
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    found = two.versions()
    assert any(d.kind == "less_urgent" and CLOT in d.causes.no_longer_fired
               for d in found.differences(found.random_people(200, 1)))


def test_random_people_are_the_same_for_a_seed(two):
    versions = two.versions()
    one = list(versions.random_people(60, 7))
    assert one == list(two.versions().random_people(60, 7))
    assert one[:20] == list(versions.random_people(20, 7))
    assert one != list(versions.random_people(60, 8))


def test_random_people_are_like_those_whom_the_rules_are_for(knowledge):
    """Of 300: answers that files could hold, every level of urgency, and red flags of many kinds."""
    drawn = Random(knowledge, [], 1)
    people = [drawn.person() for _ in range(300)]
    for answers in people:
        held = {name: list(answer) if isinstance(answer, tuple) else answer for name, answer in answers.items()}
        assert complete(knowledge, answers_file.checked(knowledge, held, "x")) == complete(knowledge, answers)
    said = [assess(knowledge, conclusion) for conclusion in Compiled(knowledge).conclude_many(people)]
    levels = Counter(each.urgency.level for each in said)
    assert set(levels) == set(knowledge.settings.levels)
    assert len({flag for each in said for flag in each.flags}) > len(knowledge.red_flags) / 2


def test_values_of_a_finding_are_answers_to_it(knowledge):
    for finding in knowledge.findings.values():
        for value in values(knowledge, finding):
            answers_file.checked(knowledge, {finding.id: list(value) if isinstance(value, tuple) else value}, "x")


# --- what one side does not know

def test_a_finding_that_one_side_does_not_know_is_left_out_there_and_said(two):
    two.change("findings/pain.yaml", SOCKS, "", side="old")
    two.change("conditions/tired_calf.yaml", "pain.socks: yes", "pain.shoes: yes", side="old")
    versions = two.versions()
    people = [person(CALF | {"pain.socks": "yes"}, 1), person(CALF | {"pain.socks": "no"}, 2), person(CALF, 3)]
    assert [(u.side, u.source, u.people, u.what) for u in versions.unknown(people)] == [
        ("old", "story", 2, {"pain.socks": 2})]
    assert [(d.who.number, d.what) for d in versions.differences(people) if d.kind == "other_first"] == [
        (1, "first condition")]


def test_an_option_that_one_side_does_not_know_is_left_out_and_the_others_stay(two):
    two.change("findings/pain.yaml", "heel: Heel, calf: Calf}", "heel: Heel, calf: Calf, knee: Knee}")
    versions = two.versions()
    both = versions.both
    assert answers_understood_by(versions.sides[0], both, {"pain.region": ("calf", "knee")}) == (
        {"pain.region": ("calf",)}, ("pain.region=knee",))
    assert answers_understood_by(versions.sides[0], both, {"pain.region": ("knee",)}) == ({}, ("pain.region=knee",))
    assert answers_understood_by(versions.sides[0], both, {"pain.region": ()}) == ({"pain.region": ()}, ())
    assert answers_understood_by(versions.sides[1], both, {"pain.region": ("calf", "knee")}) == (
        {"pain.region": ("calf", "knee")}, ())


def test_a_number_beyond_the_bounds_of_one_side_is_left_out_there(two):
    two.change("findings/pain.yaml", "highest: 120", "highest: 130")
    versions = two.versions()
    assert answers_file.checked(versions.both, {"pain.age": 125}, "x") == {"pain.age": 125.0}
    assert answers_understood_by(versions.sides[0], versions.both, {"pain.age": 125.0}) == ({}, ("pain.age=125.0",))


def test_a_finding_of_another_kind_takes_what_both_understand(two):
    of_options = SOCKS.replace("yes_no\n", "one\n    options: {often: Often, once: Once}\n")
    two.change("findings/pain.yaml", SOCKS, of_options, side="old")
    two.change("conditions/tired_calf.yaml", "pain.socks: yes", "pain.socks: once", side="old")
    versions = two.versions()
    assert answers_understood_by(versions.sides[0], versions.both, {"pain.socks": "yes"}) == ({}, ("pain.socks=yes",))
    assert answers_understood_by(versions.sides[0], versions.both, {"pain.socks": "not_sure"}) == (
        {"pain.socks": "not_sure"}, ())


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_renamed_finding_is_the_same_one_in_both_directions(two, side):
    """By either name, whichever side has the alias; and what hangs on it, is asked with it or follows it as well."""
    folder = getattr(two, side)
    for path in folder.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("pain.swollen", "pain.thick")
        if path.name == "pain.yaml":
            text = text.replace("  swollen:\n", "  thick:\n    aliases: [pain.swollen]\n")
        path.write_text(text, encoding="utf-8")
    versions = two.versions()
    renamed = {"new": {"pain.swollen": "pain.thick"}, "old": {"pain.thick": "pain.swollen"}}[side]
    assert changes(*versions.sides)["findings"]["renamed"] == renamed
    assert "added" not in changes(*versions.sides)["findings"]
    for name in ("pain.swollen", "pain.thick"):
        answers = answers_file.checked(versions.both, {"pain.since": 3, name: "yes", "screens": "no"}, "x")
        assert versions.unknown([person(answers)]) == []
        said = [answers_understood_by(each, versions.both, answers)[0] for each in versions.sides]
        assert sorted(n for each in said for n in each if n in ("pain.swollen", "pain.thick")) == [
            "pain.swollen", "pain.thick"]
        assert not [d for d in versions.differences([person(answers)]) if d.kind != "other"]
    assert versions.unknown(versions.random_people(100, 1)) == []


def test_both_together_know_everything_of_either(two):
    two.change("findings/pain.yaml", SOCKS, "", side="old")
    two.change("conditions/tired_calf.yaml", "pain.socks: yes", "pain.shoes: yes", side="old")
    (two.new / "conditions/spur.yaml").unlink()
    old, new = (reader.load(folder) for folder in two)
    both = union(old, new)
    assert set(both.findings) == {*old.findings, *new.findings}
    assert {"spur", "sore_calf"} <= set(both.conditions)
    assert {rule.id for rule in both.rules} == {rule.id for side in (old, new) for rule in side.rules}
    assert set(both.emergency) == {*old.emergency, *new.emergency}
    assert new_names(old, new) == {name: name for name in old.findings}


# --- what the rules hold otherwise

def test_the_summary_names_what_was_added_removed_and_changed(two):
    two.change("findings/pain.yaml", SOCKS, "")
    two.change("conditions/tired_calf.yaml", "pain.socks: yes", "pain.shoes: yes")
    two.change("findings/pain.yaml", "heel: Heel, calf: Calf}", "calf: Calf, knee: Knee}")
    two.change("findings/pain.yaml", "heel_back: {label: Back of the heel, in: heel}",
               "heel_back: {label: Back of the knee, in: knee}")
    two.change("care/rest.yaml", "steps: [Rest.]", "steps: [Rest well.]")
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    (two.new / "conditions/spur.yaml").unlink()
    shutil.copy(two.new / "care/rest.yaml", two.new / "care/sleep.yaml")
    said = changes(*two.versions().sides)
    assert said["findings"]["removed"] == ["pain.socks"]
    assert said["findings"]["options"]["pain.region"] == {"added": ["knee"], "removed": ["heel"]}
    assert said["cards"]["conditions"]["removed"] == ["spur"]
    assert said["cards"]["care"] == {"added": ["sleep"], "changed": {"rest": ["steps"]}}
    assert said["rules"]["tired_calf"] == {
        "added": ["tired_calf/pain.shoes=yes"], "removed": ["tired_calf/pain.socks=yes"]}
    assert said["rules"]["clot_signs"]["changed"][CLOT] == {"level": ["today", "book"], "within_days": [0, 7]}


# --- the command

@pytest.fixture
def diff(capsysbinary):
    def call(*arguments, code=0):
        assert cli.main(["diff", *map(str, arguments)]) == code
        out = capsysbinary.readouterr()
        return out.out.decode(), out.err.decode()

    return call


STORIES = """\
- story: A calf that swells since three days
  answers: {pain.since: 3 days, pain.swollen: yes}
  screens: no
  expect: {reasons: [clot_signs]}
  but:
    - {say: It does not swell, answers: {pain.swollen: no}, expect: {not_reasons: [clot_signs]}}
"""
CASE = {"id": "A1", "diagnosis_key": "clot", "accepted_keys": [], "required_urgency": "same_day",
        "accepted_urgency": ["same_day"]}
DIFFERENCE = {
    "type": "object", "additionalProperties": False,
    "required": ["who", "what", "old", "new", "went", "came", "changed", "like_it"],
    "properties": {
        "who": {"type": "object", "required": ["source", "name"], "additionalProperties": False, "properties": {
            "source": {"enum": ["case", "story", "random"]}, "name": {"type": "string"},
            "answers": {"type": "object"}}},
        **{name: {"type": "string"} for name in ("what", "old", "new")},
        **{name: {"type": "array", "items": {"type": "string"}} for name in ("went", "came", "changed", "like_it")},
    },
}
COUNTS = ["cases", "stories", "random", "seed"]
SIDE = {"type": "object", "required": ["from", "version", "date", "review", "digest"]}
SCHEMA = {
    "type": "object", "additionalProperties": False,
    "required": ["schema", "old", "new", "changes", "compared", "unknown", "differences"],
    "properties": {
        "schema": {"const": "triage-difference/1"}, "old": SIDE, "new": SIDE,
        "changes": {"type": "object", "additionalProperties": False, "properties": {
            "findings": {"type": "object"}, "cards": {"type": "object"}, "rules": {"type": "object"},
            "settings": {"type": "array"}}},
        "compared": {"type": "object", "required": COUNTS, "additionalProperties": False,
                     "properties": {name: {"type": "integer"} for name in COUNTS}},
        "unknown": {"type": "array", "items": {"type": "object", "required": ["side", "source", "people", "what"]}},
        "differences": {"type": "object", "required": list(KINDS), "additionalProperties": False, "properties": {
            kind: {"type": "array", "items": DIFFERENCE} for kind in KINDS}},
    },
}


@pytest.fixture
def told_of(tmp_path):
    """Stories and cases to compare."""
    (tmp_path / "stories").mkdir()
    (tmp_path / "stories/clot.yaml").write_text(STORIES, encoding="utf-8")
    (tmp_path / "cases").mkdir()
    rows = [CASE, CASE | {"id": "A2", "answers": {"pain.since": 3, "pain.swollen": "yes"}}, CASE | {"id": "A3"}]
    (tmp_path / "cases/cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "cases/A1.yaml").write_text("pain.since: 4 days\npain.swollen: yes\n", encoding="utf-8")
    return ["--scenarios", tmp_path / "stories", "--cases", tmp_path / "cases"]


def test_cases_stories_and_random_people_are_told_as_data(two, diff, told_of):
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    data = json.loads(diff(two.old, two.new, *told_of, "--random", 100, "--json")[0])
    Draft202012Validator(SCHEMA).validate(data)
    assert data["compared"] == {"cases": 2, "stories": 2, "random": 100, "seed": 1}
    assert data["old"]["digest"] != data["new"]["digest"]
    less = data["differences"]["less_urgent"]
    assert [each["who"]["source"] for each in less[:3]] == ["case", "case", "story"]
    assert [each["who"]["name"] for each in less[:2]] == ["case A1", "case A2"]
    assert less[2]["who"]["name"].endswith("clot.yaml:1: A calf that swells since three days")
    assert all(each["changed"] for each in less)
    assert less[3]["who"]["answers"]["pain.swollen"] == "yes"
    assert {tuple(sorted(each["who"]["answers"])) for each in less[3:]} == {("pain.since", "pain.swollen")}


def test_the_data_are_the_same_whatever_the_hash_seed(two):
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    two.change("conditions/sore_calf.yaml", "level: common", "level: rare")
    command = [sys.executable, "-m", "triage", "diff", str(two.old), str(two.new), "--random", "60", "--json"]
    one, other = (subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True,
                                 check=True).stdout for seed in ("1", "2"))
    assert one == other
    assert json.loads(one)["differences"]["other_first"]


def test_answers_that_differ_are_an_answers_file(two, diff, tmp_path):
    """What is printed can be read again, by either version, and differs there as it was said."""
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    data = json.loads(diff(two.old, two.new, "--random", 150, "--json")[0])
    out, _ = diff(two.old, two.new, "--random", 150, "--all")
    printed = [line.removeprefix("      | ") for line in out.splitlines() if line.startswith("      | ")]
    listed = [each for kind in KINDS for each in data["differences"][kind]]
    assert yaml.safe_load("[" + ", ".join("{" + line + "}" for line in printed) + "]") == yaml.safe_load(json.dumps(
        [{name: {"yes": True, "no": False}.get(str(value), value)} for each in listed
         for name, value in each["who"]["answers"].items()]))
    assert any("screens" in each["who"]["answers"] for each in data["differences"]["newly_offered"])
    sides = [reader.load(folder) for folder in two]
    for each in data["differences"]["less_urgent"]:
        path = tmp_path / "answers.json"
        path.write_text(json.dumps(each["who"]["answers"]), encoding="utf-8")
        levels = []
        for side in sides:
            answers = answers_file.answers(side, str(path))
            levels.append(severity(assess(side, Compiled(side).conclude(answers)).urgency))
        assert levels[0] > levels[1]


def test_all_that_became_less_urgent_is_listed_and_of_the_rest_the_first_twenty(two, diff, tmp_path):
    two.change("red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    story = ("- {{story: Number {0}, answers: {{pain.since: 3, pain.swollen: yes}}, screens: no, "
             "expect: {{reasons: [clot_signs]}}}}\n")
    path = tmp_path / "many.yaml"
    path.write_text("".join(story.format(number) for number in range(1, 31)), encoding="utf-8")
    short, _ = diff(two.old, two.new, "--scenarios", path, "--random", 0)
    every, _ = diff(two.old, two.new, "--scenarios", path, "--random", 0, "--all")
    assert [short.count(f"Number {number}\n") for number in range(1, 31)] == [2] * 20 + [1] * 10
    assert [every.count(f"Number {number}\n") for number in range(1, 31)] == [2] * 30
    assert short.count("today -> book 7\n") == 30
    assert short.count("blocked -> offered\n") == 20
    assert short.rindex("today -> book 7") < short.index("blocked -> offered")
    assert "and 10 more; --all" in short
    assert "--all" not in every


def test_nothing_that_changed_is_said(two, diff, told_of):
    out, err = diff(two.old, two.new, *told_of, "--random", 20)
    assert "->" not in out
    assert err == ""


@pytest.mark.parametrize(("name", "text", "place"), [
    ("stories/clot.yaml", STORIES.replace("pain.swollen: yes", "pain.swolen: yes"), "clot.yaml:2:"),
    ("stories/clot.yaml", STORIES.replace(" {reasons: [clot_signs]}", " {reasons: [clot_sings]}"), "clot.yaml:4:"),
    ("cases/A1.yaml", "pain.since: soon\n", "A1.yaml:1:"),
    ("cases/cases.jsonl", "{}\n", "cases.jsonl:1:"),
])
def test_what_neither_version_knows_is_told_at_its_place(two, diff, told_of, tmp_path, name, text, place):
    (tmp_path / name).write_text(text, encoding="utf-8")
    out, err = diff(two.old, two.new, *told_of, code=65)
    assert place in err
    assert "Traceback" not in err
    assert out == ""


def test_a_story_may_use_what_only_one_of_both_knows(two, diff, told_of):
    (two.new / "red_flags/clot_signs.yaml").unlink()
    two.change("interlocks.yaml", "flags: [clot_signs]", "flags: []")
    two.change("findings/pain.yaml", SOCKS, "")
    two.change("conditions/tired_calf.yaml", "pain.socks: yes", "pain.shoes: yes")
    (told_of[1] / "clot.yaml").write_text(STORIES.replace("pain.swollen: yes", "pain.swollen: yes, pain.socks: no"),
                                          encoding="utf-8")
    data = json.loads(diff(two.old, two.new, *told_of, "--random", 0, "--json")[0])
    assert {"side": "new", "source": "story", "people": 2, "what": {"pain.socks": 2}} in data["unknown"]
    assert {each["who"]["source"] for each in data["differences"]["less_urgent"]} == {"case", "story"}


def test_a_fault_of_the_rules_says_on_which_side(two, diff):
    two.change("red_flags/clot_signs.yaml", "pain.swollen: yes", "pain.swolen: yes", side="old")
    _, err = diff(two.old, two.new, code=65)
    assert err.startswith(f"{two.old}: rules/red_flags/clot_signs.yaml:4:")


# --- revisions of git

def git(folder, *arguments):
    subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main",
                    "-c", "commit.gpgsign=false", *arguments], cwd=folder, check=True, capture_output=True)


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of its own with the small cards as v1.0, and today one danger lower."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init")
    (folder / "README").write_text("No rules yet.\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "start")
    git(folder, "tag", "v0.1")
    rules = small.write(folder)
    git(folder, "add", ".")
    git(folder, "commit", "-m", "rules")
    git(folder, "tag", "v1.0")
    small.damage(rules, "red_flags/clot_signs.yaml", "level: today", f"level: {small.HERE}book\n    within_days: 7")
    monkeypatch.chdir(folder)
    return folder


@needs_git
@pytest.mark.parametrize("inside", [".", "rules/red_flags"])
def test_a_revision_is_compared_from_anywhere_in_the_repository(repository, diff, monkeypatch, inside):
    monkeypatch.chdir(repository / inside)
    data = json.loads(diff("v1.0", repository / "rules", "--random", 100, "--json")[0])
    assert data["old"]["from"] == "v1.0"
    assert data["differences"]["less_urgent"][0]["old"] == "today"
    assert json.loads(diff("v1.0", "HEAD", "--random", 5, "--json")[0])["changes"] == {}


@needs_git
@pytest.mark.parametrize(("name", "said"), [
    ("v1.1", "'v1.0'"), ("mian", "'main'"), ("v0.1", "'rules'"), ("rulse", "'rules'"), ("--help", "no such revision"),
    ("README", "a file"), ("v1.0:rules", "no such revision"), ("", "no such revision"),
])
def test_what_is_neither_folder_nor_revision_is_told_with_a_guess(repository, name, said):
    from triage.support.errors import BadFile
    from triage.verification.diff.revisions import rules

    with pytest.raises(BadFile) as caught, rules(name):
        pass
    assert caught.value.exit_code == 66
    assert said in caught.value.faults[0].message


@needs_git
def test_outside_of_a_repository_a_folder_is_needed(two, diff, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    _, err = diff("v1.0", two.new, code=66)
    assert err.startswith("v1.0: there is no such folder")


def test_without_git_a_folder_is_needed(two, diff, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    _, err = diff("v1.0", two.new, code=66)
    assert "git is not installed" in err
    assert json.loads(diff(two.old, two.new, "--random", 5, "--json")[0])["compared"]["random"] == 5


def test_the_rules_that_came_with_it_are_the_same_as_themselves(diff):
    data = json.loads(diff(RULES, RULES, "--random", 100, "--json")[0])
    assert data["changes"] == {}
    assert not any(data["differences"].values())
