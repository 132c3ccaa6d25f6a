"""Signals of the system, for those who are to answer them and for no others."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator


def hear_interrupts() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt, which a command may answer; till now it ended the process.

    Of a person at a terminal also when whoever started the program had it ignored. Started with nohup or & it stays
    ignored: its input is no terminal then.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if threading.current_thread() is threading.main_thread() and (os.isatty(0) or not ignored):
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def no_interrupts() -> Iterator[None]:
    """Threads and processes begun in here never see Ctrl-C; this one sees it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # most commands need no processes

    resource_tracker.ensure_running()  # begun later by multiprocessing, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
