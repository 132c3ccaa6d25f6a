"""The diary of a complaint on this computer: one private file that only grows, an entry a line."""

from __future__ import annotations

import contextlib
import datetime
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from triage.inference.answers import parse as parse_answers
from triage.model import Answers, Fault, Knowledge, Level
from triage.support.atomic_files import sync_folder, writing
from triage.support.errors import BadFile, TriageError
from triage.support.exit_codes import ExitCode
from triage.support.folders import data_folder, make_private
from triage.support.input_files import read_plain
from triage.support.locks import locked

VERSION = 1
MAX_BYTES = 500_000_000
"""Of a diary; 100,000 entries have about 100 million."""
WAIT = 10
"""Seconds that another process is waited for which is writing an entry."""
Score = Annotated[int, msgspec.Meta(ge=0, le=10)]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What was written down at one time. The version stands first in each line."""

    v: int = VERSION
    at: str
    """When, in UTC, as ISO 8601."""
    day: datetime.date
    """The same as a day where the person lives."""
    started: datetime.date
    """The day from which it counts: that of the talk, or of the first entry. Another trouble has another one."""
    condition: str = ""
    """What fitted first; empty when it is not known."""
    pain: dict[str, Score] = {}
    """Place -> the worst pain of the last 24 hours. A place is an option of pain.site or pain.region, or ANYWHERE."""
    tried: tuple[str, ...] = ()
    """Care cards."""
    checks: dict[str, str] = {}
    """Self-check -> what it showed."""
    new: str = ""
    """What was new, in the person's words."""
    level: Level = "self_care"
    """What the answers alone conclude; the course may say more, see `triage.records.follow_up`."""
    within_days: int = 0
    where: str = "home"
    held: Level = "self_care"
    """What was told before, when nobody has looked at it since."""
    answers: Answers = {}


class Diary(msgspec.Struct, frozen=True):
    """All entries that can be read, in the order of the file, and the lines that cannot."""

    entries: tuple[Entry, ...] = ()
    torn: tuple[int, ...] = ()


class _Any(msgspec.Struct):
    v: int


def path() -> Path:
    """Where the diary is kept."""
    return data_folder() / "diary.jsonl"


def read() -> Diary:
    """The diary; an empty one when there is none. Raises BadFile when it is of a newer version, or cannot be read."""
    try:
        raw = read_plain(path(), MAX_BYTES)
    except FileNotFoundError:
        return Diary()
    except OSError as error:
        raise _bad("unreadable", f"the diary cannot be read: {(error.strerror or 'no file').lower()}") from None
    if len(raw) > MAX_BYTES:
        raise _bad("too-large", f"the diary is too large; {MAX_BYTES:,} bytes are the most")
    return parse(raw)


def parse(raw: bytes) -> Diary:
    """The bytes of a diary as entries. Raises BadFile for a line of a newer version, and for nothing else."""
    entries: list[Entry] = []
    torn: list[int] = []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            if msgspec.json.decode(line, type=_Any).v > VERSION:
                raise _bad("version", "the diary was written by a newer version of triage; nothing was changed, please "
                                      "use that version", number)
            entry = msgspec.json.decode(line, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            torn.append(number)
            continue
        if entry.v == VERSION:
            entries.append(entry)
        else:
            torn.append(number)
    return Diary(tuple(entries), tuple(torn))


def about_unreadable_lines(diary: Diary) -> str:
    """A sentence about lines that cannot be read; empty when all can."""
    if not diary.torn:
        return ""
    numbers = ", ".join(map(str, diary.torn[:5])) + (", …" if diary.torn[5:] else "")
    many = len(diary.torn) > 1
    return (f"Line{'s' if many else ''} {numbers} of the diary cannot be read and {'are' if many else 'is'} left out; "
            f"in the file {'they stay' if many else 'it stays'} as {'they are' if many else 'it is'}.")


def append(entry: Entry) -> None:
    """Write one entry behind all others, and let that survive a loss of power. Raises TriageError."""
    name = path()
    line = msgspec.json.encode(entry) + b"\n"
    with writing(str(name)):
        make_private(name.parent)
        with locked(name, f"{name}: another entry is being written", WAIT), _appending(name) as file:
            state = os.fstat(file)
            if not stat.S_ISREG(state.st_mode):
                raise TriageError(f"{name}: this is no file", ExitCode.CANNOT_WRITE)
            if hasattr(os, "fchmod") and stat.S_IMODE(state.st_mode) != 0o600:
                os.fchmod(file, 0o600)
            # What was torn stays a line of its own, and takes nothing of this one with it.
            if state.st_size and os.lseek(file, -1, os.SEEK_END) >= 0 and os.read(file, 1) != b"\n":
                line = b"\n" + line
            while line:
                line = line[os.write(file, line):]
            os.fsync(file)
        sync_folder(str(name.parent))


def writable() -> None:
    """Can an entry be written here? Asked before a person answers for nothing. Raises TriageError."""
    name = path()
    place = name
    while not os.path.lexists(place) and place != place.parent:
        place = place.parent
    with writing(str(name)):
        if place != name and not place.is_dir():
            raise NotADirectoryError(20, "a file stands where the folder should be")
        if place == name and not place.is_file():
            raise TriageError(f"{name}: this is no file", ExitCode.CANNOT_WRITE)
    if not os.access(place, os.W_OK):
        raise TriageError(f"{name}: this may not be written", ExitCode.CANNOT_WRITE)


def episode(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries about the same trouble as the last one."""
    return tuple(entry for entry in entries if entry.started == entries[-1].started)


def under_rules(knowledge: Knowledge, entry: Entry) -> Answers:
    """The answers of an entry as far as these rules understand them."""
    answers, _ = parse_answers(knowledge, entry.answers)
    return answers


@contextlib.contextmanager
def _appending(name: Path) -> Iterator[int]:
    """The file, open for an entry behind all others."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.open(name, flags, 0o600)
    try:
        yield file
    finally:
        os.close(file)


def _bad(code: str, sentence: str, line: int = 0) -> BadFile:
    return BadFile([Fault(str(path()), line, 1 if line else 0, code, sentence)])
