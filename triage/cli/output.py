"""What a command writes to: streams, which may be closed, full or without a reader, and files that are no input."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from collections.abc import Iterable
from typing import TextIO

from triage.support.exit_codes import ExitCode
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


def refuse_same(output: str, sources: Iterable[str]) -> None:
    """No file is read and written over. Raises TriageError.

    `-` among the sources is stdin, as far as it is a file; what a pipe comes from cannot be known.
    """
    from triage.support.errors import TriageError  # to start without it

    for source in sources:
        if _is_same(output, source):
            shown = "<stdin>" if source == "-" else source
            raise TriageError(f"{output}: this would be written over {shown}; give it another name", ExitCode.USAGE)


def _is_same(output: str, source: str) -> bool:
    if "-" not in (output, source) and not os.path.lexists(output):  # it will be there
        return os.path.realpath(output) == os.path.realpath(source)
    try:
        there = os.stat(output)  # noqa: PTH116
        here = os.fstat(sys.stdin.fileno()) if source == "-" else os.stat(source)  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(there.st_mode) and os.path.samestat(here, there)


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
