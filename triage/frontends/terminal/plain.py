"""Questions as numbered lines, answers as typed lines: for pipes, dumb terminals and screen readers."""

from __future__ import annotations

import contextlib
import io
import os
import select
from typing import TextIO

from msgspec.structs import replace

from triage.inference.answers import BadAnswer, choose, reply
from triage.model import NONE, NOT_SURE, Back, Given, Question, Quit, Reply, Review, Screen, Why
from triage.presentation import text_layout

_COMMANDS: dict[str, Reply] = {
    "b": Back(), "back": Back(), "?": Why(), "why": Why(), "e": Review(), "edit": Review(),
    "q": Quit(), "quit": Quit(), "exit": Quit(),
}


QUIET = 0.15
"""Seconds without a line before a question takes any, at a terminal: what comes sooner was typed or pasted before."""
MOST_TYPED = 4000
"""Characters of a text, at most; what is pasted beyond them is left."""


class PlainFront:
    """Reads one line an answer. Writes text only: no escape codes, no frames, nothing is drawn again."""

    pictures = False

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._in, self._out = stdin, stdout
        for stream in (stdin, stdout):
            # Bytes that are not text, and characters the stream lacks, become "?" and never an exception.
            if isinstance(stream, io.TextIOWrapper):
                with contextlib.suppress(io.UnsupportedOperation):
                    stream.reconfigure(errors="replace")
        self._unicode_ok = text_layout.speaks_unicode(stdout.encoding)

    def ask(self, question: Question, number: int) -> Reply:
        """Put the question once, then read lines until one can be understood. The end of the input is Quit."""
        progress = f" ({question.progress[0].lower()}{question.progress[1:].rstrip('.')})" if question.progress else ""
        self._write("", *self._wrapped(f"Question {number}{progress}. {question.ask}" if number else question.ask))
        for text in filter(None, (question.help, question.before)):
            self._write(*self._wrapped(text))
        if question.choices:
            self._write("")
        several = question.kind in ("many", "checklist")
        changing = several and bool(question.ticked)
        looked = question.purpose != "screening"
        for count, choice in enumerate(question.choices, start=1):
            ticked = "(ticked) " if several and choice.id in question.ticked else ""
            self._write(*self._wrapped(ticked + choice.label, f"{count}. "))
        self._write("", *self._wrapped(_invitation(question)))
        self._drop_what_waits()
        while True:
            line = self._read(lines=question.kind == "text")
            if line is None:
                return Quit()
            try:
                if changing and (numbers := _numbers(question, line)):
                    question, looked = _turned(question, numbers), True
                    self._write(*self._wrapped(_marks(question)))
                elif question.ticked and not line and not looked:
                    looked = True
                    self._write(*self._wrapped("These were ticked before. Look at every line; press Enter again when "
                                               "all is right."))
                else:
                    return typed(question, line)
            except BadAnswer as error:
                self._write(*self._wrapped(str(error)))

    def show(self, screen: Screen) -> None:
        """Write the screen."""
        self._write("", *(text for _, text in text_layout.lines(screen, self._width(), self._unicode_ok, boxed=False)))

    def _read(self, lines: bool = False) -> str | None:
        """The next line; with `lines` those, too, that were pasted with it. None at the end of the input."""
        self._out.write("Answer: ")
        self._out.flush()
        try:
            line = self._in.readline()
            while lines and line and len(line) < MOST_TYPED and self._waits():
                line += self._in.readline()
        except KeyboardInterrupt:
            line = ""
        # Arrow keys and the like must not come back as escape codes.
        text = "".join(sign if sign.isprintable() else " " for sign in line).strip()
        if not line or not self._in.isatty():
            # A terminal shows what is typed; in a pipe the talk would be lost from the log.
            self._write(text)
        return text if line else None

    def _waits(self) -> bool:
        """Is more coming from the terminal, so soon that nobody typed it in answer to what is shown?"""
        if not self._in.isatty():
            return False
        with contextlib.suppress(OSError, ValueError):
            return bool(select.select([self._in], [], [], QUIET)[0])
        return False

    def _drop_what_waits(self) -> None:
        """What was typed or pasted at the terminal before the question stood does not answer it."""
        with contextlib.suppress(ImportError, OSError, ValueError, KeyboardInterrupt):
            import termios

            for _ in range(1000):  # a terminal that is gone waits for ever
                if not self._waits():
                    break
                termios.tcflush(self._in, termios.TCIFLUSH)

    def _wrapped(self, text: str, head: str = "") -> list[str]:
        return text_layout.wrap(text_layout.displayable(text, self._unicode_ok), self._width(), head)

    def _write(self, *lines: str) -> None:
        self._out.writelines(line + "\n" for line in lines)
        self._out.flush()

    def _width(self) -> int:
        try:
            columns = os.get_terminal_size(self._out.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return min(columns or 80, text_layout.WIDEST)


def typed(question: Question, text: str) -> Reply:
    """What a typed line replies: a command (b, ?, q or its word) or an answer. Raises BadAnswer."""
    word = text.strip().lower()
    if word in _COMMANDS and all(word != choice.id for choice in question.choices):
        return _COMMANDS[word]
    if question.kind == "text":
        return Given(" ".join(text.split()))
    if not word and question.ticked:
        return Given(choose(question, list(question.ticked)))
    return Given(reply(question, text))


def after_press(question: Question, ticked: frozenset[str], pressed: str) -> frozenset[str]:
    """The boxes after one more press. "None" stands alone; "not sure" too, but beside the lines of a checklist."""
    if pressed in ticked:
        return ticked - {pressed}
    alone = {NONE} if question.kind == "checklist" else {NONE, NOT_SURE}
    return frozenset({pressed}) if pressed in alone else (ticked - alone) | {pressed}


def _numbers(question: Question, line: str) -> list[int]:
    """The numbers of a line that holds nothing else; "not sure" is the number of that choice."""
    if line.lower() in ("s", "not sure"):
        return [at for at, choice in enumerate(question.choices, start=1) if choice.id == NOT_SURE]
    words = line.replace(",", " ").replace(";", " ").split()
    return [int(word) for word in words] if all(
        word.isascii() and word.isdigit() and len(word) <= 4 for word in words) else []


def _turned(question: Question, numbers: list[int]) -> Question:
    """The question with the boxes of these numbers turned. Raises BadAnswer."""
    ids = [choice.id for choice in question.choices]
    if wrong := [number for number in numbers if not 1 <= number <= len(ids)]:
        raise BadAnswer(f"There is no {wrong[0]} here; choose from 1 to {len(ids)}.")
    ticked = frozenset(question.ticked)
    for number in dict.fromkeys(numbers):
        ticked = after_press(question, ticked, ids[number - 1])
    return replace(question, ticked=tuple(name for name in ids if name in ticked))


def _marks(question: Question) -> str:
    """Which lines are ticked, and what to do then."""
    labels = [choice.label for choice in question.choices if choice.id in question.ticked]
    if not labels:
        return "Now nothing is ticked. Type the numbers of the lines that are right."
    return f"Ticked now: {'; '.join(labels)}. Press Enter when that is right, or type more numbers to change it."


def may_doubt(question: Question) -> bool:
    """Whether "not sure" answers this question."""
    return question.kind in ("number", "duration") or any(choice.id == NOT_SURE for choice in question.choices)


def expected(question: Question) -> str:
    """What an amount has to look like: its unit and bounds, or examples of a time. Empty for lists."""
    if question.kind == "duration":
        return "For example: 3 days, 2 weeks, today."
    if question.kind != "number":
        return ""
    unit = f" of {question.unit}" if question.unit else ""
    if question.lowest is not None and question.highest is not None:
        return f"A number{unit}, {question.lowest:g} to {question.highest:g}."
    if question.lowest is not None:
        return f"A number{unit}, {question.lowest:g} or more."
    return f"A number{unit}, {question.highest:g} or less." if question.highest is not None else f"A number{unit}."


def _invitation(question: Question) -> str:
    if question.kind in ("number", "duration"):
        first = expected(question)
    elif question.kind == "text":
        first = "Type it in one line, or press Enter to skip."
    elif question.kind in ("many", "checklist") and question.ticked:
        first = ("Enter alone keeps what is ticked. Type the numbers of the lines to change: a ticked one is unticked, "
                 "another is ticked.")
    elif question.kind in ("many", "checklist"):
        first = "Type the numbers of all that fit, with spaces between."
    else:
        first = "Type one number."
    same = " Enter alone keeps it as it is." if question.ticked and question.kind in ("yes_no", "one") else ""
    doubt = "s for not sure, " if may_doubt(question) else ""
    return f"{first}{same} Or {doubt}b for back, e to edit an answer, ? for why, q to quit."
