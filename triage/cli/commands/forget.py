"""`triage forget`: wipe all that was kept on this computer, and say what it was."""

from __future__ import annotations

import argparse
import contextlib
import re
import stat
import sys
from pathlib import Path

import msgspec

from triage.cli.output import complain
from triage.frontends.terminal import Front, front
from triage.interview.next_question import NO
from triage.model import Block, Choice, Given, Question, Quit, Screen
from triage.presentation.result_json import encode
from triage.records import diary
from triage.support.atomic_files import remove
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode
from triage.support.locks import locked
from triage.support.text import printable

OURS = re.compile(r"\.?\d{4}-\d\d-\d\d-[0-9a-f]{6}.*(\.json|\.new)\Z", re.DOTALL)
"""The name of a session, of one that is being written, or of a copy of one."""
LOCK = ".lock"
"""How the names of files end that only say that something is being written; a killed process leaves them."""
WAIT = 10
"""Seconds for an entry that is being written."""


class Contents(msgspec.Struct, frozen=True):
    """What lies in the private folder."""

    conversations: tuple[Path, ...] = ()
    diaries: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()
    """Links with our names: they go, what they lead to stays."""
    others: tuple[Path, ...] = ()
    """What is not ours."""
    locks: tuple[Path, ...] = ()
    closed: dict[Path, str] = {}
    """Folders that cannot be looked into, with the reason."""

    @property
    def ours(self) -> tuple[Path, ...]:
        return (*self.conversations, *self.diaries, *self.links)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> int:
    """Ask once, then wipe."""
    home = diary.path().parent
    contents = look(home)
    if not contents.ours:
        return _say_what_is_gone(options, home, contents, (), contents.closed)
    if not options.yes:
        if options.json:
            from triage.frontends.terminal.plain import PlainFront

            speaks: Front = PlainFront(sys.stdin, sys.stderr)
        else:
            speaks = front(plain=options.plain, mouse=options.mouse)
        reply = speaks.ask(_question(home, contents), 0)
        if reply != Given("yes"):
            speaks.show(Screen((Block(kind="text", text="Nothing was wiped."),)))
            return ExitCode.INTERRUPTED if isinstance(reply, Quit) else 0
    gone, failed = wipe(contents)
    with contextlib.suppress(OSError):  # not empty, or a link
        (home / "sessions").rmdir()
    return _say_what_is_gone(options, home, contents, gone, {**contents.closed, **failed})


def look(home: Path) -> Contents:
    """What lies here. Links are not followed, but for the folder itself."""
    conversations: list[Path] = []
    diaries: list[Path] = []
    links: list[Path] = []
    others: list[Path] = []
    locks: list[Path] = []
    closed: dict[Path, str] = {}
    for path in _inside(home, closed):
        is_diary = path.name == "diary.jsonl"
        if path.name == "sessions" and path.is_dir() and not path.is_symlink():
            for each in _inside(path, closed):
                if each.name.endswith(LOCK) and _is_file(each):
                    locks.append(each)
                elif not _is_session(each):
                    others.append(each)
                else:
                    (links if each.is_symlink() else conversations).append(each)
        elif (is_diary or path.name == "sessions") and path.is_symlink():
            links.append(path)
        elif is_diary and _is_file(path):
            diaries.append(path)
        elif path.name == f"diary.jsonl{LOCK}" and _is_file(path):
            locks.append(path)
        else:
            others.append(path)
    return Contents(tuple(conversations), tuple(diaries), tuple(links), tuple(others), tuple(locks), closed)


def wipe(contents: Contents) -> tuple[tuple[Path, ...], dict[Path, str]]:
    """Remove what is ours. Returns what is gone, and what could not be removed with the reason."""
    gone: list[Path] = []
    failed: dict[Path, str] = {}
    for path in contents.ours:
        try:
            if path in contents.diaries:  # an entry that is being written would be lost
                with locked(path, "an entry is being written", WAIT):
                    path.unlink()
            else:
                path.unlink()
            gone.append(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            failed[path] = (error.strerror or "unknown").lower()
        except TriageError as error:
            failed[path] = error.sentence
    for path in contents.locks:
        remove(str(path))
    return tuple(gone), failed


def _inside(folder: Path, closed: dict[Path, str]) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        closed[folder] = (error.strerror or "unknown").lower()
        return []


def _is_file(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _is_session(path: Path) -> bool:
    """By its name, or, for a copy under another name, by what stands in it."""
    if not (_is_file(path) or path.is_symlink()):
        return False
    if OURS.match(path.name):
        return True
    if path.is_symlink() or path.suffix != ".json":
        return False
    with contextlib.suppress(OSError), path.open("rb") as file:
        return b'"triage-session/' in file.read(200)
    return False


def _question(home: Path, contents: Contents) -> Question:
    return Question(
        id="forget", kind="yes_no", ask=f"Wipe {_counted(contents, contents.ours)}?", findings=("forget",),
        help=f"From {home}. This cannot be undone.", choices=(NO, Choice("yes", "Yes, wipe all of it")),
    )


def _counted(contents: Contents, paths: tuple[Path, ...]) -> str:
    talks = sum(path in contents.conversations for path in paths)
    links = sum(path in contents.links for path in paths)
    parts = [f"{talks} kept conversation{'s' if talks != 1 else ''}"] if talks else []
    parts += ["the diary"] if any(path in contents.diaries for path in paths) else []
    parts += [f"{links} link{'s' if links != 1 else ''}"] if links else []
    return " and ".join(parts) if len(parts) < 3 else f"{parts[0]}, {parts[1]} and {parts[2]}"


def _say_what_is_gone(
    options: argparse.Namespace, home: Path, contents: Contents, gone: tuple[Path, ...], failed: dict[Path, str]
) -> int:
    """Say what was wiped, what could not be, and what was left alone."""
    if options.json:
        sys.stdout.buffer.write(encode({
            "schema": "triage-forget/1", "folder": str(home), "wiped": [str(path) for path in gone],
            "failed": [{"file": str(path), "reason": reason} for path, reason in failed.items()],
            "left": [str(path) for path in contents.others],
        }))
        return ExitCode.CANNOT_WRITE if failed else 0
    if gone:
        print(f"Wiped {_counted(contents, gone)}:")
        for path in gone:
            leads = " (a link; what it led to is not wiped)" if path in contents.links else ""
            print(f"  {printable(str(path))}{leads}")
    elif not failed:
        print("Nothing is kept on this computer. There was nothing to wipe.")
    for path in contents.others:
        print(f"Left alone, because it is not ours: {printable(str(path))}")
    for path, reason in failed.items():
        complain(f"{path}: this cannot be wiped: {reason}")
    return ExitCode.CANNOT_WRITE if failed else 0
