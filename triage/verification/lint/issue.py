"""What a check of the cards finds."""

from __future__ import annotations

from collections.abc import Iterator

Found = Iterator[tuple[str, str, str]]
"""A card as `Knowledge.places` names it or the key of a rule, a code, a sentence."""
