"""rules/ -> Knowledge. Reads every card and says what is wrong, where, with a guess."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from triage.knowledge import compiler
from triage.knowledge.card_files import CardFile, CardStore, Steps, shape_fault
from triage.knowledge.file_shapes import FindingEntry, SettingsFile, StageEntry, TopicFile
from triage.model import (
    NONE,
    NOT_SURE,
    Care,
    Claim,
    Condition,
    Derived,
    Fault,
    Group,
    Hazard,
    Interlock,
    Knowledge,
    LegMap,
    Level,
    MapPoint,
    NoPress,
    Place,
    RedFlag,
    Score,
    SelfCheck,
    Shape,
    Signature,
    Source,
    Step,
    Strength,
    View,
)
from triage.support import strict_yaml
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode
from triage.support.input_files import read_plain
from triage.support.text import guess

KINDS: dict[str, type[msgspec.Struct]] = {
    "derived": Derived, "scores": Score, "conditions": Condition, "red_flags": RedFlag,
    "self_checks": SelfCheck, "care": Care,
}
NEEDED = ("interview.yaml", "knowledge.yaml", "sources.yaml")
REVIEWS = "reviews.yaml"
"""Who signed what. A signature changes no conclusion, so it leaves the digest of the rules as it is."""

_ID = re.compile(r"[a-z][a-z0-9_]*\Z")

T = TypeVar("T", bound=msgspec.Struct)
S = TypeVar("S", StageEntry, Group)


class RulesError(TriageError):
    """The rules cannot be used. `faults` holds all that was found; the first is shown."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(str(faults[0]) if faults else "no rules", ExitCode.BAD_INPUT)
        self.args = (faults,)
        self.faults = faults

    @property
    def sentences(self) -> Sequence[str]:
        more = len(self.faults) - 1
        return [self.sentence, *([f"and {more} more; `triage check` lists all"] if more > 0 else [])]


def rules_folder() -> Path:
    """$TRIAGE_RULES, else the rules beside the package, in a checkout or inside the wheel."""
    if named := os.environ.get("TRIAGE_RULES"):
        return Path(named)
    package = Path(__file__).resolve().parent.parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent / "rules"


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


