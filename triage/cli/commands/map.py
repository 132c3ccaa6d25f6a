"""`triage map [CONDITION]`: where it is searched and where it is felt, on the leg."""

from __future__ import annotations

import argparse
import os
import shutil
import sys

from triage.cli import arguments
from triage.knowledge import reader
from triage.model import Knowledge
from triage.presentation import picture
from triage.presentation.picture import Layer
from triage.presentation.result_json import encode
from triage.presentation.text_layout import WIDEST, displayable, speaks_unicode, wrap
from triage.support.atomic_files import write
from triage.support.errors import BadFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("condition", nargs="?", default="",
                         help="the id of a condition (default: all places, numbered)")
    arguments.add_drawing(parser)


def run(options: argparse.Namespace) -> int:
    """Draw one condition, or every zone with its number; or write the same as an SVG file."""
    knowledge = reader.load()
    drawn = Layer(side=options.side, numbered=True)
    if options.condition:
        name = arguments.known_id(knowledge.conditions, options.condition, "condition")
        drawn = Layer(conditions=(name,), side=options.side, points=True, no_press=bool(
            picture.points_of(knowledge, name)), numbered=True)
    if not knowledge.map.views:
        raise BadFile.of_file("map.yaml", "missing", "these rules have no map of the leg", missing=True)
    if options.svg:
        write(options.svg, picture.svg(knowledge, drawn).encode(), over=options.force)
    if options.json:
        sys.stdout.buffer.write(encode({
            "schema": "triage-map/1", "condition": options.condition, "side": options.side,
            "views": list(picture.views_for(knowledge, drawn)), "marks": picture.plain(knowledge, drawn),
            "list": picture.listing(knowledge, drawn),
        }))
    elif not options.svg:
        show(knowledge, drawn, options.plain)
    return 0


def show(knowledge: Knowledge, drawn: Layer, plain: bool) -> None:
    """Print a picture with its list; with `plain` the list alone."""
    tty = sys.stdout.isatty()
    unicode_ok = speaks_unicode(sys.stdout.encoding)
    width = min(shutil.get_terminal_size().columns, WIDEST)
    dumb = "NO_COLOR" in os.environ or os.environ.get("TERM", "") in ("dumb", "unknown")
    colour = tty and unicode_ok and not dumb
    say(picture.headline(knowledge, drawn), width, unicode_ok)
    if not plain:
        print()
        rows = picture.cells(knowledge, drawn, width - 1, colour)
        full = os.environ.get("COLORTERM", "") in ("truecolor", "24bit")
        for line in picture.ansi(rows, full) if colour else ["".join(text for _, text in row) for row in rows]:
            print(line)
        print()
        for sign, words in picture.letters(knowledge, drawn):
            key = [picture.swatch(sign) if colour else ("", sign), ("", f"  {words}")]
            print(*picture.ansi([key], full))
    print()
    for line in picture.listing(knowledge, drawn):
        head, _, text = line.partition(" ")
        say(text, width, unicode_ok, f"{head:>3} ")


def say(text: str, width: int, unicode_ok: bool, head: str = "") -> None:
    """Print a text as wide as there is room."""
    for line in wrap(displayable(text, unicode_ok), width, head):
        print(line)


