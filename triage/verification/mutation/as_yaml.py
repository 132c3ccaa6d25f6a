"""Missing scenarios as YAML, to be copied into a file of stories and given a sentence, or as such a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from triage.model import Knowledge
from triage.verification.mutation.test_generation import MissingScenario, written

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. ]*\Z")


def as_yaml(knowledge: Knowledge, missing: MissingScenario, buts: Iterable[MissingScenario] = ()) -> str:
    """A story and those that differ from it, one such of a story that is there, or what that should expect besides."""
    expect = _flow(missing.expect)
    if missing.change is None:
        return f"# in the story at {missing.file}:{missing.line}\n  expect: {expect}"
    if missing.file or missing.of is not None:
        at = f"{missing.file}:{missing.line}" if missing.file else "above"
        return f"# under the but of the story at {at}\n{_but(knowledge, missing)}"
    answers = "".join(f"    {name}: {_flow(value)}\n" for name, value in written(knowledge, missing.change).items())
    out = f"- story: ...\n  answers:\n{answers}  screens: no\n  expect: {expect}"
    more = [_but(knowledge, each) for each in buts]
    return "\n".join([out, *(["  but:"] if more else []), *more])


def _but(knowledge: Knowledge, missing: MissingScenario) -> str:
    change = missing.change or {}
    answers = written(knowledge, {name: answer for name, answer in change.items() if answer is not None})
    without = [name for name, answer in change.items() if answer is None]
    lines = ["    - say: ...", *([f"      answers: {_flow(answers)}"] if answers else []),
             *([f"      without: {_flow(without)}"] if without else []), f"      expect: {_flow(missing.expect)}"]
    return "\n".join(lines)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    return text if _PLAIN.match(text) else f'"{text}"'
