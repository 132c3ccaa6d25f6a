"""The pictures of the README, made from real runs: `python -m tests.pictures`.

A session and a map are SVG; the report is a PNG by a headless Chromium, and left as it is where there is none.
"""

from __future__ import annotations

import datetime
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

from tests.conftest import ROOT
from tests.frontends.test_terminal import Terminal
from triage.frontends.terminal.interactive import TtyFront
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.interview.next_question import Interview, by_picture, next_question
from triage.knowledge import reader
from triage.model import Answers, Knowledge
from triage.presentation import picture
from triage.presentation.formats import render
from triage.presentation.report import report
from triage.records import answers_file

FOLDER = ROOT / "tests" / "readme"
RUNNER = FOLDER / "runner.yaml"
DOWN = "\x1b[B"
DAY = datetime.date(2026, 1, 2)


def session(knowledge: Knowledge) -> str:
    """The question for the place, as a person in a terminal of 80 columns has it before them."""
    given: Answers = {"person.age": 35.0, **dict.fromkeys(knowledge.emergency, "no")}
    interview = Interview(knowledge)
    question = next_question(interview.state(interview.compiled.conclude(given)))
    assert question is not None
    terminal, frames = Terminal(80, rows=34), list[list[Text]]()
    flush = terminal.flush

    def looking() -> None:
        if "q quit" in terminal.shown:
            frames.append([_row(terminal, at) for at in range(34)])
        flush()

    terminal.flush = looking  # type: ignore[method-assign]
    front = TtyFront(draw=picture.pointing(knowledge, True), quiet=0)
    keys = [DOWN, DOWN, " ", *[DOWN] * 7, "t"]
    terminal.use(lambda: front.ask(by_picture(knowledge, question), 5), *keys, "q")
    rows = frames[-1]
    while not rows[-1].plain.strip():
        rows.pop()
    console = Console(record=True, width=80, file=io.StringIO())
    for row in rows:
        console.print(row, no_wrap=True, highlight=False)
    return console.export_svg(title="triage")


def _row(terminal: Terminal, at: int) -> Text:
    """One row of the terminal with its colours."""
    out = Text()
    line = terminal.screen.buffer[at]
    for column in range(80):
        cell = line[column]
        out.append(cell.data, Style(color=_colour(cell.fg), bgcolor=_colour(cell.bg), bold=cell.bold))
    return out


def _colour(name: str) -> str | None:
    return None if name == "default" else f"#{name}" if len(name) == 6 and name.isalnum() else name


def leg(knowledge: Knowledge) -> str:
    """`triage map soleus_trigger_points --svg`."""
    layer = picture.Layer(conditions=("soleus_trigger_points",), points=True, no_press=True)
    return picture.svg(knowledge, layer)


def page(knowledge: Knowledge, target: Path) -> bool:
    """The first page of a report, as a browser shows it. False when there is no browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        return False
    answers = answers_file.answers(knowledge, str(RUNNER))
    told = report(knowledge, assess(knowledge, Compiled(knowledge).conclude(answers)), DAY, "person")
    with tempfile.TemporaryDirectory() as folder:
        shown = Path(folder) / "report.html"
        shown.write_bytes(render(told, "html"))
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                        f"--screenshot={target}", "--window-size=900,1180", "--hide-scrollbars", shown.as_uri()],
                       check=True, capture_output=True)
    return True


def main() -> int:
    """Write all three."""
    os.environ["PROMPT_TOOLKIT_COLOR_DEPTH"] = "DEPTH_24_BIT"
    knowledge = reader.load(ROOT / "rules")
    (FOLDER / "session.svg").write_text(session(knowledge), encoding="utf-8")
    (FOLDER / "map.svg").write_text(leg(knowledge), encoding="utf-8")
    if not page(knowledge, FOLDER / "report.png"):
        print("no Chromium here: report.png is left as it is", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