class _Reader(CardStore):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.hazards: dict[str, Hazard] = {}
        self.reviews: dict[str, Signature] = {}
        self.digest = hashlib.sha256()

    # --- files -> cards

    def knowledge(self) -> Knowledge | None:
        if not self.folder.is_dir():
            self.fault(Place(str(self.folder)), "no-rules", "there is no folder of rules here")
            return None
        for path in sorted(self.folder.rglob("*.yaml"), key=lambda p: p.relative_to(self.folder).as_posix()):
            self._open(path)
        for path in sorted(self.folder.rglob("*.yml")):
            self.fault(Place(self._name_of(path)), "file-name", "name it .yaml, or it is not read")
        for name in NEEDED:
            if not (self.folder / name).exists():
                self.fault(Place(self._name_of(self.folder / name)), "missing-file", "this file is needed and missing")
                self.lost.add(name)
        self._sort_files()
        if self.settings is None:
            return None
        compilation = compiler.compile_cards(self)
        cards = self.cards
        return Knowledge(
            settings=compilation.settings, digest=self.digest.hexdigest(), stages=compilation.stages,
            groups=self.groups, findings=compilation.findings,
            derived=cards["derived"], scores=cards["scores"], conditions=cards["conditions"],
            red_flags=cards["red_flags"], self_checks=cards["self_checks"], care=cards["care"],
            interlocks=self.interlocks, sources=self.sources, claims=self.claims, map=self.map, rules=compilation.rules,
            hazards=self.hazards, reviews=self.reviews, depths=compilation.depths,
            places_of_rules=compilation.places,
            places={name: file.at(path, key=True) for name, (file, path) in self.homes.items()},
            digests={name: _digest(_part_of(file, path)) for name, (file, path) in self.homes.items()
                     if not name.startswith("review:")},
        )

    def _name_of(self, path: Path) -> str:
        return f"{self.folder.name or self.folder.resolve().name}/{path.relative_to(self.folder).as_posix()}"

    def _open(self, path: Path) -> None:
        name = self._name_of(path)
        relative = path.relative_to(self.folder).as_posix()
        folder, _, rest = relative.partition("/")
        stem = rest.removesuffix(".yaml")
        self.lost.add(f"{stem}." if folder == "findings" else stem or relative)
        try:
            relative.encode()
            raw = read_plain(path)
        except UnicodeEncodeError:
            self.fault(Place(name), "file-name", "the name of this file is not UTF-8")
            return
        except OSError as error:
            self.fault(Place(name), "unreadable", f"the file cannot be read: {(error.strerror or 'unknown').lower()}")
            return
        if relative != REVIEWS:
            self.digest.update(relative.encode() + b"\0" + raw + b"\0")
        try:
            data, marks = strict_yaml.read(strict_yaml.decode(raw))
        except strict_yaml.YamlError as error:
            self.faults.append(error.in_file(name))
            return
        if not isinstance(data, dict):
            self.fault(Place(name), "shape", "a card is a mapping of keys to values")
            return
        self.files[relative] = CardFile(name, data, marks)

    def _sort_files(self) -> None:
        for relative, file in self.files.items():
            folder, _, rest = relative.partition("/")
            stem = rest.removesuffix(".yaml")
            if folder == "findings" and rest:
                self._topic(file, stem)
            elif folder in KINDS and rest:
                card = self._convert(file, (), KINDS[folder], id=stem)
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
            elif relative == "map.yaml":
                self._map(file)
            elif relative == "hazards.yaml":
                self.hazards = self._entries(file, (), Hazard, cards=False)
            elif relative == REVIEWS:
                self._signatures(file)
            elif relative == "knowledge.yaml":
                self.homes["settings:knowledge"] = (file, ())
                self.settings = self._complete(file, self._convert(file, (), SettingsFile))
            else:
                known = [*KINDS, "findings"]
                self.fault(file.at(()), "stray-file", f"no card is expected here{guess(folder, known)}")

    def _complete(self, file: CardFile, settings: SettingsFile | None) -> SettingsFile | None:
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

    def _new(self, file: CardFile, path: Steps, name: str) -> bool:
        if name in self.homes:
            other = self.homes[name][0].name
            self.fault(file.at(path, key=True), "duplicate-id", f"the id '{name}' is taken by {other}")
            self.lost.add(name)
            return False
        self.homes[name] = (file, path)
        self.lost.discard(name)
        return True

    def _good_id(self, file: CardFile, path: Steps, name: str) -> bool:
        if _ID.match(name):
            return True
        self.fault(file.at(path, key=True), "bad-id", f"the id '{name}' must be lower case letters, digits and _")
        return False

    def _topic(self, file: CardFile, topic: str) -> None:
        head = self._convert(file, (), TopicFile)
        if head is None or not self._good_id(file, (), topic):
            return
        self.lost.discard(f"{topic}.")
        for name in head.findings:
            path = ("findings", name)
            self.lost.add(f"{topic}.{name}")
            entry = self._convert(file, path, FindingEntry, id=f"{topic}.{name}")
            if entry is not None and self._good_id(file, path, name) and self._new(file, path, entry.id):
                finding = self._with_options(file, path, entry)
                self.findings[finding.id] = finding
                self._check_finding(file, path, finding)

    def _with_options(self, file: CardFile, path: Steps, finding: FindingEntry) -> FindingEntry:
        if not finding.options_of:
            return finding
        other = self.findings.get(finding.options_of)
        if other is None or finding.options:
            self.fault(file.at((*path, "options_of")), "options", f"'{finding.id}' takes its options from "
                       f"'{finding.options_of}', which must stand before it; it has none of its own")
            return finding
        return msgspec.structs.replace(finding, options=other.options)

    def _check_finding(self, file: CardFile, path: Steps, finding: FindingEntry) -> None:
        if (finding.kind in ("one", "many")) != bool(finding.options):
            self.fault(file.at(path), "options", f"'{finding.id}' is of kind {finding.kind}: "
                       + ("it needs options" if finding.kind in ("one", "many") else "it has no options"))
        for option in finding.options:
            if option in (NOT_SURE, NONE) or not _ID.match(option):
                self.fault(file.at((*path, "options", option), key=True), "bad-id",
                           f"'{option}' may not be the id of an option")
        if finding.kind == "number" and not finding.unit:
            self.fault(file.at(path), "unit", f"'{finding.id}' is a number: it needs a unit")

    def _entries(self, file: CardFile, path: Steps, kind: type[T], cards: bool = True) -> dict[str, T]:
        out: dict[str, T] = {}
        for name in _part_of(file, path):
            where = (*path, name)
            self.lost.add(name)
            card = self._convert(file, where, kind, id=name)
            if card is not None and (not cards or (self._good_id(file, where, name) and self._new(file, where, name))):
                out[name] = card
                self.lost.discard(name)
                if not cards:
                    self.homes.setdefault(f"{kind.__name__.lower()}:{name}", (file, where))
        return out

    def _signatures(self, file: CardFile) -> None:
        """Its entries have the names of cards; a fault of one is no fault of the card."""
        for name in file.data:
            self.homes[f"review:{name}"] = (file, (name,))
            signature = self._convert(file, (name,), Signature, id=name)
            if signature is not None:
                self.reviews[name] = signature

    def _only(self, file: CardFile, *keys: str) -> None:
        for key in file.data:
            if key not in keys:
                self.fault(file.at((key,), key=True), "unknown-key", f"unknown key '{key}'{guess(key, keys)}")

    def _article(self, file: CardFile) -> None:
        self._only(file, "source", "claims")
        if not isinstance(file.data.get("claims"), dict):
            self.fault(file.at(("claims",)), "shape", "article.yaml needs 'claims', a mapping")
            return
        if not isinstance(file.data.get("source"), str):
            self.fault(file.at(("source",)), "shape", "article.yaml needs 'source', the id of a source")
        self.claims = self._entries(file, ("claims",), Claim, cards=False)

    def _interview(self, file: CardFile) -> None:
        self._only(file, "stages", "groups")
        self.stages = tuple(self._sequence(file, "stages", StageEntry))
        self.groups = tuple(self._sequence(file, "groups", Group))

    def _map(self, file: CardFile) -> None:
        self.lost.discard("map.yaml")
        self._only(file, "views", "zones", "points", "no_press")
        self.map = LegMap(
            views=self._part(file, "views", View), zones=self._zones(file), points=self._part(file, "points", MapPoint),
            no_press=self._part(file, "no_press", NoPress),
        )

    def _part(self, file: CardFile, key: str, kind: type[T]) -> dict[str, T]:
        return self._entries(file, (key,), kind, cards=False) if self._mapping(file, key) else {}

    def _zones(self, file: CardFile) -> dict[str, list[Shape]]:
        out = {}
        for name, shapes in file.data["zones"].items() if self._mapping(file, "zones") else ():
            path = ("zones", name)
            self.homes.setdefault(f"zone:{name}", (file, path))
            if not isinstance(shapes, list) or not shapes:
                self.fault(file.at(path), "shape", f"the zone '{name}' is a list of one shape or more")
                shapes = []
            entries = [self._convert(file, (*path, i), Shape) for i in range(len(shapes))]
            out[name] = [shape for shape in entries if shape is not None]
        return out

    def _mapping(self, file: CardFile, key: str) -> bool:
        if key in file.data and not isinstance(file.data[key], dict):
            self.fault(file.at((key,)), "shape", f"'{key}' is a mapping of names to what they are")
        return isinstance(file.data.get(key), dict)

    def _sequence(self, file: CardFile, key: str, kind: type[S]) -> list[S]:
        entries = file.data.get(key)
        if not isinstance(entries, list):
            self.fault(file.at((key,)), "shape", f"interview.yaml needs '{key}', a list")
            return []
        out = []
        for i in range(len(entries)):
            card = self._convert(file, (key, i), kind)
            if card is not None:
                out.append(card)
                self.homes.setdefault(f"stage:{card.id}", (file, (key, i)))
        return out

    def _convert(self, file: CardFile, path: Steps, kind: type[T], **extra: str) -> T | None:
        data = _part_of(file, path)
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
            place, message = shape_fault(file, path, str(error), kind)
            self.fault(place, "shape" if "unknown key" not in message else "unknown-key", message)
            return None


def _part_of(file: CardFile, path: Steps) -> Any:
    """What stands there in the file."""
    data = file.data
    for step in path:
        data = data[step]
    return data


def _digest(card: Any) -> str:
    """The same for the same keys and values in the same order. Comments, quotes and line ends are none of them."""
    return hashlib.sha256(msgspec.json.encode(card)).hexdigest()[:16]
