"""The map of the leg: its shapes lie where they should, and each picture shows, and tells, what its list says."""

from __future__ import annotations

import ast
import inspect
import io
import json
import re
import sys
from collections import Counter
from xml.etree import ElementTree

import pytest

from tests.conftest import RULES
from tests.helpers import small
from triage.cli import main
from triage.knowledge import reader
from triage.presentation import picture
from triage.presentation.picture import Layer
from triage.presentation.picture.geometry import atlas, smooth, within
from triage.presentation.picture.layers import SITE, marks
from triage.presentation.picture.svg import hatch
from triage.verification import lint
from triage.verification.lint import leg_map

SOLEUS = "soleus_trigger_points"
SVG = "{http://www.w3.org/2000/svg}"
TRIGGER_POINTS = sorted(path.stem for path in (RULES / "conditions").glob("*_trigger_points.yaml"))
LAYERS = {
    "all": Layer(numbered=True),
    "all and more": Layer(numbered=True, all_zones=True, sites=("heel_back",), points=True, no_press=True),
    "pain": Layer(sites=("calf_lower_inner", "heel_under_inner"), spreads=("arch",), side="left"),
    "whole": Layer(sites=("leg_all", "sole_whole", "thigh_groin"), side="both"),
    "points of a site": Layer(sites=("heel_back",), points=True),
    "no press": Layer(no_press=True, numbered=True),
    "one view": Layer(conditions=(SOLEUS,), points=True, views=("back",), numbered=True),
    "a danger": Layer(conditions=("dvt",), numbered=True),
    "nothing known": Layer(conditions=("fibromyalgia",), numbered=True),
    **{name: Layer(conditions=(name,), points=True, no_press=True, numbered=True) for name in TRIGGER_POINTS},
}


@pytest.fixture(params=LAYERS, ids=list(LAYERS))
def layer(request) -> Layer:
    return LAYERS[request.param]


# --- the map ---


def test_every_zone_has_a_shape(knowledge):
    assert set(knowledge.map.zones) == set(knowledge.findings[SITE].options)
    assert all(knowledge.map.zones.values())


def test_the_views_are_those_of_the_issue(knowledge):
    assert list(knowledge.map.views) == ["back", "inner", "outer", "front", "sole", "top", "low_back", "thigh"]


def test_shapes_lie_within_the_outline_of_their_view(knowledge):
    charts = atlas(knowledge)
    for part, shape in leg_map._shapes(knowledge):
        assert leg_map._inside(charts, shape) > 0.9, (part, shape)


def test_no_search_area_touches_a_place_where_nobody_should_press(knowledge):
    charts = atlas(knowledge)
    for point in knowledge.map.points.values():
        for place in knowledge.map.no_press.values():
            for shape in place.shapes:
                assert point.search is None or charts.shared(point.search, shape) == 0, (point.id, place.id)


def test_what_cannot_be_pressed_safely_is_shown_without_a_search_area(knowledge):
    shown_only = {point.id for point in knowledge.map.points.values() if point.search is None}
    assert shown_only == {"gastrocnemius_top", "popliteus", "plantaris"}


def test_every_card_of_sore_spots_has_its_points_but_that_of_the_hip(knowledge):
    """For the small muscle of the hip no source gives a place that could be drawn."""
    drawn = {point.condition for point in knowledge.map.points.values()}
    assert drawn == set(TRIGGER_POINTS) - {"gluteus_minimus_trigger_points"}


def test_a_point_is_felt_strongly_only_where_its_card_says_or_beside(knowledge):
    beside = {("abductor_hallucis", "heel_sides")}
    for point in knowledge.map.points.values():
        felt = atlas(knowledge).covered(point.strong)
        assert {(point.id, zone) for zone in felt if zone not in knowledge.conditions[point.condition].zones} <= beside


def test_a_point_on_the_map_hits_its_zone(knowledge):
    assert atlas(knowledge).hit("back", 0, 94)[0] == "heel_back"
    assert atlas(knowledge).hit("back", -6, 30) == ("calf_upper_inner", "calf_deep", "leg_all")
    assert atlas(knowledge).hit("back", 90, 30) == ()


def test_a_smooth_line_goes_through_its_points_and_keeps_its_corners():
    line = smooth([(0, 0), (0, 0), (10, 0), (10, 0), (10, 10), (0, 10)], closed=True)
    assert {(0, 0), (10, 0), (10, 10), (0, 10)} <= set(line)
    assert all(y == 0 for x, y in line if 0 < x < 10 and y < 0.5)


