"""Why each dependency is there, under which licence, and with which faults."""

from __future__ import annotations

from importlib import resources
from typing import Literal

import msgspec

from triage.support import strict_yaml


class Dependency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One package. `id` is its name in pyproject.toml."""

    id: str
    needed: Literal["run", "parquet", "dask", "pdf", "docs", "dev"]
    """To run, by an extra of this name, or only to develop and test."""
    why: str
    licence: str
    faults: list[str]
    """Those that we met, each with what is done about it."""


def dependencies() -> list[Dependency]:
    """All of them, in the order of the file."""
    text = resources.files("triage.verification.safety").joinpath("dependencies.yaml").read_text(encoding="utf-8")
    data, _ = strict_yaml.read(text)
    return [msgspec.convert({**entry, "id": name}, Dependency) for name, entry in data.items()]
