"""Missing scenarios as YAML, to be copied into a file of stories and given a sentence, or as such a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from triage.model import Knowledge
from triage.verification.mutation.test_generation import Missing, written

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. ]*\Z")


def as_yaml(knowledge: Knowledge, missing: Missing, variants: Iterable[Missing] = ()) -> str:
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


def as_file(knowledge: Knowledge, card: str, found: Sequence[Missing]) -> str:
    """New stories of one card with their variants, each with a sentence made of its answers."""
    lines: list[str] = []
    for each in found:
        if each.of is None:
            variants = [other for other in found if other.of is each]
            text = as_yaml(knowledge, each, variants)
            for told in (each, *variants):
                lead = f"{card}, with" if told is each else "and"
                text = text.replace("story: ...", f'story: "{lead} {_sentence(knowledge, told)}"', 1)
            lines += [line for line in text.splitlines() if not line.startswith("#")]
    return "\n".join([*lines, ""])


def _sentence(knowledge: Knowledge, missing: Missing) -> str:
    told = [f"{name} not told" if answer is None else f"{name} {_words(written(knowledge, {name: answer})[name])}"
            for name, answer in (missing.change or {}).items()]
    return ", ".join(told) or "nothing told"


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _variant(knowledge: Knowledge, missing: Missing) -> str:
    change = _flow(written(knowledge, missing.change or {}))
    return f"    - story: ...\n      change: {change}\n      expect: {_flow(missing.expect)}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    return text if _PLAIN.match(text) else f'"{text}"'
