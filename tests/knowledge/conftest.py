"""Here reading itself is tested, so nothing is remembered."""

from __future__ import annotations

import pytest

from tests.helpers.read_once import ReadOnce
from triage.knowledge import reader


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(reader.read, ReadOnce):
        monkeypatch.setattr(reader, "read", reader.read.read)
