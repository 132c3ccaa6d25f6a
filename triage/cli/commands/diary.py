"""`triage diary add|show`: how the complaint goes, written down from time to time, beside how it should go."""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys

from triage.cli.output import complain, refuse_same
from triage.dialogue import check_in
from triage.dialogue.check_in import Base, CheckIn
from triage.dialogue.driver import hold
from triage.frontends.terminal import Front, front
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.interview.next_question import NO, YES, Interview
from triage.knowledge import reader
from triage.model import (
    RANK,
    Answers,
    Block,
    Given,
    Knowledge,
    Question,
    Quit,
    Screen,
)
from triage.presentation import pain_chart, wording
from triage.presentation.diary_screens import entry_screen, overview, title
from triage.presentation.result_json import course_as_data, encode, entry_as_data
from triage.presentation.screens import outcome
from triage.presentation.text_layout import WIDEST, speaks_unicode
from triage.records import answers_file, diary, sessions
from triage.records.diary import Entry
from triage.records.follow_up import Course, course_of
from triage.records.sessions import Session
from triage.support.atomic_files import write
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

RETRY = Question(id="diary.retry", kind="yes_no", ask="Your entry is not written yet. Try again?", findings=("retry",),
                 choices=(YES, NO))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("act", choices=["add", "show"], help="write an entry, or show them beside the expected course")
    parser.add_argument("--answers", metavar="FILE", help="add: what is known so far (default: the newest kept talk)")
    parser.add_argument("--new", action="store_true", help="add: it is about another trouble than the entries before")
    parser.add_argument("--svg", metavar="FILE", help="show: draw the course into this file")
    parser.add_argument("--force", action="store_true", help="write over a file that exists")


def run(options: argparse.Namespace) -> int:
    """Add an entry, or show all about the newest trouble."""
    return _add(options) if options.act == "add" else _show(options)


def add(
    knowledge: Knowledge, speaks: Front, now: datetime.datetime, answers: Answers | None = None, anew: bool = False
) -> Entry | None:
    """Ask for one entry, write it, and say what the course means. None when the person left, or it was not written.

    `answers`: what is known from elsewhere. `anew`: it is about another trouble than the entries before.
    """
    diary.writable()
    kept = diary.read()
    if sentence := diary.about_unreadable_lines(kept):
        _say(speaks, sentence)
    asks = Interview(knowledge)
    base = _base(knowledge, speaks, kept.entries, answers, anew, now)
    entry = None
    if base is not None:
        talk = CheckIn(asks, base, now)
        state, _ = hold(talk, speaks, talk.begin(speaks.pictures))
        entry = talk.entry(state)
    if base is None or entry is None:
        _say(speaks, "You left. Nothing was written down.")
        return None
    entries = (*base.entries, entry)
    course = course_of(knowledge, entries, now.date())
    assessment = assess(knowledge, asks.compiled.conclude(entry.answers))
    urgent = RANK[assessment.urgency.level] >= RANK["today"]
    if urgent and state.said_level != assessment.urgency.level:
        speaks.show(outcome(knowledge, assessment, brief=True))  # said before anything can go wrong with the file
    if not _write(speaks, entry):
        return None
    speaks.show(entry_screen(knowledge, assessment, course, len(entries), urgent))
    return entry


# --- adding


def _add(options: argparse.Namespace) -> int:
    knowledge = reader.load()
    given = answers_file.answers(knowledge, options.answers) if options.answers else None
    if options.json:
        from triage.frontends.terminal.plain import PlainFront

        speaks: Front = PlainFront(sys.stdin, sys.stderr)
    else:
        speaks = front(plain=options.plain, mouse=options.mouse)
    entry = add(knowledge, speaks, datetime.datetime.now().astimezone(), given, options.new)
    if entry is None:
        return ExitCode.INTERRUPTED if options.json else 0
    if options.json:
        course = course_of(knowledge, diary.read().entries, entry.day)
        sys.stdout.buffer.write(encode({"schema": "triage-diary-entry/1", "entry": entry_as_data(entry),
                                        "course": course_as_data(knowledge, course)}))
    return 0


