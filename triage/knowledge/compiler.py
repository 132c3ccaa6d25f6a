"""Cards -> rules. One line of a card is one rule; each mapping of a list is one of its own."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from triage.knowledge.card_files import CardFile, CardStore, Steps
from triage.model import (
    Alternatives,
    Care,
    Condition,
    Criterion,
    Derived,
    Evidence,
    Finding,
    Interlock,
    Place,
    RedFlag,
    Rule,
    Score,
    SelfCheck,
    Settings,
    Stage,
    When,
)
from triage.support.text import days, guess

WITHIN: dict[str, tuple[int, ...]] = {"book": (3, 7, 14), "redirect": (1, 3, 7, 14)}
LOWER: dict[tuple[str, int], tuple[str, int]] = {
    ("ambulance_now", 0): ("emergency_department_now", 0), ("emergency_department_now", 0): ("today", 0),
    ("today", 0): ("book", 3), ("book", 3): ("book", 7), ("book", 7): ("book", 14),
}
"""Level and days -> what a "not sure" leaves of them."""
LOWER_PLACE = {"ambulance_now": "emergency_department", "emergency_department_now": "practice", "today": "practice"}

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
_COMPARE = re.compile(r"(>=|<=|==|>|<)\s*(.+)\Z")


class Compilation(NamedTuple):
    """All rules in the order of the cards, and what else reads answers, compiled."""

    rules: tuple[Rule, ...]
    depths: tuple[tuple[str, ...], ...]
    """Derived findings in the order in which they can be concluded."""
    places: dict[str, Place]
    """Key of a rule -> where it stands."""
    findings: dict[str, Finding]
    stages: tuple[Stage, ...]
    settings: Settings


def compile_cards(store: CardStore) -> Compilation:
    """The rules of all cards. Faults go to the store."""
    return _Compiler(store).compile()


class _Compiler:
    def __init__(self, store: CardStore) -> None:
        self.store = store
        self.findings = store.findings
        self.derived: dict[str, Derived] = store.cards["derived"]
        self.scores: dict[str, Score] = store.cards["scores"]
        self.rules: list[Rule] = []
        self.keys: dict[str, Place] = {}
        self.background: dict[str, bool] = {}

    def compile(self) -> Compilation:
        depths = self._depths()
        for depth in depths:
            for name in depth:
                self._derived(name)
        for score in self.scores.values():
            self._score(score)
        for condition in self.store.cards["conditions"].values():
            self._condition(condition)
        for flag in self.store.cards["red_flags"].values():
            self._red_flag(flag)
        for lock in self.store.interlocks.values():
            self._interlock(lock)
        for folder in ("self_checks", "care"):
            for card in self.store.cards[folder].values():
                self._must_not(folder, card)
        self._offers()
        findings = {name: entry.finding(self._ask_if(name, entry.ask_if)) for name, entry in self.findings.items()}
        stages = tuple(entry.stage(self._ask_if(f"stage:{entry.id}", entry.ask_if)) for entry in self.store.stages)
        return Compilation(tuple(self.rules), depths, self.keys, findings, stages, self._settings())

    # --- the parts of a `when`

    def _ask_if(self, name: str, when: When) -> Alternatives:
        file, path = self._home(name)
        return self._alternatives(file, (*path, "ask_if"), when, {"finding", "derived"})

    def _alternatives(self, file: CardFile, path: Steps, when: When, readable: set[str]) -> Alternatives:
        """A `when` that stands outside the rules."""
        return tuple(parts for _, parts in self._whens(file, path, when, readable))

    def _whens(
        self, file: CardFile, path: Steps, when: Any, readable: set[str]
    ) -> list[tuple[Steps, tuple[Criterion, ...]]]:
        alternatives = when if isinstance(when, list) else [when]
        out = []
        for i, mapping in enumerate(alternatives):
            where = (*path, i) if isinstance(when, list) else path
            parts = [self._part(file, (*where, name), name, value, readable) for name, value in mapping.items()]
            if not parts and when != []:
                self.store.fault(file.at(where), "empty-when", "an empty condition always holds; say what must hold")
            if parts and all(part is not None for part in parts):
                out.append((where, tuple(part for part in parts if part is not None)))
        return out

    def _part(
        self, file: CardFile, path: Steps, name: str, value: Any, readable: set[str]
    ) -> Criterion | None:
        fault = self.store.fault
        namespace, _, rest = name.partition(".")
        if namespace in ("red_flag", "condition", "derived", "score"):
            if namespace not in readable:
                fault(file.at(path, key=True), "not-readable-here", f"'{name}' cannot be read here")
                return None
            cards: dict[str, Any] = {
                "red_flag": self.store.cards["red_flags"], "condition": self.store.cards["conditions"],
                "derived": self.derived, "score": self.scores,
            }[namespace]
            if rest not in cards:
                self.store.unknown(file.at(path, key=True), "unknown-finding", namespace, rest, cards)
                return None
            if namespace == "score":
                return self._comparison(file, path, name, value, "number")
            allowed = ["fits_well", "possible"] if namespace == "condition" else ["yes"]
            return self._choice(file, path, name, value, allowed)
        finding = self.findings.get(name)
        if finding is None:
            self.store.unknown(file.at(path, key=True), "unknown-finding", "finding", name, self.findings)
            return None
        if finding.kind in ("number", "duration"):
            return self._comparison(file, path, name, value, finding.kind)
        if finding.kind == "yes_no":
            return self._choice(file, path, name, value, ["yes", "no"])
        return self._choice(file, path, name, value, list(finding.options))

    def _choice(
        self, file: CardFile, path: Steps, name: str, value: Any, allowed: list[str]
    ) -> Criterion | None:
        negative = isinstance(value, dict)
        if negative:
            if set(value) != {"none_of"}:
                self.store.fault(file.at(path), "shape", f"'{name}' takes a value, a list, or none_of: a list")
                return None
            path, value = (*path, "none_of"), value["none_of"]
        values = value if isinstance(value, list) else [value]
        for i, option in enumerate(values):
            if option not in allowed:
                place = file.at((*path, i) if isinstance(value, list) else path)
                hint = guess(str(option), allowed)
                self.store.fault(place, "unknown-option", f"'{name}' has no answer '{option}'{hint}")
                return None
        if not values:
            self.store.fault(file.at(path), "shape", f"'{name}' has an empty list of answers")
            return None
        words = tuple(sorted(set(values), key=allowed.index))
        return Criterion(name, none_of=words) if negative else Criterion(name, any_of=words)

    def _comparison(
        self, file: CardFile, path: Steps, name: str, value: Any, kind: str
    ) -> Criterion | None:
        match = _COMPARE.match(str(value))
        if match:
            bound = days(match[2]) if kind == "duration" else _number(match[2])
            if bound is not None:
                return Criterion(name, op=match[1], bound=bound)
        example = '">= 4 weeks"' if kind == "duration" else '">= 60"'
        self.store.fault(file.at(path), "comparison", f"'{name}' is compared, for example {example}")
        return None

    # --- cards -> rules

    def _add(self, file: CardFile, path: Steps, rule_id: str, **fields: Any) -> None:
        key = fields.pop("key", rule_id)
        place = file.at(path)
        if key in self.keys:
            self.store.fault(place, "duplicate-rule", f"this asks the same as {self.keys[key]}")
            return
        self.keys[key] = place
        self.rules.append(Rule(id=rule_id, key=key, **fields))

    def _source(self, file: CardFile, path: Steps, name: str) -> None:
        if name not in self.store.sources:
            self.store.unknown(file.at((*path, "source")), "unknown-source", "source", name, self.store.sources,
                                home="sources.yaml")

    def _home(self, name: str) -> tuple[CardFile, Steps]:
        return self.store.homes[name]

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
                    self.store.fault(file.at(path), "circle", f"derived '{name}' depends on itself")
                break
            depths.append(ready)
            done |= set(ready)
        return tuple(depths)

    def _derived(self, name: str) -> None:
        card = self.derived[name]
        file, path = self._home(name)
        self._source(file, path, card.source)
        lines = self._whens(file, (*path, "when"), card.when, {"finding", "derived"})
        for where, parts in lines:
            rule_id = f"{name}/{_text(parts)}"
            common = {"kind": "derived", "card": name, "grade": card.grade, "source": card.source}
            self._add(file, where, rule_id, parts=parts, unsure=(False,) * len(parts), **common)
            for j, part in enumerate(parts):
                # One part is surely "not sure" (no answer meets it), the others are met or "not sure" too.
                mixed = (*parts[:j], Criterion(part.fact), *parts[j + 1 :])
                self._add(file, where, rule_id + "~not_sure", key=f"{rule_id}~{j}", parts=mixed,
                          unsure=_can_be_unsure(parts), **common)
        self.background[f"derived.{name}"] = bool(lines) and all(
            self._is_background(part) for _, parts in lines for part in parts
        )

    def _is_background(self, part: Criterion) -> bool:
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
        settings = self.store.settings
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
                weight = min(weight, round(abs(math.log(line.lr)), 4))  # so that sums are exact to six digits
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
        known = self.store.cards["conditions"]
        for i, name in enumerate(card.suspects):
            if name not in known:
                self.store.unknown(file.at((*path, "suspects", i)), "unknown-id", "condition", name, known)
        for i, line in enumerate(card.rules):
            where_line = (*path, "rules", i)
            self._source(file, where_line, line.source)
            settings = self.store.settings
            if settings is not None and line.place not in settings.places:
                self.store.fault(file.at((*where_line, "place")), "unknown-place",
                                  f"unknown place '{line.place}'{guess(line.place, settings.places)}")
            if line.within_days not in WITHIN.get(line.level, (0,)):
                self.store.fault(file.at((*where_line, "level")), "within-days",
                                  "within_days 3, 7 or 14 belongs to book and redirect, and only to them")
            for where, parts in self._whens(file, (*where_line, "when"), line.when, {"finding", "derived", "score"}):
                common: dict[str, Any] = {
                    "kind": "red_flag", "card": card.id, "parts": parts, "why": line.why, "grade": line.grade,
                    "source": line.source, "not_sure": line.not_sure,
                }
                rule_id = f"{card.id}/{_text(parts)}"
                self._add(file, where, rule_id, unsure=(False,) * len(parts), level=line.level,
                          within_days=line.within_days, place=line.place, say=line.say, **common)
                if line.not_sure != "lower" or (line.level, line.within_days) not in LOWER:
                    continue
                lower, within = LOWER[line.level, line.within_days]
                for j, part in enumerate(parts):
                    # One "not sure" counts, beside definite answers of which one says more than who the person is.
                    others = [p for k, p in enumerate(parts) if k != j]
                    if part.fact.startswith("score.") or all(self._is_background(p) for p in others):
                        continue
                    unsure = tuple(k == j for k in range(len(parts)))
                    self._add(file, where, rule_id + "~not_sure", key=f"{rule_id}~{j}", unsure=unsure, level=lower,
                              within_days=within, place=LOWER_PLACE.get(line.level, line.place), **common)

    def _interlock(self, card: Interlock) -> None:
        file, path = self._home(card.id)
        flags = self.store.cards["red_flags"]
        for i, flag in enumerate(card.flags):
            if flag not in flags:
                self.store.unknown(file.at((*path, "flags", i)), "unknown-id", "red flag", flag, flags)
                continue
            part = Criterion(f"red_flag.{flag}", any_of=("yes",))
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
            if lock not in self.store.interlocks:
                self.store.unknown(file.at((*path, "blocked_by", i)), "unknown-id", "interlock", lock,
                                    self.store.interlocks, home="interlocks.yaml")
        for i, name in enumerate(card.ask_before):
            if name not in self.findings:
                self.store.unknown(file.at((*path, "ask_before", i)), "unknown-finding", "finding", name,
                                    self.findings)
        if isinstance(card, SelfCheck) and card.result not in self.findings:
            self.store.unknown(file.at((*path, "result")), "unknown-finding", "finding", card.result, self.findings)

    def _settings(self) -> Settings:
        settings = self.store.settings
        assert settings is not None
        file, _ = self._home("settings:knowledge")
        readable = {"finding", "derived", "score"}
        for i, promise in enumerate(settings.promises):
            self._source(file, ("promises", i), promise.source)
        return settings.settings(
            not_for=[self._alternatives(file, ("not_for", i, "when"), people.when, readable)
                     for i, people in enumerate(settings.not_for)],
            promises=[self._alternatives(file, ("promises", i, "when"), promise.when, readable)
                      for i, promise in enumerate(settings.promises)],
        )

    def _offers(self) -> None:
        """A self-check or care card is due when a card that names it is in play."""
        for folder, namespace, values in (
            ("conditions", "condition", ("fits_well", "possible")), ("red_flags", "red_flag", ("yes",)),
        ):
            for name, card in self.store.cards[folder].items():
                file, path = self._home(name)
                for key, names in (("self_checks", card.self_checks), ("care", card.care)):
                    for i, target in enumerate(names):
                        known = self.store.cards[key]
                        if target not in known:
                            self.store.unknown(file.at((*path, key, i)), "unknown-id", f"{key} card", target, known)
                            continue
                        part = Criterion(f"{namespace}.{name}", any_of=values)
                        self._add(file, (*path, key, i), f"{target}/offer/{part.text}", kind="offer", card=target,
                                  parts=(part,), unsure=(False,))


def _can_be_unsure(parts: tuple[Criterion, ...]) -> tuple[bool, ...]:
    return tuple(not p.fact.startswith(("score.", "red_flag.", "condition.")) for p in parts)


def _mappings(when: Any) -> list[dict[str, Any]]:
    return when if isinstance(when, list) else [when]


def _text(parts: tuple[Criterion, ...]) -> str:
    return "&".join(part.text for part in parts)


def _number(text: str) -> float | None:
    return float(text) if _PLAIN.match(text) else None
