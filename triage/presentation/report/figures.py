"""The pictures of a report. The only module of it that knows how a leg is drawn."""

from __future__ import annotations

from triage.model import Answer, Assessment, Knowledge, SelfCheck
from triage.presentation.picture import Layer, listing, points_of, svg
from triage.presentation.report.document import Figure

NARROW, WIDE = 70.0, 130.0
"""Millimetres: three beside each other on A4 when they are a little smaller, or one alone."""
MOST_BESIDE = 2
NO_PRESS = "no_press"
"""The lock on every check that presses."""
SITE, SIDE, SPREADS = "pain.site", "pain.side", "pain.spreads"


def where_it_hurts(knowledge: Knowledge, assessment: Assessment) -> list[Figure]:
    """The places that the person named; none if there are none to draw."""
    sites, spreads = _drawn(knowledge, assessment, SITE), _drawn(knowledge, assessment, SPREADS)
    if not sites and not spreads:
        return []
    layer = Layer(sites=sites, spreads=spreads, side=_side(assessment))
    return [_figure(knowledge, "Where it hurts", layer, NARROW)]


def where_felt(knowledge: Knowledge, assessment: Assessment) -> list[Figure]:
    """Where the first two conditions are felt, each in a picture of its own."""
    return [
        _figure(knowledge, "Where it can be felt", Layer(conditions=(c.id,), side=_side(assessment)), NARROW,
                knowledge.conditions[c.id].name)
        for c in assessment.conditions[:MOST_BESIDE]
        if any(zone in knowledge.map.zones for zone in knowledge.conditions[c.id].zones)
    ]


def of_self_check(knowledge: Knowledge, assessment: Assessment, card: SelfCheck) -> list[Figure]:
    """Where a self-check that looks for sore spots searches, and where nobody presses."""
    searched = tuple(name for name in card.settles if any(p.search for p in points_of(knowledge, name)))
    if NO_PRESS not in card.blocked_by or not searched:
        return []
    views = {p.search.view for name in searched for p in points_of(knowledge, name) if p.search}
    layer = Layer(conditions=searched, points=True, no_press=True, numbered=True, side=_side(assessment),
                  views=tuple(sorted(views)))
    return [_figure(knowledge, f"{card.name}: where to search, and where not to press", layer, WIDE)]


def _figure(knowledge: Knowledge, title: str, layer: Layer, width: float, of: str = "") -> Figure:
    lines = listing(knowledge, layer) if layer.numbered else _together(listing(knowledge, layer))
    return Figure(title=title, of=of, svg=svg(knowledge, layer, width_mm=width), wide=width == WIDE,
                  listing=tuple(lines))


def _together(lines: list[str]) -> list[str]:
    """Places of which the same is said, as one line."""
    places: dict[str, list[str]] = {}
    for line in lines:
        place, says = line.split(". ", 1)[1].rstrip(".").rsplit(": ", 1)
        places.setdefault(says, []).append(place)
    return [f"{says[0].upper()}{says[1:]}: {'; '.join(names)}." for says, names in places.items()]


def _drawn(knowledge: Knowledge, assessment: Assessment, name: str) -> tuple[str, ...]:
    answer: Answer = assessment.answers.get(name, ())
    return tuple(zone for zone in answer if zone in knowledge.map.zones) if isinstance(answer, tuple) else ()


def _side(assessment: Assessment) -> str:
    return "left" if assessment.answers.get(SIDE) == "left" else "right"
