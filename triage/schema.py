"""JSON Schemas of the cards for editors, from the same types that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from triage.model import (
    Care,
    Claim,
    Condition,
    Derived,
    Finding,
    Interlock,
    RedFlag,
    Score,
    SelfCheck,
    Settings,
    Source,
    Stage,
)

_CARDS: dict[str, Any] = {
    "finding": Finding, "derived": Derived, "score": Score, "condition": Condition, "red_flag": RedFlag,
    "self_check": SelfCheck, "care": Care, "interlock": Interlock, "source": Source, "claim": Claim,
    "stage": Stage, "knowledge": Settings,
}
_INSIDE = {"finding": "findings", "interlock": None, "source": None, "claim": "claims", "stage": "stages"}


def schemas() -> dict[str, dict[str, Any]]:
    """One schema a kind of file, by name. Files that hold several cards get a schema of the whole file."""
    out = {}
    for name, kind in _CARDS.items():
        (schema,), parts = msgspec.json.schema_components((kind,), ref_template="#/$defs/{name}")
        for part in parts.values():
            # The id is the name of the file or the key; it is never written, but for stages and score items.
            if part.get("title") not in ("Stage", "ScoreItem"):
                part.get("properties", {}).pop("id", None)
        body: dict[str, Any] = schema
        if name in _INSIDE:
            several: dict[str, Any] = {"type": "object", "additionalProperties": schema}
            if name == "stage":
                several = {"type": "array", "items": schema}
            key = _INSIDE[name]
            body = several if key is None else {"type": "object", "required": [key], "properties": {key: several}}
        out[name] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **body, "$defs": parts}
    return out
