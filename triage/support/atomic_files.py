"""Files that stand under a temporary name until they are whole: the one way in which anything is written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode
from triage.support.locks import locked

_REASONS = {
    errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than may be written here",
    errno.EPIPE: "the reader went away before all was written",
    errno.ENOENT: "there is no such folder", errno.ENOTDIR: "there is no such folder",
    errno.EACCES: "this may not be written", errno.EPERM: "this may not be written",
    errno.EROFS: "this disk can only be read", errno.EISDIR: "this is a folder, not a file",
    errno.EAGAIN: "the reader is too slow for a pipe that does not wait",
    errno.EBADF: "it is closed", errno.ELOOP: "a link stands in its place",
    errno.EEXIST: "something stands in its place that cannot be removed",
}

_NOT_THROUGH_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

IS_THERE = "there is such a file already; --force writes over it"


def reason(error: OSError) -> str:
    """Why something cannot be written, as half a sentence."""
    return _REASONS.get(error.errno or 0) or (error.strerror or str(error) or "it cannot be written").lower()


@contextlib.contextmanager
def writing(shown: str) -> Iterator[None]:
    """What goes wrong in here with writing becomes one sentence about `shown`. Raises TriageError."""
    try:
        yield
    except OSError as error:
        raise TriageError(f"{shown}: {reason(error)}", ExitCode.CANNOT_WRITE) from None


def write(name: str | Path, data: bytes, *, private: bool = False, over: bool = False) -> None:
    """Write a file whole or not at all; `-` is stdout, and devices and pipes are written as they are.

    `private`: nobody else may read it, from the first byte on. `over`: also over a file that is there, whose rights it
    keeps. Raises TriageError; then all is as it was.
    """
    name = str(name)
    if is_direct(name):
        direct = AtomicFile(name)
        direct.write(data)
        direct.close()
        return
    final = Path(real_path(name))
    # A name of its own for each try: nobody can have put a link there, and two writers do not meet in it.
    temporary = final.with_name(f".{os.fsdecode(os.fsencode(final.name)[:200])}.{secrets.token_hex(6)}.new")
    try:
        with writing(name):
            if final.is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOT_THROUGH_LINKS
            with os.fdopen(os.open(temporary, flags, 0o600 if private else 0o666), "wb") as file:
                _set_rights(file.fileno(), final, private)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if over:
            move(str(temporary), str(final))
        else:
            _name(name, temporary, final)
    finally:
        remove(str(temporary))


_TRY = re.compile(r"\.(.+)\.[0-9a-f]{12}\.new", re.DOTALL)


def name_of_try(file: str) -> str:
    """The name of the file that this is a half-written try of; empty for all other files."""
    match = _TRY.fullmatch(file)
    return match[1] if match else ""


def clear_tries(final: str | Path) -> None:
    """Remove what killed processes left half written of this file, which nobody else may be writing now."""
    with contextlib.suppress(OSError):
        for path in Path(final).parent.iterdir():
            if name_of_try(path.name) == Path(final).name:
                remove(str(path))


def is_taken(name: str) -> bool:
    """Is there something of this name that `write` would be written over?"""
    return not is_direct(name) and os.path.lexists(real_path(name))


def is_direct(name: str) -> bool:
    """Is this stdout, a device or a pipe, which is written as it is?"""
    try:
        return name == "-" or not (stat.S_ISREG(mode := Path(name).stat().st_mode) or stat.S_ISDIR(mode))
    except OSError:
        return False


def real_path(name: str) -> str:
    """Where a file really stands, so that a link to it stays one."""
    return name if is_direct(name) else os.path.realpath(name)


def move(name: str, final: str) -> None:
    """Put a whole file in its place, and let that survive a loss of power. Raises TriageError."""
    with writing(final):
        os.replace(name, final)  # noqa: PTH105
        sync_folder(os.path.dirname(final))  # noqa: PTH120


def sync_folder(folder: str) -> None:
    """Let what was named in a folder survive a loss of power."""
    with contextlib.suppress(OSError):  # not every system opens folders
        opened = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def remove(name: str) -> None:
    """Remove a file, if it is there and can be."""
    with contextlib.suppress(OSError):
        Path(name).unlink()


def _set_rights(file: int, final: Path, private: bool) -> None:
    if not hasattr(os, "fchmod"):
        return
    with contextlib.suppress(FileNotFoundError):
        if private:  # the umask may have taken away even our own rights
            os.fchmod(file, 0o600)
        else:
            os.fchmod(file, stat.S_IMODE(final.stat().st_mode))


def _name(shown: str, temporary: Path, final: Path) -> None:
    """Give it its name, if that is still free."""
    with contextlib.suppress(OSError, AttributeError):  # a link is the one way that cannot write over another file
        if not os.path.lexists(final):
            os.link(temporary, final)
            sync_folder(str(final.parent))
            return
    if os.path.lexists(final):
        raise TriageError(f"{shown}: {IS_THERE}", ExitCode.CANNOT_WRITE)
    move(str(temporary), str(final))


def part_locked(final: str, name: str) -> contextlib.AbstractContextManager[None]:
    """No other run writes the part of this name while this lasts. Raises TriageError, OSError."""
    return locked(name, f"{final}: another run is writing this")


class AtomicFile:
    """A file written bit by bit under a temporary name and moved when it is whole; stdout and the like as they are.

    Nothing waits in a buffer of ours: what `write` has taken is with the system, and closing cannot fail anew.
    """

    def __init__(self, final: str, name: str = "", keep: int = 0, alone: bool = False) -> None:
        """`name`: the temporary one. `keep`: bytes of an earlier part that stay. `alone`: nobody else writes to it.

        Raises TriageError.
        """
        self.final, self.shown = final, "<stdout>" if final == "-" else final
        self.direct = is_direct(final)
        self.name = "" if self.direct else name or final + ".part"
        self.size = keep
        self.digest = hashlib.sha256()
        """Of all that is in it."""
        self._lock = contextlib.ExitStack()
        with writing(self.shown):
            if final == "-":
                sys.stdout.flush()
                self.file: Any = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
            elif self.direct:
                self.file = os.fdopen(os.open(final, os.O_WRONLY), "wb", buffering=0)
            elif Path(final).is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            else:
                if not alone:  # two runs into one part would mix their rows
                    self._lock.enter_context(part_locked(self.shown, self.name))
                try:
                    self.file = self._open(keep)
                except BaseException:
                    self._lock.close()
                    raise

    def _open(self, keep: int) -> Any:
        """A new file under the temporary name, or what an earlier run left of one; nothing that somebody put there."""
        flags = os.O_RDWR | _NOT_THROUGH_LINKS
        if not keep:
            remove(self.name)
            flags |= os.O_CREAT | os.O_EXCL
        file = os.fdopen(os.open(self.name, flags, 0o666), "r+b", buffering=0)
        if keep:
            left = os.fstat(file.fileno())
            if not stat.S_ISREG(left.st_mode) or left.st_nlink > 1:
                file.close()
                raise TriageError(f"{self.shown}: {self.name} is not what an earlier run left", ExitCode.BAD_INPUT)
            while (rest := keep - file.tell()) and (some := file.read(min(rest, 1 << 20))):
                self.digest.update(some)
            file.truncate(keep)
            file.seek(keep)
        return file

    def write(self, data: bytes) -> None:
        """Write all of it. Raises TriageError."""
        rest = memoryview(data)
        with writing(self.shown):
            while rest:
                sent = self.file.write(rest)
                if sent is None:
                    raise BlockingIOError(errno.EAGAIN, "")
                rest = rest[sent:]
        self.size += len(data)
        self.digest.update(data)

    def sync(self) -> None:
        """Let it survive a loss of power."""
        if not self.direct and not self.file.closed:
            with writing(self.shown):
                os.fsync(self.file.fileno())

    def end(self) -> None:
        """No more is written; it stays ours."""
        if self.final != "-":
            self.file.close()

    def close(self) -> None:
        """Leave it as it is."""
        self.end()
        self._lock.close()

    def move(self) -> None:
        """It is whole: give it its name."""
        if not self.direct:
            self.sync()
            self.end()
            move(self.name, self.final)
        self.close()

    def drop(self) -> None:
        """Remove what was written."""
        self.end()
        if not self.direct:
            remove(self.name)
        self._lock.close()
