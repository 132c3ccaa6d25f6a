"""What people see of whole talks at three widths, frame by frame, compared with files.

TRIAGE_FRAMES=write python -m pytest tests/frontends/test_frames.py   writes them anew; look at the difference
before it is kept.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.frontends.test_terminal import CTRL_C, Terminal
from tests.helpers import small
from tests.helpers.talks import talk
from triage.frontends.terminal.interactive import TtyFront
from triage.frontends.terminal.plain import PlainFront
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.model import Knowledge, Question, Reply, Screen

FRAMES = Path(__file__).parent / "frames"

Typed = dict[str, list[str]]
"""What is typed at each question, each time that it is asked; keys are apart by |, =id is a choice's number."""

STRAIGHT: Typed = {
    "pain.age": ["45|\r"], "own_words": ["My right calf hurts, no swelling|\r"], "heard": ["\r"], "screen": ["n|\r"],
    "pain.since": ["3 weeks|\r"], "offer:press": ["1|\r"], "step:press": ["1|\r", "\x1b[B|\x1b[A|\r"],
    "pain.pressed": ["1|\r"], "review": ["1|\r"],
    "after": [f"={name}|\r" for name in ("care", "reasons", "what_if", "sources", "report", "done")],
    "after.report": ["b|\r"],
}
WANDERING: Typed = {
    "pain.age": ["?|\r", "old|\r|\x7f|\x7f|\x7f|45|\r"],
    "own_words": ["My heel hurts|\r", "It is not swollen|\r", "My right calf hurts|\r"], "heard": ["b", "1|\r"],
    "screen": ["b", "\r|1|\r", "n|\r"], "pain.since": ["e|\r", "2 weeks|\r"], "review": ["4|\r", "1|\r"],
    "offer:press": ["?", "1|\r"], "step:press": ["\r|1|\r", "2|\r"], "after": ["=why_not|\r", "q"],
    "after.why_not": ["=other|\r"], "after.name": ["clot|\r"],
}
HURRIED: Typed = {"pain.age": ["45|\r"], "own_words": ["\r"], "screen": ["q", "2|\r"], "after.leave": ["1|\r"],
                  "after": ["=change|\r", "=done|\r"], "review": ["1|\r"]}
LEAVING: Typed = {"pain.age": ["45|\r"], "own_words": ["\r"], "screen": ["q"], "after.leave": ["2|\r"]}
TALKS = {"straight": STRAIGHT, "wandering": WANDERING, "hurried": HURRIED, "leaving": LEAVING}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return reader.load(small.write_spoken(tmp_path_factory.mktemp("frames")))


class Seen:
    """A person at a terminal in memory: what is drawn at each question before the last key, and each screen."""

    pictures = False

    def __init__(self, columns: int, typed: Typed) -> None:
        self.columns, self.front = columns, TtyFront(quiet=0)
        self.typed = {name: list(keys) for name, keys in typed.items()}
        self.frames: list[str] = []

    def ask(self, question: Question, number: int) -> Reply:
        terminal = Terminal(self.columns, rows=40)
        number_of = {f"={choice.id}": str(at) for at, choice in enumerate(question.choices, 1)}
        keys = [number_of.get(key, key) for key in self.typed[question.id].pop(0).split("|")]
        reply = terminal.use(lambda: self.front.ask(question, number), *keys, CTRL_C)  # it must not wait for ever
        self.frames.append([frame for frame in terminal.frames if "q quit" in frame][-1])
        return reply

    def show(self, screen: Screen) -> None:
        terminal = Terminal(self.columns, rows=150)
        terminal.use(lambda: self.front.show(screen))
        self.frames.append(terminal.shown)


def same(name: str, text: str, knowledge: Knowledge) -> None:
    """The text is that of the file, but for which rules they are."""
    text = text.replace(knowledge.digest[:12], "0" * 12) + "\n"
    path = FRAMES / f"{name}.txt"
    if os.environ.get("TRIAGE_FRAMES") == "write":
        FRAMES.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("name", TALKS)
def test_a_whole_talk_looks_as_it_did(rules: Knowledge, monkeypatch: pytest.MonkeyPatch, name: str, columns: int):
    monkeypatch.setenv("TERM", "xterm-256color")
    seen = Seen(columns, TALKS[name])
    talk(rules, Compiled(rules).conclude, seen, greet=True, personal=True)
    assert not any(seen.typed.values()), "all was typed"
    line = "\n" + "~" * columns + "\n"
    same(f"{name}_{columns}", line.join(seen.frames), rules)
    assert all(len(row) <= columns for frame in seen.frames for row in frame.splitlines())


def test_a_whole_talk_in_lines_reads_as_it_did(rules: Knowledge):
    """What a screen reader reads."""
    typed = ["45", "My right calf hurts", "", "none", "3 weeks", "1", "1", "1", "1", "1", "2", "8"]
    out = io.StringIO()
    talk(rules, Compiled(rules).conclude, PlainFront(io.StringIO("\n".join(typed) + "\n"), out), greet=True,
         personal=True)
    same("plain", out.getvalue(), rules)
    assert not set("┏┓┗┛━┃\x1b") & set(out.getvalue())
