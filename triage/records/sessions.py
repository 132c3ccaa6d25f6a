"""Conversations kept on this computer, when the person asked for it: one private file each, whole at any time."""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from triage.inference.answers import BadAnswer, normal
from triage.interview import next_question
from triage.model import (
    AGAIN,
    NONE,
    NOT_SURE,
    OFFER,
    OPTION,
    OWN_WORDS,
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
from triage.support.text import guess, printable

SCHEMA = "triage-session/1"
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


def changed(session: Session, turns: Iterable[Turn], finished: bool = False) -> Session:
    """The session with these turns, changed now."""
    return msgspec.structs.replace(session, turns=tuple(turns), finished=finished, changed=_now())


def under(knowledge: Knowledge, session: Session, turns: Iterable[Turn]) -> Session:
    """The session as these rules go on with it."""
    return msgspec.structs.replace(session, turns=tuple(turns), finished=False, rules=knowledge.digest,
                                   version=knowledge.settings.version)


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
    if session.schema != SCHEMA:
        sentence = f"this session is of another version ('{session.schema[:40]}', not '{SCHEMA}')"
        raise BadFile.of_file(str(path), "version", sentence)
    return msgspec.structs.replace(session, id=path.name.removesuffix(SUFFIX))  # a copy is a session of its own


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


def fitted(knowledge: Knowledge, session: Session) -> tuple[list[Turn], list[str]]:
    """Turns that these rules still understand, in their words, and the questions of those that they do not."""
    kept: list[Turn] = []
    lost: list[str] = []
    facts: Answers = {}
    for turn in session.turns:
        answers: Answers = {}
        gone: list[str] = []
        for name, answer in turn.answers.items():
            try:
                answers |= _answer(knowledge, name, answer)
            except (BadAnswer, KeyError):
                gone.append(name)
        told = turn.question.id == OWN_WORDS
        lost += gone if told else [turn.question.ask] if gone else []
        if told or not gone:
            facts |= answers
            same = session.rules == knowledge.digest
            kept.append(Turn(turn.question, answers) if same else _reworded(knowledge, turn, answers, facts))
    return kept, lost


def answers(session: Session) -> Answers:
    """All answers to findings, the later over the earlier."""
    return {name: answer for turn in session.turns for name, answer in turn.answers.items()
            if not name.startswith(OFFER)}


def count(session: Session) -> int:
    """How many questions were answered; what was only read or skipped is none."""
    return sum(bool(turn.answers) for turn in session.turns)


def _answer(knowledge: Knowledge, name: str, answer: Answer) -> Answers:
    """The answer by its name of today. Raises BadAnswer or KeyError when it has no meaning any more."""
    if name.startswith(OFFER):
        knowledge.self_checks[name.removeprefix(OFFER)]  # KeyError when the card is gone
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
        question = msgspec.structs.replace(today, self_check=question.self_check)
    elif question.kind == "checklist":
        choices = []
        for choice in question.choices:
            line, is_option, option = choice.id.partition(OPTION)
            line = knowledge.known_names.get(line, line)
            if choice.id in (NONE, NOT_SURE) or (
                    line in answers and (not is_option or option in _finding(knowledge, line).options)):
                choices.append(Choice(line + is_option + option, choice.label))
        several = tuple(knowledge.known_names.get(each, each) for each in question.several)
        question = msgspec.structs.replace(question, findings=tuple(answers), choices=tuple(choices), several=several)
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
    with contextlib.suppress(OSError):
        return [each for each in path.parent.iterdir() if _part_of(each.name) == path.name.removesuffix(SUFFIX)]
    return []


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
