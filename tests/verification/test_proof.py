"""Proofs for all answers: they hold of the rules, and a broken copy of the rules makes each of them fail."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import z3

from tests.conftest import shared_knowledge
from tests.helpers import small
from triage.cli import main
from triage.inference.compiled import Compiled
from triage.knowledge import forbidden_advice, reader
from triage.model import NOT_SURE, Answers, Knowledge
from triage.records import answers_file
from triage.verification.proof.prover import Counterexample, Prover
from triage.verification.proof.symbolic_rules import Rules
from triage.verification.proof.theorems import THEOREMS, statement

HOT_LEG = small.FILES["red_flags/hot_leg.yaml"]
DEMANDS = """\
not_for:
  - {say: people with another trouble, when: {pain.alarm: other}}
promises:
  - say: one leg that swelled within 4 weeks
    when: {pain.since: "<= 4 weeks", pain.swollen: yes}
    at_least: today
    source: book
"""


def changed(rules: Path, name: str, old: str, new: str) -> None:
    """Replace the one place where `old` stands in a card."""
    text = (rules / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (rules / name).write_text(text.replace(old, new), encoding="utf-8")


def small_rules(folder: Path) -> Path:
    """The small cards, with demands on them and with a line of the screen that ends the interview."""
    rules = small.write(folder)
    knowledge = rules / "knowledge.yaml"
    knowledge.write_text(knowledge.read_text(encoding="utf-8") + DEMANDS, encoding="utf-8")
    changed(rules, "red_flags/hot_leg.yaml", "level: today\n    place: practice",
                 "level: ambulance_now\n    place: ambulance")
    return rules


BREAKS = [  # theorem, file, what stands there, what is written instead, words of the counterexample
    ("every_rule_fires", "conditions/sore_calf.yaml", "{pain.pressed: my_pain, derived.recent: yes}",
     '{pain.pressed: my_pain, derived.recent: yes, pain.since: "> 5 weeks"}', "nobody can meet sore_calf/pain.pressed"),
    ("every_rule_fires", "red_flags/clot_signs.yaml", "{derived.recent: yes, pain.swollen: yes}",
     '{derived.recent: yes, pain.swollen: yes, pain.age: "> 130"}', "red_flags/clot_signs.yaml:4:"),
    ("every_rule_fires", "red_flags/hot_leg.yaml", '{score.signs: ">= 3"}', '{score.signs: ">= 4"}', "score.signs>=4"),
    ("no_rule_is_implied", "red_flags/hot_leg.yaml", "rules:\n",
     "rules:\n  - {when: {pain.hot: yes, pain.shoes: yes}, level: today, place: practice, not_sure: none,\n"
     "     grade: inference, why: it is hot, source: book}\n", "hot_leg/pain.hot=yes&pain.shoes=yes holds only where"),
    ("no_rule_is_implied", "derived/recent_calf.yaml", "when:\n",
     'when:\n  - {pain.since: "<= 2 weeks", pain.region: calf}\n', "derived/recent_calf.yaml"),
    ("danger_never_lowers", "red_flags/hot_leg.yaml", '{score.signs: ">= 3"}', "{pain.shoes: yes, pain.swollen: no}",
     "and with {'pain.swollen': 'yes'} only self_care"),
    ("no_blocked_advice", "self_checks/press.yaml", "blocked_by: [no_press]\n", "",
     "press may be offered although no_press"),
    ("no_blocked_advice", "red_flags/clot_signs.yaml", "rules:\n", "do: [Press the calf.]\nrules:\n",
     "the red flag clot_signs says although no_press holds: Press the calf."),
    ("clot_is_today", "red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7",
     "one leg that swelled within 4 weeks: told book 7, not today"),
    ("clot_is_today", "derived/recent.yaml", '"<= 4 weeks"', '"<= 3 weeks"', "told self_care, not today"),
    ("no_score_lowers", "red_flags/hot_leg.yaml", '{score.signs: ">= 3"}', '{score.signs: "<= 1"}',
     "when the score signs rises"),
    ("not_for_is_redirected", "red_flags/alarm.yaml", "level: redirect", "level: book",
     "people with another trouble: told book 3 and not sent elsewhere"),
    ("interview_ends", "red_flags/hot_leg.yaml", "level: ambulance_now\n    place: ambulance",
     "level: emergency_department_now\n    place: emergency_department", "ends the interview"),
]


@pytest.fixture(scope="module")
def proven(tmp_path_factory) -> Prover:
    return Prover(reader.load(small_rules(tmp_path_factory.mktemp("small"))))


def counterexamples(prover: Prover, theorem: str) -> list[Counterexample]:
    return [claim for claim in THEOREMS[theorem](prover) if claim is not None]


@pytest.mark.parametrize("theorem", THEOREMS)
def test_each_theorem_holds_of_the_small_cards(proven, theorem):
    claims = list(THEOREMS[theorem](proven))
    assert claims
    assert [claim for claim in claims if claim is not None] == []
    assert statement(THEOREMS[theorem]).endswith(".")


@pytest.mark.parametrize(("theorem", "file", "old", "new", "words"), BREAKS)
def test_a_broken_copy_makes_the_theorem_fail(tmp_path, theorem, file, old, new, words):
    rules = small_rules(tmp_path)
    changed(rules, file, old, new)
    prover = Prover(reader.load(rules))
    found = counterexamples(prover, theorem)
    assert any(words in each.says for each in found), [each.says for each in found]


def test_every_theorem_has_a_copy_that_breaks_it():
    assert {theorem for theorem, *_ in BREAKS} == set(THEOREMS)


def test_a_counterexample_is_small_and_comes_true(tmp_path):
    rules = small_rules(tmp_path)
    changed(rules, "red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    prover = Prover(reader.load(rules))
    example, = counterexamples(prover, "clot_is_today")
    assert set(example.answers) == {"pain.since", "pain.swollen"}
    assert prover.assessment(example.answers).urgency.level == "book"


# --- the rules that are shipped


@pytest.fixture(scope="module")
def prover() -> Prover:
    return Prover(shared_knowledge())


@pytest.mark.parametrize("theorem", ["no_blocked_advice", "clot_is_today", "no_score_lowers", "not_for_is_redirected"])
def test_the_shipped_rules_keep_it(prover, theorem):
    """The other theorems take longer: `triage prove` shows them all."""
    assert [each.says for each in counterexamples(prover, theorem)] == []


def broken(knowledge: Knowledge, card: str, **changes: object) -> Knowledge:
    """The rules with other values in all lines of one red flag."""
    rules = tuple(msgspec.structs.replace(rule, **changes) if rule.card == card and rule.kind == "red_flag" else rule
                  for rule in knowledge.rules)
    return msgspec.structs.replace(knowledge, rules=rules)


@pytest.mark.parametrize(("card", "theorem"), [
    ("clot_signs", "clot_is_today"), ("not_for_this_program", "not_for_is_redirected"),
])
def test_the_shipped_rules_would_not_keep_it_without_this_card(card, theorem):
    found = counterexamples(Prover(broken(shared_knowledge(), card, level="book", within_days=14)), theorem)
    assert found
    assert all(each.answers for each in found)


@pytest.mark.parametrize("lock", ["no_press", "no_stretch", "no_squeeze", "no_load", "no_heat_cold"])
def test_a_card_that_is_blocked_no_more_is_noticed(lock):
    knowledge = shared_knowledge()
    shelf = {name: msgspec.structs.replace(card, blocked_by=[each for each in card.blocked_by if each != lock])
             for name, card in {**knowledge.self_checks, **knowledge.care}.items()}
    bare = msgspec.structs.replace(
        knowledge, self_checks={name: shelf[name] for name in knowledge.self_checks},
        care={name: shelf[name] for name in knowledge.care})
    assert any(f"although {lock} holds" in each.says for each in counterexamples(Prover(bare), "no_blocked_advice"))


# --- the formula says what the evaluator says


def given(prover: Prover, answers: Answers) -> list[object]:
    """Claims that a person gives just these answers; numbers that stand for others are left to the values there are."""
    person, out = prover.person, []
    for finding in prover.knowledge.findings.values():
        answer = answers.get(finding.id)
        for word in person.words(finding):
            said = word in answer if isinstance(answer, tuple) else word == answer
            if answer == () and word == "none":
                said = True
            out.append(person.free[finding.id, word].it if said else person.free[finding.id, word].it == False)  # noqa: E712
    return out


def holds(model, symbol) -> bool:
    return z3.is_true(model.eval(symbol.it, model_completion=True))


def test_the_formula_fires_what_the_evaluator_fires(prover, knowledge, stories):
    """On a spread of stories, for every rule up to the red flags and the lines of evidence, and for what fits well."""
    compiled = Compiled(knowledge)
    values = {f.id: prover.person.words(f) for f in knowledge.findings.values() if f.kind in ("number", "duration")}
    told = [{name: answer for name, answer in story.answers.items() if name in knowledge.findings
             and (name not in values or answer in values[name])} for story in stories[::150]]
    assert len(told) > 10
    rules: Rules = prover.rules
    for answers in told:
        fired = compiled.conclude(answers)
        prover.solver.push()
        prover.solver.add(*given(prover, answers))
        assert prover.solver.check() == z3.sat
        model = prover.solver.model()
        met = {key for key, symbol in rules.early.items() if holds(model, symbol)}
        fits = {name for name, card in knowledge.conditions.items()
                if card.frequency and holds(model, rules.fits_well(name))}
        prover.solver.pop()
        assert met == {key for key in fired.rules if key in rules.early}
        assert fits == {name for name, band in fired.bands.items() if band == "fits_well"}


def test_one_value_stands_for_all_between_two_bounds(prover, knowledge):
    for finding in knowledge.findings.values():
        if finding.kind not in ("number", "duration"):
            continue
        parts = {part for rule in knowledge.rules for part in rule.parts if part.fact == finding.id and part.op}
        values = [v for v in prover.person.words(finding) if v != NOT_SURE]
        kinds = {tuple(part.holds(value) for part in parts) for value in values}
        tried = [finding.lowest or 0.0, *(p.bound + d for p in parts for d in (-0.25, 0.0, 0.25)), 1e4]
        high = finding.highest or 1e5
        steps = [v for v in tried if (finding.lowest or 0.0) <= v <= high]
        steps = steps if finding.kind == "duration" else [v for v in steps if v == int(v)]
        assert {tuple(part.holds(float(v)) for part in parts) for v in steps} <= kinds, finding.id


# --- advice


def test_what_a_sentence_advises(knowledge):
    lock = knowledge.interlocks["no_press"]
    advice = "Sit down. Press the calf with a thumb. Then rest."
    assert forbidden_advice.advises(lock, advice) == ["Press the calf with a thumb."]
    assert forbidden_advice.advises(lock, "Do not press, rub or roll the leg.") == []
    assert forbidden_advice.advises(lock, "No massage for 3 days.") == []
    assert forbidden_advice.advises(lock, "A feeling of pressure in the calf.") == []


# --- the command


def test_the_command_proves_and_lists(capsys):
    assert main(["prove", "--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(THEOREMS)
    assert main(["prove", "not_for_is_redirected"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("not_for_is_redirected")
    assert "proven" in out
    assert err == "1 theorems proven, 0 failed\n"


def test_the_command_prints_and_writes_the_counterexample(tmp_path, capsys, monkeypatch):
    rules = small_rules(tmp_path)
    changed(rules, "red_flags/clot_signs.yaml", "level: today", "level: book\n    within_days: 7")
    monkeypatch.setenv("TRIAGE_RULES", str(rules))
    found = tmp_path / "found"
    assert main(["prove", "clot_is_today", "--counterexamples", str(found)]) == 1
    out = capsys.readouterr().out
    assert "FAILS" in out
    assert "pain.swollen: yes" in out
    file, = found.iterdir()
    assert answers_file.answers(reader.load(rules), str(file))["pain.swollen"] == "yes"


def test_an_unknown_theorem_is_told_with_a_guess(capsys):
    assert main(["prove", "clot_is_tody"]) == 65
    assert "did you mean 'clot_is_today'" in capsys.readouterr().err