def test_a_hatch_stays_inside_its_area(knowledge):
    square = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
    strokes = hatch(square, 1.0)
    assert len(strokes) > 10
    assert all(-1e-6 <= value <= 10 + 1e-6 for stroke in strokes for point in stroke for value in point)


# --- the picture on paper ---


def test_each_picture_is_xml_with_title_and_description_and_presentation_attributes_only(knowledge, layer):
    root = ElementTree.fromstring(picture.svg(knowledge, layer))
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text
    assert root[1].text
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "title", "desc", "rect", "path", "line", "circle", "text"}
        assert not {"style", "class", "id", "href", "clip-path", "filter"} & set(element.attrib)
        assert not [name for name in element.attrib if name.startswith("on")]


def test_the_description_says_what_the_list_says(knowledge, layer):
    described = ElementTree.fromstring(picture.svg(knowledge, layer))[1].text or ""
    for line in picture.listing(knowledge, layer):
        assert line in described


def test_the_list_names_and_numbers_everything_drawn(knowledge, layer):
    lines = picture.listing(knowledge, layer)
    shown = marks(knowledge, layer)
    assert [int(line.partition(".")[0]) for line in lines] == list(range(1, len(shown) + 1))
    for mark, line in zip(shown, lines, strict=True):
        assert mark.name in line
        assert mark.areas


def test_every_number_of_the_key_stands_in_the_picture_too(knowledge, layer):
    if not layer.numbered:
        return
    root = ElementTree.fromstring(picture.svg(knowledge, layer))
    numbers = Counter(text.text for text in root.iter(f"{SVG}text") if (text.text or "").isdigit())
    views = picture.views_for(knowledge, layer)
    for mark in marks(knowledge, layer):
        drawn = any(area.shape.view in views for area in mark.areas)
        assert numbers[str(mark.number)] >= (2 if drawn else 1), mark.id


def test_everything_drawn_lies_on_the_paper(knowledge, layer):
    for width in (85, 170, 277):
        root = ElementTree.fromstring(picture.svg(knowledge, layer, width))
        _, _, wide, high = map(float, root.attrib["viewBox"].split())
        assert wide == width
        for element in root.iter(f"{SVG}path"):
            numbers = list(map(float, re.findall(r"-?[\d.]+", element.attrib["d"])))
            assert min(numbers) >= 0
            assert max(numbers[::2]) <= wide
            assert max(numbers[1::2]) <= high


def test_a_picture_of_all_places_fits_a_page(knowledge):
    root = ElementTree.fromstring(picture.svg(knowledge, Layer(numbered=True)))
    assert float(root.attrib["height"].removesuffix("mm")) <= 257


def test_search_areas_are_labelled_as_no_proof(knowledge):
    layer = LAYERS[SOLEUS]
    assert "Search area, not proof" in picture.svg(knowledge, layer)
    assert any("not proof" in line for line in picture.listing(knowledge, layer))
    assert ("S", "search area, not proof") in picture.letters(knowledge, layer)


@pytest.mark.parametrize("view", ["back", "inner", "outer", "front", "sole", "top"])
def test_the_left_leg_is_the_mirror_of_the_right_one(knowledge, view):
    """Point by point: what stands x from the left edge of one stands x from the right edge of the other."""
    def areas(side: str) -> list[list[tuple[float, float]]]:
        layer = Layer(sites=tuple(knowledge.findings[SITE].options), side=side, views=(view,))
        root = ElementTree.fromstring(picture.svg(knowledge, layer))
        paths = [element.attrib["d"] for element in root.iter(f"{SVG}path")]
        return [[(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)] for path in paths]

    key = 1  # the swatch of the key is the same in both
    right, left = areas("right")[:-key], areas("left")[:-key]
    assert len(right) == len(left) > 2
    sums = [a[0] + b[0] for one, other in zip(right, left, strict=True) for a, b in zip(one, other, strict=True)]
    assert max(sums) - min(sums) < 0.05
    assert all(a[1] == b[1] for one, other in zip(right, left, strict=True) for a, b in zip(one, other, strict=True))


def test_the_big_toe_is_where_the_person_sees_it(knowledge):
    """A right foot from above has it on the left, its sole with the toes up on the right."""
    views = knowledge.map.views
    assert [views[name].flip for name in ("top", "sole", "back", "front", "outer", "inner")] == [
        False, True, False, True, False, True]


