"""The clinical safety file is true: it is what the command gives, and all that it names is there and does so."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import tomllib
from pathlib import Path

import msgspec
import pytest

from tests.conftest import ROOT, RULES, SCENARIOS, remembered, shared_compiled
from tests.helpers import small
from tests.helpers.meaning import of_markdown
from triage.cli import main
from triage.inference.assessment import assess
from triage.knowledge import reader
from triage.model import Control, Hazard, Knowledge
from triage.verification import safety
from triage.verification.proof.theorems import THEOREMS
from triage.verification.safety import tables
from triage.verification.safety.dependencies import dependencies
from triage.verification.safety.evidence import Evidence
from triage.verification.safety.hazards import faults, rules_of

FILE = ROOT / "triage" / "docs" / "safety.md"
FAMILIES = {  # of licences, by words that metadata, classifiers and licence files use
    "MIT": r"\bMIT\b|Permission is hereby granted, free of charge", "BSD": r"\bBSD\b|Redistribution and use in source",
    "Apache": r"Apache", "ISC": r"\bISC", "MPL": r"\bMPL|Mozilla Public", "LGPL": r"\bLGPL|Lesser General Public",
    "GPL": r"(?<!L)GPL|GNU General Public License v",
}


@pytest.fixture(scope="module")
def told(knowledge, stories) -> list[safety.Outcome]:
    return [safety.Outcome(s, assess(knowledge, shared_compiled().conclude(s.answers))) for s in stories]


@pytest.fixture(scope="module")
def evidence(knowledge, told) -> Evidence:
    return Evidence(knowledge, told, SCENARIOS)


@pytest.fixture(scope="module")
def text(knowledge, told) -> str:
    return safety.document(knowledge, told, SCENARIOS)


@pytest.fixture(scope="module")
def full(knowledge, told) -> str:
    """With digest, counts and lines of stories."""
    return safety.document(knowledge, told, SCENARIOS, full=True)


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """All tests of pytest, as `tests/test_x.py::test_y`."""
    return {
        f"{path.relative_to(ROOT).as_posix()}::{node.name}" for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def rows(text: str, first: str) -> list[list[str]]:
    """The rows of the table whose head begins with this cell."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    out = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        out.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return out


# --- the file ---


def test_the_file_is_what_the_command_gives(text):
    """Make it anew with: python -m triage safety tests/scenarios > triage/docs/safety.md"""
    assert of_markdown(FILE.read_text(encoding="utf-8")) == of_markdown(text)


@pytest.mark.parametrize("folder", ["care", "conditions", "derived", "findings", "red_flags", "scores", "self_checks",
                                    "interlocks.yaml", "map.yaml", "sources.yaml"])
def test_a_word_of_a_card_changes_nothing_of_the_file(knowledge, told, text, tmp_path, folder):
    """Only what the file is about does: hazards, dangers, promises, and people whom this program is not for."""
    shutil.copytree(RULES, tmp_path / "rules")
    place = tmp_path / "rules" / folder
    for path in place.rglob("*.yaml") if place.is_dir() else [place]:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line if line.lstrip().startswith(("danger:", "#")) else
                                re.sub(r" (the|and|of) ", r" \1 XYZ ", line, count=1) for line in lines))
    other = reader.load(tmp_path / "rules")
    assert sum(other.digests[name] != digest for name, digest in knowledge.digests.items()) > 7
    assert safety.document(other, told, SCENARIOS) == text
    assert safety.document(other, told, SCENARIOS, full=True) != text


def test_the_full_copy_has_the_digest_and_the_file_has_none(knowledge, full, text):
    assert knowledge.digest[:12] in full
    assert knowledge.digest[:12] not in text
    assert re.search(r"`[\w/]+\.yaml:\d+`", text) is None


