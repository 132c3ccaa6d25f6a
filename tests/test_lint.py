"""Each thing that lint asks of the cards is told when it is missing, and the shipped ones miss nothing."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from tests import small
from tests.conftest import RULES
from triage import lint

FLAG = "red_flags/hot_leg.yaml"
CALF = "conditions/sore_calf.yaml"
CLOT = "conditions/clot.yaml"
SPUR = "conditions/spur.yaml"
PAIN = "findings/pain.yaml"
PRESS = "self_checks/press.yaml"
REST = "care/rest.yaml"
VIEW = "interview.yaml"

AGAINST = small.FILES[CALF][small.FILES[CALF].index("against:"):small.FILES[CALF].index("fits_well_if")]
FOR = small.FILES[CALF][small.FILES[CALF].index("for:\n"):small.FILES[CALF].index("against:")]
LINES = "together: [pain.swollen, pain.hot]"
MORE_LINES = "".join(
    f"  more_{n}: {{ask: Is it so?, line: It is so, again: Look again. Is it so?, kind: yes_no}}\n" for n in range(8)
)
SCREEN_OF_NINE = "together: [pain.hot, " + ", ".join(f"pain.more_{n}" for n in range(8)) + "]"

LONG = ("Repetitively accumulated musculotendinous microtraumatisation.\n"
        "note: Insufficiently compensated mechanical overutilisation.\n"
        "course: Individually heterogeneous rehabilitation probabilities.")
HARD = "Identify the anatomical landmark, apply perpendicular pressure, and document reproducibility of symptomatology."

# file, what stands there, what is written instead, code, the card that is named, a guess
DAMAGES = [
    # findings
    (PAIN, "part_of: pain.swollen", "part_of: pain.swolen", "unknown-finding", "pain.hot", "pain.swollen"),
    (PAIN, "part_of: pain.swollen", "part_of: pain.side", "part-of", "pain.hot", ""),
    (PAIN, "no_side: Neither}\n", "no_side: Neither}\n    none_is: noside\n", "unknown-option", "pain.side", "no_side"),
    (PAIN, "kind: yes_no\n  socks", "kind: yes_no\n    none_is: no\n  socks", "unknown-option", "pain.shoes", ""),
    (PAIN, "within: pain.region", "within: pain.regoin", "unknown-finding", "pain.site", "pain.region"),
    (PAIN, "in: calf}", "in: thigh}", "unknown-option", "pain.site", ""),
    (PAIN, "{label: Lower calf, in: calf}", "Lower calf", "unknown-option", "pain.site", ""),
    (PAIN, "Is the skin hot?", "Is the skin hot", "question", "pain.hot", ""),
    (PAIN, "kind: yes_no\n  socks", "kind: yes_no\n    aliases: [pain.hot]\n  socks", "duplicate-id", "pain.shoes", ""),
    (PAIN, "  socks:", "  socks_again:", "name", "pain.socks_again", ""),
    # screens
    (VIEW, "ask: [pain.age]", "ask: [pain.aeg]", "unknown-finding", "stage:who", "pain.age"),
    (VIEW, LINES, "together: [pain.swollen, pain.hto]", "unknown-finding", "stage:screen", "pain.hot"),
    (VIEW, "ask: [pain.age]", "together: [pain.region]", "line", "stage:who", ""),
    (VIEW, "ask: [pain.age]", "together: [pain.shoes]", "line", "stage:who", ""),
    (VIEW, "groups: []", "groups:\n  - id: more\n    title: More?\n    together: [pain.shoes]",
     "line", "stage:more", ""),
    (VIEW, "groups: []", "groups:\n  - id: screen\n    title: More?\n    together: [pain.hot]",
     "duplicate-id", "stage:screen", ""),
    (VIEW, LINES, SCREEN_OF_NINE, "too-long", "stage:screen", ""),
    (PAIN, "    again: Look at both legs. Is one thicker?\n", "", "again", "stage:screen", ""),
    # dangers
    (FLAG, '{score.signs: ">= 3"}', "{pain.region: calf, pain.shoes: no}", "asks-for-no", "hot_leg", ""),
    (FLAG, '{score.signs: ">= 3"}', "{pain.region: {none_of: [calf]}}", "asks-for-no", "hot_leg", ""),
    (CALF, "when: {pain.region: calf}", "when: {pain.swollen: no}", "asks-for-no", "sore_calf", ""),
    ("derived/recent.yaml", '{pain.since: "<= 4 weeks"}', "{pain.shoes: no}", "asks-for-no", "recent", ""),
    ("scores/signs.yaml", "{pain.swollen: yes}", "{pain.swollen: no}", "asks-for-no", "signs", ""),
    (FLAG, small.FILES[FLAG], "name: X\ndanger: x\nrules: []\n", "no-rules", "hot_leg", ""),
    (FLAG, "{pain.hot: yes}", "{pain.hot: yes, pain.swollen: yes}", "not-sure", "hot_leg", ""),
    (FLAG, "{pain.hot: yes}", "{pain.shoes: yes}", "not-sure", "hot_leg", ""),
    (FLAG, "level: today", "level: ambulance_now", "place", "hot_leg", ""),
    # conditions
    (CALF, "strength: strong", "strength: decisive", "strength", "sore_calf", ""),
    (CALF, "strength: strong", "strength: decisive\n    lr: 12", "strength", "sore_calf", ""),
    (CALF, "the load has changed", "the load has risen by 30 of 100", "memory", "sore_calf", ""),
    (CALF, "zones: [calf_low]", "zones: [calf_lwo]", "unknown-option", "sore_calf", "calf_low"),
    (CALF, "within_days: 14", "within_days: 7", "if-likely", "sore_calf", ""),
    (CALF, "within_days: 14", "within_days: 28", "if-likely", "sore_calf", ""),
    (SPUR, "explains: sore_calf", "explains: sore_clafs", "unknown-id", "spur", "sore_calf"),
    (SPUR, "source: book\n", "frequency: {level: rare, grade: inference, source: book}\n", "kind", "spur", ""),
    (CLOT, "frequency: {level: rare, grade: inference, source: book}\n", "", "kind", "clot", ""),
    (CALF, FOR, "", "kind", "sore_calf", ""),
    (CALF, AGAINST, "", "kind", "sore_calf", ""),
    (CLOT, "watch_for:", AGAINST.replace("swollen", "shoes") + "watch_for:", "kind", "clot", ""),
    (CALF, "watch_for: [A swollen leg]\n", "", "safety-net", "sore_calf", ""),
    (CLOT, "look_again: {days: 1, see_by_days: 1, say: Do not wait.}\n", "", "safety-net", "clot", ""),
    # self-checks and care
    (REST, "safe_for_all: true\n", "", "who-must-not", "rest", ""),
    (REST, "safe_for_all: true\n", "safe_for_all: true\nblocked_by: [no_press]\n", "who-must-not", "rest", ""),
    (PRESS, "blocked_by: [no_press]\nwho_must_not: [{when: {red_flag.hot_leg: yes}, say: Not on hot skin.}]\n", "",
     "who-must-not", "press", ""),
    (REST, "steps: [Rest.]", "steps: []", "steps", "rest", ""),
    (PRESS, "stop: [Stop when it hurts.]\n", "", "stop", "press", ""),
    (PRESS, "no_pain: No clue.", "no_pain: No clue., my_pian: X", "unknown-option", "press", "my_pain"),
    (PRESS, ", no_pain: No clue.", "", "means", "press", ""),
    (PRESS, "settles: [sore_calf]", "settles: [sore_clafs]", "unknown-id", "press", "sore_calf"),
    # scores
    ("scores/signs.yaml", "most: 3", "most: 4", "score", "signs", ""),
    ("scores/signs.yaml", "points: 1,", "points: -1,", "score", "signs", ""),
    ("scores/signs.yaml", "{id: calf,", "{id: swollen,", "duplicate-id", "signs", ""),
    # words
    (PAIN, "Is the leg swollen?", "Is there oedema?", "jargon", "pain.swollen", ""),
    (PAIN, "line: Hot skin", "line: Erythema", "jargon", "pain.hot", ""),
    (PAIN, "Is one thicker?", "Is there ischaemia?", "jargon", "pain.swollen", ""),
    (CALF, "the load has changed", "it hurts on dorsiflexion", "jargon", "sore_calf", ""),
    (PRESS, "Press slowly.", "Press below the malleolus.", "jargon", "press", ""),
    (PAIN, "Is the leg swollen?", "Is the leg 3 cm thicker?", "units", "pain.swollen", ""),
    (PAIN, "heel: Heel,", "heel: A metre up,", "units", "pain.region", ""),
    (PRESS, "Press slowly.", "Press as with 2 kg.", "units", "press", ""),
    (CALF, "A muscle has worked too much.", LONG, "reading-age", "sore_calf", ""),
    (PRESS, "Press slowly.", HARD, "reading-age", "press", ""),
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
    (PAIN, "since: {ask: Since when does it hurt?, kind: duration}",
     "since:\n    {ask: Since when does it hurt?, kind: duration, also_said: [weeks]}", "also-said", "pain.since", ""),
    (PAIN, "age: {ask: How old are you?, ",
     "age:\n    {also_said: [old], ask: How old are you?, ", "also-said", "pain.age", ""),
]

S09 = small.FILES["article.yaml"][small.FILES["article.yaml"].index("  S09"):small.FILES["article.yaml"].index("  S10")]
CLAIMS = [
    (S09, "", "claim", "", ""),
    (S09, S09 + S09.replace("S09", "S68"), "claim", "claim:S68", ""),
    (S09, S09.replace("    used_by: [sore_calf]\n", ""), "claim", "claim:S09", ""),
    (S09, S09 + "    not_used: It is too vague.\n", "claim", "claim:S09", ""),
    (S09, S09.replace("[sore_calf]", "[sore_calf, pain.regin]"), "unknown-id", "claim:S09", "pain.region"),
    (S09, S09.replace("[sore_calf]", "[claim]"), "unknown-id", "claim:S09", ""),
    (S09, S09.replace("book", "boook"), "unknown-source", "claim:S09", "book"),
]
DAMAGES += [("article.yaml", *claim) for claim in CLAIMS]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


def damage(rules: Path, name: str, old: str, new: str) -> None:
    text = (rules / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    (rules / name).write_text(text.replace(old, new), encoding="utf-8")


def place_of(rules: Path, card: str) -> tuple[str, int, int]:
    """Where a card begins: its file, or its key in a file of several."""
    room, _, rest = card.rpartition(":")
    if not room and "." not in card:
        file, begin = next(n for n in small.FILES if n.endswith(f"/{card}.yaml")), ""
    else:
        file, begin = {
            "stage": (VIEW, f"  - id: {rest}\n"), "claim": ("article.yaml", f"  {rest}:\n"),
            "": (PAIN, f"  {rest.partition('.')[2]}:\n"),
        }[room]
    text = (rules / file).read_text(encoding="utf-8")
    line = text[: text.index(begin)].count("\n") + 1
    return f"rules/{file}", line, len(begin) - len(begin.lstrip(" -")) + 1


def test_the_shipped_rules_have_no_fault():
    assert lint.faults(RULES) == []


def test_the_cards_to_be_damaged_have_no_fault(rules):
    assert lint.faults(rules) == []


@pytest.mark.parametrize(("name", "old", "new", "code", "card", "guess"), DAMAGES)
def test_one_damage_is_told_at_the_card_with_a_guess(rules, name, old, new, code, card, guess):
    if new == SCREEN_OF_NINE:
        (rules / PAIN).write_text(small.FILES[PAIN] + MORE_LINES)
    damage(rules, name, old, new)
    (fault,) = lint.faults(rules)
    assert fault.code == code
    assert fault.message.partition("did you mean '")[2].partition("'")[0] == guess
    assert not fault.message.endswith(".")
    if card:
        assert (fault.file, fault.line, fault.column) == place_of(rules, card)
    else:
        assert fault.file == "rules/article.yaml"


def test_every_code_of_lint_is_met_above():
    codes = {
        node.value.elts[1].value for node in ast.walk(ast.parse(inspect.getsource(lint)))
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) == 3
    }
    assert len(codes) > 20
    assert codes == {damage[3] for damage in DAMAGES}


@pytest.mark.parametrize(("name", "old", "new"), [
    (CALF, "strength: strong\n    grade: inference", "strength: decisive\n    lr: 12\n    grade: published"),
    (CALF, "{urgency: book, within_days: 14}", "{urgency: self_care}"),
    (CALF, "when: {pain.swollen: yes}", "when: {pain.swollen: no}"),
    (PRESS, "{red_flag.hot_leg: yes}", "{pain.shoes: no}"),
    (REST, "safe_for_all: true", "who_must_not: [{when: {pain.hot: yes}, say: Not on hot skin.}]"),
    ("scores/signs.yaml", "items:", "items:\n  - {id: new, when: {pain.shoes: yes}, points: -2, why: new shoes}"),
    (PAIN, "no_side: Neither}", "no_side: Neither}\n    none_is: no_side"),
    (PAIN, SHOES, with_phrases(SHOES, "[new shoes, new * shoes, different shoes]")),
    (PAIN, REGIONS, with_phrases(REGIONS, "{calf: [lower leg], heel: [lower leg]}")),
    (PAIN, SIDES, with_phrases(SIDES, "{left: [left calf], right: [right calf, right leg, right legs]}")),
])
def test_what_comes_near_and_is_allowed_is_no_fault(rules, name, old, new):
    damage(rules, name, old, new)
    assert lint.faults(rules) == []


def test_a_screen_of_eight_lines_is_allowed(rules):
    (rules / PAIN).write_text(small.FILES[PAIN] + MORE_LINES)
    damage(rules, VIEW, LINES, SCREEN_OF_NINE.replace(", pain.more_7", ""))
    assert lint.faults(rules) == []


def test_an_empty_when_is_a_fault_and_stops_nothing(rules):
    damage(rules, FLAG, "{pain.hot: yes}", "{}")
    assert [fault.code for fault in lint.faults(rules)] == ["empty-when"]


def test_all_faults_are_told_in_the_order_of_files_and_lines(rules):
    damage(rules, "scores/signs.yaml", "most: 3", "most: 4")
    damage(rules, CALF, AGAINST, "")
    damage(rules, CALF, "within_days: 14", "within_days: 3")
    damage(rules, PAIN, "Is the skin hot?", "Is the skin hot")
    damage(rules, FLAG, "grade: inference\n    why: several", "grade: hearsay\n    why: several")
    told = lint.faults(rules)
    assert [fault.code for fault in told] == ["if-likely", "kind", "question", "shape", "score"]
    assert told == sorted(told)


def test_without_settings_only_the_faults_of_reading_are_told(rules):
    (rules / "knowledge.yaml").unlink()
    assert [fault.code for fault in lint.faults(rules)] == ["missing-file"]
