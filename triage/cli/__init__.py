"""The command line: one command is run, and what ends it becomes a sentence and an exit code."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence

from triage.cli import output
from triage.cli.parser import command_line, module_of
from triage.support.exit_codes import ExitCode
from triage.support.signals import hear_interrupts


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; no traceback reaches a person who gave bad input."""
    output.open_streams()
    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            output.complain("", "Stopped.")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader went away, as `| head` does
        output.discard(sys.stdout)
        return ExitCode.DONE
    except Exception as error:
        return _sentences(error)
    finally:
        output.settle()


def _run(argv: Sequence[str] | None) -> int:
    options = command_line().parse_args(argv)
    if "rules" in options:
        os.environ["TRIAGE_RULES"] = str(options.rules)
    options.json = getattr(options, "json", False)
    module = importlib.import_module(module_of(options.command or "talk"))
    hear_interrupts()
    return int(module.run(options))


_OF_STREAMS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF, errno.EAGAIN}
"""What a stream that was written to complains of; it has no name."""


def _sentences(error: Exception) -> int:
    """What went wrong as sentences on stderr. What is neither bad input nor a stream has to keep its traceback."""
    from triage.support.atomic_files import reason
    from triage.support.errors import TriageError

    if isinstance(error, TriageError):
        output.complain(*error.sentences)
        return error.exit_code
    if not isinstance(error, OSError):
        raise error
    if error.filename:
        output.complain(f"{error.filename}: {(error.strerror or 'cannot be used').lower()}")
        return ExitCode.MISSING
    if error.errno not in _OF_STREAMS:
        raise error
    output.discard(sys.stdout)
    output.complain(f"the output cannot be written: {reason(error)}")
    return ExitCode.CANNOT_WRITE
