"""The pages tell of the house as it is: the drawing is made from the imports, links lead somewhere."""

from __future__ import annotations

from tests import import_drawing


def test_the_drawing_of_the_packages_is_that_of_the_imports():
    """Make it anew with: python -m tests.import_drawing"""
    assert import_drawing.DRAWING.read_text(encoding="utf-8") == import_drawing.drawing()


def test_no_arrow_of_the_drawing_points_up_and_none_is_lost():
    arrows = import_drawing.imports()
    at = import_drawing.floors(arrows)
    assert all(at[name] > at[near] for name, into in arrows.items() for near in into)
    drawn = import_drawing.reduced(arrows)
    assert all(import_drawing.reach(drawn, name) == import_drawing.reach(arrows, name) for name in arrows)


def test_no_two_packages_stand_in_one_place():
    at = import_drawing.floors(import_drawing.imports())
    assert len({(floor, import_drawing.COLUMN.get(name, 1)) for name, floor in at.items()}) == len(at)
