"""Faults of what `knowledge.yaml` says of findings: the rows of the history, and the example."""

from __future__ import annotations

from triage.inference.answers import parse
from triage.model import Issue, Issues, Knowledge
from triage.support.text import guess

HOME = "settings:knowledge"


def history(knowledge: Knowledge) -> Issues:
    """What the rows of the history name, and that one of them takes the rest."""
    rows = knowledge.settings.history
    known = {*knowledge.findings, *(finding.topic for finding in knowledge.findings.values())}
    named = [name for names in rows.values() for name in names]
    for name in dict.fromkeys(named):
        if name not in known:
            yield Issue(HOME, "history", f"history: there is no finding or topic '{name}'{guess(name, known)}")
        elif named.count(name) > 1:
            yield Issue(HOME, "history", f"history: '{name}' is named twice")
    if rows and sum(not names for names in rows.values()) != 1:
        yield Issue(HOME, "history", "history: exactly one row names nothing and holds the rest")


def example(knowledge: Knowledge) -> Issues:
    """The answers of the example."""
    for _, sentence in parse(knowledge, knowledge.settings.example)[1]:
        yield Issue(HOME, "example", f"example: {sentence}")
