"""What is kept on this computer: where, for whom, by which names, and that all of it can be wiped."""

from __future__ import annotations

import io
import json
import os
import pwd
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import small
from triage.cli import main
from triage.knowledge import reader
from triage.records import diary, sessions
from triage.support import folders, locks
from triage.support.errors import BadFile, TriageError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights and pipes of POSIX")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRIAGE_RULES", str(small.write(tmp_path)))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main(list(arguments))
        out, err = capsysbinary.readouterr()
        assert b"Traceback" not in out + err
        return code, out.decode(), err.decode()

    return call


def kept() -> sessions.Session:
    session = sessions.new(reader.load())
    sessions.save(session)
    return session


def copied(home: Path, session: sessions.Session) -> Path:
    """As file managers do it."""
    copy = home / "sessions" / f"{session.id} (copy).json"
    copy.write_bytes((home / "sessions" / f"{session.id}.json").read_bytes())
    return copy


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# --- where ---


@pytest.fixture
def nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home: neither in the environment nor in the list of users."""
    def none(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    for name in ("TRIAGE_HOME", "HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", none)


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("arguments", [
    ["sessions", "list"], ["sessions", "delete", "--all"], ["resume"], ["diary", "show"], ["diary", "add"], ["forget"],
    ["report", "2026-01-01-abcdef"],
])
def test_without_a_home_one_sentence_says_how_to_name_a_folder(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (66, "", 1)
    assert "TRIAGE_HOME" in err


@pytest.mark.usefixtures("nobody")
def test_without_a_home_a_talk_says_before_its_first_question_that_nothing_is_kept(run: Run) -> None:
    code, out, _ = run("--plain", "--save")
    assert code == 0
    assert 0 < out.index("TRIAGE_HOME") < out.index("Question 1")


@pytest.mark.usefixtures("nobody")
def test_a_folder_that_is_named_needs_no_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path / "named"))
    assert kept().id in sessions.names()


def test_a_relative_folder_of_the_desktop_is_ignored(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRIAGE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", "rel")
    monkeypatch.chdir(tmp_path)
    assert folders.data_folder().is_relative_to(tmp_path)
    assert "rel" not in folders.data_folder().parts


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="the folders of the XDG Base Directory Specification")
def test_the_folder_is_that_of_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIAGE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert folders.data_folder() == tmp_path / ".local/share/triage"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert folders.data_folder() == tmp_path / "data/triage"


# --- for whom ---


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_own_folders_and_files_are_private_whatever_the_umask(home: Path, mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        session = kept()
        diary.append(diary.Entry(at="2026-01-01T10:00:00Z", day="2026-01-01", started="2026-01-01"))  # type: ignore[arg-type]
        assert sessions.read(session.id) == session
    finally:
        os.umask(before)
    assert {mode(path) for path in (home, home / "sessions")} == {0o700}
    assert {mode(path) for path in (home / "diary.jsonl", home / "sessions" / f"{session.id}.json")} == {0o600}


def test_a_folder_that_others_could_look_into_becomes_private(home: Path) -> None:
    (home / "sessions").mkdir(parents=True)
    (home / "sessions").chmod(0o777)
    kept()
    assert mode(home / "sessions") == 0o700


def test_what_cannot_be_looked_at_is_not_none(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept()

    def closed(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", closed)
    for arguments in (["sessions", "list"], ["sessions", "delete", "--all"], ["resume"]):
        code, out, err = run(*arguments)
        assert (code, out) == (65, "")
        assert "permission denied" in err
    code, out, err = run("forget", "--yes")
    assert code == 73
    assert "permission denied" in err
    assert "Nothing is kept" not in out


# --- by which names ---


def test_a_copy_can_be_shown_and_deleted(run: Run, home: Path) -> None:
    copy = copied(home, kept())
    _, out, _ = run("sessions", "list")
    assert copy.stem in out
    assert run("sessions", "show", copy.stem)[0] == 0
    assert run("sessions", "delete", copy.stem)[0] == 0
    assert not copy.exists()


@pytest.mark.parametrize("arguments", [["sessions", "delete", "--all"], ["forget", "--yes"]])
def test_a_wipe_goes_through_to_the_end(run: Run, home: Path, arguments: list[str]) -> None:
    copied(home, kept())
    kept()
    assert run(*arguments)[0] == 0
    assert list(home.rglob("*.json")) == []


@pytest.mark.parametrize("arguments", [["sessions", "delete", "--all"], ["forget", "--yes"]])
def test_what_a_wipe_leaves_is_said_and_the_rest_is_gone(
    run: Run, home: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sorted((kept(), kept()), key=lambda session: session.id)
    unlink = Path.unlink

    def stubborn(self: Path, missing_ok: bool = False) -> None:
        if self.name == f"{first.id}.json":
            raise PermissionError(13, "Permission denied", str(self))
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", stubborn)
    code, out, err = run(*arguments)
    assert code == 73
    assert first.id in err
    assert second.id in out
    assert [path.stem for path in home.rglob("*.json")] == [first.id]


def test_a_name_that_is_no_text_is_listed_shown_and_deleted(run: Run, home: Path) -> None:
    session = kept()
    raw = os.fsencode(home / "sessions") + b"/caf\xe9.json"
    Path(os.fsdecode(raw)).write_bytes((home / "sessions" / f"{session.id}.json").read_bytes())
    _, out, _ = run("sessions", "list")
    assert "caf\\udce9" in out
    assert json.loads(run("sessions", "list", "--json")[1])["sessions"]
    assert run("sessions", "show", "caf\\udce9")[0] == 0
    assert run("sessions", "delete", "caf\\udce9")[0] == 0
    assert sessions.names() == [session.id]


@pytest.mark.parametrize("name", ["../diary", "a/b", "..", "", "\0", "nothing"])
def test_a_name_leads_nowhere_else(home: Path, name: str) -> None:
    kept()
    (home / "diary.json").write_text("{}")
    with pytest.raises(BadFile):
        sessions.read(name)
    with pytest.raises(BadFile):
        sessions.delete(name)
    assert (home / "diary.json").exists()


# --- what is no file ---


@pytest.mark.parametrize("what", ["pipe", "device", "folder", "large"])
def test_what_is_no_plain_file_is_neither_waited_for_nor_read(
    run: Run, home: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = kept()
    path = home / "sessions" / "odd.json"
    if what == "pipe":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    elif what == "folder":
        path.mkdir()
    else:
        monkeypatch.setattr(sessions, "MAX_BYTES", 1000)
        path.write_bytes(b" " * 2000)
    assert [each.id for each in sessions.every()] == [session.id]
    code, out, _ = run("sessions", "list")
    assert (code, "odd  cannot be read" in out) == (0, True)
    assert run("sessions", "show", "odd")[0] == 65
    assert run("sessions", "delete", "--all")[0] == (73 if what == "folder" else 0)
    assert not path.exists() or what == "folder"


@pytest.mark.parametrize("what", ["pipe", "device", "folder"])
@pytest.mark.parametrize("name", ["conditions/odd.yaml", "knowledge.yaml"])
def test_a_card_that_is_no_plain_file_is_a_fault(run: Run, home: Path, what: str, name: str) -> None:
    path = home.parent / "rules" / name
    path.unlink(missing_ok=True)
    if what == "pipe":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    code, out, _ = run("check")
    assert code == 1
    assert f"{name}:1:1" in out
    assert run("questions")[0] == 65


def test_a_card_whose_name_is_no_text_is_a_fault(run: Run, home: Path) -> None:
    Path(os.fsdecode(os.fsencode(home.parent / "rules") + b"/conditions/caf\xe9.yaml")).write_text("name: A\n")
    code, out, _ = run("check")
    assert code == 1
    assert "UTF-8" in out


# --- two at once ---


def test_an_entry_waits_for_another_and_says_so_when_it_takes_too_long(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = diary.Entry(at="2026-01-01T10:00:00Z", day="2026-01-01", started="2026-01-01")  # type: ignore[arg-type]
    diary.append(entry)
    monkeypatch.setattr(diary, "WAIT", 0.05)
    with locks.locked(diary.path(), ""), pytest.raises(TriageError) as stopped:
        diary.append(entry)
    assert stopped.value.exit_code == 73
    diary.append(entry)
    assert len(diary.read().entries) == 2
    assert sorted(path.name for path in home.iterdir()) == ["diary.jsonl"]


def test_a_lock_that_a_killed_process_left_holds_nobody_up(home: Path, run: Run) -> None:
    kept()
    (home / "diary.jsonl.lock").touch()
    diary.append(diary.Entry(at="2026-01-01T10:00:00Z", day="2026-01-01", started="2026-01-01"))  # type: ignore[arg-type]
    (home / "diary.jsonl.lock").touch()
    assert run("forget", "--yes")[0] == 0
    assert list(home.iterdir()) == []
