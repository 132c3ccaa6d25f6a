"""The picture beside a question for the place: what is ticked, and the zone under the pointer where it is seen best."""

from __future__ import annotations

from collections.abc import Callable

from triage.model import OPTION, Knowledge, Question
from triage.presentation.picture.layers import Layer, views_for
from triage.presentation.picture.terminal_cells import Cell, cells

Pointing = Callable[[Question, str, frozenset[str], int, int], list[list[Cell]]]
"""Question, choice under the pointer, choices ticked, columns and rows at most -> the picture."""


def pointing(knowledge: Knowledge, colour: bool) -> Pointing:
    """What draws the leg for a front end. `colour` false: letters."""

    def draw(question: Question, here: str, ticked: frozenset[str], columns: int, rows: int) -> list[list[Cell]]:
        marked = [name.partition(OPTION) for name in sorted(ticked)]

        def of(finding: str) -> tuple[str, ...]:
            return tuple(option for name, _, option in marked if name == finding)

        name, _, zone = here.partition(OPTION)
        zone = zone if name == question.picture else next(iter(of(question.picture)), "")
        side = "left" if any(option == "left" for _, _, option in marked) else "right"
        views = views_for(knowledge, Layer(sites=(zone,)))[:1] if zone else ()
        layer = Layer(sites=of(question.picture), spreads=of(question.spreads), side=side, views=views)
        return cells(knowledge, layer, columns, colour, zone, rows)

    return draw