def test_zones_alone_need_only_the_view_that_shows_them_best(knowledge):
    assert picture.views_for(knowledge, Layer(sites=("calf_lower_inner",))) == ("back",)
    assert picture.views_for(knowledge, LAYERS[SOLEUS]) == ("back", "sole", "low_back")
    assert picture.views_for(knowledge, Layer(sites=("heel_back",), views=("inner",))) == ("inner",)


def test_a_zone_to_name_keeps_the_number_of_the_question(knowledge):
    shown = marks(knowledge, Layer(all_zones=True, sites=("heel_back",)))
    assert [mark.id for mark in shown] == list(knowledge.findings[SITE].options)
    assert {mark.id for mark in shown if mark.areas[0].role == "pain"} == {"heel_back"}


# --- the picture in a terminal ---


@pytest.mark.parametrize("columns", [8, 20, 44, 80, 132])
@pytest.mark.parametrize("colour", [True, False])
def test_cells_are_never_wider_than_the_terminal(knowledge, layer, columns, colour):
    for row in picture.cells(knowledge, layer, columns, colour):
        assert sum(len(text) for _, text in row) <= columns


def test_cells_without_colour_are_plain_ascii(knowledge, layer):
    rows = picture.cells(knowledge, layer, 80, colour=False)
    assert all(text.isascii() and style in ("", "bold") for row in rows for style, text in row)


def test_cells_in_colour_have_styles_that_prompt_toolkit_reads(knowledge):
    styles = {style for row in picture.cells(knowledge, LAYERS[SOLEUS], 80, colour=True) for style, _ in row}
    words = {word for style in styles for word in style.split()}
    assert len(words) > 10
    assert all(re.fullmatch(r"(fg|bg):#[0-9a-f]{6}|bold", word) for word in words)


def test_letters_show_what_is_drawn(knowledge):
    text = "".join(text for row in picture.cells(knowledge, LAYERS[SOLEUS], 80, colour=False) for _, text in row)
    for letter, _ in picture.letters(knowledge, LAYERS[SOLEUS]):
        assert letter in text


def test_the_highlighted_zone_is_bright_in_both(knowledge):
    layer = Layer(views=("back",))
    plain, bright = (picture.cells(knowledge, layer, 44, False, highlight) for highlight in ("", "calf_upper_inner"))
    assert "H" not in str(plain)
    assert "H" in "".join(text for row in bright for _, text in row)
    assert picture.cells(knowledge, layer, 44, True, "calf_upper_inner") != picture.cells(knowledge, layer, 44, True)


@pytest.mark.parametrize("rows", [12, 18, 24])
def test_a_view_can_be_held_in_so_many_rows(knowledge, rows):
    layer = Layer(sites=("heel_back",), views=("back",))
    assert len(picture.cells(knowledge, layer, 80, True, rows=rows)) <= rows


def test_escape_sequences_of_256_and_of_all_colours(knowledge):
    rows = picture.cells(knowledge, LAYERS["pain"], 44, colour=True)
    full, fewer = (picture.ansi(rows, full) for full in (True, False))
    assert any("38;2;" in line for line in full)
    assert any("38;5;" in line for line in fewer)
    assert not any("38;2;" in line for line in fewer)


# --- the index, both ways ---


def test_the_index_goes_both_ways(knowledge):
    for zone in knowledge.findings[SITE].options:
        named = {card.id for card in knowledge.conditions.values() if zone in card.zones}
        assert {source.id for source in picture.sources_of(knowledge, zone)} == named
    for card in knowledge.conditions.values():
        for zone in card.zones:
            assert card.id in {source.id for source in picture.sources_of(knowledge, zone)}


def test_every_zone_of_a_card_is_reached_by_its_picture(knowledge):
    for card in knowledge.conditions.values():
        shown = marks(knowledge, Layer(conditions=(card.id,), points=True))
        shapes = [area.shape for mark in shown for area in mark.areas if area.role != "search"]
        covered = set(atlas(knowledge).covered(shapes))
        assert set(card.zones) <= covered, card.id


def test_strong_comes_before_light_before_dangers_before_others(knowledge):
    found = picture.sources_of(knowledge, "achilles_mid")
    assert [(s.id, s.how) for s in found[:2]] == [("tibialis_posterior_trigger_points", "strong"), (SOLEUS, "light")]
    rest = [source.danger for source in found if source.how == "named"]
    assert rest == sorted(rest, reverse=True)
    assert any(rest)


# --- the commands ---


