"""`triage diary add|show`: how the complaint goes, written down from time to time, beside how it should go."""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys
from collections.abc import Sequence

from triage.dialogue import check_in
from triage.dialogue.check_in import Base, CheckIn, on
from triage.frontends.terminal import Front, front
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.interview.next_question import NO, YES, Interview
from triage.knowledge import reader
from triage.model import (
    RANK,
    Answers,
    Assessment,
    Block,
    Given,
    Knowledge,
    Question,
    Quit,
    Screen,
)
from triage.presentation import pain_chart, wording
from triage.presentation.result_json import encode
from triage.presentation.screens import outcome
from triage.presentation.text_layout import WIDEST, packed, shown, speaks_unicode, wrapped
from triage.records import answers_file, diary, sessions
from triage.records.diary import Entry
from triage.records.follow_up import Course, judged, place_name, readable
from triage.records.sessions import Session
from triage.support.atomic_files import write
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode

TREND = {"first": "the first entry", "easier": "clearly easier", "same": "not clearly easier", "worse": "clearly worse"}
RETRY = Question(id="diary.retry", kind="yes_no", ask="Your entry is not written yet. Try again?", findings=("retry",),
                 choices=(YES, NO))


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
    if sentence := diary.torn(kept):
        _say(speaks, sentence)
    asks = Interview(knowledge)
    base = _base(knowledge, speaks, kept.entries, answers, anew, now)
    talk = CheckIn(knowledge, asks, speaks, base, now) if base else None
    entry = talk.hold() if talk else None
    if talk is None or entry is None:
        _say(speaks, "You left. Nothing was written down.")
        return None
    entries = (*base.entries, entry) if base else (entry,)
    course = judged(knowledge, entries, now.date())
    found = assess(knowledge, asks.compiled.fired(entry.answers), entry.answers)
    urgent = RANK[found.urgency.level] >= RANK["today"]
    if urgent and talk.told != found.urgency.level:
        speaks.show(outcome(knowledge, found, brief=True))  # said before anything can go wrong with the file
    if not _write(speaks, entry):
        return None
    speaks.show(told(knowledge, found, course, len(entries), urgent))
    return entry


def told(knowledge: Knowledge, found: Assessment, course: Course, count: int, said_already: bool) -> Screen:
    """What an entry means: how urgent it is now and why, how it goes, and how it should go."""
    blocks: list[Block] = []
    levels = knowledge.settings.levels
    if course.raised or not said_already:
        words = levels[course.level]
        say = words.say.format(days=course.within_days) if course.raised else found.urgency.say
        lines = tuple(line for line in (say, words.then if course.level != "self_care" else "") if line)
        blocks.append(Block(kind="urgency", text=knowledge.settings.urgency_in_words(course.level, course.within_days),
                            level=course.level, items=lines))
    if blocks:
        blocks += wording.where_to_go(knowledge, course.where)
    if course.steps:
        title = "It is more urgent than your answers alone, because:" if course.raised else "What your diary adds:"
        blocks.append(Block(kind="list", text=title, items=tuple(f"{step.why}." for step in course.steps)))
    if RANK[course.level] < RANK["emergency_department_now"]:
        blocks += [Block(kind="heading", text="How it goes"), Block(kind="list", items=_trends(knowledge, course))]
    if not said_already:
        text = f"Day {course.day}. {' '.join(wording.expected(knowledge, found, course.condition, course.easier_by))}"
        blocks += [Block(kind="text", text=text), *_open(knowledge, found),
                   Block(kind="list", text="Do not wait for the next entry:", items=found.watch_for)]
    many = "The first entry is" if count == 1 else f"Entry {count} is"
    blocks.append(Block(kind="note", text=f"{many} written down. `triage diary show` shows all, `triage forget` wipes "
                        "them. This is no diagnosis."))
    return Screen(tuple(blocks))


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
        course = judged(knowledge, diary.read().entries, entry.day)
        sys.stdout.buffer.write(encode({"schema": "triage-diary-entry/1", "entry": _row(entry), **_plain(course)}))
    return 0


