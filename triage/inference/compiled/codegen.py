"""Rules -> the text of two Python functions over columns: `conclude` up to red flags, `close` for what reads them."""

from __future__ import annotations

from typing import Any

from triage.inference.compiled.answer_columns import GIVEN, Columns
from triage.inference.compiled.case_sums import units
from triage.model import NOT_SURE, Criterion, Knowledge, Rule, RuleKind

LATE: tuple[RuleKind, ...] = ("interlock", "must_not", "offer")
"""Kinds of rules that read red flags and bands."""


class Writer:
    """Each distinct condition on a fact is one line, each rule one more: the `&` of its conditions."""

    def __init__(self, knowledge: Knowledge, columns: Columns) -> None:
        self.knowledge, self.columns = knowledge, columns
        self.early = [rule.key for rule in knowledge.rules if rule.kind not in LATE]
        self.late = [rule.key for rule in knowledge.rules if rule.kind in LATE]

    def text(self) -> str:
        """Both functions. They give a column for each rule of `early` and of `late`."""
        return "\n".join([*self._conclude(), "", *self._close(), ""])

    def _conclude(self) -> list[str]:
        names: dict[str, str] = {}
        tests: dict[tuple[Criterion, bool], str] = {}
        lines = ["def conclude(c):", " derived, scores = {}, {}"]
        for depth in self.knowledge.depths:
            for name in depth:
                mine = self.knowledge.rules_of("derived", card=name)
                lines += [line for rule in mine for line in self._rule(rule, names, tests)]
                yes = _any_of(names[rule.key] for rule in mine if not rule.lowered)
                unsure = _any_of(names[rule.key] for rule in mine if rule.lowered)
                lines += [f" y = {yes}", f" derived[{name!r}] = y, ({unsure}) & ~y"]
        for name in self.knowledge.scores:
            items: dict[str, tuple[float, list[str]]] = {}
            for rule in self.knowledge.rules_of("score_item", card=name):
                lines += self._rule(rule, names, tests)
                items.setdefault(rule.item, (rule.points, []))[1].append(names[rule.key])
            terms = "".join(f"({units(points)}, {_any_of(found)}), " for points, found in items.values())
            lines.append(f" scores[{name!r}] = total(({terms}))")
        for rule in self.knowledge.rules:
            if rule.kind not in (*LATE, "derived", "score_item"):
                lines += self._rule(rule, names, tests)
        return [*lines, f" return [{', '.join(names[key] for key in self.early)}], derived, scores"]

    def _close(self) -> list[str]:
        names: dict[str, str] = {}
        tests: dict[tuple[Criterion, bool], str] = {}
        lines = ["def close(c, derived, scores, flags, bands):"]
        lines += [line for rule in self.knowledge.rules_of(*LATE) for line in self._rule(rule, names, tests)]
        return [*lines, f" return [{', '.join(names[key] for key in self.late)}]"]

    def _rule(self, rule: Rule, names: dict[str, str], tests: dict[tuple[Criterion, bool], str]) -> list[str]:
        """Lines that decide one rule, after each condition of it that is new."""
        lines = []
        pairs = list(zip(rule.parts, rule.unsure, strict=True))
        for pair in pairs:
            if pair not in tests:
                tests[pair] = f"t{len(tests)}"
                lines.append(f" {tests[pair]} = {self._test(*pair)}")
        names[rule.key] = name = f"r{len(names)}"
        return [*lines, f" {name} = {' & '.join(tests[pair] for pair in pairs)}"]

    def _test(self, part: Criterion, unsure: bool) -> str:
        """One condition on one fact; `unsure`: "not sure" meets it too."""
        room, name = part.namespace, part.name
        if room == "derived":
            yes = f"derived[{name!r}][0]" if "yes" in part.any_of else "0"
            return f"{yes} | derived[{name!r}][1]" if unsure else yes
        if room == "score":
            return f"compared(scores[{name!r}], {part.op!r}, {units(part.bound)})"
        if room == "red_flag":
            return f"flags[{name!r}]"
        if room == "condition":
            return _any_of(f"bands[{name!r}][{band!r}]" for band in part.any_of)
        words: list[Any] = [*part.any_of, *part.none_of, *([(part.op, part.bound)] if part.op else [])]
        found = _any_of(self._column(part.fact, word) for word in words)
        not_sure = self._column(part.fact, NOT_SURE)
        if part.none_of:
            found = f"{self._column(part.fact, GIVEN)} & ~({found} | {not_sure})"
        return f"({found}) | {not_sure}" if unsure else found

    def _column(self, name: str, word: Any) -> str:
        return f"c[{self.columns.number[name, word]}]"


def _any_of(terms: Any) -> str:
    return " | ".join(terms) or "0"
