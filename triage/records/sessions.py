"""Conversations kept on this computer, when the person asked for it: one private file each, whole at any time."""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from triage.inference.answers import BadAnswer, normal
from triage.interview import next_question
from triage.model import (
    AGAIN,
    FINDINGS,
    NONE,
    NOT_SURE,
    OPTION,
    Answer,
    Answers,
    Choice,
    Finding,
    Knowledge,
    Turn,
)
from triage.support.atomic_files import name_of_try, remove, write, writing
from triage.support.errors import BadFile
from triage.support.folders import data_folder, make_private
from triage.support.input_files import read_plain
from triage.support.locks import locked
from triage.support.text import guess, printable

SCHEMA, OLDER = "triage-session/2", "triage-session/1"
"""The format, and the one before, which is read as well: see `_of_today`."""
SUFFIX = ".json"
MAX_BYTES = 20_000_000
"""Of one kept conversation; a long one has some hundred thousand."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation. Times are UTC, as ISO 8601."""

    schema: str = SCHEMA
    id: str
    begun: str
    changed: str
    rules: str
    """Digest of the rules that asked."""
    version: str = ""
    """Their version."""
    finished: bool = False
    turns: tuple[Turn, ...] = ()
    mentions: Answers = {}
    """What was said in own words of findings that are still to be asked."""


def folder() -> Path:
    """Where sessions are kept. Raises TriageError where a user has no home."""
    return data_folder() / "sessions"


def new(knowledge: Knowledge) -> Session:
    """A session without any answer yet; nothing is written."""
    now = _now()
    return Session(id=f"{now[:10]}-{secrets.token_hex(3)}", begun=now, changed=now, rules=knowledge.digest,
                   version=knowledge.settings.version)


def save(session: Session) -> None:
    """Write it: private from the first byte, and whole or not at all. Raises TriageError."""
    path = _path(session.id)
    make_private(path.parent.parent)
    make_private(path.parent)
    write(path, msgspec.json.format(msgspec.json.encode(session), indent=1), private=True, over=True)
    for part in _parts(path):  # what a killed process left half written
        remove(str(part))


def with_turns(
    session: Session, turns: Iterable[Turn], finished: bool = False, mentions: Answers | None = None
) -> Session:
    """The session with these turns, changed now."""
    return replace(session, turns=tuple(turns), finished=finished, mentions=mentions or {}, changed=_now())


def copy(session: Session) -> Session:
    """The same under another name, as a session of its own: kept before other rules cut what they do not understand."""
    return replace(session, id=f"{session.id}-{session.rules[:6] or 'before'}")


@contextlib.contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Nobody else goes on with this session meanwhile. Raises TriageError when another process does so already."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # where there can be no lock, nothing can be saved either, and that is said
            stack.enter_context(locked(_path(name), f"{printable(name)}: this conversation is open in another window; "
                                                    "go on there, or close it first"))
        yield


def every() -> list[Session]:
    """All sessions that can be read, the newest first. Raises BadFile when it cannot be seen what there is."""
    readable = []
    for name in names():
        with contextlib.suppress(BadFile):
            readable.append(read(name))
    return sorted(readable, key=lambda session: (session.changed, session.id), reverse=True)