def _base(
    knowledge: Knowledge, speaks: Front, entries: tuple[Entry, ...], answers: Answers | None, anew: bool,
    now: datetime.datetime,
) -> Base | None:
    """What this entry goes on from. None when the person leaves."""
    today = now.date()
    if answers is not None:
        go_on = entries and not anew
        return check_in.continued(knowledge, entries, answers, today) if go_on else check_in.begun(
            knowledge, answers, today)
    session = _newer(entries)
    known: Answers = diary.fitted(knowledge, entries[-1]) if entries else {}
    if session is None:
        go_on = entries and not anew
        return check_in.continued(knowledge, entries) if go_on else check_in.unknown(knowledge, known, today)
    turns, _ = sessions.fitted(knowledge, session)
    told_there = {name: answer for name, answer in sessions.answers(sessions.changed(session, turns)).items()
                  if name in knowledge.known_names}
    day = min(_day(session, today), today)
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
    return check_in.begun(knowledge, told_there, day) if chosen == "talk" else check_in.unknown(
        knowledge, known | told_there, today)


def _newer(entries: tuple[Entry, ...]) -> Session | None:
    """The newest talk that came to a result, if the diary does not know it yet."""
    session = next((each for each in sessions.every() if each.finished), None)
    return session if session and (not entries or session.changed > entries[-1].at) else None


def _day(session: Session, today: datetime.date) -> datetime.date:
    try:
        return datetime.datetime.fromisoformat(session.changed).astimezone().date()
    except (ValueError, OverflowError):
        return today


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


def _trends(knowledge: Knowledge, course: Course) -> tuple[str, ...]:
    return tuple(
        f"{place_name(knowledge, each.place)}: {each.now} of 10"
        + (f", {each.start} at the start, {TREND[each.trend]}" if each.trend != "first" else f", {TREND['first']}")
        for each in course.places) or ("No pain was written down yet.",)


def _open(knowledge: Knowledge, found: Assessment) -> list[Block]:
    dangers = tuple(dict.fromkeys(knowledge.red_flags[name].danger for name in found.unresolved))
    if not dangers:
        return []
    text = "You were not sure about signs of these. If you can find out, write a new entry:"
    return [Block(kind="list", text=text, items=dangers[:5])]


def _say(speaks: Front, text: str) -> None:
    speaks.show(Screen((Block(kind="text", text=text),)))


# --- showing


def _show(options: argparse.Namespace) -> int:
    kept = diary.read()
    if sentence := diary.torn(kept):
        print(sentence, file=sys.stderr)
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
    course = judged(knowledge, entries, datetime.date.today())
    expected = _expected(knowledge, entries[-1], course)
    if options.svg:
        chart = pain_chart.svg(knowledge, course, headline(knowledge, course), expected)
        write(options.svg, chart.encode(), private=True, over=options.force)
    if options.json:
        sys.stdout.buffer.write(encode({
            "schema": "triage-diary/1", "entries": [_row(entry) for entry in kept.entries], **_plain(course),
            "unreadable": list(kept.torn),
        }))
    elif not options.svg:
        width = min(shutil.get_terminal_size().columns, WIDEST)
        unicode_ok = speaks_unicode(sys.stdout.encoding) and not options.plain
        for line in pages(knowledge, kept.entries, course, expected, width, unicode_ok):
            print(line)
    return 0


def _expected(knowledge: Knowledge, entry: Entry, course: Course) -> list[str]:
    """How it should go, as far as the answers of this entry allow."""
    answers = diary.fitted(knowledge, entry)
    found = assess(knowledge, Compiled(knowledge).fired(answers), answers)
    return wording.expected(knowledge, found, course.condition, course.easier_by)


def headline(knowledge: Knowledge, course: Course) -> str:
    """The title of a diary."""
    card = knowledge.conditions.get(course.condition)
    return f"Diary: {card.name[0].lower()}{card.name[1:]}" if card else "Diary of a pain of unknown source"