@pytest.fixture
def run(capsysbinary, monkeypatch):
    monkeypatch.setenv("TRIAGE_RULES", str(RULES))

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code = main([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in out + err
        return code, out.decode(), err.decode()

    return call


def test_where_lists_every_source_of_a_zone(run, knowledge):
    code, out, _ = run("where", "heel_back")
    assert code == 0
    for source in picture.sources_of(knowledge, "heel_back"):
        assert source.id in out.replace("\n ", "")
    code, out, _ = run("where", "heel_back", "--json")
    told = json.loads(out)
    assert [s["id"] for s in told["sources"]] == [s.id for s in picture.sources_of(knowledge, "heel_back")]
    assert told["zone"]["region"] == "heel"


def test_where_without_a_zone_lists_the_zones(run, knowledge):
    code, out, _ = run("where")
    assert code == 0
    assert all(zone in out for zone in knowledge.findings[SITE].options)
    told = json.loads(run("where", "--json")[1])
    assert [zone["id"] for zone in told["zones"]] == list(knowledge.findings[SITE].options)


def test_map_draws_and_lists(run, knowledge):
    code, out, _ = run("map", SOLEUS)
    assert code == 0
    assert out.isascii()
    assert "Soleus, lower inner spot" in out
    assert "search area, not proof" in out
    told = json.loads(run("map", SOLEUS, "--json")[1])
    assert told["views"] == ["back", "sole", "low_back"]
    assert told["list"] == picture.listing(knowledge, LAYERS[SOLEUS])
    strong = next(area for area in told["marks"][0]["areas"] if (area["role"], area["view"]) == ("strong", "back"))
    assert strong["zones"] == ["heel_back"]


def test_map_without_a_condition_numbers_every_zone(run, knowledge):
    told = json.loads(run("map", "--json")[1])
    assert [mark["id"] for mark in told["marks"]] == list(knowledge.findings[SITE].options)
    assert [mark["number"] for mark in told["marks"]] == list(range(1, 32))


def test_map_in_plain_lines_is_the_list_alone(run):
    code, out, _ = run("--plain", "map", SOLEUS)
    assert code == 0
    assert "RRR" not in out
    assert "1. Soleus, lower inner spot" in out


@pytest.mark.parametrize("arguments", [["map", SOLEUS], ["map"], ["where", "heel_back"], ["where"]])
def test_a_picture_is_written_once_and_over_another_only_by_force(run, tmp_path, arguments):
    file = tmp_path / "leg.svg"
    assert run(*arguments, "--svg", file)[0] == 0
    right = file.read_text(encoding="utf-8")
    assert ElementTree.fromstring(right).tag == f"{SVG}svg"
    code, out, err = run(*arguments, "--svg", file, "--side", "left")
    assert (code, out) == (73, "")
    assert "--force" in err
    assert file.read_text(encoding="utf-8") == right
    assert run(*arguments, "--svg", file, "--side", "left", "--force")[0] == 0
    assert "Left leg" in file.read_text(encoding="utf-8")


def test_a_picture_that_cannot_be_written_is_a_sentence(run, tmp_path):
    for file in (tmp_path / "nowhere" / "leg.svg", tmp_path):
        for force in ([], ["--force"]):
            code, out, err = run("map", SOLEUS, "--svg", file, *force)
            assert (code, out) == (73, "")
            assert err.startswith(str(file))
            assert err.count("\n") == 1


@pytest.mark.parametrize(("arguments", "hint"), [
    (["where", "heel_bak"], "heel_back"), (["where", "xyz"], ""),
    (["map", "soleus_trigger_point"], SOLEUS), (["map", "heel_back"], ""),
])
def test_a_name_that_is_not_known_is_one_sentence_with_a_guess(run, arguments, hint):
    code, out, err = run(*arguments)
    assert (code, out) == (65, "")
    assert err.count("\n") == 1
    assert not hint or f"did you mean '{hint}'" in err


def test_rules_without_a_map_say_so(run, tmp_path):
    rules = small.write(tmp_path)
    assert reader.load(rules).map.views == {}
    code, out, err = run("--rules", rules, "map", "sore_calf")
    assert (code, out) == (66, "")
    assert "map.yaml" in err
    assert run("--rules", rules, "where", "calf_low")[0] == 0
    assert run("--rules", rules, "where", "calf_low", "--svg", tmp_path / "leg.svg")[0] == 66


# --- faults ---

MAP = """\
views:
  back:
    title: From behind
    short: Behind
    edges: [inner, outer]
    along: [0, 100]
    outline: [[-10, 0], [-10, 0], [-10, 100], [-10, 100], [10, 100], [10, 100], [10, 0], [10, 0]]
zones:
  heel_back: [{view: back, ellipse: [0, 90, 50, 8]}]
  calf_low: [{view: back, strip: [-90, 90, 20, 60]}]
points:
  spot:
    name: A spot
    condition: sore_calf
    find: in the calf
    search: {view: back, ellipse: [0, 40, 20, 5]}
    strong: [{view: back, polygon: [[-40, 84], [40, 84], [0, 96]]}]
    grade: tradition
    source: book
no_press:
  knee:
    name: The hollow of the knee
    why: Vessels lie there
    grade: consensus
    source: book
    shapes: [{view: back, strip: [-50, 50, 0, 15]}]
"""
DAMAGES = [
    ("  heel_back: [{view", "  heel_bak: [{view", {"unknown-option", "zone"}, "heel_back"),
    ("  calf_low: [{view: back, strip: [-90, 90, 20, 60]}]\n", "", {"zone"}, ""),
    ("strip: [-90, 90, 20, 60]", "strip: [90, 290, 20, 60]", {"outside"}, ""),
    ("search: {view: back, ellipse: [0, 40", "search: {view: back, ellipse: [0, 12", {"no-press"}, ""),
    ("condition: sore_calf", "condition: sore_calv", {"unknown-id"}, "sore_calf"),
    ("[{view: back, polygon", "[{view: bak, polygon", {"unknown-view"}, "back"),
    ("    source: book\nno_press", "    source: bok\nno_press", {"unknown-source"}, "book"),
    ("grade: consensus", "grade: consensos", {"shape"}, "consensus"),
    ("why: Vessels lie there", "why: An idiopathic thrombosis lies there", {"jargon"}, ""),
    ("ellipse: [0, 90, 50, 8]", "ellipse: [0, 90, 50, 8], whole: true", {"shape"}, ""),
    ("ellipse: [0, 90, 50, 8]", "elipse: [0, 90, 50, 8]", {"unknown-key"}, "ellipse"),
    ("polygon: [[-40, 84], [40, 84], [0, 96]]", "polygon: [[-40, 84], [40, 84]]", {"shape"}, ""),
    ("ellipse: [0, 90, 50, 8]", "ellipse: [0, 90, 50]", {"shape"}, ""),
    ("along: [0, 100]", "along: [100, 100]", {"shape"}, ""),
    ("[{view: back, ellipse: [0, 90, 50, 8]}]", "none", {"shape"}, ""),
    ("[{view: back, ellipse: [0, 90, 50, 8]}]", "[]", {"shape"}, ""),
    ("views:\n", "view:\n", {"unknown-key"}, "views"),
]


@pytest.fixture
def rules(tmp_path):
    folder = small.write(tmp_path)
    (folder / "map.yaml").write_text(MAP, encoding="utf-8")
    return folder


def test_the_map_to_be_damaged_has_no_fault(rules):
    assert lint.faults(rules) == []


@pytest.mark.parametrize(("old", "new", "codes", "guess"), DAMAGES)
def test_a_fault_of_the_map_is_told_with_code_place_and_guess(rules, old, new, codes, guess):
    assert MAP.count(old) == 1
    (rules / "map.yaml").write_text(MAP.replace(old, new), encoding="utf-8")
    told = lint.faults(rules)
    assert {fault.code for fault in told} <= codes
    assert told
    assert {fault.file for fault in told} <= {"rules/map.yaml", "rules/findings/pain.yaml"}
    assert all(fault.line > 1 or fault.code == "unknown-key" for fault in told)
    assert not guess or any(f"did you mean '{guess}'?" in fault.message for fault in told)


def test_every_code_of_the_map_is_met_above():
    codes = {node.value.elts[1].value for node in ast.walk(ast.parse(inspect.getsource(leg_map)))
             if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple)}
    assert codes <= set().union(*(damage[2] for damage in DAMAGES))


def test_a_part_of_the_map_that_is_no_mapping_is_a_fault(rules):
    for part in ("views", "zones", "points", "no_press"):
        (rules / "map.yaml").write_text(f"{part}: [a]\n", encoding="utf-8")
        assert [(fault.code, fault.line) for fault in lint.faults(rules)] == [("shape", 1)]


def test_within_takes_any_of_several_areas():
    square = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
    far = tuple((x + 10, y) for x, y in square)
    assert within((1, 1), (square, far))
    assert within((11, 1), (square, far))
    assert not within((5, 1), (square, far))
