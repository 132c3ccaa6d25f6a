"""Of answers that a person wants kept at most the one being typed is lost; nothing is kept that nobody asked for."""

from __future__ import annotations

import datetime
import io
import json
import re
import stat
import sys
from pathlib import Path
from typing import Any

import msgspec
import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conftest import RULES, remembered
from tests.helpers.examples import examples
from tests.helpers.pseudo_terminal import terminal
from tests.helpers.talks import talk
from triage.cli import main
from triage.dialogue.conversation import Conversation
from triage.dialogue.keeper import Keeper
from triage.dialogue.simulated_person import ScriptFront
from triage.model import NOT_SURE, Answers, Back, Given, Question, Quit, Review, Turn, Why
from triage.records import sessions
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

HEEL: Answers = {"person.age": 45.0, "pain.region": ("heel",), "pain.site": ("heel_under_inner",), "pain.side": "left",
                 "pain.first_steps": "worst", "onset.age": 60.0}


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


class Leaving(ScriptFront):
    """Knows the answers, and leaves after so many questions."""

    def __init__(self, known: Answers, after: int) -> None:
        super().__init__(known, "no")
        self.after = after

    def ask(self, question: Question, number: int):
        return Quit() if len(self.asked) >= self.after else super().ask(question, number)


def begun(knowledge, after: int = 9) -> sessions.Session:
    """A session of a person who left after so many answers."""
    state = {"session": sessions.new(knowledge)}

    def keep(now):
        state["session"] = sessions.with_turns(state["session"], now.turns, mentions=now.mentions)
        sessions.save(state["session"])

    talk(knowledge, remembered, Leaving(HEEL, after), keep=keep)
    return sessions.read(state["session"].id)


def test_each_answer_is_kept_before_the_next_question(knowledge):
    seen: list[int] = []

    class Watching(Leaving):
        def ask(self, question, number):
            seen.append(len(kept))
            return super().ask(question, number)

    kept: list[Turn] = []
    talk(knowledge, remembered, Watching(HEEL, 7), keep=lambda now: kept.__setitem__(slice(None), now.turns))
    assert seen == list(range(8))


def test_going_on_comes_to_the_same_result_as_never_having_left(knowledge):
    whole = talk(knowledge, remembered, ScriptFront(HEEL, "no"))
    session = begun(knowledge)
    today, lost = sessions.under_rules(knowledge, session)
    assert lost == []
    rest = ScriptFront(HEEL, "no")
    ended = talk(knowledge, remembered, rest, turns=today.turns)
    assert ended.assessment == whole.assessment
    assert not {turn.question.id for turn in today.turns} & set(rest.asked)


def test_back_after_going_on_takes_an_answer_that_was_kept(knowledge):
    turns = sessions.under_rules(knowledge, begun(knowledge, 3))[0].turns
    replies = [Back(), Quit()]
    asked = []

    class Two(ScriptFront):
        def ask(self, question, number):
            asked.append(question.id)
            return replies.pop(0)

    left: list[int] = []
    talk(knowledge, remembered, Two({}, "no"), turns=turns, keep=lambda now: left.append(len(now.turns)))
    assert asked[1] == turns[-1].question.id
    assert left[-1] == len(turns) - 1


def test_a_file_is_private_and_whole(knowledge, home):
    session = begun(knowledge)
    path = home / "sessions" / f"{session.id}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no temporary file stays"
    assert json.loads(path.read_text())["schema"] == sessions.SCHEMA


def test_what_a_killed_process_left_half_written_is_written_over(knowledge, home):
    session = begun(knowledge)
    left = home / "sessions" / f".{session.id}.new"
    left.write_text("{")
    assert sessions.names() == [session.id]
    sessions.save(session)
    assert not left.exists()
    assert sessions.read(session.id) == session


def test_other_rules_are_noticed_and_what_they_do_not_know_is_named(knowledge):
    session = begun(knowledge)
    strange = Turn(Question(id="pain.gone", kind="yes_no", ask="Is it gone?", findings=("pain.gone",)),
                   {"pain.gone": "yes"})
    odd = Turn(Question(id="pain.side", kind="one", ask="Which side?", findings=("pain.side",)), {"pain.side": "upper"})
    today, lost = sessions.under_rules(knowledge, sessions.with_turns(session, [*session.turns, strange, odd]))
    assert lost == ["Is it gone?", "Which side?"]
    assert len(today.turns) == len(session.turns)


