"""The picture of the leg as data."""

from __future__ import annotations

from typing import Literal

from triage.model.card import Card, Grade


class Shape(Card, frozen=True, kw_only=True):
    """A place in one view, in the percent of its frame: across from -100 to 100, along from 0 to 100.

    Exactly one of ellipse, polygon, strip and whole. How the frame lies stands in `rules/README.md`.
    """

    view: str
    ellipse: tuple[float, float, float, float] | None = None
    """Centre across and along, radius across and along."""
    polygon: tuple[tuple[float, float], ...] = ()
    """Corners of a smooth outline."""
    strip: tuple[float, float, float, float] | None = None
    """From and to across, from and to along: a band that follows the outline."""
    whole: bool = False
    """All of the view."""
    on: Literal["outline", "units"] = "outline"
    """The frame: the view's own, which follows its outline, or plain units of the drawing."""
    deep: bool = False
    """Lies under other muscles: drawn by its edge only."""
    say: str = ""
    """Its words, where no zone lies there."""
    at: tuple[float, float] | None = None
    """Where its number stands, in its frame, if not in its middle."""

    def __post_init__(self) -> None:
        kinds = (self.ellipse is not None) + bool(self.polygon) + (self.strip is not None) + self.whole
        if kinds != 1:
            raise ValueError("A shape is one of ellipse, polygon, strip and whole")
        if self.polygon and len(self.polygon) < 3:
            raise ValueError("A polygon has 3 corners at least")


class View(Card, frozen=True, kw_only=True):
    """One drawing of a right leg, in units of one percent of the length from knee crease to floor (0.44 cm)."""

    id: str = ""
    title: str
    short: str
    """The title where there is little room."""
    flip: bool = False
    """Drawn for the right leg as a mirror of these coordinates."""
    edges: tuple[str, str]
    """What lies at -100 and at 100 across."""
    along: tuple[float, float]
    """Where 0 and 100 along stand, from top to bottom."""
    outline: list[tuple[float, float]]
    """A smooth line through these points; a point that stands twice is a corner."""
    behind: list[list[tuple[float, float]]] = []
    """Smooth closed outlines of what lies behind it."""
    cuts: list[float] = []
    """Where the drawing is cut off, from top to bottom: no line is drawn along there."""
    both: bool = False
    """Shows both sides of the body: the other side is drawn, and mirrored it shows the left one."""
    lines: list[list[tuple[float, float]]] = []
    """Landmarks: thin smooth lines."""

    def __post_init__(self) -> None:
        if min(map(len, (self.outline, *self.behind))) < 3:
            raise ValueError("An outline has 3 points at least")
        if self.along[0] == self.along[1] or len({y for _, y in self.outline}) < 2:
            raise ValueError("A view is higher than nothing")


class MapPoint(Card, frozen=True, kw_only=True):
    """A muscle where sore spots are searched, and where they are said to be felt."""

    id: str = ""
    name: str
    condition: str
    find: str
    """Where to search, in words."""
    search: Shape | None = None
    """None: it is shown, never pressed."""
    strong: list[Shape] = []
    light: list[Shape] = []
    note: str = ""
    grade: Grade
    source: str


class NoPress(Card, frozen=True, kw_only=True):
    """A place that nobody should press, rub or roll."""

    id: str = ""
    name: str
    why: str
    grade: Grade
    source: str
    shapes: list[Shape]


class LegMap(Card, frozen=True, kw_only=True):
    """The picture of the leg as data."""

    views: dict[str, View] = {}
    zones: dict[str, list[Shape]] = {}
    """Options of pain.site; the first shape stands in the view that shows it best."""
    points: dict[str, MapPoint] = {}
    no_press: dict[str, NoPress] = {}
