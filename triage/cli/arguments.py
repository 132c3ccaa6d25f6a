"""Arguments of commands, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from triage.support.errors import BadFile
from triage.support.text import guess

T = TypeVar("T")


def named(known: Mapping[str, T], name: str, what: str, among: Iterable[str] | None = None) -> str:
    """An id that was named on the command line, if it is known. Raises BadFile with a guess."""
    if name not in known:
        hint = guess(name, among or known)
        raise BadFile.of_file(name, "unknown-id", f"there is no {what} of this name{hint}")
    return name


def pair(text: str) -> tuple[str, str]:
    """`finding=answer` as it was typed. Raises BadFile."""
    name, equals, answer = text.partition("=")
    if not equals:
        raise BadFile.of_file(text, "shape", "a change is written finding=answer, such as pain.night=yes")
    return name.strip(), answer.strip()
