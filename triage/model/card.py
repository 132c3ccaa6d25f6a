"""What all cards share, and the words their lines are written in."""

from __future__ import annotations

from typing import Literal

import msgspec

Strength = Literal["decisive", "strong", "weak"]
Step = Literal["very_common", "common", "uncommon", "rare", "very_rare"]
Grade = Literal["published", "guideline", "consensus", "tradition", "inference", "memory"]
Band = Literal["fits_well", "possible", "unlikely"]
Value = str | float | list[str] | dict[str, list[str]]
When = dict[str, Value] | list[dict[str, Value]]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all cards share. `id` is the file's name, never written in the file."""
