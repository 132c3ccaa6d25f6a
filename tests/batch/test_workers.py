"""Workers end when they are told to, whatever they are at."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT
from tests.helpers import small

MUCH_WAITS = """
import sys
from pathlib import Path
from triage.batch.tables import Row
from triage.batch.workers import Workers
from triage.knowledge import reader

class Enough(Exception):
    pass

def chunks():
    for at in range(4):
        yield [Row(number=at, line=0, id="x" * 1_000_000, cells={})]
    raise Enough

if __name__ == "__main__":
    rules = Path(sys.argv[1])
    workers = Workers(reader.load(rules), rules, "compiled", 2)
    try:
        for chunk in workers.evaluate("csv", chunks()):
            pass
    except Enough:
        workers.close()
        print("closed")
"""


def test_they_end_though_more_waits_for_them_than_a_pipe_holds(tmp_path):
    """As when the reader of a batch goes away: the rest is neither read by anybody nor written for ever."""
    script = tmp_path / "much_waits.py"
    script.write_text(MUCH_WAITS, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script), str(small.write(tmp_path))], capture_output=True, check=False,
                          timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.stdout, done.stderr) == (b"closed\n", b"")
