"""Only keys that a person has typed, on a screen that stood before: between prompt_toolkit's input and a question."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from triage.frontends.terminal.plain import QUIET

MOST_AT_ONCE = 40
"""Keys in one reading, at most, for them to be typed one by one; more are a paste."""

_ENTERS = (Keys.ControlM, Keys.ControlJ)
_ALWAYS = (Keys.ControlC, Keys.ControlD, Keys.SIGINT, Keys.CPRResponse)
_MOUSE = re.compile(r"\x1b\[<?\d{1,4};\d{1,4};\d{1,4}[mM]\Z")
_CURSOR = re.compile(r"\x1b\[\d{1,4};\d{1,4}R\Z")
_LONGEST_SEQUENCE = 256


class KeyInput(Input):
    """Another input without what no person typed for this screen.

    Dropped are escape sequences that mean no key (colours, reports of the terminal, broken mouse reports), all keys
    until nothing was typed for `quiet` seconds, and, where `line` is false, pasted text. Where it is true, text that
    comes at once is one paste, and `lines` says that line ends inside of it are part of the text.
    """

    def __init__(
        self, inner: Input, line: bool = False, lines: bool = False, mouse: bool = False, quiet: float = QUIET,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner, self._line, self._lines, self._mouse = inner, line, lines, mouse
        self._quiet, self._clock = quiet, clock
        self._open = not quiet
        """Was it quiet, so that keys count?"""
        self._last: float | None = None
        """When a key came last, or the screen was drawn; None before that."""
        self._inside = ""
        """The sign that opened an escape sequence of which the end has not come yet."""
        self._left = 0

    def stands(self) -> None:
        """The screen has been drawn."""
        if self._last is None:
            self._last = self._clock()

    def read_keys(self) -> list[KeyPress]:
        """What counts of the keys that have come."""
        return self._counting(self._without_sequences(self._inner.read_keys()))

    def flush_keys(self) -> list[KeyPress]:
        """What counts of the keys that might have begun a sequence."""
        keys = self._counting(self._without_sequences(self._inner.flush_keys()))
        self._inside = ""
        return keys

    def _counting(self, keys: list[KeyPress]) -> list[KeyPress]:
        always = [key for key in keys if key.key in _ALWAYS]
        typed = [key for key in keys if key.key is not Keys.CPRResponse]
        if typed and not self._open and self._last is not None:
            before, self._last = self._last, self._clock()
            self._open = self._last - before >= self._quiet
        if not self._open or (len(typed) > MOST_AT_ONCE and not self._line):
            return always
        if self._line:
            return list(self._as_text(keys))
        return [key for key in keys if key.key is not Keys.BracketedPaste]

    def _as_text(self, keys: list[KeyPress]) -> Iterable[KeyPress]:
        """Letters that came at once as one paste: one change of the line for all of them."""
        pasted = self._lines and sum(key.key in _ENTERS for key in keys) > 1
        text = ""
        for key in keys:
            if len(key.key) == 1 and key.data == key.key:
                text += key.data
            elif pasted and key.key in _ENTERS:
                text += "\n"
            else:
                if text:
                    yield KeyPress(Keys.BracketedPaste, text)
                    text = ""
                yield key
        if text:
            yield KeyPress(Keys.BracketedPaste, text)

    def _without_sequences(self, keys: list[KeyPress]) -> list[KeyPress]:
        out: list[KeyPress] = []
        for at, key in enumerate(keys):
            if self._inside:
                self._goes_on(key)
            elif key.key is Keys.Vt100MouseEvent:
                out += [key] if self._mouse and _MOUSE.match(key.data) else []
            elif key.key is Keys.CPRResponse:
                out += [key] if self._mouse and _CURSOR.match(key.data) else []
            elif key.key is Keys.Escape and (more := keys[at + 1 : at + 2]) and len(more[0].key) == 1:
                if more[0].key in "[]OPX^_":
                    self._inside, self._left = "\x1b", _LONGEST_SEQUENCE
                elif self._line:
                    out.append(key)
                else:
                    self._inside, self._left = "1", 1  # Alt and a letter
            else:
                out.append(key)
        return out

    def _goes_on(self, key: KeyPress) -> None:
        """One more sign of a sequence: is it the last?"""
        sign, inside = key.data[:1], self._inside
        self._left -= 1
        if inside == "\x1b":
            self._inside = sign
            return
        ends = {"[": not "\x20" <= sign <= "\x3f", "O": True, "1": False}.get(inside, sign in ("\x07", "\\"))
        if inside == "[" and sign == "M" and self._left == _LONGEST_SEQUENCE - 2:
            self._inside, self._left = "1", 3  # a button and two places
        elif ends or self._left <= 0:
            self._inside = ""

    # --- as the other input does

    def fileno(self) -> int:
        return self._inner.fileno()

    def typeahead_hash(self) -> str:
        return self._inner.typeahead_hash()

    def flush(self) -> None:
        self._inner.flush()

    @property
    def closed(self) -> bool:
        return self._inner.closed

    def raw_mode(self) -> AbstractContextManager[None]:
        return self._inner.raw_mode()

    def cooked_mode(self) -> AbstractContextManager[None]:
        return self._inner.cooked_mode()

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        return self._inner.attach(input_ready_callback)

    def detach(self) -> AbstractContextManager[None]:
        return self._inner.detach()

    def close(self) -> None:
        self._inner.close()
