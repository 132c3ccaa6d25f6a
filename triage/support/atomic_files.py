"""Files that stand under a temporary name until they are whole."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triage.support.text import printable

FAULTS, BAD_INPUT, MISSING, UNAVAILABLE, CANNOT_WRITE = 1, 65, 66, 69, 73

_REASONS = {
    errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than may be written here",
    errno.EPIPE: "the reader went away before all was written",
    errno.ENOENT: "there is no such folder", errno.ENOTDIR: "there is no such folder",
    errno.EACCES: "this may not be written", errno.EPERM: "this may not be written",
    errno.EROFS: "this disk can only be read", errno.EISDIR: "this is a folder, not a file",
    errno.EAGAIN: "the reader is too slow for a pipe that does not wait",
}


class Stopped(Exception):
    """The work cannot go on. `sentence` says why, fit to be shown; `code` is what the process ends with."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence, code)
        self.sentence, self.code = printable(sentence), code


@contextlib.contextmanager
def writing(shown: str) -> Iterator[None]:
    """What goes wrong in here with writing is told as one sentence about `shown`. Raises Stopped."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error) or "it cannot be written").lower()
        raise Stopped(f"{shown}: {reason}", CANNOT_WRITE) from None


def is_direct(name: str) -> bool:
    """Is this stdout, a device or a pipe, which is written as it is?"""
    try:
        return name == "-" or not (stat.S_ISREG(mode := Path(name).stat().st_mode) or stat.S_ISDIR(mode))
    except OSError:
        return False


def resolved(name: str) -> str:
    """Where a file really stands, so that a link to it stays one."""
    return name if is_direct(name) else os.path.realpath(name)


class AtomicFile:
    """A file written under a temporary name and moved when it is whole; stdout, a device or a pipe as it is.

    Nothing waits in a buffer of ours: what `write` has taken is with the system, and closing cannot fail anew.
    """

    def __init__(self, final: str, name: str = "", keep: int = 0) -> None:
        """`name`: the temporary one. `keep`: so many bytes of an earlier part stay. Raises Stopped."""
        self.final, self.shown = final, "<stdout>" if final == "-" else final
        self.direct = is_direct(final)
        self.name = "" if self.direct else name or final + ".part"
        self.size = keep
        with writing(self.shown):
            if final == "-":
                sys.stdout.flush()
                self.file: Any = getattr(sys.stdout.buffer, "raw", sys.stdout.buffer)
            elif self.direct:
                self.file = os.fdopen(os.open(final, os.O_WRONLY), "wb", buffering=0)
            elif Path(final).is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            else:
                self.file = os.fdopen(os.open(self.name, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
                self._lock()
                self.file.truncate(keep)
                self.file.seek(keep)

    def _lock(self) -> None:
        """Two runs into one part would mix their rows."""
        try:
            import fcntl

            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(self.file.fileno()), os.stat(self.name)):  # noqa: PTH116
                raise BlockingIOError  # the other run has just given it its final name
        except (BlockingIOError, FileNotFoundError):
            self.file.close()
            raise Stopped(f"{self.shown}: another run is writing this", CANNOT_WRITE) from None
        except (ImportError, OSError):  # not every system or disk has locks
            pass

    def write(self, data: bytes) -> None:
        """Write all of it. Raises Stopped."""
        rest = memoryview(data)
        with writing(self.shown):
            while rest:
                sent = self.file.write(rest)
                if sent is None:
                    raise BlockingIOError(errno.EAGAIN, "")
                rest = rest[sent:]
        self.size += len(data)

    def sync(self) -> None:
        """Let it survive a loss of power."""
        if not self.direct:
            with writing(self.shown):
                os.fsync(self.file.fileno())

    def close(self) -> None:
        if self.final != "-":
            self.file.close()

    def move(self) -> None:
        """It is whole: give it its name."""
        if self.direct:
            return self.close()
        self.sync()
        self.close()
        move(self.name, self.final)

    def drop(self) -> None:
        """Away with it."""
        self.close()
        if not self.direct:
            remove(self.name)


def move(name: str, final: str) -> None:
    """Put a whole file in its place, and let that survive a loss of power. Raises Stopped."""
    with writing(final):
        os.replace(name, final)  # noqa: PTH105
        with contextlib.suppress(OSError):  # not every system opens folders
            folder = os.open(os.path.dirname(final) or ".", os.O_RDONLY)  # noqa: PTH120
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def remove(name: str) -> None:
    """Remove a file, if it is there and can be."""
    with contextlib.suppress(OSError):
        Path(name).unlink()


def put(name: str, data: bytes, temporary: str = "") -> None:
    """Write a small file whole or not at all. Raises Stopped."""
    part = AtomicFile(name, temporary or name + ".new")
    try:
        part.write(data)
        part.move()
    except BaseException:
        part.drop()
        raise
