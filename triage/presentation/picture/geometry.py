"""The map as points in the plane: outlines, zones and areas of either leg, and what lies in what."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from triage.model import Knowledge, LegMap, Shape, View
from triage.support.memory import OnceForEach

Point = tuple[float, float]
Line = tuple[Point, ...]
"""A polygon is a closed one: its last point is joined to its first."""

FINE = 0.5
"""Steps in units in which the edges of an outline are looked up."""


class Drawing:
    """One view, worked out once. All in the units of the map; `turned` tells how it is drawn."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.outline = smooth(view.outline, closed=True)
        self.behind = [smooth(points, closed=True) for points in view.behind]
        self.lines = [smooth(points, closed=False) for points in view.lines]
        every = [*self.outline, *(point for line in self.behind for point in line)]
        self.left, self.right = min(x for x, _ in every), max(x for x, _ in every)
        self.top, self.bottom = min(y for _, y in every), max(y for _, y in every)

    def area(self, shape: Shape) -> tuple[Line, ...]:
        """A shape as polygons."""
        if shape.whole:
            return (self.outline, *map(tuple, self.behind))
        if shape.ellipse is not None:
            x, y, across, along = shape.ellipse
            round_ = [(math.cos(a), math.sin(a)) for a in _turns(56)]
            return (tuple(self.place(shape.on, x + across * c, y + along * s) for c, s in round_),)
        if shape.strip is not None:
            x0, x1, y0, y1 = shape.strip
            square = [(_bulge(math.cos(a)), _bulge(math.sin(a))) for a in _turns(96)]
            return (tuple(self.place(shape.on, (x0 + x1 + (x1 - x0) * c) / 2, (y0 + y1 + (y1 - y0) * s) / 2)
                          for c, s in square),)
        return (tuple(self.place(shape.on, x, y) for x, y in smooth(shape.polygon, closed=True)),)

    def place(self, frame: str, across: float, along: float) -> Point:
        """A point of a frame in units."""
        view = self.view
        if frame == "units":
            return across, along
        y = view.along[0] + (view.along[1] - view.along[0]) * along / 100
        left, right = self._at(y)
        return left + (right - left) * (across + 100) / 200, y

    @cached_property
    def _levels(self) -> dict[int, tuple[float, float]]:
        """Left and right edge of the outline at each step of height."""
        out = {}
        for step in range(math.ceil(self.top / FINE), math.floor(self.bottom / FINE) + 1):
            found = crossings(self.outline, step * FINE + 1e-6)
            if found:
                out[step] = found[0], found[-1]
        return out

    def _at(self, height: float) -> tuple[float, float]:
        edges = self._levels
        step = min(max(height / FINE, min(edges)), max(edges))
        low = math.floor(step)
        share = step - low
        a, b = edges[low], edges.get(low + 1, edges[low])
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


class Atlas:
    """All views of a map, and which zones an area covers. Built once a knowledge: `atlas`."""

    def __init__(self, leg: LegMap) -> None:
        self.leg = leg
        self.drawings = {name: Drawing(view) for name, view in leg.views.items()}
        self._areas: dict[Shape, tuple[Line, ...]] = {}
        self._shares: dict[tuple[Shape, Shape], float] = {}
        self._inside: dict[Shape, tuple[Point, ...]] = {}

    def area(self, shape: Shape) -> tuple[Line, ...]:
        """A shape of the map as polygons in the units of its view."""
        if shape not in self._areas:
            self._areas[shape] = self.drawings[shape.view].area(shape)
        return self._areas[shape]

    def samples(self, shape: Shape) -> tuple[Point, ...]:
        """Points spread evenly over a shape."""
        if shape not in self._inside:
            self._inside[shape] = spread(self.area(shape))
        return self._inside[shape]

    def shared(self, shape: Shape, other: Shape) -> float:
        """Which part of a shape lies in another, 0 to 1."""
        if shape.view != other.view:
            return 0.0
        pair = shape, other
        if pair not in self._shares:
            points = self.samples(shape)
            self._shares[pair] = sum(within(point, self.area(other)) for point in points) / max(len(points), 1)
        return self._shares[pair]

    def covered(self, shapes: Sequence[Shape]) -> tuple[str, ...]:
        """The zones that these areas cover for a good part, or in which they lie for the most part."""
        return tuple(
            name for name, zone in self.leg.zones.items()
            if any(self._covers(shape, part) for part in zone for shape in shapes)
        )

    def _covers(self, shape: Shape, zone: Shape) -> bool:
        if shape.whole or zone.whole:
            return shape.whole and zone.whole and shape.view == zone.view
        if zone.deep and not shape.deep:
            return False
        return self.shared(zone, shape) >= 0.35 or self.shared(shape, zone) >= 0.5

    def hit(self, view: str, x: float, y: float) -> tuple[str, ...]:
        """The zones at a point of a view in its own units, the smallest first."""
        found = [
            (abs(sum(map(surface, self.area(shape)))), name)
            for name, shapes in self.leg.zones.items() for shape in shapes
            if shape.view == view and within((x, y), self.area(shape))
        ]
        return tuple(dict.fromkeys(name for _, name in sorted(found)))