@pytest.mark.slow
def test_the_command_prints_it_and_experta_gives_the_same(knowledge, stories, text, full, capsysbinary, monkeypatch):
    monkeypatch.setattr("triage.knowledge.reader.load", lambda: knowledge)
    monkeypatch.chdir(ROOT)
    assert main(["safety", "tests/scenarios"]) == 0
    assert capsysbinary.readouterr().out.decode() == text
    assert main(["safety", "tests/scenarios", "--full"]) == 0
    assert capsysbinary.readouterr().out.decode() == full
    assert main(["safety", "tests/scenarios/bite.yaml", "--json"]) == 0
    assert msgspec.json.decode(capsysbinary.readouterr().out)["text"].startswith("# Clinical safety file\n")
    by_experta = [safety.Outcome(s, assess(knowledge, remembered(s.answers))) for s in stories]
    assert safety.document(knowledge, by_experta, SCENARIOS, full=True) == full


def test_every_mark_of_the_frame_is_filled_once_and_nothing_else_is_left(text, full):
    marks = re.findall(r"\{\{(\w+)\}\}", safety.frame())
    assert len(marks) > 10
    assert "{{" not in text + full


def test_all_rows_of_a_table_have_as_many_cells_as_its_head(text, full):
    """A bar in the id of a rule is no end of a cell."""
    width = 0
    for line in f"{text}\n{full}".splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.split(r"(?<!\\)\|", line))
        width = width or cells
        assert cells == width, line


def test_the_figures_of_the_evaluation_are_those_of_the_page_on_accuracy(text):
    flat = " ".join(text.split())
    row = next(line for line in (ROOT / "triage/docs/accuracy.md").read_text(encoding="utf-8").splitlines()
               if line.startswith("| emergency and same-day cases told less than today |"))
    figures = re.findall(r"(\d+)/(\d+),", row)
    assert len(figures) == 3
    said = re.findall(r"(\d+) of (\d+) (?:with all known|through the)|(\d+) of (\d+) with all else \"not sure\"", flat)
    assert [tuple(filter(None, each)) for each in said] == figures
    cases = set(re.findall(r"\bLL[FX]\d{3}\b", text))
    assert len(cases) >= 4
    missed = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert [case for case in cases if case not in missed] == []


def test_every_command_that_it_names_is_there(text):
    from triage.cli.parser import COMMANDS

    named = set(re.findall(r"`(?:python -m )?triage ([a-z][a-z-]*)", text))
    assert {"sign", "check", "diff", "show", "prove", "safety"} <= named <= {*COMMANDS}


def test_every_file_that_it_names_is_there(text):
    named = set(re.findall(r"`((?:triage|tests|rules)/[\w/]+\.\w+)`", text))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_it_claims_no_approval_and_says_who_reviewed_it(knowledge, text, full):
    assert knowledge.settings.review in text.lower()
    assert "conformity with neither" in " ".join(text.split())
    assert knowledge.settings.version in text
    assert tables.signed(knowledge) in full


# --- hazards ---


def test_hazards_name_what_is_there_and_every_red_flag_and_block_has_one(knowledge, tests):
    assert list(faults(knowledge, THEOREMS, tests)) == []


def test_every_theorem_controls_a_hazard(knowledge):
    assert {name for h in knowledge.hazards.values() for c in h.controls for name in c.proofs} == set(THEOREMS)


def test_each_row_of_a_control_holds_its_rules_and_what_shows_them(knowledge, evidence, full):
    found = rows(full, "hazard")
    controls = [control for hazard in knowledge.hazards.values() for control in hazard.controls]
    assert len(found) == len(controls) > 50
    for row, control in zip(found, controls, strict=True):
        rules, shown = ([part.replace("\\|", "|") for part in re.findall(r"`([^`]+)`", cell)] for cell in row[3:5])
        assert (row[2], rules) == (control.say, rules_of(knowledge, control))
        assert {*control.tests, *(f"prove {name}" for name in control.proofs)} <= set(shown)
        assert {evidence.of(name) for name in rules} <= set(shown)
        assert shown


def test_a_story_shows_every_rule_that_controls_a_hazard(knowledge, evidence):
    named = {name for h in knowledge.hazards.values() for c in h.controls for name in rules_of(knowledge, c)}
    assert [name for name in named if not evidence.of(name)] == []


CONTROL = Control(say="it is forbidden", rules=["no_press", "hot_leg/pain.hot=yes"], dangers=["DANGER"],
                  proofs=["holds"], tests=["tests/test_a.py::test_b"])
HAZARD = Hazard(id="pressed", name="A hot leg is pressed", cause="haste", harm="a clot", severity="fatal", left="much",
                controls=[CONTROL])


