"""A conversation with whoever sits there: a new one, or one that was kept."""

from __future__ import annotations

import argparse
import datetime
import os
import sys

from msgspec.structs import replace

from triage.dialogue import driver
from triage.dialogue.conversation import Conversation
from triage.dialogue.keeper import NOTHING_KEPT, Keeper
from triage.dialogue.passing_days import later, older
from triage.dialogue.script import say
from triage.frontends.terminal import Front, front
from triage.inference.experta.engine import Engine
from triage.model import Block, Choice, Given, Knowledge, Question, Quit, Screen
from triage.presentation import picture, screens
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


def hold(options: argparse.Namespace, knowledge: Knowledge, old: Session | None) -> int:
    """Hold the conversation, a new one or one that was kept, which nobody else goes on with."""
    speaks = _front(options, knowledge)
    personal = sys.stdin.isatty()
    greet, lost = old is None and not _is_to_ask(options), list[str]()
    if old is None:
        session = _new_session(options, knowledge, speaks)
    else:
        session, lost = sessions.under_rules(knowledge, old)
        today = datetime.date.today()
        days = (today - sessions.last_day(old, today)).days
        speaks.show(_going_on(knowledge, old, sessions.count(session), lost, days))
        turns, mentions = later(knowledge, session.turns, days), older(knowledge, session.mentions, days)
        session = replace(session, turns=turns, mentions=mentions)
    conversation = Conversation(knowledge, Engine(knowledge).conclude)
    if session is None:
        start = conversation.begin(personal, speaks.pictures, greet=greet)
        state, end = driver.hold(conversation, speaks, start)
        if end.assessment is None:
            speaks.show(say(NOTHING_KEPT))
    else:
        start = conversation.begin(personal, speaks.pictures, session.turns, session.mentions, True, greet)
        with Keeper(session, old if lost else None, claimed=old is not None) as keeper:
            state, end = driver.hold(conversation, speaks, start, keeper.keep)
        if personal or end.assessment is None:
            speaks.show(say(keeper.farewell(state, end.assessment is None)))
    if not options.json:
        return 0
    if end.assessment is None:
        return ExitCode.INTERRUPTED  # the person left, and there is no result to print
    sys.stdout.buffer.write(encode(result(knowledge, end.assessment, list(state.asked))))
    return 0


def _front(options: argparse.Namespace, knowledge: Knowledge) -> Front:
    if options.json:
        from triage.frontends.terminal.plain import PlainFront

        return PlainFront(sys.stdin, sys.stderr)
    colour = not os.environ.get("NO_COLOR") and speaks_unicode(sys.stdout.encoding)
    return front(plain=getattr(options, "plain", False), mouse=getattr(options, "mouse", False),
                 draw=picture.pointing(knowledge, colour))


def _is_to_ask(options: argparse.Namespace) -> bool:
    """Is there a person to ask, who has not said by an option whether to keep the answers?"""
    return getattr(options, "save", None) is None and not options.json and sys.stdin.isatty() and sys.stdout.isatty()


def _new_session(options: argparse.Namespace, knowledge: Knowledge, speaks: Front) -> Session | None:
    """A session to keep the answers in, if the person wants that."""
    wanted = bool(getattr(options, "save", None))
    if wanted or _is_to_ask(options):
        try:
            sessions.folder()
        except TriageError as error:
            if _is_to_ask(options):
                speaks.show(screens.welcome(knowledge))
            speaks.show(Screen((Block(kind="text", text=f"Your answers cannot be kept: {error.sentence}."),)))
            return None
    if _is_to_ask(options):
        speaks.show(screens.welcome(knowledge))
        reply = speaks.ask(KEEP, 0)
        while not isinstance(reply, Given | Quit):
            speaks.show(say(KEEP.help))
            reply = speaks.ask(KEEP, 0)
        if isinstance(reply, Quit):
            speaks.show(say(NOTHING_KEPT))
            raise SystemExit(0)
        wanted = reply.answer == "yes"
    return sessions.new(knowledge) if wanted else None


def _going_on(knowledge: Knowledge, old: Session, count: int, lost: list[str], days: int) -> Screen:
    blocks = [Block(kind="text", text=f"Going on with {old.id}: {count} answer{'' if count == 1 else 's'}.")]
    if old.rules != knowledge.digest:
        blocks.append(Block(kind="text", text="The rules have changed since. All is concluded anew from your answers."))
    if days:
        when = "yesterday" if days == 1 else f"{days} days ago"
        blocks.append(Block(kind="text", text=f"That was {when}: the times you gave count on from then, and what can "
                            "be urgent is asked again."))
    if lost:
        blocks += [Block(kind="text", text="These are no longer asked, or are asked again in other words:"),
                   Block(kind="list", items=tuple(lost))]
    return Screen(tuple(blocks))
