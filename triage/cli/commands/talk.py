"""`triage`: the guided conversation."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from triage.dialogue.conversation import talk
from triage.frontends.terminal import Front, front
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.model import Block, Choice, Given, Knowledge, Question, Quit, Screen, Turn
from triage.presentation import picture
from triage.presentation.result_json import encode, result
from triage.presentation.text_layout import speaks_unicode
from triage.records import sessions
from triage.records.sessions import Session
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode

KEEP = Question(
    id="keep", kind="yes_no", ask="Shall I keep your answers on this computer, so that you can go on later?",
    help="They stay here, in a private file; `triage sessions delete` removes it. Without it nothing is kept.",
    findings=("keep",), choices=(Choice("no", "No, keep nothing"), Choice("yes", "Yes, keep them")),
)


def run(options: argparse.Namespace) -> int:
    """Talk with a person. With --json the talk goes to stderr and the result to stdout."""
    return hold(options, reader.load(), None)


def hold(options: argparse.Namespace, knowledge: Knowledge, old: Session | None) -> int:
    """Hold the conversation, a new one or one that was kept."""
    plain, mouse = getattr(options, "plain", False), getattr(options, "mouse", False)
    if options.json:
        from triage.frontends.terminal.plain import PlainFront

        speaks: Front = PlainFront(sys.stdin, sys.stderr)
    else:
        colour = not os.environ.get("NO_COLOR") and speaks_unicode(sys.stdout.encoding)
        speaks = front(plain=plain, mouse=mouse, draw=picture.pointing(knowledge, colour))
    turns: Sequence[Turn] = ()
    if old is None:
        session = _begun(options, knowledge, speaks)
    else:
        turns, lost = sessions.fitted(knowledge, old)
        session = sessions.under(knowledge, old, turns)
        speaks.show(_going_on(knowledge, old, sessions.count(session), lost))
    greet = old is None and not _asked(options)
    personal = sys.stdin.isatty()
    if session is not None:
        kept = _Kept(session, speaks)
        ended = talk(knowledge, Engine(knowledge).fired, speaks, greet, turns, kept.keep, kept.left, personal)
        if ended.assessment is not None:
            kept.keep(kept.session.turns, finished=True)
            kept.told(personal)
    else:
        ended = talk(knowledge, Engine(knowledge).fired, speaks, greet, personal=personal)
    if not options.json:
        return 0
    if ended.assessment is None:
        return ExitCode.INTERRUPTED  # the person left, and there is no result to print
    sys.stdout.buffer.write(encode(result(knowledge, ended.assessment, list(ended.asked))))
    return 0


class _Kept:
    """Keeps a session; when that fails, says so once and lets the talk go on."""

    def __init__(self, session: Session, speaks: Front) -> None:
        self.session, self.speaks, self.failed = session, speaks, False

    def left(self) -> str:
        """What is said to a person who leaves."""
        if self.failed:
            return "You left. Your last answers were not kept."
        return f"You left. Your answers are kept: go on with `triage resume {self.session.id}`."

    def told(self, personal: bool) -> None:
        """Say to a person who is done what is kept, and how to be rid of it."""
        if personal and not self.failed:
            text = ("Your answers are kept. `triage diary add` writes down how it goes on, "
                    f"`triage sessions delete {self.session.id}` removes them.")
            self.speaks.show(Screen((Block(kind="text", text=text),)))

    def keep(self, turns: Sequence[Turn], finished: bool = False) -> None:
        """Write these turns before the next question."""
        self.session = sessions.changed(self.session, turns, finished)
        if not self.failed:
            try:
                sessions.save(self.session)
            except TriageError as stopped:
                self.failed = True
                text = f"Your answers cannot be kept: {stopped.sentence}. You can go on without."
                self.speaks.show(Screen((Block(kind="text", text=text),)))


def _asked(options: argparse.Namespace) -> bool:
    """Is there a person to ask, who has not said by an option whether to keep the answers?"""
    said = getattr(options, "save", None)
    return said is None and not options.json and sys.stdin.isatty() and sys.stdout.isatty()


def _begun(options: argparse.Namespace, knowledge: Knowledge, speaks: Front) -> Session | None:
    """A session to keep the answers in, if the person wants that."""
    wanted = bool(getattr(options, "save", None))
    if _asked(options):
        from triage.presentation import screens

        speaks.show(screens.welcome(knowledge))
        reply = speaks.ask(KEEP, 0)
        while not isinstance(reply, Given | Quit):
            speaks.show(Screen((Block(kind="text", text=KEEP.help),)))
            reply = speaks.ask(KEEP, 0)
        if isinstance(reply, Quit):
            speaks.show(Screen((Block(kind="text", text="You left. Nothing was saved."),)))
            raise SystemExit(0)
        wanted = reply.answer == "yes"
    return sessions.new(knowledge) if wanted else None


def _going_on(knowledge: Knowledge, old: Session, count: int, lost: list[str]) -> Screen:
    blocks = [Block(kind="text", text=f"Going on with {old.id}: {count} answer{'' if count == 1 else 's'}.")]
    if old.rules != knowledge.digest:
        blocks.append(Block(kind="text", text="The rules have changed since. All is concluded anew from your answers."))
    if lost:
        blocks += [Block(kind="text", text="These are no longer asked, or are asked again in other words:"),
                   Block(kind="list", items=tuple(lost))]
    return Screen(tuple(blocks))
