"""JSON Schemas of the card files for editors, from the same types that read them."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from triage.knowledge.file_shapes import ArticleFile, FindingEntry, InterviewFile, SettingsFile, TopicFile
from triage.model import (
    Care,
    Condition,
    Derived,
    Hazard,
    Interlock,
    LegMap,
    RedFlag,
    Score,
    SelfCheck,
    Signature,
    Source,
)

_FILES: dict[str, Any] = {
    "findings": TopicFile[FindingEntry], "derived": Derived, "scores": Score, "conditions": Condition,
    "red_flags": RedFlag, "self_checks": SelfCheck, "care": Care, "interlocks": dict[str, Interlock],
    "sources": dict[str, Source], "article": ArticleFile, "interview": InterviewFile, "knowledge": SettingsFile,
    "map": LegMap, "hazards": dict[str, Hazard], "reviews": dict[str, Signature],
}
_WITH_ID = ("StageEntry", "Group", "ScoreItem")


def schemas() -> dict[str, dict[str, Any]]:
    """One schema a kind of file, under the name of its folder or file."""
    out = {}
    for name, kind in _FILES.items():
        (schema,), parts = msgspec.json.schema_components((kind,), ref_template="#/$defs/{name}")
        for part in parts.values():
            # Elsewhere the id is the name of the file or the key; it is never written.
            if part.get("title") not in _WITH_ID:
                part.get("properties", {}).pop("id", None)
            if "description" in part:  # with the indent of the source or without it, by version of Python and msgspec
                part["description"] = inspect.cleandoc(part["description"])
        out[name] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": parts}
    return out
