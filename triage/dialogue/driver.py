"""Drives a talk at a front end that waits for each reply: show, carry out, ask, step."""

from __future__ import annotations

from collections.abc import Callable

from triage.dialogue.frontend import Front
from triage.dialogue.script import Script
from triage.dialogue.state import DialogueState, Step, WriteReport, Written
from triage.model import Assessment, Knowledge, Screen
from triage.support import atomic_files
from triage.support.errors import TriageError

Keep = Callable[[DialogueState], tuple[DialogueState, tuple[Screen, ...]]]
"""Keeps what a state holds. Returns it with `stored` as it is then, and what is to be said of that."""


def hold(script: Script, front: Front, start: Step, keep: Keep | None = None) -> Step:
    """Talk until it is over; the last state and output."""
    state, output = start
    while True:
        screens: tuple[Screen, ...] = ()
        if keep is not None:
            state, screens = keep(state)
        for screen in (*output.screens, *screens):
            front.show(screen)
        if output.effect is not None:
            state, output = script.step(state, write(script.knowledge, script.assess(state), state, output.effect))
        elif output.question is not None:
            state, output = script.step(state, front.ask(output.question, output.number))
        else:
            return state, output


def write(knowledge: Knowledge, assessment: Assessment, state: DialogueState, effect: WriteReport) -> Written:
    """Write the report: private, whole or not at all, and over a file that is there only when told so."""
    from triage.presentation.formats import format_of, render  # only who wants a report waits for it
    from triage.presentation.report import report

    if atomic_files.is_taken(effect.file) and not effect.over:
        return Written(exists=True)
    try:
        document = report(knowledge, assessment, state.day)
        atomic_files.write(effect.file, render(document, format_of(effect.file)), private=True, over=effect.over)
    except TriageError as stopped:
        return Written(problem=f"{stopped.sentence}.")
    return Written()

