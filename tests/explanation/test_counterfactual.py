"""Why, why not and what if: what is told is what the rules say, and a change that is named does what is said of it."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tests.conftest import RULES, remembered
from triage.cli import main
from triage.explanation import counterfactual
from triage.explanation.standing import standing
from triage.inference.assessment import assess, severity
from triage.inference.compiled import Compiled
from triage.interview import next_question
from triage.model import Answers
from triage.presentation import explanation_screens

HEEL: Answers = {"person.age": 45.0, "pain.region": ("heel",), "pain.site": ("heel_under_inner",), "pain.side": "left",
                 "pain.first_steps": "worst", "onset.age": 60.0}
CLOT: Answers = {"person.age": 60.0, "pain.region": ("calf",), "pain.side": "left", "onset.age": 3.0,
                 "swelling.extent": "whole_calf", "swelling.side": "one_leg", "swelling.age": 2.0}


@pytest.fixture(scope="module")
def compiled(knowledge):
    return Compiled(knowledge)


@pytest.mark.parametrize("answers", [HEEL, CLOT, {}], ids=["heel", "clot", "nothing"])
def test_a_change_that_is_named_does_what_is_said_of_it(knowledge, compiled, answers):
    """Concluded again on the engine: the urgency and the first condition are those that were told."""
    now = assess(knowledge, remembered(answers))
    found = counterfactual.what_if(knowledge, compiled, answers)
    assert found.urgency == (now.urgency.level, now.urgency.within_days)
    for changes, holds in ((found.more_urgent, lambda c: c.raises > 0), (found.less_urgent, lambda c: c.raises < 0),
                           (found.other_first, lambda c: c.first != found.first)):
        for change in changes[:4]:
            assert holds(change)
            other = {**answers, **change.answers}
            then = assess(knowledge, remembered(other))
            assert (then.urgency.level, then.urgency.within_days) == change.urgency
            assert (then.conditions[0].id if then.conditions else "") == change.first
            assert (severity(then.urgency) > severity(now.urgency)) == (change.raises > 0)


def test_the_smallest_change_is_named(knowledge, compiled):
    """One new answer can make a heel urgent; what makes a clot urgent is one of the answers given."""
    heel = counterfactual.what_if(knowledge, compiled, HEEL)
    assert {len(change.answers) for change in heel.more_urgent} == {1}
    assert any(change.answers == {"body.saddle": "yes"} for change in heel.more_urgent)
    clot = counterfactual.what_if(knowledge, compiled, CLOT)
    assert {name for change in clot.less_urgent for name in change.answers} <= set(CLOT)
    assert clot.less_urgent


def test_what_one_change_would_do(knowledge, compiled):
    change = counterfactual.changed(knowledge, compiled, HEEL, {"now.breath": "yes"})
    assert change.urgency == ("ambulance_now", 0)
    assert change.raises == 1
    assert change.new


def test_how_a_condition_stands_is_told_whether_it_is_named_or_not(knowledge):
    assessment = assess(knowledge, remembered(HEEL))
    shown = assessment.conditions[0]
    found = standing(knowledge, assessment, shown.id)
    assert found.band == shown.band
    assert {rule.id for rule in found.for_} == set(shown.for_)
    assert {rule.id for rule in found.against} == set(shown.against)
    hidden = standing(knowledge, assessment, "dvt")
    assert hidden.band == "unlikely"
    assert hidden.for_ == ()


def test_a_line_that_an_answer_refutes_is_told_apart_from_one_that_is_not_known(knowledge):
    assessment = assess(knowledge, remembered(HEEL))
    found = standing(knowledge, assessment, "achilles_midportion")
    refuted = {part.fact for rule in found.refuted for part in rule.parts}
    assert "pain.site" in refuted
    assert not {rule.key for rule in found.refuted} & {rule.key for rule in found.unknown}


def test_a_danger_is_never_called_unlikely_by_why_not(knowledge):
    assessment = assess(knowledge, remembered(HEEL))
    for name, card in knowledge.conditions.items():
        if card.kind == "danger":
            text = " ".join(b.text for b in explanation_screens.why_not(knowledge, assessment, name).blocks)
            assert "unlikely" not in text
            if name not in [c.id for c in assessment.conditions]:
                assert "does not exclude it" in text


def test_why_a_question_is_asked_names_what_rises_and_what_falls(knowledge):
    assessment = assess(knowledge, remembered(HEEL))
    finding = knowledge.findings["pain.first_steps"]
    screen = explanation_screens.why_asked(knowledge, next_question.ask(knowledge, finding), assessment)
    titles = [block.text for block in screen.blocks if block.kind == "text"]
    assert "It may speak for:" in titles
    assert "It may speak against:" in titles


def test_sources_are_told_for_every_line_that_counts(knowledge):
    assessment = assess(knowledge, remembered(CLOT))
    (_, listed) = explanation_screens.sources(knowledge, assessment).blocks
    reasons = [rule for key in assessment.conclusion.rules if (rule := knowledge.by_key[key]).kind == "red_flag"]
    assert reasons
    for rule in reasons:
        assert any(rule.why in line and knowledge.sources[rule.source].cite in line for line in listed.items)


# --- commands


@pytest.fixture
def run(capsysbinary, monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))
    answers = {name: list(value) if isinstance(value, tuple) else value for name, value in HEEL.items()}
    answers["onset.age"] = "60 days"

    def call(*arguments: str) -> tuple[int, bytes, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(answers).encode())))
        code = main(list(arguments))
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in out + err
        return code, out, err.decode()

    return call


def test_why_tells_of_the_first_conditions_or_of_one(run):
    code, out, _ = run("why", "-", "--json")
    assert code == 0
    data = json.loads(out)
    assert data["conditions"][0]["id"] == "plantar_fasciitis"
    assert all(line["source"] for c in data["conditions"] for line in c["for"])
    assert [c["id"] for c in json.loads(run("why", "-", "dvt", "--json")[1])["conditions"]] == ["dvt"]
    assert json.loads(run("why", "-", "pain.night", "--json")[1])["finding"] == "pain.night"
    assert b"fits well" in run("why", "-")[1]


def test_why_not_tells_of_any_condition(run):
    code, out, _ = run("why-not", "-", "tibial_stress_fracture", "--json")
    assert code == 0
    assert json.loads(out)["band"] == "unlikely"
    assert run("why-not", "-", "soleus_trigger_points")[0] == 0


def test_what_if_tells_the_smallest_changes_or_what_one_would_do(run):
    code, out, _ = run("what-if", "-", "--json")
    assert code == 0
    assert json.loads(out)["first"] == "plantar_fasciitis"
    code, out, _ = run("what-if", "-", "now.breath=yes", "--json")
    assert json.loads(out)["changes"][0]["urgency"] == ["ambulance_now", 0]
    assert b"more urgent" in run("what-if", "-", "now.breath=yes")[1]


@pytest.mark.parametrize(("arguments", "words"), [
    (["why", "-", "plantar_fascitis"], "did you mean 'plantar_fasciitis'"),
    (["why-not", "-", "plantar_fascitis"], "did you mean 'plantar_fasciitis'"),
    (["what-if", "-", "pain.nigt=yes"], "did you mean 'pain.night'"),
    (["what-if", "-", "pain.night"], "finding=answer"),
    (["what-if", "-", "pain.night=perhaps"], "takes yes, no or not_sure"),
])
def test_what_is_not_known_is_told_in_one_sentence(run, arguments, words):
    code, out, err = run(*arguments)
    assert code == 65
    assert out == b""
    assert words in err
    assert len(err.strip().splitlines()) == 1
