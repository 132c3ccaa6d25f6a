"""A report as one HTML file that needs nothing else: no script, no file beside it, made to be printed on A4."""

from __future__ import annotations

import re
from html import escape

from triage.model import Block
from triage.presentation.report.document import (
    FROM_LAY_WORDS,
    NO_DIAGNOSIS,
    TITLE,
    TO_CLINICIAN,
    Figure,
    Line,
    Piece,
    Report,
    Section,
    Table,
    about,
)
from triage.presentation.text_layout import URGENT
from triage.presentation.wording import day_in_words

STYLE = """
@page { size: A4; margin: 14mm 15mm 16mm;
  @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
@page clinician { margin: 9mm 11mm 11mm; }
* { box-sizing: border-box; }
html { font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans Condensed", sans-serif;
  font-size: 11pt; line-height: 1.4; color: #111; background: #fff; }
body { max-width: calc(180mm + 2rem); margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.5em; line-height: 1.2; margin: 1em 0 .2em; }
h2 { font-size: 1.25em; line-height: 1.25; margin: 1.5em 0 .4em; padding-top: .35em; border-top: .6mm solid #111; }
h3 { font-size: 1.05em; margin: 1.1em 0 .25em; }
h1, h2, h3 { break-after: avoid; }
p, ul, ol { margin: .35em 0; orphans: 3; widows: 3; }
ul, ol { padding-left: 1.4em; }
li { margin: .2em 0; }
.lead { break-after: avoid; margin-bottom: 0; }
.about, .note, .by { color: #444; }
.about, .note { font-size: .88em; }
.note { border-left: .8mm solid #999; padding-left: .7em; }
.urgency { border: 1.2mm solid #111; padding: .7em 1em; margin: .8em 0; break-inside: avoid; }
.urgency .what { font-size: .8em; font-weight: bold; letter-spacing: .08em; }
.urgency .level { font-size: 1.7em; font-weight: bold; line-height: 1.2; margin: .1em 0 .2em; }
.now { border: 3mm double #b00000; }
.now .level::before { content: "!! "; }
.part-map > p { break-after: avoid; }
.figures { display: flex; flex-wrap: wrap; gap: 3mm; }
figure { margin: .4em 0; break-inside: avoid; border: .2mm solid #bbb; padding: 2mm; max-width: 100%; }
.figures figure { width: 56mm; }
figure.wide { break-inside: auto; border: 0; padding: 0; }
.wide svg { width: 115mm; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { break-after: avoid; font-weight: bold; line-height: 1.25; }
.listing { font-size: .8em; line-height: 1.3; margin: .2em 0 0; padding-left: 1.1em; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: .4em 0; }
th, td { text-align: left; vertical-align: top; padding: .25em .5em; border: .2mm solid #888; }
th { background: #eee; }
td p, th p { margin: 0 0 .3em; }
.named th:first-child { width: 34%; }
tbody th { background: #fff; }
.person tbody th p + p { font-weight: normal; }
.by { font-size: .85em; }
.clinician { page: clinician; font-size: 8.5pt; line-height: 1.2; }
.clinician h1 { font-size: 1.4em; margin: 0; }
.clinician h2 { font-size: 1.06em; margin: .35em 0 0; padding: 0; border: 0; }
.clinician table { margin: .1em 0 0; }
.clinician th, .clinician td { padding: .1em .35em; }
.clinician .named th:first-child { width: 24mm; }
.clinician td p, .clinician th p { margin: 0; }
.clinician .about { margin: .1em 0; }
.clinician .by { font-size: .9em; overflow-wrap: anywhere; font-weight: normal; }
.clinician .part-ranking .named th:first-child { width: 36mm; }
.clinician .part-cited td { border: 0; padding: 0; }
.clinician thead { display: none; }
.clinician .part-story thead { display: table-header-group; }
.clinician .part-cited p { display: inline; }
@media print { body { max-width: none; padding: 0; }
  .clinician { break-before: page; } h1:first-child { margin-top: 0; } }
@media screen { .clinician { border-top: 1mm solid #111; margin-top: 3rem; padding-top: 1rem; } }
"""


