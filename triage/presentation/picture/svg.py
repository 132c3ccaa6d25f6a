"""The picture as one SVG of plain shapes: the same in a browser and on paper, without style sheets or scripts.

Lengths are millimetres. Nothing in it has an id, so that several pictures can stand on one page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import msgspec

from triage.model import Knowledge, Shape
from triage.presentation.picture.geometry import Drawing, Line, Point, atlas, crossings, turned
from triage.presentation.picture.layers import CAN_HURT, SAYS, Layer, Mark, Role, marks, views_for
from triage.presentation.picture.listing import listing
from triage.presentation.svg_tags import short, tag, text_at

INK, SKIN, THIN = "#3a3a3a", "#f5f5f2", "#a6a6a2"
PAINT: dict[Role, dict[str, object]] = {
    "zone": {"fill": "#dce7f0", "fill-opacity": 0.6, "stroke": "#34526e", "stroke-width": 0.25},
    "light": {"fill": "#e2591c", "fill-opacity": 0.2, "stroke": "#a03000", "stroke-width": 0.35,
              "stroke-dasharray": "0.05 0.95", "stroke-linecap": "round"},
    "strong": {"fill": "#e2591c", "fill-opacity": 0.55, "stroke": "#a03000", "stroke-width": 0.35},
    "spread": {"fill": "#e2591c", "fill-opacity": 0.38, "stroke": "#8a2600", "stroke-width": 0.4,
               "stroke-dasharray": "2 0.7"},
    "pain": {"fill": "#e04e10", "fill-opacity": 0.92, "stroke": "#7a2000", "stroke-width": 0.5},
    "search": {"fill": "#3fc1b0", "fill-opacity": 0.6, "stroke": "#00524a", "stroke-width": 0.5,
               "stroke-dasharray": "1.3 0.8"},
    "no_press": {"fill": "#ffffff", "fill-opacity": 0.35, "stroke": "#6b6b6b", "stroke-width": 0.25},
}
"""In the order in which they are laid on each other, but for the hatch, which lies below the search areas."""
ORDER: tuple[Role, ...] = ("zone", "light", "strong", "spread", "pain", "no_press", "search")
WHOLE = 0.28
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

MARGIN, GAP, HEAD, FOOT, LINE = 3.0, 5.0, 6.0, 3.6, 4.3
TEXT, SMALL, TITLE = 3.1, 2.6, 4.2
LARGEST, SMALLEST = 1.12, 0.7
"""Millimetres a unit."""
TALL = 80.0
"""Units; two views that are less tall share a column."""
BESIDE = 56.0
"""With so much room the key stands beside the views, not below."""


class _Placed(msgspec.Struct, frozen=True):
    """A view on the paper."""

    name: str
    drawing: Drawing
    x: float
    y: float
    scale: float
    mirrored: bool

    def at(self, point: Point) -> Point:
        d = self.drawing
        across = d.right - point[0] if self.mirrored else point[0] - d.left
        return self.x + across * self.scale, self.y + (point[1] - d.top) * self.scale

    @property
    def width(self) -> float:
        return (self.drawing.right - self.drawing.left) * self.scale

    @property
    def height(self) -> float:
        return (self.drawing.bottom - self.drawing.top) * self.scale


def svg(knowledge: Knowledge, layer: Layer, width_mm: float = 170) -> str:
    """One self-contained picture of this width: views side by side, key, <title> and <desc>."""
    shown = marks(knowledge, layer)
    title = headline(knowledge, layer)
    lines = _wrapped(title, width_mm - 2 * MARGIN, TITLE * 1.06)
    top = MARGIN + len(lines) * TITLE * 1.3 + 2
    placed, right, bottom = _layout(knowledge, layer, width_mm, top)
    out: list[str] = []
    for view in placed:
        out += _view(knowledge, layer, shown, view)
    room = width_mm - right - GAP - MARGIN
    beside = room >= BESIDE
    if beside:
        low = _key(out, layer, shown, right + GAP, top + HEAD, room, columns=1)
        bottom = max(bottom, low)
    else:
        bottom = _key(out, layer, shown, MARGIN, bottom + 3, width_mm - 2 * MARGIN, columns=_columns(shown, width_mm))
    height = bottom + MARGIN
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{short(width_mm)}mm" height="{short(height)}mm" '
        f'viewBox="0 0 {short(width_mm)} {short(height)}" role="img" font-family={quoteattr(FONT)}>',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(' '.join(['Schematic drawing.', *listing(knowledge, layer)]))}</desc>",
        tag("rect", x=0, y=0, width=width_mm, height=height, fill="#ffffff"),
        *(text_at(line, MARGIN, MARGIN + TITLE + at * TITLE * 1.3, TITLE, bold=True, fill=INK)
          for at, line in enumerate(lines)),
    ]
    return "\n".join([*head, *out, "</svg>"]) + "\n"


def _columns(shown: Sequence[Mark], width: float) -> int:
    return 1 if width < 110 else 3 if len(shown) > 20 and width >= 160 else 2


def headline(knowledge: Knowledge, layer: Layer) -> str:
    """The title of a picture."""
    leg = "Left leg" if layer.side == "left" else "Right leg"
    if layer.conditions:
        return f"{leg}: {', '.join(knowledge.conditions[name].name for name in layer.conditions)}"
    if layer.sites:
        return f"{leg}: where it hurts"
    if layer.points:
        return f"{leg}: where sore spots are searched and felt"
    return f"{leg}: the places that can be named"


# --- where the views stand ---------------------------------------------------------------------


def _layout(knowledge: Knowledge, layer: Layer, width: float, top: float) -> tuple[list[_Placed], float, float]:
    """The views on the paper, and how far to the right and down they reach."""
    charts = atlas(knowledge)
    names = views_for(knowledge, layer)
    sizes = {n: (charts.drawings[n].right - charts.drawings[n].left, charts.drawings[n].bottom - charts.drawings[n].top)
             for n in names}
    room = width - 2 * MARGIN
    rows = _rows(names, sizes, room)
    scale = LARGEST
    for row in rows:
        wide = sum(max(sizes[n][0] for n in column) for column in row)
        scale = min(scale, (room - GAP * (len(row) - 1)) / wide)
    placed, right, y = [], 0.0, top
    for row in rows:
        x = MARGIN
        tallest = max(_high(column, sizes, scale) for column in row)
        for column in row:
            wide = max(sizes[n][0] for n in column) * scale
            down = y
            for at, name in enumerate(column):
                own = sizes[name][0] * scale
                if len(column) > 1 and at == len(column) - 1:
                    down = y + tallest - HEAD - FOOT - sizes[name][1] * scale
                placed.append(_Placed(name, charts.drawings[name], x + (wide - own) / 2, down + HEAD, scale,
                                      turned(charts.leg.views[name], layer.side)))
                down += HEAD + FOOT + sizes[name][1] * scale + GAP
            x += wide + GAP
        right = max(right, x - GAP)
        y += tallest + GAP
    return placed, right, y - GAP


def _high(column: Sequence[str], sizes: dict[str, tuple[float, float]], scale: float) -> float:
    return sum(HEAD + FOOT + sizes[name][1] * scale for name in column) + GAP * (len(column) - 1)


def _rows(names: Sequence[str], sizes: dict[str, tuple[float, float]], room: float) -> list[list[tuple[str, ...]]]:
    """Views in columns, columns in rows."""
    tall = [(name,) for name in names if sizes[name][1] > TALL]
    low = [name for name in names if sizes[name][1] <= TALL]
    pairs = [tuple(low[i:i + 2]) for i in range(0, len(low), 2)]
    rows = _filled([*tall, *pairs], sizes, room)
    # Short views alone stand side by side, not on each other.
    if len(rows) > 1 or not tall:
        rows = [*_filled(tall, sizes, room), *_filled([(name,) for name in low], sizes, room)]
    return rows


def _filled(
    columns: Sequence[tuple[str, ...]], sizes: dict[str, tuple[float, float]], room: float,
) -> list[list[tuple[str, ...]]]:
    rows: list[list[tuple[str, ...]]] = []
    used = 0.0
    for column in columns:
        wide = max(sizes[name][0] for name in column) * SMALLEST
        if not rows or used + GAP + wide > room:
            rows.append([])
            used = -GAP
        rows[-1].append(column)
        used += GAP + wide
    return rows


# --- one view ----------------------------------------------------------------------------------


def _view(knowledge: Knowledge, layer: Layer, shown: Sequence[Mark], view: _Placed) -> list[str]:
    drawing, charts = view.drawing, atlas(knowledge)
    spec = drawing.view
    title = spec.title if _wide(spec.title, TEXT) <= view.width + GAP else spec.short
    out = [text_at(title, view.x + view.width / 2, view.y - 2.2, TEXT, anchor="middle", fill=INK)]
    here = [area for role in ORDER for mark in shown for area in mark.areas
            if area.role == role and area.shape.view == view.name]
    # The whole of a view is tinted, lest it hide the others; as a place to name it has its number only.
    tints = [PAINT[area.role]["fill"] for area in here if area.shape.whole and area.role != "zone"]
    for line, edge in [*((line, INK) for line in drawing.behind), (drawing.outline, "none")]:
        out.append(_path([_moved(view, line)], fill=SKIN, stroke=edge, stroke_width=0.35))
        out += [_path([_moved(view, line)], fill=tint, fill_opacity=WHOLE) for tint in tints]
    for area in here:
        if not area.shape.whole:
            out += _area(area.role, [_moved(view, line) for line in charts.area(area.shape)], area.shape.deep)
    for line in drawing.lines:
        out.append(_path([_moved(view, line)], closed=False, fill="none", stroke=THIN, stroke_width=0.25,
                         stroke_linecap="round"))
    for line in _uncut(drawing):
        out.append(_path([_moved(view, line)], closed=False, fill="none", stroke=INK, stroke_width=0.4,
                         stroke_linecap="round", stroke_linejoin="round"))
    out += _edges(view)
    if layer.numbered:
        out += _numbers(knowledge, shown, view)
    return out


def _area(role: Role, lines: Sequence[Line], deep: bool) -> list[str]:
    paint = dict(PAINT[role])
    if deep:
        paint |= {"stroke-dasharray": "1 0.8"}
        paint |= {"fill": "none"} if role == "zone" else {}
    out = [_path(lines, True, **paint)]
    if role == "no_press":
        strokes = [stroke for line in lines for stroke in hatch(line, 1.25)]
        out.append(tag("path", d=" ".join(f"M{_p(a)} L{_p(b)}" for a, b in strokes), fill="none", stroke="#6b6b6b",
                        stroke_width=0.28))
    return out


def hatch(polygon: Line, step: float) -> list[tuple[Point, Point]]:
    """Slanting lines of this distance, clipped to a polygon."""
    half = math.sqrt(0.5)
    slanted = tuple(((x + y) * half, (y - x) * half) for x, y in polygon)
    low, high = min(y for _, y in slanted), max(y for _, y in slanted)
    out: list[tuple[Point, Point]] = []
    for count in range(math.ceil(low / step), math.floor(high / step) + 1):
        y = count * step
        cuts = [((x - y) * half, (x + y) * half) for x in crossings(slanted, y)]
        out += zip(cuts[::2], cuts[1::2], strict=False)
    return out


def _uncut(drawing: Drawing) -> list[Line]:
    """The outline without the stretches along which the drawing is cut off."""
    line = (*drawing.outline, drawing.outline[0])

    def cut(a: Point, b: Point) -> bool:
        return any(abs(a[1] - y) < 0.05 and abs(b[1] - y) < 0.05 for y in drawing.view.cuts)

    out: list[list[Point]] = [[]]
    for a, b in pairwise(line):
        if cut(a, b):
            out.append([])
        else:
            out[-1] += [b] if out[-1] else [a, b]
    return [tuple(part) for part in out if part]


def _edges(view: _Placed) -> list[str]:
    """What lies to the left and right, below the view."""
    spec = view.drawing.view
    left, right = spec.edges if spec.both or not view.mirrored else spec.edges[::-1]
    y = view.y + view.height + 2.9
    return [text_at(left, view.x, y, SMALL, fill="#5a5a5a"),
            text_at(right, view.x + view.width, y, SMALL, anchor="end", fill="#5a5a5a")]


# --- numbers -----------------------------------------------------------------------------------


def _numbers(knowledge: Knowledge, shown: Sequence[Mark], view: _Placed) -> list[str]:
    spots = [(mark, _moved_point(view, spot)) for mark in shown for spot in spots_of(knowledge, mark, view.name)]
    places = apart([place for _, place in spots], 4.3)
    out = []
    for (mark, home), (x, y) in zip(spots, places, strict=True):
        if math.dist(home, (x, y)) > 2.2:
            out.append(tag("line", x1=home[0], y1=home[1], x2=x, y2=y, stroke=INK, stroke_width=0.25))
        out.append(tag("circle", cx=x, cy=y, r=2.05, fill="#ffffff", fill_opacity=0.92, stroke=INK, stroke_width=0.25))
        out.append(text_at(str(mark.number), x, y + 0.95, SMALL, anchor="middle", bold=True, fill=INK))
    return out


def spots_of(knowledge: Knowledge, mark: Mark, view: str) -> list[Point]:
    """Where the number of a mark stands in a view, in its units: where it is searched and felt most, else once."""
    here = [area for area in mark.areas if area.shape.view == view]
    search = [area for area in here if area.role == "search"]
    strong = [area for area in here if area.role == "strong"]
    return [middle(knowledge, area.shape) for area in ([*search, *strong] or here[:1])]


def middle(knowledge: Knowledge, shape: Shape) -> Point:
    """The place for the number of a shape: its own, else the point inside that is nearest to its middle."""
    charts = atlas(knowledge)
    if shape.at is not None:
        return charts.drawings[shape.view].place(shape.on, *shape.at)
    points = charts.samples(shape) or charts.area(shape)[0]
    x, y = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    return min(points, key=lambda p: math.dist(p, (x, y)))


def apart(points: list[Point], distance: float) -> list[Point]:
    """The points, moved as little as is needed to stand so far from each other."""
    found = [list(point) for point in points]
    for _ in range(60):
        moved = False
        for i in range(len(found)):
            for j in range(i):
                gap = math.dist(found[i], found[j])
                if gap < distance - 1e-6:
                    angle = math.atan2(found[i][1] - found[j][1], found[i][0] - found[j][0]) if gap > 1e-6 else i * 2.4
                    push = (distance - gap) / 2
                    for k, sign in ((i, 1), (j, -1)):
                        found[k][0] += sign * push * math.cos(angle)
                        found[k][1] += sign * push * math.sin(angle)
                    moved = True
        if not moved:
            break
    return [(x, y) for x, y in found]


# --- the key -----------------------------------------------------------------------------------


def _key(out: list[str], layer: Layer, shown: Sequence[Mark], x: float, y: float, room: float, columns: int) -> float:
    """The legend, and the names of the numbers. Returns how far down it reaches."""
    roles = [role for role in SAYS if any(area.role == role for mark in shown for area in mark.areas)]
    points = any(mark.point is not None for mark in shown)
    size, line = (TEXT, LINE) if len(shown) <= 20 else (SMALL, LINE * 0.86)
    wide = (room - GAP * (columns - 1)) / columns
    items: list[tuple[Role | int, list[str]]] = []
    for role in roles:
        if role == "zone":
            continue
        says = CAN_HURT if role == "strong" and not points else SAYS[role]
        items.append((role, _wrapped(says[0].upper() + says[1:], wide - 8, size)))
    if layer.numbered:
        items += [(mark.number, _wrapped(mark.name, wide - 8, size)) for mark in shown]
    between = 0.9
    total = sum(len(lines) * line + between for _, lines in items)
    column, start, low = 0, y, y
    for sign, lines in items:
        if column < columns - 1 and y - start >= total / columns - 0.1:
            column, y = column + 1, start
        left = x + column * (wide + GAP)
        out += _sign(sign, left, y)
        for at, text in enumerate(lines):
            out.append(text_at(text, left + 8, y + 3.0 + at * line, size, fill=INK))
        y += len(lines) * line + between
        low = max(low, y)
    out.append(text_at("Schematic: areas, no exact spots. No diagnosis.", x, low + 3.4, SMALL, fill="#5a5a5a"))
    return low + 4.4


def _sign(sign: Role | int, x: float, y: float) -> list[str]:
    if isinstance(sign, int):
        return [tag("circle", cx=x + 3, cy=y + 2, r=2.05, fill="#ffffff", stroke=INK, stroke_width=0.25),
                text_at(str(sign), x + 3, y + 2.95, SMALL, anchor="middle", bold=True, fill=INK)]
    turns = [2 * math.pi * i / 40 for i in range(40)]
    oval = tuple((x + 3 + 2.9 * math.cos(turn), y + 2 + 1.75 * math.sin(turn)) for turn in turns)
    return _area(sign, [oval], deep=False)


def _wrapped(text: str, room: float, size: float) -> list[str]:
    """Text in lines that fit, by the usual width of letters."""
    out = [""]
    for word in text.split():
        if out[-1] and _wide(f"{out[-1]} {word}", size) > room:
            out.append(word)
        else:
            out[-1] = f"{out[-1]} {word}".strip()
    return out


def _wide(text: str, size: float) -> float:
    """About how wide a text is, rather too much than too little."""
    return len(text) * size * 0.52


# --- tags --------------------------------------------------------------------------------------


def _moved(view: _Placed, line: Iterable[Point]) -> Line:
    return tuple(view.at(point) for point in line)


def _moved_point(view: _Placed, point: Point) -> Point:
    return view.at(point)


def _path(lines: Sequence[Line], closed: bool = True, **paint: object) -> str:
    end = " Z" if closed else ""
    return tag("path", d=" ".join("M" + " L".join(map(_p, line)) + end for line in lines), **paint)


def _p(point: Point) -> str:
    return f"{short(point[0])} {short(point[1])}"
