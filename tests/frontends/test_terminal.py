"""The three front ends say the same, lose no word, and take only answers that exist."""

# ruff: noqa: RUF001 - typographic signs are part of the test

from __future__ import annotations

import importlib
import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import pytest
import wcwidth
from msgspec.structs import replace
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output

from triage.dialogue.simulated_person import ScriptFront
from triage.frontends.terminal import Front, front
from triage.frontends.terminal.interactive import TtyFront
from triage.frontends.terminal.key_input import KeyInput
from triage.frontends.terminal.plain import MOST_TYPED, PlainFront
from triage.model import (
    NONE,
    NOT_SURE,
    Answer,
    Back,
    Block,
    Choice,
    Given,
    Question,
    Quit,
    Reply,
    Screen,
    Why,
)
from triage.presentation import text_layout

Talked = TypeVar("Talked")

pyte: Any = importlib.import_module("pyte")

DOUBT = Choice(NOT_SURE, "Not sure")
NOTHING = Choice(NONE, "None of these")

AGE = Question(id="person.age", kind="number", ask="How old is the person?", findings=("person.age",),
               help="In whole years.", unit="years", lowest=0, highest=120)
SINCE = Question(id="onset.age", kind="duration", ask="How long has it hurt?", findings=("onset.age",))
REST = Question(id="pain.rest", kind="yes_no", ask="Does it hurt at rest?", findings=("pain.rest",),
                choices=(Choice("yes", "Yes"), Choice("no", "No"), DOUBT))
SIDE = Question(id="pain.side", kind="one", ask="Which side is it?", findings=("pain.side",),
                choices=(Choice("left", "Left"), Choice("right", "Right"), Choice("both", "Both"), NOTHING, DOUBT))
REGION = Question(id="pain.region", kind="many", ask="Where does it hurt?", findings=("pain.region",),
                  choices=(Choice("calf", "Calf"), Choice("heel", "Heel"), Choice("foot", "Foot"), NOTHING, DOUBT))
NOW = Question(
    id="screen_now", kind="checklist", ask="Any of these now, or new since the leg began to trouble you?",
    help="A long-known, unchanged complaint is not meant. Chest and jaw count for the last 24 hours.",
    findings=("now.breath", "now.fainted", "now.fever"),
    choices=(
        Choice("now.breath", "Short of breath at rest or after a few steps, a sharp pain when you breathe in (chest, "
                             "side, back or shoulder), or coughing up blood"),
        Choice("now.fainted", "Fainted, nearly fainted or collapsed"),
        Choice("now.fever", "Fever of 38 °C or more, hard shivering, or feeling very ill – even if it has passed"),
        NOTHING, DOUBT,
    ),
)
SITES = Question(
    id="pain.site", kind="many", ask="Show the places more closely.", findings=("pain.site",),
    choices=(*(Choice(f"site_{n}", f"Place with the name {n}, on the inner side of the leg, above the bone")
               for n in range(1, 31)), NOTHING, DOUBT),
)
TRIGGER = Question(id="onset.trigger", kind="one", ask="What set it off?", findings=("onset.trigger",),
                   choices=tuple(Choice(f"cause_{n}", f"Cause {n}") for n in range(1, 13)))
ALL = (AGE, SINCE, REST, SIDE, REGION, NOW, SITES, TRIGGER)

SCREEN = Screen((
    Block(kind="title", text="What your answers say"),
    Block(kind="urgency", level="ambulance_now", text="Call an ambulance now. Do not drive – not even “slowly”.",
          items=("Temperature ≥ 38 °C, and a calf 2½ cm thicker", "Chest pain → a clot may have moved")),
    Block(kind="heading", text="What fits, and why"),
    Block(kind="text", text="Pain at the first steps after sleep that eases within minutes speaks for the sole."),
    Block(kind="list", text="It speaks for it that", items=("the first steps are the worst", "the heel is sore")),
    Block(kind="steps", items=tuple(f"Step {n} of the self-check, done slowly and without shoes" for n in range(12))),
    Block(kind="note", text="Größe, naïve, 漢字 and a_word_that_is_longer_than_any_line_of_a_narrow_terminal."),
))


@pytest.fixture(autouse=True)
def usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "PROMPT_TOOLKIT_COLOR_DEPTH", "PROMPT_TOOLKIT_NO_CPR"):
        monkeypatch.delenv(name, raising=False)


# --- layout ----------------------------------------------------------------------------------------


def words(text: str) -> str:
    return " ".join(text.split())


def spoken(screen: Screen, unicode_ok: bool) -> list[str]:
    return [text_layout.displayable(text, unicode_ok)
            for block in screen.blocks for text in (block.text, *block.items) if text]


