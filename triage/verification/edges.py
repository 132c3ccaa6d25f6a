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

MAX_BYTES = 20_000_000
"""Of a table; that of the shipped rules has two million."""


class Edge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. What the emergency screens ask and the answers leave open is answered with no."""

    card: str
    """The card whose line is tried."""
    answers: dict[str, Any]
    expect: Expect


_DECODER = msgspec.json.Decoder(Edge)


def read(knowledge: Knowledge, path: Path) -> list[Story]:
    """Every line as a story whose name is its card. Raises BadFile with every fault."""
    stories: list[Story] = []
    faults: list[Fault] = []
    for number, edge in enumerate(lines(path), 1):
        answers, wrong = parse(knowledge, edge.answers)
        messages = [("bad-answer", message) for _, message in wrong]
        messages += [("unknown-id", message) for message in unknown_names(knowledge, edge.expect)]
        faults += [Fault(path.as_posix(), number, 1, code, message) for code, message in messages]
        stories.append(Story(file=path.as_posix(), line=number, card=edge.card, story=edge.card,
                             answers=with_screens(knowledge, answers), expect=edge.expect))
    if faults:
        raise BadFile(faults)
    return stories


def lines(path: Path) -> list[Edge]:
    """The lines as they are written, whatever the rules know of them. Raises BadFile."""
    edges: list[Edge] = []
    faults: list[Fault] = []
    for number, line in enumerate(whole(str(path), MAX_BYTES).splitlines(), 1):
        try:
            edges.append(_DECODER.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            faults.append(Fault(path.as_posix(), number, 1, "shape", f"this is no line of a table of edges: {error}"))
    if not edges and not faults:
        faults.append(Fault.of_file(path.as_posix(), "missing", "there is no line in this table"))
    if faults:
        raise BadFile(faults)
    return edges


def table(edges: Iterable[Edge]) -> str:
    """The text of the file: one line an edge, sorted by their cards, else in this order."""
    return "".join(
        json.dumps({"card": edge.card, "answers": edge.answers, "expect": _written(edge.expect)}, ensure_ascii=False)
        + "\n" for edge in sorted(edges, key=lambda edge: edge.card)
    )


def _written(expect: Expect) -> dict[str, Any]:
    return {key: value for key, value in msgspec.to_builtins(expect).items() if value}
