"""The picture of the leg, drawn from the geometry in rules/map.yaml: as SVG, as cells of a terminal, as a list."""

from triage.picture.cells import ansi, cells, letters, swatch
from triage.picture.marks import SITE, Layer, Source, marks, points_of, sources_of, views_for
from triage.picture.pointing import pointing
from triage.picture.svg import headline, svg
from triage.picture.words import listing, plain

__all__ = [
    "SITE", "Layer", "Source", "ansi", "cells", "headline", "letters", "listing", "marks", "plain", "pointing",
    "points_of", "sources_of", "svg", "swatch", "views_for",
]
