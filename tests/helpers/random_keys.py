"""A talk under any keys at all: what a cat, a bad line or a broken terminal may type."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from prompt_toolkit.application import Application, create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from triage.dialogue.conversation import Conversation
from triage.dialogue.driver import hold
from triage.dialogue.frontend import Front
from triage.dialogue.simulated_person import ScriptFront
from triage.dialogue.state import DialogueState, Written
from triage.frontends.terminal.interactive import Draw, TtyFront
from triage.frontends.terminal.plain import PlainFront
from triage.model import Quit

ANSWERS = [b"1\r", b"1\r", b"2\r", b"n\r", b"s\r", b" \r", b"\x1545\r", b"\x1545\r", b"\x1545\r", b"\x153 weeks\r",
           b"\r", b"\r\r", b"12\r", b"\x15my calf is swollen\r", b"\x15my heel hurts\r"]
"""What answers a question of some kind; before what is typed in a line, the line is emptied."""
LEAVES = [b"q", b"\x03", b"\x04", b"\x15q\r"]
MOVES = [b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[H", b"\x1b[F", b"\x1b[5~", b"\x1b[6~", b" ", b"b", b"e",
         b"?", b"t", b"\x7f", b"\t", b"\x1b"]
MOUSE = [b"\x1b[<0;5;5M", b"\x1b[<0;5;5m", b"\x1b[<64;1;1M", b"\x1b[<99999;0;0M", b"\x1b[32;10;10M", b"\x1b[M !!",
         b"\x1b[M\xff\xff\xff", b"\x1b[M", b"\x1b[<;;M"]
SEQUENCES = [b"\x1b[31m", b"\x1b[0;1;38;5;4m", b"\x1b[?1;2c", b"\x1b]0;title\x07", b"\x1b]11;rgb:0/0/0\x1b\\",
             b"\x1bP1$r\x1b\\", b"\x1b[9;9R", b"\x1b[999999;1R", b"\x1b[I", b"\x1b[200~1\r2\r\x1b[201~",
             b"\x1b[200~no end", b"\x1bOP", b"\x1bOx", b"\x1b\x1b\x1b[", b"\x1b[1;5A", b"\x9b31m",
             b"\x1b[" + b"1;" * 300 + b"m"]
CONTROLS = [bytes([code]) for code in range(32) if bytes([code]) not in LEAVES]


AT_ONCE = st.lists(st.integers(1, 40), min_size=1, max_size=5)
"""How many bytes come at once."""
SIZES = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 200)), min_size=1, max_size=4)
"""Rows and columns of a window."""


def keys() -> st.SearchStrategy[bytes]:
    """Anything that may come from a keyboard, far more often what answers a question."""
    leads = st.sampled_from(ANSWERS)
    strange = st.one_of(st.sampled_from(MOVES), st.sampled_from(MOUSE), st.sampled_from(SEQUENCES),
                        st.sampled_from(CONTROLS), st.binary(max_size=6),
                        st.text(max_size=6).map(lambda text: text.encode("utf-8", "replace")))
    one = st.integers(0, 99).flatmap(lambda at: st.sampled_from(LEAVES) if at == 0 else strange if at < 30 else leads)
    return st.lists(one, min_size=30, max_size=120).map(b"".join)


class AnySize(DummyOutput):
    """A terminal whose window changes all the time."""

    def __init__(self, sizes: Sequence[tuple[int, int]]) -> None:
        self.sizes = itertools.cycle(sizes)

    def get_size(self) -> Size:
        rows, columns = next(self.sizes)
        return Size(rows=rows, columns=columns)


def unharmed(conversation: Conversation, front: Front) -> DialogueState:
    """Talk until the front end has no more keys, and never write a report: who types at random would write anywhere."""
    state, output = conversation.begin(personal=True, pictures=front.pictures, greet=True)
    for _ in range(2000):
        for screen in output.screens:
            front.show(screen)
        if output.effect is not None:
            state, output = conversation.step(state, Written(problem="Not written."))
        elif output.question is not None:
            state, output = conversation.step(state, front.ask(output.question, output.number))
        else:
            return state
    raise AssertionError("it never ends")


def by_keys(
    conversation: Conversation, raw: bytes, at_once: Sequence[int], sizes: Sequence[tuple[int, int]],
    mouse: bool = False, draw: Draw | None = None,
) -> DialogueState:
    """Type these bytes, so many of them at once, into a window of these rows and columns, then close the terminal."""
    faults: list[Any] = []

    def failed(app: Application[Any], loop: Any, context: dict[str, Any]) -> None:
        faults.append(context.get("exception") or context)
        if app.future is not None and not app.future.done():
            app.future.set_result(Quit())

    handler = Application._handle_exception
    Application._handle_exception = failed  # type: ignore[method-assign]
    try:
        with create_pipe_input() as pipe:
            pipe.send_bytes(raw[:60_000])
            pipe.close()
            reader: Any = pipe.stdin_reader  # type: ignore[attr-defined]
            read, counts = reader.read, itertools.cycle(at_once)
            reader.read = lambda count=1024: read(next(counts))
            with create_app_session(input=pipe, output=AnySize(sizes)):
                state = unharmed(conversation, TtyFront(mouse, paged=True, draw=draw, quiet=0))
    finally:
        Application._handle_exception = handler  # type: ignore[method-assign]
    assert not faults, faults
    return state


def by_lines(conversation: Conversation, raw: bytes) -> DialogueState:
    """Type these bytes at the front end of plain lines."""
    stdin = io.TextIOWrapper(io.BytesIO(raw), "utf-8", errors="replace")
    return unharmed(conversation, PlainFront(stdin, io.StringIO()))


def goes_on(conversation: Conversation, state: DialogueState) -> None:
    """From what was answered somebody else comes to a result."""
    step = conversation.begin(turns=state.turns, mentions=state.mentions)
    _, end = hold(conversation, ScriptFront({}, "no"), step)
    assert end.assessment is not None
