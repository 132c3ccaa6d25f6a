"""Conversations kept on this computer, when the person asked for it: one private file each, whole at any time."""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
import sys
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
    Fault,
    Finding,
    Knowledge,
    Turn,
)
from triage.support.atomic_files import move, writing
from triage.support.errors import BadFile
from triage.support.text import guess

SCHEMA = "triage-session/1"


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
    """Where sessions are kept: $TRIAGE_HOME, else the folder that the system has for a user's data."""
    if named := os.environ.get("TRIAGE_HOME"):
        return Path(named) / "sessions"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return base / "triage" / "sessions"


def new(knowledge: Knowledge) -> Session:
    """A session without any answer yet; nothing is written."""
    now = _now()
    return Session(id=f"{now[:10]}-{secrets.token_hex(3)}", begun=now, changed=now, rules=knowledge.digest,
                   version=knowledge.settings.version)


def save(session: Session) -> None:
    """Write it: private from the first byte, and whole or not at all. Raises Stopped."""
    path = _path(session.id)
    part = _part(path)
    with writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One name for all tries: what a killed process left behind is written over, and deleted with the session.
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(session), indent=1))
            file.flush()
            os.fsync(file.fileno())
    move(str(part), str(path))


def changed(session: Session, turns: Iterable[Turn], finished: bool = False) -> Session:
    """The session with these turns, changed now."""
    return msgspec.structs.replace(session, turns=tuple(turns), finished=finished, changed=_now())


def under(knowledge: Knowledge, session: Session, turns: Iterable[Turn]) -> Session:
    """The session as these rules go on with it."""
    return msgspec.structs.replace(session, turns=tuple(turns), finished=False, rules=knowledge.digest,
                                   version=knowledge.settings.version)


def every() -> list[Session]:
    """All sessions that can be read, the newest first."""
    found = []
    for name in names():
        with contextlib.suppress(BadFile):
            found.append(read(name))
    return sorted(found, key=lambda session: (session.changed, session.id), reverse=True)


def names() -> list[str]:
    """The names of all files here, also of those that cannot be read, or were never finished."""
    found = {path.stem for path in folder().glob("*.json")} | {p.stem.lstrip(".") for p in folder().glob(".*.new")}
    return sorted(found)


def read(name: str) -> Session:
    """One session. Raises BadFile when there is none of this name, or when it cannot be read."""
    path = _path(name)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        hint = guess(name, names()) or "; `triage sessions list` names all"
        raise BadFile([Fault(name, 0, 0, "missing", f"there is no session of this name{hint}")], missing=True) from None
    except OSError as error:
        sentence = f"this cannot be read: {(error.strerror or 'no file').lower()}"
        raise BadFile([Fault(str(path), 0, 0, "unreadable", sentence)]) from None
    try:
        session = msgspec.json.decode(raw, type=Session)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        sentence = "this cannot be read; it is damaged, or no session"
        raise BadFile([Fault(str(path), 0, 0, "damaged", sentence)]) from None
    if session.schema != SCHEMA:
        sentence = f"this session is of another version ('{session.schema[:40]}', not '{SCHEMA}')"
        raise BadFile([Fault(str(path), 0, 0, "version", sentence)])
    return msgspec.structs.replace(session, id=path.stem)  # a copy is a session of its own


def unfinished() -> Session | None:
    """The newest session that has not come to a result."""
    return next((session for session in every() if not session.finished), None)


def delete(name: str) -> None:
    """Remove one session. Raises BadFile when there is none of this name."""
    path = _path(name)
    if path.stem not in names():
        read(name)
    path.unlink(missing_ok=True)
    _part(path).unlink(missing_ok=True)


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
    # A name is no path: nothing outside of the folder is read, written or removed.
    plain = "".join(sign for sign in name if sign.isalnum() or sign in "-_")
    return folder() / f"{plain or '-'}.json"


def _part(path: Path) -> Path:
    return path.with_name(f".{path.stem}.new")


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
