"""What is wrong with the map, each with a card or part of the map, a code and a sentence. For lint."""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Issue, Issues, Knowledge, Shape
from triage.presentation.picture.geometry import Atlas, atlas, within
from triage.presentation.picture.layers import SITE
from triage.support.text import guess

MOSTLY = 0.8
"""So much of a shape lies within the outline of its view."""



def faults(knowledge: Knowledge) -> Issues:
    """Every fault of the map; none where there is no map."""
    leg = knowledge.map
    if not leg.views:
        return
    unknown = list(_unknown(knowledge))
    yield from unknown
    finding = knowledge.findings.get(SITE)
    for zone in finding.options if finding is not None else ():
        if zone not in leg.zones:
            yield Issue(SITE, "zone", f"the zone '{zone}' has no shape in the map")
    if any(code == "unknown-view" for _, code, _ in unknown):
        return
    charts = atlas(knowledge)
    for part, shape in _shapes(knowledge):
        if _inside(charts, shape) < MOSTLY:
            yield Issue(part, "outside", f"a shape lies outside the outline of the view '{shape.view}'")
    for point in leg.points.values():
        for place in leg.no_press.values():
            if point.search is not None and any(charts.shared(point.search, shape) for shape in place.shapes):
                yield Issue(f"mappoint:{point.id}", "no-press",
                            f"the search area of '{point.id}' lies in '{place.id}', where nobody should press")


def _unknown(knowledge: Knowledge) -> Issues:
    leg = knowledge.map
    finding = knowledge.findings.get(SITE)
    for zone in leg.zones:
        if finding is None or zone not in finding.options:
            known = finding.options if finding is not None else ()
            yield Issue(f"zone:{zone}", "unknown-option", f"unknown zone '{zone}'" + guess(zone, known))
    for part, shape in _shapes(knowledge):
        if shape.view not in leg.views:
            yield Issue(part, "unknown-view", f"unknown view '{shape.view}'" + guess(shape.view, leg.views))
    for point in leg.points.values():
        if point.condition not in knowledge.conditions:
            yield Issue(f"mappoint:{point.id}", "unknown-id",
                        f"unknown condition '{point.condition}'" + guess(point.condition, knowledge.conditions))
    named = [(f"mappoint:{point.id}", point.source) for point in leg.points.values()]
    for part, source in [*named, *((f"nopress:{place.id}", place.source) for place in leg.no_press.values())]:
        if source not in knowledge.sources:
            yield Issue(part, "unknown-source", f"unknown source '{source}'" + guess(source, knowledge.sources))


def _shapes(knowledge: Knowledge) -> Iterator[tuple[str, Shape]]:
    leg = knowledge.map
    for zone, shapes in leg.zones.items():
        yield from ((f"zone:{zone}", shape) for shape in shapes)
    for point in leg.points.values():
        search = [point.search] if point.search is not None else []
        yield from ((f"mappoint:{point.id}", shape) for shape in (*search, *point.strong, *point.light))
    for place in leg.no_press.values():
        yield from ((f"nopress:{place.id}", shape) for shape in place.shapes)


def _inside(charts: Atlas, shape: Shape) -> float:
    """Which part of a shape lies within its view."""
    drawing = charts.drawings[shape.view]
    points = charts.samples(shape)
    return sum(within(point, (drawing.outline, *drawing.behind)) for point in points) / max(len(points), 1)
