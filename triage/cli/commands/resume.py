"""`triage resume [ID]`: go on with a conversation that was kept."""

from __future__ import annotations

import argparse

from triage.cli.conversation import hold
from triage.knowledge import reader
from triage.records import sessions
from triage.support.errors import BadFile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("id", nargs="?", default="", help="which one (default: the newest without a result)")


def run(options: argparse.Namespace) -> int:
    """Go on with the session of this name, or with the newest that has no result."""
    session = sessions.read(options.id) if options.id else sessions.unfinished()
    if session is None:
        raise BadFile.of_file("resume", "missing", "no unfinished conversation was kept; start one with "
                              "`triage --save`", missing=True)
    with sessions.exclusive(session.id):
        return hold(options, reader.load(), sessions.read(session.id))