def test_sessions_are_listed_shown_and_deleted(knowledge, run, home):
    assert run("sessions", "list")[1] == "No conversation is kept on this computer.\n"
    session = begun(knowledge)
    assert session.id in run("sessions", "list")[1]
    data = json.loads(run("sessions", "list", "--json")[1])
    assert data["sessions"][0]["finished"] is False
    shown = json.loads(run("sessions", "show", session.id, "--json")[1])
    assert shown["answers"]["person.age"] == 45
    assert shown["urgency"] == "self_care"
    assert "45 years" in run("sessions", "show", session.id)[1]
    assert run("sessions", "delete", session.id)[1] == f"deleted {session.id}\n"
    assert list((home / "sessions").iterdir()) == []


def test_all_are_deleted_at_once_and_named(knowledge, run, home):
    names = sorted({begun(knowledge, count).id for count in (2, 3)})
    assert run("sessions", "delete", "--all")[1].splitlines() == [f"deleted {name}" for name in names]
    assert run("sessions", "delete", "--all")[1] == "There is nothing to delete.\n"


def test_nothing_is_kept_that_nobody_asked_for(run, home):
    run("--plain", stdin="45\nq\n")
    run("--plain", "--no-save", stdin="45\nq\n")
    assert not home.exists()


def test_a_talk_in_lines_is_kept_when_asked_and_gone_on_with(run, home):
    code, out, _ = run("--plain", "--save", stdin="45\n")
    assert code == 0
    session = sessions.unfinished()
    assert session is not None
    assert f"triage resume {session.id}" in out.replace("\n", " ")
    assert sessions.answers(session) == {"person.age": 45.0}
    code, out, _ = run("--plain", "resume", stdin="none\n")
    assert "Going on with" in out
    assert sessions.answers(sessions.read(session.id))["now.breath"] == "no"


@pytest.mark.parametrize(("arguments", "words"), [
    (["resume"], "no unfinished conversation"), (["resume", "2020-01-01-abcdef"], "no session of this name"),
    (["sessions", "show", "x"], "no session of this name"), (["sessions", "delete"], "needs the name"),
    (["sessions", "delete", "../../etc/passwd"], "no session of this name"),
])
def test_a_name_that_is_not_there_is_told_in_one_sentence(run, arguments, words):
    code, out, err = run(*arguments)
    assert code in (65, 66)
    assert out == ""
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_a_save_that_fails_is_tried_again_at_each_answer(knowledge, monkeypatch):
    keeper, save = Keeper(sessions.new(knowledge)), sessions.save
    full, said, kept = iter([False, True, True, False]), [], []

    def saving(session):
        if next(full, False):
            raise TriageError("the disk is full", ExitCode.CANNOT_WRITE)
        save(session)

    monkeypatch.setattr(sessions, "save", saving)

    def keep(state):
        state, screens = keeper.keep(state)
        said.extend(block.text for screen in screens for block in screen.blocks)
        kept.append(state.stored)

    talk(knowledge, remembered, ScriptFront(HEEL, "no"), keep=keep)
    assert kept[1:5] == [True, False, False, True]
    assert [text.startswith("Your answers cannot be kept now") for text in said] == [True, False], "each said once"
    assert sessions.read(keeper.session.id).finished


def test_other_rules_cut_no_answer_of_which_no_copy_is_kept(knowledge, run):
    session = begun(knowledge, 5)
    gone = Turn(Question(id="pain.gone", kind="yes_no", ask="Is it gone?", findings=("pain.gone",)),
                {"pain.gone": "yes"})
    before = replace(session, rules="f" * 64, turns=(*session.turns, gone))
    sessions.save(before)
    code, out, _ = run("resume", session.id, stdin="b\nq\n")
    assert code == 0
    assert "Is it gone?" in out
    assert len(sessions.read(session.id).turns) == len(session.turns) - 1
    copy, = {*sessions.names()} - {session.id}
    assert sessions.read(copy).turns == before.turns


