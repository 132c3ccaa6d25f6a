"""Files of cards as they are written, where that differs from what the model holds. For the reader and the schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from triage.model import (
    Alternatives,
    Card,
    Claim,
    Criterion,
    Finding,
    Group,
    NotFor,
    Option,
    Promise,
    Settings,
    Stage,
    Value,
    When,
)

F = TypeVar("F")
C = TypeVar("C", bound=Card)


class FindingEntry(Finding, frozen=True, kw_only=True):
    """One thing a person can be asked; its id is `topic.name`."""

    options: dict[str, str | Option] = {}  # type: ignore[assignment]
    """Each by its words alone, or by its words and more."""
    ask_if: When = []  # type: ignore[assignment]

    def finding(self, ask_if: Alternatives) -> Finding:
        """It as the model holds it."""
        options = {name: option if isinstance(option, Option) else Option(label=option)
                   for name, option in self.options.items()}
        return _held(Finding, self, options=options, ask_if=ask_if)


class TopicFile(Card, Generic[F], frozen=True, kw_only=True):
    """`findings/TOPIC.yaml`: what can be asked about one subject."""

    about: str
    findings: dict[str, F]
    """Entries; the reader takes them as anything and then one by one, so that one fault does not hide the next."""


class ArticleFile(Card, frozen=True, kw_only=True):
    """`article.yaml`: what an article claims, and what became of each claim."""

    source: str
    claims: dict[str, Claim]


class StageEntry(Stage, frozen=True, kw_only=True):
    """A screen of the fixed first part of the interview."""

    ask_if: When = []  # type: ignore[assignment]
    """Whom it is for; without it everybody."""

    def stage(self, ask_if: Alternatives) -> Stage:
        """It as the model holds it."""
        return _held(Stage, self, ask_if=ask_if)


class InterviewFile(Card, frozen=True, kw_only=True):
    """`interview.yaml`: the screens that come first, and the lists of yes/no questions."""

    stages: list[StageEntry]
    groups: list[Group]


class NotForEntry(NotFor, frozen=True, kw_only=True):
    """Some people that this program was not made for."""

    when: When  # type: ignore[assignment]


class PromiseEntry(Promise, frozen=True, kw_only=True):
    """A demand on the red flags from outside of them: `triage prove` shows that they meet it for all answers."""

    when: When  # type: ignore[assignment]


class SettingsFile(Settings, frozen=True, kw_only=True):
    """`knowledge.yaml`."""

    not_for: list[NotForEntry] = []  # type: ignore[assignment]
    """Whom this program is not for: they are sent elsewhere."""
    promises: list[PromiseEntry] = []  # type: ignore[assignment]
    """What must be told at least, whatever the cards say."""

    def settings(self, not_for: Iterable[Alternatives], promises: Iterable[Alternatives]) -> Settings:
        """They as the model holds them, with the `when` of each entry compiled."""
        return _held(
            Settings, self,
            not_for=[_held(NotFor, entry, when=when) for entry, when in zip(self.not_for, not_for, strict=True)],
            promises=[_held(Promise, entry, when=when) for entry, when in zip(self.promises, promises, strict=True)],
        )


def _held(kind: type[C], entry: Card, **fields: Any) -> C:
    return kind(**{name: getattr(entry, name) for name in kind.__struct_fields__} | fields)


def entry_of(findings: Mapping[str, Finding], finding: Finding) -> FindingEntry:
    """A finding as its file would say it; `findings` are all that its `ask_if` may name."""
    options = {name: option if option != Option(label=option.label) else option.label
               for name, option in finding.options.items()}
    whens = [{criterion.fact: _value(findings, criterion) for criterion in group} for group in finding.ask_if]
    return _held(FindingEntry, finding, options=options, ask_if=whens[0] if len(whens) == 1 else whens)


def _value(findings: Mapping[str, Finding], criterion: Criterion) -> Value:
    if criterion.op:
        finding = findings.get(criterion.fact)
        unit = " days" if finding is not None and finding.kind == "duration" else ""
        return f"{criterion.op} {criterion.bound:g}{unit}"
    if criterion.none_of:
        return {"none_of": list(criterion.none_of)}
    return criterion.any_of[0] if len(criterion.any_of) == 1 else list(criterion.any_of)
