"""`triage where [ZONE]`: every source that can hurt in a place; without a zone the places."""

from __future__ import annotations

import argparse
import sys

import msgspec

from triage.cli import arguments
from triage.frontends.terminal import print_screen
from triage.knowledge import reader
from triage.model import Block, Finding, Knowledge, Screen
from triage.presentation import picture
from triage.presentation.picture import SITE, Layer, Source
from triage.presentation.result_json import encode
from triage.support.atomic_files import write
from triage.support.errors import BadFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("zone", nargs="?", default="", help="an option of pain.site (default: list them)")
    arguments.add_drawing(parser)


def run(options: argparse.Namespace) -> int:
    """Print the sources of a zone, those said to be felt there from afar first; or write its picture."""
    knowledge = reader.load()
    sites = knowledge.findings.get(SITE)
    if sites is None:
        raise BadFile.of_file("findings", "missing", f"these rules have no finding '{SITE}'", missing=True)
    if options.svg and not knowledge.map.views:
        raise BadFile.of_file("map.yaml", "missing", "these rules have no map of the leg", missing=True)
    zone = arguments.known_id(sites.options, options.zone, "zone") if options.zone else ""
    drawn = Layer(sites=(zone,) if zone else (), side=options.side, numbered=not zone)
    if options.svg:
        write(options.svg, picture.svg(knowledge, drawn).encode(), over=options.force)
    found = picture.sources_of(knowledge, zone) if zone else []
    if options.json:
        body = {"zone": _zone(sites, zone), "sources": [msgspec.to_builtins(s) for s in found]} if zone else {
            "zones": [_zone(sites, each) for each in sites.options]}
        sys.stdout.buffer.write(encode({"schema": "triage-where/1", **body}))
    elif zone:
        print_screen(_sources(knowledge, sites, zone, found))
    else:
        print_screen(_zones(knowledge, sites))
    return 0


def _zone(sites: Finding, name: str) -> dict[str, str]:
    return {"id": name, "name": sites.label(name), "region": sites.options[name].inside}


def _zones(knowledge: Knowledge, sites: Finding) -> Screen:
    regions = knowledge.findings.get(sites.within)
    blocks = [Block(kind="title", text="Places where it can hurt")]
    rooms: dict[str, list[str]] = {}
    for name in sites.options:
        rooms.setdefault(_zone(sites, name)["region"], []).append(f"{name}: {sites.label(name)}")
    for room, items in rooms.items():
        head = regions.label(room) if regions is not None and room in regions.options else room
        blocks += [Block(kind="heading", text=head), Block(kind="list", items=tuple(items))]
    blocks.append(Block(kind="note", text="`triage where heel_back` lists what can hurt there, "
                        "`triage map` draws them all."))
    return Screen(tuple(blocks))


def _sources(knowledge: Knowledge, sites: Finding, zone: str, found: list[Source]) -> Screen:
    blocks = [Block(kind="title", text=f"{sites.label(zone)} ({zone})")]
    parts = [
        ("Sore spots elsewhere that are said to be felt here", [s for s in found if s.how == "strong"]),
        ("Sore spots elsewhere that are said to be felt here less", [s for s in found if s.how == "light"]),
        ("Dangers", [s for s in found if s.how == "named" and s.danger]),
        ("Others that can hurt here", [s for s in found if s.how == "named" and not s.danger]),
    ]
    for head, sources in parts:
        if sources:
            blocks += [Block(kind="heading", text=head),
                       Block(kind="list", items=tuple(_source(knowledge, source) for source in sources))]
    if not found:
        blocks.append(Block(kind="text", text="No card names this place."))
    blocks.append(Block(kind="note", text="A place alone never says what it is. The order is that of the cards, "
                        "not of likelihood."))
    return Screen(tuple(blocks))


def _source(knowledge: Knowledge, source: Source) -> str:
    points = [knowledge.map.points[name] for name in source.points]
    names = f": {', '.join(point.name for point in points)}" if points else ""
    return f"{'DANGER: ' if source.danger else ''}{source.name} ({source.id}){names}"
