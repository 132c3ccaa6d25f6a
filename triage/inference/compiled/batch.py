"""Full conclusions of many cases together: the generated function, and what it gave for a block of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from triage.inference.compiled import case_sums
from triage.inference.compiled.answer_columns import Cases, Columns, members
from triage.inference.compiled.batch_weighing import Bands, Weighing
from triage.inference.compiled.codegen import Writer
from triage.inference.conclusion import conclusion
from triage.model import NOT_SURE, RANK, Answers, Band, Conclusion, Knowledge


class Function:
    """All rules as one Python function over columns, written and compiled once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.columns = Columns(knowledge)
        self.weighing = Weighing(knowledge)
        writer = Writer(knowledge, self.columns)
        self.text = writer.text()
        """The generated Python, for those who want to read it."""
        self.early, self.late = writer.early, writer.late
        space: dict[str, Any] = {"total": case_sums.total, "compared": case_sums.compared}
        exec(compile(self.text, "<rules>", "exec"), space)  # our own text, made of checked cards
        self.conclude, self.close = space["conclude"], space["close"]

    def block(self, cases: Sequence[Answers]) -> Block:
        """Conclude for these cases."""
        return Block(self, cases)


class Block:
    """What is concluded of a block of cases, as sets of cases. Bands, and what reads them, on first use."""

    def __init__(self, function: Function, cases: Sequence[Answers]) -> None:
        self.function, self.cases, self.size = function, cases, len(cases)
        self.columns = function.columns.completed(function.columns.of(cases), (1 << self.size) - 1)
        early, self.derived, self.scores = function.conclude(self.columns)
        self.early: dict[str, Cases] = dict(zip(function.early, early, strict=True))
        """Key of a rule -> the cases in which it fires, for the rules up to red flags and lines of evidence."""

    @cached_property
    def bands(self) -> Bands:
        """Condition -> fits_well and possible, each with its cases; in all other cases it is unlikely."""
        return self.function.weighing.bands(self.early)

    @cached_property
    def late(self) -> dict[str, Cases]:
        """Key of a rule -> the cases in which it fires, for interlocks, who must not, and offers."""
        fired = self.function.close(self.columns, self.derived, self.scores, self.flags(), self.bands)
        return dict(zip(self.function.late, fired, strict=True))

    def flags(self, rank: int = 0) -> dict[str, Cases]:
        """Red flag -> the cases in which it fired at this rank of urgency (`model.RANK`) or nearer."""
        out = dict.fromkeys(self.function.knowledge.red_flags, 0)
        for rule in self.function.knowledge.rules_of("red_flag"):
            if RANK[rule.level] >= rank:
                out[rule.card] |= self.early[rule.key]
        return out

    def conclusions(self) -> list[Conclusion]:
        """Each case spelled out, equal to what `Engine.conclude` gives."""
        every = {**self.early, **self.late}
        rules = self._rows((rule.key, every[rule.key]) for rule in self.function.knowledge.rules)
        derived = self._rows(((name, word), cases) for name, both in sorted(self.derived.items())
                             for word, cases in zip(("yes", NOT_SURE), both, strict=True))
        scores: list[dict[str, float]] = [{} for _ in range(self.size)]
        for name, found in self.scores.items():
            for total, cases in found.items():
                for i in members(cases):
                    scores[i][name] = case_sums.value(total)
        bands = self._rows(((name, band), cases) for name, found in self.bands.items() for band, cases in found.items())
        unlikely: dict[str, Band] = dict.fromkeys(self.bands, "unlikely")
        return [
            conclusion(self.function.knowledge, answers, rules[i], dict(derived[i]), scores[i],
                       {**unlikely, **dict(bands[i])})
            for i, answers in enumerate(self.cases)
        ]

    def _rows(self, columns: Iterable[tuple[Any, Cases]]) -> list[list[Any]]:
        """Named columns -> for each case the names of the columns that it is in, in order."""
        rows: list[list[Any]] = [[] for _ in range(self.size)]
        for name, cases in columns:
            if cases:
                for i in members(cases):
                    rows[i].append(name)
        return rows
