"""The pages tell of the house as it is: the drawing is made from the imports, links lead somewhere."""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path

import pytest

from tests import import_drawing
from tests.conftest import ROOT, RULES

DOCS = ROOT / "triage" / "docs"
EXAMPLES = sorted((ROOT / "tests" / "examples").glob("*.py"))


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


def test_the_examples_of_the_python_api_come_out_as_the_page_says(monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))
    failed, tried = doctest.testfile(str(DOCS / "api.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert tried > 10
    assert failed == 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_runs(path, monkeypatch, capsys):
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out


@pytest.mark.parametrize("page", [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / ".github/CONTRIBUTING.md"],
                         ids=lambda path: path.name)
def test_each_link_of_a_page_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", [DOCS / "architecture.md", ROOT / ".github/CONTRIBUTING.md"],
                         ids=lambda path: path.name)
def test_each_file_that_a_page_sends_to_is_there(page):
    for name in re.findall(r"`((?:triage|rules|tests|\.ci)/[A-Za-z0-9_./-]+)`", page.read_text(encoding="utf-8")):
        if "NAME" not in name and "ID" not in name:
            assert Path(ROOT / name).exists(), name