@pytest.mark.parametrize("boxed", [True, False])
@pytest.mark.parametrize("unicode_ok", [True, False])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_screen_is_never_wider_than_the_terminal_and_loses_no_word(width: int, unicode_ok: bool, boxed: bool) -> None:
    lines = [text for _, text in text_layout.lines(SCREEN, width, unicode_ok, boxed)]
    assert max(map(wcwidth.width, lines)) <= min(width, text_layout.WIDEST)
    left = words(" ".join(line.strip("┃| ") for line in lines)).replace(" ", "")
    for text in spoken(SCREEN, unicode_ok):
        _before, found, left = left.partition(text.replace(" ", ""))
        assert found, text


def test_without_unicode_all_is_ascii_and_still_says_the_same() -> None:
    text = "\n".join(line for _, line in text_layout.lines(SCREEN, 80, unicode_ok=False))
    assert text.isascii()
    for said in (">= 38 degrees C", "2 1/2 cm", "->", "Grosse, naive", "+- HOW URGENT -", '"slowly"'):
        assert said in text


def test_the_urgency_stands_out_without_colour_and_without_a_frame() -> None:
    boxed = text_layout.lines(SCREEN, 80, unicode_ok=True)
    frame = [text for style, text in boxed if style == "urgency.ambulance_now"]
    assert text_layout.URGENT in frame[0]
    assert {wcwidth.width(text) for text in frame} == {80}
    plain = [text for _, text in text_layout.lines(SCREEN, 80, unicode_ok=True, boxed=False)]
    assert f"{text_layout.URGENT}:" in plain
    assert not set("┏┓┗┛━┃|+") & set("".join(plain))


def test_there_is_white_space_between_blocks_but_a_heading_keeps_to_its_block() -> None:
    lines = [text for _, text in text_layout.lines(SCREEN, 80, unicode_ok=True)]
    heading = lines.index("What fits, and why")
    assert lines[heading - 1] == ""
    assert lines[heading + 1]
    assert lines[0]
    assert lines[-1]


def test_an_empty_screen_has_no_lines() -> None:
    assert text_layout.lines(Screen(()), 80, unicode_ok=True) == []


@pytest.mark.parametrize("width", [1, 5, 20])
def test_a_tiny_terminal_gets_narrow_text_and_no_error(width: int) -> None:
    assert text_layout.lines(SCREEN, width, unicode_ok=True)


# --- plain lines -----------------------------------------------------------------------------------


def talk(question: Question, typed: str) -> tuple[Reply, str]:
    out = io.StringIO()
    return PlainFront(io.StringIO(typed), out).ask(question, 3), out.getvalue()


PLAIN: list[tuple[Question, str, Reply]] = [
    (REST, "1\n", Given("yes")),
    (REST, "no\n", Given("no")),
    (REST, "s\n", Given(NOT_SURE)),
    (SIDE, " 2 \n", Given("right")),
    (SIDE, "both\n", Given("both")),
    (SIDE, "4\n", Given(NONE)),
    (REGION, "1, 3\n", Given(("calf", "foot"))),
    (REGION, "3 1\n", Given(("calf", "foot"))),
    (REGION, "none\n", Given(())),
    (REGION, "5\n", Given(NOT_SURE)),
    (NOW, "1 5\n", Given(("now.breath", NOT_SURE))),
    (NOW, "s\n", Given(NOT_SURE)),
    (NOW, "4\n", Given(())),
    (AGE, "45\n", Given(45.0)),
    (AGE, "s\n", Given(NOT_SURE)),
    (SINCE, "3 weeks\n", Given(21.0)),
    (SIDE, "b\n", Back()),
    (AGE, "back\n", Back()),
    (NOW, "?\n", Why()),
    (SINCE, "Q\n", Quit()),
    (REST, "", Quit()),
    # The last line of a pipe may have no end.
    (REST, "1", Given("yes")),
]


@pytest.mark.parametrize(("question", "line", "reply"), PLAIN)
def test_a_typed_line_replies(question: Question, line: str, reply: Reply) -> None:
    assert talk(question, line)[0] == reply


@pytest.mark.parametrize(("question", "line"), [
    (SIDE, "9"), (SIDE, "0"), (SIDE, ""), (SIDE, "-1"), (SIDE, "1 2"), (SIDE, "upstairs"), (REGION, ""), (REGION, "0"),
    (REGION, "1 4"), (REGION, "1 5"), (NOW, "1 4"), (NOW, "4 5"), (AGE, ""), (AGE, "old"), (AGE, "300"),
    (SINCE, "soon"),
])
def test_a_wrong_line_is_explained_and_asked_again_without_the_question(question: Question, line: str) -> None:
    reply, said = talk(question, f"{line}\nb\n")
    assert reply == Back()
    assert words(said).count(words(question.ask)) == 1
    assert said.count("Answer: ") == 2
    assert len(said) > len(talk(question, "b\n")[1]) + len("Answer: ")


UNDERSTOOD = Question(
    id="heard", purpose="mentions", kind="many", ask="This is what I understood. Untick what is wrong.",
    findings=("heard",), ticked=("heard.0", "heard.1"),
    choices=(Choice("heard.0", "Calf"), Choice("heard.1", "Left"), Choice(NONE, "Nothing of this is right")))
