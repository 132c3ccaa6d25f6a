"""The picture of the leg, drawn from the geometry in rules/map.yaml: as SVG, as cells of a terminal, as a list."""

from triage.presentation.picture.layers import (
    SITE,
    Layer,
    Source,
    marks,
    points_of,
    sources_of,
    views_for,
)
from triage.presentation.picture.listing import listing, plain
from triage.presentation.picture.site_picker import pointing
from triage.presentation.picture.svg import headline, svg
from triage.presentation.picture.terminal_cells import ansi, cells, letters, swatch

__all__ = [
    "SITE", "Layer", "Source", "ansi", "cells", "headline", "letters", "listing", "marks", "plain", "pointing",
    "points_of", "sources_of", "svg", "swatch", "views_for",
]