def test_the_result_is_kept_as_finished_before_it_is_read(knowledge):
    """A window that is closed at the result closes no unfinished talk."""
    keeper = Keeper(sessions.new(knowledge))

    class Closing(ScriptFront):
        def ask(self, question, number):
            if question.id == "after":
                raise SystemExit
            return Given("") if question.kind == "text" else super().ask(question, number)

    with pytest.raises(SystemExit):
        talk(knowledge, remembered, Closing(HEEL, "no"), personal=True, keep=lambda state: keeper.keep(state))
    assert sessions.read(keeper.session.id).finished


def test_after_some_days_times_count_on_and_dangers_are_asked_again(knowledge, run):
    session = replace(begun(knowledge, 30), changed="2020-01-01T12:00:00Z")
    days = (datetime.date.today() - sessions.last_day(session, datetime.date.today())).days
    sessions.save(session)
    before = sessions.answers(session)
    assert not set(knowledge.emergency) - set(before)
    code, out, _ = run("resume", session.id, stdin="none\nq\n")
    assert code == 0
    assert f"{days} days ago" in out
    now = sessions.answers(sessions.read(session.id))
    assert now["onset.age"] == before["onset.age"] + days
    first = next(stage for stage in knowledge.stages if stage.emergency)
    assert set(knowledge.emergency) & set(now) == set(first.together), "only those answered now"
    assert now["pain.site"] == before["pain.site"]


def test_two_at_once_are_told_and_write_nothing_over(knowledge, run):
    session = begun(knowledge, 3)
    with sessions.exclusive(session.id):
        code, _, err = run("resume", session.id, stdin="n\nq\n")
    assert code == 73
    assert "open in another window" in err
    assert sessions.read(session.id).turns == session.turns
    assert run("resume", session.id, stdin="q\n")[0] == 0
    keeper = Keeper(sessions.new(knowledge))
    talk(knowledge, remembered, Leaving(HEEL, 3), keep=lambda state: keeper.keep(state))
    assert run("resume", keeper.session.id, stdin="q\n")[0] == 73, "a new one is open as well"
    keeper.close()
    assert run("resume", keeper.session.id, stdin="q\n")[0] == 0
    assert not list(sessions.folder().glob("*.lock"))


def test_who_leaves_before_the_first_answer_is_promised_nothing(run, home):
    code, out, _ = run("--plain", "--save", stdin="q\n")
    assert code == 0
    assert "resume" not in out
    assert "Nothing was saved" in out
    assert sessions.names() == []


def test_a_session_of_the_format_before_loses_nothing(knowledge):
    """Purposes stood in the ids of questions, and what was said in own words in what was ticked."""
    words = Question(id="own_words", kind="text", ask="Tell me", findings=("own_words",),
                     ticked=("pain.region=calf", "now.breath", "onset.age", "pain.side=left"))
    offer = Question(id="offer:calf_press", kind="one", ask="Try?", findings=("offer:calf_press",),
                     self_check="calf_press")
    turns = (Turn(words, {"pain.first_steps": "worst"}), Turn(offer, {"offer:calf_press": "skip"}))
    session = replace(sessions.new(knowledge), schema=sessions.OLDER, turns=turns)
    raw = msgspec.to_builtins(session)
    for turn in raw["turns"]:
        del turn["question"]["purpose"], turn["question"]["before"]
    del raw["mentions"]
    (sessions.folder()).mkdir(parents=True)
    (sessions.folder() / f"{session.id}.json").write_bytes(msgspec.json.encode(raw))
    today, lost = sessions.under_rules(knowledge, sessions.read(session.id))
    assert lost == []
    assert [turn.question.purpose for turn in today.turns] == ["own_words", "offer"]
    assert today.mentions == {"pain.region": ("calf",), "now.breath": "yes", "onset.age": NOT_SURE,
                              "pain.side": "left"}
    assert sessions.answers(today) == {"pain.first_steps": "worst"}


_kept: list[bytes] = []


