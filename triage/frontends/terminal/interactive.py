"""Questions drawn in the terminal, answered by keys. Only this module and `key_input` know prompt_toolkit.

Each question is a small Application of its own, drawn in place and erased when it is answered; what stays in the
scroll-back is the question and the answer as plain text. One rule for all lists: a choice is marked by its number, by
Space or by the arrows, and Enter confirms what is marked.
"""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.application.current import get_app_session
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import BufferControl, Dimension, FormattedTextControl, HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.containers import Container
from prompt_toolkit.mouse_events import MouseEvent, MouseEventType
from prompt_toolkit.renderer import CPR_Support
from prompt_toolkit.shortcuts import print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from triage.frontends.terminal.key_input import KeyInput
from triage.frontends.terminal.plain import MOST_TYPED, QUIET, after_press, expected, may_doubt, typed
from triage.inference.answers import BadAnswer, choose
from triage.model import (
    NONE,
    NOT_SURE,
    OPTION,
    Answer,
    Back,
    Given,
    Question,
    Quit,
    Reply,
    Review,
    Screen,
    Why,
)
from triage.presentation import text_layout
from triage.support.text import OBEYED

# Colour only repeats what words, frames and boldness say already.
_STYLE = Style.from_dict({
    "title": "bold", "heading": "bold", "question": "bold", "pointer": "bold", "wrong": "bold", "answer": "bold",
    "urgency": "bold", "urgency.ambulance_now": "ansired", "urgency.emergency_department_now": "ansired",
})

Part = tuple[str, str, int]
"""One line of a list: style, text, and which choice it belongs to (-1: none)."""

Draw = Callable[[Question, str, frozenset[str], int, int], list[list[tuple[str, str]]]]
"""Question, choice under the pointer, choices ticked, columns and rows at most -> rows of style and text."""
BESIDE, NARROWEST, WIDEST = 60, 24, 44
"""From so many columns on a picture stands beside its list; so wide it is there."""


class TtyFront:
    """Draws one question at a time under what was said before. `mouse` takes clicks, and with them text selection.

    `paged`: a screen that is higher than the terminal waits between its parts. `draw`: draws the picture of a
    question that is answered on one. `quiet`: seconds without a key before a question takes any.
    """

    def __init__(
        self, mouse: bool = False, paged: bool = False, draw: Draw | None = None, quiet: float = QUIET,
    ) -> None:
        self._mouse, self._paged, self._draw, self._quiet = mouse, paged, draw, quiet
        self.pictures = draw is not None

    def ask(self, question: Question, number: int) -> Reply:
        """Draw the question until it is answered, then leave question and answer behind as text."""
        line = question.kind in ("number", "duration", "text")
        asked = _Line(question, number) if line else _List(question, number, self._draw)
        reply = self._run(asked.root, asked.focus, asked.keys(), line, lines=question.kind == "text")
        if isinstance(reply, Given):
            self._print(
                *(("", line) for line in _wrapped(question.ask, _head(number))),
                *(("class:answer", line) for line in _answer_lines(question, reply.answer, asked.text, number)),
            )
        return reply

    def show(self, screen: Screen) -> None:
        """Print the screen; when it is paged, in parts that fit, each after a key."""
        shown = text_layout.lines(screen, _columns(), _unicode_ok())
        parts = text_layout.pages(shown, get_app_session().output.get_size().rows - 2) if self._paged else [shown]
        for at, part in enumerate(parts):
            self._print(*((f"class:{style}" if style else "", text) for style, text in part))
            if parts[at + 1 :]:
                page = _Page(sum(map(len, parts[at + 1 :])))
                if isinstance(self._run(page.root, page.focus, page.keys()), Quit):
                    break

    def _run(
        self, root: Container, focus: Window, keys: KeyBindings, line: bool = False, lines: bool = False,
    ) -> Reply:
        """Draw it until a key replies, and erase it. A closed terminal is Quit."""
        typed = KeyInput(get_app_session().input, line, lines, self._mouse, self._quiet)
        app: Application[Reply] = Application(
            layout=Layout(root, focused_element=focus), key_bindings=keys, style=_STYLE, erase_when_done=True,
            full_screen=False, mouse_support=self._mouse, input=typed, after_render=lambda _: typed.stands(),
        )
        app.ttimeoutlen = 0.05  # Esc acts at once.
        if not self._mouse:
            # Only clicks need to know the cursor's row; asking costs a wait, and a warning where nobody replies.
            app.renderer.cpr_support = CPR_Support.NOT_SUPPORTED
        try:
            return app.run()
        except EOFError:
            return Quit()
        finally:
            clear_typeahead(typed)  # what was typed for this screen does not answer the next

    def _print(self, *lines: tuple[str, str]) -> None:
        """Print the lines, and one of white space after them."""
        parts = [part for style, text in lines for part in ((style, text), ("", "\n"))]
        print_formatted_text(FormattedText(parts), style=_STYLE, output=get_app_session().output)


