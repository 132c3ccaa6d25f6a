"""All cards, read and compiled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from triage.model.answers import AGAIN
from triage.model.card import Card
from triage.model.cards import (
    Care,
    Claim,
    Condition,
    Derived,
    Hazard,
    Interlock,
    RedFlag,
    Score,
    SelfCheck,
    Settings,
    Signature,
    Source,
)
from triage.model.faults import Place
from triage.model.findings import Finding, Group, Stage
from triage.model.leg_map import LegMap
from triage.model.rules import Rule, RuleKind


class Knowledge(msgspec.Struct, frozen=True, eq=False, kw_only=True, dict=True, weakref=True):
    """All cards, read and compiled. Built by `triage.knowledge.reader`.

    Whatever is worked out here follows from its own fields; rooms above keep theirs by `triage.support.memory`.
    """

    settings: Settings
    digest: str
    stages: tuple[Stage, ...]
    groups: tuple[Group, ...]
    findings: dict[str, Finding]
    derived: dict[str, Derived]
    scores: dict[str, Score]
    conditions: dict[str, Condition]
    red_flags: dict[str, RedFlag]
    self_checks: dict[str, SelfCheck]
    care: dict[str, Care]
    interlocks: dict[str, Interlock]
    sources: dict[str, Source]
    claims: dict[str, Claim]
    map: LegMap = LegMap()
    hazards: dict[str, Hazard] = {}
    reviews: dict[str, Signature] = {}
    """By the card's key in `places`, also of cards that are gone."""
    rules: tuple[Rule, ...]
    depths: tuple[tuple[str, ...], ...]
    """Derived ids in the order in which they can be concluded, one tuple a depth."""
    places: dict[str, Place]
    digests: dict[str, str] = {}
    """Key in `places` -> digest of what the card says: another one when any key or value of it is another."""
    places_of_rules: dict[str, Place] = {}
    """Key of a rule -> where it stands; a line lowered by "not sure" stands where the line does."""

    @cached_property
    def emergency(self) -> tuple[str, ...]:
        """The lines of the emergency screens, in order."""
        return tuple(f for s in self.stages if s.emergency for f in (*s.ask, *s.together))

    @cached_property
    def danger_answers(self) -> dict[str, frozenset[str]]:
        """Finding -> its answers that a red flag reads and that say what is the matter: not who, when, how it began or
        where it hurts."""
        read: dict[str, set[str]] = {}
        for rule in self.rules_of("red_flag"):
            for name, option in self.reads(rule):
                read.setdefault(name, set()).add(option)
        places = {name for f in self.findings.values() if f.within for name in (f.id, f.within)}
        return {name: frozenset(options) for name, options in read.items()
                if not self.findings[name].background and name not in places}

    def reads(self, rule: Rule) -> set[tuple[str, str]]:
        """Finding and answer of all that a rule asks for, also by way of derived findings and scores."""
        if rule.key not in self._reads:
            out: set[tuple[str, str]] = set()
            for part in rule.parts:
                if part.fact in self.findings:
                    out |= {(part.fact, option) for option in part.any_of}
                elif part.namespace in ("derived", "score"):
                    kind: RuleKind = "derived" if part.namespace == "derived" else "score_item"
                    for other in self.rules_of(kind, card=part.name):
                        out |= set() if other.lowered else self.reads(other)
            self._reads[rule.key] = out
        return self._reads[rule.key]

    @cached_property
    def places_of_findings(self) -> dict[str, int]:
        """Id of a finding -> its place in the order of the cards."""
        return {name: i for i, name in enumerate(self.findings)}

    @cached_property
    def follow_ups(self) -> tuple[Finding, ...]:
        """Findings that belong to others, each after those that it belongs to."""
        out: dict[str, Finding] = {}

        def add(finding: Finding, above: tuple[str, ...]) -> None:
            over = (*finding.parents, *([finding.within] if finding.within else []))
            if not over or finding.id in out or finding.id in above:
                return
            for name in over:
                if name in self.findings:
                    add(self.findings[name], (*above, finding.id))
            out[finding.id] = finding

        for finding in self.findings.values():
            add(finding, ())
        return tuple(out.values())

    @cached_property
    def by_key(self) -> dict[str, Rule]:
        """The rules by their keys, in the order of the cards."""
        return {rule.key: rule for rule in self.rules}

    @cached_property
    def by_id(self) -> dict[str, Rule]:
        """The rules by the ids that people see. A rule lowered by "not sure" has an id of its own."""
        out: dict[str, Rule] = {}
        for rule in self.rules:
            out.setdefault(rule.id, rule)
        return out

    def rules_of(self, *kinds: RuleKind, card: str = "") -> tuple[Rule, ...]:
        """The rules of these kinds, of one card or of all, in the order of the cards."""
        if (kinds, card) not in self._selections:
            rules = self._by_card.get(card, []) if card else self.rules
            self._selections[kinds, card] = tuple(rule for rule in rules if rule.kind in kinds)
        return self._selections[kinds, card]

    @cached_property
    def known_names(self) -> dict[str, str]:
        """Ids and aliases of findings, and of second questions -> the id."""
        names = {alias: f.id for f in self.findings.values() for alias in f.aliases}
        names |= {f.id: f.id for f in self.findings.values()}
        return names | {f.id + AGAIN: f.id + AGAIN for f in self.findings.values() if f.again}

    @cached_property
    def order(self) -> dict[str, int]:
        """Key of a rule -> its place in the order of the cards."""
        return {rule.key: i for i, rule in enumerate(self.rules)}

    def with_changes(
        self, rules: Mapping[str, Rule | None], cards: Mapping[str, Mapping[str, Card]]
    ) -> Knowledge:
        """The same with other rules, by their keys (None: without it), and other cards, by the field they stand in.

        The rules are of one card. What they cannot touch is taken over: with thousands of changes tried
        one by one, nothing is worked out twice. `order` keeps the places of rules that are gone.
        """
        every: list[Rule | None] = list(self.rules)
        for key, new in rules.items():
            every[self.order[key]] = new
        out = msgspec.structs.replace(
            self, rules=tuple(rule for rule in every if rule is not None),
            **{field: {**getattr(self, field), **some} for field, some in cards.items()})
        of_findings = ("emergency", "places_of_findings", "follow_ups", "known_names", "order")
        vars(out).update({name: getattr(self, name) for name in of_findings})
        vars(out).update(self._of_rules(rules))
        return out

    def _of_rules(self, changed: Mapping[str, Rule | None]) -> dict[str, Any]:
        """What is worked out from rules, after these changes, as far as it is known without working it out anew."""
        if not changed:
            return {name: getattr(self, name)
                    for name in ("by_key", "_by_card", "_selections", "_reads", "danger_answers")}
        old = [self.by_key[key] for key in changed]
        kinds, own_card = {rule.kind for rule in (*old, *changed.values()) if rule is not None}, old[0].card
        by_key = self.by_key | {key: rule for key, rule in changed.items() if rule is not None}
        for key, rule in changed.items():
            if rule is None:
                del by_key[key]
        own = [by_key[rule.key] for rule in self._by_card[own_card] if rule.key in by_key]
        out: dict[str, Any] = {
            "by_key": by_key, "_by_card": {**self._by_card, own_card: own},
            "_selections": {(some, card): rules for (some, card), rules in self._selections.items()
                            if card != own_card and (card or not kinds & {*some})},
        }
        if kinds & {"derived", "score_item"}:  # others read them, and all that they read may be another
            return out
        out["_reads"] = {key: reads for key, reads in self._reads.items() if key not in changed}
        return out if "red_flag" in kinds else out | {"danger_answers": self.danger_answers}

    @cached_property
    def _reads(self) -> dict[str, set[tuple[str, str]]]:
        """Key of a rule -> `reads`, as far as it was asked for."""
        return {}

    @cached_property
    def _selections(self) -> dict[tuple[tuple[RuleKind, ...], str], tuple[Rule, ...]]:
        """Kinds and card -> `rules_of`, as far as it was asked for."""
        return {}

    @cached_property
    def _by_card(self) -> dict[str, list[Rule]]:
        out: dict[str, list[Rule]] = {}
        for rule in self.rules:
            out.setdefault(rule.card, []).append(rule)
        return out
