"""Reads rules once for the same cards, whatever folder they lie in: most tests read the shipped or the small ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from triage.model import Fault, Knowledge

Read = Callable[[Path], tuple[Knowledge | None, list[Fault]]]
MOST = 32
"""Faultless sets of cards that are kept: random tests write many that are never read again."""


class ReadOnce:
    """`reader.read`, with a memory. By what the files hold: times of files are too coarse for a test that edits one."""

    def __init__(self, read: Read) -> None:
        self.read = read
        self._kept: dict[tuple[str, str], Knowledge | None] = {}

    def __call__(self, folder: Path) -> tuple[Knowledge | None, list[Fault]]:
        try:
            key = (folder.name or folder.resolve().name, _digest(folder))
        except OSError:
            return self.read(folder)
        if key not in self._kept:
            knowledge, faults = self.read(folder)
            if faults:  # which may name the folder
                return knowledge, faults
            self._kept[key] = knowledge
            if len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))
        return self._kept[key], []


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(folder).as_posix()!r} {path.is_file()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
