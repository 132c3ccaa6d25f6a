"""rules/ -> Knowledge. Reads every card, compiles every `when`, and says what is wrong, where, with a guess."""

from __future__ import annotations

import difflib
import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from triage import yamlfile
from triage.model import (
    NONE,
    NOT_SURE,
    Care,
    Claim,
    Condition,
    Derived,
    Evidence,
    Fault,
    Finding,
    Group,
    Interlock,
    Knowledge,
    Level,
    Part,
    Place,
    RedFlag,
    Rule,
    Score,
    SelfCheck,
    Settings,
    Source,
    Stage,
    Step,
    Strength,
    Topic,
)

FOLDERS: dict[str, type[msgspec.Struct]] = {
    "derived": Derived, "scores": Score, "conditions": Condition, "red_flags": RedFlag,
    "self_checks": SelfCheck, "care": Care,
}
NEEDED = ("interview.yaml", "knowledge.yaml", "sources.yaml")
WITHIN: dict[str, tuple[int, ...]] = {"book": (3, 7, 14), "redirect": (1, 3, 7, 14)}
LOWER: dict[tuple[str, int], tuple[str, int]] = {
    ("ambulance_now", 0): ("emergency_department_now", 0), ("emergency_department_now", 0): ("today", 0),
    ("today", 0): ("book", 3), ("book", 3): ("book", 7), ("book", 7): ("book", 14),
}
"""Level and days -> what a "not sure" leaves of them."""
LOWER_PLACE = {"ambulance_now": "emergency_department", "emergency_department_now": "practice", "today": "practice"}
DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(hour|day|week|month|year)s?\Z")
_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_COMPARE = re.compile(r"(>=|<=|==|>|<)\s*(.+)\Z")
_AT = re.compile(r" - at `(?:key in )?\$(.*)`$")
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|\.(\w+)")
_TYPES = re.compile("`([a-z |]+)`")
_TYPE_NAMES = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false",
               "null": "nothing", "object": "a mapping", "array": "a list"}

T = TypeVar("T", bound=msgspec.Struct)
S = TypeVar("S", Stage, Group)