def names() -> list[str]:
    """The names of all files here, also of those that cannot be read, or were never finished. Raises BadFile."""
    try:
        files = [path.name for path in folder().iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BadFile.of_file(str(folder()), "unreadable", f"it cannot be seen what is kept here: {reason}") from None
    return sorted({_part_of(file) or file.removesuffix(SUFFIX) for file in files
                   if file.endswith(SUFFIX) or _part_of(file)})


def read(name: str) -> Session:
    """One session. Raises BadFile when there is none of this name, or when it cannot be read."""
    path = _path(name)
    try:
        raw = read_plain(path, MAX_BYTES)
    except FileNotFoundError:
        hint = guess(name, map(printable, names())) or "; `triage sessions list` names all"
        raise BadFile.of_file(name, "missing", f"there is no session of this name{hint}", missing=True) from None
    except OSError as error:
        sentence = f"this cannot be read: {(error.strerror or 'no file').lower()}"
        raise BadFile.of_file(str(path), "unreadable", sentence) from None
    try:
        if len(raw) > MAX_BYTES:
            raise msgspec.DecodeError
        session = msgspec.json.decode(raw, type=Session)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sentence = "this cannot be read; it is damaged, or no session"
        raise BadFile.of_file(str(path), "damaged", sentence) from None
    if session.schema == OLDER:
        session = _of_today(session)
    if session.schema != SCHEMA:
        sentence = f"this session is of another version ('{session.schema[:40]}', not '{SCHEMA}')"
        raise BadFile.of_file(str(path), "version", sentence)
    return replace(session, id=path.name.removesuffix(SUFFIX))  # a copy is a session of its own


def unfinished() -> Session | None:
    """The newest session that has not come to a result."""
    return next((session for session in every() if not session.finished), None)


def delete(name: str) -> None:
    """Remove one session. Raises BadFile when there is none of this name, TriageError when it cannot be removed."""
    path = _path(name)
    parts = _parts(path)
    if not parts and not os.path.lexists(path):
        read(name)
    with writing(printable(name)):
        for each in (path, *parts):
            each.unlink(missing_ok=True)


def under_rules(knowledge: Knowledge, session: Session) -> tuple[Session, list[str]]:
    """The session as these rules go on with it: what they still understand, in their words; and the questions of which
    they do not understand the answers."""
    kept: list[Turn] = []
    lost: list[str] = []
    facts: Answers = {}
    for turn in session.turns:
        answers: Answers = {}
        gone: list[str] = []
        for name, answer in turn.answers.items():
            try:
                answers |= _answer(knowledge, turn, name, answer)
            except (BadAnswer, KeyError):
                gone.append(name)
        spoken = turn.question.purpose == "own_words"
        if not _is_sound(knowledge, turn, session.rules == knowledge.digest):
            lost.append(turn.question.ask)
            continue
        lost += gone if spoken else [turn.question.ask] if gone else []
        if spoken or not gone:
            facts |= answers
            same = session.rules == knowledge.digest
            kept.append(Turn(turn.question, answers) if same else _reworded(knowledge, turn, answers, facts))
    return replace(session, turns=tuple(kept), mentions=_mentions(knowledge, session), rules=knowledge.digest,
                   version=knowledge.settings.version), lost


def last_day(session: Session, today: datetime.date) -> datetime.date:
    """The day on which it was changed last, here; today, where that cannot be read or is still to come."""
    try:
        return min(datetime.datetime.fromisoformat(session.changed).astimezone().date(), today)
    except (ValueError, OverflowError):
        return today


def answers(session: Session) -> Answers:
    """All answers to findings, the later over the earlier."""
    return {name: answer for turn in session.turns if turn.question.purpose != "offer"
            for name, answer in turn.answers.items()}


def count(session: Session) -> int:
    """How many questions were answered; what was only read or skipped is none."""
    return sum(bool(turn.answers) for turn in session.turns)


def _of_today(session: Session) -> Session:
    """A session of the format before: purposes stood in the ids of questions, mentions in the ticks of own words."""
    turns: list[Turn] = []
    mentions: Answers = {}
    for turn in session.turns:
        question = turn.question
        if question.id == "own_words":
            for line in question.ticked:
                name, is_option, option = line.partition(OPTION)
                before = mentions.get(name)
                options = before if isinstance(before, tuple) else ()
                mentions[name] = (*options, option) if is_option else "yes"
            question = replace(question, purpose="own_words", ticked=())
        elif question.id.startswith("offer:"):
            question = replace(question, purpose="offer")
        elif question.id == "thorough":
            question = replace(question, purpose="thorough")
        turns.append(Turn(question, turn.answers))
    return replace(session, schema=SCHEMA, turns=tuple(turns), mentions=mentions)


def _mentions(knowledge: Knowledge, session: Session) -> Answers:
    """What was mentioned, as far as these rules have a question for it. Without a value that they know it is asked all
    the same."""
    out: Answers = {}
    for name, answer in session.mentions.items():
        finding = knowledge.findings.get(knowledge.known_names.get(name, ""))
        if finding is not None:
            try:
                out[finding.id] = normal(finding, list(answer) if isinstance(answer, tuple) else answer)
            except BadAnswer:
                out[finding.id] = NOT_SURE
    return out


def _is_sound(knowledge: Knowledge, turn: Turn, same: bool) -> bool:
    """Can a talk go on with this turn? A file may have been changed by hand."""
    question = turn.question
    if question.purpose == "thorough":
        return not turn.answers
    if question.purpose == "own_words":
        return True
    if question.purpose == "offer":
        return set(turn.answers) == {f"offer:{question.self_check}"} == {*question.findings}
    known = (*question.findings, *question.several, *question.several_is, *turn.answers,
             *filter(None, (question.picture, question.within, question.spreads)))
    if question.purpose not in FINDINGS or not question.findings or question.self_check not in (
            "", *knowledge.self_checks) or bool(question.picture) != bool(question.within):
        return False
    return not same or all(name in knowledge.known_names for name in known)


def _answer(knowledge: Knowledge, turn: Turn, name: str, answer: Answer) -> Answers:
    """The answer by its name of today. Raises BadAnswer or KeyError when it has no meaning any more."""
    if turn.question.purpose == "offer":
        knowledge.self_checks[turn.question.self_check]  # KeyError when the card is gone
        if answer not in ("try", "skip", "other"):
            raise BadAnswer(name)
        return {name: answer}
    name = knowledge.known_names[name]
    today = normal(_finding(knowledge, name), list(answer) if isinstance(answer, tuple) else answer)
    return {name: answer if answer == NONE else today}


def _finding(knowledge: Knowledge, name: str) -> Finding:
    return knowledge.findings.get(name) or knowledge.findings[name.removesuffix(AGAIN)]


def _reworded(knowledge: Knowledge, turn: Turn, answers: Answers, facts: Answers) -> Turn:
    """The turn as it would be put today: one finding anew, a list without the lines that are gone."""
    question, name = turn.question, next(iter(answers), "")
    if len(answers) == 1 and question.kind != "checklist" and name in knowledge.findings:
        today = next_question.ask(knowledge, knowledge.findings[name], question.stage, facts)
        question = replace(today, self_check=question.self_check)
    elif question.kind == "checklist":
        choices = []
        for choice in question.choices:
            line, is_option, option = choice.id.partition(OPTION)
            line = knowledge.known_names.get(line, line)
            if choice.id in (NONE, NOT_SURE) or (
                    line in answers and (not is_option or option in _finding(knowledge, line).options)):
                choices.append(Choice(line + is_option + option, choice.label))
        several = tuple(knowledge.known_names.get(each, each) for each in question.several)
        question = replace(question, findings=tuple(answers), choices=tuple(choices), several=several)
    return Turn(question, answers)


def _path(name: str) -> Path:
    """The file of a name, as it is or as it is listed."""
    # A name is no path: nothing outside of the folder is read, written or removed.
    if not name or "\0" in name or Path(name).name != name:
        return folder() / SUFFIX
    path = folder() / f"{name}{SUFFIX}"
    if not os.path.lexists(path):
        same = [each for each in names() if printable(each) == name]
        path = folder() / f"{same[0] if same else name}{SUFFIX}"
    return path


def _part_of(file: str) -> str:
    """The session that a file is a half-written try of; empty for all other files."""
    if whole := name_of_try(file):
        return whole.removesuffix(SUFFIX)
    return file[1:-4] if file.startswith(".") and file.endswith(".new") else ""  # as version 1.0 wrote it


def _parts(path: Path) -> list[Path]:
    """What processes that were killed left of a session."""
    name = path.name.removesuffix(SUFFIX)
    with contextlib.suppress(OSError):
        return [each for each in path.parent.iterdir() if name and _part_of(each.name) == name]
    return []


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
