"""Missing scenarios as YAML, to be copied into a file of stories and given a sentence, or as such a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from triage.model import Knowledge
from triage.verification.mutation.test_generation import MissingScenario, written

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. ]*\Z")


def as_yaml(knowledge: Knowledge, missing: MissingScenario, variants: Iterable[MissingScenario] = ()) -> str:
    """A story with its variants, a variant of one that is there, or what that one should expect besides."""
    expect = _flow(missing.expect)
    if missing.change is None:
        return f"# in the story at {missing.file}:{missing.line}\n  expect: {expect}"
    if missing.file or missing.of is not None:
        at = f"{missing.file}:{missing.line}" if missing.file else "above"
        return f"# under the variants of the story at {at}\n{_variant(knowledge, missing)}"
    answers = "".join(f"    {name}: {_flow(value)}\n" for name, value in written(knowledge, missing.change).items())
    out = f"- story: ...\n  answers:\n{answers}  screens: no\n  expect: {expect}"
    more = [_variant(knowledge, each) for each in variants]
    return "\n".join([out, *(["  variants:"] if more else []), *more])


def _variant(knowledge: Knowledge, missing: MissingScenario) -> str:
    change = _flow(written(knowledge, missing.change or {}))
    return f"    - story: ...\n      change: {change}\n      expect: {_flow(missing.expect)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    return text if _PLAIN.match(text) else f'"{text}"'
