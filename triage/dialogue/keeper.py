"""Keeps a talk as a session while it goes on, and says what is kept."""

from __future__ import annotations

import contextlib

from msgspec.structs import replace

from triage.dialogue.script import say
from triage.dialogue.state import DialogueState
from triage.model import Screen
from triage.records import sessions
from triage.records.sessions import Session
from triage.support.errors import TriageError

NOTHING_KEPT = "You left. Nothing was saved."


class Keeper(contextlib.ExitStack):
    """Keeps a session after each step. Where that fails it says so once, lets the talk go on, and tries again."""

    def __init__(self, session: Session, before: Session | None = None, claimed: bool = False) -> None:
        """`before`: the session as other rules left it, of which a copy is kept first. `claimed`: nobody else goes on
        with it; a new one is claimed when it is first written."""
        super().__init__()
        self.session, self.before, self.claimed = session, before, claimed
        self.failed = False

    def keep(self, state: DialogueState) -> tuple[DialogueState, tuple[Screen, ...]]:
        """Write what has changed; the state with `stored` as it is now, and what is to be said of it."""
        kept = self.session
        if not self.failed and (state.turns, state.mentions, state.finished) == (
                kept.turns, kept.mentions, kept.finished):
            return state, ()
        self.session = sessions.with_turns(kept, state.turns, state.finished, state.mentions)
        failed_before = self.failed
        try:
            if self.before is not None:
                sessions.save(sessions.copy(self.before))
                self.before = None
            sessions.save(self.session)
            if not self.claimed:
                self.enter_context(sessions.exclusive(self.session.id))
                self.claimed = True
        except TriageError as stopped:
            self.failed = True
            text = f"Your answers cannot be kept now: {stopped.sentence}. It is tried again at each answer."
            return replace(state, stored=False), (() if failed_before else (say(text),))
        self.failed = False
        return replace(state, stored=True), ((say("Your answers are kept again."),) if failed_before else ())

    def farewell(self, state: DialogueState, left: bool) -> str:
        """What is said to a person who leaves, or is done: what is kept, and how to go on or be rid of it."""
        if self.failed:
            return "You left. Your last answers were not kept." if left else "Your last answers were not kept."
        if not state.turns:
            return NOTHING_KEPT
        if left:
            return f"You left. Your answers are kept: go on with `triage resume {self.session.id}`."
        return ("Your answers are kept. `triage diary add` writes down how it goes on, "
                f"`triage sessions delete {self.session.id}` removes them.")