class _List:
    """Choices to pick from: where the pointer stands, what is marked, which number is half typed."""

    text = ""

    def __init__(self, question: Question, number: int, draw: Draw | None = None) -> None:
        self.question, self.number = question, number
        self.draw = draw if question.picture else None
        self.several = question.kind in ("many", "checklist")
        ids = [choice.id for choice in question.choices]
        before = [name for name in question.ticked if name in ids]
        self.at = ids.index(before[0]) if before and not self.several else 0
        self.marked = frozenset(question.ticked if self.several else before[:1])
        self.touched = False
        """Was a choice made here, not before?"""
        self.number_typed = ""
        self.wrong = ""
        self.focus = Window(FormattedTextControl(self._drawn, focusable=True, show_cursor=False))
        self.root: Container = self.focus

    def keys(self) -> KeyBindings:
        """All keys of a list. A key that means nothing here does nothing."""
        keys = _leaving()
        last = len(self.question.choices) - 1

        def move(to: Callable[[], int]) -> Callable[[KeyPressEvent], None]:
            def moved(event: KeyPressEvent) -> None:
                self._point(to() % (last + 1))
                if not self.several:
                    self._mark(self.at)

            return moved

        keys.add("up")(move(lambda: self.at - 1))
        keys.add("down")(move(lambda: self.at + 1))
        keys.add("home")(move(lambda: 0))
        keys.add("end")(move(lambda: last))
        keys.add("escape")(lambda event: self._point(self.at))
        for digit in "0123456789":
            keys.add(digit)(self._digit)
        keys.add("backspace")(self._erase)
        keys.add(" ")(lambda event: self._mark(self.at))
        for enter in ("enter", "c-j"):
            keys.add(enter)(self._enter)
        keys.add("q")(_replies(Quit()))
        keys.add("b")(_replies(Back()))
        keys.add("left")(_replies(Back()))
        keys.add("e")(_replies(Review()))
        keys.add("?")(_replies(Why()))
        if self.draw is not None and self.question.spreads:
            keys.add("t")(self._spread)
        letters = {"s": NOT_SURE, "n": self.question.none_id}
        if self.question.kind == "yes_no":
            letters |= {"y": "yes", "n": "no"}
        for letter, name in letters.items():
            for index, choice in enumerate(self.question.choices):
                if choice.id == name:
                    keys.add(letter)(lambda event, index=index: self._mark(index))
        return keys

    @property
    def long(self) -> bool:
        """Can a number of one digit be the beginning of another?"""
        return len(self.question.choices) > 9

    def _digit(self, event: KeyPressEvent) -> None:
        """A number marks its line. In a long list of boxes it points at it first: 2 may become 23."""
        count = len(self.question.choices)
        number = next((n for n in (self.number_typed + event.data, event.data) if 1 <= int(n) <= count), "")
        if not number:
            return
        if self.several and self.long:
            self._point(int(number) - 1)
        else:
            self._mark(int(number) - 1)
        self.number_typed = number if self.long else ""

    def _erase(self, event: KeyPressEvent) -> None:
        number = self.number_typed[:-1]
        if number:
            self._point(int(number) - 1)
            if not self.several:
                self._mark(self.at)
        self.number_typed = number

    def _enter(self, event: KeyPressEvent) -> None:
        if self.several and self.number_typed:
            self._mark(self.at)
        elif self.marked and self.question.purpose == "screening" and not self.touched:
            self.touched = True
            self.wrong = "These were ticked before. Look at every line; press Enter again when all is right."
        elif self.marked:
            chosen = [choice.id for choice in self.question.choices if choice.id in self.marked]
            chosen += sorted(self.marked - set(chosen))  # zones to which it spreads
            try:
                _end(event, Given(choose(self.question, chosen)))
            except BadAnswer as error:
                self.wrong = str(error)
        elif self.several:
            self.wrong = "Nothing is ticked yet. Tick with Space or a number, then press Enter."
        else:
            self.wrong = "Choose one first, with its number or the arrows. Then press Enter."

    def _spread(self, event: KeyPressEvent) -> None:
        """The zone under the pointer is one to which it spreads, or no more so."""
        name, _, zone = self.question.choices[self.at].id.partition(OPTION)
        if name == self.question.picture:
            self.marked = after_press(self.question, self.marked, f"{self.question.spreads}{OPTION}{zone}")
            self._point(self.at)

    def _point(self, index: int) -> None:
        self.at, self.number_typed, self.wrong = index, "", ""

    def _mark(self, index: int) -> None:
        """The choice was named, by number, key or click: it is marked, or its box is turned."""
        self._point(index)
        self.touched = True
        picked = self.question.choices[index].id
        self.marked = after_press(self.question, self.marked, picked) if self.several else frozenset({picked})

    def _drawn(self) -> StyleAndTextTuples:
        size = get_app().output.get_size()
        out: StyleAndTextTuples = []
        drawn: list[list[tuple[str, str]]] = []
        columns = size.columns
        if self.draw is not None and columns >= BESIDE:
            room = min(WIDEST, max(columns // 3, NARROWEST))
            drawn = self.draw(self.question, self.question.choices[self.at].id, self.marked, room, size.rows - 1)
            columns -= room + 2
        lines = self._frame(columns, size.rows)
        for at in range(max(len(lines), len(drawn))):
            style, text, index = lines[at] if at < len(lines) else ("", "", -1)
            if at:
                out.append(("", "\n"))
            out.append((style, text, self._click(index)) if index >= 0 else (style, text))
            if at < len(drawn):
                out.append(("", " " * max(columns - get_cwidth(text), 1)))
                out += drawn[at]
        return out

    def _frame(self, columns: int, rows: int) -> list[Part]:
        width = _width(columns)
        choices = self._choices(width)
        foot = [("", "", -1), *self._foot(width)]
        room = rows - len(foot)
        least = min(sum(map(len, choices)), max(map(len, choices)) + 2)
        # With little height the help gives way first; with less, the question scrolls with its choices.
        whole = _help(self.question)
        more = whole and "(A taller window says more here.)"
        for help_, left in ((whole, self.question.progress), (more, ""), ("", "")):
            top = _top(self.question, self.number, help_, width, left)
            if len(top) + least <= room:
                return [*top, *_scrolled(choices, self.at, room - len(top)), *foot]
        return [*_scrolled([*([line] for line in top), *choices], len(top) + self.at, room), *foot]

    def _choices(self, width: int) -> list[list[Part]]:
        """The lines of each choice."""
        out: list[list[Part]] = []
        digits = len(str(len(self.question.choices)))
        on, off = ("[x]", "[ ]") if self.several else ("(o)", "( )")
        for index, choice in enumerate(self.question.choices):
            here = index == self.at
            mark = on if choice.id in self.marked else off
            if self.question.spreads and self._spreads_to(choice.id):
                mark = "[>]" if mark == off else "[x>]"
            head = f" {'>' if here else ' '} {index + 1:>{digits}}. {mark} "
            style = "class:pointer" if here else ""
            out.append([(style, line, index) for line in text_layout.wrap(_shown(choice.label), width, head)])
        return out

    def _foot(self, width: int) -> list[Part]:
        count = len(self.question.choices)
        numbers = f"1-{count}" if not self.long else "number"
        answers = [f"{numbers} or Space tick" if self.several else f"{numbers} or arrows choose", "Enter done"]
        if self.question.kind == "yes_no":
            answers += ["y yes", "n no"]
        elif any(choice.id == self.question.none_id for choice in self.question.choices):
            answers.append("n none")
        if self.draw is not None and self.question.spreads:
            answers.append("t spreads to here")
        doubt = ["s not sure"] if may_doubt(self.question) else []
        out = _hints([*answers, *doubt], width) + _hints(["b back", "e edit", "? why", "q quit"], width)
        if self.number_typed:
            then = "Space or Enter ticks it" if self.several else "Enter when it is right"
            out.append(("class:pointer", f" Number {self.number_typed}. {then}", -1))
        return out + _wrong(self.wrong, width)

    def _spreads_to(self, name: str) -> bool:
        return f"{self.question.spreads}{OPTION}{name.partition(OPTION)[2]}" in self.marked

    def _click(self, index: int) -> Callable[[MouseEvent], None]:
        def clicked(event: MouseEvent) -> None:
            if event.event_type == MouseEventType.MOUSE_UP:
                self._mark(index)

        return clicked


class _Page:
    """Between two parts of a long screen."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.focus = Window(FormattedTextControl(self._drawn, focusable=True, show_cursor=False))
        self.root: Container = self.focus

    def keys(self) -> KeyBindings:
        """Enter, Space or down go on; the keys that leave show the rest no more."""
        keys = _leaving()
        for key in ("enter", "c-j", " ", "down", "pagedown"):
            keys.add(key)(_replies(Given("")))
        keys.add("q")(_replies(Quit()))
        return keys

    def _drawn(self) -> StyleAndTextTuples:
        return [("class:pointer", f" Enter: go on ({self.left} more lines)"), ("", _shown("  ·  q skip the rest"))]


class _Line:
    """A number, a time or a sentence, typed in one line."""

    def __init__(self, question: Question, number: int) -> None:
        self.question, self.number = question, number
        self.text = ""
        self.wrong = ""
        buffer = Buffer(multiline=False, on_text_changed=self._changed)
        long = question.kind == "text"
        self.focus = Window(BufferControl(buffer), height=Dimension(min=1, max=6) if long else 1, wrap_lines=long,
                            dont_extend_height=True)
        arrow = Window(FormattedTextControl(" > "), width=3, height=1)
        self.root: Container = HSplit([_still(self._above), VSplit([arrow, self.focus]), _still(self._below)])

    def keys(self) -> KeyBindings:
        """Enter, and the keys that leave; all else edits the line."""
        keys = _leaving()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            self.text = event.current_buffer.text.strip()
            try:
                _end(event, typed(self.question, self.text))
            except BadAnswer as error:
                self.wrong = str(error)

        return keys

    def _changed(self, buffer: Buffer) -> None:
        """What was pasted may hold what a terminal obeys; a line feed in it is no Enter."""
        self.wrong = ""
        if OBEYED.search(buffer.text) or len(buffer.text) > MOST_TYPED:
            text = OBEYED.sub(" ", buffer.text)[:MOST_TYPED]
            buffer.document = Document(text, min(buffer.cursor_position, len(text)))

    def _above(self, width: int) -> list[Part]:
        form = "\n".join(filter(None, (_help(self.question), expected(self.question))))
        return _top(self.question, self.number, form, width, self.question.progress)

    def _below(self, width: int) -> list[Part]:
        letters = [*(["s not sure"] if may_doubt(self.question) else []), "b back", "e edit", "? why", "q quit"]
        hints = _hints(["Enter done", f"or type {letters[0]}", *letters[1:]], width)
        return [("", "", -1), *hints, *_wrong(self.wrong, width)]


def _leaving() -> KeyBindings:
    """The keys that stop in every question."""
    keys = KeyBindings()
    for key in ("c-c", "c-d", "<sigint>"):
        keys.add(key, eager=True)(_replies(Quit()))
    return keys


def _replies(reply: Reply) -> Callable[[KeyPressEvent], None]:
    """A key that replies so."""
    return lambda event: _end(event, reply)


def _end(event: KeyPressEvent, reply: Reply) -> None:
    """The question has its reply. Of several keys that came at once the first counts."""
    if not event.app.is_done:
        event.app.exit(result=reply)


def _scrolled(pieces: list[list[Part]], at: int, room: int) -> list[Part]:
    """Whole pieces around the one at the pointer, in at most `room` lines, and how many are left out on each side.

    A piece is shown whole or not at all: half a label can mean something else.
    """
    first = last = at

    def height(first: int, last: int) -> int:
        return sum(map(len, pieces[first : last + 1])) + (first > 0) + (last < len(pieces) - 1)

    before = (-1, -1)
    while before != (first, last):
        before = first, last
        if last < len(pieces) - 1 and height(first, last + 1) <= room:
            last += 1
        if first > 0 and height(first - 1, last) <= room:
            first -= 1
    out = [part for piece in pieces[first : last + 1] for part in piece]
    if height(first, last) > room:
        return out[: max(room, 1)]
    above = sum(piece[0][2] >= 0 for piece in pieces[:first])
    below = len(pieces) - 1 - last
    up = [("", _shown(f"   ↑ {above} more above" if above else "   ↑ question above"), -1)] if first else []
    down = [("", _shown(f"   ↓ {below} more below"), -1)] if below else []
    return [*up, *out, *down]


def _top(question: Question, number: int, help_: str, width: int, progress: str = "") -> list[Part]:
    """The question, about how many are left, what is to be known about it, and an empty line."""
    head = _head(number)
    asked = text_layout.wrap(_shown(question.ask), width, head)
    more = [line for text in (help_, progress) if text
            for line in text_layout.wrap(_shown(text), width, " " * len(head))]
    return [*(("class:question", line, -1) for line in asked), *(("", line, -1) for line in more), ("", "", -1)]


def _help(question: Question) -> str:
    """What is to be known about a question, and what was answered before."""
    return f"{question.help} {question.before}".strip()


def _head(number: int) -> str:
    """What stands before a question; one without a number is the talk's own."""
    return f"{number}. " if number else ""


def _hints(hints: list[str], width: int) -> list[Part]:
    return [("", f" {line}", -1) for line in text_layout.pack(hints, width - 1, _shown(" · "))]


def _wrong(sentence: str, width: int) -> list[Part]:
    if not sentence:
        return []
    return [("class:wrong", line, -1) for line in text_layout.wrap(_shown(sentence), width, " ! ")]


def _still(content: Callable[[int], list[Part]]) -> Window:
    """A window of lines that only depend on the width."""

    def drawn() -> FormattedText:
        lines = content(_width(_columns()))
        return FormattedText([(style, ("\n" if at else "") + text) for at, (style, text, _) in enumerate(lines)])

    return Window(FormattedTextControl(drawn), dont_extend_height=True)


def _answer_lines(question: Question, answer: Answer, text: str, number: int) -> list[str]:
    """The answer in the words of the question, one line a choice."""
    if question.kind == "text":
        return _wrapped(str(answer) or "(skipped)", " " * len(_head(number)) or "  ")
    words = {NOT_SURE: "Not sure", NONE: "None of these"} | {choice.id: choice.label for choice in question.choices}
    if isinstance(answer, tuple):
        labels = [words[name] for name in answer or (NONE,) if name in words]
        zones = {choice.id.partition(OPTION)[2]: choice.label for choice in question.choices}
        labels += [f"Spreads to: {zones[name.partition(OPTION)[2]]}" for name in answer if name not in words]
    elif isinstance(answer, str):
        labels = [words[answer]]
    else:
        labels = [f"{answer:g} {question.unit}" if question.kind == "number" else text]
    indent = " " * len(_head(number)) or "  "
    return [line for label in labels for line in _wrapped(label, f"{indent}- " if len(labels) > 1 else indent)]


def _wrapped(text: str, head: str) -> list[str]:
    return text_layout.wrap(_shown(text), _width(_columns()), head)


def _shown(text: str) -> str:
    return text_layout.displayable(text, _unicode_ok())


def _unicode_ok() -> bool:
    return text_layout.speaks_unicode(get_app_session().output.encoding())


def _columns() -> int:
    return get_app_session().output.get_size().columns


def _width(columns: int) -> int:
    # The last column stays free: some terminals break the line there.
    return min(columns - 1, text_layout.WIDEST)