@given(st.data())
@examples(400)
def test_a_kept_file_that_was_changed_by_hand_is_read_or_refused(knowledge, home, data):
    """Any value of it may be another one of JSON: the talk goes on with what can be understood."""
    if not _kept:
        session = begun(knowledge, 30)
        _kept.append((home / "sessions" / f"{session.id}.json").read_bytes())
    raw = msgspec.json.decode(_kept[0])
    places = [(holder, key) for holder in _holders(raw) for key in (
        holder if isinstance(holder, dict) else range(len(holder)))]
    strange = st.sampled_from([0, -1, 1e300, "", "x", "offer:calf_press", "pain.side", None, [], {}, ["x"], {"x": 1},
                               True, "checklist", "offer", "review", "number", "not_sure", ["pain.region=calf"]])
    for holder, key in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4)):
        if isinstance(holder, dict) or key < len(holder):
            holder[key] = data.draw(strange)
    name = "2026-01-01-abcdef"
    (home / "sessions").mkdir(parents=True, exist_ok=True)
    (home / "sessions" / f"{name}.json").write_bytes(msgspec.json.encode(raw))
    try:
        today, _ = sessions.under_rules(knowledge, sessions.read(name))
    except BadFile:
        return
    conversation = _conversation(knowledge)
    step = conversation.begin(personal=True, pictures=True, turns=today.turns, mentions=today.mentions)
    person = ScriptFront(HEEL, "no")
    for reply in (Why(), Review(), Back(), Back(), Why(), None, None):
        state, output = step
        if output.question is None:
            break
        reply = reply or (Given("") if output.question.kind == "text" else person.ask(output.question, 1))
        step = conversation.step(state, reply)
    state, output = conversation.step(step[0], Review())
    if output.question is not None and output.question.purpose == "review":
        for choice in output.question.choices:
            conversation.step(*[conversation.step(state, Given(choice.id))[0], Why()])


def _holders(raw: Any) -> list[Any]:
    """Every mapping and list of it."""
    inside = raw.values() if isinstance(raw, dict) else raw if isinstance(raw, list) else ()
    return ([raw] if isinstance(raw, (dict, list)) and raw else []) + [h for each in inside for h in _holders(each)]


def _conversation(knowledge) -> Conversation:
    if not _talks:
        _talks.append(Conversation(knowledge, remembered))
    return _talks[0]


_talks: list[Conversation] = []


@pytest.mark.parametrize(("content", "words"), [
    (b"", "cannot be read"), (b"{", "cannot be read"), (b"\xff\xfe", "cannot be read"), (b"[]", "cannot be read"),
    (b'{"schema": "triage-session/9", "id": "a", "begun": "", "changed": "", "rules": ""}', "another version"),
])
def test_a_damaged_file_is_told_and_the_others_stay_usable(knowledge, run, home, content, words):
    session = begun(knowledge)
    (home / "sessions" / "damaged.json").write_bytes(content)
    with pytest.raises(BadFile, match=words):
        sessions.read("damaged")
    assert run("resume", "damaged", stdin="")[0] == 65
    assert [each.id for each in sessions.every()] == [session.id]


def test_a_folder_that_cannot_be_written_is_told(run, home):
    home.write_text("a file stands where the folder should be")
    code, out, _ = run("--plain", "--save", stdin="45\nnone\nq\n")
    assert code == 0
    assert out.count("cannot be kept") == 1, "said once, and the talk goes on"
    assert "Question 3" in out


def test_an_edit_says_what_it_changed(knowledge):
    """The review takes an answer back; the urgency and the order before and after are told."""
    known: Answers = {**HEEL, "onset.age": 60.0}

    class Editing(ScriptFront):
        edited = False

        def ask(self, question, number):
            if question.id == "review" and not self.edited:
                self.edited = True
                return Given(next(c.id for c in question.choices if c.id == "pain.site"))
            if self.edited and question.id == "pain.site":
                return Given(("heel_back",))
            return super().ask(question, number)

    front = Editing(known, "no")
    talk(knowledge, remembered, front)
    texts = [block for shown in front.shown for block in shown.blocks if block.text.startswith("Changed.")]
    assert len(texts) == 1


