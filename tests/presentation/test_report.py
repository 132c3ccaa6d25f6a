"""What is taken away: each part is there, nothing forbidden is shown, and nothing that was there is lost."""

from __future__ import annotations

import datetime
import io
import json
import re
import stat
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from tests.conftest import shared_knowledge
from triage.cli import main
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader as cards
from triage.model import NOT_SURE, Answers, Assessment, Block, Question, Turn
from triage.presentation import formats
from triage.presentation import report as reports
from triage.presentation.report.document import Figure, Line, Report, Section, Table
from triage.records import sessions
from triage.support.atomic_files import IS_THERE, write
from triage.support.errors import TriageError

DAY = datetime.date(2026, 11, 25)
RUNNER: Answers = {
    "person.age": 35.0, "person.sex": "female", "pain.region": ("calf", "heel"),
    "pain.site": ("calf_lower_inner", "heel_back"), "pain.side": "left", "pain.feel": ("dull",), "pain.rest": "no",
    "pain.first_steps": "stiff", "pain.push_off": "yes", "onset.age": 21.0, "onset.worse_4_weeks": "no",
    "onset.speed": "days", "onset.trigger": "load", "activity.load_jump": "yes", "activity.regular": ("running",),
    "history.blood_thinner": "no", "history.clot_strong": (), "history.clot_weak": (), "history.diabetes": "no",
    "medicine.statin": "no", "swelling.extent": "none", "self_check.calf_press": "my_pain_low",
}
CLOT: Answers = {
    "person.age": 45.0, "pain.region": ("calf",), "pain.site": ("calf_deep", "calf_lower_inner"), "pain.side": "right",
    "pain.push_off": "yes", "onset.age": 2.0, "onset.speed": "days", "onset.trigger": "load",
    "self_check.measure_calf": "over_3", "self_check.calf_press": "my_pain_low",
}
PREGNANT: Answers = {**RUNNER, "body.pregnant": "yes", "onset.age": 400.0}
EMERGENCY: Answers = {"person.age": 62.0, "now.breath": "yes", "pain.region": ("calf",), "pain.site": ("calf_deep",)}
CHILD: Answers = {
    "person.age": 7.0, "child.ill": "well", "child.not_walking": "no", "child.hot_joint_or_bone": "no",
    "child.leg_colour": "no", "child.limp": "no",
}
PERSON = {
    "runner": ["urgency", "map", "sources", "reasons", "self_check", "care", "watch", "again"],
    "clot": ["urgency", "sources", "map", "reasons", "self_check", "care", "watch"],
    "pregnant": ["urgency", "map", "sources", "reasons", "self_check", "care", "watch"],
    "emergency": ["urgency", "watch", "map"],
    "child": ["urgency", "watch"],
    "unsure": ["urgency", "map", "sources", "reasons", "open", "watch", "again"],
}
CLINICIAN = ["summary", "story", "red_flags", "results", "ranking"]
TOUCHING = {"no_press", "no_stretch"}


def answers_of(story: str) -> Answers:
    knowledge = shared_knowledge()
    no = dict.fromkeys(knowledge.emergency, "no")
    unsure = dict.fromkeys(knowledge.emergency, NOT_SURE)
    return {
        "runner": {**no, **RUNNER}, "clot": {**no, **CLOT}, "pregnant": {**no, **PREGNANT}, "emergency": EMERGENCY,
        "child": CHILD, "silent": RUNNER,
        "unsure": {**unsure, "person.age": 51.0, "pain.region": ("heel",), "pain.site": ("heel_under_inner",),
                   "pain.side": "both", "pain.first_steps": "worst", "onset.age": 90.0},
    }[story]


def concluded(story: str) -> Assessment:
    knowledge, answers = shared_knowledge(), answers_of(story)
    return assess(knowledge, Compiled(knowledge).conclude(answers))


@cache
def told(story: str, reader: str = "both") -> Report:
    return reports.report(shared_knowledge(), concluded(story), DAY, reader)  # type: ignore[arg-type]


