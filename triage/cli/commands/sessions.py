"""`triage sessions list|show|delete`: the conversations kept on this computer."""

from __future__ import annotations

import argparse
import sys

from triage.cli.output import complain
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.presentation import wording
from triage.presentation.result_json import encode, plain
from triage.records import sessions
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode
from triage.support.text import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("act", choices=["list", "show", "delete"], help="list all, show one, delete one")
    parser.add_argument("id", nargs="?", default="", help="the name of a session")
    parser.add_argument("--all", action="store_true", help="delete all")


def run(options: argparse.Namespace) -> int:
    """List all, show one, or delete one or all."""
    if options.act == "delete":
        return _delete(options)
    if options.act == "show":
        return _show(options)
    readable = sessions.every()
    damaged = sorted({*sessions.names()} - {session.id for session in readable})
    if options.json:
        rows = [{"id": s.id, "begun": s.begun, "changed": s.changed, "finished": s.finished,
                 "answers": sessions.count(s)} for s in readable]
        sys.stdout.buffer.write(encode({"schema": "triage-sessions/1", "folder": str(sessions.folder()),
                                        "sessions": rows, "unreadable": damaged}))
        return 0
    for session in readable:
        state = "finished" if session.finished else "unfinished"
        print(printable(f"{session.id}  {session.changed}  {state}, {sessions.count(session)} answers"))
    for name in damaged:
        print(printable(f"{name}  cannot be read; `triage sessions delete {name}` removes it"))
    if not readable and not damaged:
        print("No conversation is kept on this computer.")
    return 0


def _show(options: argparse.Namespace) -> int:
    session = sessions.read(_session_name(options))
    knowledge = reader.load()
    today, lost = sessions.under_rules(knowledge, session)
    answers = sessions.answers(today)
    urgency = assess(knowledge, Compiled(knowledge).conclude(answers)).urgency
    if options.json:
        sys.stdout.buffer.write(encode({
            "schema": "triage-session-shown/1", "id": session.id, "changed": session.changed,
            "same_rules": session.rules == knowledge.digest, "lost": lost,
            "answers": {name: plain(answer) for name, answer in answers.items()},
            "urgency": urgency.level, "within_days": urgency.within_days,
        }))
        return 0
    for name, answer in answers.items():
        print(f"{name}: {wording.answer_in_words(knowledge, name, answer)}")
    if session.rules != knowledge.digest:
        print("(The rules have changed since; this is what they say now.)")
    print(f"urgency: {knowledge.settings.levels[urgency.level].name}")
    return 0


def _delete(options: argparse.Namespace) -> int:
    names = sessions.names() if options.all else [_session_name(options)]
    left = 0
    for name in names:
        try:
            sessions.delete(name)
            print(f"deleted {printable(name)}")
        except TriageError as error:
            if not options.all:
                raise
            complain(*error.sentences)
            left += 1
    if left:
        complain(f"{left} of {len(names)} could not be deleted")
    elif not names:
        print("There is nothing to delete.")
    return ExitCode.CANNOT_WRITE if left else ExitCode.DONE


def _session_name(options: argparse.Namespace) -> str:
    if not options.id:
        raise BadFile.of_file("sessions", "shape", f"`triage sessions {options.act}` needs the name of a session; "
                              "`triage sessions list` names all")
    return str(options.id)