def wrong(knowledge: Knowledge, **said: list[str]) -> list[tuple[str, str, str]]:
    """Faults of rules with one hazard, whose one control says this."""
    control = msgspec.structs.replace(CONTROL, **said)
    hazards = {"pressed": msgspec.structs.replace(HAZARD, controls=[control])}
    return list(faults(msgspec.structs.replace(knowledge, hazards=hazards), {"holds"}, {"tests/test_a.py::test_b"}))


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Knowledge:
    return reader.load(small.write(tmp_path_factory.mktemp("few")))


@pytest.fixture(scope="module")
def dangers(few) -> list[str]:
    return [flag.danger for flag in few.red_flags.values()]


def test_a_hazard_that_names_what_is_there_has_no_fault(few, dangers):
    assert wrong(few, dangers=dangers) == []
    assert wrong(few, dangers=[], rules=[*few.red_flags, *few.interlocks]) == []


@pytest.mark.parametrize(("key", "name", "guess"), [
    ("rules", "no_pres", "no_press"), ("rules", "hot_leg/pain.hot=no", "hot_leg/pain.hot=yes"),
    ("proofs", "hold", "holds"), ("tests", "tests/test_a.py::test_c", "tests/test_a.py::test_b"),
    ("dangers", "zzz", ""),
])
def test_a_name_in_a_hazard_that_nothing_has_is_told_with_a_guess(few, dangers, key, name, guess):
    said = {"dangers": dangers}
    (found,) = wrong(few, **{**said, key: [*said.get(key, getattr(CONTROL, key)), name]})
    assert found[:2] == ("hazard:pressed", "unknown-id")
    assert f"'{name}'" in found[2]
    assert found[2].partition("did you mean '")[2].partition("'")[0] == guess


def test_a_control_that_nothing_shows_is_told(few):
    found = wrong(few, rules=[], dangers=[], proofs=[], tests=[])
    assert found[0][:2] == ("hazard:pressed", "no-evidence")


def test_a_hazard_without_a_control_and_a_red_flag_without_a_hazard_are_told(few):
    bare = {"pressed": msgspec.structs.replace(HAZARD, controls=[])}
    found = [(name, code) for name, code, _ in faults(msgspec.structs.replace(few, hazards=bare), set(), set())]
    assert found == [("hazard:pressed", "no-control"), *((name, "no-hazard") for name in (
        *few.red_flags, *few.interlocks))]


# --- red flags and blocks ---


def test_each_red_flag_is_shown_by_its_hit_and_its_near_miss(knowledge, told, text, full):
    """The story at the place that is named raises it, or does not, and says so."""
    at = {f"{Path(t.story.file).relative_to(SCENARIOS).as_posix()}:{t.story.line}": t for t in told}
    found = rows(full, "red flag")
    assert [[re.sub(r":\d+`", "`", cell) for cell in row[:5]] for row in found] == rows(text, "red flag")
    assert {row[0].strip("`") for row in found} == set(knowledge.red_flags)
    for name, _, levels, hit, miss, count in found:
        flag, hit, miss = name.strip("`"), hit.strip("`"), miss.strip("`")
        assert flag in at[hit].assessment.flags
        assert any(reason.partition("/")[0] == flag for reason in at[hit].story.expect.reasons)
        assert flag not in at[miss].assessment.flags
        assert flag in at[miss].story.expect.not_reasons or at[miss].story.expect.urgency
        assert int(count) == sum(flag in t.assessment.flags for t in told) > 0
        assert levels


def test_the_nearest_red_flags_stand_first(knowledge, text):
    order = ["ambulance now", "emergency department now", "today", "another place", "book an appointment"]
    first = [row[2].partition(";")[0].partition(" within")[0] for row in rows(text, "red flag")]
    assert set(first) == set(order)
    assert [order.index(level) >= 3 for level in first] == sorted(order.index(level) >= 3 for level in first)


