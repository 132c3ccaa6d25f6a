"""Where a report is put: private, whole or not at all, and over nothing that is there already."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from triage.support.atomic_files import (
    CANNOT_WRITE,
    AtomicFile,
    Stopped,
    is_direct,
    move,
    remove,
    resolved,
    writing,
)


def taken(name: str) -> bool:
    """Is there something of this name that a report would be written over?"""
    return not is_direct(name) and os.path.lexists(resolved(name))


def put(name: str, data: bytes, over: bool = False) -> None:
    """Write a report; `-` is stdout. `over`: also over a file that is there. Raises Stopped; then all is as it was."""
    if is_direct(name):
        part = AtomicFile(name)
        part.write(data)
        part.close()
        return
    final = Path(resolved(name))
    temporary = final.with_name(f".{secrets.token_hex(6)}.new")
    try:
        with writing(name):
            if final.is_dir():
                raise IsADirectoryError(errno.EISDIR, "")
            # It tells of somebody's health: nobody else may read it, from the first byte.
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if over:
            move(str(temporary), str(final))
        else:
            _name(name, temporary, final)
    finally:
        remove(str(temporary))


def _name(name: str, temporary: Path, final: Path) -> None:
    """Give it its name, if that is still free."""
    with contextlib.suppress(OSError, AttributeError):  # a link is the one way that cannot write over another file
        if not os.path.lexists(final):
            os.link(temporary, final)
            return
    if os.path.lexists(final):
        raise Stopped(f"{name}: {IS_THERE}", CANNOT_WRITE)
    move(str(temporary), str(final))


IS_THERE = "there is such a file already; --force writes over it"