def words(part: Report | Section | Table | Figure | Block) -> str:
    """All that is said, without layout."""
    if isinstance(part, Report):
        return "\n".join(map(words, (*part.person, *part.clinician)))
    if isinstance(part, Section):
        return "\n".join([part.title, *map(words, part.pieces)])
    if isinstance(part, Table):
        lines = [f"{line.text} {line.by}" for row in part.rows for cell in row for line in cell]
        return "\n".join([*part.head, *lines])
    if isinstance(part, Figure):
        return "\n".join([part.title, part.of, part.svg, *part.listing])
    return "\n".join([part.text, *part.items])


def part(sections: tuple[Section, ...], name: str) -> Section:
    return next(section for section in sections if section.id == name)


# --- what stands in it


@pytest.mark.parametrize("story", PERSON)
def test_the_person_finds_every_part_in_order(story):
    found = [section.id for section in told(story).person]
    assert found[0] == "urgency"
    assert [name for name in found if name in PERSON[story]] == PERSON[story]


@pytest.mark.parametrize("story", PERSON)
def test_the_clinician_finds_every_part_in_order(story):
    found = [section.id for section in told(story).clinician]
    assert [name for name in found if name in CLINICIAN] == CLINICIAN


def test_each_reader_can_have_a_report_alone():
    assert told("runner", "person").person
    assert not told("runner", "person").clinician
    assert told("runner", "clinician").clinician
    assert not told("runner", "clinician").person


@pytest.mark.parametrize("story", PERSON)
def test_the_urgency_is_told_first_with_what_to_do(story, knowledge):
    assessment, first = concluded(story), part(told(story).person, "urgency")
    banner = first.pieces[0]
    assert isinstance(banner, Block)
    assert (banner.kind, banner.level) == ("urgency", assessment.urgency.level)
    assert assessment.urgency.say in (*banner.items, f"{banner.text}.")
    for reason in assessment.urgency.reasons:
        flag = knowledge.red_flags.get(reason.split("/")[0])
        assert all(line in words(first) for line in (flag.do if flag else []))


def test_the_map_shows_the_pain_and_the_first_sources_beside_it(knowledge):
    figures = [piece for piece in part(told("runner").person, "map").pieces if isinstance(piece, Figure)]
    assert "Where it hurts" in figures[0].title
    first = concluded("runner").conditions[0].id
    assert figures[1].of == knowledge.conditions[first].name
    assert all("<svg" in figure.svg and figure.listing for figure in figures)


def test_an_emergency_names_no_source_and_shows_no_self_check():
    found = {section.id for section in told("emergency").person}
    assert not {"sources", "reasons", "self_check"} & found


def test_for_and_against_stand_beside_each_other_with_how_they_are_known(knowledge):
    tables = [piece for piece in part(told("runner").person, "reasons").pieces if isinstance(piece, Table)]
    assessment = concluded("runner")
    assert len(tables) == len(assessment.conditions[:3])
    rule = next(r for r in knowledge.rules if r.id == assessment.conditions[0].for_[0])
    assert rule.why in words(tables[0])
    assert all(line.by for line in tables[0].rows[0][0][:1])


def test_what_an_answer_may_still_say_is_not_called_refuted():
    for story in ("runner", "clot", "unsure"):
        reasons = words(part(told(story).person, "reasons"))
        refuted = set(re.findall(r"is not so: (.*?) \(|is not so: (.*)", reasons))
        open_ = set(re.findall(r"^whether (.*)$", reasons, re.MULTILINE))
        assert not {first or second for first, second in refuted} & open_


def test_a_done_self_check_is_told_with_its_result_its_meaning_and_its_picture(knowledge):
    section = part(told("runner").person, "self_check")
    card = knowledge.self_checks["calf_press"]
    assert card.means["my_pain_low"] in words(section)
    assert any(isinstance(piece, Figure) and card.name in piece.title for piece in section.pieces)
    assert card.means["my_pain_low"] in words(part(told("runner").clinician, "results"))


def test_several_results_of_one_self_check_all_have_their_meaning(knowledge):
    answers = {**answers_of("runner"), "self_check.look_at_leg": ("heat", "cord")}
    assessment = assess(knowledge, Compiled(knowledge).conclude(answers))
    shown = words(reports.report(knowledge, assessment, DAY))
    card = knowledge.self_checks["look_at_leg"]
    assert card.means["heat"] in shown
    assert card.means["cord"] in shown