def test_each_block_is_shown_by_what_it_holds_back_and_what_it_lets_through(knowledge, told, text, full):
    at = {f"{Path(t.story.file).relative_to(SCENARIOS).as_posix()}:{t.story.line}": t for t in told}
    card_of = {rule.id: rule.card for rule in knowledge.rules}
    shelf = {**knowledge.self_checks, **knowledge.care}
    found = rows(full, "block")
    assert [[re.sub(r":\d+`", "`", cell) for cell in row[:4]] for row in found] == rows(text, "block")
    assert {row[0].strip("`") for row in found} == set(knowledge.interlocks)
    for name, held, back, through, count, _ in found:
        block, its = name.strip("`"), set(re.findall(r"`(\w+)`", held))
        assert its == {card.id for card in shelf.values() if block in card.blocked_by}

        def withheld(each: safety.Outcome, block: str = block) -> set[str]:
            both = (*each.assessment.withheld_checks, *each.assessment.withheld_care)
            return {card.id for card in both if any(card_of[rule] == block for rule in card.rules)}

        stopped = at[back.strip("`")]
        assert withheld(stopped) & set(stopped.story.expect.forbidden) & its
        free = at[through.strip("`")]
        assert its & {*free.assessment.self_checks, *free.assessment.care}
        assert not withheld(free)
        assert int(count) == sum(bool(withheld(each)) for each in told) > 0


def test_who_must_be_told_what_and_who_is_sent_elsewhere_stands_in_it(knowledge, text):
    promises = knowledge.settings.promises
    assert [row[0] for row in rows(text, "who")] == [promise.say for promise in promises]
    assert len(promises) > 3
    for people in knowledge.settings.not_for:
        assert people.say in text.replace(people.say.capitalize(), people.say)
    assert knowledge.settings.not_for


def test_the_order_of_stories_and_cards_alone_decides(knowledge, told, text):
    again = Evidence(knowledge, iter(told), SCENARIOS)
    assert tables.controls(knowledge, again, full=False) in text
    assert safety.document(knowledge, told, SCENARIOS) == text


# --- reviews ---


def test_signatures_are_counted_while_the_card_is_as_it_was(tmp_path):
    rules = small.write(tmp_path)
    digests = reader.load(rules).digests
    entry = "{{by: A, role: B, date: 2026-11-22, until: {}, digest: {}}}"
    (rules / "reviews.yaml").write_text("\n".join((
        f"hot_leg: {entry.format('2028-11-22', digests['hot_leg'])}", f"clot: {entry.format('2027-01-01', 'other')}",
        f"source:book: {entry.format('2027-11-22', digests['source:book'])}",
    )))
    knowledge = reader.load(rules)
    assert "2 are signed" in tables.signed(knowledge)
    assert "2027-11-22" in tables.signed(knowledge)
    counted = {row[0]: row[2] for row in rows(tables.reviews(knowledge), "kind")}
    assert (counted["red_flags"], counted["conditions"], counted["sources"]) == ("1", "0", "1")


# --- dependencies ---


def declared() -> dict[str, set[str]]:
    """What pyproject.toml asks for: to run, by each extra, and dev without what is in the others."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"run": project["dependencies"], **project["optional-dependencies"]}
    named = {key: {re.match(r"[A-Za-z0-9._-]+", each)[0] for each in listed} for key, listed in lists.items()}  # type: ignore[index]
    named["dev"] -= {name for key, names in named.items() if key != "dev" for name in names}
    return named


def test_each_dependency_has_its_reason_and_there_is_no_other():
    said: dict[str, set[str]] = {}
    for package in dependencies():
        said.setdefault(package.needed, set()).add(package.id)
        assert package.why
    assert said == declared()


@pytest.mark.parametrize("package", dependencies(), ids=lambda package: package.id)
def test_a_licence_is_that_which_the_package_states(package):
    try:
        distribution = importlib.metadata.distribution(package.id)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{package.id} is not installed")
    meta = distribution.metadata
    stated = " ".join((meta.get("License-Expression") or "", (meta.get("License") or "").partition("\n")[0], *(
        each for each in meta.get_all("Classifier", []) if each.startswith("License"))))
    if not families(stated):
        files = [file for file in distribution.files or () if file.name.upper().startswith(("LICENSE", "LICENCE"))]
        stated = " ".join(file.read_text() for file in files)
    assert families(package.licence) == families(stated) != set()


def families(text: str) -> set[str]:
    return {name for name, pattern in FAMILIES.items() if re.search(pattern, text)}
