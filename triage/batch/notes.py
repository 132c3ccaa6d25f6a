"""Notes of how far a batch is, each with a digest of itself: one that was damaged is not believed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class _Sealed(msgspec.Struct, frozen=True):
    digest: str
    note: msgspec.Raw


def encode(note: msgspec.Struct) -> bytes:
    """A note as it is written."""
    body = msgspec.json.encode(note)
    return msgspec.json.encode(_Sealed(hashlib.sha256(body).hexdigest(), msgspec.Raw(body)))


def read(name: str | Path, kind: type[T]) -> T | None:
    """A note as it was written; None when it is not there, or is damaged."""
    try:
        note = msgspec.json.decode(Path(name).read_bytes(), type=_Sealed)
        if hashlib.sha256(note.note).hexdigest() != note.digest:
            return None
        return msgspec.json.decode(note.note, type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def fingerprint(name: str | Path) -> str:
    """Digest of a whole file."""
    with Path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
