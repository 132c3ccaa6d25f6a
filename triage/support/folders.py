"""Where things are kept on this computer, and that nobody else looks in."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import platformdirs

from triage.support.atomic_files import writing
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode


def data_folder() -> Path:
    """The private folder: $TRIAGE_HOME, else the one that the system has for a user's data. It need not be there.

    Raises TriageError where a user has no home.
    """
    if named := os.environ.get("TRIAGE_HOME"):
        return Path(named)
    xdg = os.environ.get("XDG_DATA_HOME", "")
    if xdg and not Path(xdg).is_absolute():  # to be ignored, by the XDG Base Directory Specification
        return _home() / _INSIDE.get(sys.platform, ".local/share") / "triage"
    try:
        place = platformdirs.user_data_path("triage", appauthor=False)
    except RuntimeError:
        place = Path()
    if not place.is_absolute():  # by older versions of platformdirs
        raise _no_home()
    if sys.platform in _INSIDE and not place.exists():
        former = _home() / _INSIDE[sys.platform] / "triage"  # whatever platformdirs says by now
        return former if former.exists() else place
    return place


_INSIDE = {"win32": "AppData/Local", "darwin": "Library/Application Support"}
"""Where in the home version 1.0 kept it; what lies there is still read."""


def _no_home() -> TriageError:
    return TriageError("this user has no home folder, so nothing can be kept; name a folder in TRIAGE_HOME",
                       ExitCode.MISSING)


def _home() -> Path:
    try:
        home = Path.home()
    except RuntimeError:
        home = Path()
    if not home.is_absolute():
        raise _no_home()
    return home


def make_private(folder: Path) -> None:
    """Make a folder that nobody else may look into, whatever the umask. Raises TriageError."""
    with writing(str(folder)):
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            with contextlib.suppress(FileExistsError):
                each.mkdir(mode=0o700)
                each.chmod(0o700)  # the umask may have taken away even our own rights
        if not missing and folder.stat().st_mode & 0o077 and os.name != "nt":
            folder.chmod(0o700)