def test_about_how_many_are_left_never_grows(knowledge):
    seen: list[int] = []

    class Reading(ScriptFront):
        def ask(self, question, number):
            if found := re.search(r"About (\d+) more\.", question.progress):
                seen.append(int(found[1]))
            return super().ask(question, number)

    talk(knowledge, remembered, Reading(HEEL, "no"))
    assert seen
    assert seen == sorted(seen, reverse=True)


def test_a_killed_process_loses_at_most_the_answer_being_typed(knowledge, home):
    now, leg = [stage for stage in knowledge.stages if stage.emergency][:2]
    child = terminal("--save")
    child.expect("How old")
    child.send("45\r")
    child.expect("Tell me in a sentence")
    child.send("\r")
    child.expect(re.escape(now.title[:30]))
    child.send("n\r")
    child.expect(re.escape(leg.title[:30]))
    child.kill(9)
    child.close(force=True)
    session = sessions.unfinished()
    assert session is not None
    assert sessions.answers(session) == {"person.age": 45.0, **dict.fromkeys(now.together, "no")}


def test_a_person_at_a_terminal_is_asked_once_whether_to_keep_the_answers(home):
    child = terminal()
    child.expect("Shall I keep")
    child.send("y\r")
    child.expect("How old")
    child.send("45\r")
    child.expect("Tell me in a sentence")
    child.send("q\r")
    child.expect("triage resume")
    child.expect(pexpect.EOF)
    assert sessions.unfinished() is not None


def test_a_whole_talk_by_keys(home):
    """Own words, a self-check that is stopped, a look behind the result: in a pseudo-terminal, until all is done."""
    child = terminal("--save", rows=60, columns=100)
    child.expect("How old")
    child.send("45\r")
    child.expect("Tell me in a sentence")
    child.send("My left calf aches when I run uphill, for 3 weeks.\r")
    child.expect("This is what I understood")
    child.send("\r")
    offer, review, picture, listed, one, line, nothing, silence = range(8)
    asked, keys = [], ""
    for _ in range(80):
        # The last line of every question is drawn last; what kind it is, is told by its keys.
        asked.append(child.expect([r"\( \) Yes, show me how.*q quit", r"\( \) Yes, show me the result.*q quit",
                                   r"Space tick[^\n]*t spreads.*q quit", "Space tick.*q quit",
                                   "arrows choose.*q quit", "or type .*q quit", "Nothing is ticked yet",
                                   pexpect.TIMEOUT], timeout=20))
        if asked[-1] in (offer, review):
            break
        # Keys that come before a question has stood for a moment are dropped: after a silence they are typed again.
        keys = {picture: "\r", listed: "\r", nothing: "n\r", one: "s\r", line: "s\r", silence: keys}[asked[-1]]
        child.send(keys)
    if asked[-1] == offer:
        child.send("1\r")
        child.expect("Step 1 of.*q quit")
        child.send("2\r")
        child.expect("Stopped or unclear")
        for _ in range(3):
            if child.expect([r"\( \) Yes, show me the result.*q quit", r"\( \) Yes, show me how.*q quit"]) == 0:
                break
            child.send("\x1b[F\r")  # the last choice: no self-check now
    child.send("1\r")
    child.expect("HOW URGENT")
    while child.expect(["Enter: go on", r"see more.*(\d)\. ... Why not something else.*q quit"]) == 0:
        child.send("\r")
    child.send(child.match[1] + "\r")
    child.expect("Why not what.*q quit")
    child.send("\x1b[F\x1b[A\r")  # the last but one: another one, by its name
    child.expect("a part of the name.*q quit")
    child.send("achilles\r")
    child.expect("Which one is meant.*q quit")
    child.send("1\r")
    child.expect("Why not ")
    while child.expect(["Enter: go on", "Would you like to see more.*q quit"]) == 0:
        child.send("\r")
    child.send("\x1b[F\r")
    child.expect("Your answers are kept")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    session, = sessions.every()
    assert session.finished
    answers = sessions.answers(session)
    assert answers["pain.side"] == "left"
    # What was said in own words is ticked on the picture.
    places = [place for name in ("pain.region", "pain.site") for place in answers.get(name, ())]
    assert any("calf" in place for place in places)
    assert offer in asked
