"""The picture in cells of a terminal: half blocks in colour, or letters."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import msgspec

from triage.model import Knowledge
from triage.presentation.picture.geometry import (
    Atlas,
    Drawing,
    Line,
    Point,
    atlas,
    crossings,
    turned,
)
from triage.presentation.picture.layers import (
    CAN_HURT,
    SAYS,
    Layer,
    Mark,
    marks,
    shows_all,
    views_for,
)
from triage.presentation.picture.svg import apart, spots_of
from triage.support.memory import OnceForEach

Cell = tuple[str, str]
"""Style, as prompt_toolkit reads it, and text."""
Colour = tuple[float, float, float]

LARGEST, SMALLEST = 0.56, 0.46
"""Pixels a unit. A cell is one pixel wide and two high."""
GAP = 2

SKIN, RIM, LANDMARK = (232.0, 231.0, 226.0), (128.0, 128.0, 126.0), (150.0, 150.0, 146.0)
PAINT: dict[str, tuple[Colour, float]] = {
    "zone": ((168.0, 190.0, 212.0), 0.75),
    "light": ((236.0, 150.0, 104.0), 0.6),
    "strong": ((228.0, 98.0, 40.0), 0.8),
    "spread": ((224.0, 110.0, 60.0), 0.75),
    "pain": ((204.0, 52.0, 8.0), 1.0),
    "no_press": ((96.0, 96.0, 96.0), 0.85),
    "search": ((0.0, 150.0, 136.0), 0.9),
    "highlight": ((255.0, 214.0, 0.0), 0.95),
}
LETTERS: dict[str, str] = {
    "zone": ",", "light": "r", "strong": "R", "spread": "p", "pain": "P", "no_press": "N", "search": "S",
    "highlight": "H",
}
ORDER = tuple(PAINT)
NUMBER = "fg:#000000 bg:#ffffff bold"


class _Mask(msgspec.Struct, frozen=True):
    """How much of each pixel an area fills, 0 to 1."""

    wide: int
    high: int
    parts: tuple[float, ...]


class _Raster(msgspec.Struct, frozen=True):
    """A view at so many pixels a unit."""

    name: str
    drawing: Drawing
    scale: float
    mirrored: bool

    @property
    def wide(self) -> int:
        return max(1, math.ceil((self.drawing.right - self.drawing.left) * self.scale - 1e-9))

    @property
    def high(self) -> int:
        rows = math.ceil((self.drawing.bottom - self.drawing.top) * self.scale - 1e-9)
        return max(2, rows + rows % 2)

    def at(self, point: Point) -> Point:
        d = self.drawing
        across = d.right - point[0] if self.mirrored else point[0] - d.left
        return across * self.scale, (point[1] - d.top) * self.scale


def cells(
    knowledge: Knowledge, layer: Layer, columns: int, colour: bool, highlight: str = "", rows: int = 0,
) -> list[list[Cell]]:
    """Rows of (style, text), none wider than `columns`: as many views beside each other as fit, the others below.

    `highlight`: a zone to draw bright. `rows`: about so many rows at most for views that stand beside each other.
    """
    out: list[list[Cell]] = []
    shown = marks(knowledge, layer)
    for group in _groups(knowledge, layer, columns, rows):
        if out:
            out.append([])
        out += _beside([_drawn(knowledge, layer, shown, raster, colour, highlight) for raster in group])
    return out


def letters(knowledge: Knowledge, layer: Layer) -> list[tuple[str, str]]:
    """What the letters of a picture without colour mean."""
    shown = marks(knowledge, layer)
    roles = {area.role for mark in shown for area in mark.areas}
    points = any(mark.point is not None for mark in shown)
    return [(LETTERS[role], CAN_HURT if role == "strong" and not points else says)
            for role, says in SAYS.items() if role in roles and not (role == "zone" and shows_all(layer))]


def swatch(letter: str) -> Cell:
    """The colour of what a letter means, as a cell."""
    role = next(role for role, sign in LETTERS.items() if sign == letter)
    return f"bg:{_hex(_mix(SKIN, *PAINT[role]))}", "  "


def ansi(rows: Sequence[Sequence[Cell]], full: bool) -> list[str]:
    """The rows with escape sequences: 24-bit colours, or else those of 256."""
    out = []
    for row in rows:
        line = ""
        for style, text in row:
            codes = [code for word in style.split() for code in _codes(word, full)]
            line += f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if codes else text
        out.append(line.rstrip(" "))
    return out


# --- where the views stand ---------------------------------------------------------------------


def _groups(knowledge: Knowledge, layer: Layer, columns: int, rows: int) -> list[list[_Raster]]:
    charts = atlas(knowledge)
    drawings = [(name, charts.drawings[name]) for name in views_for(knowledge, layer)]
    groups: list[list[tuple[str, Drawing]]] = []
    used = 0.0
    for name, drawing in drawings:
        wide = math.ceil((drawing.right - drawing.left) * SMALLEST)
        if not groups or used + GAP + wide > columns:
            groups.append([])
            used = -GAP
        groups[-1].append((name, drawing))
        used += GAP + wide
    out = []
    for group in groups:
        units = sum(d.right - d.left for _, d in group)
        # Each view is rounded up to a whole cell.
        scale = min(LARGEST, (columns - GAP * (len(group) - 1) - len(group)) / units)
        if rows:
            scale = min(scale, max(2 * (rows - 3), 8) / max(d.bottom - d.top for _, d in group))
        scale = max(scale, 0.02)
        out.append([_Raster(n, d, scale, turned(charts.leg.views[n], layer.side)) for n, d in group])
    return out


def _beside(drawings: Sequence[list[list[Cell]]]) -> list[list[Cell]]:
    high = max(map(len, drawings))
    out: list[list[Cell]] = [[] for _ in range(high)]
    for at, drawing in enumerate(drawings):
        wide = max(_width(row) for row in drawing)
        for row, line in zip([*drawing, *[[] for _ in range(high - len(drawing))]], out, strict=True):
            line += [*row, ("", " " * (wide - _width(row) + (GAP if at < len(drawings) - 1 else 0)))]
    return [_joined(row) for row in out]


def _width(row: Sequence[Cell]) -> int:
    return sum(len(text) for _, text in row)


def _joined(row: Sequence[Cell]) -> list[Cell]:
    out: list[Cell] = []
    for style, text in row:
        if out and out[-1][0] == style:
            out[-1] = (style, out[-1][1] + text)
        elif text:
            out.append((style, text))
    if out and not out[-1][0]:
        out[-1] = ("", out[-1][1].rstrip(" "))
    return [cell for cell in out if cell[1]]


# --- one view ----------------------------------------------------------------------------------


def _drawn(
    knowledge: Knowledge, layer: Layer, shown: Sequence[Mark], raster: _Raster, colour: bool, highlight: str,
) -> list[list[Cell]]:
    charts = atlas(knowledge)
    areas = [(area.role, area.shape) for role in ORDER for mark in shown for area in mark.areas
             if area.role == role and area.shape.view == raster.name]
    layers: list[tuple[str, _Mask]] = []
    # The whole of a view is a tint below the rest, lest it hide them.
    for role, shape in sorted(areas, key=lambda each: not each[1].whole):
        if role == "zone" and (shape.whole or shape.deep):
            continue
        layers.append(("light" if shape.whole and colour else role, _mask(charts, raster, charts.area(shape))))
    if highlight:
        layers += [("highlight", _mask(charts, raster, charts.area(shape)))
                   for shape in knowledge.map.zones.get(highlight, []) if shape.view == raster.name]
    body = _mask(charts, raster, (raster.drawing.outline,))
    behind = _mask(charts, raster, tuple(raster.drawing.behind)) if raster.drawing.behind else body
    grid = _coloured(raster, body, behind, layers) if colour else _lettered(raster, body, behind, layers)
    if layer.numbered:
        _write_numbers(knowledge, shown, raster, grid)
    return [*_title(raster), *map(_joined, grid), _edges(raster)]


def _coloured(raster: _Raster, body: _Mask, behind: _Mask, layers: Sequence[tuple[str, _Mask]]) -> list[list[Cell]]:
    lines = _line_pixels(raster)

    def inside_at(at: int) -> float:
        return max(body.parts[at], behind.parts[at])

    def pixel(x: int, y: int) -> Colour | None:
        at = y * body.wide + x
        inside = inside_at(at)
        if inside < 0.4:
            return None
        tint = _mix(SKIN, LANDMARK, 0.3) if at in lines else SKIN
        for role, mask in layers:
            if mask.parts[at] and not (role == "no_press" and (x + y) % 3):
                paint, strength = PAINT[role]
                tint = _mix(tint, paint, strength * mask.parts[at])
        around = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
        edge = inside < 0.97 or any(
            0 <= a < body.wide and 0 <= b < body.high and inside_at(b * body.wide + a) < 0.4 for a, b in around)
        return _mix(tint, RIM, 0.6) if edge else tint

    out = []
    for row in range(body.high // 2):
        line: list[Cell] = []
        for x in range(body.wide):
            over, under = pixel(x, 2 * row), pixel(x, 2 * row + 1)
            if over is None and under is None:
                line.append(("", " "))
            elif under is None and over is not None:
                line.append((f"fg:{_hex(over)}", "▀"))
            elif over is None and under is not None:
                line.append((f"fg:{_hex(under)}", "▄"))
            elif over is not None and under is not None:
                line.append((f"fg:{_hex(over)} bg:{_hex(under)}", "▀"))
        out.append(line)
    return out


def _lettered(raster: _Raster, body: _Mask, behind: _Mask, layers: Sequence[tuple[str, _Mask]]) -> list[list[Cell]]:
    def part(mask: _Mask, x: int, row: int) -> float:
        at = 2 * row * mask.wide + x
        return (mask.parts[at] + mask.parts[at + mask.wide]) / 2

    out = []
    for row in range(body.high // 2):
        line: list[Cell] = []
        for x in range(body.wide):
            inside = max(part(body, x, row), part(behind, x, row))
            sign = " " if inside < 0.35 else ":" if inside < 0.85 else "."
            for role, mask in layers:
                if part(mask, x, row) >= 0.5 and inside >= 0.35:
                    sign = LETTERS[role]
            line.append(("", sign))
        out.append(line)
    return out


def _write_numbers(knowledge: Knowledge, shown: Sequence[Mark], raster: _Raster, grid: list[list[Cell]]) -> None:
    spots = [(mark, raster.at(spot)) for mark in shown for spot in spots_of(knowledge, mark, raster.name)]
    taken: set[tuple[int, int]] = set()
    for (mark, _), (x, y) in zip(spots, apart([(x, y) for _, (x, y) in spots], 2.4), strict=True):
        text = str(mark.number)
        row, column = int(y // 2), round(x - len(text) / 2)
        free = ((r, c) for step in range(6) for r in (row + step, row - step) for c in (column, column - 1, column + 1)
                if 0 <= r < len(grid) and c >= 0 and c + len(text) <= len(grid[0])
                and not taken & {(r, c + i) for i in range(-1, len(text) + 1)})
        place = next(free, None)
        if place is None:
            continue
        r, c = place
        for i, digit in enumerate(text):
            grid[r][c + i] = (NUMBER if grid[r][c + i][0] or "▀" in _signs(grid) else "", digit)
            taken.add((r, c + i))


def _signs(grid: list[list[Cell]]) -> set[str]:
    return {text for row in grid for _, text in row}


def _title(raster: _Raster) -> list[list[Cell]]:
    lines = textwrap.wrap(raster.drawing.view.short, max(raster.wide, 5)) or [""]
    two = ["", *lines][-2:]
    return [[("bold", line[:raster.wide].center(raster.wide).rstrip())] for line in two]


def _edges(raster: _Raster) -> list[Cell]:
    spec = raster.drawing.view
    left, right = spec.edges if spec.both or not raster.mirrored else spec.edges[::-1]
    room = raster.wide
    if len(left) + len(right) + 1 > room:
        left, right = left[:max((room - 1) // 2, 1)], right[:max((room - 1) // 2, 0)]
    return [("", (left + " " * max(room - len(left) - len(right), 0) + right)[:room])]


# --- pixels ------------------------------------------------------------------------------------


def _mask(charts: Atlas, raster: _Raster, lines: Sequence[Line]) -> _Mask:
    known, key = _masks(charts), (raster.name, round(raster.scale, 6), raster.mirrored, tuple(lines))
    if key not in known:
        known[key] = _filled(raster, lines)
    return known[key]


@OnceForEach
def _masks(charts: Atlas) -> dict[tuple[str, float, bool, tuple[Line, ...]], _Mask]:
    """Pixels worked out so far: view, scale, mirrored and lines -> what they cover."""
    return {}


def _filled(raster: _Raster, lines: Sequence[Line], fine: int = 3) -> _Mask:
    wide, high = raster.wide, raster.high
    parts = [0.0] * (wide * high)
    for line in lines:
        moved = tuple(raster.at(point) for point in line)
        for step in range(high * fine):
            cuts = crossings(moved, (step + 0.5) / fine)
            for a, b in zip(cuts[::2], cuts[1::2], strict=False):
                for x in range(max(math.floor(a), 0), min(math.ceil(b), wide)):
                    at = (step // fine) * wide + x
                    parts[at] = min(1.0, parts[at] + (min(b, x + 1) - max(a, x)) / fine)
    return _Mask(wide, high, tuple(parts))


def _line_pixels(raster: _Raster) -> set[int]:
    found = set()
    for line in raster.drawing.lines:
        for x, y in (raster.at(point) for point in line):
            if 0 <= x < raster.wide and 0 <= y < raster.high:
                found.add(int(y) * raster.wide + int(x))
    return found


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share


def _hex(colour: Colour) -> str:
    # In steps, so that neighbours alike share one style.
    return "#" + "".join(f"{min(255, round(part / 5) * 5):02x}" for part in colour)


def _codes(word: str, full: bool) -> list[str]:
    if word == "bold":
        return ["1"]
    where, _, colour = word.partition(":#")
    red, green, blue = (int(colour[i:i + 2], 16) for i in (0, 2, 4))
    first = "38" if where == "fg" else "48"
    if full:
        return [first, "2", str(red), str(green), str(blue)]
    return [first, "5", str(_of_256(red, green, blue))]


def _of_256(red: int, green: int, blue: int) -> int:
    if max(red, green, blue) - min(red, green, blue) < 10:  # the ramp of greys is finer than the cube
        return 232 + min(23, max(0, round((red - 8) / 10)))
    steps = [min(range(6), key=lambda s: abs((0, 95, 135, 175, 215, 255)[s] - part)) for part in (red, green, blue)]
    return 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