def _base(
    knowledge: Knowledge, speaks: Front, entries: tuple[Entry, ...], answers: Answers | None, anew: bool,
    now: datetime.datetime,
) -> Base | None:
    """What this entry goes on from. None when the person leaves."""
    today = now.date()
    if answers is not None:
        go_on = entries and not anew
        return check_in.continued(knowledge, entries, answers, today) if go_on else check_in.new_trouble(
            knowledge, answers, today)
    session = _newer(entries)
    known: Answers = diary.under_rules(knowledge, entries[-1]) if entries else {}
    if session is None:
        go_on = entries and not anew
        return check_in.continued(knowledge, entries) if go_on else check_in.unknown(knowledge, known, today)
    as_today, _ = sessions.under_rules(knowledge, session)
    told_there = {name: answer for name, answer in sessions.answers(as_today).items() if name in knowledge.known_names}
    day = sessions.last_day(session, today)
    chosen = "talk"
    if not anew:
        reply = speaks.ask(check_in.which(knowledge, entries, told_there, day), 0)
        while not isinstance(reply, Given | Quit):
            _say(speaks, "The entry goes on from what you told before.")
            reply = speaks.ask(check_in.which(knowledge, entries, told_there, day), 0)
        if isinstance(reply, Quit):
            return None
        chosen = str(reply.answer)
    if chosen == "same" and entries:
        return check_in.continued(knowledge, entries, told_there, day)
    return check_in.new_trouble(knowledge, told_there, day) if chosen == "talk" else check_in.unknown(
        knowledge, known | told_there, today)


def _newer(entries: tuple[Entry, ...]) -> Session | None:
    """The newest talk that came to a result, if the diary does not know it yet."""
    session = next((each for each in sessions.every() if each.finished), None)
    return session if session and (not entries or session.changed > entries[-1].at) else None


def _write(speaks: Front, entry: Entry) -> bool:
    """Write it; where that fails, as long as the person wants to try again."""
    while True:
        try:
            diary.append(entry)
            return True
        except TriageError as stopped:
            _say(speaks, f"Your entry cannot be written: {stopped.sentence}.")
            if speaks.ask(RETRY, 0) != Given("yes"):
                raise


def _say(speaks: Front, text: str) -> None:
    speaks.show(Screen((Block(kind="text", text=text),)))


# --- showing


def _show(options: argparse.Namespace) -> int:
    kept = diary.read()
    if sentence := diary.about_unreadable_lines(kept):
        complain(sentence)
    if not kept.entries:
        if options.svg:
            raise BadFile.of_file("diary", "missing", "there is no entry to draw; `triage diary add` writes one",
                                  missing=True)
        if options.json:
            sys.stdout.buffer.write(encode({"schema": "triage-diary/1", "entries": [], "unreadable": list(kept.torn)}))
        else:
            print("There is no entry yet. `triage diary add` writes the first.")
        return 0
    knowledge = reader.load()
    entries = diary.episode(kept.entries)
    today = datetime.date.today()
    course = course_of(knowledge, entries, today)
    expected = _expected(knowledge, entries[-1], course)
    if options.svg:
        chart = pain_chart.svg(knowledge, course, title(knowledge, course), expected)
        refuse_same(options.svg, [str(diary.path())])
        write(options.svg, chart.encode(), private=True, over=options.force)
    if options.json:
        sys.stdout.buffer.write(encode({
            "schema": "triage-diary/1", "entries": [entry_as_data(entry) for entry in kept.entries],
            "course": course_as_data(knowledge, course), "unreadable": list(kept.torn),
        }))
    elif not options.svg:
        width = min(shutil.get_terminal_size().columns, WIDEST)
        unicode_ok = speaks_unicode(sys.stdout.encoding) and not options.plain
        for line in overview(knowledge, kept.entries, course, expected, today, width, unicode_ok):
            print(line)
    return 0


def _expected(knowledge: Knowledge, entry: Entry, course: Course) -> list[str]:
    """How it should go, as far as the answers of this entry allow."""
    answers = diary.under_rules(knowledge, entry)
    assessment = assess(knowledge, Compiled(knowledge).conclude(answers))
    return wording.expected_course(knowledge, assessment, course.condition, course.easier_by)
