"""The command line keeps its promises: exit codes, sentences with places, and on standard output data or nothing."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pexpect
import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT, RULES, SCENARIOS
from tests.helpers import small
from tests.helpers.examples import sampled
from tests.helpers.meaning import of_schema
from triage.cli import main
from triage.knowledge.json_schema import schemas
from triage.support import strict_yaml

ANSWERS = """\
screens: no
person.age: 45
pain.region: [calf, heel]
pain.site: [calf_lower_inner, heel_back]
pain.side: left
pain.first_steps: worst
onset.age: 3 weeks
onset.speed: days
onset.trigger: load
"""
SMALL_ANSWERS = """\
pain.age: 45
pain.region: [calf]
pain.since: 3 weeks
pain.swollen: no
"""
COMMANDS = ["assess", "interview", "questions", "check", "show", "test", "schema"]


class Done(NamedTuple):
    code: int
    out: bytes
    err: str

    def data(self) -> object:
        """Standard output, which must be one JSON document and nothing else."""
        value, end = json.JSONDecoder().raw_decode(self.out.decode())
        assert self.out.decode()[end:] == "\n"
        return value


@pytest.fixture
def run(capsysbinary, monkeypatch):
    """Runs `triage` with these arguments in this process, with the shipped rules."""
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))

    def call(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in out + err
        return Done(code, out, err.decode())

    return call


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return small.write(tmp_path)


@pytest.fixture
def write(tmp_path: Path):
    def writing(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return writing


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "triage", *map(str, arguments)], capture_output=True, check=False,
                          cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL)


# --- assess ---


def test_a_result_holds_what_it_promises(run, write):
    done = run("assess", write("answers.yaml", ANSWERS), "--json")
    result = done.data()
    assert (done.code, done.err) == (0, "")
    assert {"schema", "knowledge", "answers", "urgency", "conditions", "self_checks", "care", "watch_for", "look_again",
            "unresolved"} <= set(result)
    assert "asked" not in result
    assert result["schema"] == "triage-result/1"
    assert {"version", "digest"} <= set(result["knowledge"])
    assert result["answers"]["onset.age"] == 21
    assert set(result["urgency"]) == {"level", "within_days", "place", "say", "reasons"}
    assert result["conditions"]
    for condition in result["conditions"]:
        assert set(condition) == {"id", "name", "band", "weight", "suspected_by", "for", "against", "unknown"}
        for line in (*condition["for"], *condition["against"], *condition["unknown"]):
            assert {"rule", "why", "grade", "source"} <= set(line)
    for kind in ("self_checks", "care"):
        assert set(result[kind]) == {"offered", "blocked"}
        assert all({"id", "name"} <= set(card) for card in (*result[kind]["offered"], *result[kind]["blocked"]))
    assert isinstance(result["watch_for"], list)
    assert result["watch_for"]


def test_an_interview_also_tells_what_was_asked(run, write):
    result = run("interview", "--answers", write("answers.yaml", ANSWERS), "--json").data()
    assert result["schema"] == "triage-result/1"
    assert len(result["asked"]) == len(set(result["asked"])) > 5
    assert result["answers"]["pain.side"] == "left"


def test_yaml_json_and_standard_input_say_the_same(run, write, rules, monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(rules))
    plain = strict_yaml.read(SMALL_ANSWERS)[0]
    results = {
        run("assess", write("answers.yaml", SMALL_ANSWERS), "--json").out,
        run("assess", write("answers.json", json.dumps(plain)), "--json").out,
        run("assess", write("answers.txt", json.dumps(plain, indent="\t")), "--json").out,
        run("assess", write("bom.yaml", b"\xef\xbb\xbf" + SMALL_ANSWERS.replace("\n", "\r\n").encode()), "--json").out,
        run("assess", "-", "--json", stdin=SMALL_ANSWERS.encode()).out,
        run("--json", "assess", "-", stdin=json.dumps(plain).encode()).out,
    }
    assert len(results) == 1


def test_a_result_can_be_assessed_again(run, write):
    first = run("assess", write("answers.yaml", ANSWERS), "--json").out
    assert run("assess", write("result.json", first), "--json").out == first
    interview = json.loads(run("interview", "--answers", write("answers.yaml", ANSWERS), "--json").out)
    again = json.loads(run("assess", write("interview.json", json.dumps(interview)), "--json").out)
    assert again == {key: value for key, value in interview.items() if key != "asked"}


def test_every_fault_of_an_answers_file_is_told_at_its_place(run, write):
    path = write("answers.yaml", """\
