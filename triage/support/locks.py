"""Two at once: what is read, changed and written again is done by one process at a time."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

import filelock

from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode


@contextlib.contextmanager
def locked(name: str | Path, busy: str, wait: float = 0) -> Iterator[None]:
    """Nobody else holds this name while this lasts. The lock is a file beside it, removed afterwards.

    `wait`: seconds that another process is waited for. Raises TriageError with the sentence `busy` when it goes on
    holding it, and OSError where no file can be made.
    """
    if not Path(name).parent.is_dir():  # it would be made
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(Path(name).parent))
    lock = filelock.FileLock(f"{name}.lock", timeout=wait, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise TriageError(busy, ExitCode.CANNOT_WRITE) from None
    try:
        yield
    finally:
        # Before it is given back: who has opened it meanwhile sees that it is gone, and makes another one.
        with contextlib.suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()
