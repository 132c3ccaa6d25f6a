"""The streams of the process, which may be closed, full or without a reader."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TextIO

from triage.support.text import printable


def open_streams() -> None:
    """Put something in the place of streams that were closed, as `>&-` does.

    Else the first file that is opened would take their numbers. Of a closed input there is nothing to read, to a closed
    output nothing can be written, and what would be said on a closed stderr is said to nobody.
    """
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stdout is None:
        sys.stdout = _writer(os.O_RDONLY)
    if sys.stderr is None:
        sys.stderr = _writer(os.O_WRONLY)


def _writer(flags: int) -> TextIO:
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(os.open(os.devnull, flags), "w")), "utf-8", "backslashreplace")


def complain(*sentences: str, end: str = "\n") -> None:
    """Sentences on stderr, a line each, fit to be shown; if nobody listens there either, to nobody."""
    try:
        print(*map(printable, sentences), sep="\n", end=end, file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Nothing that is left in this stream goes anywhere; Python would complain of it when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def settle() -> None:
    """Nothing is left in the streams that could still fail when Python ends, which would change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            discard(stream)
