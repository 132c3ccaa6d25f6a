"""Files of cards as they are written, where that differs from what the model holds. For the reader and the schemas."""

from __future__ import annotations

from typing import Generic, TypeVar

from triage.model import Card, Claim, Finding, Group, Option, Stage

F = TypeVar("F")


class FindingEntry(Finding, frozen=True, kw_only=True):
    """One thing a person can be asked; its id is `topic.name`."""

    options: dict[str, str | Option] = {}  # type: ignore[assignment]
    """Each by its words alone, or by its words and more."""

    def finding(self) -> Finding:
        """It as the model holds it, with every option in full."""
        fields = {name: getattr(self, name) for name in Finding.__struct_fields__}
        fields["options"] = {name: option if isinstance(option, Option) else Option(label=option)
                             for name, option in self.options.items()}
        return Finding(**fields)


class TopicFile(Card, Generic[F], frozen=True, kw_only=True):
    """`findings/TOPIC.yaml`: what can be asked about one subject."""

    about: str
    findings: dict[str, F]
    """Entries; the reader takes them as anything and then one by one, so that one fault does not hide the next."""


class ArticleFile(Card, frozen=True, kw_only=True):
    """`article.yaml`: what an article claims, and what became of each claim."""

    source: str
    claims: dict[str, Claim]


class InterviewFile(Card, frozen=True, kw_only=True):
    """`interview.yaml`: the screens that come first, and the lists of yes/no questions."""

    stages: list[Stage]
    groups: list[Group]