def html(report: Report) -> str:
    """The whole report."""
    body = []
    if report.person:
        notes = [_p(note, "note") for note in report.notes]
        body += [f'<section class="person"><h1>{escape(TITLE)}</h1>', _p(_head(report), "about"), *notes,
                 *(_section(section) for section in report.person), _p(NO_DIAGNOSIS, "note"), "</section>"]
    if report.clinician:
        notes = [_p(note, "about") for note in report.notes]
        body += [f'<section class="clinician"><h1>{escape(f"{TO_CLINICIAN}: {TITLE.lower()}")}</h1>',
                 _p(f"{_head(report)} {FROM_LAY_WORDS}", "about"),
                 *notes, *(_section(section) for section in report.clinician), _p(NO_DIAGNOSIS, "about"), "</section>"]
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en">', '<head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(f'{TITLE}, {report.date.isoformat()}')}</title>",
        f"<style>{STYLE}</style></head>", "<body>", *body, "</body></html>", "",
    ])


def _head(report: Report) -> str:
    return f"{day_in_words(report.date)}. {about(report)}"


def _section(section: Section) -> str:
    title = f"<h2>{escape(section.title)}</h2>" if section.title else ""
    out, small = [], []
    for piece in section.pieces:
        if isinstance(piece, Figure) and not piece.wide:
            small.append(_figure(piece))
            continue
        out += [_beside(small), _piece(piece)]
        small = []
    name = section.id if title else f"{section.id} quiet"
    return f'<section class="part-{escape(name)}">{title}{"".join([*out, _beside(small)])}</section>'


def _beside(figures: list[str]) -> str:
    return f'<div class="figures">{"".join(figures)}</div>' if figures else ""


def _piece(piece: Piece) -> str:
    if isinstance(piece, Table):
        return _table(piece)
    if isinstance(piece, Figure):
        return _figure(piece)
    return _block(piece)


def _block(block: Block) -> str:
    if block.kind == "urgency":
        kind = "urgency now" if block.level in ("ambulance_now", "emergency_department_now") else "urgency"
        return (f'<div class="{kind}"><div class="what">{URGENT}</div><div class="level">{escape(block.text)}</div>'
                f"{''.join(map(_p, block.items))}</div>")
    if block.kind in ("heading", "title"):
        return f"<h3>{escape(block.text)}</h3>"
    if block.kind == "note":
        return _p(block.text, "note")
    lead = _p(block.text, "lead" if block.items else "") if block.text else ""
    tag = "ol" if block.kind == "steps" else "ul"
    items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
    return lead + (f"<{tag}>{items}</{tag}>" if items else "")


def _figure(figure: Figure) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in figure.listing)
    return (f'<figure class="{"wide" if figure.wide else "narrow"}">'
            f"<figcaption>{escape(figure.title)}</figcaption>{figure.svg}"
            f'<ul class="listing">{items}</ul></figure>')


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in table.head)
    rows = []
    for row in table.rows:
        cells = [f"<td>{_lines(cell)}</td>" for cell in row]
        if table.named:
            cells[0] = f'<th scope="row">{_lines(row[0])}</th>'
        rows.append(f"<tr>{''.join(cells)}</tr>")
    kind = "named" if table.named else "plain"
    return (f'<table class="{kind}" aria-label="{escape(table.title)}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>")


def _lines(lines: tuple[Line, ...]) -> str:
    return "".join(f"<p>{_line(line)}</p>" for line in lines)


def _line(line: Line) -> str:
    text = f"<strong>{escape(line.text)}</strong>" if line.strong else escape(line.text)
    # Ids are long words; they may be broken after their joints.
    by = re.sub(r"([|&=;/_]|~)", r"\1<wbr>", line.by)
    by = "".join(part if part == "<wbr>" else escape(part) for part in re.split(r"(<wbr>)", by))
    return f'{text} <span class="by">({by})</span> ' if line.by else f"{text} "


def _p(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"
