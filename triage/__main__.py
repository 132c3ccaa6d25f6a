"""`triage` as a process: `python -m triage`, and the script of this name."""

import os
import signal
import sys
from types import FrameType


def _leave(number: int, frame: FrameType | None) -> None:
    """Nothing is begun yet that would have to be ended."""
    os._exit(130)


if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _leave)  # until a command runs; see `hear_interrupts`

from triage.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
