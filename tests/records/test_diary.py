"""An entry is never lost, danger signs are asked every time, and the urgency may rise and never falls."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import RULES, remembered
from tests.helpers.examples import examples
from tests.helpers.talks import talk
from triage.cli import main
from triage.cli.commands import diary as command
from triage.cli.commands import forget
from triage.dialogue import check_in
from triage.dialogue.driver import hold
from triage.dialogue.simulated_person import ScriptFront
from triage.inference.assessment import assess
from triage.interview.next_question import Interview
from triage.model import RANK, Answers, Back, Given, Quit
from triage.presentation import diary_screens, pain_chart, wording
from triage.records import diary, follow_up, sessions
from triage.records.diary import Entry
from triage.records.follow_up import course_of
from triage.support.errors import BadFile, TriageError

CALF: Answers = {"person.age": 45.0, "pain.region": ("calf",), "pain.site": ("calf_lower_inner",), "pain.side": "left",
                 "onset.age": 21.0, "self_check.calf_press": "my_pain_low"}
PLACE = "calf_lower_inner"
START = datetime.date(2026, 11, 1)
QUIET: Answers = {"diary.new": "", "diary.tried": ()}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))
    return tmp_path / "home"


@pytest.fixture
def run(capsysbinary, monkeypatch):
    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main(list(arguments))
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in out + err
        return code, out.decode(), err.decode()

    return call


def on_day(day: int) -> datetime.datetime:
    return datetime.datetime.combine(START + datetime.timedelta(days=day), datetime.time(12), datetime.UTC)


def entry(day: int, *scores: int, places: tuple[str, ...] = (PLACE, "heel_back", "heel_sides"), **more) -> Entry:
    known = {"condition": "soleus_trigger_points", "answers": {**CALF}, "started": START} | more
    return Entry(at=on_day(day).isoformat().replace("+00:00", "Z"), day=on_day(day).date(),
                 pain=dict(zip(places, scores, strict=False)), **known)


def add(knowledge, day: int, known: Answers, answers: Answers | None = None, anew: bool = False):
    front = ScriptFront({**QUIET, **known}, "no")
    return front, command.add(knowledge, front, on_day(day), answers, anew)


def kept(knowledge, known: Answers, when: str) -> sessions.Session:
    """A talk that came to a result, kept."""
    state = {"session": sessions.new(knowledge)}
    talk(knowledge, remembered, ScriptFront(known, "no"),
         keep=lambda now: state.__setitem__("session", sessions.with_turns(state["session"], now.turns, finished=True)))
    session = msgspec.structs.replace(state["session"], changed=when)
    sessions.save(session)
    return session


# --- the file


def test_an_entry_is_private_and_a_line_of_its_own_whose_version_stands_first(home):
    diary.append(entry(0, 6))
    diary.append(entry(3, 5))
    path = home / "diary.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    lines = path.read_text().splitlines()
    assert [line.startswith('{"v":1,') for line in lines] == [True, True]
    assert diary.read().entries == (entry(0, 6), entry(3, 5))


def test_a_file_that_others_could_read_becomes_private(home):
    home.mkdir()
    (home / "diary.jsonl").touch(0o644)
    diary.append(entry(0, 6))
    assert stat.S_IMODE((home / "diary.jsonl").stat().st_mode) == 0o600


def test_a_torn_last_line_is_told_and_takes_nothing_with_it(home, run):
    diary.append(entry(0, 6))
    path = home / "diary.jsonl"
    with path.open("ab") as file:
        file.write(b'{"v":1,"at":"2026-11-0')
    before = path.read_bytes()
    found = diary.read()
    assert found.entries == (entry(0, 6),)
    assert found.torn == (2,)
    diary.append(entry(3, 5))
    assert path.read_bytes().startswith(before + b"\n")
    assert diary.read().entries == (entry(0, 6), entry(3, 5))
    code, _, err = run("diary", "show")
    assert code == 0
    assert err.count("\n") == 1
    assert "Line 2 " in err


def test_a_diary_of_a_newer_version_is_neither_shown_nor_written(home, run, knowledge):
    diary.append(entry(0, 6))
    path = home / "diary.jsonl"
    with path.open("ab") as file:
        file.write(b'{"v":2,"mood":"fine"}\n')
    before = path.read_bytes()
    for act in ("show", "add"):
        code, out, err = run("diary", act, stdin="none\nnone\nnone\n5\n")
        assert (code, out) == (65, "")
        assert err.count("\n") == 1
        assert "newer version" in err
    with pytest.raises(BadFile, match="newer version"):
        add(knowledge, 3, {})
    assert path.read_bytes() == before


def test_many_processes_may_write_at_once(home):
    code = ("import datetime, sys; from triage.records import diary; d = datetime.date(2026, 11, 1)\n"
            "for i in range(20): diary.append(diary.Entry(at=sys.argv[1], day=d, started=d, new='x' * 5000))")
    running = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(4)]
    assert [each.wait() for each in running] == [0] * 4
    found = diary.read()
    assert found.torn == ()
    assert sorted(each.at for each in found.entries) == sorted("0123" * 20)


def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(home, run):
    home.write_text("a file stands where the folder should be")
    code, out, err = run("diary", "add", stdin="none\n")
    assert (code, out) == (73, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize("what", ["folder", "pipe"])
def test_what_is_no_file_is_told_in_one_sentence(home, run, what):
    home.mkdir()
    path = home / "diary.jsonl"
    path.mkdir() if what == "folder" else os.mkfifo(path)
    for act in ("show", "add"):
        code, _, err = run("diary", act, stdin="none\n")
        assert code in (65, 73)
        assert err.count("\n") == 1


def test_an_entry_that_cannot_be_written_can_be_tried_again(home, knowledge, monkeypatch):
    tries = []

    def append(entry):
        tries.append(entry)
        if len(tries) < 3:
            raise TriageError("diary.jsonl: the disk is full", 73)

    monkeypatch.setattr(diary, "append", append)
    _, written = add(knowledge, 0, {"retry": "yes", f"diary.pain:{PLACE}": 6.0}, CALF)
    assert written is not None
    assert len(tries) == 3
    tries.clear()
    with pytest.raises(TriageError):
        add(knowledge, 0, {"retry": "no"}, CALF)


LINES = [entry(0, 6), entry(3, 5, new="x"), entry(9, 10, 0, started=START + datetime.timedelta(days=9))]


def _almost_entries() -> st.SearchStrategy[bytes]:
    """Entries with one value exchanged."""
    text = st.text(max_size=9)
    values = st.none() | st.booleans() | st.integers() | text | st.lists(text, max_size=3) | (
        st.dictionaries(text, st.integers(-2, 12) | text, max_size=3))
    keys = st.sampled_from([field for field in Entry.__struct_fields__ if field != "v"])

    def changed(pair) -> bytes:
        line = json.loads(msgspec.json.encode(LINES[0]))
        line[pair[0]] = pair[1]
        return json.dumps(line).encode()

    return st.tuples(keys, values).map(changed)


@given(st.lists(st.binary(max_size=60) | _almost_entries(), max_size=5).map(b"\n".join))
@examples(150, new=True)
def test_no_bytes_of_a_diary_lead_to_a_traceback(knowledge, raw):
    try:
        found = diary.parse(raw)
    except BadFile:
        return
    if found.entries:
        last = diary.episode(found.entries)
        course = course_of(knowledge, last, START)
        diary_screens.overview(knowledge, found.entries, course, ["It should be easier."], START, 60, False)
        ElementTree.fromstring(pain_chart.svg(knowledge, course, "x", ["It should be easier."]))


# --- the course


@pytest.mark.parametrize(("entries", "today", "level", "days", "steps"), [
    ([entry(0, 6)], 0, "self_care", 0, []),
    ([entry(0, 6)], 40, "self_care", 0, []),  # with one entry nothing can be compared
    ([entry(0, 6), entry(13, 6)], 13, "self_care", 0, []),
    ([entry(0, 6), entry(14, 6)], 14, "book", 14, ["no_better"]),
    ([entry(0, 6), entry(14, 5)], 14, "book", 14, ["no_better"]),
    ([entry(0, 6), entry(14, 4)], 14, "self_care", 0, []),  # 2 points and 33 percent
    ([entry(0, 8), entry(14, 6)], 14, "book", 14, ["no_better"]),  # 2 points, but 25 percent
    ([entry(0, 3), entry(14, 2)], 14, "book", 14, ["no_better"]),  # 33 percent, but 1 point
    ([entry(0, 1), entry(14, 0)], 14, "self_care", 0, []),  # gone is gone
    ([entry(0, 6), entry(27, 6)], 27, "book", 14, ["no_better"]),
    ([entry(0, 6), entry(28, 6)], 28, "book", 7, ["no_better", "see_by"]),
    ([entry(0, 6), entry(10, 6)], 28, "book", 7, ["no_better", "see_by"]),  # silence is no gain
    ([entry(0, 6), entry(28, 3)], 28, "self_care", 0, []),
    ([entry(0, 6), entry(2, 7)], 2, "self_care", 0, []),
    ([entry(0, 6), entry(2, 8)], 2, "book", 3, ["worse"]),
    ([entry(0, 7), entry(5, 3), entry(9, 5)], 9, "book", 3, ["worse"]),
    ([entry(0, 7), entry(5, 3), entry(9, 4), entry(12, 5)], 12, "book", 3, ["worse"]),
    ([entry(0, 7), entry(5, 4), entry(9, 4), entry(12, 5)], 12, "self_care", 0, []),
    ([entry(0, 9)], 0, "book", 3, ["severe"]),
    ([entry(0, 6, 3), entry(14, 2, 3)], 14, "book", 14, ["no_better"]),  # each place counts
    ([entry(0, 6, 3), entry(2, 2, 5)], 2, "book", 3, ["worse"]),
    ([entry(0, 6, condition=""), entry(14, 6, condition="")], 60, "book", 14, ["no_better"]),
    ([entry(0, 6), entry(14, 6, level="today", where="practice")], 14, "today", 0, ["no_better"]),
    ([entry(0, 6), entry(14, 6, level="book", within_days=7)], 14, "book", 7, ["no_better"]),
    ([entry(0, 6), entry(28, 6, level="book", within_days=10)], 28, "book", 7, ["no_better", "see_by"]),
    ([entry(0, 6), entry(14, 6, level="redirect", within_days=30, where="maternity")], 14,
     "redirect", 14, ["no_better"]),
    ([entry(0, 6), entry(2, 5, held="today")], 2, "today", 0, ["not_seen"]),
    ([entry(0, 6), entry(2, 5, answers={**CALF, "leg.numb_weak": "yes"})], 2, "book", 3, ["new_sign"]),
    ([entry(0, 6, answers={"leg.numb_weak": "yes"}), entry(2, 5, answers={"leg.numb_weak": "yes"})], 2,
     "self_care", 0, []),
    ([entry(0, 9, started=START - datetime.timedelta(days=90)), entry(0, 6)], 0, "self_care", 0, []),
    ([entry(5, 6), entry(3, 6)], -7, "self_care", 0, []),  # a clock that was wrong
])
def test_the_urgency_steps_up_by_the_card_and_never_down(knowledge, entries, today, level, days, steps):
    course = course_of(knowledge, entries, START + datetime.timedelta(days=today))
    assert (course.level, course.within_days) == (level, days)
    assert [step.id for step in course.escalations] == steps
    assert all(wording.escalation(knowledge, course, reason) for reason in course.escalations)
    assert RANK[course.level] >= RANK[entries[-1].level]


def test_a_place_that_is_named_stays_where_it_is_no_more_urgent_by_rank(knowledge):
    maternity = entry(14, 6, level="redirect", within_days=30, where="maternity")
    course = course_of(knowledge, [entry(0, 6), maternity], START)
    assert course.where == "maternity"
    assert course_of(knowledge, [entry(0, 6), entry(14, 6)], on_day(14).date()).where == "practice"


def test_every_card_has_days_that_can_be_drawn(knowledge):
    for name in knowledge.conditions:
        course = course_of(knowledge, [entry(0, 6, condition=name), entry(3, 5, condition=name)], START)
        calm = assess(knowledge, remembered({}))
        expected = wording.expected_course(knowledge, calm, name, course.easier_by)
        ElementTree.fromstring(pain_chart.svg(knowledge, course, name, expected))
        for width in (20, 56, 76):
            assert all(len(line) <= width + 4 for line in pain_chart.strip(knowledge, course, width, True)[1::2])


# --- asking


def test_the_emergency_screens_are_asked_again_each_time(knowledge):
    screens = [stage.id for stage in knowledge.stages if stage.emergency]
    for day in (0, 3, 6):
        front, written = add(knowledge, day, {f"diary.pain:{PLACE}": 6.0}, CALF if day == 0 else None)
        assert front.asked[:3] == screens
        assert written is not None
        assert set(knowledge.emergency) <= set(written.answers)
    assert [each.started for each in diary.read().entries] == [START] * 3


def test_children_are_asked_for_their_dangers_each_time(knowledge):
    child = {**CALF, "person.age": 9.0, "child.ill": "no"}
    add(knowledge, 0, {}, child)
    front, _ = add(knowledge, 3, {})
    assert "child.ill" in front.asked


def test_a_ticked_line_is_told_at_once_and_written_down(knowledge):
    add(knowledge, 0, {f"diary.pain:{PLACE}": 6.0}, CALF)
    front, written = add(knowledge, 3, {"now.breath": "yes", "person.cannot_answer": "no"})
    assert written is not None
    assert RANK[written.level] >= RANK["emergency_department_now"]
    assert not [name for name in front.asked if name.startswith("diary.")]
    assert front.shown[0].blocks[0].kind == "urgency"
    assert diary.read().entries[-1] == written


def test_who_leaves_after_a_ticked_line_has_it_written_down_and_else_nothing(knowledge):
    class Leaves(ScriptFront):
        def ask(self, question, number):
            return Quit() if question.id == "screen_body" else super().ask(question, number)

    assert command.add(knowledge, Leaves({}, "no"), on_day(0), CALF) is None
    assert diary.read().entries == ()
    front = Leaves({"leg.hard_or_tight": "yes", "compartment.setting": ("cast",)}, "no")
    written = command.add(knowledge, front, on_day(0), CALF)
    assert written is not None
    assert written.answers["leg.hard_or_tight"] == "yes"
    assert any(block.kind == "urgency" for shown in front.shown for block in shown.blocks)


def test_what_was_urgent_stays_urgent_until_somebody_has_looked(knowledge):
    add(knowledge, 0, {"now.fever": "yes", "leg.hot_skin_or_joint": "yes", "ill.sepsis": "yes"}, CALF)
    first = diary.read().entries[-1]
    assert RANK[first.level] >= RANK["today"]
    front, written = add(knowledge, 1, {"diary.seen": "no", f"diary.pain:{PLACE}": 5.0})
    assert "diary.seen" in front.asked
    assert written is not None
    assert written.held == first.level
    assert course_of(knowledge, diary.read().entries, written.day).level == first.level
    _, again = add(knowledge, 2, {"diary.seen": "no"})
    assert again is not None
    assert again.held == first.level
    _, last = add(knowledge, 3, {"diary.seen": "yes"})
    assert last is not None
    assert last.held == "self_care"


def test_what_made_it_urgent_is_asked_again_and_can_be_taken_back(knowledge):
    known: Answers = {**CALF, "swelling.extent": "whole_leg", "history.clot_strong": ("earlier_clot",)}
    before = assess(knowledge, remembered(known)).urgency.level
    assert RANK[before] >= RANK["today"]
    front, written = add(knowledge, 3, {"swelling.extent": "no_swelling", "diary.seen": "yes"}, known)
    assert "swelling.extent" in front.asked
    assert written is not None
    assert RANK[written.level] < RANK["today"]
    _, written = add(knowledge, 3, {"swelling.extent": "whole_leg", "diary.seen": "yes"}, known)
    assert written is not None
    assert written.level == before


def test_pain_is_asked_for_each_place_and_what_was_tried_from_the_cards(knowledge):
    known: Answers = {**CALF, "pain.region": ("calf", "heel"), "pain.site": (PLACE, "heel_back")}
    scores: Answers = {f"diary.pain:{PLACE}": 6.0, "diary.pain:heel_back": 3.0}
    _, written = add(knowledge, 0, {**scores, "diary.tried": ("other",), "diary.more": ("calm_evening",)}, known)
    assert written is not None
    assert written.pain == {PLACE: 6, "heel_back": 3}
    assert written.tried == ("calm_evening",)
    front, _ = add(knowledge, 3, scores)
    assert [name for name in front.asked if name.startswith("diary.pain")] == list(scores)
    assert written.condition


def test_without_any_answers_the_place_is_asked_and_the_condition_is_not_known(knowledge):
    front, written = add(knowledge, 0, {"person.age": 45.0, "pain.region": ("heel",), "pain.site": ("heel_back",),
                                        "diary.pain:heel_back": 4.0})
    assert "place" in front.asked
    assert written is not None
    assert written.condition == ""
    assert written.pain == {"heel_back": 4}
    front, written = add(knowledge, 2, {"diary.pain:heel_back": 4.0})
    assert "place" not in front.asked
    assert written is not None
    assert written.condition == ""


def test_a_self_check_that_was_done_is_offered_again_when_it_is_still_safe(knowledge):
    everything: Answers = {name: "no" for name in knowledge.findings if knowledge.findings[name].kind == "yes_no"}
    known = {**everything, "history.clot_strong": (), "history.clot_weak": (), "swelling.extent": "no_swelling",
             "activity.regular": ("running",), "onset.trigger": "load", **CALF, "onset.age": 120.0}
    front, written = add(knowledge, 0, {f"diary.pain:{PLACE}": 6.0}, known)
    offered = [name for name in front.asked if name.startswith("offer:")]
    assert offered == ["offer:calf_press"]
    card = knowledge.self_checks[offered[0].removeprefix("offer:")]
    other = next(option for option in knowledge.findings[card.result].options if option != known[card.result])

    class Tries(ScriptFront):
        def _answer(self, question):
            mine = {offered[0]: "try", card.result: other}
            return mine[question.id] if question.id in mine else super()._answer(question)

    front = Tries({**QUIET}, "no")
    written = command.add(knowledge, front, on_day(3))
    assert written is not None
    assert written.checks == {card.id: other}
    assert written.answers[card.result] == other


def test_new_words_may_raise_a_danger(knowledge):
    words = "my whole leg is swollen"

    class Confirms(ScriptFront):
        def _answer(self, question):
            if question.id == "heard":
                return tuple(choice.id for choice in question.choices if choice.id.startswith("heard."))
            return super()._answer(question)

    front = Confirms({**QUIET, "diary.new": words, "diary.seen": "no", "leg.swollen_blue": "no",
                      f"diary.pain:{PLACE}": 3.0, "swelling.extent": "whole_leg"}, "no")
    written = command.add(knowledge, front, on_day(0), CALF)
    assert "heard" in front.asked
    assert written is not None
    assert written.new == words
    assert RANK[written.level] >= RANK["today"]


def test_new_words_do_not_make_an_old_pain_young(knowledge):
    _, written = add(knowledge, 3, {"diary.new": "since two days it hurts more on stairs", "heard": ()}, CALF)
    assert written is not None
    assert written.answers["onset.age"] == 21.0
    _, written = add(knowledge, 10, {})
    assert written is not None
    assert written.answers["onset.age"] == 28.0, "it grows older with the days"


def test_a_kept_talk_is_where_the_diary_begins(knowledge):
    kept(knowledge, CALF, "2026-11-01T10:00:00Z")
    front, written = add(knowledge, 5, {f"diary.pain:{PLACE}": 6.0})
    assert front.asked[0] == "diary.which"
    assert written is not None
    assert written.started == START
    assert written.condition
    front, written = add(knowledge, 20, {f"diary.pain:{PLACE}": 6.0})
    assert front.asked[0] != "diary.which", "the talk is known to the diary"
    assert written is not None
    assert course_of(knowledge, diary.read().entries, written.day).within_days == 14


def test_another_talk_about_the_same_trouble_does_not_set_the_clock_back(knowledge):
    add(knowledge, 0, {f"diary.pain:{PLACE}": 6.0}, CALF)
    kept(knowledge, {**CALF, "onset.age": 40.0}, "2026-11-13T10:00:00Z")
    front, written = add(knowledge, 14, {"diary.which": "same", f"diary.pain:{PLACE}": 6.0})
    assert front.asked[0] == "diary.which"
    assert written is not None
    assert written.started == START
    assert [step.id for step in course_of(knowledge, diary.read().entries, written.day).escalations] == ["no_better"]
    assert written.answers["onset.age"] == 42.0, "as it was told in the talk, two days later"


def test_another_trouble_does_not_touch_the_clock_of_the_first(knowledge):
    add(knowledge, 0, {f"diary.pain:{PLACE}": 6.0}, CALF)
    heel: Answers = {"person.age": 45.0, "pain.region": ("heel",), "pain.site": ("heel_back",), "pain.side": "left"}
    _, written = add(knowledge, 20, {"diary.pain:heel_back": 6.0}, heel, anew=True)
    assert written is not None
    assert written.started == on_day(20).date()
    assert list(written.pain) == ["heel_back"]
    assert course_of(knowledge, diary.read().entries, written.day).day == 0


def test_back_takes_the_last_answer_away(knowledge):
    class Returns(ScriptFront):
        backs = 1

        def ask(self, question, number):
            if question.id.startswith("diary.pain") and self.backs:
                self.backs -= 1
                self.asked.append("back")
                return Back()
            return super().ask(question, number)

    front = Returns({**QUIET, f"diary.pain:{PLACE}": 6.0}, "no")
    written = command.add(knowledge, front, on_day(0), CALF)
    assert front.asked.count("screen_body") == 2
    assert written is not None
    assert written.pain == {PLACE: 6}


@given(st.data())
@examples(25, new=True)
def test_whatever_is_answered_an_entry_comes_to_an_end(knowledge, data):
    """Any sequence of answers; after 60 questions the person leaves."""
    class Random:
        pictures, count = False, 0

        def ask(self, question, number):
            self.count += 1
            assert self.count <= 60, question.id
            if question.kind == "number":
                scores = st.sampled_from([0.0, 7.0, 10.0, "not_sure"])
                return Given(data.draw(scores) if question.highest == 10 else 45.0)
            if question.kind == "text":
                return Given(data.draw(st.sampled_from(["", "my calf is swollen and hot", "chest pain", "no fever"])))
            if question.kind == "duration":
                return Given(3.0)
            ids = [choice.id for choice in question.choices]
            if question.kind in ("many", "checklist"):
                ids = [name for name in ids if name not in ("none", "not_sure")]
                ticked = data.draw(st.sets(st.sampled_from(ids), max_size=2)) if data.draw(st.booleans()) else set()
                return Given(tuple(name for name in ids if name in ticked))
            return Given(data.draw(st.sampled_from(ids)))

        def show(self, screen):
            pass

    base = check_in.new_trouble(knowledge, CALF, START)
    script = check_in.CheckIn(_interview(knowledge), base, on_day(2))
    state, _ = hold(script, Random(), script.begin())
    assert script.entry(state) is not None


_built: list[Interview] = []


def _interview(knowledge) -> Interview:
    if not _built:
        _built.append(Interview(knowledge))
    return _built[0]


# --- the commands


ANSWERS = ("screens: no\nperson.age: 45\npain.region: calf\npain.site: calf_lower_inner\npain.side: left\n"
           "onset.age: 3 weeks\nself_check.calf_press: my_pain_low\n")


def test_the_whole_diary_in_lines(run, tmp_path, home):
    (tmp_path / "a.yaml").write_text(ANSWERS)
    lines = "none\nnone\nnone\n6\nnone\n\n"
    code, out, err = run("diary", "add", "--answers", str(tmp_path / "a.yaml"), stdin=lines)
    assert (code, err) == (0, "")
    assert "HOW URGENT" in out
    code, out, err = run("diary", "add", "--json", stdin=lines.replace("6", "8"))
    data = json.loads(out)
    assert code == 0
    assert data["course"]["urgency"] == {"level": "book", "within_days": 3, "place": "practice"}
    assert [step["id"] for step in data["course"]["stepped_up"]] == ["worse"]
    assert "Question 1" in err
    shown = json.loads(run("diary", "show", "--json")[1])
    assert [each["pain"] for each in shown["entries"]] == [{PLACE: 6}, {PLACE: 8}]
    assert "Lower calf" in run("diary", "show")[1]
    assert run("--plain", "diary", "show")[1].isascii()


def test_who_leaves_writes_nothing(run, home):
    code, out, _ = run("diary", "add", stdin="45\nq\n")
    assert code == 0
    assert "Nothing was written down" in out
    assert not home.exists()


def test_an_empty_diary_says_how_to_begin(run):
    assert run("diary", "show")[0] == 0
    assert json.loads(run("diary", "show", "--json")[1])["entries"] == []
    assert run("diary", "show", "--svg", "/tmp/x.svg")[0] == 66


def test_the_plot_is_plain_shapes_with_words_and_never_written_over(run, tmp_path):
    for day, score in ((0, 6), (7, 5), (15, 5)):
        diary.append(entry(day, score, 3))
    target = tmp_path / "course.svg"
    assert run("diary", "show", "--svg", str(target))[0] == 0
    tree = ElementTree.parse(target)
    names = {each.tag.rpartition("}")[2] for each in tree.iter()}
    assert {"title", "desc", "polyline"} <= names <= {"svg", "title", "desc", "polyline", "line", "rect", "circle",
                                                      "polygon", "text"}
    assert not {"style", "class", "id", "onclick", "onload"} & {key for each in tree.iter() for key in each.attrib}
    lines = [each for each in tree.iter() if each.tag.endswith("polyline")]
    assert len({each.get("stroke-dasharray") for each in lines}) == len(lines), "told apart without colour"
    text = target.read_text()
    assert "by day 14" in text
    assert "by day 28" in text
    target.write_text("mine")
    assert run("diary", "show", "--svg", str(target))[0] == 73
    assert target.read_text() == "mine"
    assert run("diary", "show", "--svg", str(target), "--force")[0] == 0
    assert target.read_text() != "mine"


def test_the_line_in_the_terminal_has_digits_where_there_are_no_blocks(knowledge):
    course = course_of(knowledge, [entry(0, 10), entry(7, 5), entry(14, 0)], on_day(14).date())
    _, blocks, _ = pain_chart.strip(knowledge, course, 60, True)
    _, digits, axis = pain_chart.strip(knowledge, course, 60, False)
    assert (blocks[0], blocks[-1]) == ("█", "┆")
    assert [sign for sign in digits if sign.isalnum()] == ["X", "5", "0"]
    assert digits.isascii()
    assert axis.split() == ["0", "14", "28"]


def test_no_number_is_drawn_for_what_is_expected_but_the_days_of_the_card(knowledge):
    course = course_of(knowledge, [entry(0, 6), entry(7, 5)], on_day(7).date())
    picture = ElementTree.fromstring(pain_chart.svg(knowledge, course, "x", []))
    lines = [each for each in picture.iter() if each.tag.endswith("}polyline")]
    assert len(lines) == len(course.places) == 1


# --- a long diary

MANY = 20_000


def long_diary() -> tuple[Entry, ...]:
    return tuple(entry(number // 100, number * 7 % 11, number % 11) for number in range(MANY))


def test_of_a_long_diary_the_newest_entries_are_listed_and_each_is_looked_at_a_few_times(knowledge, monkeypatch):
    entries, counts = long_diary(), []
    real = follow_up.under_rules
    monkeypatch.setattr(follow_up, "under_rules", lambda knowledge, each: counts.append(1) or real(knowledge, each))
    monkeypatch.setattr("triage.records.follow_up._add_scores", counted := Counting(follow_up._add_scores))
    course = course_of(knowledge, entries, on_day(200).date())
    lines = diary_screens.overview(knowledge, entries, course, [], on_day(200).date(), 80, True)
    assert len(counts) <= 2 * (diary_screens.MAX_ENTRIES + 1)
    assert counted.count == 2 * MANY
    assert len(lines) < 10 * diary_screens.MAX_ENTRIES
    assert any(f"{MANY - diary_screens.MAX_ENTRIES:,}" in line for line in lines)


class Counting:
    """Does what a function does, and counts."""

    def __init__(self, do) -> None:
        self.do, self.count = do, 0

    def __call__(self, *given):
        self.count += 1
        return self.do(*given)


def test_of_a_long_diary_some_hundred_points_are_drawn_and_the_worst_among_them(knowledge, monkeypatch):
    course = course_of(knowledge, (*long_diary(), entry(MANY // 100, 2, 1)), on_day(MANY // 100).date())
    monkeypatch.setattr(pain_chart, "_span", counted := Counting(pain_chart._span))
    picture = pain_chart.svg(knowledge, course, "x", [])
    points = [each for line in re.findall(r'points="([^"]+)" fill="none"', picture) for each in line.split()]
    assert 100 < len(points) <= pain_chart.MAX_POINTS
    assert " 10 on day" in picture
    assert picture.count(" 2 on day 200") == 1  # the last one stays
    assert counted.count < 10 * pain_chart.MAX_POINTS
    counted.count = 0
    pain_chart.strip(knowledge, course, 70, True)
    assert counted.count < 10 * pain_chart.MAX_POINTS


def test_how_it_stood_then_is_what_the_entries_up_to_then_say(knowledge):
    entries = [entry(day, score, 3) for day, score in ((0, 6), (3, 6), (9, 9), (20, 5), (40, 5), (41, 8))]
    then = list(follow_up.courses_then(knowledge, entries, 4))
    assert then == [course_of(knowledge, entries[:at], entries[at - 1].day) for at in range(3, 7)]


# --- forgetting


def test_all_is_wiped_and_named_and_what_is_not_ours_is_left(run, home, knowledge):
    session = kept(knowledge, CALF, "2026-11-01T10:00:00Z")
    diary.append(entry(0, 6))
    (home / "notes.txt").write_text("mine")
    (home / "sessions" / "package.json").write_text("{}")
    (home / "sessions" / f".{session.id}.new").write_text("{")
    assert run("forget", stdin="no\n")[0] == 0
    assert run("forget", stdin="")[0] == 130
    assert diary.read().entries
    code, out, err = run("forget", stdin="yes\n")
    assert (code, err) == (0, "")
    for name in (f"{session.id}.json", f".{session.id}.new", "diary.jsonl", "2 kept conversations and the diary"):
        assert name in out
    assert sorted(str(each.relative_to(home)) for each in home.rglob("*")) == [
        "notes.txt", "sessions", "sessions/package.json"]
    code, out, _ = run("forget", "--yes")
    assert code == 0
    assert "nothing to wipe" in out


def test_links_go_and_what_they_lead_to_stays(run, home, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "2026-11-01-abcdef.json").write_text("{}")
    (outside / "diary.jsonl").write_text("")
    home.mkdir()
    (home / "sessions").symlink_to(outside)
    (home / "diary.jsonl").symlink_to(outside / "diary.jsonl")
    code, out, _ = run("forget", "--yes")
    assert code == 0
    assert out.count("not wiped") == 2
    assert list(home.iterdir()) == []
    assert len(list(outside.iterdir())) == 2


def test_what_was_wiped_is_told_as_data(run, home):
    assert json.loads(run("forget", "--json")[1])["wiped"] == []
    diary.append(entry(0, 6))
    assert json.loads(run("forget", "--yes", "--json")[1])["wiped"] == [str(home / "diary.jsonl")]
    assert not (home / "diary.jsonl").exists()


def test_what_cannot_be_wiped_is_told(run, home, monkeypatch):
    diary.append(entry(0, 6))
    monkeypatch.setattr(forget, "wipe", lambda found: ((), {home / "diary.jsonl": "permission denied"}))
    code, out, err = run("forget", "--yes")
    assert (code, out) == (73, "")
    assert "permission denied" in err


def test_an_entry_written_while_all_is_wiped_is_not_lost(home):
    """Whoever waits for the file while it is wiped begins a new one."""
    diary.append(entry(0, 6))
    (home / "diary.jsonl").unlink()
    diary.append(entry(1, 5))
    assert diary.read().entries == (entry(1, 5),)
