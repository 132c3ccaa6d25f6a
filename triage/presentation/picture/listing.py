"""The same content as the picture, in words: a numbered list."""

from __future__ import annotations

from typing import Any

from triage.model import Knowledge, Shape
from triage.presentation.picture.geometry import atlas
from triage.presentation.picture.layers import CAN_HURT, SAYS, Layer, Mark, label, marks


def listing(knowledge: Knowledge, layer: Layer) -> list[str]:
    """One line a mark of the picture, with its number."""
    return [f"{mark.number}. {describe_mark(knowledge, mark)}" for mark in marks(knowledge, layer)]


def plain(knowledge: Knowledge, layer: Layer) -> list[dict[str, Any]]:
    """The marks of the picture as plain data."""
    charts = atlas(knowledge)
    return [
        {"number": mark.number, "id": mark.id, "name": mark.name, "areas": [
            {"role": role, "view": view,
             "zones": [mark.id] if mark.id in knowledge.map.zones else list(charts.covered(shapes))}
            for (role, view), shapes in _by_view(mark).items()
        ]} for mark in marks(knowledge, layer)
    ]


def describe_mark(knowledge: Knowledge, mark: Mark) -> str:
    """What a mark shows, without its number."""
    role = mark.areas[0].role
    if mark.point is not None:
        point = mark.point
        parts = [f"{point.name}. Search area, not proof: {point.find}" if point.search is not None
                 else f"{point.name}. Not to be pressed: {point.find}"]
        if point.strong:
            parts.append(f"Said to be felt at: {places(knowledge, point.strong)}")
        if point.light:
            parts.append(f"Less so at: {places(knowledge, point.light)}")
        if point.note:
            parts.append(point.note)
        return ". ".join(part.rstrip(".") for part in parts) + "."
    if role == "no_press":
        return f"Do not press, rub or roll: {mark.name}. {knowledge.map.no_press[mark.id].why}."
    if role == "zone":
        return f"{mark.name}."
    says = CAN_HURT if role == "strong" else SAYS[role]
    return f"{mark.name}: {says}."


def places(knowledge: Knowledge, shapes: list[Shape]) -> str:
    """The zones that these areas cover, in words."""
    found = [label(knowledge, zone) for zone in atlas(knowledge).covered(shapes)]
    return "; ".join([*found, *(shape.say for shape in shapes if shape.say)])


def _by_view(mark: Mark) -> dict[tuple[str, str], list[Shape]]:
    out: dict[tuple[str, str], list[Shape]] = {}
    for area in mark.areas:
        out.setdefault((area.role, area.shape.view), []).append(area.shape)
    return out
