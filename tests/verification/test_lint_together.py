"""Each thing that lint asks of cards beside each other is told when it is missing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.helpers import small
from triage.cli import main
from triage.verification import lint

DAY = date(2026, 12, 1)
"""By then no source is due."""

FLAG = "red_flags/hot_leg.yaml"
SIGNS = "red_flags/clot_signs.yaml"
ALARM = "red_flags/alarm.yaml"
CALF = "conditions/sore_calf.yaml"
CLOT = "conditions/clot.yaml"
PAIN = "findings/pain.yaml"
PRESS = "self_checks/press.yaml"

SCORE = '{score.signs: ">= 3"}'
AGE = '{pain.age: ">= 40"}'
PRESSED = "{pain.pressed: my_pain, derived.recent: yes}"
SWOLLEN = "when: {pain.swollen: yes}"
NEVER = "fits_well_never: [{pain.alarm: bad}]"
LOCK = "    - {when: {pain.shoes: yes}, why: new shoes, grade: inference, source: book}\n"
PLACE = small.FILES[CLOT][small.FILES[CLOT].index("  - when: {pain.region"):small.FILES[CLOT].index("watch_for")]
MEANS = "pain.pressed\nmeans: {my_pain: A useful clue., no_pain: No clue.}"

# file, what stands there, what is written instead, code, where it is told (a card, § in what is written, or @ and the
# text that stands there), other codes that come with it
DAMAGES = [
    # findings
    (PAIN, "    unread: [heel]\n", "", "answer-unread", "pain.region"),
    (PAIN, "unread: [heel]", "unread: [heel, calf]", "answer-unread", "pain.region"),
    (PAIN, "    unread: [yes]\n", "", "question-unused", "pain.socks"),
    (PAIN, "unread: [left, right, no_side]", "unread: [left, right]", "question-unused", "pain.side"),
    (PAIN, "ask_if: {pain.swollen: yes}", "ask_if: {pain.swollen: no}", "question-unused", "pain.hot"),
    (PAIN, "ask_if: {pain.swollen: yes}", 'ask_if: {pain.age: "> 120"}', "question-unused", "pain.hot"),
    (PAIN, "ask_if: {pain.swollen: yes}", 'ask_if: {pain.since: "< 0 days"}', "question-unused", "pain.hot"),
    # what can never hold
    (CALF, AGE, '§{pain.age: "> 120"}', "unreachable", "§"),
    (CALF, AGE, '§{pain.since: "> 5 weeks", derived.recent: yes}', "unreachable", "§"),
    (CALF, AGE, '§{pain.since: "> 5 weeks", derived.recent_calf: yes}', "unreachable", "§"),
    (CALF, SWOLLEN, "when: §{pain.region: {none_of: [calf]}, pain.site: calf_low}", "unreachable", "§",
     "answer-unread"),
    (CALF, SWOLLEN, "when: §{pain.swollen: no, pain.hot: yes}", "unreachable", "§"),
    (CALF, SWOLLEN, "when: §{pain.region: {none_of: [calf]}, derived.recent_calf: yes}", "unreachable", "§"),
    (CALF, NEVER, NEVER.replace("]", ", §{pain.hot: yes, pain.swollen: no}]"), "unreachable", "§"),
    ("interlocks.yaml", "{condition.clot: [fits_well, possible]}", "§{pain.hot: yes, pain.swollen: no}", "unreachable",
     "§"),
    (FLAG, "{pain.hot: yes}", "§{pain.hot: yes, pain.swollen: no}", "unreachable", "§", "asks-for-no not-sure"),
    (CLOT, PLACE, "", "unreachable", "clot", "danger-review"),
    (CALF, NEVER, "fits_well_never: [{pain.alarm: bad}, {pain.pressed: my_pain}]", "unreachable", "sore_calf",
     "contradiction"),
    (CALF, NEVER, "fits_well_never: [{pain.region: [heel, calf]}]", "unreachable", "sore_calf", "answer-unread"),
    # the same again
    (CALF, AGE, "§{derived.recent: yes, pain.pressed: my_pain}", "duplicate-rule", "§"),
    (CALF, AGE, '§{pain.pressed: my_pain, pain.since: "<= 28 days"}', "duplicate-rule", "§"),
    (CALF, NEVER, NEVER.replace("]", ", §{derived.recent: yes}, {pain.since: '<= 28 days'}]"), "duplicate-rule", "§"),
    (FLAG, SCORE, "[" + SCORE + ", §{pain.shoes: yes, derived.recent: yes}, "
     "{pain.since: '<= 28 days', pain.shoes: yes}]", "duplicate-rule", "§"),
    # what adds nothing
    (CALF, NEVER, NEVER.replace("]", ", §{pain.alarm: bad, pain.shoes: yes}]"), "subsumed", "§"),
    (CALF, NEVER, NEVER.replace("]", ", {derived.recent: yes}, §{derived.recent_calf: yes}]"), "subsumed", "§"),
    (CALF, "fits_well_if: [", "fits_well_if: [§{pain.pressed: my_pain, pain.shoes: yes}, ", "subsumed", "§"),
    (CALF, '[{when: {pain.age: ">= 60"}, level: very_common}]',
     '[{when: {pain.age: ">= 60"}, level: very_common}, {when: §{pain.age: ">= 70"}, level: very_common}]',
     "subsumed", "§"),
    ("scores/signs.yaml", SWOLLEN, "when: [{pain.swollen: yes}, §{pain.swollen: yes, pain.shoes: yes}]",
     "subsumed", "§"),
    ("derived/recent_calf.yaml", "- {derived.recent: yes, pain.region: calf}",
     "- {derived.recent: yes, pain.region: calf}\n  - §{derived.recent: yes, pain.region: calf, pain.shoes: yes}",
     "subsumed", "§"),
    ("interlocks.yaml", "rules:\n",
     "rules:\n" + LOCK + LOCK.replace("{pain.shoes: yes", "§{pain.shoes: yes, pain.hot: yes"), "subsumed", "§"),
    (PRESS, "who_must_not: [", "who_must_not: [{when: {pain.shoes: yes}, say: Not in new shoes.}, "
     "{when: §{pain.shoes: yes, pain.hot: yes}, say: Not now.}, ", "subsumed", "§"),
    (FLAG, SCORE, "§{pain.hot: yes, pain.shoes: yes}", "subsumed", "§", "score-unread"),
    # what contradicts
    (CALF, SWOLLEN, "when: {pain.region: [heel, calf]}", "contradiction", "@{pain.region: calf}", "answer-unread"),
    (CALF, SWOLLEN, "when: {derived.recent: yes}", "contradiction", "@" + PRESSED),
    (CALF, NEVER, "fits_well_never: [{pain.alarm: bad}, {pain.pressed: my_pain}]", "contradiction",
     "@{pain.pressed: my_pain}]\nfits", "unreachable"),
    # what counts twice
    (CALF, AGE, '{pain.age: ">= 40"}, §{pain.age: ">= 60"}', "overlap", "§"),
    (CALF, AGE, "§{pain.region: [heel, calf]}", "overlap", "§", "answer-unread"),
    (CALF, AGE, '{pain.since: "<= 1 week"}, §{derived.recent: yes}', "overlap", "§"),
    (CALF, AGE, '{pain.age: ">= 40", pain.region: calf}, §{pain.age: ">= 60", pain.region: calf}', "overlap", "§"),
    # red flags
    (FLAG, "not_sure: again", "not_sure: none", "not-sure", "@{pain.hot: yes}"),
    (SIGNS, "not_sure: lower", "not_sure: none", "not-sure", "@{derived.recent: yes, pain.swollen: yes}"),
    (ALARM, "level: redirect", "level: book", "level-unused", "settings:knowledge"),
    # conditions
    (CALF, NEVER + "\n", "", "danger-review", "sore_calf"),
    (CALF, NEVER, "fits_well_never: [{pain.shoes: yes}]", "danger-review", "sore_calf"),
    (CLOT, "pain.region: calf", "pain.shoes: yes", "danger-review", "sore_calf"),
    (CALF, "if_likely: {urgency: book, within_days: 14}\nself_checks: [press]\ncare: [rest]\n",
     "if_likely: {urgency: self_care}\nself_checks: [press]\n", "care", "sore_calf"),
    # self-checks and care
    (CALF, "self_checks: [press]\n", "", "not-offered", "press"),
    (PRESS, "blocked_by: [no_press]\n", "", "not-offered", "no_press", "forbidden"),
    (PRESS, MEANS, "pain.side\nmeans: {left: A useful clue., right: No clue., no_side: Nothing.}", "result-unread",
     "press", "answer-unread"),
    # scores
    (FLAG, SCORE, '§{score.signs: ">= 4"}', "threshold", "§"),
    (FLAG, SCORE, '§{score.signs: ">= 0"}', "threshold", "§"),
    (FLAG, SCORE, '§{score.signs: ">= 2.5"}', "threshold", "§"),
    (FLAG, SCORE, "{pain.shoes: yes, pain.swollen: yes}", "score-unread", "signs"),
    # sources
    ("sources.yaml", "book:\n", "other: {cite: X, kind: study, seen: page}\nbook:\n", "source-unused", "source:other"),
    (FLAG, "grade: inference\n    why: the skin is hot", "grade: published\n    why: the skin is hot", "source-grade",
     "@{pain.hot: yes}"),
    (SIGNS, "grade: inference", "grade: memory", "source-grade", "clot_signs"),
]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage[3])
def test_one_damage_is_told_at_its_place_with_a_fix(rules, damage):
    name, old, new, code, at, *also = damage
    place = small.told_at(rules, name, old, new, at)
    told = lint.faults(rules, on=DAY)
    assert {fault.code for fault in told} == {code, *" ".join(also).split()}
    assert place in {(fault.file, fault.line, fault.column) for fault in told if fault.code == code}
    assert all(fault.fix == lint.FIXES[fault.code] and not fault.message.endswith(".") for fault in told)


@pytest.mark.parametrize(("name", "old", "new"), [
    # what can hold together: other sides of a bound, several places at once, a follow-up of two
    (CALF, AGE, '{pain.age: ">= 120"}'),
    (CALF, AGE, '{pain.since: ">= 4 weeks", derived.recent: yes}'),
    (CALF, SWOLLEN, "when: {pain.region: calf, pain.site: calf_low, pain.swollen: yes}"),
    # a narrower line of a red flag that tells more: a nearer level, or known better
    (ALARM, "- when: {pain.alarm: bad}",
     "- {when: {pain.hot: yes, pain.swollen: yes}, level: today, place: practice, not_sure: lower, grade: inference, "
     "why: x, source: book}\n  - when: {pain.alarm: bad}"),
    # two answers of a question that takes several are two facts; of two answers each line may count another
    (CALF, AGE, "{pain.site: heel_back}, {pain.site: calf_low}"),
    (CALF, AGE, '{pain.age: ">= 40", pain.shoes: yes}, {pain.age: ">= 60", pain.pressed: my_pain}'),
    # lines of one group say the same, and that is what the group is for
    (CALF, '  - when: [{pain.shoes: yes}, {pain.age: ">= 40"}]\n',
     '  - when: [{pain.age: ">= 60"}, {pain.shoes: yes}, {pain.age: ">= 40"}]\n    group: age\n'),
    # a self-check that was not clear counts nothing, so that "not sure" needs no rule
    (FLAG, SCORE, '{score.signs: ">= 1"}'),
])
def test_what_comes_near_and_is_allowed_is_no_fault(rules, name, old, new):
    small.told_at(rules, name, old, new)
    assert [fault for fault in lint.faults(rules, on=DAY) if fault.code != "answer-unread"] == []


def test_a_finding_of_a_self_check_is_asked_by_a_self_check_only(rules):
    finding = "about: X\nfindings:\n  tried: {ask: What came of it?, term: tried, kind: yes_no}\n"
    (rules / "findings/self_check.yaml").write_text(finding)
    small.told_at(rules, CALF, AGE, "{self_check.tried: yes}")
    (fault,) = lint.faults(rules, on=DAY)
    assert (fault.code, fault.file, fault.line) == ("question-unused", "rules/findings/self_check.yaml", 3)


def test_a_faulty_answer_to_one_card_hides_nothing_of_the_next_run(rules):
    small.told_at(rules, FLAG, SCORE, '{score.signs: ">= 4"}')
    assert lint.faults(rules, on=DAY) == lint.faults(rules, on=DAY) != []


# --- days ---


def test_what_is_due_is_told_by_the_day_that_is_asked_for(rules):
    with (rules / "knowledge.yaml").open("a", encoding="utf-8") as file:
        file.write("sources_read: 2026-11-22\nsources_again: {project: 2}\n")
    assert lint.faults(rules, on=date(2028, 11, 22)) == []
    (fault,) = lint.faults(rules, on=date(2028, 11, 23))
    assert (fault.code, fault.file, fault.line) == ("source-due", "rules/sources.yaml", 1)


def test_the_command_takes_the_day_and_prints_each_fault_with_its_fix(rules, capsys):
    with (rules / "knowledge.yaml").open("a", encoding="utf-8") as file:
        file.write("sources_read: 2026-11-22\nsources_again: {project: 2}\n")
    assert main(["check", str(rules), "--on", "2028-11-22"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["check", str(rules), "--on", "2028-11-23"]) == 1
    fault, fix = capsys.readouterr().out.splitlines()
    assert fault.startswith("rules/sources.yaml:1:1: ")
    assert fault.endswith(" [source-due]")
    assert fix == f"  fix: {lint.FIXES['source-due']}"
    assert main(["check", str(rules), "--on", "2028-11-23", "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["code"], told["line"], told["fix"]) == ("source-due", 1, lint.FIXES["source-due"])


def test_a_signature_under_a_card_that_is_gone_is_told(rules):
    (rules / "reviews.yaml").write_text(
        "no_such_card: {by: A. Clinician, role: GP, date: 2026-11-01, until: 2028-11-01, digest: abc}\n"
        "clot: {by: A. Clinician, role: GP, date: 2026-11-01, until: 2028-11-01, digest: abc}\n")
    told = lint.faults(rules, on=DAY)
    assert [fault.code for fault in told] == ["review-stale", "review-unknown"]
    assert all(fault.fix for fault in told)


# --- stories ---

STORY = """- story: Hot skin
  answers: {pain.hot: yes}
  expect: {reasons: [NAME]}
  but:
    - say: Cool skin
      answers: {pain.hot: no}
      expect: {not_reasons: ["NAME/x=yes"]}