class RulesError(Exception):
    """The rules cannot be used. `faults` holds all that was found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(str(faults[0]) if faults else "no rules")
        self.faults = faults


def rules_folder() -> Path:
    """$TRIAGE_RULES, else the rules beside the package, in a checkout or inside the wheel."""
    if named := os.environ.get("TRIAGE_RULES"):
        return Path(named)
    here = Path(__file__).resolve().parent
    packed = here / "_rules"
    return packed if packed.is_dir() else here.parent / "rules"


def load(folder: Path | None = None) -> Knowledge:
    """Read and compile all cards. Raises RulesError, naming the first fault, if there is any."""
    knowledge, faults = read(folder or rules_folder())
    if faults or knowledge is None:
        raise RulesError(faults)
    return knowledge


def read(folder: Path) -> tuple[Knowledge | None, list[Fault]]:
    """Read all cards and collect every fault. Knowledge is None only when the settings cannot be read."""
    reader = _Reader(folder)
    return reader.knowledge(), sorted(set(reader.faults))


def days(text: str) -> float | None:
    """'3 weeks' -> 21.0; None when it is no duration. Months count 30 days, years 365."""
    found = _DURATION.match(text.strip().lower())
    return float(found[1]) * DAYS[found[2]] if found else None


def guess(word: str, among: Iterable[str]) -> str:
    """'; did you mean X?' or nothing."""
    near = difflib.get_close_matches(word, list(among), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


class _File:
    """One YAML file: its data and where each part stands."""

    def __init__(self, name: str, data: Any, marks: yamlfile.Marks) -> None:
        self.name, self.data, self.marks = name, data, marks

    def at(self, path: tuple[str | int, ...], key: bool = False) -> Place:
        wanted = path
        if key and path and (found := self.marks.get((*path[:-1], f"@{path[-1]}"))):
            return Place(self.name, *found)
        while wanted not in self.marks and wanted:
            wanted = wanted[:-1]
        return Place(self.name, *self.marks.get(wanted, (1, 1)))


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.files: dict[str, _File] = {}
        self.digest = hashlib.sha256()
        self.homes: dict[str, tuple[_File, tuple[str | int, ...]]] = {}
        self.findings: dict[str, Finding] = {}
        self.cards: dict[str, dict[str, Any]] = {name: {} for name in FOLDERS}
        self.interlocks: dict[str, Interlock] = {}
        self.sources: dict[str, Source] = {}
        self.claims: dict[str, Claim] = {}
        self.stages: tuple[Stage, ...] = ()
        self.groups: tuple[Group, ...] = ()
        self.settings: Settings | None = None
        self.lost: set[str] = set()
        """Cards, topics (`pain.`) and files that stand there and cannot be read."""

    def fault(self, place: Place, code: str, message: str) -> None:
        self.faults.append(Fault(place.file, place.line, place.column, code, message))

    def unknown(self, place: Place, code: str, what: str, name: str, known: Iterable[str], home: str = "") -> None:
        """The fault that nothing has this name; none when it has one, whose own fault is told already."""
        if not {name, name.partition(".")[0] + ".", home} & self.lost:
            self.fault(place, code, f"unknown {what} '{name}'{guess(name, known)}")

    # --- files -> cards

    def knowledge(self) -> Knowledge | None:
        if not self.folder.is_dir():
            self.fault(Place(str(self.folder)), "no-rules", "there is no folder of rules here")
            return None
        for path in sorted(self.folder.rglob("*.yaml"), key=lambda p: p.relative_to(self.folder).as_posix()):
            self._open(path)
        for path in sorted(self.folder.rglob("*.yml")):
            self.fault(Place(self._shown(path)), "file-name", "name it .yaml, or it is not read")
        for name in NEEDED:
            if not (self.folder / name).exists():
                self.fault(Place(self._shown(self.folder / name)), "missing-file", "this file is needed and missing")
                self.lost.add(name)
        self._sort_files()
        if self.settings is None:
            return None
        compiler = _Compiler(self)
        rules, depths = compiler.compile()
        cards = self.cards
        return Knowledge(
            settings=self.settings, digest=self.digest.hexdigest(), stages=self.stages, groups=self.groups,
            findings=self.findings,
            derived=cards["derived"], scores=cards["scores"], conditions=cards["conditions"],
            red_flags=cards["red_flags"], self_checks=cards["self_checks"], care=cards["care"],
            interlocks=self.interlocks, sources=self.sources, claims=self.claims, rules=rules, depths=depths,
            places={name: file.at(path, key=True) for name, (file, path) in self.homes.items()},
        )

    def _shown(self, path: Path) -> str:
        return f"{self.folder.name or self.folder.resolve().name}/{path.relative_to(self.folder).as_posix()}"

    def _open(self, path: Path) -> None:
        name = self._shown(path)
        relative = path.relative_to(self.folder).as_posix()
        folder, _, rest = relative.partition("/")
        stem = rest.removesuffix(".yaml")
        self.lost.add(f"{stem}." if folder == "findings" else stem or relative)
        try:
            raw = path.read_bytes()
        except OSError as error:
            self.fault(Place(name), "unreadable", f"the file cannot be read: {error.strerror}")
            return
        self.digest.update(relative.encode() + b"\0" + raw + b"\0")
        try:
            data, marks = yamlfile.read(yamlfile.decode(raw))
        except yamlfile.YamlError as error:
            self.fault(Place(name, error.line, error.column), error.code, error.message)
            return
        if not isinstance(data, dict):
            self.fault(Place(name), "shape", "a card is a mapping of keys to values")
            return
        self.files[relative] = _File(name, data, marks)

    def _sort_files(self) -> None:
        for relative, file in self.files.items():
            folder, _, rest = relative.partition("/")
            stem = rest.removesuffix(".yaml")
            if folder == "findings" and rest:
                self._topic(file, stem)
            elif folder in FOLDERS and rest:
                card = self._convert(file, (), FOLDERS[folder], id=stem)
                if card is not None and self._good_id(file, (), stem) and self._new(file, (), stem):
                    self.cards[folder][stem] = card
            elif relative == "interlocks.yaml":
                self.lost.discard(relative)
                self.interlocks = self._entries(file, (), Interlock)
            elif relative == "sources.yaml":
                self.lost.discard(relative)
                self.sources = self._entries(file, (), Source, cards=False)
            elif relative == "article.yaml":
                self._article(file)
            elif relative == "interview.yaml":
                self._interview(file)
            elif relative == "knowledge.yaml":
                self.settings = self._complete(file, self._convert(file, (), Settings))
            else:
                known = [*FOLDERS, "findings"]
                self.fault(file.at(()), "stray-file", f"no card is expected here{guess(folder, known)}")

    def _complete(self, file: _File, settings: Settings | None) -> Settings | None:
        """The settings, if they name every strength, step and level."""
        if settings is None:
            return None
        missing = False
        for path, named, words in (
            (("weights", "strength"), settings.weights.strength, Strength),
            (("weights", "frequency"), settings.weights.frequency, Step),
            (("levels",), settings.levels, Level),
        ):
            for word in get_args(words):
                if word not in named:
                    self.fault(file.at(path), "shape", f"the key '{word}' is missing")
                    missing = True
        return None if missing else settings

    def _new(self, file: _File, path: tuple[str | int, ...], name: str) -> bool:
        if name in self.homes:
            other = self.homes[name][0].name
            self.fault(file.at(path, key=True), "duplicate-id", f"the id '{name}' is taken by {other}")
            self.lost.add(name)
            return False
        self.homes[name] = (file, path)
        self.lost.discard(name)
        return True

    def _good_id(self, file: _File, path: tuple[str | int, ...], name: str) -> bool:
        if _ID.match(name):
            return True
        self.fault(file.at(path, key=True), "bad-id", f"the id '{name}' must be lower case letters, digits and _")
        return False

    def _topic(self, file: _File, topic: str) -> None:
        head = self._convert(file, (), Topic)
        if head is None or not self._good_id(file, (), topic):
            return
        self.lost.discard(f"{topic}.")
        for name in head.findings:
            path = ("findings", name)
            self.lost.add(f"{topic}.{name}")
            finding = self._convert(file, path, Finding, id=f"{topic}.{name}")
            if finding is not None and self._good_id(file, path, name) and self._new(file, path, finding.id):
                self.findings[finding.id] = finding
                self._check_finding(file, path, finding)

    def _check_finding(self, file: _File, path: tuple[str | int, ...], finding: Finding) -> None:
        if (finding.kind in ("one", "many")) != bool(finding.options):
            self.fault(file.at(path), "options", f"'{finding.id}' is of kind {finding.kind}: "
                       + ("it needs options" if finding.kind in ("one", "many") else "it has no options"))
        for option in finding.options:
            if option in (NOT_SURE, NONE) or not _ID.match(option):
                self.fault(file.at((*path, "options", option), key=True), "bad-id",
                           f"'{option}' may not be the id of an option")
        if finding.kind == "number" and not finding.unit:
            self.fault(file.at(path), "unit", f"'{finding.id}' is a number: it needs a unit")

    def _entries(self, file: _File, path: tuple[str | int, ...], kind: type[T], cards: bool = True) -> dict[str, T]:
        out: dict[str, T] = {}
        data = file.data
        for step in path:
            data = data[step]
        for name in data:
            here = (*path, name)
            self.lost.add(name)
            card = self._convert(file, here, kind, id=name)
            if card is not None and (not cards or (self._good_id(file, here, name) and self._new(file, here, name))):
                out[name] = card
                self.lost.discard(name)
                self.homes.setdefault(f"{kind.__name__.lower()}:{name}", (file, here))
        return out

    def _only(self, file: _File, *keys: str) -> None:
        for key in file.data:
            if key not in keys:
                self.fault(file.at((key,), key=True), "unknown-key", f"unknown key '{key}'{guess(key, keys)}")

    def _article(self, file: _File) -> None:
        self._only(file, "source", "claims")
        if not isinstance(file.data.get("claims"), dict):
            self.fault(file.at(("claims",)), "shape", "article.yaml needs 'claims', a mapping")
            return
        self.claims = self._entries(file, ("claims",), Claim, cards=False)

    def _interview(self, file: _File) -> None:
        self._only(file, "stages", "groups")
        self.stages = tuple(self._listed(file, "stages", Stage))
        self.groups = tuple(self._listed(file, "groups", Group))

    def _listed(self, file: _File, key: str, kind: type[S]) -> list[S]:
        entries = file.data.get(key)
        if not isinstance(entries, list):
            self.fault(file.at((key,)), "shape", f"interview.yaml needs '{key}', a list")
            return []
        out = []
        for i in range(len(entries)):
            card = self._convert(file, (key, i), kind)
            if card is not None:
                out.append(card)
                self.homes[f"stage:{card.id}"] = (file, (key, i))
        return out

    def _convert(self, file: _File, path: tuple[str | int, ...], kind: type[T], **extra: str) -> T | None:
        data = file.data
        for step in path:
            data = data[step]
        if isinstance(data, dict):
            for name in extra:
                if name in data:
                    self.fault(file.at((*path, name), key=True), "unknown-key",
                               f"'{name}' is not written; it is the name of the file or the key")
                    return None
            data = {**data, **extra}
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            place, message = self._explain(file, path, str(error), kind)
            self.fault(place, "shape" if "unknown key" not in message else "unknown-key", message)
            return None

    def _explain(
        self, file: _File, path: tuple[str | int, ...], text: str, kind: type[msgspec.Struct]
    ) -> tuple[Place, str]:
        full: list[str | int] = list(path)
        if found := _AT.search(text):
            for index, name in _STEP.findall(found[1]):
                if index == "...":
                    break
                full.append(int(index) if index else name)
            text = text[: found.start()]
        here = tuple(full)
        if unknown := re.match(r"Object contains unknown field `(.+)`", text):
            hint = guess(unknown[1], sorted(_keys(kind)))
            return file.at((*here, unknown[1]), key=True), f"unknown key '{unknown[1]}'{hint}"
        if missing := re.match(r"Object missing required field `(.+)`", text):
            return file.at(here), f"the key '{missing[1]}' is missing"
        if enum := re.match(r"Invalid enum value '(.+)'", text):
            words = sorted(word for word in _inside(kind) if isinstance(word, str))
            return file.at(here), f"'{enum[1]}' is not one of the words allowed here{guess(enum[1], words)}"
        text = _TYPES.sub(lambda found: " or ".join(_TYPE_NAMES.get(t, t) for t in found[1].split(" | ")), text)
        return file.at(here), text[0].lower() + text[1:]


def _keys(kind: type[msgspec.Struct]) -> set[str]:
    """All keys that a card of this kind and the cards inside it may have; for guesses only."""
    structs = [each for each in _inside(kind) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    return {info.encode_name for each in structs for info in msgspec.structs.fields(each)} - {"id"}


def _inside(kind: Any) -> Iterator[Any]:
    """This type, the types of its parts, and the words of its literals."""
    yield kind
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        parts = [info.type for info in msgspec.structs.fields(kind)]
    else:
        parts = list(get_args(kind))
    for part in parts:
        yield from _inside(part)


class _Compiler:
    """Cards -> rules. One line of a card is one rule; each mapping of a list is one of its own."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.findings = reader.findings
        self.derived: dict[str, Derived] = reader.cards["derived"]
        self.scores: dict[str, Score] = reader.cards["scores"]
        self.rules: list[Rule] = []
        self.keys: dict[str, Place] = {}
        self.background: dict[str, bool] = {}

    def compile(self) -> tuple[tuple[Rule, ...], tuple[tuple[str, ...], ...]]:
        depths = self._depths()
        for depth in depths:
            for name in depth:
                self._derived(name)
        for score in self.scores.values():
            self._score(score)
        for condition in self.reader.cards["conditions"].values():
            self._condition(condition)
        for flag in self.reader.cards["red_flags"].values():
            self._red_flag(flag)
        for lock in self.reader.interlocks.values():
            self._interlock(lock)
        for folder in ("self_checks", "care"):
            for card in self.reader.cards[folder].values():
                self._must_not(folder, card)
        self._offers()
        for finding in self.findings.values():
            file, path = self.reader.homes[finding.id]
            self._whens(file, (*path, "ask_if"), finding.ask_if, {"finding", "derived"})
        return tuple(self.rules), depths

    # --- the parts of a `when`

    def _whens(
        self, file: _File, path: tuple[str | int, ...], when: Any, readable: set[str]
    ) -> list[tuple[tuple[str | int, ...], tuple[Part, ...]]]:
        alternatives = when if isinstance(when, list) else [when]
        out = []
        for i, mapping in enumerate(alternatives):
            where = (*path, i) if isinstance(when, list) else path
            parts = [self._part(file, (*where, name), name, value, readable) for name, value in mapping.items()]
            if not parts and when != []:
                self.reader.fault(file.at(where), "empty-when", "an empty condition always holds; say what must hold")
            if parts and all(part is not None for part in parts):
                out.append((where, tuple(part for part in parts if part is not None)))
        return out

    def _part(
        self, file: _File, path: tuple[str | int, ...], name: str, value: Any, readable: set[str]
    ) -> Part | None:
        fault = self.reader.fault
        room, _, rest = name.partition(".")
        if room in ("red_flag", "condition", "derived", "score"):
            if room not in readable:
                fault(file.at(path, key=True), "not-readable-here", f"'{name}' cannot be read here")
                return None
            shelf: dict[str, Any] = {
                "red_flag": self.reader.cards["red_flags"], "condition": self.reader.cards["conditions"],
                "derived": self.derived, "score": self.scores,
            }[room]
            if rest not in shelf:
                self.reader.unknown(file.at(path, key=True), "unknown-finding", room, rest, shelf)
                return None
            if room == "score":
                return self._comparison(file, path, name, value, "number")
            allowed = ["fits_well", "possible"] if room == "condition" else ["yes"]
            return self._choice(file, path, name, value, allowed)
        finding = self.findings.get(name)
        if finding is None:
            self.reader.unknown(file.at(path, key=True), "unknown-finding", "finding", name, self.findings)
            return None
        if finding.kind in ("number", "duration"):
            return self._comparison(file, path, name, value, finding.kind)
        if finding.kind == "yes_no":
            return self._choice(file, path, name, value, ["yes", "no"])
        return self._choice(file, path, name, value, list(finding.options))

    def _choice(
        self, file: _File, path: tuple[str | int, ...], name: str, value: Any, allowed: list[str]
    ) -> Part | None:
        negative = isinstance(value, dict)
        if negative:
            if set(value) != {"none_of"}:
                self.reader.fault(file.at(path), "shape", f"'{name}' takes a value, a list, or none_of: a list")
                return None
            path, value = (*path, "none_of"), value["none_of"]
        values = value if isinstance(value, list) else [value]
        for i, each in enumerate(values):
            if each not in allowed:
                place = file.at((*path, i) if isinstance(value, list) else path)
                hint = guess(str(each), allowed)
                self.reader.fault(place, "unknown-option", f"'{name}' has no answer '{each}'{hint}")
                return None
        if not values:
            self.reader.fault(file.at(path), "shape", f"'{name}' has an empty list of answers")
            return None
        words = tuple(sorted(set(values), key=allowed.index))
        return Part(name, none_of=words) if negative else Part(name, any_of=words)

    def _comparison(
        self, file: _File, path: tuple[str | int, ...], name: str, value: Any, kind: str
    ) -> Part | None:
        found = _COMPARE.match(str(value))
        if found:
            bound = days(found[2]) if kind == "duration" else _number(found[2])
            if bound is not None:
                return Part(name, op=found[1], bound=bound)
        example = '">= 4 weeks"' if kind == "duration" else '">= 60"'
        self.reader.fault(file.at(path), "comparison", f"'{name}' is compared, for example {example}")
        return None

    # --- cards -> rules

    def _add(self, file: _File, path: tuple[str | int, ...], rule_id: str, **fields: Any) -> None:
        key = fields.pop("key", rule_id)
        place = file.at(path)
        if key in self.keys:
            self.reader.fault(place, "duplicate-rule", f"this asks the same as {self.keys[key]}")
            return
        self.keys[key] = place
        self.rules.append(Rule(id=rule_id, key=key, **fields))

    def _source(self, file: _File, path: tuple[str | int, ...], name: str) -> None:
        if name not in self.reader.sources:
            self.reader.unknown(file.at((*path, "source")), "unknown-source", "source", name, self.reader.sources,
                                home="sources.yaml")

    def _home(self, name: str) -> tuple[_File, tuple[str | int, ...]]:
        return self.reader.homes[name]

    def _depths(self) -> tuple[tuple[str, ...], ...]:
        reads = {name: {k.removeprefix("derived.") for m in _mappings(card.when) for k in m if k.startswith("derived.")}
                 & set(self.derived) for name, card in self.derived.items()}
        done: set[str] = set()
        depths: list[tuple[str, ...]] = []
        while len(done) < len(reads):
            ready = tuple(name for name in reads if name not in done and reads[name] <= done)
            if not ready:
                for name in sorted(set(reads) - done):
                    file, path = self._home(name)
                    self.reader.fault(file.at(path), "circle", f"derived '{name}' depends on itself")
                break
            depths.append(ready)
            done |= set(ready)
        return tuple(depths)

    def _derived(self, name: str) -> None:
        card = self.derived[name]
        file, path = self._home(name)
        self._source(file, path, card.source)
        found = self._whens(file, (*path, "when"), card.when, {"finding", "derived"})
        for where, parts in found:
            rule_id = f"{name}/{_text(parts)}"
            common = {"kind": "derived", "card": name, "grade": card.grade, "source": card.source}
            self._add(file, where, rule_id, parts=parts, unsure=(False,) * len(parts), **common)
            for j, part in enumerate(parts):
                # One part is surely "not sure" (no answer meets it), the others are met or "not sure" too.
                mixed = (*parts[:j], Part(part.fact), *parts[j + 1 :])
                self._add(file, where, rule_id + "~not_sure", key=f"{rule_id}~{j}", parts=mixed,
                          unsure=_can_be_unsure(parts), **common)
        self.background[f"derived.{name}"] = bool(found) and all(
            self._is_background(part) for _, parts in found for part in parts
        )

    def _is_background(self, part: Part) -> bool:
        if part.fact in self.findings:
            return self.findings[part.fact].background
        return self.background.get(part.fact, False)

    def _score(self, score: Score) -> None:
        file, path = self._home(score.id)
        self._source(file, path, score.source)
        for i, item in enumerate(score.items):
            for where, parts in self._whens(file, (*path, "items", i, "when"), item.when, {"finding", "derived"}):
                self._add(file, where, f"{score.id}/{item.id}/{_text(parts)}", kind="score_item", card=score.id,
                          parts=parts, unsure=(False,) * len(parts), why=item.why, points=item.points, item=item.id,
                          grade=score.grade, source=score.source)

    def _condition(self, card: Condition) -> None:
        settings = self.reader.settings
        assert settings is not None
        file, path = self._home(card.id)
        readable = {"finding", "derived", "score"}
        if card.frequency is not None:
            self._source(file, (*path, "frequency"), card.frequency.source)
            for i, more in enumerate(card.frequency.more):
                for where, parts in self._whens(file, (*path, "frequency", "more", i, "when"), more.when, readable):
                    self._add(file, where, f"{card.id}/frequency/{_text(parts)}", kind="frequency", card=card.id,
                              parts=parts, unsure=(False,) * len(parts), step=more.level,
                              grade=card.frequency.grade, source=card.frequency.source)
        lines: list[tuple[str, int, Evidence]] = [("for", i, e) for i, e in enumerate(card.for_)]
        lines += [("against", i, e) for i, e in enumerate(card.against)]
        for kind, i, line in lines:
            where_line = (*path, kind, i)
            self._source(file, where_line, line.source)
            weight = settings.weights.strength[line.strength]
            if line.lr is not None and line.lr > 0:
                weight = min(weight, abs(math.log(line.lr)))
            for where, parts in self._whens(file, (*where_line, "when"), line.when, readable):
                self._add(file, where, f"{card.id}/{_text(parts)}", kind=kind, card=card.id, parts=parts,
                          unsure=(False,) * len(parts), why=line.why, grade=line.grade, source=line.source,
                          strength=line.strength, lr=line.lr, weight=weight if kind == "for" else -weight,
                          group=line.group)
        for kind, mappings in (("fits_well_if", card.fits_well_if), ("fits_well_never", card.fits_well_never)):
            for where, parts in self._whens(file, (*path, kind), mappings, readable):
                self._add(file, where, f"{card.id}/{kind}/{_text(parts)}", kind=kind, card=card.id, parts=parts,
                          unsure=(False,) * len(parts))

    def _red_flag(self, card: RedFlag) -> None:
        file, path = self._home(card.id)
        for i, line in enumerate(card.rules):
            where_line = (*path, "rules", i)
            self._source(file, where_line, line.source)
            settings = self.reader.settings
            if settings is not None and line.place not in settings.places:
                self.reader.fault(file.at((*where_line, "place")), "unknown-place",
                                  f"unknown place '{line.place}'{guess(line.place, settings.places)}")
            if line.within_days not in WITHIN.get(line.level, (0,)):
                self.reader.fault(file.at((*where_line, "level")), "within-days",
                                  "within_days 3, 7 or 14 belongs to book and redirect, and only to them")
            for where, parts in self._whens(file, (*where_line, "when"), line.when, {"finding", "derived", "score"}):
                common: dict[str, Any] = {
                    "kind": "red_flag", "card": card.id, "parts": parts, "why": line.why, "grade": line.grade,
                    "source": line.source,
                }
                rule_id = f"{card.id}/{_text(parts)}"
                self._add(file, where, rule_id, unsure=(False,) * len(parts), level=line.level,
                          within_days=line.within_days, place=line.place, say=line.say, **common)
                if line.not_sure != "lower" or (line.level, line.within_days) not in LOWER:
                    continue
                lower, within = LOWER[line.level, line.within_days]
                for j, part in enumerate(parts):
                    # "Not sure" counts only beside a definite yes that says more than who the person is.
                    if len(parts) < 2 or self._is_background(part):
                        continue
                    unsure = tuple(k != j and not p.fact.startswith("score.") for k, p in enumerate(parts))
                    if any(unsure):
                        self._add(file, where, rule_id + "~not_sure", key=f"{rule_id}~{j}", unsure=unsure, level=lower,
                                  within_days=within, place=LOWER_PLACE.get(line.level, line.place), **common)

    def _interlock(self, card: Interlock) -> None:
        file, path = self._home(card.id)
        flags = self.reader.cards["red_flags"]
        for i, flag in enumerate(card.flags):
            if flag not in flags:
                self.reader.unknown(file.at((*path, "flags", i)), "unknown-id", "red flag", flag, flags)
                continue
            part = Part(f"red_flag.{flag}", any_of=("yes",))
            self._add(file, (*path, "flags", i), f"{card.id}/{part.text}", kind="interlock", card=card.id,
                      parts=(part,), unsure=(False,), why=flags[flag].name)
        readable = {"finding", "derived", "score", "red_flag", "condition"}
        for i, line in enumerate(card.rules):
            where_line = (*path, "rules", i)
            self._source(file, where_line, line.source)
            for where, parts in self._whens(file, (*where_line, "when"), line.when, readable):
                self._add(file, where, f"{card.id}/{_text(parts)}", kind="interlock", card=card.id, parts=parts,
                          unsure=_can_be_unsure(parts), why=line.why, grade=line.grade, source=line.source)

    def _must_not(self, folder: str, card: SelfCheck | Care) -> None:
        file, path = self._home(card.id)
        self._source(file, path, card.source)
        readable = {"finding", "derived", "score", "red_flag", "condition"}
        for i, line in enumerate(card.who_must_not):
            for where, parts in self._whens(file, (*path, "who_must_not", i, "when"), line.when, readable):
                self._add(file, where, f"{card.id}/must_not/{_text(parts)}", kind="must_not", card=card.id,
                          parts=parts, unsure=_can_be_unsure(parts), why=line.say, grade=card.grade,
                          source=card.source)
        for i, lock in enumerate(card.blocked_by):
            if lock not in self.reader.interlocks:
                self.reader.unknown(file.at((*path, "blocked_by", i)), "unknown-id", "interlock", lock,
                                    self.reader.interlocks, home="interlocks.yaml")
        for i, name in enumerate(card.ask_before):
            if name not in self.findings:
                self.reader.unknown(file.at((*path, "ask_before", i)), "unknown-finding", "finding", name,
                                    self.findings)
        if isinstance(card, SelfCheck) and card.result not in self.findings:
            self.reader.unknown(file.at((*path, "result")), "unknown-finding", "finding", card.result, self.findings)

    def _offers(self) -> None:
        """A self-check or care card is due when a card that names it is in play."""
        for shelf, room, values in (
            ("conditions", "condition", ("fits_well", "possible")), ("red_flags", "red_flag", ("yes",)),
        ):
            for name, card in self.reader.cards[shelf].items():
                file, path = self._home(name)
                for folder, wanted in (("self_checks", card.self_checks), ("care", card.care)):
                    for i, target in enumerate(wanted):
                        known = self.reader.cards[folder]
                        if target not in known:
                            self.reader.unknown(file.at((*path, folder, i)), "unknown-id", f"{folder} card", target,
                                                known)
                            continue
                        part = Part(f"{room}.{name}", any_of=values)
                        self._add(file, (*path, folder, i), f"{target}/offer/{part.text}", kind="offer", card=target,
                                  parts=(part,), unsure=(False,))


def _can_be_unsure(parts: tuple[Part, ...]) -> tuple[bool, ...]:
    return tuple(not p.fact.startswith(("score.", "red_flag.", "condition.")) for p in parts)


def _mappings(when: Any) -> list[dict[str, Any]]:
    return when if isinstance(when, list) else [when]


def _text(parts: tuple[Part, ...]) -> str:
    return "&".join(part.text for part in parts)


def _number(text: str) -> float | None:
    return float(text) if _PLAIN.match(text) else None


def parts_of(when: Any) -> list[tuple[Part, ...]]:
    """A checked `when` as parts; for cards that are read outside the rules, such as `ask_if`."""
    out = []
    for mapping in _mappings(when):
        parts = []
        for name, value in mapping.items():
            if isinstance(value, dict):
                parts.append(Part(name, none_of=tuple(value["none_of"])))
            elif isinstance(value, str) and (found := _COMPARE.match(value)):
                bound = days(found[2])
                parts.append(Part(name, op=found[1], bound=float(found[2]) if bound is None else bound))
            else:
                parts.append(Part(name, any_of=tuple(value) if isinstance(value, list) else (str(value),)))
        out.append(tuple(parts))
    return out