def test_the_days_to_look_again_are_dates():
    shown = words(part(told("runner").person, "again"))
    assert "After 2 days: Friday 27 November 2026" in shown


def test_unanswered_emergency_questions_are_said_and_named(knowledge):
    shown = words(part(told("silent").person, "urgency"))
    assert f"{len(knowledge.emergency)} of {len(knowledge.emergency)}" in shown
    assert "no advice to wait" in shown
    assert all(knowledge.findings[name].line in shown for name in knowledge.emergency)
    assert "Not asked" in words(part(told("silent").clinician, "red_flags"))


def test_dangers_left_open_are_named_to_both_readers(knowledge):
    assessment = concluded("unsure")
    danger = knowledge.red_flags[assessment.unresolved[0]].danger
    assert danger in words(part(told("unsure").person, "open"))
    assert danger in words(part(told("unsure").clinician, "red_flags"))
    assert "could not be excluded" in words(part(told("unsure").person, "urgency"))


def test_the_clinician_reads_each_red_flag_with_its_answer(knowledge):
    for story, word in (("runner", "No"), ("unsure", "Not sure"), ("silent", "Not asked")):
        table = part(told(story).clinician, "red_flags").pieces[0]
        assert isinstance(table, Table)
        row = next(row for row in table.rows if row[0][0].text == word)
        if word != "Not asked":
            assert all(knowledge.findings[name].term in row[1][0].text for name in knowledge.emergency)


def test_a_raised_red_flag_has_its_rules_and_the_words_of_the_question(knowledge):
    shown = words(part(told("emergency").clinician, "red_flags"))
    assert "lung_clot_or_collapse/now.breath=yes" in shown
    assert knowledge.findings["now.breath"].line in shown


def test_ranked_conditions_have_rule_ids_and_cited_sources(knowledge):
    report, assessment = told("runner"), concluded("runner")
    shown, cited = words(part(report.clinician, "ranking")), words(part(report.clinician, "cited"))
    for ranked in assessment.conditions[:3]:
        assert ranked.id in shown
        assert any(rule_id.removeprefix(ranked.id) in shown for rule_id in ranked.for_)
    numbers = set(re.findall(r"\[(\d+)\]", shown))
    assert numbers
    assert numbers <= set(re.findall(r"\[(\d+)\]", cited))


def test_present_absent_and_not_asked_are_told_apart():
    table = part(told("runner").clinician, "story").pieces[0]
    assert isinstance(table, Table)
    rows = {row[0][0].text: (row[1][0].text, row[2][0].text) for row in table.rows}
    assert "since: 3 weeks" in rows["Onset and course"][0]
    assert "diabetes" in rows["Past history"][1]
    assert "diabetes" not in rows["Past history"][0]
    silent = part(told("emergency").clinician, "story").pieces[0]
    assert isinstance(silent, Table)
    assert {row[0][0].text: row[1][0].text for row in silent.rows}["Medicines"] == "not asked"


def test_the_clinician_reads_each_finding_by_a_short_term_of_its_own(knowledge):
    terms = {name: finding.term for name, finding in knowledge.findings.items()}
    assert all(0 < len(term) < 100 for term in terms.values())
    assert len({*terms.values()}) == len(terms)


def story_of(knowledge, answers: Answers) -> dict[str, tuple[str, str]]:
    """Row of the story -> what is present in it, and what is absent or not sure."""
    assessment = assess(knowledge, Compiled(knowledge).conclude(answers))
    (table,) = part(reports.report(knowledge, assessment, DAY).clinician, "story").pieces
    assert isinstance(table, Table)
    return {row[0][0].text: (row[1][0].text, row[2][0].text) for row in table.rows}


def test_each_finding_stands_in_one_row_of_the_history_in_the_order_of_the_settings(knowledge):
    rows = story_of(knowledge, dict.fromkeys(knowledge.findings, NOT_SURE))
    shown = {title: absent.removeprefix("Not sure: ").split("; ") for title, (_, absent) in rows.items()}
    assert list(shown) == list(knowledge.settings.history)
    for title, names in knowledge.settings.history.items():
        named = [knowledge.findings[name].term for name in names if name in knowledge.findings]
        assert shown[title][: len(named)] == named
    every = [finding.term for name, finding in knowledge.findings.items()
             if finding.topic not in ("person", "self_check") and name not in knowledge.emergency]
    assert sorted(term for terms in shown.values() for term in terms) == sorted(every)


