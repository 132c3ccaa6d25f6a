"""The clinical safety file: a text, with tables that the rules and the stories give. The day plays no part in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from triage.model import Knowledge
from triage.verification.safety import tables
from triage.verification.safety.dependencies import dependencies
from triage.verification.safety.evidence import Evidence, Outcome

__all__ = ["Outcome", "document", "frame"]

_MARK = re.compile(r"\{\{(\w+)\}\}")


def document(knowledge: Knowledge, outcomes: Iterable[Outcome], folder: Path, full: bool = False) -> str:
    """The file as Markdown. `outcomes`: all stories below `folder`, each with what comes of it.

    `full` adds what changes with each edit: the digest, counts, the words of blocks, the lines at which stories stand.
    """
    evidence = Evidence(knowledge, outcomes, folder)
    settings = knowledge.settings
    review = settings.review[:1].upper() + settings.review[1:]
    parts = {
        "about": f"soleus-triage, rules {settings.version} of {settings.date}"
                 + (f", digest `{knowledge.digest[:12]}`, {evidence.stories:,} stories." if full else "."),
        "review": review,
        "signed": f"**{review}.** {tables.signed(knowledge)}" if full else f"**{review}.**",
        "not_for": tables.not_for(knowledge),
        "sources_sentence": tables.how_read(knowledge, full),
        "grades_sentence": tables.how_known(knowledge, full),
        "sources_read": str(settings.sources_read or "no known day"),
        "hazards": tables.hazards(knowledge),
        "controls": tables.controls(knowledge, evidence, full),
        "promises": tables.promises(knowledge),
        "red_flags": tables.red_flags(knowledge, evidence, full),
        "blocks": tables.blocks(knowledge, evidence, full),
        "reviews": f"\n{tables.reviews(knowledge)}\n" if full else "",
        "sources": tables.sources(knowledge, full),
        "dependencies": tables.dependencies(dependencies()),
    }
    return _MARK.sub(lambda mark: parts[mark[1]], frame())


def frame() -> str:
    """The text, with {{marks}} where something is put in."""
    return resources.files("triage.verification.safety").joinpath("frame.md").read_text(encoding="utf-8")
