"""Answers files, YAML or JSON -> Answers, with every fault named at its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from triage import yamlfile
from triage.answers import complete, parse
from triage.model import Answers, Fault, Knowledge
from triage.words import guess, printable

T = TypeVar("T")

_TOLD = 100
"""So many faults of a file are told."""


class BadFile(Exception):
    """The file cannot be used. `missing` when it is not there."""

    def __init__(self, faults: list[Fault], missing: bool = False) -> None:
        super().__init__("; ".join(map(str, faults[:_TOLD])))
        self.faults, self.missing = _told(faults), missing
        """One sentence a fault, fit to be shown; no more of them than anybody reads."""


def _told(faults: list[Fault]) -> list[Fault]:
    told = [msgspec.structs.replace(fault, file=printable(fault.file), message=printable(fault.message))
            for fault in faults[:_TOLD]]
    if more := len(faults) - len(told):
        told.append(msgspec.structs.replace(told[-1], code="more", message=f"and {more:,} more faults"))
    return told


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of stdin for `-`. Raises BadFile."""
    if name == "-":
        return sys.stdin.buffer.read(yamlfile.LARGEST + 1)
    path = Path(name)
    try:
        with path.open("rb") as file:
            return file.read(yamlfile.LARGEST + 1)
    except FileNotFoundError:
        near = guess(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise BadFile([Fault(name, 0, 0, "missing", f"there is no such file{near}")], missing=True) from None
    except IsADirectoryError:
        raise BadFile([Fault(name, 0, 0, "missing", "this is a folder, not a file")], missing=True) from None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BadFile([Fault(name, 0, 0, "missing", f"the file cannot be read: {reason}")], missing=True) from None


def whole(name: str) -> bytes:
    """All bytes of a file that may be so large. Raises BadFile."""
    raw = read_bytes(name)
    if len(raw) > yamlfile.LARGEST:
        sentence = f"the file is too large; {yamlfile.LARGEST:,} bytes are the most"
        raise BadFile([Fault("<stdin>" if name == "-" else name, 0, 0, "too-large", sentence)])
    return raw


def answers(knowledge: Knowledge, name: str) -> Answers:
    """Read an answers file: a mapping of finding id to answer; `screens: no` answers the emergency screens with no.

    A result of `triage` itself is understood too: its `answers` are taken. Raises BadFile with all faults at once.
    """
    shown = "<stdin>" if name == "-" else name
    try:
        data, marks = yamlfile.read(yamlfile.decode(read_bytes(name)))
    except yamlfile.YamlError as error:
        raise BadFile([Fault(shown, error.line, error.column, error.code, error.message)]) from None
    base: tuple[str, ...] = ()
    if isinstance(data, dict) and str(data.get("schema", "")).startswith("triage-result/"):
        data, base = data.get("answers"), ("answers",)
    if not isinstance(data, dict):
        raise BadFile([Fault(shown, 1, 1, "shape", "expected a mapping of finding to answer, "
                                                   "such as 'pain.region: calf'")])
    return checked(knowledge, data, shown, marks, base)


def checked(
    knowledge: Knowledge, data: dict[str, Any], shown: str,
    marks: Mapping[tuple[Any, ...], tuple[int, int]] | None = None, base: tuple[str, ...] = (),
) -> Answers:
    """A mapping as it was read -> answers. `shown` names it in faults, `marks` hold its places. Raises BadFile."""
    marks = marks or {}
    plain, faults = dict(data), []
    if "screens" in plain and plain.pop("screens") not in ("no", False):
        line, column = marks.get((*base, "screens"), (1, 1))
        faults.append(Fault(shown, line, column, "shape", "'screens' takes only no: every emergency line not named"))
    given, wrong = parse(knowledge, plain)
    for key, message in wrong:
        at_key = message.startswith("unknown")
        line, column = marks.get((*base, f"@{key}" if at_key else key), marks.get((*base, key), (1, 1)))
        faults.append(Fault(shown, line, column, "unknown-finding" if at_key else "bad-answer", message))
    if faults:
        raise BadFile(sorted(faults))
    return with_screens(knowledge, given) if "screens" in data else given


def named(known: Mapping[str, T], name: str, what: str, among: Iterable[str] | None = None) -> str:
    """An id that was named on the command line, if it is known. Raises BadFile with a guess."""
    if name not in known:
        hint = guess(name, among or known)
        raise BadFile([Fault(name, 0, 0, "unknown-id", f"there is no {what} of this name{hint}")])
    return name


def pair(text: str) -> tuple[str, str]:
    """`finding=answer` as it was typed. Raises BadFile."""
    name, equals, answer = text.partition("=")
    if not equals:
        raise BadFile([Fault(text, 0, 0, "shape", "a change is written finding=answer, such as pain.night=yes")])
    return name.strip(), answer.strip()


def with_screens(knowledge: Knowledge, given: Answers) -> Answers:
    """Every line of the emergency screens that is neither answered nor implied by an answer is answered with no."""
    implied = complete(knowledge, given)
    return {**{name: "no" for name in knowledge.emergency if name not in implied}, **given}