def test_the_region_is_left_out_only_where_a_place_in_it_is_named(knowledge):
    region: Answers = {"pain.region": ("calf",)}
    term = f"{knowledge.findings['pain.region'].term}: "
    assert term in story_of(knowledge, region)["Complaint"][0]
    assert term in story_of(knowledge, {**region, "pain.site": NOT_SURE})["Complaint"][0]
    assert term not in story_of(knowledge, {**region, "pain.site": ("calf_deep",)})["Complaint"][0]


@pytest.mark.parametrize("story", PERSON)
@pytest.mark.parametrize("kind", ["text", "html", "json"])
def test_every_kind_says_which_rules_spoke_and_who_reviewed_them(story, kind, knowledge):
    shown = formats.render(told(story), kind).decode()
    assert knowledge.settings.review in shown
    assert knowledge.settings.version in shown
    assert knowledge.digest[:12] in shown


# --- what must not stand in it


@pytest.mark.parametrize(("story", "locks"), [
    ("clot", TOUCHING), ("emergency", TOUCHING), ("child", TOUCHING), ("silent", TOUCHING),
    ("pregnant", {"no_press"}), ("unsure", {"no_press"}),
])
def test_what_is_forbidden_is_not_explained(story, locks, knowledge):
    """Neither the steps nor a picture of where to press, nor a sentence in passing that invites to it."""
    shown = words(told(story))
    for card in (*knowledge.care.values(), *knowledge.self_checks.values()):
        if locks & {*card.blocked_by}:
            assert not [step for step in card.steps if step in shown], card.id
    assert "where to search" not in shown
    assert "worth a try" not in shown
    assert "If pressing" not in shown


def test_what_is_allowed_is_explained(knowledge):
    shown = words(told("runner"))
    assert all(step in shown for step in knowledge.care["calf_pressure"].steps)
    assert "where to search" in shown


def test_no_story_makes_a_report_fail_or_gives_an_all_clear(stories, knowledge):
    compiled = Compiled(knowledge)
    for story in stories[::25]:
        assessment = assess(knowledge, compiled.conclude(story.answers))
        shown = formats.render(reports.report(knowledge, assessment, DAY), "text").decode()
        assert max(map(len, shown.splitlines())) <= 80
        assert "nlikely" not in shown
        assert "no all-clear" in shown


# --- how it is written


class Page(HTMLParser):
    """Collects what matters of a page, and complains of tags that do not close."""

    VOID = {"meta", "wbr", "br", "rect", "path", "line", "circle", "ellipse", "polygon", "polyline"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("story", PERSON)
def test_a_page_needs_nothing_but_itself(story):
    text = formats.render(told(story), "html").decode()
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a"} & set(page.tags)
    assert page.tags.count("style") == 1
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/)", text)
    assert ("lang", "en") in page.attributes


@pytest.mark.parametrize("story", PERSON)
def test_headings_are_in_order_and_tables_have_heads(story):
    page = Page(formats.render(told(story), "html").decode())
    before = 0
    for level in [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]:
        assert level <= before + 1
        before = level
    assert page.tags.count("thead") == page.tags.count("table")
    assert ("scope", "row") in page.attributes


def test_hostile_text_stays_text():
    bad = "<script>alert('x')</script>\"&<b onclick=x>"
    line = Line(bad, bad, True)
    pieces = (Block(kind="urgency", text=bad, level=bad, items=(bad,)), Block(kind="steps", text=bad, items=(bad,)),
              Table(title=bad, head=(bad, bad), rows=(((line,), (line,)),)), Figure(title=bad, svg="", listing=(bad,)))
    sections = (Section(bad, bad, pieces),)
    report = msgspec.structs.replace(told("child"), notes=(bad,), review=bad, person=sections, clinician=sections)
    page = Page(formats.render(report, "html").decode())
    assert not {"script", "b"} & set(page.tags)
    assert all(name != "onclick" for name, _ in page.attributes)


