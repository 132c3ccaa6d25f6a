"""`triage` as a process: `python -m triage`, and the script of this name.

Stopped while it starts it ends in silence: nothing is begun yet that would have to be ended.
"""

import os
import sys


def _leave(number: int = 0, frame: object = None) -> None:
    os._exit(130)


try:
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)  # until a command runs; see `hear_interrupts`
except KeyboardInterrupt:
    _leave()

from triage.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
