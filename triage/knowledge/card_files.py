"""All cards as they were read, where each stands, and the faults found so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import msgspec

from triage.knowledge.file_shapes import FindingEntry, SettingsFile, StageEntry
from triage.model import (
    Claim,
    Fault,
    Group,
    Interlock,
    LegMap,
    Place,
    Source,
)
from triage.support import strict_yaml
from triage.support.text import guess, printable

Steps = tuple[str | int, ...]
"""The way to a part of a file: keys and indexes."""

_AT = re.compile(r" - at `(?:key in )?\$(.*)`$")
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.(\w+)")
_TYPES = re.compile("`([a-z |]+)`")
_TYPE_NAMES = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false",
               "null": "nothing", "object": "a mapping", "array": "a list"}

FOLDERS = ("derived", "scores", "conditions", "red_flags", "self_checks", "care")


class CardFile:
    """One YAML file: its data and where each part stands."""

    def __init__(self, name: str, data: Any, marks: strict_yaml.Marks) -> None:
        self.name, self.data, self.marks = name, data, marks

    def at(self, path: Steps, key: bool = False) -> Place:
        """Where a part stands, or what is nearest around it; `key`: where its key does."""
        if key and path and (mark := self.marks.get((*path[:-1], f"@{path[-1]}"))):
            return Place(self.name, *mark)
        while path not in self.marks and path:
            path = path[:-1]
        return Place(self.name, *self.marks.get(path, (1, 1)))


class CardStore:
    """All cards that were read, by their ids: what the reader fills and the compiler reads."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.files: dict[str, CardFile] = {}
        self.homes: dict[str, tuple[CardFile, Steps]] = {}
        self.findings: dict[str, FindingEntry] = {}
        self.cards: dict[str, dict[str, Any]] = {name: {} for name in FOLDERS}
        self.interlocks: dict[str, Interlock] = {}
        self.sources: dict[str, Source] = {}
        self.claims: dict[str, Claim] = {}
        self.map = LegMap()
        self.stages: tuple[StageEntry, ...] = ()
        self.groups: tuple[Group, ...] = ()
        self.settings: SettingsFile | None = None
        self.lost: set[str] = set()
        """Cards, topics (`pain.`) and files that stand there and cannot be read."""

    def fault(self, place: Place, code: str, message: str) -> None:
        self.faults.append(Fault(place.file, place.line, place.column, code, printable(message)))

    def unknown(self, place: Place, code: str, what: str, name: str, known: Iterable[str], home: str = "") -> None:
        """The fault that nothing has this name; none when it has one, whose own fault is told already."""
        if not {name, name.partition(".")[0] + ".", home} & self.lost:
            self.fault(place, code, f"unknown {what} '{name}'{guess(name, known)}")


def shape_fault(file: CardFile, path: Steps, text: str, kind: type[msgspec.Struct]) -> tuple[Place, str]:
    """A shape that msgspec refuses: where the fault stands, and a sentence with a guess. `text`: what msgspec says."""
    full: list[str | int] = list(path)
    if match := _AT.search(text):
        for index, name in _STEP.findall(match[1]):
            if index == "...":
                break
            full.append(int(index) if index else name)
        text = text[: match.start()]
    where = tuple(full)
    if unknown := re.match(r"Object contains unknown field `(.+)`", text):
        hint = guess(unknown[1], sorted(_keys(kind)))
        return file.at((*where, unknown[1]), key=True), f"unknown key '{unknown[1]}'{hint}"
    if missing := re.match(r"Object missing required field `(.+)`", text):
        return file.at(where), f"the key '{missing[1]}' is missing"
    if enum := re.match(r"Invalid enum value '(.+)'", text):
        words = sorted(word for word in _inside(kind) if isinstance(word, str))
        return file.at(where), f"'{enum[1]}' is not one of the words allowed where{guess(enum[1], words)}"
    text = _TYPES.sub(lambda match: " or ".join(_TYPE_NAMES.get(t, t) for t in match[1].split(" | ")), text)
    return file.at(where), text[0].lower() + text[1:]


def _keys(kind: type[msgspec.Struct]) -> set[str]:
    """All keys that a card of this kind and the cards inside it may have; for guesses only."""
    structs = [part for part in _inside(kind) if isinstance(part, type) and issubclass(part, msgspec.Struct)]
    return {info.encode_name for struct in structs for info in msgspec.structs.fields(struct)} - {"id"}


def _inside(kind: Any) -> Iterator[Any]:
    """This type, the types of its parts, and the words of its literals."""
    yield kind
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        parts = [info.type for info in msgspec.structs.fields(kind)]
    else:
        parts = list(get_args(kind))
    for part in parts:
        yield from _inside(part)