def test_text_can_be_ascii():
    assert formats.render(told("runner"), "text", unicode_ok=False).isascii()


@pytest.mark.parametrize("story", PERSON)
def test_json_holds_the_same_parts_and_the_conclusion(story):
    data = json.loads(formats.render(told(story), "json"))
    assert data["schema"] == reports.SCHEMA
    assert data["date"] == "2026-11-25"
    assert [s["id"] for s in data["person"]] == [s.id for s in told(story).person]
    assert data["result"]["urgency"]["level"] == concluded(story).urgency.level
    assert b"<svg" not in formats.render(told(story), "json")


@pytest.mark.parametrize("kind", ["text", "html", "json"])
def test_the_same_day_gives_the_same_bytes(kind):
    again = reports.report(shared_knowledge(), concluded("runner"), DAY)
    assert formats.render(told("runner"), kind) == formats.render(again, kind)


def test_a_pdf_is_made():
    pytest.importorskip("weasyprint")
    assert formats.render(told("clot"), "pdf").startswith(b"%PDF-")


@pytest.mark.parametrize("story", ["runner", "clot", "pregnant", "emergency", "child"])
def test_the_clinicians_part_is_one_page(story):
    weasyprint = pytest.importorskip("weasyprint")
    page = formats.render(told(story, "clinician"), "html").decode()
    assert len(weasyprint.HTML(string=page).render().pages) == 1


# --- the command

