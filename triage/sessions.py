"""Conversations kept on this computer, when the person asked for it: one private file each, whole at any time."""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from triage.answers import BadAnswer, normal
from triage.files import BadFile
from triage.model import AGAIN, Answer, Answers, Fault, Knowledge, Turn
from triage.parts import writing
from triage.words import guess

SCHEMA = "triage-session/1"
OFFER = "offer:"
"""Begins the name of an answer to the offer of a self-check, which is no finding."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation. Times are UTC, as ISO 8601."""

    schema: str = SCHEMA
    id: str
    begun: str
    changed: str
    rules: str
    """Digest of the rules that asked."""
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
    return Session(id=f"{now[:10]}-{secrets.token_hex(3)}", begun=now, changed=now, rules=knowledge.digest)


def save(session: Session) -> None:
    """Write it: private from the first byte, and whole or not at all. Raises Stopped."""
    path = _path(session.id)
    with writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")  # 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(session), indent=1))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise


def changed(session: Session, turns: Iterable[Turn], finished: bool = False) -> Session:
    """The session with these turns, changed now."""
    return msgspec.structs.replace(session, turns=tuple(turns), finished=finished, changed=_now())


def every() -> list[Session]:
    """All sessions that can be read, the newest first."""
    found = []
    for path in folder().glob("*.json"):
        with contextlib.suppress(BadFile):
            found.append(read(path.stem))
    return sorted(found, key=lambda session: (session.changed, session.id), reverse=True)


def read(name: str) -> Session:
    """One session. Raises BadFile when there is none of this name, or when it cannot be read."""
    path = _path(name)
    try:
        raw = path.read_bytes()
    except OSError:
        known = sorted(each.stem for each in folder().glob("*.json")) if folder().is_dir() else []
        hint = guess(name, known) or "; `triage sessions list` names all"
        raise BadFile([Fault(name, 0, 0, "missing", f"there is no session of this name{hint}")], missing=True) from None
    try:
        session = msgspec.json.decode(raw, type=Session)
    except (msgspec.DecodeError, UnicodeDecodeError):
        sentence = "this cannot be read; it is damaged, or no session"
        raise BadFile([Fault(str(path), 0, 0, "damaged", sentence)]) from None
    if session.schema != SCHEMA:
        sentence = f"this session is of another version ('{session.schema[:40]}', not '{SCHEMA}')"
        raise BadFile([Fault(str(path), 0, 0, "version", sentence)])
    return session


def unfinished() -> Session | None:
    """The newest session that has not come to a result."""
    return next((session for session in every() if not session.finished), None)


def delete(name: str) -> None:
    """Remove one session. Raises BadFile when there is none of this name."""
    path = _path(name)
    if not path.is_file():
        read(name)
    path.unlink()


def fitted(knowledge: Knowledge, session: Session) -> tuple[list[Turn], list[str]]:
    """Turns that these rules still understand, and the questions of those that they do not."""
    kept: list[Turn] = []
    lost: list[str] = []
    for turn in session.turns:
        try:
            kept.append(msgspec.structs.replace(turn, answers={
                name: _answer(knowledge, name, answer) for name, answer in turn.answers.items()}))
        except (BadAnswer, KeyError):
            lost.append(turn.question.ask)
    return kept, lost


def answers(session: Session) -> Answers:
    """All answers to findings, the later over the earlier."""
    return {name: tuple(answer) if isinstance(answer, list) else answer
            for turn in session.turns for name, answer in turn.answers.items() if not name.startswith(OFFER)}


def _answer(knowledge: Knowledge, name: str, answer: Answer) -> Answer:
    if name.startswith(OFFER):
        knowledge.self_checks[name.removeprefix(OFFER)]  # KeyError when the card is gone
        return answer
    finding = knowledge.findings.get(name) or knowledge.findings[name.removesuffix(AGAIN)]
    return normal(finding, list(answer) if isinstance(answer, tuple) else answer)


def _path(name: str) -> Path:
    # A name is no path: nothing outside of the folder is read, written or removed.
    plain = "".join(sign for sign in name if sign.isalnum() or sign in "-_")
    return folder() / f"{plain or '-'}.json"


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
