"""The lines of a table that is a file of text, none held longer than a row may be."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from typing import IO, NamedTuple

from triage.batch.tables.row import MAX_ROW_BYTES, bad_table

_MAGIC = ((b"\xff\xfe", "UTF-16; save it as UTF-8"), (b"\xfe\xff", "UTF-16; save it as UTF-8"),
          (b"PK\x03\x04", "a spreadsheet or a ZIP archive; save it as CSV"),
          (b"\x1f\x8b", "compressed; unpack it first"), (b"PAR1", "Parquet; name it .parquet, or say --from parquet"))


class Line(NamedTuple):
    number: int
    raw: bytes
    whole: bool
    """False when it is too long; its end was skipped."""


class Lines:
    """Reads them one by one; what was read too far can be put back."""

    def __init__(self, stream: IO[bytes], shown: str) -> None:
        self.stream, self.shown = stream, shown
        self.number = self.read = 0
        self._back: deque[Line] = deque()
        try:
            self.total = os.fstat(stream.fileno()).st_size
        except (OSError, ValueError):
            self.total = 0

    def share(self) -> float:
        return min(1.0, self.read / self.total) if self.total else 0.0

    def next(self) -> Line | None:
        if self._back:
            return self._back.popleft()
        raw = self._take(MAX_ROW_BYTES + 1)
        if not raw:
            return None
        self.number += 1
        if self.number == 1:
            self._refuse(raw)
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        whole = len(raw) <= MAX_ROW_BYTES or raw.endswith(b"\n")
        if not whole:
            while (rest := self._take(1 << 16)) and not rest.endswith(b"\n"):
                pass
        return Line(self.number, raw if whole else b"", whole)

    def put_back(self, lines: Sequence[Line]) -> None:
        self._back.extendleft(reversed(lines))

    def _take(self, most: int) -> bytes:
        try:
            raw = self.stream.readline(most)
        except OSError as error:
            raise bad_table(self.shown, f"the file cannot be read: {(error.strerror or 'unknown').lower()}") from None
        self.read += len(raw)
        return raw

    def _refuse(self, raw: bytes) -> None:
        for magic, what in _MAGIC:
            if raw.startswith(magic):
                raise bad_table(self.shown, f"the file is {what}")
        if b"\0" in raw[:1000]:
            raise bad_table(self.shown, "the file is no text in UTF-8; save it as UTF-8")