@OnceForEach
def atlas(knowledge: Knowledge) -> Atlas:
    """The views of these rules."""
    return Atlas(knowledge.map)


def turned(view: View, side: str) -> bool:
    """Is this view drawn as a mirror of its coordinates for this leg?"""
    return view.flip != (side == "left")


def smooth(points: Sequence[Point], closed: bool, step: float = 0.7) -> Line:
    """A smooth line through points (centripetal Catmull-Rom), a corner where a point stands twice."""
    out: list[Point] = []
    pieces = _pieces(list(points), closed)
    for piece, whole in pieces:
        count = len(piece)
        for i in range(count if whole else count - 1):
            b, c = piece[i], piece[(i + 1) % count]
            a = piece[i - 1] if i or whole else _beyond(c, b)
            d = piece[(i + 2) % count] if whole or i + 2 < count else _beyond(b, c)
            parts = max(2, min(24, math.ceil(math.dist(b, c) / step)))
            out += [_between(a, b, c, d, j / parts) for j in range(parts)]
        if not whole:
            out.append(piece[-1])
    return tuple(p for i, p in enumerate(out) if i == 0 or math.dist(p, out[i - 1]) > 1e-6)


def _pieces(points: list[Point], closed: bool) -> list[tuple[list[Point], bool]]:
    """The points from corner to corner, and whether the piece is one round line without any."""
    corners = [i for i in range(1, len(points)) if points[i] == points[i - 1]]
    if not corners:
        return [(points, closed)]
    if closed:
        points = points[corners[0]:] + points[:corners[0]]  # begins and ends at one corner
        corners = [i for i in range(1, len(points)) if points[i] == points[i - 1]]
    ends = [0, *corners, len(points)]
    return [(points[a:b], False) for a, b in pairwise(ends) if b - a > 1] + (
        [([points[-1], points[0]], False)] if closed and points[0] != points[-1] else [])


def _beyond(a: Point, b: Point) -> Point:
    return 2 * b[0] - a[0], 2 * b[1] - a[1]


def _between(a: Point, b: Point, c: Point, d: Point, share: float) -> Point:
    """Barry and Goldman's form of the curve from b to c."""
    knots = [0.0]
    for p, q in ((a, b), (b, c), (c, d)):
        knots.append(knots[-1] + max(math.dist(p, q), 1e-9) ** 0.5)
    t = knots[1] + (knots[2] - knots[1]) * share

    def mix(p: Point, q: Point, low: float, high: float) -> Point:
        part = (t - low) / (high - low)
        return p[0] + (q[0] - p[0]) * part, p[1] + (q[1] - p[1]) * part

    ab, bc, cd = mix(a, b, *knots[0:2]), mix(b, c, *knots[1:3]), mix(c, d, *knots[2:4])
    left, right = mix(ab, bc, knots[0], knots[2]), mix(bc, cd, knots[1], knots[3])
    return mix(left, right, knots[1], knots[2])


def within(point: Point, polygons: Iterable[Line]) -> bool:
    """Does a point lie in one of these polygons?"""
    x, y = point
    for polygon in polygons:
        inside = False
        px, py = polygon[-1]
        for qx, qy in polygon:
            if (py > y) != (qy > y) and x < (qx - px) * (y - py) / (qy - py) + px:
                inside = not inside
            px, py = qx, qy
        if inside:
            return True
    return False


def surface(polygon: Line) -> float:
    """Its area, with a sign that tells the direction of its outline."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(polygon, (*polygon[1:], polygon[0]), strict=True)) / 2


def spread(polygons: Sequence[Line], across: int = 14) -> tuple[Point, ...]:
    """Points of an even grid that lie in these polygons."""
    xs, ys = [x for line in polygons for x, _ in line], [y for line in polygons for _, y in line]
    left, top = min(xs), min(ys)
    wide, high = max(xs) - left, max(ys) - top
    step = max(wide, high) / across
    grid = [(left + (i + 0.5) * step, top + (j + 0.5) * step)
            for i in range(math.ceil(wide / step)) for j in range(math.ceil(high / step))]
    return tuple(point for point in grid if within(point, polygons))


def crossings(polygon: Line, height: float) -> list[float]:
    """Where a level line cuts a polygon, from left to right."""
    found = []
    px, py = polygon[-1]
    for qx, qy in polygon:
        if (py > height) != (qy > height):
            found.append(px + (qx - px) * (height - py) / (qy - py))
        px, py = qx, qy
    return sorted(found)


def _turns(count: int) -> list[float]:
    return [2 * math.pi * i / count for i in range(count)]


def _bulge(value: float) -> float:
    """Of a circle, a square with round corners."""
    return math.copysign(abs(value) ** 0.42, value)