pain.sid: left
pain.side: lefft

person.age: 450
screens: yes
leg.hot_spot: no
onset.age: 3 days
""")
    done = run("assess", path, "--json")
    assert (done.code, done.out) == (65, b"")
    lines = done.err.splitlines()
    places = [line.removeprefix(f"{path}:").partition(": ")[0] for line in lines]
    assert places == ["1:1", "2:12", "4:13", "5:10", "6:1"]
    assert "did you mean 'pain.side'" in lines[0]
    assert "did you mean 'left'" in lines[1]


def test_faults_of_standard_input_are_told_at_their_place(run):
    done = run("assess", "-", "--json", stdin=b"pain.side: left\npain.side: right\n")
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith("<stdin>:2:1: ")


@pytest.mark.parametrize(("text", "place"), [
    (b"", "1:1"), (b"# nothing\n", "1:1"), (b"- pain.side\n", "1:1"), (b"left\n", "1:1"),
    (b"pain.side: [left\n", "1:17"),
    (b"pain.side: caf\xe9\n", "1:15"), ("pain.side: left".encode("utf-16"), "1:1"), (b"a\x00b", "1:2"),
    (b"[" * 5000, "1:61"), (b"schema: triage-result/1\n", "1:1"), (b"x: " + b"a" * 2_000_001, "1:1"),
    (b"person.age: " + b"9" * 5000, "1:13"),
])
@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_file_that_cannot_be_used_is_told_in_one_line(run, write, rules, text, place, source):
    path = write("answers.yaml", text)
    done = run("--rules", rules, "assess", path if source == "file" else "-", "--json", stdin=text)
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith(f"{path if source == 'file' else '<stdin>'}:{place}: ")
    assert done.err.count("\n") == 1


def test_a_missing_file_is_told_with_a_near_name(run, write, tmp_path, rules):
    write("answers.yaml", SMALL_ANSWERS)
    done = run("--rules", rules, "assess", tmp_path / "anwsers.yaml", "--json")
    assert (done.code, done.out) == (66, b"")
    assert "did you mean 'answers.yaml'" in done.err


@pytest.mark.parametrize("name", ["", "nowhere/answers.yaml", "answers.yaml/x.yaml", "x" * 300])
@pytest.mark.parametrize("command", ["assess", "interview"])
def test_what_is_no_file_is_told(run, write, tmp_path, rules, name, command):
    write("answers.yaml", SMALL_ANSWERS)
    arguments = ["--answers"] if command == "interview" else []
    done = run("--rules", rules, command, *arguments, tmp_path / name, "--json")
    assert (done.code, done.out) == (66, b"")
    assert done.err.count("\n") == 1
    assert "did you mean" not in done.err


def test_the_trace_goes_to_standard_error(run, write, rules):
    path = write("answers.yaml", SMALL_ANSWERS)
    quiet = run("--rules", rules, "assess", path, "--json")
    traced = run("--rules", rules, "assess", path, "--json", "--trace")
    assert traced.out == quiet.out
    assert "recent/pain.since<=28" in traced.err
    assert quiet.err == ""


# --- rules that cannot be used ---


@pytest.mark.parametrize("command", [["assess", "-"], ["interview", "--answers", "-"], ["questions"], ["show", "clot"],
                                     ["test", "."]])
def test_broken_rules_are_told_by_every_command_that_needs_them(run, rules, command):
    file, line, column = small.damage(rules, "conditions/clot.yaml", "level: rare", "level: §rear")
    done = run("--rules", rules, *command, "--json", stdin=SMALL_ANSWERS.encode())
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith(f"{file}:{line}:{column}: ")
    assert done.err.count("\n") == 1


def test_of_several_faults_the_first_is_told_and_where_to_see_all(run, rules):
    small.damage(rules, "conditions/clot.yaml", "level: rare", "level: §rear")
    small.damage(rules, "scores/signs.yaml", "source: book", "source: §bok")
    done = run("--rules", rules, "questions", "--json")
    assert (done.code, done.out) == (65, b"")
    first, second = done.err.splitlines()
    assert first.startswith("rules/conditions/clot.yaml:")
    assert "triage check" in second


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_folder_of_rules_that_is_not_there_is_told(run, tmp_path, monkeypatch, way):
    missing = tmp_path / "nowhere"
    monkeypatch.setenv("TRIAGE_RULES", str(missing))
    done = run(*(["--rules", missing] if way == "option" else []), "questions")
    assert (done.code, done.out) == (65, b"")
    assert str(missing) in done.err


def test_the_option_is_stronger_than_the_environment(run, rules, tmp_path, monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(tmp_path / "nowhere"))
    assert run("questions", "--rules", rules, "--json").code == 0
    monkeypatch.setenv("TRIAGE_RULES", str(rules))
    assert run("show", "sore_calf", "--json").code == 0


# --- questions ---


def test_the_vocabulary_holds_every_finding_and_option(run, knowledge):
    listed = {entry["id"]: entry for entry in run("questions", "--json").data()}
    text = run("questions").out.decode().splitlines()
    assert list(listed) == list(knowledge.findings)
    for name, finding in knowledge.findings.items():
        entry = listed[name]
        assert (entry["kind"], entry["ask"]) == (finding.kind, finding.ask)
        assert [option["id"] for option in entry.get("options", [])] == list(finding.options)
        assert "not_sure" in entry["also"]
        assert ("none" in entry["also"]) == (finding.kind in ("one", "many"))
        begin = next(i for i, line in enumerate(text) if line.split(" ")[0] == name)
        assert finding.kind in text[begin]
        shown = [line.strip().partition(":")[0] for line in text[begin + 2 : begin + 2 + len(finding.options)]]
        assert shown == list(finding.options)


def test_a_number_tells_its_bounds_and_unit(run):
    (age,) = [entry for entry in run("questions", "--topic", "person", "--json").data() if entry["id"] == "person.age"]
    assert (age["unit"], age["lowest"], age["highest"]) == ("years", 0, 120)


def test_one_topic_can_be_asked_for(run, knowledge):
    listed = [entry["id"] for entry in run("questions", "--topic", "onset", "--json").data()]
    assert listed == [name for name in knowledge.findings if name.startswith("onset.")]
    text = run("questions", "--topic", "onset").out.decode()
    assert "onset.age" in text
    assert "pain.side" not in text


def test_an_unknown_topic_is_told_with_a_guess(run, rules):
    done = run("--rules", rules, "questions", "--topic", "pian", "--json")
    assert (done.code, done.out) == (65, b"")
    assert "did you mean 'pain'" in done.err


# --- check ---


def test_rules_without_a_fault_are_told_so(run, rules):
    for arguments in ([], [rules], ["--rules", rules]):
        done = run("check", *arguments)
        assert (done.code, done.out) == (0, b"")
        done = run("check", *arguments, "--json")
        assert (done.code, done.data()) == (0, [])


def test_all_faults_of_rules_are_told(run, rules):
    places = [
        small.damage(rules, "conditions/clot.yaml", "source: book}", "source: §bok}"),
        small.damage(rules, "red_flags/hot_leg.yaml", "pain.hot: yes", "pain.hot: §yess"),
    ]
    small.damage(rules, "scores/signs.yaml", "most: 3", "most: §4")  # told at the card
    places.append(("rules/scores/signs.yaml", 1, 1))
    done = run("check", rules)
    assert done.code == 1
    lines = done.out.decode().splitlines()
    for (file, line, column), text, fix in zip(places, lines[::2], lines[1::2], strict=True):
        assert text.startswith(f"{file}:{line}:{column}: ")
        assert fix.startswith("  fix: ")
    done = run("check", rules, "--json")
    assert done.code == 1
    faults = done.data()
    assert [(f["file"], f["line"], f["column"]) for f in faults] == places
    assert [f["code"] for f in faults] == ["unknown-source", "unknown-option", "score"]
    assert all(set(f) == {"file", "line", "column", "code", "message", "fix"} for f in faults)


def test_a_folder_that_is_not_there_has_a_fault(run, tmp_path):
    done = run("check", tmp_path / "nowhere", "--json")
    assert done.code == 1
    assert [f["code"] for f in done.data()] == ["no-rules"]


# --- show ---


@pytest.mark.parametrize(("wanted", "kind", "place"), [
    ("sore_calf", "conditions", "conditions/sore_calf.yaml:1:1"),
    ("hot_leg", "red_flags", "red_flags/hot_leg.yaml:1:1"),
    ("recent", "derived", "derived/recent.yaml:1:1"),
    ("signs", "scores", "scores/signs.yaml:1:1"),
    ("press", "self_checks", "self_checks/press.yaml:1:1"),
    ("rest", "care", "care/rest.yaml:1:1"),
    ("no_press", "interlocks", "interlocks.yaml:1:1"),
    ("pain.swollen", "findings", "findings/pain.yaml:26:3"),
    ("book", "sources", "sources.yaml:1:1"),
    ("S01", "claims", "article.yaml:3:3"),
])
def test_any_card_can_be_shown(run, rules, wanted, kind, place):
    shown = run("--rules", rules, "show", wanted, "--json").data()
    assert (shown["id"], shown["kind"], shown["place"]) == (wanted, kind, f"rules/{place}")
    text = run("--rules", rules, "show", wanted)
    assert text.code == 0
    assert f"rules/{place}" in text.out.decode()


def test_a_card_is_shown_with_its_rules_readers_and_sources(run, rules):
    shown = run("--rules", rules, "show", "hot_leg", "--json").data()
    assert [rule["rule"] for rule in shown["rules"]] == ["hot_leg/pain.hot=yes", "hot_leg/score.signs>=3"]
    assert set(shown["read_by"]) == {"press/must_not/red_flag.hot_leg=yes", "rest/offer/red_flag.hot_leg=yes"}
    assert [source["id"] for source in shown["sources"]] == ["book"]
    assert shown["card"]["rules"][1]["within_days"] == 7
    text = run("--rules", rules, "show", "hot_leg").out.decode()
    for part in ("hot_leg/pain.hot=yes", "rest/offer/red_flag.hot_leg=yes", "book: A book"):
        assert part in text


def test_a_finding_is_shown_with_the_rules_that_read_it(run, rules):
    shown = run("--rules", rules, "show", "pain.hot", "--json").data()
    assert shown["read_by"] == ["hot_leg/pain.hot=yes"]


def test_a_zero_is_shown_and_what_a_card_leaves_out_is_not(run, rules):
    shown = run("--rules", rules, "show", "pain.age", "--json").data()
    assert shown["card"]["lowest"] == 0
    assert "options" not in shown["card"]
    assert "again" not in shown["card"]
    evidence = run("--rules", rules, "show", "sore_calf", "--json").data()["card"]["for"][0]
    assert set(evidence) == {"when", "strength", "grade", "why", "source"}


def test_the_id_of_a_rule_shows_its_card(run, rules):
    card = run("--rules", rules, "show", "hot_leg", "--json").out
    assert run("--rules", rules, "show", "hot_leg/score.signs>=3", "--json").out == card


@pytest.mark.parametrize(("wanted", "guess"), [("hot_lge", "hot_leg"), ("pain.swolen", "pain.swollen"), ("zzz", "")])
def test_an_unknown_card_is_told_with_a_guess(run, rules, wanted, guess):
    done = run("--rules", rules, "show", wanted, "--json")
    assert (done.code, done.out) == (65, b"")
    assert done.err.partition("did you mean '")[2].partition("'")[0] == guess


@sampled(10)
def test_every_shipped_card_can_be_shown(run, knowledge, monkeypatch, every):
    monkeypatch.setattr("triage.knowledge.reader.load", lambda: knowledge)  # read once, not two hundred times
    for shelf in ("conditions", "red_flags", "derived", "scores", "self_checks", "care", "interlocks", "findings"):
        for name in list(getattr(knowledge, shelf))[::every]:
            assert run("show", name).code == 0
            shown = run("show", name, "--json").data()
            assert (shown["id"], shown["kind"]) == (name, shelf)
            assert shown["place"].startswith("rules/")


# --- test ---

STORY = """\
- story: A calf that hurts
  answers: {pain.region: calf, pain.since: 3 weeks, pain.swollen: no}
  expect: {urgency: self_care}
  but:
    - say: and is swollen
      answers: {pain.swollen: yes}
      expect: {urgency: today}
