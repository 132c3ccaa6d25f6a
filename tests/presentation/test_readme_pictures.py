"""The pictures of the README show the rules and screens of today: `python -m tests.pictures` makes them anew."""

from __future__ import annotations

import html
import re

import pytest

from tests import pictures
from tests.helpers.meaning import of_svg


def test_the_session_in_the_readme_is_what_a_person_sees(knowledge, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PROMPT_TOOLKIT_COLOR_DEPTH", "DEPTH_24_BIT")
    shown = (pictures.FOLDER / "session.svg").read_text(encoding="utf-8")
    assert words(pictures.session(knowledge)) == words(shown)
    assert "Lowercalf,innerhalf" in words(shown)


def words(svg: str) -> str:
    """What is written in it, without the white space, whatever draws it."""
    return "".join(html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", svg, flags=re.DOTALL)).split())


def test_the_map_in_the_readme_is_what_the_command_draws(knowledge):
    assert of_svg(pictures.leg(knowledge)) == of_svg((pictures.FOLDER / "map.svg").read_text(encoding="utf-8"))


def test_every_picture_stands_in_the_readme():
    readme = (pictures.ROOT / "README.md").read_text(encoding="utf-8")
    for picture in pictures.FOLDER.iterdir():
        if picture.suffix in (".svg", ".png"):
            assert f"tests/readme/{picture.name}" in readme
