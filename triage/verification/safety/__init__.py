"""The clinical safety file: a text, with tables that the rules and the stories give. The day plays no part in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from triage.model import Knowledge
from triage.verification.safety import tables
from triage.verification.safety.dependencies import dependencies
from triage.verification.safety.evidence import Evidence, Told

__all__ = ["Told", "document", "frame"]

_MARK = re.compile(r"\{\{(\w+)\}\}")


def document(knowledge: Knowledge, told: Iterable[Told], folder: Path) -> str:
    """The file as Markdown. `told`: all stories below `folder`, each with what came of it."""
    evidence = Evidence(knowledge, told, folder)
    settings = knowledge.settings
    parts = {
        "about": f"soleus-triage, rules {settings.version} of {settings.date}, digest `{knowledge.digest[:12]}`.",
        "review": settings.review[:1].upper() + settings.review[1:],
        "not_for": tables.not_for(knowledge),
        "signed_sentence": tables.signed(knowledge),
        "sources_sentence": tables.how_read(knowledge),
        "grades_sentence": tables.how_known(knowledge),
        "sources_read": str(settings.sources_read or "no known day"),
        "hazards": tables.hazards(knowledge),
        "controls": tables.controls(knowledge, evidence),
        "promises": tables.promises(knowledge),
        "red_flags": tables.red_flags(knowledge, evidence),
        "blocks": tables.blocks(knowledge, evidence),
        "stories": f"{evidence.stories:,}",
        "reviews": tables.reviews(knowledge),
        "sources": tables.sources(knowledge),
        "dependencies": tables.dependencies(dependencies()),
    }
    return _MARK.sub(lambda found: parts[found[1]], frame())


def frame() -> str:
    """The text, with {{marks}} where something is put in."""
    return resources.files("triage.verification.safety").joinpath("frame.md").read_text(encoding="utf-8")
