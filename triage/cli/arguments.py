"""Arguments of commands, checked."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from triage.support.errors import BadFile
from triage.support.text import guess

T = TypeVar("T")


def known_id(known: Mapping[str, T], name: str, what: str, among: Iterable[str] | None = None) -> str:
    """An id that was named on the command line, if it is known. Raises BadFile with a guess."""
    if name not in known:
        raise unknown_id(name, what, among or known)
    return name


def unknown_id(name: str, what: str, among: Iterable[str]) -> BadFile:
    """The error that there is nothing of this name, with a guess."""
    return BadFile.of_file(name, "unknown-id", f"there is no {what} of this name{guess(name, among)}")


def pair(text: str) -> tuple[str, str]:
    """`finding=answer` as it was typed. Raises BadFile."""
    name, equals, answer = text.partition("=")
    if not equals:
        raise BadFile.of_file(text, "shape", "a change is written finding=answer, such as pain.night=yes")
    return name.strip(), answer.strip()


def day(text: str) -> date:
    """A day as it was typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day such as 2026-11-30") from None


def whole_number(text: str) -> int:
    """A number of 1 or more as it was typed."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def add_drawing(parser: argparse.ArgumentParser) -> None:
    """The options of commands that draw the leg."""
    parser.add_argument("--side", choices=["right", "left"], default="right", help="which leg (default: right)")
    parser.add_argument("--svg", metavar="FILE", help="write the picture to this file")
    parser.add_argument("--force", action="store_true", help="write over a file that exists")
