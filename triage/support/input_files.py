"""Bytes of a file or of stdin, bounded."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

from triage.support.errors import BadFile
from triage.support.strict_yaml import MAX_FILE_BYTES
from triage.support.text import guess


def read_bytes(name: str, most: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file that a person named, or of stdin for `-`; one more than `most` when there are more.

    Raises BadFile.
    """
    if name == "-":
        return sys.stdin.buffer.read(most + 1)
    path = Path(name)
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        near = guess(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise BadFile.of_file(name, "missing", f"there is no such file{near}", missing=True) from None
    except IsADirectoryError:
        raise BadFile.of_file(name, "missing", "this is a folder, not a file", missing=True) from None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BadFile.of_file(name, "missing", f"the file cannot be read: {reason}", missing=True) from None


def whole(name: str, most: int = MAX_FILE_BYTES) -> bytes:
    """All bytes of a file that is no larger than `most`. Raises BadFile."""
    raw = read_bytes(name, most)
    if len(raw) > most:
        sentence = f"the file is too large; {most:,} bytes are the most"
        raise BadFile.of_file("<stdin>" if name == "-" else name, "too-large", sentence)
    return raw


def read_plain(path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file that was found in a folder; one more than `most` when it is larger.

    Raises OSError, also for what is no plain file: a pipe would be waited for, a device has no end.
    """
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(opened).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "this is a folder" if stat.S_ISDIR(mode) else "this is no file", str(path))
        with os.fdopen(opened, "rb", closefd=False) as file:
            return file.read(most + 1)
    finally:
        os.close(opened)
