"""Bytes of a file or of stdin, bounded."""

from __future__ import annotations

import sys
from pathlib import Path

from triage.model import Fault
from triage.support import strict_yaml
from triage.support.errors import BadFile
from triage.support.text import guess


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of stdin for `-`. Raises BadFile."""
    if name == "-":
        return sys.stdin.buffer.read(strict_yaml.LARGEST + 1)
    path = Path(name)
    try:
        with path.open("rb") as file:
            return file.read(strict_yaml.LARGEST + 1)
    except FileNotFoundError:
        near = guess(path.name, [p.name for p in path.parent.iterdir()]) if path.parent.is_dir() else ""
        raise BadFile([Fault(name, 0, 0, "missing", f"there is no such file{near}")], missing=True) from None
    except IsADirectoryError:
        raise BadFile([Fault(name, 0, 0, "missing", "this is a folder, not a file")], missing=True) from None
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BadFile([Fault(name, 0, 0, "missing", f"the file cannot be read: {reason}")], missing=True) from None


def whole(name: str) -> bytes:
    """All bytes of a file that may be so large. Raises BadFile."""
    raw = read_bytes(name)
    if len(raw) > strict_yaml.LARGEST:
        sentence = f"the file is too large; {strict_yaml.LARGEST:,} bytes are the most"
        raise BadFile([Fault("<stdin>" if name == "-" else name, 0, 0, "too-large", sentence)])
    return raw
