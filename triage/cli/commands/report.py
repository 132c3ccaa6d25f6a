"""`triage report ANSWERS`: what was concluded, to be taken away, for the person and for the clinician."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from triage.cli.output import complain, refuse_same
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.model import Answers, Knowledge
from triage.presentation.formats import FORMATS, format_of, render
from triage.presentation.report import READERS, report
from triage.presentation.text_layout import speaks_unicode
from triage.records import answers_file, sessions
from triage.support.atomic_files import IS_THERE, is_direct, is_taken, write
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("file", metavar="ANSWERS", help="the answers, - for stdin, or the id of a kept session")
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="where to write it (default: stdout)")
    parser.add_argument("--format", choices=list(FORMATS),
                        help="default: by the suffix of FILE, else text; pdf needs pip install \"soleus-triage[pdf]\"")
    parser.add_argument("--for", dest="reader", choices=list(READERS), default="both",
                        help="for whom (default: both)")
    parser.add_argument("--force", action="store_true", help="write over a file that is there already")
    parser.set_defaults(wrong=parser.error)


def run(options: argparse.Namespace) -> int:
    """Write the report to the file that is named, or to stdout."""
    kind = options.format or ("json" if options.json else format_of(options.output))
    if options.json and kind != "json":
        options.wrong("--json and --format say different things")
    to_stdout = options.output == "-"
    if FORMATS[kind].needs_file and to_stdout:
        options.wrong(f"a report as {kind} needs a file: -o FILE{FORMATS[kind].suffixes[0]}")
    refuse_same(options.output, [options.file])
    knowledge = reader.load()
    answers, notes = _answers(knowledge, options.file)
    over = options.force or (is_taken(options.output) and _may_write_over(options.output, options.file))
    assessment = assess(knowledge, Compiled(knowledge).conclude(answers))
    document = report(knowledge, assessment, datetime.date.today(), options.reader, notes)
    data = render(document, kind, unicode_ok=not to_stdout or speaks_unicode(sys.stdout.encoding))
    write(options.output, data, private=True, over=over)
    if not is_direct(options.output):
        complain(f"{options.output}: written")
    return 0


def _answers(knowledge: Knowledge, name: str) -> tuple[Answers, tuple[str, ...]]:
    """The answers of a file, or else of a kept session, and what has to be known of them. Raises BadFile."""
    if name == "-" or Path(name).exists() or Path(name).name != name:
        return answers_file.answers(knowledge, name), ()
    try:
        session = sessions.read(name)
    except BadFile as bad:
        if bad.exit_code != ExitCode.MISSING:
            raise
        hint = str(bad.faults[0].message).removeprefix("there is no session of this name")
        sentence = f"there is neither a file nor a kept session of this name{hint}"
        raise BadFile.of_file(name, "missing", sentence, missing=True) from None
    complain(f"{name}: there is no such file; taking the kept session of this name")
    today, lost = sessions.under_rules(knowledge, session)
    notes = []
    if session.rules != knowledge.digest:
        notes.append("The rules have changed since these answers were given. All is concluded anew from the answers.")
    if lost:
        notes.append(f"Answered before, and no longer understood by these rules: {'; '.join(lost)}")
    return sessions.answers(today), tuple(notes)


def _may_write_over(name: str, source: str) -> bool:
    """Ask the person at the terminal; where nobody sits, refuse. Raises TriageError."""
    if source != "-" and sys.stdin.isatty() and sys.stderr.isatty():
        complain(f"{name} is there already. Write over it? [y/N] ", end="")
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return True
        raise TriageError(f"{name}: left as it was", ExitCode.CANNOT_WRITE)
    raise TriageError(f"{name}: {IS_THERE}", ExitCode.CANNOT_WRITE)
