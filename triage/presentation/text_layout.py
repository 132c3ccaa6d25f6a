"""A screen as lines of text: wrapped at words, urgency framed, ASCII where the terminal knows no more."""

# ruff: noqa: RUF001 - look-alikes are what is replaced here

from __future__ import annotations

import re
import unicodedata

import wcwidth

from triage.model import Block, Screen
from triage.support.text import printable

WIDEST = 88
"""Longer lines are hard to read, however wide the terminal is."""

URGENT = "HOW URGENT"
"""Head of the urgency box, so that it is one in words too."""

Line = tuple[str, str]
"""Style (the kind of the block, `urgency.<level>` for the box, empty for white space) and text."""

_ASCII = str.maketrans({
    "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "•": "-", "·": "-", "→": "->", "←": "<-", "↔": "<->", "⇒": "=>",
    "↑": "^", "↓": "v", "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "×": "x", "÷": "/", "±": "+/-", "⁄": "/", "∕": "/",
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "′": "'", "″": '"',
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "€": "EUR", "£": "GBP", "§": "section ", "©": "(c)", "✓": "yes", "✗": "no", "μ": "u", "²": "^2", "³": "^3",
    "\u00ad": "", "\u200b": "",
})


def lines(screen: Screen, width: int, unicode_ok: bool, boxed: bool = True) -> list[Line]:
    """The screen in lines of at most `width` cells, and never more than WIDEST.

    `unicode_ok` false: ASCII only. `boxed` false: words and white space in place of a frame, for screen readers.
    """
    width = min(width, WIDEST)
    out: list[Line] = []
    before = ""
    for block in screen.blocks:
        if out and before != "heading":
            out.append(("", ""))
        out += _block(block, width, unicode_ok, boxed)
        before = block.kind
    return out


def wrap(text: str, width: int, head: str = "") -> list[str]:
    """Text in lines of at most `width` cells, broken between words; `head` hangs before the first line."""
    indent = " " * wcwidth.width(head)
    room = max(8, width - len(indent))
    found = [
        line
        for paragraph in text.splitlines() or [""]
        for line in wcwidth.wrap(paragraph, room, break_on_hyphens=False) or [""]
    ]
    return [((indent if at else head) + line).rstrip() for at, line in enumerate(found)]


def pages(lines: list[Line], rows: int) -> list[list[Line]]:
    """The lines in parts of at most `rows`, broken at white space where there is some in the second half of a part."""
    out: list[list[Line]] = []
    rest = lines
    while len(rest) > max(rows, 1):
        room = max(rows, 1)
        at = next((at for at in range(room, room // 2, -1) if not rest[at][1]), room)
        out.append(rest[:at])
        rest = rest[at + (not rest[at][1]) :]
    return [*out, rest]


def displayable(text: str, unicode_ok: bool) -> str:
    """The text without what a terminal obeys; in ASCII when it has no more: replaced so that it still says the same."""
    text = printable(text, "\n")
    if unicode_ok or text.isascii():
        return text
    text = re.sub(r"\s*°(?=\w)", " degrees ", text)
    text = re.sub(r"\s*°", " degrees", text)
    text = re.sub(r"(?<=\d)(?=[¼½¾⅓⅔⅛])", " ", text)  # 2½ is not 21/2
    text = unicodedata.normalize("NFKD", text.translate(_ASCII)).translate(_ASCII)
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    return text.encode("ascii", "replace").decode("ascii")


def speaks_unicode(encoding: str | None) -> bool:
    """Whether a stream of this encoding takes any character; a stream without one is text in memory."""
    return "utf" in (encoding or "utf-8").lower()


def pack(items: list[str], width: int, between: str) -> list[str]:
    """Short items side by side, in as few lines as the width allows, never broken inside."""
    out: list[str] = []
    for item in items:
        if out and wcwidth.width(out[-1] + between + item) <= width:
            out[-1] += between + item
        else:
            out.append(item)
    return out


def _block(block: Block, width: int, unicode_ok: bool, boxed: bool) -> list[Line]:
    if block.kind == "urgency":
        style = f"urgency.{block.level}" if block.level else "urgency"
        if boxed:
            return [(style, line) for line in _box(block, width, unicode_ok)]
        inside = _text(block, width, unicode_ok)
        return [(style, line) for line in (f"{URGENT}:", "", *inside, "", f"(End of: {URGENT.lower()})")]
    if block.kind == "note":
        return [("note", "  " + line if line else "") for line in _text(block, width - 2, unicode_ok)]
    return [(block.kind, line) for line in _text(block, width, unicode_ok)]


def _text(block: Block, width: int, unicode_ok: bool) -> list[str]:
    out = wrap(displayable(block.text, unicode_ok), width) if block.text else []
    bullet = "•" if unicode_ok else "-"
    # "10." is wider than "9.": all items of one list stand in one column.
    room = len(str(len(block.items)))
    for count, item in enumerate(block.items, start=1):
        head = f"{count:>{room}}. " if block.kind == "steps" else f"{bullet} "
        out += wrap(displayable(item, unicode_ok), width, head)
    return out


def _box(block: Block, width: int, unicode_ok: bool) -> list[str]:
    left_top, right_top, left_foot, right_foot, across, down = "┏┓┗┛━┃" if unicode_ok else "++++-|"
    inside = max(8, width - 6)
    head = f"{left_top}{across} {URGENT} "
    top = head + across * (inside + 5 - len(head)) + right_top
    blank = f"{down}{' ' * (inside + 4)}{down}"
    body = [f"{down}  {wcwidth.ljust(line, inside)}  {down}" for line in _text(block, inside, unicode_ok)]
    return [top, blank, *body, blank, left_foot + across * (inside + 4) + right_foot]
