"""What does a picture show, in which views, and in what order?"""

from __future__ import annotations

from typing import Literal

import msgspec

from triage.model import Knowledge, MapPoint, Shape
from triage.presentation.picture.geometry import atlas

SITE = "pain.site"
"""The finding whose options are the zones."""

Role = Literal["pain", "spread", "strong", "light", "search", "no_press", "zone"]
"""How an area is drawn. `zone`: by a thin edge, to point at."""

SAYS: dict[Role, str] = {
    "pain": "it hurts here",
    "spread": "the pain goes here too",
    "search": "search area, not proof",
    "strong": "said to be felt here",
    "light": "said to be felt here less",
    "no_press": "do not press, rub or roll here",
    "zone": "a place to name",
}
"""The words of the legend."""
CAN_HURT = "can hurt here"
"""The same for `strong`, where no sore spot is searched."""


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """What to show. With nothing to show it is every zone."""

    sites: tuple[str, ...] = ()
    """Zones where the person hurts."""
    side: str = "right"
    """left: mirrored. Anything else is drawn as a right leg."""
    conditions: tuple[str, ...] = ()
    """Conditions whose zones, and points, are shown."""
    points: bool = False
    """Trigger points: of the conditions, or else those said to be felt at the sites, or else all."""
    no_press: bool = False
    numbered: bool = False
    views: tuple[str, ...] = ()
    """Which views; empty: those that are needed."""
    spreads: tuple[str, ...] = ()
    """Zones to which the pain goes as well."""
    all_zones: bool = False
    """Every zone by its edge, numbered as `pain.site` lists them."""


class Area(msgspec.Struct, frozen=True):
    role: Role
    shape: Shape


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One item of the picture and of its list."""

    number: int
    id: str
    name: str
    areas: tuple[Area, ...]
    point: MapPoint | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One condition that can hurt in a zone."""

    id: str
    name: str
    how: Literal["strong", "light", "named"]
    """Said to be felt there strongly, or lightly, from a sore spot elsewhere; or its card names the zone."""
    points: tuple[str, ...] = ()
    danger: bool = False


def marks(knowledge: Knowledge, layer: Layer) -> tuple[Mark, ...]:
    """Everything that a layer shows. Numbers are those of the picture and of the list."""
    drawn = _drawn(knowledge, layer)
    if layer.no_press:
        views = _views(knowledge, layer, drawn)
        for name, place in knowledge.map.no_press.items():
            areas = tuple(Area("no_press", shape) for shape in place.shapes if shape.view in views)
            if areas:
                drawn.append(Mark(number=len(drawn) + 1, id=name, name=place.name, areas=areas))
    return tuple(drawn)


def views_for(knowledge: Knowledge, layer: Layer) -> tuple[str, ...]:
    """The views that show everything in the layer, each zone where it is seen best, in the order of the map."""
    return _views(knowledge, layer, _drawn(knowledge, layer))


def _drawn(knowledge: Knowledge, layer: Layer) -> list[Mark]:
    """The marks of what hurts, may hurt and is searched."""
    drawn: list[Mark] = []
    leg, charts = knowledge.map, atlas(knowledge)

    def add(name: str, says: str, areas: list[Area], point: MapPoint | None = None) -> None:
        if areas:
            drawn.append(Mark(number=len(drawn) + 1, id=name, name=says, areas=tuple(areas), point=point))

    def add_zone(zone: str, role: Role) -> None:
        add(zone, label(knowledge, zone), [Area(role, shape) for shape in leg.zones.get(zone, [])])

    everything = shows_all(layer)
    for zone in _sites(knowledge):
        if zone in layer.sites or zone in layer.spreads:
            add_zone(zone, "pain" if zone in layer.sites else "spread")
        elif everything:
            add_zone(zone, "zone")
    for name in layer.conditions:
        points = points_of(knowledge, name) if layer.points else ()
        for point in points:
            add(point.id, point.name, _of_point(point), point)
        reached = charts.covered([shape for point in points for shape in (*point.strong, *point.light)])
        for zone in knowledge.conditions[name].zones:
            if zone not in reached:
                add_zone(zone, "light" if points else "strong")
    if layer.points and not layer.conditions:
        for point in leg.points.values():
            if not layer.sites or set(charts.covered([*point.strong, *point.light])) & set(layer.sites):
                add(point.id, point.name, _of_point(point), point)
    return drawn


def _views(knowledge: Knowledge, layer: Layer, drawn: list[Mark]) -> tuple[str, ...]:
    wanted = set(layer.views)
    everything = shows_all(layer)
    for mark in drawn if not layer.views else ():
        shapes = [area.shape for area in mark.areas]
        wanted |= {shape.view for shape in (shapes if mark.point is not None or everything else shapes[:1])}
    if not wanted:
        wanted = {shape.view for place in knowledge.map.no_press.values() for shape in place.shapes}
    return tuple(name for name in knowledge.map.views if name in wanted)


def shows_all(layer: Layer) -> bool:
    """Does it show every zone by its edge?"""
    return layer.all_zones or not (layer.sites or layer.spreads or layer.conditions or layer.points or layer.no_press)


def sources_of(knowledge: Knowledge, zone: str) -> list[Source]:
    """Every condition whose card names the zone: those with sore spots said to be felt there strongly, then lightly.

    Then the rest, dangers first.
    """
    out = []
    charts = atlas(knowledge)
    for card in knowledge.conditions.values():
        if zone in card.zones:
            strong = [p.id for p in points_of(knowledge, card.id) if zone in charts.covered(p.strong)]
            light = [p.id for p in points_of(knowledge, card.id) if zone in charts.covered(p.light)]
            out.append(Source(id=card.id, name=card.name, how="strong" if strong else "light" if light else "named",
                              points=tuple(strong or light), danger=card.kind == "danger"))
    rank = {"strong": 0, "light": 1, "named": 2}
    return sorted(out, key=lambda source: (rank[source.how], not source.danger))


def points_of(knowledge: Knowledge, condition: str) -> tuple[MapPoint, ...]:
    return tuple(point for point in knowledge.map.points.values() if point.condition == condition)


def label(knowledge: Knowledge, zone: str) -> str:
    """The words of a zone."""
    finding = knowledge.findings.get(SITE)
    return finding.label(zone) if finding is not None and zone in finding.options else zone


def _sites(knowledge: Knowledge) -> list[str]:
    finding = knowledge.findings.get(SITE)
    return list(finding.options) if finding is not None else []


def _of_point(point: MapPoint) -> list[Area]:
    light: list[Area] = [Area("light", shape) for shape in point.light]
    strong: list[Area] = [Area("strong", shape) for shape in point.strong]
    search: list[Area] = [Area("search", point.search)] if point.search is not None else []
    return [*light, *strong, *search]