BEFORE = replace(NOW, purpose="screening", ticked=("now.fever",))


@pytest.mark.parametrize(("question", "lines", "reply"), [
    (UNDERSTOOD, "\n", ("heard.0", "heard.1")),
    (UNDERSTOOD, "2\n\n", ("heard.0",)),
    (UNDERSTOOD, "2 1\n1\n\n", ("heard.0",)),
    (UNDERSTOOD, "1 2\n\n1\n\n", ("heard.0",)),
    (UNDERSTOOD, "9\n2, 2\n\n", ("heard.0",)),
    (UNDERSTOOD, "none\n", ()),
    (UNDERSTOOD, "3\n\n", ()),
    # What was ticked before on a screen for emergencies is not kept by one Enter.
    (BEFORE, "\n\n", ("now.fever",)),
    (BEFORE, "\n1\n\n", ("now.breath", "now.fever")),
    (BEFORE, "1\n\n", ("now.breath", "now.fever")),
    (BEFORE, "s\n\n", ("now.fever", NOT_SURE)),
])
def test_numbers_turn_lines_that_are_ticked_already_and_enter_keeps_them(
    question: Question, lines: str, reply: tuple[str, ...]
) -> None:
    given, said = talk(question, lines)
    assert given == Given(reply)
    assert "(ticked)" in said
    assert talk(BEFORE, "\n")[0] == Quit()


def test_the_end_of_the_input_after_a_wrong_line_is_quit() -> None:
    assert talk(SIDE, "9\n")[0] == Quit()


def test_not_sure_is_offered_only_where_it_is_an_answer() -> None:
    assert "not sure" in talk(AGE, "")[1]
    assert "not sure" not in talk(TRIGGER, "")[1]
    assert talk(TRIGGER, "s\nb\n")[0] == Back()


def test_plain_lines_hold_every_label_and_no_escape_code() -> None:
    for question in ALL:
        said = words(talk(question, "\x1b[A\nq\n")[1])
        assert "\x1b" not in said
        assert all(words(choice.label) in said for choice in question.choices)
    out = io.StringIO()
    PlainFront(io.StringIO(), out).show(SCREEN)
    assert "\x1b" not in out.getvalue()
    assert not set("┏┓┗┛━┃") & set(out.getvalue())


def test_a_stream_without_unicode_or_with_broken_bytes_is_no_error() -> None:
    heard, raw = io.TextIOWrapper(io.BytesIO(b"\xff\xe9\n1\n"), "utf-8"), io.BytesIO()
    plain = PlainFront(heard, io.TextIOWrapper(raw, "ascii"))
    plain.show(SCREEN)
    assert plain.ask(NOW, 1) == Given(("now.breath",))
    assert b"38 degrees C" in raw.getvalue()


def test_lines_pasted_at_a_plain_terminal_are_one_answer_or_none() -> None:
    """The lines behind the first are part of a text, and answer nothing else."""
    ours, its = pty.openpty()
    rest = ["My calf hurts,\nnone\nsince a fall\n", "2\n1\n1\n", "b\n"]

    class Prompted(io.StringIO):
        def write(self, text: str) -> int:
            if text == "Answer: ":
                os.write(ours, rest.pop(0).encode())
            return super().write(text)

    with os.fdopen(its, encoding="utf-8") as stdin:
        front = PlainFront(stdin, Prompted())
        os.write(ours, b"1\n2\n")
        assert front.ask(WORDS, 1) == Given("My calf hurts, none since a fall")
        os.write(ours, b"1\n1\n")
        assert front.ask(REST, 2) == Given("no")
        assert front.ask(SIDE, 3) == Back()
    os.close(ours)


def test_ctrl_c_in_plain_lines_is_quit() -> None:
    class Interrupted(io.StringIO):
        def readline(self, *_: Any) -> Any:
            raise KeyboardInterrupt

    assert PlainFront(Interrupted(), io.StringIO()).ask(SIDE, 1) == Quit()


# --- keys ------------------------------------------------------------------------------------------

