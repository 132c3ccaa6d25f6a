"""The diary as screens: what an entry means now, and how the pain went beside how it should go."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from triage.model import RANK, Assessment, Block, Knowledge, Screen
from triage.presentation import pain_chart, wording
from triage.presentation.text_layout import displayable, pack, wrap
from triage.records.diary import Entry, episode
from triage.records.follow_up import Course, courses_then
from triage.support.text import one_line

MOST_DANGERS = 5
MAX_ENTRIES = 50
"""Entries that are listed, the newest ones; all count, and all are drawn."""


def entry_screen(
    knowledge: Knowledge, assessment: Assessment, course: Course, count: int, urgency_shown: bool
) -> Screen:
    """What an entry means: how urgent it is now and why, how it goes, and how it should go.

    `assessment`: of the answers of this entry alone. `count`: of the entries about this trouble. `urgency_shown`: the
    result of these answers was shown before.
    """
    blocks: list[Block] = []
    if course.raised or not urgency_shown:
        blocks += [_urgency(knowledge, assessment, course), *wording.where_to_go(knowledge, course.where)]
    if course.escalations:
        title = "It is more urgent than your answers alone, because:" if course.raised else "What your diary adds:"
        blocks.append(Block(kind="list", text=title, items=tuple(_escalations(knowledge, course))))
    if RANK[course.level] < RANK["emergency_department_now"]:
        blocks += [Block(kind="heading", text="How it goes"), Block(kind="list", items=_trends(knowledge, course))]
    if not urgency_shown:
        expected = wording.expected_course(knowledge, assessment, course.condition, course.easier_by)
        blocks += [Block(kind="text", text=f"Day {course.day}. {' '.join(expected)}"), *_open(knowledge, assessment),
                   Block(kind="list", text="Do not wait for the next entry:", items=assessment.watch_for)]
    many = "The first entry is" if count == 1 else f"Entry {count} is"
    blocks.append(Block(kind="note", text=f"{many} written down. `triage diary show` shows all, `triage forget` wipes "
                        "them. This is no diagnosis."))
    return Screen(tuple(blocks))


def _urgency(knowledge: Knowledge, assessment: Assessment, course: Course) -> Block:
    words = knowledge.settings.levels[course.level]
    say = words.say.format(days=course.within_days) if course.raised else assessment.urgency.say
    lines = tuple(line for line in (say, words.then if course.level != "self_care" else "") if line)
    return Block(kind="urgency", text=knowledge.settings.urgency_in_words(course.level, course.within_days),
                 level=course.level, items=lines)


def _escalations(knowledge: Knowledge, course: Course) -> list[str]:
    return [f"{wording.escalation(knowledge, course, reason)}." for reason in course.escalations]


def _open(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    dangers = wording.dangers_not_excluded(knowledge, assessment)[:MOST_DANGERS]
    return [wording.not_sure_of(dangers, "write a new entry")] if dangers else []


def title(knowledge: Knowledge, course: Course) -> str:
    """The title of a diary."""
    card = knowledge.conditions.get(course.condition)
    return f"Diary: {wording.in_a_sentence(card.name)}" if card else "Diary of a pain of unknown source"


def overview(
    knowledge: Knowledge, entries: tuple[Entry, ...], course: Course, expected: Sequence[str], today: datetime.date,
    width: int, unicode_ok: bool,
) -> list[str]:
    """The newest trouble as lines of at most `width` cells: the course drawn, what was expected, what it means, and
    each entry. `entries`: at least one; those about other troubles are counted only. `unicode_ok` false: ASCII only.
    """
    about_it = episode(entries)
    out: list[str] = []

    def say(text: str, head: str = "") -> None:
        out.extend(wrap(displayable(text, unicode_ok), width, head))

    say(title(knowledge, course))
    say(f"Since {wording.day_in_words(course.started)}, today is day {course.day}.")
    out.extend(_chart(knowledge, course, width, unicode_ok))
    out.append("")
    for line in _trends(knowledge, course):
        say(line)
    out.append("")
    for line in expected:
        say(line)
    out.append("")
    say(f"How urgent, by this diary: {knowledge.settings.urgency_in_words(course.level, course.within_days)}.")
    for sentence in _escalations(knowledge, course):
        say(sentence, "  - ")
    if entries[-1].day < today:
        say(f"The last entry is of {wording.day_in_words(entries[-1].day)}. `triage diary add` asks about the danger "
            "signs again.")
    out += ["", "Entries"]
    if len(about_it) > MAX_ENTRIES:
        say(f"{len(about_it) - MAX_ENTRIES:,} earlier ones are left out (--json shows all).")
    for entry, then in zip(about_it[-MAX_ENTRIES:], courses_then(knowledge, about_it, MAX_ENTRIES), strict=True):
        out.append("")
        out.extend(_entry(knowledge, entry, then, width, unicode_ok))
    if len(about_it) < len(entries):
        out.append("")
        count = len(entries) - len(about_it)
        say(f"{count} more {'entry is' if count == 1 else 'entries are'} about another trouble (--json shows all).")
    return out


def _chart(knowledge: Knowledge, course: Course, width: int, unicode_ok: bool) -> list[str]:
    """The course drawn in lines of text, with a key; nothing where no pain was written down."""
    *rows, axis = pain_chart.strip(knowledge, course, width - 4, unicode_ok) or [""]
    if not rows:
        return []
    out = ["", *wrap(displayable("Worst pain in 24 hours, from 0 to 10:", unicode_ok), width), ""]
    for at, line in enumerate(rows):
        out.extend(wrap(displayable(line, unicode_ok), width - 2, "  ") if at % 2 == 0 else [f"    {line}"])
    wall = "┆" if unicode_ok else "|"
    days = "; ".join(text for _, text in pain_chart.marks(course))
    ten = " X stands for 10." if not unicode_ok and "X" in "".join(rows[1::2]) else ""
    key = displayable(f"{days[0].upper()}{days[1:]}.{ten}", unicode_ok)
    return [*out, f"    {axis}", *wrap(key, width, f"    {wall} ")]


def _entry(knowledge: Knowledge, entry: Entry, then: Course, width: int, unicode_ok: bool) -> list[str]:
    """One entry, with the urgency that it came to at its time."""
    day = max(0, (entry.day - entry.started).days)
    pain = [f"{wording.place_in_words(knowledge, place)} {score}" for place, score in entry.pain.items()]
    out = wrap(displayable(f"{wording.day_in_words(entry.day)}, day {day}", unicode_ok), width, "  ")
    tried = [knowledge.care[name].name if name in knowledge.care else one_line(name, 60) for name in entry.tried]
    checks = [_check(knowledge, name, result) for name, result in entry.checks.items()]
    signs = [knowledge.findings[name].line or knowledge.findings[name].ask for name in knowledge.emergency
             if entry.answers.get(name) == "yes"]
    rows = [("pain", pain), ("tried", tried), ("self-check", checks), ("new", [one_line(entry.new, 500)]),
            ("danger signs", signs), ("urgency", [knowledge.settings.urgency_in_words(then.level, then.within_days)])]
    for name, parts in rows:
        if any(parts):
            text = "; ".join(pack(parts, 10_000, "; "))
            out.extend(wrap(displayable(text, unicode_ok), width, f"    {name:<12}  "))
    return out


def _check(knowledge: Knowledge, name: str, result: str) -> str:
    card = knowledge.self_checks.get(name)
    if card is None:
        return one_line(f"{name}: {result}", 80)
    known = result in knowledge.findings[card.result].options
    words = wording.answer_in_words(knowledge, card.result, result) if known else one_line(result, 40)
    return f"{card.name}{'' if card.name.endswith('?') else ':'} {words}"


def _trends(knowledge: Knowledge, course: Course) -> tuple[str, ...]:
    lines = []
    for series in course.places:
        start = "" if series.trend == "first" else f", {series.start} at the start"
        place = wording.place_in_words(knowledge, series.place)
        lines.append(f"{place}: {series.now} of 10{start}, {wording.TREND[series.trend]}")
    return tuple(lines) or ("No pain was written down yet.",)