def pages(
    knowledge: Knowledge, entries: tuple[Entry, ...], course: Course, expected: Sequence[str], width: int,
    unicode_ok: bool,
) -> list[str]:
    """The newest trouble as lines: the course drawn, what was expected, what it means, and each entry."""
    told_of = diary.episode(entries)
    out: list[str] = []

    def say(text: str, head: str = "") -> None:
        out.extend(wrapped(shown(text, unicode_ok), width, head))

    say(headline(knowledge, course))
    say(f"Since {on(course.started)}, today is day {course.day}.")
    drawn = pain_chart.strip(knowledge, course, width - 4, unicode_ok)
    if drawn:
        out.append("")
        say("Worst pain in 24 hours, from 0 to 10:")
        out.append("")
        for at, line in enumerate(drawn[:-1]):
            out.extend(wrapped(shown(line, unicode_ok), width - 2, "  ") if at % 2 == 0 else [f"    {line}"])
        out.append(f"    {drawn[-1]}")
        wall = "┆" if unicode_ok else "|"
        days = "; ".join(text for _, text in pain_chart.marks(course))
        ten = " X stands for 10." if not unicode_ok and "X" in "".join(drawn[1::2]) else ""
        say(f"{days[0].upper()}{days[1:]}.{ten}", f"    {wall} ")
    out.append("")
    for line in _trends(knowledge, course):
        say(line)
    out.append("")
    for line in expected:
        say(line)
    out.append("")
    say(f"How urgent, by this diary: {knowledge.settings.urgency_in_words(course.level, course.within_days)}.")
    for step in course.steps:
        say(f"{step.why}.", "  - ")
    if entries[-1].day < datetime.date.today():
        say(f"The last entry is of {on(entries[-1].day)}. `triage diary add` asks about the danger signs again.")
    out += ["", "Entries"]
    for at, entry in enumerate(told_of, start=1):
        out.append("")
        then = judged(knowledge, told_of[:at], entry.day)
        out.extend(_entry(knowledge, entry, then, width, unicode_ok))
    if len(told_of) < len(entries):
        out.append("")
        count = len(entries) - len(told_of)
        say(f"{count} more {'entry is' if count == 1 else 'entries are'} about another trouble (--json shows all).")
    return out


def _entry(knowledge: Knowledge, entry: Entry, then: Course, width: int, unicode_ok: bool) -> list[str]:
    """One entry, with the urgency that it came to at its time."""
    day = max(0, (entry.day - entry.started).days)
    pain = [f"{place_name(knowledge, place)} {score}" for place, score in entry.pain.items()]
    out = wrapped(shown(f"{on(entry.day)}, day {day}", unicode_ok), width, "  ")
    tried = [knowledge.care[name].name if name in knowledge.care else readable(name, 60) for name in entry.tried]
    checks = [_check(knowledge, name, result) for name, result in entry.checks.items()]
    signs = [knowledge.findings[name].line or knowledge.findings[name].ask for name in knowledge.emergency
             if entry.answers.get(name) == "yes"]
    rows = [("pain", pain), ("tried", tried), ("self-check", checks), ("new", [readable(entry.new, 500)]),
            ("danger signs", signs), ("urgency", [knowledge.settings.urgency_in_words(then.level, then.within_days)])]
    for name, parts in rows:
        if any(parts):
            text = "; ".join(packed(parts, 10_000, "; "))
            out.extend(wrapped(shown(text, unicode_ok), width, f"    {name:<12}  "))
    return out


def _check(knowledge: Knowledge, name: str, result: str) -> str:
    card = knowledge.self_checks.get(name)
    if card is None:
        return readable(f"{name}: {result}", 80)
    finding = knowledge.findings[card.result]
    known = result in finding.options
    words = wording.answer_in_words(knowledge, card.result, result) if known else readable(result, 40)
    return f"{card.name}{'' if card.name.endswith('?') else ':'} {words}"


def _row(entry: Entry) -> dict[str, object]:
    return {
        "at": entry.at, "day": str(entry.day), "started": str(entry.started), "condition": entry.condition or None,
        "pain": entry.pain, "tried": list(entry.tried), "self_checks": entry.checks, "new": entry.new,
        "urgency": {"level": entry.level, "within_days": entry.within_days, "place": entry.where},
    }


def _plain(course: Course) -> dict[str, object]:
    return {"course": {
        "started": str(course.started), "day": course.day, "condition": course.condition or None,
        "easier_by_day": course.easier_by, "see_by_day": course.see_by or None,
        "places": [{"place": each.place, "trend": each.trend, "scores": [list(pair) for pair in each.scores]}
                   for each in course.places],
        "urgency": {"level": course.level, "within_days": course.within_days, "place": course.where},
        "stepped_up": [{"id": step.id, "level": step.level, "within_days": step.within_days, "why": step.why}
                       for step in course.steps],
    }}
