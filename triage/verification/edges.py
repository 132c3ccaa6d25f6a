"""The edges of the rules: answers beside each bound and what comes of them, one case a line. Made, not written.

A table for regression, and no stories: a line is right as the rules said so when `triage mutate --write` made it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from triage.inference.answers import parse, with_screens
from triage.model import Fault, Knowledge
from triage.support.errors import BadFile
from triage.support.input_files import whole
from triage.verification.scenarios import Expect, Story, unknown_names


class Edge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. What the emergency screens ask and the answers leave open is answered with no."""

    card: str
    """The card whose line is tried."""
    answers: dict[str, Any]
    expect: Expect


def read(knowledge: Knowledge, path: Path) -> list[Story]:
    """Every line as a story whose name is its card. Raises BadFile with every fault."""
    decoder = msgspec.json.Decoder(Edge)
    stories: list[Story] = []
    faults: list[Fault] = []

    def fault(line: int, code: str, message: str) -> None:
        faults.append(Fault(path.as_posix(), line, 1, code, message))

    for number, line in enumerate(whole(str(path)).splitlines(), 1):
        try:
            edge = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            fault(number, "shape", f"this is no line of a table of edges: {error}")
            continue
        answers, wrong = parse(knowledge, edge.answers)
        for _, message in wrong:
            fault(number, "bad-answer", message)
        for message in unknown_names(knowledge, edge.expect):
            fault(number, "unknown-id", message)
        stories.append(Story(file=path.as_posix(), line=number, card=edge.card, story=edge.card,
                             answers=with_screens(knowledge, answers), expect=edge.expect))
    if not stories and not faults:
        fault(0, "missing", "there is no line in this table")
    if faults:
        raise BadFile(faults)
    return stories


def table(lines: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> str:
    """The text of the file. A line: card, answers as they are written in a story, what to expect."""
    return "".join(json.dumps({"card": card, "answers": answers, "expect": expect}, ensure_ascii=False) + "\n"
                   for card, answers, expect in lines)
