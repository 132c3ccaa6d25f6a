"""The course of a complaint drawn: as one line of the terminal a place, or as an SVG of plain shapes. Pure.

Of what is expected only the days and the words of the card are drawn; no card says how much pain there should be.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from msgspec.structs import replace

from triage.model import Knowledge
from triage.presentation.svg_tags import short, tag, text_at
from triage.presentation.wording import day_in_words, place_in_words
from triage.records.follow_up import Course, Series

BLOCKS, DIGITS = "▁▂▃▄▅▆▇█", "0123456789X"
INK, SOFT, FAINT = "#3a3a3a", "#6b6b6b", "#dcdcd8"
PAINT = (("#1f4e79", "none", "circle"), ("#a03000", "7 3", "square"), ("#00665a", "2 3", "diamond"),
         ("#6a3d7c", "10 3 2 3", "triangle"))
"""Colour, dashes and mark of each place: told apart without colour too."""
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
WIDTH, LEFT, RIGHT, TOP, HEIGHT = 900, 70, 40, 106, 264
NORMAL, SMALL, TITLE = 14, 12, 19
LETTERS = 122
"""Letters of NORMAL size that fit into a line."""
MAX_POINTS = 300
"""Points of a picture, of all places together."""


def strip(knowledge: Knowledge, course: Course, width: int, unicode_ok: bool) -> list[str]:
    """Each place with its line over the days, and the days under them. ASCII shows the scores as digits, 10 as X."""
    course = _thinned(course)
    dot, wall = ("·", "┆") if unicode_ok else (".", "|")
    columns = max(8, min(width, _span(course) + 1 if _span(course) > 30 else 2 * _span(course) + 1))
    out: list[str] = []
    for each in course.places:
        cells = [dot] * columns
        for day in _days(course):
            cells[_column(day, course, columns)] = wall
        worst: dict[int, int] = {}
        for day, score in dict(each.scores).items():  # of one day the last counts, of one column the worst
            at = _column(day, course, columns)
            worst[at] = max(worst.get(at, 0), score)
        for at, score in worst.items():
            cells[at] = BLOCKS[(score * 7 + 5) // 10] if unicode_ok else DIGITS[score]
        out += [place_in_words(knowledge, each.place), "".join(cells)]
    axis = [" "] * (columns + 4)
    for day in (0, *_days(course), course.day):
        at, text = _column(day, course, columns), str(day)
        if not "".join(axis[max(0, at - 1): at + len(text) + 1]).strip():
            axis[at: at + len(text)] = text
    return [*out, "".join(axis).rstrip()] if out else []


def _thinned(course: Course) -> Course:
    """The course with no more points than can be told apart: of many the first, the last, the worst between them."""
    most = max(MAX_POINTS // max(1, len(course.places)), 3)
    places = []
    for each in course.places:
        scores = each.scores
        if len(scores) > most:
            middle = scores[1:-1]
            size = -(-len(middle) // (most - 2))
            worst = (max(middle[at: at + size], key=lambda point: point[1]) for at in range(0, len(middle), size))
            scores = (scores[0], *worst, scores[-1])
        places.append(Series(each.place, scores))
    return replace(course, places=tuple(places))


def marks(course: Course) -> list[tuple[int, str]]:
    """The days that the card names, and what they mean."""
    days = [(course.easier_by, f"should be easier by day {course.easier_by}")]
    if course.see_by:
        days.append((course.see_by, f"be seen by day {course.see_by} if it is not"))
    return days


def svg(knowledge: Knowledge, course: Course, title: str, words: Sequence[str]) -> str:
    """One self-contained picture with <title> and <desc>. `words`: what is expected, as the card says it."""
    course = _thinned(course)
    out: list[str] = []
    bottom = TOP + HEIGHT
    out += _grid(course)
    for at, (day, text) in enumerate(marks(course)):
        x, high = _x(day, course), TOP - 24 + 17 * at
        left = x > WIDTH / 2
        out.append(_line((x, high + 4), (x, bottom), INK, 1.2, "5 4" if at else "none"))
        out.append(text_at(text, x - 5 if left else x + 5, high, SMALL, anchor="end" if left else "start", fill=INK))
    for at, each in enumerate(course.places):
        out += _series(course, each, at)
    y = bottom + 58
    for at, each in enumerate(course.places):
        colour, dashes, mark = PAINT[at % len(PAINT)]
        text = f"{place_in_words(knowledge, each.place)}: {each.start} at the start, {each.now} now"
        out.append(_line((LEFT, y - 5), (LEFT + 44, y - 5), colour, 2.2, dashes))
        out.append(_mark(mark, LEFT + 22, y - 5, colour))
        out.append(text_at(text, LEFT + 54, y, NORMAL, fill=INK))
        y += 22
    y += 8
    for line in (line for each in words for line in textwrap.wrap(each, LETTERS)):
        out.append(text_at(line, LEFT, y, NORMAL, fill=SOFT))
        y += 19
    height = y + 8
    description = []
    for each in course.places:
        scores = ", ".join(f"{score} on day {day}" for day, score in each.scores)
        description.append(f"{place_in_words(knowledge, each.place)}: {scores}.")
    description += [f"{text.capitalize()}." for _, text in marks(course)]
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{short(height)}" '
        f'viewBox="0 0 {WIDTH} {short(height)}" role="img" font-family={quoteattr(FONT)}>',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(' '.join([*description, *words]))}</desc>",
        tag("rect", x=0, y=0, width=WIDTH, height=height, fill="#ffffff"),
        *(text_at(line, LEFT, 34 + 23 * at, TITLE if at == 0 else NORMAL, bold=at == 0, fill=INK)
          for at, line in enumerate(textwrap.wrap(title, 84)[:1])),
        text_at(f"Worst pain in 24 hours, 0 to 10, since {day_in_words(course.started)}", LEFT, 57, NORMAL, fill=SOFT),
    ]
    return "\n".join([*head, *out, "</svg>"]) + "\n"


def _grid(course: Course) -> list[str]:
    """The band until it should be easier, the scale, the days."""
    bottom, right = TOP + HEIGHT, WIDTH - RIGHT
    easier = _x(course.easier_by, course)
    out = [tag("rect", x=LEFT, y=TOP, width=easier - LEFT, height=HEIGHT, fill="#eef3f6")]
    for score in range(0, 11):
        y = _y(score)
        out.append(_line((LEFT, y), (right, y), FAINT))
        if score % 2 == 0:
            out.append(text_at(str(score), LEFT - 12, y + 4.5, NORMAL, anchor="end", fill=INK))
    span = _span(course)
    step = next((s for s in (1, 2, 7, 14, 28, 56, 91, 182, 364) if span / s <= 13), max(1, span // 10))
    for day in range(0, span + 1, step):
        x = _x(day, course)
        out.append(_line((x, bottom), (x, bottom + 5), INK))
        out.append(text_at(str(day), x, bottom + 20, NORMAL, anchor="middle", fill=INK))
    out.append(_line((LEFT, bottom), (right, bottom), INK, 1.2))
    out.append(text_at("days", right, bottom + 36, SMALL, fill=SOFT, anchor="end"))
    return out


def _series(course: Course, each: Series, at: int) -> list[str]:
    colour, dashes, mark = PAINT[at % len(PAINT)]
    # Lines of the same score would lie on each other.
    shift = 3.6 * (at - (len(course.places) - 1) / 2)
    points = [(_x(day, course), _y(score) + shift) for day, score in each.scores]
    along = " ".join(f"{short(x)},{short(y)}" for x, y in points)
    line = tag("polyline", points=along, fill="none", stroke=colour, stroke_width=2.2, stroke_linejoin="round",
                stroke_dasharray=dashes)
    return [*([line] if len(points) > 1 else []), *(_mark(mark, x, y, colour) for x, y in points)]


def _line(
    begin: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1, dashes: str = "none"
) -> str:
    return tag("line", x1=begin[0], y1=begin[1], x2=end[0], y2=end[1], stroke=colour, stroke_width=width,
                stroke_dasharray=dashes)


def _mark(kind: str, x: float, y: float, colour: str) -> str:
    ends: dict[str, object] = {"fill": colour, "stroke": "#ffffff", "stroke_width": 1.2}
    if kind == "circle":
        return tag("circle", cx=x, cy=y, r=5, **ends)
    if kind == "square":
        return tag("rect", x=x - 4.6, y=y - 4.6, width=9.2, height=9.2, **ends)
    corners = [(0, -6), (6, 0), (0, 6), (-6, 0)] if kind == "diamond" else [(0, -6), (5.6, 4.4), (-5.6, 4.4)]
    return tag("polygon", points=" ".join(f"{short(x + dx)},{short(y + dy)}" for dx, dy in corners), **ends)


def _span(course: Course) -> int:
    """The days that are drawn: to the last one that matters, or the last entry."""
    last = max((day for each in course.places for day, _ in each.scores), default=0)
    return max(1, course.day, last, *_days(course))


def _days(course: Course) -> list[int]:
    return [day for day, _ in marks(course)]


def _column(day: int, course: Course, columns: int) -> int:
    return round(min(day, _span(course)) / _span(course) * (columns - 1))


def _x(day: int, course: Course) -> float:
    return LEFT + day / _span(course) * (WIDTH - LEFT - RIGHT)


def _y(score: float) -> float:
    return TOP + HEIGHT - score / 10 * HEIGHT