UP, DOWN, LEFT, HOME, END = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[H", "\x1b[F"
CTRL_C, CTRL_D, BACKSPACE = "\x03", "\x04", "\x7f"


NO_KEYS = ["\x1b[31m", "\x1b[M !!", "\x1b[M\xff\xff\n", "\x1b[<0;999999;9M", "\x1b[<64;1;1M", "\x1b[9;9R",
           "\x1b[?1;2c", "\x1b[>0;1;2c", "\x1b]0;2 y\x07", "\x1b]11;rgb:1/2/3\x1b\\", "\x1bOX", "\x1bP1$r2m\x1b\\",
           "\x1b[1;2;3;4;5y", "\x1b[I", "\x1b[O"]
PACE = Question(id="pace", kind="checklist", ask="How did it begin?", findings=("speed",), choices=(
    Choice("speed=days", "Over days"), Choice("speed=hours", "Over hours"), NOTHING, DOUBT))
WORDS = Question(id="own_words", kind="text", ask="What troubles you?", findings=("own_words",))


class Drawn(DummyOutput):
    """Does something after each drawing of the screen."""

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then

    def flush(self) -> None:
        self.then()


def front_for_keys(mouse: bool = False, draw: Any = None) -> TtyFront:
    """A front end that takes keys at once."""
    return TtyFront(mouse=mouse, draw=draw, quiet=0)


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


KEYS: list[tuple[Question, str, Reply]] = [
    # One answer: a number, the arrows, Space or a letter mark it, Enter confirms it.
    (REST, "1\r", Given("yes")),
    (REST, "1\n", Given("yes")),
    (REST, "n\r", Given("no")),
    (REST, "ny\r", Given("yes")),
    (REST, "s\r", Given(NOT_SURE)),
    (SIDE, "2\r", Given("right")),
    (SIDE, "21\r", Given("left")),
    (SIDE, " \r", Given("left")),
    (SIDE, DOWN + DOWN + "\r", Given("both")),
    (SIDE, UP + UP + "\r", Given(NONE)),
    (SIDE, END + "\r", Given(NOT_SURE)),
    (SIDE, END + HOME + "\r", Given("left")),
    (SIDE, "4\r", Given(NONE)),
    # Enter without a choice is no answer.
    *((question, "\r\n\r\x1b\rb", Back()) for question in (REST, SIDE, TRIGGER, REGION, NOW, SITES)),
    (REST, "\r2\r", Given("no")),
    # Numbers that do not exist and letters that mean nothing do nothing.
    (SIDE, "9\rb", Back()),
    (SIDE, "0687xy3\r", Given("both")),
    (TRIGGER, "s0\rb", Back()),
    # Boxes.
    (REGION, "13\r", Given(("calf", "foot"))),
    (REGION, "31\r", Given(("calf", "foot"))),
    (REGION, "121\r", Given(("heel",))),
    (REGION, " " + DOWN + " \r", Given(("calf", "heel"))),
    (REGION, "4\r", Given(())),
    (REGION, "12" + "4\r", Given(())),
    (REGION, "4" + "2\r", Given(("heel",))),
    (REGION, "12" + "5\r", Given(NOT_SURE)),
    (REGION, "12" + "s\r", Given(NOT_SURE)),
    (REGION, "s" + "1\r", Given(("calf",))),
    (REGION, "9671\r", Given(("calf",))),
    (REGION, END + "\r\r" + HOME + " \r", Given(("calf",))),
    (REGION, "\r\r2\r", Given(("heel",))),
    (REGION, "22\r3\r", Given(("foot",))),
    # In a checklist "not sure" may stand beside ticked lines; none may not.
    (NOW, "1s\r", Given(("now.breath", NOT_SURE))),
    (NOW, "51\r", Given(("now.breath", NOT_SURE))),
    (NOW, "s\r", Given(NOT_SURE)),
    (NOW, "1s4\r", Given(())),
    (NOW, "4s\r", Given(NOT_SURE)),
    (NOW, "43\r", Given(("now.fever",))),
    # More than nine choices: a number may grow. It marks an answer; a box it only points at, Space or Enter tick it.
    (TRIGGER, "1\r", Given("cause_1")),
    (TRIGGER, "12\r", Given("cause_12")),
    (TRIGGER, "13" + "\r", Given("cause_3")),
    (TRIGGER, "0" + "7\r", Given("cause_7")),
    (TRIGGER, "12" + BACKSPACE + "1\r", Given("cause_11")),
    (TRIGGER, "12" + DOWN + "\r", Given("cause_1")),
    (SITES, "23" + DOWN + "\rb", Back()),
    (SITES, "2 3 \r", Given(("site_2", "site_3"))),
    (SITES, "2\r3\r\r", Given(("site_2", "site_3"))),
    (SITES, "12\r" + "3\r" + "\r", Given(("site_3", "site_12"))),
    (SITES, "12 " + "30 " + "\r", Given(("site_12", "site_30"))),
    (SITES, "5" + "31 " + "\r", Given(())),
    (SITES, "39 " + "\r", Given(("site_9",))),
    # Amounts.
    (AGE, "45\r", Given(45.0)),
    (AGE, "4" + BACKSPACE + "52\r", Given(52.0)),
    (AGE, "old\r" + BACKSPACE * 3 + "61\r", Given(61.0)),
    (AGE, "300\r" + BACKSPACE + "\r", Given(30.0)),
    (AGE, "\r7\n", Given(7.0)),
    (AGE, "s\r", Given(NOT_SURE)),
    (SINCE, "3 weeks\r", Given(21.0)),
    (SINCE, "\r\rtoday\r", Given(0.0)),
    *((question, "b\r", Back()) for question in (AGE, SINCE)),
    *((question, "?\r", Why()) for question in (AGE, SINCE)),
    *((question, "q\r", Quit()) for question in (AGE, SINCE)),
    *((question, key, Back()) for question in (REST, SIDE, REGION, NOW, SITES, TRIGGER) for key in ("b", LEFT)),
    *((question, "?", Why()) for question in (REST, SIDE, REGION, NOW, SITES, TRIGGER)),
    *((question, "q", Quit()) for question in (REST, SIDE, REGION, NOW, SITES, TRIGGER)),
    *((question, key, Quit()) for question in ALL for key in (CTRL_C, CTRL_D)),
    # Sequences that no key sends: colours, reports of the mouse and of the terminal, whole or torn, and Alt.
    *((REST, f"{sequence}\rb", Back()) for sequence in NO_KEYS),
    *((AGE, f"4{sequence}5\r", Given(45.0)) for sequence in NO_KEYS),
    # One line for a finding that takes one answer; two are told, and can be mended.
    (PACE, "12\r1\r", Given(("speed=hours",))),
    (PACE, "12\rb", Back()),
    # Pasted text is typed where there is a line, and nothing in a list.
    (AGE, "\x1b[200~45\x1b[201~\r", Given(45.0)),
    (REST, "\x1b[200~1\r\x1b[201~\rb", Back()),
    (SITES, "1 2 " * 20 + "\r", Quit()),
    # What was ticked before on a screen for emergencies is not kept by one Enter; a choice made there is.
    (BEFORE, "\rb", Back()),
    (BEFORE, "\r\r", Given(("now.fever",))),
    (BEFORE, "1\r", Given(("now.breath", "now.fever"))),
    (BEFORE, "33\r", Given(("now.fever",))),
    (UNDERSTOOD, "\r", Given(("heard.0", "heard.1"))),
    (UNDERSTOOD, "1\r", Given(("heard.1",))),
]


@pytest.mark.parametrize(("question", "typed", "reply"), KEYS)
def test_keys_reply(keys: PipeInput, question: Question, typed: str, reply: Reply) -> None:
    # Keys that did nothing must not leave the test waiting: what follows replies otherwise.
    keys.send_text(typed + ("\r" + BACKSPACE * 9 + "?\r" if typed in (CTRL_C, CTRL_D, "q", "q\r") else CTRL_C))
    assert front_for_keys().ask(question, 1) == reply


def test_what_was_typed_for_one_question_does_not_answer_the_next(keys: PipeInput) -> None:
    front = front_for_keys()
    keys.send_text("1\r" "2\r" "none\r")
    assert front.ask(REST, 1) == Given("yes")
    keys.send_text(CTRL_C)
    assert front.ask(REST, 2) == Quit()


def test_a_question_takes_keys_only_when_it_was_quiet_since_it_stood(keys: PipeInput) -> None:
    now = [0.0]
    typed = KeyInput(keys, clock=lambda: now[0], quiet=0.15)

    def read(text: str, later: float) -> str:
        now[0] += later
        keys.send_text(text)
        return "".join(key.data for key in typed.read_keys())

    assert read("1\r", 9) == "", "typed before it stood"
    typed.stands()
    assert read("my calf hurts\r", 0.1) == ""
    assert read("no fall\r", 0.1) == "", "the paste goes on"
    assert read("\x03", 0.1) == "\x03", "who wants to leave can"
    assert read("1", 0.2) == "1"
    assert read("\r", 0.01) == "\r"


def test_lines_pasted_into_a_sentence_are_part_of_it(keys: PipeInput) -> None:
    keys.send_text("My calf hurts,\nsince a fall.\rNo fever.\r")
    front = front_for_keys()
    reply: list[Reply] = []

    def later(typed: str) -> Callable[[], None]:
        return lambda: keys.send_text(typed)

    with create_app_session(input=keys, output=Drawn(later("\r"))):
        reply.append(front.ask(WORDS, 1))
    assert reply == [Given("My calf hurts, since a fall. No fever.")]


def test_very_much_that_is_typed_at_once_is_cut_and_not_waited_for(keys: PipeInput) -> None:
    """As from a terminal that does not say what is pasted: 100 kB as keys."""
    rest = ["my calf hurts " * 70] * 100

    def more() -> None:
        keys.send_text(rest.pop() if rest else "\r")

    with create_app_session(input=keys, output=Drawn(more)):
        reply = front_for_keys().ask(WORDS, 1)
    assert isinstance(reply, Given)
    assert len(str(reply.answer)) <= MOST_TYPED


@pytest.mark.parametrize("question", ALL)
def test_a_closed_terminal_is_quit(keys: PipeInput, question: Question) -> None:
    keys.close()
    assert TtyFront().ask(question, 1) == Quit()


class Terminal:
    """A terminal in memory: keeps every frame, and types the next key when a frame is complete."""

    encoding = "utf-8"

    def __init__(self, columns: int, rows: int = 60, encoding: str = "utf-8") -> None:
        self.size = Size(rows=rows, columns=columns)
        self.encoding = encoding
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self.screen.set_mode(pyte.modes.LNM)
        self.stream = pyte.Stream(self.screen)
        self.frames: list[str] = []
        self.raw = ""
        self.after_frame: Callable[[], None] = lambda: None
        self.asked_where: Callable[[], None] = lambda: None

    def write(self, text: str) -> None:
        self.raw += text
        self.stream.feed(text)
        if "\x1b[6n" in text:
            self.asked_where()

    def flush(self) -> None:
        if self.shown:
            self.frames.append(self.shown)
            self.after_frame()

    @property
    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def isatty(self) -> bool:
        return True

    def resize(self, columns: int) -> None:
        self.size = Size(rows=self.size.rows, columns=columns)
        self.screen.resize(self.size.rows, columns)

    def ask(self, question: Question, *typed: str) -> Reply:
        """Put the question; one key, or one piece of keys, after each frame. `shown` is what stays."""
        return self.use(lambda: front_for_keys().ask(question, 1), *typed)

    def use(self, talk: Callable[[], Talked], *typed: str) -> Talked:
        rest = list(typed)
        with create_pipe_input() as pipe:
            def type_next() -> None:
                if rest:
                    pipe.send_text(rest.pop(0))

            self.after_frame = type_next
            self.asked_where = lambda: pipe.send_text(f"\x1b[{self.screen.cursor.y + 1};1R")
            output = Vt100_Output(self, lambda: self.size, default_color_depth=ColorDepth.from_env())  # type: ignore[arg-type]
            with create_app_session(input=pipe, output=output):
                return talk()


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("question", ALL)
def test_every_label_is_drawn_whole_at_every_width(question: Question, columns: int) -> None:
    terminal = Terminal(columns, rows=120)
    terminal.ask(question, "q", "\r")
    drawn = words(terminal.frames[0])
    for text in (question.ask, question.help, *(choice.label for choice in question.choices)):
        assert words(text) in drawn
    assert terminal.shown == ""


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_a_drawn_checklist_has_a_pointer_boxes_and_hanging_labels(columns: int) -> None:
    terminal = Terminal(columns)
    terminal.ask(NOW, DOWN, " ", "q")
    first, moved, ticked = (frame.splitlines() for frame in terminal.frames[:3])
    assert sum(line.startswith(" > ") for line in first) == 1
    assert any(line.startswith("   2. [ ] Fainted") for line in first)
    assert any(line.startswith(" > 2. [ ] Fainted") for line in moved)
    assert any(line.startswith(" > 2. [x] Fainted") for line in ticked)
    second_line = first[next(n for n, line in enumerate(first) if " 1. [ ]" in line) + 1]
    assert second_line.startswith(" " * 10)
    assert not second_line.startswith(" " * 11)


@pytest.mark.parametrize("rows", [7, 10, 14, 24])
@pytest.mark.parametrize("columns", [40, 80])
def test_a_long_list_scrolls_with_the_pointer_and_cuts_no_label(columns: int, rows: int) -> None:
    terminal = Terminal(columns, rows)
    count = len(SITES.choices)
    terminal.ask(SITES, *[DOWN] * count, "q")
    for at, frame in enumerate(terminal.frames[: count + 1]):
        label = SITES.choices[at % count].label
        pointed = words(frame.partition(" > ")[2])
        assert pointed.startswith(f"{at % count + 1}. [ ] {label}")
        assert "q quit" in frame


def test_an_amount_is_drawn_in_a_terminal_of_few_rows() -> None:
    terminal = Terminal(40, rows=6)
    assert terminal.ask(AGE, "5", "0", "\r") == Given(50.0)


def test_a_new_width_wraps_the_labels_anew() -> None:
    terminal = Terminal(100)
    frames: list[int] = []

    def ask() -> Reply:
        resize = terminal.after_frame

        def narrower() -> None:
            frames.append(1)
            if len(frames) == 1:
                terminal.resize(40)
            resize()

        terminal.after_frame = narrower
        return front_for_keys().ask(NOW, 1)

    terminal.use(ask, DOWN, DOWN, "q")
    assert max(map(len, terminal.frames[0].splitlines())) > 40
    for frame in terminal.frames[1:3]:
        assert all(words(choice.label) in words(frame) for choice in NOW.choices)


def test_a_number_half_typed_and_a_wrong_amount_are_told() -> None:
    terminal = Terminal(80)
    terminal.ask(TRIGGER, "1", "2", "q")
    assert "Number 12" in terminal.frames[2]
    assert " > 12. " in terminal.frames[2]
    terminal = Terminal(40)
    terminal.ask(AGE, "x", "\r", BACKSPACE, "q", "\r")
    assert " ! " in terminal.frames[2]
    assert " > x" in terminal.frames[2]
    assert " ! " not in terminal.frames[3]


def test_a_click_picks_the_label_under_it_but_only_when_the_mouse_is_asked_for() -> None:
    def click(text: str) -> str:
        row = next(n for n, line in enumerate(drawn, start=1) if text in line)
        return f"\x1b[<0;15;{row}M\x1b[<0;15;{row}m"

    terminal = Terminal(60)
    terminal.ask(NOW, "q")
    drawn = terminal.frames[0].splitlines()
    terminal = Terminal(60)
    assert terminal.ask(NOW, click("Fainted") + "s\r") == Given(NOT_SURE)
    assert "\x1b[?1000h" not in terminal.raw
    assert "\x1b[6n" not in terminal.raw
    # The second line of the first label.
    terminal = Terminal(60)
    mouse = front_for_keys(mouse=True)
    clicked = terminal.use(lambda: mouse.ask(NOW, 1), "", click("Fainted"), click("breathe in"), "\r")
    assert clicked == Given(("now.breath", "now.fainted"))


def test_enter_with_nothing_ticked_says_so() -> None:
    terminal = Terminal(80)
    terminal.ask(REGION, "\r", "1", "q")
    assert " ! " in terminal.frames[1]
    assert " ! " not in terminal.frames[2]


@pytest.mark.parametrize(("question", "typed", "left"), [
    (REST, ["2", "\r"], "1. Does it hurt at rest?\n   No"),
    (REGION, ["1", "3", "\r"], "1. Where does it hurt?\n   - Calf\n   - Foot"),
    (REGION, ["4", "\r"], "1. Where does it hurt?\n   None of these"),
    (AGE, ["45", "\r"], "1. How old is the person?\n   45 years"),
    (SINCE, ["3 weeks", "\r"], "1. How long has it hurt?\n   3 weeks"),
    (SINCE, ["s", "\r"], "1. How long has it hurt?\n   Not sure"),
    (REST, ["b"], ""), (REST, ["?"], ""), (REST, ["q"], ""),
])
def test_question_and_answer_stay_behind_and_nothing_else(question: Question, typed: list[str], left: str) -> None:
    terminal = Terminal(60)
    terminal.ask(question, *typed)
    assert terminal.shown == left


def test_a_terminal_without_unicode_gets_ascii() -> None:
    terminal = Terminal(60, encoding="ascii")
    terminal.ask(NOW, "3", "\r")
    assert terminal.raw.isascii()
    assert "Fever of 38 degrees C or more" in terminal.shown
    terminal.use(lambda: TtyFront().show(SCREEN))
    assert terminal.raw.isascii()
    assert ">= 38 degrees C" in terminal.shown


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_screen_is_printed_whole(columns: int) -> None:
    terminal = Terminal(columns, rows=100)
    terminal.use(lambda: TtyFront().show(SCREEN))
    expected = [text for _, text in text_layout.lines(SCREEN, columns, unicode_ok=True)]
    assert terminal.shown.splitlines() == expected


def test_no_color_leaves_only_boldness(monkeypatch: pytest.MonkeyPatch) -> None:
    def colours(raw: str) -> set[str]:
        codes = {code for part in raw.split("\x1b[")[1:] if "m" in part for code in part.split("m")[0].split(";")}
        return {code for code in codes if code.isdigit() and (30 <= int(code) <= 38 or 90 <= int(code) <= 97)}

    terminal = Terminal(80, rows=100)
    terminal.use(lambda: TtyFront().show(SCREEN))
    assert colours(terminal.raw)
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal(80, rows=100)
    terminal.use(lambda: TtyFront().show(SCREEN))
    assert not colours(terminal.raw)
    assert "\x1b[0;1m" in terminal.raw


# --- script ----------------------------------------------------------------------------------------


def again(question: Question) -> Question:
    return replace(question, id=question.id + "_again", findings=(question.findings[0] + "_again",))


TRY = Question(id="offer:calf_press", purpose="offer", kind="one", ask="Try it?", findings=("offer:calf_press",),
               choices=(Choice("try", "Yes"), Choice("skip", "Not now")), self_check="calf_press")
REVIEW = Question(id="review", purpose="review", kind="one", ask="Is this right?", findings=("review",),
                  choices=(Choice("go_on", "Yes"), Choice("change", "Change something")))
ALL_NO: dict[str, Answer] = dict.fromkeys(NOW.findings, "no")

SCRIPT: list[tuple[Question, dict[str, Answer], Any, Answer]] = [
    (REST, {"pain.rest": "yes"}, "no", "yes"),
    (REST, {}, "no", "no"),
    (SIDE, {}, "no", NONE),
    (REGION, {}, "no", ()),
    (AGE, {}, "no", NOT_SURE),
    (SINCE, {}, "no", NOT_SURE),
    (REGION, {"pain.region": ("heel",)}, "not_sure", ("heel",)),
    *((question, {}, "not_sure", NOT_SURE) for question in (*ALL, again(REST))),
    (again(REST), {"pain.rest": "yes"}, "not_sure", "yes"),
    (again(REST), {"pain.rest": NOT_SURE}, "not_sure", NOT_SURE),
    (again(REST), {"pain.rest": NOT_SURE, "pain.rest_again": "yes"}, "not_sure", "yes"),
    (NOW, {"now.fever": "yes"}, "no", ("now.fever",)),
    (NOW, {"now.fever": "yes"}, "not_sure", ("now.fever", NOT_SURE)),
    (NOW, {"now.fever": "no"}, "not_sure", NOT_SURE),
    (NOW, {"now.fever": NOT_SURE}, "no", NOT_SURE),
    (NOW, {}, "no", ()),
    (NOW, ALL_NO, "not_sure", ()),
    (NOW, {**ALL_NO, "now.breath": "yes"}, "not_sure", ("now.breath",)),
    (TRY, {"self_check.calf_press": "my_pain_low"}, "not_sure", "try"),
    (TRY, {"self_check.calf_press": NOT_SURE}, "no", "skip"),
    (TRY, {}, "no", "skip"),
    (REVIEW, {}, "not_sure", "go_on"),
]


@pytest.mark.parametrize(("question", "known", "otherwise", "answer"), SCRIPT)
def test_a_script_answers_what_it_knows(
    question: Question, known: dict[str, Answer], otherwise: Any, answer: Answer
) -> None:
    assert ScriptFront(known, otherwise).ask(question, 1) == Given(answer)


def test_a_script_keeps_what_it_was_asked_and_shown() -> None:
    person = ScriptFront({})
    for number, question in enumerate((REST, NOW), start=1):
        person.ask(question, number)
    person.show(SCREEN)
    assert person.asked == ["pain.rest", "screen_now"]
    assert person.shown == [SCREEN]


# --- all three -------------------------------------------------------------------------------------


def test_keys_lines_and_script_give_the_same_replies(keys: PipeInput) -> None:
    def replies(person: Front, typed: Sequence[str] = ("",) * len(ALL)) -> list[Reply]:
        out = []
        for number, (question, text) in enumerate(zip(ALL, typed, strict=True), start=1):
            keys.send_text(text)
            out.append(person.ask(question, number))
        return out

    known: dict[str, Answer] = {
        "person.age": 45.0, "onset.age": 21.0, "pain.rest": "no", "pain.side": "both", "pain.region": ("calf", "foot"),
        "now.fainted": "yes", "pain.site": ("site_4", "site_12"), "onset.trigger": "cause_11",
    }
    typed = io.StringIO("45\n3 weeks\nno\n3\n1,3\n2 5\n4 12\n11\n")
    by_script = replies(ScriptFront(known))
    pressed = ["45\r", "3 weeks\r", "2\r", DOWN + DOWN + "\r", "13\r", "2s\r", "12 4 \r", "11\r"]
    assert replies(front_for_keys(), pressed) == by_script
    assert replies(PlainFront(typed, io.StringIO())) == by_script


def test_a_pipe_or_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Tty())
    monkeypatch.setattr(sys, "stdout", Tty())
    assert isinstance(front(), TtyFront)
    assert isinstance(front(plain=True), PlainFront)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert isinstance(front(), PlainFront)
    monkeypatch.setattr(sys, "stdin", Tty())
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(front(), PlainFront)


def test_plain_lines_do_not_import_prompt_toolkit() -> None:
    code = "import sys, triage.frontends.terminal as t; t.front(plain=True); sys.exit('prompt_toolkit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def leg(question: Question, here: str, ticked: frozenset[str], columns: int, rows: int) -> list[list[tuple[str, str]]]:
    """Stands for the picture: what is under the pointer and what is ticked, in as many rows as there are."""
    return [[("bold", f"<{here}>"[:columns])], *([("", f"{name}"[:columns])] for name in sorted(ticked))][:rows]


ZONES = Question(
    id="place", kind="checklist", ask="Where does it hurt?", findings=("pain.site",), several=("pain.site",),
    picture="pain.site", within="pain.region", spreads="pain.spreads",
    choices=(Choice("pain.site=calf", "Calf"), Choice("pain.site=heel", "Back of the heel"),
             Choice(NONE, "None of these"), Choice(NOT_SURE, "Not sure")),
)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_picture_stands_beside_its_list_and_follows_the_pointer(columns: int) -> None:
    terminal = Terminal(columns)
    front = front_for_keys(draw=leg)
    reply = terminal.use(lambda: front.ask(ZONES, 1), " ", DOWN, "t", "\r")
    assert front.pictures
    assert reply == Given(("pain.site=calf", "pain.spreads=heel"))
    first, _, moved, spread = terminal.frames[:4]
    assert "<pain.site=calf>" in first
    assert "<pain.site=heel>" in moved
    assert "[>] Back of the heel" in spread
    assert "pain.spreads=heel" in spread
    assert all(len(row) <= columns for frame in terminal.frames for row in frame.splitlines())
    assert "Spreads to: Back of the heel" in terminal.shown


def test_a_narrow_terminal_has_the_list_alone() -> None:
    terminal = Terminal(50)
    reply = terminal.use(lambda: front_for_keys(draw=leg).ask(ZONES, 1), "t", "t", "2", "\r")
    assert reply == Given(("pain.site=heel",))
    assert not any("<pain" in frame for frame in terminal.frames)