"""


OTHERS = """- {story: A, answers: {}, expect: {first: sore_calf, not_listed: [clot], self_check: press, care: [rest]}}
- {story: B, answers: {}, expect: {first: clot, not_likely: [sore_calf], forbidden: [press]}}
"""


@pytest.fixture
def stories(rules: Path) -> Path:
    folder = rules.parent / "tests/scenarios"
    (folder / "others").mkdir(parents=True)
    for name in ("hot_leg", "clot_signs", "alarm"):
        (folder / f"{name}.yaml").write_text(STORY.replace("NAME", name))
    (folder / "others" / "all.yaml").write_text(OTHERS)
    return folder


def test_with_a_story_and_a_near_miss_of_each_card_there_is_no_fault(rules, stories):
    assert lint.faults(rules, on=DAY) == []


@pytest.mark.parametrize(("old", "new", "told"), [
    ("first: sore_calf", "listed: [sore_calf]", [("sore_calf", "no-scenario")]),
    ("not_listed: [clot]", "listed: [clot]", [("clot", "no-near-miss")]),
    ("not_likely: [sore_calf]", "likely: [sore_calf]", [("sore_calf", "no-near-miss")]),
    ("self_check: press", "self_check: other", [("interlocks", "no-near-miss"), ("press", "no-scenario")]),
    ("care: [rest]", "care: []", [("rest", "no-scenario")]),
    ("forbidden: [press]", "forbidden: []", [("interlocks", "no-scenario"), ("press", "no-near-miss")]),
    (OTHERS, "[", [("clot", "no-near-miss"), ("clot", "no-scenario"), ("interlocks", "no-near-miss"),
                   ("interlocks", "no-scenario"), ("press", "no-near-miss"), ("press", "no-scenario"),
                   ("rest", "no-scenario"), ("sore_calf", "no-near-miss"), ("sore_calf", "no-scenario")]),
])
def test_a_card_without_its_story_or_near_miss_is_told_at_its_place(rules, stories, old, new, told):
    """`rest` is safe for all: nothing forbids it."""
    path = stories / "others" / "all.yaml"
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    faults = lint.faults(rules, on=DAY)
    assert sorted((Path(fault.file).stem, fault.code) for fault in faults) == told
    assert all(fault.fix and fault.line for fault in faults)


def test_stories_may_stand_elsewhere_and_without_any_nothing_is_said_of_them(rules, stories, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    stories.rename(elsewhere)
    assert lint.faults(rules, on=DAY) == []
    assert lint.faults(rules, on=DAY, stories=elsewhere) == []
    (elsewhere / "alarm.yaml").unlink()
    assert [fault.code for fault in lint.faults(rules, on=DAY, stories=elsewhere)] == ["no-near-miss", "no-scenario"]


@pytest.mark.parametrize(("old", "new", "codes"), [
    ("reasons: [hot_leg]", "reasons: [hot_legs]", ["no-scenario"]),
    ("expect: {reasons: [hot_leg]}", "expect: {at_least: today}", ["no-scenario"]),
    ("not_reasons", "reasons", ["no-near-miss"]),
    (STORY.replace("NAME", "hot_leg"), "[", ["no-scenario", "no-near-miss"]),
    (STORY.replace("NAME", "hot_leg"), "a: b", ["no-scenario", "no-near-miss"]),
    (STORY.replace("NAME", "hot_leg"), "- 3\n- {but: 3}", ["no-scenario", "no-near-miss"]),
])
def test_a_red_flag_without_its_story_or_near_miss_is_told(rules, stories, old, new, codes):
    path = stories / "hot_leg.yaml"
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    told = lint.faults(rules, on=DAY)
    assert sorted(fault.code for fault in told) == sorted(codes)
    assert {(fault.file, fault.line) for fault in told} == {("rules/red_flags/hot_leg.yaml", 1)}


def test_a_red_flag_without_a_file_of_stories_is_told(rules, stories):
    (stories / "alarm.yaml").unlink()
    assert [fault.code for fault in lint.faults(rules, on=DAY)] == ["no-near-miss", "no-scenario"]


def test_the_command_looks_for_stories_where_it_is_told(rules, stories, tmp_path, capsys):
    assert main(["check", str(rules), "--on", str(DAY)]) == 0
    (tmp_path / "none").mkdir()
    assert main(["check", str(rules), "--on", str(DAY), "--stories", str(tmp_path / "none")]) == 1
    assert "rules/red_flags/alarm.yaml:1:1: no story in alarm.yaml" in capsys.readouterr().out
    assert main(["check", str(rules), "--stories", str(tmp_path / "nowhere")]) == 66
    assert "nowhere" in capsys.readouterr().err