ANSWERS = """\
screens: no
person.age: 35
pain.region: [calf]
pain.site: [calf_lower_inner]
pain.side: left
onset.age: 3 weeks
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsysbinary):
    """Runs `triage report` in an empty folder that holds answers.yaml."""
    knowledge = shared_knowledge()
    monkeypatch.setattr(cards, "load", lambda: knowledge)
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("answers.yaml").write_text(ANSWERS, encoding="utf-8")

    def call(*arguments: str, stdin: str = "", tty: bool = False) -> tuple[int, bytes, str]:
        typed = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        if tty:
            monkeypatch.setattr(typed, "isatty", lambda: True, raising=False)
            monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdin", typed)
        try:
            code = main(["report", *arguments])
        except SystemExit as leave:
            code = int(leave.code or 0)
        done = capsysbinary.readouterr()
        return code, done.out, done.err.decode()

    return call


def test_without_a_file_it_is_text_on_stdout(run):
    code, out, err = run("answers.yaml")
    assert code == 0
    assert b"FOR YOU" in out
    assert b"FOR THE CLINICIAN" in out
    assert not err


@pytest.mark.parametrize(("name", "begins"), [
    ("a.html", b"<!DOCTYPE html>"), ("a.htm", b"<!DOCTYPE html>"), ("a.json", b"{"), ("a.txt", b"Pain"), ("a", b"Pain"),
])
def test_the_suffix_says_the_kind(run, name, begins):
    assert run("answers.yaml", "-o", name)[0] == 0
    assert Path(name).read_bytes().startswith(begins)


def test_the_format_goes_before_the_suffix_and_json_is_json(run):
    run("answers.yaml", "-o", "a.txt", "--format", "html")
    assert Path("a.txt").read_bytes().startswith(b"<!DOCTYPE")
    assert json.loads(run("answers.yaml", "--json")[1])["schema"] == reports.SCHEMA
    assert run("answers.yaml", "--json", "--format", "html")[0] == 2


def test_one_reader_is_chosen(run):
    assert b"FOR THE CLINICIAN" not in run("answers.yaml", "--for", "person")[1]
    assert b"FOR YOU" not in run("answers.yaml", "--for", "clinician")[1]


def test_answers_may_come_from_stdin(run):
    assert run("-", stdin=ANSWERS)[0] == 0


def test_only_the_owner_may_read_a_report(run):
    run("answers.yaml", "-o", "a.html")
    assert stat.S_IMODE(Path("a.html").stat().st_mode) == 0o600


def test_a_file_that_is_there_is_left_alone(run):
    Path("a.html").write_text("mine", encoding="utf-8")
    code, _, err = run("answers.yaml", "-o", "a.html")
    assert code == 73
    assert err == f"a.html: {IS_THERE}\n"
    assert Path("a.html").read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in Path().iterdir()) == ["a.html", "answers.yaml"]


def test_the_answers_are_never_written_over(run):
    assert run("answers.yaml", "-o", "answers.yaml", "--force")[0] == 2
    assert Path("answers.yaml").read_text(encoding="utf-8") == ANSWERS


def test_force_writes_over_it_and_makes_it_private(run):
    Path("a.html").write_text("mine", encoding="utf-8")
    Path("a.html").chmod(0o644)
    assert run("answers.yaml", "-o", "a.html", "--force")[0] == 0
    assert Path("a.html").read_bytes().startswith(b"<!DOCTYPE")
    assert stat.S_IMODE(Path("a.html").stat().st_mode) == 0o600


@pytest.mark.parametrize(("typed", "over"), [("y\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_a_person_at_the_terminal_is_asked(run, typed, over):
    Path("a.txt").write_text("mine", encoding="utf-8")
    code, _, err = run("answers.yaml", "-o", "a.txt", stdin=typed, tty=True)
    assert "[y/N]" in err
    assert (code == 0) is over
    assert (Path("a.txt").read_text(encoding="utf-8") != "mine") is over


@pytest.mark.parametrize("name", ["none/a.html", "answers.yaml/a.html", "folder"])
def test_a_place_that_cannot_be_written_is_one_sentence(run, name):
    Path("folder").mkdir()
    code, _, err = run("answers.yaml", "-o", name, "--force")
    assert code == 73
    assert err.startswith(f"{name}: ")
    assert err.count("\n") == 1
    assert sorted(p.name for p in Path().iterdir()) == ["answers.yaml", "folder"]
    assert not list(Path("folder").iterdir())


def test_a_file_that_appears_meanwhile_is_not_written_over(tmp_path):
    name = str(tmp_path / "a.txt")
    Path(name).write_text("mine", encoding="utf-8")
    with pytest.raises(TriageError):
        write(name, b"ours")
    assert Path(name).read_text(encoding="utf-8") == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_without_weasyprint_a_pdf_is_one_sentence(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    code, _, err = run("answers.yaml", "-o", "a.pdf")
    assert code == 69
    assert 'pip install "soleus-triage[pdf]"' in err
    assert err.count("\n") == 1
    assert not Path("a.pdf").exists()


def test_a_pdf_is_not_written_to_the_terminal(run):
    assert run("answers.yaml", "--format", "pdf")[0] == 2


def test_a_kept_session_is_taken_by_its_name(run, knowledge):
    session = sessions.new(knowledge)
    question = Question(id="pain.side", kind="one", ask="Which side?", findings=("pain.side",))
    sessions.save(sessions.with_turns(session, [Turn(question, {"pain.side": "left"})]))
    code, out, err = run(session.id)
    assert code == 0
    assert b"side: left" in out
    assert "kept session" in err


def test_a_file_wins_over_a_session_of_the_same_name(run, knowledge):
    session = sessions.new(knowledge)
    sessions.save(session)
    Path(session.id).write_text(ANSWERS, encoding="utf-8")
    code, out, err = run(session.id)
    assert code == 0
    assert b"lower calf" in out
    assert not err


@pytest.mark.parametrize(("name", "code"), [("nothing", 66), ("none/nothing.yaml", 66), ("bad.yaml", 65)])
def test_answers_that_cannot_be_used_are_told(run, name, code):
    Path("bad.yaml").write_text("pain.regoin: calf\n", encoding="utf-8")
    done, out, err = run(name)
    assert done == code
    assert not out
    assert name in err
    assert "Traceback" not in err


def test_the_command_line_offers_the_formats_that_there_are():
    written = subprocess.run([sys.executable, "-m", "triage", "report", "--help"], capture_output=True, text=True,
                             check=True)
    assert f"{{{','.join(formats.FORMATS)}}}" in written.stdout


def test_the_ending_of_a_file_tells_its_format():
    for name, made in formats.FORMATS.items():
        assert all(formats.format_of(f"REPORT{suffix.upper()}") == name for suffix in made.suffixes)
    assert formats.format_of("report") == "text"