"""


def test_stories_that_come_out_as_they_say_pass(run, rules, write):
    path = write("stories.yaml", STORY)
    done = run("--rules", rules, "test", path)
    assert (done.code, done.out) == (0, b"")
    told = run("--rules", rules, "test", path, "--json")
    assert told.code == 0
    assert [(s["line"], s["failures"]) for s in told.data()] == [(1, []), (5, [])]


def test_a_story_that_does_not_come_out_is_told_at_its_line(run, rules, write):
    path = write("stories.yaml", STORY.replace("urgency: today", "urgency: book 3"))
    done = run("--rules", rules, "test", path)
    assert done.code == 1
    assert f"{path.as_posix()}:5: " in done.out.decode()
    told = run("--rules", rules, "test", path, "--json")
    assert told.code == 1
    assert [bool(s["failures"]) for s in told.data()] == [False, True]


@pytest.mark.parametrize(("text", "place"), [
    ("- story: [", "1:11"), ("story: x\n", "1:1"), (STORY.replace("pain.since", "pain.sinc"), "2:32"),
    (STORY.replace("self_care", "soon"), "3:11"),
])
def test_a_file_of_stories_that_cannot_be_used_is_told(run, rules, write, text, place):
    path = write("stories.yaml", text)
    done = run("--rules", rules, "test", path, "--json")
    assert (done.code, done.out) == (65, b"")
    assert done.err.startswith(f"{path.as_posix()}:{place}: ")


def test_stories_that_are_not_there_are_missing(run, rules, tmp_path):
    done = run("--rules", rules, "test", tmp_path / "nowhere", "--json")
    assert (done.code, done.out) == (66, b"")


def test_the_shipped_stories_can_be_run_by_command(run):
    done = run("test", SCENARIOS / "clot_signs.yaml", "--json")
    assert done.code == 0
    assert done.data()


# --- schema ---


def test_the_schemas_beside_the_rules_are_those_that_the_command_writes(run, tmp_path):
    """Mend with: python -m triage schema rules/schema"""
    assert run("schema", tmp_path / "new" / "schema").code == 0
    written = schemas_in(tmp_path / "new" / "schema")
    assert schemas_in(RULES / "schema") == written
    printed = of_schema(run("schema").out)
    assert {f"{name}.schema.json": schema for name, schema in printed.items()} == written


def schemas_in(folder: Path) -> dict[str, object]:
    return {path.name: of_schema(path.read_bytes()) for path in folder.iterdir()}


def test_the_indent_of_a_docstring_is_in_no_schema(monkeypatch):
    """Up to version 0.22 msgspec keeps it, and Python 3.13 takes it away before msgspec sees it."""
    monkeypatch.setattr("triage.model.LegMap.__doc__", "The legs.\n\n    Left and right.\n    ")
    assert schemas()["map"]["$defs"]["LegMap"]["description"] == "The legs.\n\nLeft and right."


def schema_of(path: Path) -> Draft202012Validator:
    name = path.stem if path.parent == RULES else path.parent.name
    schema = json.loads((RULES / "schema" / f"{name}.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.slow
def test_every_shipped_card_is_right_by_its_schema():
    seen = set()
    for path in sorted(RULES.rglob("*.yaml")):
        card = strict_yaml.read(strict_yaml.decode(path.read_bytes()))[0]
        assert [error.message for error in schema_of(path).iter_errors(card)] == [], path.name
        seen.add(path.stem if path.parent == RULES else path.parent.name)
    assert {f"{name}.schema.json" for name in seen} == {path.name for path in (RULES / "schema").iterdir()}


@pytest.mark.parametrize(("name", "old", "new"), [
    ("red_flags/hot_leg.yaml", "level: today", "level: tody"),
    ("red_flags/hot_leg.yaml", "name: Hot leg\n", ""),
    ("red_flags/hot_leg.yaml", "name: Hot leg\n", "name: Hot leg\nid: hot_leg\n"),
    ("conditions/sore_calf.yaml", "strength: strong", "strenght: strong"),
    ("findings/pain.yaml", "about: Where it hurts\n", ""),
    ("findings/pain.yaml", "kind: duration", "kind: time"),
    ("interlocks.yaml", "say: Do not press.", "says: Do not press."),
    ("interview.yaml", "groups: []", "group: []"),
    ("article.yaml", "source: book\nclaims", "claims"),
    ("sources.yaml", "year: 2020", "year: recent"),
    ("knowledge.yaml", "cap: 3.0", "cap: high"),
])
def test_a_damaged_card_is_wrong_by_its_schema(rules, name, old, new):
    validator = schema_of(RULES / name)
    text = (rules / name).read_text()
    assert old in text
    assert validator.is_valid(strict_yaml.read(text)[0])
    assert not validator.is_valid(strict_yaml.read(text.replace(old, new, 1))[0])


# --- all commands ---


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_holds_an_example(run, command):
    done = run(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    examples = done.out.decode().partition("example")[2]
    assert f"triage {command}".strip() in examples


def test_help_names_every_command_and_exit_code(run):
    text = run("--help").out.decode()
    assert all(f"\n    {name} " in text for name in COMMANDS)
    for code in (0, 1, 2, 65, 66, 130):
        assert f"{code} " in text.partition("exit codes:")[2]


def test_the_version_is_told(run):
    from triage import __version__

    done = run("--version")
    assert (done.code, done.out.decode().strip()) == (0, f"triage {__version__}")


@pytest.mark.parametrize("arguments", [
    ["asess", "x"], ["assess"], ["assess", "a", "b"], ["interview"], ["show"], ["test"], ["questions", "--all"],
    ["interview", "--answers", "-", "--otherwise", "yes"], ["--rules"],
])
def test_wrong_use_ends_with_2_and_the_usage(run, arguments):
    done = run(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert "usage:" in done.err


def test_with_json_no_command_writes_anything_else_to_standard_output(run, rules, write):
    path = write("answers.yaml", SMALL_ANSWERS)
    stories = write("stories.yaml", STORY)
    for arguments in (
        ["assess", path], ["interview", "--answers", path], ["questions"], ["check"], ["show", "clot"],
        ["test", stories], ["schema"],
    ):
        done = run("--rules", rules, *arguments, "--json")
        assert done.code == 0
        assert done.data() is not None
        assert done.out == run("--rules", rules, *arguments, "--json").out


def test_keys_that_interrupt_end_with_130_and_one_sentence(run, rules, monkeypatch):
    class Interrupted(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise KeyboardInterrupt

    monkeypatch.setattr("triage.support.input_files.sys.stdin", io.TextIOWrapper(Interrupted()))
    monkeypatch.setenv("TRIAGE_RULES", str(rules))
    assert main(["assess", "-", "--json"]) == 130


def test_an_error_of_ours_keeps_its_traceback(run, monkeypatch):
    """Bad input is answered with a sentence; a fault in the program must not look like one."""
    def broken() -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("triage.knowledge.reader.load", broken)
    with pytest.raises(RuntimeError, match="ours"):
        run("questions")


# --- as a process ---


def test_the_process_ends_with_the_code_of_the_command(tmp_path):
    missing = process("assess", tmp_path / "answers.yaml", "--json")
    assert (missing.returncode, missing.stdout) == (66, b"")
    assert b"Traceback" not in missing.stderr
    assert missing.stderr.count(b"\n") == 1


def test_the_same_input_gives_the_same_bytes_in_every_process_and_place(write, tmp_path):
    path = write("answers.yaml", ANSWERS)
    moved = tmp_path / "moved" / "rules"
    shutil.copytree(RULES, moved)
    seen = {
        process("assess", path, "--json", PYTHONHASHSEED="0", TRIAGE_RULES="").stdout,
        process("assess", path, "--json", PYTHONHASHSEED="4711", TRIAGE_RULES=str(moved), LC_ALL="C", TZ="Asia/Tokyo",
                PYTHONIOENCODING="ascii").stdout,
    }
    assert len(seen) == 1
    assert json.loads(seen.pop())["answers"]["person.age"] == 45


def test_ctrl_c_at_a_terminal_is_heard_though_it_was_ignored_before(rules):
    """As in a window that was opened by a program in the background."""
    child = pexpect.spawn(
        sys.executable, ["-m", "triage", "--rules", str(rules), "--plain"], cwd=ROOT, timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    child.expect("Answer: ")
    child.sendintr()
    child.expect(pexpect.EOF)


@pytest.mark.skipif(os.name == "nt", reason="no pipes of a shell")
@pytest.mark.parametrize("arguments", ["questions", "questions --json"])
def test_a_reader_that_goes_away_is_no_error(arguments):
    """As `triage questions | head -1` does; the output is larger than any pipe holds."""
    command = f"'{sys.executable}' -m triage {arguments} | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=False, cwd=ROOT)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""
