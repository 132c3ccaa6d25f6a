"""Tags of SVG: numbers short, attributes by their Python names, words escaped."""

from __future__ import annotations

from xml.sax.saxutils import escape


def short(value: float) -> str:
    """A length with at most two decimals, the same bytes everywhere."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def tag(name: str, **attributes: object) -> str:
    """An empty element; `stroke_width` becomes stroke-width. A dash pattern of none is left out."""
    text = " ".join(f'{key.replace("_", "-")}="{short(value) if isinstance(value, (int, float)) else value}"'
                    for key, value in attributes.items() if (key, value) != ("stroke_dasharray", "none"))
    return f"<{name} {text}/>"


def text_at(
    text: str, x: float, y: float, size: float, fill: str, anchor: str = "start", bold: bool = False
) -> str:
    """A line of text that stands at this point."""
    weight = ' font-weight="bold"' if bold else ""
    return (f'<text x="{short(x)}" y="{short(y)}" font-size="{short(size)}" fill="{fill}" text-anchor="{anchor}"'
            f"{weight}>{escape(text)}</text>")
