"""Each thing that lint asks of a card by itself is told when it is missing, and the shipped cards miss nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.conftest import RULES
from tests.helpers import small
from triage.verification import lint

DAY = date(2026, 12, 1)
"""By then no source is due."""

FLAG = "red_flags/hot_leg.yaml"
CALF = "conditions/sore_calf.yaml"
CLOT = "conditions/clot.yaml"
SPUR = "conditions/spur.yaml"
PAIN = "findings/pain.yaml"
PRESS = "self_checks/press.yaml"
REST = "care/rest.yaml"
VIEW = "interview.yaml"
SETTINGS, WATCH = "knowledge.yaml", "watch_always:"

AGAINST = small.FILES[CALF][small.FILES[CALF].index("against:"):small.FILES[CALF].index("fits_well_if")]
FOR = small.FILES[CALF][small.FILES[CALF].index("for:\n"):small.FILES[CALF].index("against:")]
LINES = "together: [pain.swollen, pain.hot]"
MORE_LINES = "".join(
    f"  more_{n}: {{ask: Is it so?, term: more {n}, line: It is so, again: Look again. Is it so?, kind: yes_no}}\n"
    for n in range(8)
)
SCREEN_OF_NINE = "together: [pain.hot, " + ", ".join(f"pain.more_{n}" for n in range(8)) + "]"

LONG = ("Repetitively accumulated musculotendinous microtraumatisation.\n"
        "note: Insufficiently compensated mechanical overutilisation.\n"
        "course: Individually heterogeneous rehabilitation probabilities.")
HARD = "Identify the anatomical landmark, apply perpendicular pressure, and document reproducibility of symptomatology."

# file, what stands there, what is written instead, code, where it is told (a card, § in what is written, or @ and the
# text that stands there), a guess, other codes that come with it
DAMAGES = [
    # findings
    (PAIN, "part_of: pain.swollen", "part_of: pain.swolen", "unknown-finding", "pain.hot", "pain.swollen"),
    (PAIN, "part_of: pain.swollen", "part_of: pain.side", "part-of", "pain.hot", ""),
    (PAIN, "no_side: Neither}\n", "no_side: Neither}\n    none_is: noside\n", "unknown-option", "pain.side", "no_side"),
    (PAIN, "kind: yes_no\n  socks", "kind: yes_no\n    none_is: no\n  socks", "unknown-option", "pain.shoes", ""),
    (PAIN, "within: pain.region", "within: pain.regoin", "unknown-finding", "pain.site", "pain.region"),
    (PAIN, "in: calf}", "in: thigh}", "unknown-option", "pain.site", "", "danger-review"),
    (PAIN, "{label: Lower calf, in: calf}", "Lower calf", "unknown-option", "pain.site", "", "danger-review"),
    (PAIN, "Is the skin hot?", "Is the skin hot", "question", "pain.hot", ""),
    (PAIN, "kind: yes_no\n  socks", "kind: yes_no\n    aliases: [pain.hot]\n  socks", "duplicate-id", "pain.shoes", ""),
    (PAIN, "  socks:", "  socks_again:", "name", "pain.socks_again", ""),
    (PAIN, "unread: [heel]", "unread: [heel, hele]", "unknown-option", "pain.region", "heel"),
    (PAIN, "unread: [yes]", "unread: [yes, noo]", "unknown-option", "pain.socks", "no"),
    (PAIN, "unread: [yes]", "unread: [yes]\n    recent: [noo]", "unknown-option", "pain.socks", "no"),
    (PAIN, "    term: hot\n", "", "term", "pain.hot", ""),
    # what the settings say of findings
    (SETTINGS, WATCH, f"history: {{Pain: [pian], Rest: []}}\n{WATCH}", "history", "settings:knowledge", "pain"),
    (SETTINGS, WATCH, f"history: {{Pain: [pain, pain.age, pain], Rest: []}}\n{WATCH}", "history",
     "settings:knowledge", ""),
    (SETTINGS, WATCH, f"history: {{Pain: [pain]}}\n{WATCH}", "history", "settings:knowledge", ""),
    (SETTINGS, "pain.side: left}", "pain.side: lfet}", "example", "settings:knowledge", "left"),
    # screens
    (VIEW, "ask: [pain.age]", "ask: [pain.aeg]", "unknown-finding", "stage:who", "pain.age"),
    (VIEW, LINES, "together: [pain.swollen, pain.hto]", "unknown-finding", "stage:screen", "pain.hot"),
    (VIEW, "ask: [pain.age]", "together: [pain.region]", "line", "stage:who", ""),
    (VIEW, "ask: [pain.age]", "together: [pain.shoes]", "line", "stage:who", ""),
    (VIEW, "groups: []", "groups:\n  - id: more\n    title: More?\n    together: [pain.shoes]",
     "line", "stage:more", ""),
    (VIEW, "groups: []", "groups:\n  - id: screen\n    title: More?\n    together: [pain.hot]",
     "duplicate-id", "stage:screen", ""),
    (VIEW, "ask: [pain.age]", "ask: [pain.age]\n    picture: pain.siet", "unknown-finding", "stage:who", "pain.site"),
    (VIEW, "ask: [pain.age]", "ask: [pain.age]\n    spreads: pain.siet", "unknown-finding", "stage:who", "pain.site"),
    (VIEW, "ask: [pain.age]", "ask: [pain.age]\n    ask_if: {§pain.aeg: '> 3'}", "unknown-finding", "§", "pain.age"),
    (VIEW, LINES, SCREEN_OF_NINE, "too-long", "stage:screen", "", "question-unused"),
    (PAIN, "    again: Look at both legs. Is one thicker?\n", "", "again", "stage:screen", ""),
    # dangers
    (FLAG, '{score.signs: ">= 3"}', "§{pain.region: calf, pain.shoes: no}", "asks-for-no", "§", "", "score-unread"),
    (FLAG, '{score.signs: ">= 3"}', "§{pain.region: {none_of: [calf]}}", "asks-for-no", "§", "", "score-unread"),
    (CALF, "when: {pain.region: calf}", "when: §{pain.swollen: no}", "asks-for-no", "§", ""),
    ("derived/recent.yaml", '{pain.since: "<= 4 weeks"}', "§{pain.shoes: no}", "asks-for-no", "§", ""),
    ("scores/signs.yaml", "{pain.swollen: yes}", "§{pain.swollen: no}", "asks-for-no", "§", ""),
    (FLAG, small.FILES[FLAG], "name: X\ndanger: x\nrules: []\n", "no-rules", "hot_leg", "",
     "question-unused level-unused score-unread"),
    (FLAG, "{pain.hot: yes}", "§{pain.hot: yes, pain.swollen: yes}", "not-sure", "§", ""),
    (FLAG, "{pain.hot: yes}", "§{pain.shoes: yes}", "not-sure", "§", "", "question-unused"),
    (FLAG, "level: today", "level: ambulance_now", "place", "@{pain.hot: yes}", ""),
    # conditions
    (CALF, "strength: strong", "strength: decisive", "strength", "@{pain.region: calf}", ""),
    (CALF, "strength: strong", "strength: decisive\n    lr: 12", "strength", "@{pain.region: calf}", ""),
    (CALF, "the load has changed", "the load has risen by 30 of 100", "memory", "@{pain.shoes: yes}", ""),
    (CALF, "zones: [calf_low]", "zones: [calf_lwo]", "unknown-option", "sore_calf", "calf_low"),
    (CALF, "within_days: 14", "within_days: 7", "if-likely", "sore_calf", ""),
    (CALF, "within_days: 14", "within_days: 28", "if-likely", "sore_calf", ""),
    (SPUR, "explains: sore_calf", "explains: sore_clafs", "unknown-id", "spur", "sore_calf"),
    (SPUR, "source: book\n", "frequency: {level: rare, grade: inference, source: book}\n", "kind", "spur", ""),
    (CLOT, "frequency: {level: rare, grade: inference, source: book}\n", "", "kind", "clot", "", "unreachable"),
    (CALF, FOR, "", "kind", "sore_calf", "", "unreachable question-unused"),
    (CALF, AGAINST, "", "kind", "sore_calf", ""),
    (CLOT, "watch_for:", AGAINST.replace("swollen", "shoes") + "watch_for:", "kind", "clot", ""),
    (CALF, "watch_for: [A swollen leg]\n", "", "safety-net", "sore_calf", ""),
    (CLOT, "look_again: {days: 1, see_by_days: 1, say: Do not wait.}\n", "", "safety-net", "clot", ""),
    # self-checks and care
    (REST, "steps: [Rest.]", "steps: [Rest and press a little.]", "forbidden", "rest", ""),
    ("red_flags/clot_signs.yaml", "danger: a clot\n", "danger: a clot\ndo: [Press the calf.]\n", "forbidden",
     "clot_signs", ""),
    (REST, "safe_for_all: true\n", "safe_for_all: true\nbeside: {no_pres: it is far away}\n", "unknown-id", "rest",
     "no_press"),
    (REST, "safe_for_all: true\n", "", "who-must-not", "rest", ""),
    (REST, "safe_for_all: true\n", "safe_for_all: true\nblocked_by: [no_press]\n", "who-must-not", "rest", ""),
    (PRESS, "blocked_by: [no_press]\nwho_must_not: [{when: {red_flag.hot_leg: yes}, say: Not on hot skin.}]\n", "",
     "who-must-not", "press", "", "not-offered forbidden"),
    (REST, "steps: [Rest.]", "steps: []", "steps", "rest", ""),
    (PRESS, "stop: [Stop when it hurts.]\n", "", "stop", "press", ""),
    (PRESS, "no_pain: No clue.", "no_pain: No clue., my_pian: X", "unknown-option", "press", "my_pain"),
    (PRESS, ", no_pain: No clue.", "", "means", "press", "", "answer-unread"),
    (PRESS, "settles: [sore_calf]", "settles: [sore_clafs]", "unknown-id", "press", "sore_calf"),
    # scores
    ("scores/signs.yaml", "most: 3", "most: 4", "score", "signs", ""),
    ("scores/signs.yaml", "points: 1,", "points: -1,", "score", "signs", "", "threshold"),
    ("scores/signs.yaml", "{id: calf,", "{id: swollen,", "duplicate-id", "signs", "", "score threshold"),
    # words
    (PAIN, "Is the leg swollen?", "Is there oedema?", "jargon", "pain.swollen", ""),
    (PAIN, "line: Hot skin", "line: Erythema", "jargon", "pain.hot", ""),
    (PAIN, "Is one thicker?", "Is there ischaemia?", "jargon", "pain.swollen", ""),
    (CALF, "the load has changed", "it hurts on dorsiflexion", "jargon", "@{pain.shoes: yes}", ""),
    (PRESS, "Press slowly.", "Press below the malleolus.", "jargon", "press", ""),
    (PAIN, "Did you change shoes?", "Did you change shoes in the last days because of a haematoma?", "jargon",
     "pain.shoes", ""),
    (PAIN, "my_pain: It brought on my pain", "my_pain: Distal pain", "jargon", "pain.pressed", ""),
    (PAIN, "Is the leg swollen?", "Is the leg 3 cm thicker?", "units", "pain.swollen", ""),
    (PAIN, "heel: Heel,", "heel: A metre up,", "units", "pain.region", ""),
    (PRESS, "Press slowly.", "Press as with 2 kg.", "units", "press", ""),
    (CALF, "A muscle has worked too much.", LONG, "reading-age", "sore_calf", ""),
    (PRESS, "Press slowly.", HARD, "reading-age", "press", ""),
    (PRESS, "say: Not on hot skin.", f'say: "{HARD}"', "reading-age", "press", ""),
    # colour alone
    (PAIN, "Is the skin hot?", "Is the skin red?", "colour-alone", "pain.hot", ""),
    (PAIN, "bad: Bad,", "bad: The foot is pale,", "colour-alone", "pain.alarm", ""),
    (CALF, "A swollen leg", "A leg that turns blue", "colour-alone", "sore_calf", ""),
    (FLAG, "why: the skin is hot", "why: the skin is purple", "colour-alone", "@{pain.hot: yes}", ""),
    (PRESS, "Press slowly.", "Press where it is red.", "colour-alone", "press", ""),
]

SHOES = "kind: yes_no\n  socks"
REGIONS, SIDES = "{heel: Heel, calf: Calf}", "{left: Left, right: Right, no_side: Neither}"
SAID = [  # what stands there, its phrases, code, the finding that is named, a guess
    (SHOES, "{yes: [new shoes]}", "also-said", "pain.shoes", ""),
    (REGIONS, "[my calf]", "also-said", "pain.region", ""),
    (REGIONS, "{clalf: [my calf], heel: [heel]}", "unknown-option", "pain.region", "calf"),
    (SHOES, "[new shoes, it is so]", "phrase", "pain.shoes", ""),
    (SHOES, "[new shoes, feels left]", "phrase", "pain.shoes", ""),
    (SHOES, "[new shoes, '']", "phrase", "pain.shoes", ""),
    (SHOES, "[new shoes, '*']", "phrase", "pain.shoes", ""),
    (SHOES, "[new * shoes, changed shoes *]", "phrase", "pain.shoes", ""),
    (SHOES, "[new shoes, the new shoe]", "phrase", "pain.shoes", ""),
    (REGIONS, "{calf: [sore calf, painful calf]}", "phrase", "pain.region", ""),
    (SIDES, "{left: [calf], right: [my calf]}", "phrase", "pain.side", ""),
]


def with_phrases(there: str, phrases: str) -> str:
    """The lines of a finding with `also_said` behind them."""
    first, _, rest = there.partition("\n")
    return f"{first}\n    also_said: {phrases}" + (f"\n{rest}" if rest else "")


DAMAGES += [(PAIN, there, with_phrases(there, said), *told) for there, said, *told in SAID]
DAMAGES += [
    (PAIN, "since: {ask: Since when does it hurt?, term: since, kind: duration}",
     "since:\n    {ask: Since when does it hurt?, term: since, kind: duration, also_said: [weeks]}",
     "also-said", "pain.since", ""),
    (PAIN, "age: {ask: How old are you?, ",
     "age:\n    {also_said: [old], ask: How old are you?, ", "also-said", "pain.age", ""),
]

S09 = small.FILES["article.yaml"][small.FILES["article.yaml"].index("  S09"):small.FILES["article.yaml"].index("  S10")]
ARTICLE = [
    (S09, "", "claim", "article.yaml", ""),
    (S09, S09 + S09.replace("S09", "S68"), "claim", "claim:S68", ""),
    (S09, S09.replace("    used_by: [sore_calf]\n", ""), "claim", "claim:S09", ""),
    (S09, S09 + "    not_used: It is too vague.\n", "claim", "claim:S09", ""),
    (S09, S09.replace("[sore_calf]", "[sore_calf, pain.regin]"), "unknown-id", "claim:S09", "pain.region"),
    (S09, S09.replace("[sore_calf]", "[claim]"), "unknown-id", "claim:S09", "alarm"),
    (S09, S09.replace("book", "boook"), "unknown-source", "claim:S09", "book"),
]
DAMAGES += [("article.yaml", *claim) for claim in ARTICLE]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


def test_the_shipped_rules_have_no_fault():
    assert lint.faults(RULES, on=DAY) == []


def test_the_cards_to_be_damaged_have_no_fault(rules):
    assert lint.faults(rules, on=DAY) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage[3])
def test_one_damage_is_told_at_its_place_with_a_guess_and_a_fix(rules, damage):
    name, old, new, code, at, guess, *also = damage
    if new == SCREEN_OF_NINE:
        (rules / PAIN).write_text(small.FILES[PAIN] + MORE_LINES)
    place = small.told_at(rules, name, old, new, at)
    told = lint.faults(rules, on=DAY)
    assert {fault.code for fault in told} == {code, *" ".join(also).split()}
    first = next(fault for fault in told if fault.code == code)
    assert (first.file, first.line, first.column) == place
    assert first.message.partition("did you mean '")[2].partition("'")[0] == guess
    assert not first.message.endswith(".")
    assert first.fix == lint.FIXES[code]


@pytest.mark.parametrize(("name", "old", "new"), [
    (CALF, "strength: strong\n    grade: inference\n    why: it hurts",
     "strength: decisive\n    lr: 12\n    grade: published\n    why: it hurts"),
    (CALF, "{urgency: book, within_days: 14}", "{urgency: self_care}"),
    (CALF, "when: {pain.swollen: yes}", "when: {pain.swollen: no}"),
    (PRESS, "{red_flag.hot_leg: yes}", "{pain.shoes: no}"),
    (REST, "safe_for_all: true", "who_must_not: [{when: {pain.hot: yes}, say: Not on hot skin.}]"),
    ("scores/signs.yaml", "items:", "items:\n  - {id: new, when: {pain.shoes: yes}, points: -2, why: new shoes}"),
    (PAIN, "unread: [left, right, no_side]", "unread: [left, right]\n    none_is: no_side"),
    (PAIN, SHOES, with_phrases(SHOES, "[new shoes, new * shoes, different shoes]")),
    (PAIN, REGIONS, with_phrases(REGIONS, "{calf: [lower leg], heel: [lower leg]}")),
    (PAIN, SIDES, with_phrases(SIDES, "{left: [left calf], right: [right calf, right leg, right legs]}")),
    # a word that the help explains, or that stands in brackets beside plain ones
    (PAIN, "ask: Is the skin hot?", "ask: Is there erythema?\n    help: Erythema means that the skin is red and warm."),
    (PAIN, "ask: Is the skin hot?", "ask: Is the skin red and hot (erythema)?"),
    # a colour beside another sign, darker, a comparison, or of what is alike in everybody
    (PAIN, "Is the skin hot?", "Is the skin hot and red?"),
    (PAIN, "Is the skin hot?", "Is the skin red or darker?"),
    (PAIN, "Is the skin hot?", "Is the leg paler than the other?"),
    (PAIN, "Is the skin hot?", "Is the white of the eye red?"),
])
def test_what_comes_near_and_is_allowed_is_no_fault(rules, name, old, new):
    small.told_at(rules, name, old, new)
    assert [fault for fault in lint.faults(rules, on=DAY) if fault.code != "source-grade"] == []


def test_a_screen_of_eight_lines_is_allowed(rules):
    (rules / PAIN).write_text(small.FILES[PAIN] + MORE_LINES)
    small.told_at(rules, VIEW, LINES, SCREEN_OF_NINE.replace(", pain.more_7", ""))
    assert {fault.code for fault in lint.faults(rules, on=DAY)} == {"question-unused"}


def test_an_empty_when_is_a_fault_and_stops_nothing(rules):
    small.told_at(rules, FLAG, "{pain.hot: yes}", "{}")
    assert [fault.code for fault in lint.faults(rules, on=DAY)] == ["empty-when"]


def test_all_faults_are_told_in_the_order_of_files_and_lines(rules):
    small.told_at(rules, "scores/signs.yaml", "most: 3", "most: 4")
    small.told_at(rules, CALF, AGAINST, "")
    small.told_at(rules, CALF, "within_days: 14", "within_days: 3")
    small.told_at(rules, PAIN, "Is the skin hot?", "Is the skin hot")
    small.told_at(rules, FLAG, "grade: inference\n    why: several", "grade: hearsay\n    why: several")
    told = lint.faults(rules, on=DAY)
    assert [fault.code for fault in told] == ["if-likely", "kind", "question", "shape", "score"]
    assert told == sorted(told)


def test_while_a_card_cannot_be_read_no_other_is_blamed_for_missing_it(rules):
    small.told_at(rules, CALF, "kind: benign", "kind: begnin")
    assert [fault.code for fault in lint.faults(rules, on=DAY)] == ["shape"]


def test_without_settings_only_the_faults_of_reading_are_told(rules):
    (rules / "knowledge.yaml").unlink()
    assert [fault.code for fault in lint.faults(rules, on=DAY)] == ["missing-file"]
