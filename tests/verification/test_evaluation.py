"""Cases with known answers -> shares, rows, changes: the measures mean what they say."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import remembered
from triage import cli
from triage.inference.assessment import assess
from triage.model import Urgency
from triage.records import answers_file
from triage.support.exit_codes import ExitCode
from triage.verification import evaluation
from triage.verification.evaluation import Case, Outcome, Share

CASES = Path(__file__).parent.parent / "cases"


def case(required="within_days", accepted=("within_days",), **more):
    return Case(**{"id": "A", "diagnosis_key": "plantar_fasciitis", "accepted_keys": ["plantar_fasciitis", "fat_pad"],
                   "required_urgency": required, "accepted_urgency": list(accepted), **more})


def said(level="within_days", conditions=("plantar_fasciitis",), **more):
    return Outcome(**{"id": "A", "level": level, "urgency": level, "reasons": (), "conditions": tuple(conditions),
                      "lines": {}, **more})


# --- intervals and levels

@pytest.mark.parametrize(("hits", "of", "low", "high"), [
    (8, 10, 0.4902, 0.9433),  # the values that a textbook table of Wilson's interval gives
    (0, 20, 0.0, 0.1611),
    (20, 20, 0.8389, 1.0),
    (50, 100, 0.4038, 0.5962),
])
def test_intervals_are_wilsons(hits, of, low, high):
    assert Share(hits, of).interval == pytest.approx((low, high), abs=1e-4)


def test_an_interval_of_nothing_says_nothing():
    assert Share(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(("level", "days", "expected"), [
    ("ambulance_now", 0, "emergency_now"), ("emergency_department_now", 0, "emergency_now"), ("today", 0, "same_day"),
    ("book", 3, "within_days"), ("book", 7, "within_days"), ("book", 14, "routine"), ("self_care", 0, "self_care"),
    ("redirect", 7, "within_days"), ("redirect", 14, "routine"),
])
def test_our_levels_are_those_of_the_cases(level, days, expected):
    assert evaluation.level(Urgency(level=level, within_days=days, place="x", say="", reasons=())) == expected


# --- measures

@pytest.mark.parametrize(("required", "accepted", "told", "true", "false"), [
    ("within_days", ["within_days"], "within_days", "urgency_exact urgency_accepted safe", "too_low too_high"),
    ("within_days", ["within_days", "same_day"], "same_day", "urgency_accepted safe", "urgency_exact too_high"),
    ("within_days", ["within_days"], "routine", "safe too_low", "urgency_accepted too_high"),
    ("same_day", ["same_day"], "routine", "too_low too_low_urgent", "safe urgency_accepted"),
    ("emergency_now", ["emergency_now"], "same_day", "too_low safe", "too_low_urgent urgency_exact"),
    ("self_care", ["self_care"], "same_day", "too_high alarmed safe", "too_low self_care_known"),
    ("routine", ["self_care", "routine"], "self_care", "urgency_accepted safe", "urgency_exact alarmed too_low"),
    ("self_care", ["self_care"], "self_care", "self_care_known urgency_exact", "alarmed"),
])
def test_what_is_said_of_an_urgency(knowledge, required, accepted, told, true, false):
    verdict = evaluation.measures(knowledge, case(required, accepted), said(told))
    assert [name for name in true.split() if not verdict[name]] == []
    assert [name for name in false.split() if verdict[name]] == []


def test_a_measure_counts_only_the_cases_it_concerns(knowledge):
    verdict = evaluation.measures(knowledge, case("within_days"), said())
    assert {"too_low_urgent", "alarmed", "self_care_known"}.isdisjoint(verdict)


@pytest.mark.parametrize(("conditions", "strict", "lenient"), [
    (["plantar_fasciitis"], 1, 1), (["fat_pad", "plantar_fasciitis"], 2, 1), (["gout_foot", "fat_pad"], 0, 2),
    (["gout_foot"], 0, 0), ([], 0, 0),
])
def test_strict_is_the_diagnosis_and_lenient_any_accepted_one(knowledge, conditions, strict, lenient):
    outcome = said(conditions=conditions)
    assert evaluation.place(knowledge, outcome, ["plantar_fasciitis"]) == strict
    assert evaluation.place(knowledge, outcome, ["plantar_fasciitis", "fat_pad"]) == lenient


def test_among_the_first_three_ends_at_the_third(knowledge):
    others = ["gout_foot", "night_cramps", "dvt"]
    third = evaluation.measures(knowledge, case(), said(conditions=[*others[:2], "fat_pad"]))
    fourth = evaluation.measures(knowledge, case(), said(conditions=[*others, "fat_pad"]))
    assert (third["three"], fourth["three"]) == (True, False)


def test_a_condition_answers_to_its_labels_too(knowledge):
    labelled = next(card for card in knowledge.conditions.values() if card.labels)
    assert evaluation.names(knowledge, labelled.id) == {labelled.id, *labelled.labels}


def test_shares_of_many(knowledge):
    verdicts = [evaluation.measures(knowledge, case(), said(level)) for level in ("within_days", "routine", "same_day")]
    shares = evaluation.tally(verdicts)
    assert (shares["urgency_exact"].hits, shares["urgency_exact"].of) == (1, 3)
    assert shares["alarmed"].of == 0


def test_groups_hold_each_case_under_level_kind_tag_and_story():
    one = case("same_day", source_kind="vignette", tags=["atypical", "two_conditions"])
    two = case("self_care", id="B", source_kind="teaching", answerable="thin")
    groups = evaluation.groups([one, two])
    assert list(groups)[:2] == ["level: same_day", "level: self_care"]
    assert groups["tag: atypical"] == groups["tag: two_conditions"] == groups["kind: vignette"] == [one]
    assert groups["tag: none"] == groups["story: thin"] == [two]


# --- comparing

def reports(knowledge, before, now):
    return [evaluation.report(knowledge, [case()], {"way": {"A": outcome}}) for outcome in (before, now)]


def test_a_changed_urgency_names_the_rules_that_did_it(knowledge):
    old, new = reports(knowledge, said(reasons=("calf_tear/rule",)), said("routine", reasons=("exertional/rule",)))
    assert evaluation.changes(old, new) == [
        "A (way): within_days -> routine; rules +exertional/rule -calf_tear/rule; WORSE"]


def test_a_changed_ranking_names_the_lines_that_did_it(knowledge):
    old, new = reports(knowledge, said(conditions=["gout_foot"], lines={"gout_foot": ("g/1",)}),
                       said(conditions=["fat_pad"], lines={"fat_pad": ("f/1",)}))
    assert evaluation.changes(old, new) == ["A (way): gout_foot -> fat_pad; rules +f/1 -g/1; better"]


def test_what_did_not_change_is_not_told(knowledge):
    old, new = reports(knowledge, said(), said(questions=9))
    assert evaluation.changes(old, new) == []


# --- the command

@pytest.fixture
def folder(tmp_path):
    rows = [
        {"id": "ONE", "diagnosis_key": "plantar_fasciitis", "accepted_keys": ["plantar_fasciitis"],
         "required_urgency": "self_care", "accepted_urgency": ["self_care"], "source_kind": "vignette"},
        {"id": "TWO", "diagnosis_key": "dvt", "accepted_keys": ["dvt"], "required_urgency": "same_day",
         "accepted_urgency": ["same_day"], "answers": {"pain.region": "calf", "pain.side": "left", "person.age": 50,
                                                       "onset.age": "2 days", "swelling.extent": "whole_calf",
                                                       "swelling.side": "one_leg"}},
        {"id": "OUT", "diagnosis_key": "dvt", "accepted_keys": ["dvt"], "required_urgency": "same_day",
         "accepted_urgency": ["same_day"], "answerable": "no", "answers": {"pain.region": "calf"}},
        {"id": "LOST", "diagnosis_key": "dvt", "accepted_keys": ["dvt"], "required_urgency": "same_day",
         "accepted_urgency": ["same_day"]},
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "ONE.yaml").write_text(
        "screens: no\nperson.age: 50\npain.region: heel\npain.site: heel_under_inner\npain.side: left\n"
        "onset.age: 8 weeks\nonset.speed: weeks\npain.first_steps: worst\n", encoding="utf-8")
    return tmp_path


def test_the_report_holds_both_ways_and_every_case(folder, capsysbinary):
    assert cli.main(["evaluate", str(folder), "--json", "--otherwise", "no"]) == 0
    out, err = capsysbinary.readouterr()
    report = json.loads(out)
    assert (report["cases"], report["counted"], report["without_answers"]) == (4, 3, ["LOST"])
    assert list(report["ways"]) == ["all answers at once", "interview, else no"]
    for way in report["ways"].values():
        assert way["cases"]["ONE"]["conditions"][0] == "plantar_fasciitis"
        assert way["cases"]["TWO"]["urgency"] == "today"
        assert way["measures"]["safe"]["of"] == 2  # the one that is not answerable is told, and not counted
        assert way["cases"]["OUT"]["counted"] is False
    assert report["ways"]["interview, else no"]["questions_median"] > 5
    assert b"LOST" in err


def test_the_table_shows_shares_with_their_intervals(folder, capsys):
    assert cli.main(["evaluate", str(folder), "--otherwise", "no"]) == 0
    out = capsys.readouterr().out
    assert "3 of 4 cases counted" in out
    assert "2/2   100 % (34-100)" in out
    assert "level: same_day" in out


def test_the_rows_have_the_columns_of_symptomcheckr(folder, capsys):
    target = folder / "rows.csv"
    assert cli.main(["evaluate", str(folder), "--otherwise", "no", "--rows", str(target)]) == 0
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Vignette_id"] for row in rows] == ["ONE", "TWO"] * 2
    assert rows[0]["App_name"] == "triage (all answers at once)"
    assert rows[1]["Triage_advice_from_app"] == rows[1]["Goldstandard_solution"] == "same_day"
    assert {row["Correct_Triage_Advice_provided_from_app"] for row in rows} <= {"TRUE", "FALSE"}


def test_compare_says_what_changed_since(folder, capsys):
    cli.main(["evaluate", str(folder), "--json", "--otherwise", "no"])
    old = json.loads(capsys.readouterr().out)
    for way in old["ways"].values():
        way["cases"]["TWO"] |= {"urgency": "self_care", "reasons": [], "urgency_accepted": False}
    (folder / "old.json").write_text(json.dumps(old), encoding="utf-8")
    assert cli.main(["evaluate", str(folder), "--otherwise", "no", "--compare", str(folder / "old.json")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[0].startswith("TWO (all answers at once): self_care -> today; rules +")
    assert told[0].endswith("; better")


@pytest.mark.parametrize(("text", "sentence"), [
    ("{", "this line is no case"), ("", "there are no cases here"), ('{"id": "A"}', "this line is no case"),
    ('{"id": "A", "diagnosis_key": "x", "accepted_keys": [], "required_urgency": "soon", "accepted_urgency": []}',
     "soon"),
])
def test_a_file_that_holds_no_cases_gets_a_sentence(tmp_path, capsys, text, sentence):
    (tmp_path / "cases.jsonl").write_text(text, encoding="utf-8")
    assert cli.main(["evaluate", str(tmp_path)]) == ExitCode.BAD_INPUT
    assert sentence in capsys.readouterr().err


def test_two_cases_of_one_name_and_cases_without_answers_are_told(folder, tmp_path, capsys):
    text = (folder / "cases.jsonl").read_text(encoding="utf-8")
    (folder / "cases.jsonl").write_text(text + "\n" + text, encoding="utf-8")
    assert cli.main(["evaluate", str(folder)]) == ExitCode.BAD_INPUT
    assert "two cases are called 'ONE'" in capsys.readouterr().err
    (folder / "cases.jsonl").write_text(text.splitlines()[3], encoding="utf-8")
    assert cli.main(["evaluate", str(folder)]) == ExitCode.MISSING
    assert "no case has answers" in capsys.readouterr().err


def test_faulty_answers_and_reports_are_told_with_their_place(folder, capsys):
    (folder / "ONE.yaml").write_text("pain.regoin: heel\n", encoding="utf-8")
    assert cli.main(["evaluate", str(folder)]) == ExitCode.BAD_INPUT
    assert "ONE.yaml:1:1" in capsys.readouterr().err
    (folder / "old.json").write_text("[]", encoding="utf-8")
    assert cli.main(["evaluate", str(folder), "--compare", str(folder / "old.json")]) == ExitCode.BAD_INPUT
    assert "no report of" in capsys.readouterr().err


def test_the_cases_kept_here_all_have_their_answers():
    found, faults = evaluation.cases((CASES / "cases.jsonl").read_text(encoding="utf-8"), "cases.jsonl")
    assert faults == []
    assert len(found) == 69
    assert {path.stem for path in CASES.glob("*.yaml")} == {case.id for case in found}


def test_the_kept_cases_stay_above_the_aims(knowledge):
    """All known answers at once. Below these floors a change of the rules has to be looked at, case by case."""
    found, _ = evaluation.cases((CASES / "cases.jsonl").read_text(encoding="utf-8"), "cases.jsonl")
    verdicts = []
    for case in filter(evaluation.enters_scores, found):
        answers = answers_file.answers(knowledge, str(CASES / f"{case.id}.yaml"))
        said = evaluation.outcome(case, assess(knowledge, remembered(answers)))
        verdicts.append(evaluation.measures(knowledge, case, said))
    share = {name: value.hits / value.of for name, value in evaluation.tally(verdicts).items()}
    assert share["urgency_accepted"] >= 0.90
    assert share["three"] >= 0.92
    assert share["first"] >= 0.75
    assert share["alarmed"] <= 0.10
