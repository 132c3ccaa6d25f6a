"""The drawing of the packages, made from the imports: `python -m tests.import_drawing`.

A package stands above all that it imports. An arrow that follows from two others is left out.
"""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "triage"
DRAWING = PACKAGE / "docs" / "architecture.svg"

WIDTH, BOX, HIGH, GAP, FLOOR = 960, 280, 62, 34, 100
"""Widths and heights in pixels: the drawing, a box, the gap between boxes, from floor to floor."""
COLUMN = {"frontends": 0, "dialogue": 0, "presentation": 0, "explanation": 0, "batch": 2}
"""Where a package stands from left to right, if not in the middle; its floor follows from the imports."""


def packages() -> dict[str, str]:
    """Name of each package -> its job, the first line of its docstring."""
    out = {}
    for init in sorted(PACKAGE.glob("*/__init__.py")):
        text = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
        out[init.parent.name] = text.splitlines()[0].replace("`", "")
    return out


def imports() -> dict[str, set[str]]:
    """Package -> the other packages that its modules import, anywhere in them."""
    known = packages()
    out: dict[str, set[str]] = {name: set() for name in known}
    for name in known:
        for path in (PACKAGE / name).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "triage":
                    modules = [f"{node.module}.{alias.name}" for alias in node.names]
                elif isinstance(node, ast.Import):
                    modules = [alias.name for alias in node.names]
                else:
                    continue
                heads = {module.split(".")[1] for module in modules if module.startswith("triage.")}
                out[name] |= (heads & known.keys()) - {name}
    return out


def floors(arrows: dict[str, set[str]]) -> dict[str, int]:
    """Package -> its floor: 0 imports nothing, each other one stands above the highest that it imports."""
    out: dict[str, int] = {}

    def floor(name: str) -> int:
        if name not in out:
            out[name] = 1 + max(map(floor, arrows[name]), default=-1)
        return out[name]

    for name in arrows:
        floor(name)
    return out


def reach(arrows: dict[str, set[str]], name: str) -> set[str]:
    """All that a package imports, by itself or through others."""
    return arrows[name] | {far for near in arrows[name] for far in reach(arrows, near)}


def reduced(arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows without those that follow from two others (transitive reduction)."""
    return {name: {near for near in into if not any(near in reach(arrows, other) for other in into - {near})}
            for name, into in arrows.items()}


def drawing() -> str:
    """The drawing as SVG, the same bytes for the same imports."""
    jobs, arrows = packages(), imports()
    at = floors(arrows)
    top = max(at.values())
    place: dict[str, tuple[float, float]] = {}
    for name, floor in at.items():
        left = (WIDTH - 3 * BOX - 2 * GAP) / 2
        place[name] = left + COLUMN.get(name, 1) * (BOX + GAP), 20 + (top - floor) * FLOOR
    height = 40 + top * FLOOR + HIGH
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="title" font-family="system-ui, sans-serif">',
        '<title id="title">The packages of triage: an arrow points to what is imported</title>',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#5a6b7b"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for name, into in sorted(reduced(arrows).items()):
        x, y = place[name]
        for near in sorted(into):
            to_x, to_y = place[near]
            begin, end = x + BOX / 2, to_x + BOX / 2
            middle = (y + HIGH + to_y) / 2
            out.append(f'<path d="M{begin:g} {y + HIGH:g}C{begin:g} {middle:g} {end:g} {middle:g} {end:g} {to_y:g}" '
                       'fill="none" stroke="#5a6b7b" stroke-width="1.5" marker-end="url(#tip)"/>')
    for name, (x, y) in sorted(place.items()):
        out.append(f'<rect x="{x:g}" y="{y:g}" width="{BOX}" height="{HIGH}" rx="8" fill="#eef4f8" stroke="#2c5f7c"/>')
        out.append(f'<text x="{x + 12:g}" y="{y + 22:g}" font-size="15" font-weight="bold" fill="#12303f">'
                   f'{name}</text>')
        for line, text in enumerate(textwrap.wrap(jobs[name], 46)[:2]):
            out.append(f'<text x="{x + 12:g}" y="{y + 39 + 13 * line:g}" font-size="11" fill="#24343f">'
                       f'{escape(text)}</text>')
    return "\n".join([*out, "</svg>", ""])


def main() -> None:
    """Write the drawing."""
    DRAWING.write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
