"""A folder of rules that is named as such, or as a revision of git: then its rules are taken out of the history."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from triage.support.errors import BadFile
from triage.support.text import guess

FOLDER = "rules"


@contextmanager
def rules(name: str) -> Iterator[Path]:
    """The folder, or the rules of the revision in a folder that is gone afterwards. Raises BadFile."""
    if name and Path(name).is_dir():
        yield Path(name)
        return
    if name and Path(name).exists():
        raise _missing(name, "this is a file, not a folder of rules")
    if shutil.which("git") is None:
        raise _missing(name, "there is no such folder, and git is not installed to look for a revision of this name")
    top = _git("rev-parse", "--show-toplevel")
    if top is None:
        raise _missing(name, f"there is no such folder, and no repository of git here to look in{_near(name)}")
    root = Path(top.decode().removesuffix("\n"))
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if commit is None:
        raise _missing(name, f"there is no such folder and no such revision{guess(name, _names()) or _near(name)}")
    archive = _git("archive", "--format=tar", commit.decode().strip(), FOLDER, root=root)
    if archive is None:
        raise _missing(name, f"this revision has no folder '{FOLDER}'")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder) / FOLDER


def _missing(name: str, message: str) -> BadFile:
    return BadFile.of_file(name, "missing", message, missing=True)


def _git(*arguments: str, root: Path | None = None) -> bytes | None:
    """What git says; None: it cannot."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _names() -> list[str]:
    """Tags and branches."""
    refs = _git("for-each-ref", "--format=%(refname:short)", "refs/tags", "refs/heads") or b""
    return refs.decode(errors="replace").split()


def _near(name: str) -> str:
    """A folder beside it whose name is like it."""
    parent = Path(name).parent
    return guess(Path(name).name, [p.name for p in parent.iterdir() if p.is_dir()]) if parent.is_dir() else ""
