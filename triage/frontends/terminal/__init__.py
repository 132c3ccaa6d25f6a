"""Which front end fits this terminal? And a screen printed without one."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from triage.dialogue.frontend import Front
from triage.model import Screen
from triage.presentation import text_layout

if TYPE_CHECKING:
    from triage.frontends.terminal.interactive import Draw

__all__ = ["Front", "front", "print_screen"]


def front(plain: bool = False, mouse: bool = False, draw: Draw | None = None) -> Front:
    """The front end for this process. The conversation is its data, so it goes to standard output.

    Plain lines when asked for, in a dumb terminal, or when standard input or output is no terminal. `draw` draws the
    picture that some questions are answered on.
    """
    dumb = os.environ.get("TERM", "").lower() in ("dumb", "unknown")
    if plain or dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        from triage.frontends.terminal.plain import PlainFront

        return PlainFront(sys.stdin, sys.stdout)
    from triage.frontends.terminal.interactive import TtyFront

    return TtyFront(mouse, paged=True, draw=draw)


def print_screen(screen: Screen) -> None:
    """Print a screen to standard output as plain text, as wide as the terminal allows."""
    tty = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns
    for _, text in text_layout.lines(screen, width, text_layout.speaks_unicode(sys.stdout.encoding), boxed=tty):
        print(text)
