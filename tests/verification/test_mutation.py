"""Spoilt rules are noticed: each kind of mutant is made, killed by its story and survives without it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from tests.helpers import small
from triage.cli import main
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.model import Knowledge
from triage.verification import edges, scenarios
from triage.verification.answer_search import solutions
from triage.verification.mutation import (
    FLOORS,
    Suite,
    missing_edges,
    missing_scenarios,
    mutants,
    place,
    run_mutants,
    run_survivors,
)
from triage.verification.mutation.apply import apply
from triage.verification.mutation.as_yaml import as_yaml
from triage.verification.mutation.constraints import constraints
from triage.verification.mutation.distinguishing import distinguish
from triage.verification.mutation.equivalence import Equivalence
from triage.verification.scenarios import Expect, Story

CLOT = "clot_signs/derived.recent=yes&pain.swollen=yes"
SPREAD = 5
"""A part of the mutants may be so many per cent below the floor of all."""
SPREAD_WITH_EDGES = 0.5
"""The same where the edges notice as well."""
DULL = "- {story: A dull one, answers: {pain.side: left}, expect: {urgency: self_care}}\n"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


def told(knowledge: Knowledge, folder: Path, text: str) -> list[Story]:
    file = folder / "stories.yaml"
    file.write_text(text, encoding="utf-8")
    return scenarios.read(knowledge, file)


def story(answers: str, expect: str) -> str:
    return f"- {{story: Told, answers: {{{answers}}}, expect: {{{expect}}}}}\n"


def named(knowledge: Knowledge, name: str):
    """The one mutant of this id."""
    found = [mutant for mutant in mutants(knowledge) if mutant.id == name]
    assert len(found) == 1, name
    return found[0]


def plainly(knowledge: Knowledge, mutant) -> Knowledge:
    """The mutant put into the rules, and nothing taken over from the true ones."""
    rules = [mutant.rules.get(rule.key, rule) for rule in knowledge.rules]
    shelves = {folder: {**getattr(knowledge, folder), **some} for folder, some in mutant.cards.items()}
    return msgspec.structs.replace(knowledge, rules=tuple(rule for rule in rules if rule is not None), **shelves)


def dies(knowledge: Knowledge, mutant, stories: list[Story]) -> bool:
    """The slow way: everything compiled and concluded anew."""
    wrong = plainly(knowledge, mutant)
    conclusions = Compiled(wrong).conclude_many([each.answers for each in stories])
    return any(scenarios.wrong(wrong, assess(wrong, conclusion), each.expect)
               for conclusion, each in zip(conclusions, stories, strict=True))


# --- which mutants there are

KILLED = [  # kind, mutant, the story that kills it
    ("drop", f"{CLOT}: without derived.recent=yes", "pain.swollen: yes, pain.since: 5 weeks", "urgency: self_care"),
    ("drop", "recent_calf/derived.recent=yes&pain.region=calf: without pain.region=calf",
     "pain.since: 3 days, pain.region: heel", "not_reasons: ['recent_calf/derived.recent=yes&pain.region=calf']"),
    ("drop", "signs/calf/pain.region=calf: without the item calf", "pain.swollen: yes, pain.region: calf",
     "urgency: book 7"),
    ("flip", f"{CLOT}: pain.swollen=no instead of pain.swollen=yes", "pain.swollen: no, pain.since: 1 day",
     "not_reasons: [clot_signs]"),
    ("flip", "signs/calf/pain.region=calf: pain.region=heel instead of pain.region=calf",
     "pain.swollen: yes, pain.region: heel", "urgency: self_care"),
    ("flip", "no_press/condition.clot=fits_well|possible: condition.clot=fits_well instead of "
             "condition.clot=fits_well|possible",
     "pain.swollen: yes, pain.region: calf, pain.age: 100", "reasons: ['no_press/condition.clot=fits_well|possible']"),
    ("flip", "sore_calf/fits_well_if/pain.pressed=my_pain: pain.pressed=no_pain instead of pain.pressed=my_pain",
     "pain.region: calf, pain.since: 1 day, pain.shoes: yes, pain.age: 65, pain.pressed: my_pain",
     "likely: [sore_calf]"),
    ("threshold", "recent/pain.since<=28: pain.since<=27 instead of pain.since<=28",
     "pain.swollen: yes, pain.since: 28 days", "urgency: today"),
    ("threshold", "recent/pain.since<=28: pain.since<=29 instead of pain.since<=28",
     "pain.swollen: yes, pain.since: 29 days", "urgency: self_care"),
    ("threshold", "recent/pain.since<=28: pain.since<28 instead of pain.since<=28",
     "pain.swollen: yes, pain.since: 28 days", "urgency: today"),
    ("threshold", "hot_leg/score.signs>=3: score.signs>=2 instead of score.signs>=3", "pain.swollen: yes",
     "urgency: self_care"),
    ("threshold", "signs/swollen/pain.swollen=yes: swollen counts 3 instead of 2", "pain.swollen: yes",
     "urgency: self_care"),
    ("lower", f"{CLOT}: book 3 instead of today", "pain.swollen: yes, pain.since: 1 day", "urgency: today"),
    ("lower", f"{CLOT}: book 3 instead of today", "pain.swollen: yes, pain.since: not_sure", "urgency: book 3"),
    ("lower", "hot_leg/score.signs>=3: book 14 instead of book 7", "pain.swollen: yes, pain.region: calf",
     "urgency: book 7"),
    ("lower", "alarm/pain.alarm=other: nothing instead of redirect 3", "pain.alarm: other", "urgency: redirect"),
    ("lower", "sore_calf: if_likely: nothing instead of book 14",
     "pain.region: calf, pain.since: 1 day, pain.shoes: yes, pain.age: 65, pain.pressed: my_pain",
     "urgency: book 14"),
    ("unblock", "press: ask_before without pain.since", "pain.region: calf, pain.swollen: no, pain.hot: no",
     "forbidden: [press]"),
    ("unblock", "press/must_not/red_flag.hot_leg=yes: without this line",
     "pain.swollen: no, pain.hot: yes, pain.region: calf, pain.since: 1 day", "forbidden: [press]"),
    ("unblock", "no_press/red_flag.clot_signs=yes: without this line", "pain.swollen: yes, pain.since: 1 day",
     "reasons: ['no_press/red_flag.clot_signs=yes']"),
    ("swap", "clot/pain.region=calf&pain.age>=100: speaks against",
     "pain.swollen: yes, pain.region: calf, pain.age: 100", "blocks: [no_press]"),
    ("swap", "clot/pain.region=calf&pain.age>=100: speaks against",
     "pain.swollen: yes, pain.region: calf, pain.age: 100", "reasons: ['no_press/condition.clot=fits_well|possible']"),
    ("swap", "sore_calf/pain.swollen=yes: speaks for",
     "pain.region: heel, pain.swollen: yes, pain.since: 9 weeks", "not_listed: [sore_calf]"),
    ("swap", "sore_calf/pain.region=calf: speaks against", "pain.region: calf", "first: sore_calf"),
]


@pytest.mark.parametrize(("kind", "name", "answers", "expect"), KILLED, ids=[f"{k[1]}, {k[3]}" for k in KILLED])
def test_a_mutant_is_killed_by_its_story_and_survives_without_it(rules, tmp_path, kind, name, answers, expect):
    knowledge = reader.load(rules)
    mutant = named(knowledge, name)
    assert mutant.kind == kind
    stories = told(knowledge, tmp_path, DULL + story(answers, expect))
    suite = Suite(knowledge, stories)
    assert suite.untrue() == []
    assert suite.killer(mutant) == stories[1]
    assert Suite(knowledge, stories[:1]).killer(mutant) is None


def test_a_lock_that_is_taken_away_is_noticed(rules, tmp_path):
    small.edit(rules, "self_checks/press.yaml", "{red_flag.hot_leg: yes}", "{red_flag.alarm: yes}")
    knowledge = reader.load(rules)
    stories = told(knowledge, tmp_path, DULL + story(
        "pain.swollen: yes, pain.hot: no, pain.region: calf, pain.since: 1 day", "forbidden: [press]"))
    assert Suite(knowledge, stories).killer(named(knowledge, "press: blocked_by without no_press")) == stories[1]
    assert Suite(knowledge, stories[:1]).killer(named(knowledge, "press: blocked_by without no_press")) is None


MADE_BY_HAND = [  # mutant, the file, what is written there, and what instead
    (f"{CLOT}: without derived.recent=yes", "red_flags/clot_signs.yaml", "derived.recent: yes, ", ""),
    (f"{CLOT}: pain.swollen=no instead of pain.swollen=yes", "red_flags/clot_signs.yaml", "pain.swollen: yes",
     "pain.swollen: no"),
    (f"{CLOT}: book 3 instead of today", "red_flags/clot_signs.yaml", "level: today\n    place: same_day_scan",
     "level: book\n    within_days: 3\n    place: practice"),
    ("hot_leg/score.signs>=3: score.signs>=4 instead of score.signs>=3", "red_flags/hot_leg.yaml", ">= 3", ">= 4"),
    ("recent/pain.since<=28: pain.since<=27 instead of pain.since<=28", "derived/recent.yaml", '"<= 4 weeks"',
     '"<= 27 days"'),
    ("recent_calf/derived.recent=yes&pain.region=calf: without pain.region=calf", "derived/recent_calf.yaml",
     ", pain.region: calf", ""),
    ("signs/swollen/pain.swollen=yes: swollen counts 1 instead of 2", "scores/signs.yaml", "points: 2", "points: 1"),
    ("sore_calf/pain.age>=40: pain.age>40 instead of pain.age>=40", "conditions/sore_calf.yaml", ">= 40", "> 40"),
    ("sore_calf/fits_well_never/pain.alarm=bad: pain.alarm=other instead of pain.alarm=bad",
     "conditions/sore_calf.yaml", "pain.alarm: bad", "pain.alarm: other"),
    ("no_press/condition.clot=fits_well|possible: condition.clot=possible instead of "
     "condition.clot=fits_well|possible", "interlocks.yaml", "[fits_well, possible]", "possible"),
    ("no_press/red_flag.clot_signs=yes: without this line", "interlocks.yaml", "flags: [clot_signs]", "flags: []"),
    ("press: ask_before without pain.since", "self_checks/press.yaml", "[pain.since]", "[]"),
]


@pytest.mark.parametrize(("name", "file", "old", "new"), MADE_BY_HAND, ids=[made[0] for made in MADE_BY_HAND])
def test_a_mutant_is_what_the_card_would_give_if_it_were_written_so(rules, name, file, old, new):
    """With the twins for "not sure", which follow from a line."""
    knowledge = reader.load(rules)
    made = apply(knowledge, named(knowledge, name))
    small.edit(rules, file, old, new)
    assert concluding(made) == concluding(reader.load(rules))


def test_a_line_that_loses_a_part_loses_the_twins_that_only_it_allowed(rules):
    """Beside what says only who somebody is, a "not sure" lowers no red flag into being."""
    small.edit(rules, "red_flags/clot_signs.yaml", "{derived.recent: yes, pain.swollen: yes}",
               '{derived.recent: yes, pain.swollen: yes, pain.age: ">= 60"}')
    knowledge = reader.load(rules)
    made = apply(knowledge, named(knowledge, "clot_signs/derived.recent=yes&pain.swollen=yes&pain.age>=60: "
                                              "without pain.swollen=yes"))
    small.edit(rules, "red_flags/clot_signs.yaml", "pain.swollen: yes, ", "")
    assert concluding(made) == concluding(reader.load(rules))


def concluding(knowledge: Knowledge) -> tuple[object, ...]:
    """What rules ask and conclude, whatever their names, and what cards are blocked by."""
    rules = sorted(repr((r.kind, r.card, r.parts, r.unsure, r.level, r.within_days, r.place, r.points, r.weight,
                         r.step, r.item)) for r in knowledge.rules)
    return rules, knowledge.self_checks, knowledge.care, knowledge.depths


def test_every_line_has_its_mutants_and_a_line_has_one_of_each_sort(rules):
    made = mutants(reader.load(rules))
    assert len({mutant.id for mutant in made}) == len(made)
    assert [m.id.removeprefix(f"{CLOT}: ") for m in made if m.rule == CLOT] == [
        "without derived.recent=yes", "without pain.swollen=yes", "derived.recent=no instead of derived.recent=yes",
        "pain.swollen=no instead of pain.swollen=yes", "book 3 instead of today",
    ]


def test_names_of_rules_stay_so_that_no_story_kills_by_a_name(knowledge):
    for mutant in mutants(knowledge):
        for key, new in mutant.rules.items():
            old = knowledge.by_key[key]
            assert new is None or (new.id, new.key, new.card) == (old.id, old.key, old.card)


def test_what_red_flags_blocks_and_scores_are_made_of_may_not_survive(rules):
    critical = {mutant.id: mutant.critical for mutant in mutants(reader.load(rules))}
    assert critical["recent/pain.since<=28: pain.since<=27 instead of pain.since<=28"]  # a red flag reads it
    assert not critical["recent_calf/derived.recent=yes&pain.region=calf: without pain.region=calf"]  # nothing does
    assert critical["press: ask_before without pain.since"]
    assert not critical["sore_calf/pain.shoes=yes: speaks against"]


def test_a_mutant_is_told_at_its_place(rules):
    knowledge = reader.load(rules)
    assert str(place(knowledge, named(knowledge, "sore_calf/pain.age>=40: speaks against"))) == (
        "rules/conditions/sore_calf.yaml:21:31")
    assert place(knowledge, named(knowledge, "press: ask_before without pain.since")).file == (
        "rules/self_checks/press.yaml")


# --- those that change nothing

EQUIVALENT = [  # file, what is written there, what instead, a mutant that then changes nothing, one that does
    ("red_flags/hot_leg.yaml", '{score.signs: ">= 3"}', '{derived.recent: yes, pain.since: "<= 2 weeks"}',
     "hot_leg/derived.recent=yes&pain.since<=14: without derived.recent=yes",
     "hot_leg/derived.recent=yes&pain.since<=14: without pain.since<=14"),
    ("red_flags/hot_leg.yaml", "{pain.hot: yes}", "[{pain.hot: yes}, {pain.hot: yes, pain.swollen: yes}]",
     "hot_leg/pain.hot=yes&pain.swollen=yes: book 3 instead of today", "hot_leg/pain.hot=yes: book 3 instead of today"),
    ("conditions/sore_calf.yaml", "fits_well_never: [{pain.alarm: bad}]",
     "fits_well_never: [{pain.alarm: worst}, {pain.alarm: [bad, worst]}]",
     "sore_calf/fits_well_never/pain.alarm=worst: pain.alarm=bad instead of pain.alarm=worst",
     "sore_calf/fits_well_never/pain.alarm=worst|bad: pain.alarm=worst instead of pain.alarm=worst|bad"),
    ("red_flags/hot_leg.yaml", ">= 3", ">= 2", "signs/swollen/pain.swollen=yes: swollen counts 3 instead of 2",
     "signs/swollen/pain.swollen=yes: swollen counts 1 instead of 2"),
    ("red_flags/hot_leg.yaml", ">= 3", ">= 1", "hot_leg/score.signs>=1: score.signs>=0 instead of score.signs>=1",
     "hot_leg/score.signs>=1: score.signs>=2 instead of score.signs>=1"),
    ("self_checks/press.yaml", "ask_before: [pain.since]", "ask_before: [pain.since, pain.hot]",
     "press: ask_before without pain.hot", "press: ask_before without pain.since"),
    ("self_checks/press.yaml", "{red_flag.hot_leg: yes}",
     "[{red_flag.hot_leg: yes}, {red_flag.clot_signs: yes}, {condition.clot: [fits_well, possible]}]",
     "press: blocked_by without no_press", "press/must_not/red_flag.clot_signs=yes: without this line"),
]


@pytest.mark.parametrize(("file", "old", "new", "same", "other"), EQUIVALENT, ids=[each[3] for each in EQUIVALENT])
def test_a_mutant_that_cannot_change_anything_does_not_count(rules, file, old, new, same, other):
    """Each with a neighbour that does change something."""
    if other.endswith("red_flag.clot_signs=yes: without this line"):
        small.edit(rules, "interlocks.yaml", "flags: [clot_signs]", "flags: []")
    small.edit(rules, file, old, new)
    knowledge = reader.load(rules)
    equivalence = Equivalence(knowledge)
    assert equivalence.holds(named(knowledge, same))
    assert not equivalence.holds(named(knowledge, other))


def test_a_part_that_the_others_imply_still_says_what_a_not_sure_leaves(rules):
    """Unsure since when: then both parts are not sure, and the line says nothing; with one part less it would."""
    small.edit(rules, "red_flags/clot_signs.yaml", "{derived.recent: yes, pain.swollen: yes}",
               '{derived.recent: yes, pain.since: "<= 2 weeks", pain.swollen: yes}')
    knowledge = reader.load(rules)
    mutant = named(knowledge, "clot_signs/derived.recent=yes&pain.since<=14&pain.swollen=yes: "
                              "without derived.recent=yes")
    assert not Equivalence(knowledge).holds(mutant)
    answers = {"pain.since": "not_sure", "pain.swollen": "yes"}
    new = Story(file="", line=1, story="New", answers=answers, expect=Expect(urgency="self_care"))
    assert not Suite(knowledge, [new]).untrue()
    assert Suite(knowledge, [new]).killer(mutant) == new


@pytest.mark.slow
@pytest.mark.slow
def test_what_is_called_equivalent_changes_nothing_on_the_real_rules(knowledge, stories):
    """Neither in stories nor where the two are looked for on purpose; but for the names of rules that fired."""
    equivalence = Equivalence(knowledge)
    found = [mutant for mutant in mutants(knowledge) if equivalence.holds(mutant)]
    assert found
    suite = Suite(knowledge, stories)
    for mutant in found:
        wrong = apply(knowledge, mutant)
        some = [each.answers for each in stories[::40]]
        some += [answers for one in list(constraints(knowledge, mutant))[:8] for answers in solutions(knowledge, *one)]
        for answers in some:
            case = suite.baseline.case(answers)
            if suite.baseline.infects(mutant, case):
                seen = distinguish(knowledge, mutant.rule, assess(knowledge, case.conclusion),
                               assess(wrong, suite.baseline.reevaluate(wrong, mutant, case)))
                assert set(seen) <= {"reasons", "not_reasons"}
                assert all("/" in name for names in seen.values() for name in names), mutant.id


# --- the shortcut

@pytest.mark.slow
@pytest.mark.slow
def test_the_shortcut_gives_the_verdict_of_the_slow_way(knowledge, stories):
    """On the real rules, for some mutants of each kind: what fires, and whether a story notices."""
    some = stories[::40]
    suite = Suite(knowledge, some)
    every = mutants(knowledge)
    for kind in dict.fromkeys((mutant.kind, mutant.critical) for mutant in every):
        mine = [mutant for mutant in every if (mutant.kind, mutant.critical) == kind]
        for mutant in mine[7:: len(mine) // 2]:
            wrong, right = plainly(knowledge, mutant), apply(knowledge, mutant)
            fired = list(Compiled(wrong).conclude_many([each.answers for each in some]))
            assert [suite.baseline.reevaluate(right, mutant, case) for case in suite.baseline.cases] == fired, mutant.id
            assert (suite.killer(mutant) is not None) == dies(knowledge, mutant, some), mutant.id


def test_several_processes_come_to_the_verdicts_of_one(rules, tmp_path, monkeypatch):
    knowledge = reader.load(rules)
    suite = Suite(knowledge, told(knowledge, tmp_path, "".join(story(k[2], k[3]) for k in KILLED)))
    monkeypatch.setattr("triage.verification.mutation.CHUNK", 5)
    alone = run_mutants(suite, mutants(knowledge), processes=1)
    assert run_mutants(suite, mutants(knowledge), processes=2) == alone
    assert {verdict.outcome for verdict in alone} == {"killed", "survived", "equivalent"}


# --- the scenario that is missing

def test_each_survivor_comes_with_the_scenario_that_kills_it(rules, tmp_path):
    """True of the rules, untrue of the mutant, and the same when it was copied into a file."""
    small.edit(rules, "self_checks/press.yaml", "{red_flag.hot_leg: yes}", "{red_flag.alarm: yes}")
    knowledge = reader.load(rules)
    suite = Suite(knowledge, told(knowledge, tmp_path, DULL))
    survivors = [v.mutant for v in run_mutants(suite, mutants(knowledge), processes=1) if v.outcome == "survived"]
    found = missing_scenarios(suite, survivors)
    assert [mutant.id for mutant, scenario in found if scenario is None] == [  # a clot fits well by no answers here
        "no_press/condition.clot=fits_well|possible: condition.clot=possible instead of "
        "condition.clot=fits_well|possible"]
    for mutant, scenario in found:
        if scenario is None:
            continue
        expect = msgspec.convert(scenario.expect, Expect)
        new = Story(file="", line=1, story="New", answers=scenario.given, expect=expect)
        assert not Suite(knowledge, [new]).untrue()
        assert dies(knowledge, mutant, [new]), mutant.id
        if not scenario.file and scenario.of is None:
            buts = [each for _, each in found if each is not None and each.of is scenario]
            copied = told(knowledge, tmp_path, as_yaml(knowledge, scenario, buts))
            assert [(each.answers, each.expect) for each in copied] == [
                (each.given, msgspec.convert(each.expect, Expect)) for each in (scenario, *buts)]


def test_what_a_follow_up_implies_is_told_apart_by_an_answer_of_its_own(rules, tmp_path):
    """Hot skin says that the leg is swollen, unless that was answered: only then does the second part matter."""
    small.edit(rules, "red_flags/clot_signs.yaml", "{derived.recent: yes, pain.swollen: yes}",
               "{pain.hot: yes, pain.swollen: yes}")
    knowledge = reader.load(rules)
    mutant = named(knowledge, "clot_signs/pain.hot=yes&pain.swollen=yes: without pain.swollen=yes")
    (_, scenario), = missing_scenarios(Suite(knowledge, told(knowledge, tmp_path, DULL)), [mutant])
    assert scenario.given["pain.swollen"] in ("no", "not_sure")
    copied = told(knowledge, tmp_path, as_yaml(knowledge, scenario))
    assert Suite(knowledge, copied).untrue() == []
    assert dies(knowledge, mutant, copied)


def test_a_story_that_is_there_is_told_what_to_expect_or_how_to_vary(rules, tmp_path):
    knowledge = reader.load(rules)
    file = tmp_path / "clot_signs.yaml"
    file.write_text(story("pain.swollen: yes, pain.since: 1 day, pain.shoes: no", "reasons: [clot_signs]"), "utf-8")
    suite = Suite(knowledge, scenarios.read(knowledge, file))
    (_, there), (_, variant) = missing_scenarios(suite, [named(knowledge, f"{CLOT}: book 3 instead of today"),
                                               named(knowledge, f"{CLOT}: without derived.recent=yes")])
    assert as_yaml(knowledge, there) == f"# in the story at {file}:1\n  expect: {{urgency: today}}"
    assert as_yaml(knowledge, variant) == (
        f"# under the but of the story at {file}:1\n"
        "    - say: ...\n      answers: {pain.since: 29 days}\n      expect: {urgency: self_care}")


def test_an_edge_holds_all_its_answers_whatever_it_was_made_from(rules):
    """Also where it was one answer away from a story, be that from a file or made a round before."""
    knowledge = reader.load(rules)
    mutant = named(knowledge, f"{CLOT}: without derived.recent=yes")
    near = Story(file="", line=0, card="clot_signs", story="", expect=Expect(reasons=["clot_signs"]),
                 answers={"pain.swollen": "yes", "pain.since": 1.0, "pain.shoes": "no"})
    (_, edge), = missing_edges(Suite(knowledge, [near]), [mutant])
    assert edge.change == {name: answer for name, answer in edge.given.items() if name not in knowledge.emergency
                           or answer != "no"}
    new = Story(file="", line=0, card="clot_signs", story="", answers=edge.change,
                expect=msgspec.convert(edge.expect, Expect))
    assert Suite(knowledge, [new]).untrue() == []
    assert dies(knowledge, mutant, [new])


# --- the command

@pytest.fixture
def run(rules, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRIAGE_RULES", str(rules))

    def call(stories: str, *arguments: str) -> tuple[int, str, str]:
        file = tmp_path / "stories.yaml"
        file.write_text(stories, encoding="utf-8")
        code = main(["mutate", str(file), *arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


def test_the_command_fails_while_too_many_survive_and_lists_them(run):
    code, out, _ = run(DULL, "--card", "clot_signs", "--all")
    assert code == 1
    row = next(line for line in out.splitlines() if line.startswith("red flags, blocks"))
    assert row.split()[5:] == ["5", "0", "0", "5", "0.0", f"{FLOORS[True].stories:g}"]
    assert f"# rules/red_flags/clot_signs.yaml:4:11: {CLOT}: without derived.recent=yes\n" in out


def test_the_command_passes_when_the_stories_notice_everything(run):
    stories = (
        story("pain.swollen: yes, pain.since: 1 day", "urgency: today")
        + story("pain.swollen: yes, pain.since: 9 weeks", "urgency: self_care")
        + story("pain.swollen: no, pain.since: 1 day", "urgency: self_care")
    )
    code, out, _ = run(stories, "--card", "clot_signs")
    assert code == 0
    assert "survivors" not in out


def test_the_same_as_data(run):
    code, out, _ = run(DULL, "--card", "clot_signs", "--card", "press", "--json", "--all")
    data = json.loads(out)
    assert code == 1
    assert data["per_cent"] == {"critical": 0.0, "rest": 100.0}
    assert sum(row["survived"] for row in data["rows"]) == len(data["survived"]) == data["mutants"] == 8
    assert {(each["card"], each["place"].split(":")[0]) for each in data["listed"]} == {
        ("clot_signs", "rules/red_flags/clot_signs.yaml"), ("press", "rules/self_checks/press.yaml")}
    assert all("expect: " in each["missing"] for each in data["listed"])


def test_the_edges_are_made_and_then_notice_everything(run, rules, tmp_path):
    """Made for what no story notices, and the same when they are made again."""
    file = tmp_path / "regression" / "edges.jsonl"
    file.parent.mkdir()
    code, out, _ = run(DULL, "--write", str(file), "--json")
    data = json.loads(out)
    knowledge = reader.load(rules)
    table = edges.read(knowledge, file)
    assert Suite(knowledge, table).untrue() == []
    assert {edge.card for edge in table} <= {mutant.card for mutant in mutants(knowledge)}
    assert [edge.card for edge in table] == sorted(edge.card for edge in table)
    hard = ["no_press/condition.clot=fits_well|possible: condition.clot=possible instead of "
            "condition.clot=fits_well|possible"]  # a clot fits well by no answers here
    assert data["survived_with_edges"] == hard
    assert [f"{each['rule']}: {each['change']}" for each in data["listed"]] == hard
    assert data["per_cent"]["critical"] < 5
    assert data["per_cent_with_edges"]["critical"] > 95
    assert code == 1
    before = file.read_bytes()
    run(DULL, "--write", str(file))
    assert file.read_bytes() == before
    assert json.loads(run(DULL, "--edges", str(file), "--json")[1])["survived_with_edges"] == hard


def test_a_story_that_notices_needs_no_edge(run, tmp_path):
    file = tmp_path / "edges.jsonl"
    stories = DULL + story("pain.swollen: yes, pain.since: 28 days", "urgency: today")
    run(DULL, "--card", "recent", "--write", str(file))
    alone = file.read_text("utf-8").splitlines()
    run(stories, "--card", "recent", "--write", str(file))
    assert 0 < len(file.read_text("utf-8").splitlines()) < len(alone)


def test_the_edges_of_one_card_are_made_anew_and_all_others_stay(run, rules, tmp_path):
    file = tmp_path / "edges.jsonl"
    run(DULL, "--write", str(file))
    before = file.read_text("utf-8").splitlines()
    small.edit(rules, "derived/recent.yaml", '"<= 4 weeks"', '"<= 3 weeks"')
    run(DULL, "--card", "recent", "--write", str(file))
    after = file.read_text("utf-8").splitlines()
    mine = '{"card": "recent", '
    assert [line for line in after if not line.startswith(mine)] == [
        line for line in before if not line.startswith(mine)]
    assert "21 days" in "".join(line for line in after if line.startswith(mine))


def test_an_edge_that_is_not_true_is_named_and_kills_nothing(run, tmp_path):
    file = tmp_path / "edges.jsonl"
    edge = '{"card": "clot_signs", "answers": {"pain.swollen": "yes"}, "expect": {"urgency": "today"}}\n'
    file.write_text(edge + edge.replace("today", "self_care"), "utf-8")
    code, out, err = run(DULL, "--card", "clot_signs", "--edges", str(file), "--json")
    assert code == 1
    assert "edges.jsonl:1: this story does not come true" in err
    assert "edges.jsonl:2" not in err
    assert json.loads(out)["per_cent_with_edges"]["critical"] < 100


def test_a_table_of_a_sample_is_refused(run, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        run(DULL, "--sample", "3", "--write", str(tmp_path / "edges.jsonl"))
    assert stopped.value.code == 2
    assert not (tmp_path / "edges.jsonl").exists()


def test_a_place_that_cannot_be_written_is_a_sentence(run, tmp_path):
    (tmp_path / "folder").mkdir()
    code, out, err = run(DULL, "--write", str(tmp_path / "folder"))
    assert (code, out) == (73, "")
    assert len(err.splitlines()) == 1
    assert "folder" in err


def test_a_sample_is_so_many_and_the_same_each_time(run):
    first = run(DULL, "--sample", "9", "--json")
    assert json.loads(first[1])["mutants"] == 9
    assert run(DULL, "--sample", "9", "--json") == first


def test_a_card_without_rules_is_named_with_a_guess(run):
    code, out, err = run(DULL, "--card", "clot_sings")
    assert (code, out) == (66, "") or (code, out) == (65, "")
    assert "did you mean 'clot_signs'?" in err


def test_a_story_that_is_not_true_is_named_and_kills_nothing(run):
    code, out, err = run(DULL + story("pain.swollen: yes", "urgency: today"), "--card", "clot_signs", "--json")
    assert code == 1
    assert json.loads(out)["per_cent"]["critical"] == 0.0
    assert "stories.yaml:2: this story does not come true" in err


# --- the floors, on a part of the mutants; all are tried by `triage mutate` in CI

@pytest.mark.slow
def test_the_stories_and_the_edges_notice_the_mutants_of_the_real_rules(knowledge, stories, edges):
    two = min(2, os.cpu_count() or 1)
    results = run_mutants(Suite(knowledge, stories), mutants(knowledge)[5::40], processes=two)
    results = run_survivors(Suite(knowledge, edges), results, processes=two)
    for critical, floors in FLOORS.items():
        mine = [each for each in results if each.mutant.critical == critical and each.outcome != "equivalent"]
        noticed = [each for each in mine if each.outcome == "killed"]
        assert len(noticed) >= (floors.stories - SPREAD) / 100 * len(mine)
        missed = [each.mutant.id for each in mine if each.outcome_with_edges == "survived"]
        assert len(mine) - len(missed) >= (floors.with_edges - SPREAD_WITH_EDGES) / 100 * len(mine), missed[:10]
