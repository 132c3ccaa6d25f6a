"""The long run of what `test_hostile` and `test_hostile_files` try for seconds: `python -m tests.fuzz --minutes 10`.

With atheris (`pip install atheris`, where it has a wheel) the readers of text are led by coverage for half of the time.
The rest, and all of it without atheris, is random by hypothesis, anew each time. Ends with 0 when nothing was found,
else with 1 at the first fault, and prints the input that led to it.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import RULES, shared_knowledge
from tests.helpers import small
from tests.helpers.damage import damaged_yaml, raw_signs
from tests.helpers.random_keys import AT_ONCE, SIZES, by_keys, goes_on, keys
from triage.dialogue.conversation import Conversation
from triage.inference.answers import normal
from triage.inference.compiled import Compiled
from triage.interview import free_text
from triage.knowledge import reader
from triage.records import answers_file, diary, sessions
from triage.support import strict_yaml
from triage.support.errors import BadFile
from triage.support.text import printable
from triage.verification import evaluation, lint, scenarios

ROUND = 300
"""So many examples of a target at a time."""


class Readers:
    """Every reader as a function of bytes that must not raise. Works in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.knowledge = folder, shared_knowledge()
        os.environ["TRIAGE_HOME"] = str(folder / "home")
        (folder / "home" / "sessions").mkdir(parents=True, exist_ok=True)
        self.rules = small.write(folder)

    def yaml(self, raw: bytes) -> None:
        """A text of YAML is data, or one fault at a line."""
        try:
            strict_yaml.read(strict_yaml.decode(raw))
        except strict_yaml.YamlError as error:
            if error.line < 1 or raw_signs(error.sentence):
                raise AssertionError(error.sentence) from error

    def answers(self, raw: bytes) -> None:
        """A file of answers."""
        self._file("answers.yaml", raw, lambda path: answers_file.answers(self.knowledge, str(path)))

    def stories(self, raw: bytes) -> None:
        """A file of scenarios."""
        self._file("stories.yaml", raw, lambda path: scenarios.read(self.knowledge, path))

    def cases(self, raw: bytes) -> None:
        """Cases, and an earlier report."""
        evaluation.cases(raw, "cases.jsonl")
        evaluation.earlier(raw)

    def diary(self, raw: bytes) -> None:
        """A diary."""
        with contextlib.suppress(BadFile):
            for entry in diary.parse(raw).entries:
                diary.under_rules(self.knowledge, entry)

    def session(self, raw: bytes) -> None:
        """A kept conversation."""
        name = "2026-01-01-abcdef"
        (self.folder / "home" / "sessions" / f"{name}.json").write_bytes(raw)
        with contextlib.suppress(BadFile):
            sessions.under_rules(self.knowledge, sessions.read(name))

    def free_text(self, raw: bytes) -> None:
        """What a person says in a sentence."""
        for each in free_text.mentions_in(self.knowledge, raw.decode("utf-8", "replace"), datetime.date(2026, 1, 1)):
            if normal(self.knowledge.findings[each.finding], each.answer) != each.answer or raw_signs(each.words):
                raise AssertionError(each)

    def card(self, name: str, raw: bytes) -> None:
        """One card of the small ones."""
        path = self.rules / name
        before = path.read_bytes()
        path.write_bytes(raw)
        try:
            for fault in lint.faults(self.rules):
                if fault.line < 1 or raw_signs(str(fault)):
                    raise AssertionError(fault)
            reader.read(self.rules)
        finally:
            path.write_bytes(before)

    def _file(self, name: str, raw: bytes, read: Callable[[Path], object]) -> None:
        path = self.folder / name
        path.write_bytes(raw)
        try:
            read(path)
        except BadFile as bad:
            if any(raw_signs(str(fault)) for fault in bad.faults):
                raise AssertionError(bad.faults) from bad


TEXTS = ("yaml", "answers", "stories", "cases", "diary", "session", "free_text")
SEEDS = {"yaml": small.FILES["findings/pain.yaml"],
         "answers": "screens: no\npain.region: [calf, heel]\nonset.age: 3 weeks\n",
         "stories": "- story: a\n  answers: {pain.side: left}\n  expect: {at_least: today}\n",
         "cases": '{"id": "a", "diagnosis_key": "x", "accepted_keys": [], "required_urgency": "self_care"}',
         "diary": '{"v": 1, "at": "2026-01-01T10:00:00Z", "day": "2026-01-01", "started": "2026-01-01"}',
         "session": '{"schema": "triage-session/1", "id": "a", "begun": "", "changed": "", "rules": "", "turns": []}',
         "free_text": "my right calf is swollen since 3 weeks, no fever"}


def randomly(readers: Readers, minutes: float) -> None:
    """Hypothesis, target after target, until the time is over."""
    end = time.monotonic() + 60 * minutes
    rounds = settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    done = 0
    small_rules = reader.load(readers.rules)
    talks = Conversation(small_rules, Compiled(small_rules).conclude)
    while time.monotonic() < end:
        for name in TEXTS:
            read = getattr(readers, name)
            inputs = damaged_yaml(SEEDS[name]) | st.binary(max_size=300) | st.text().map(
                lambda text: text.encode("utf-8", "replace"))
            rounds(given(inputs)(_one(read)))()
            done += ROUND

        @settings(rounds, max_examples=ROUND // 10)
        @given(st.data())
        def card(draw: st.DataObject) -> None:
            name = draw.draw(st.sampled_from(sorted(small.FILES)))
            readers.card(name, draw.draw(damaged_yaml((readers.rules / name).read_text(encoding="utf-8"))))

        @settings(rounds, max_examples=ROUND // 10)
        @given(keys(), AT_ONCE, SIZES, st.booleans())
        def talk(raw: bytes, at_once: list[int], sizes: list[tuple[int, int]], mouse: bool) -> None:
            goes_on(talks, by_keys(talks, raw, at_once, sizes, mouse))

        card()
        talk()
        done += 2 * (ROUND // 10)
    print(f"{done:,} inputs by hypothesis, no fault")


def _one(read: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def one(raw: bytes) -> None:
        read(raw)

    return one


def led_by_coverage(name: str, minutes: float) -> int:
    """One reader under atheris, in a process of its own: it never returns. The exit code of that process.

    What it says is shown when it found something.
    """
    done = subprocess.run([sys.executable, "-m", "tests.fuzz", "--target", name, "--minutes", str(minutes)],
                          check=False, capture_output=True)
    if done.returncode:
        print(printable((done.stdout + done.stderr).decode("utf-8", "replace")[-20_000:], "\n"))
    return done.returncode


def _under_atheris(name: str, seconds: int) -> None:
    atheris = importlib.import_module("atheris")
    for name_ in ("support.strict_yaml", "support.text", "support.input_files", "records.answers_file",
                  "records.diary", "records.sessions", "inference.answers", "interview.free_text",
                  "interview.free_text.tokens", "interview.free_text.assertion", "interview.free_text.ages_and_times",
                  "verification.evaluation", "verification.scenarios"):
        module = f"triage.{name_}"
        for each in vars(importlib.import_module(module)).values():
            if callable(each) and getattr(each, "__module__", "") == module and hasattr(each, "__code__"):
                atheris.instrument_func(each)
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder))
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        (corpus / "seed").write_text(SEEDS[name], encoding="utf-8")
        atheris.Setup([name, f"-max_total_time={seconds}", "-max_len=2000", "-verbosity=0",
                       f"-artifact_prefix={folder}/", str(corpus)],
                      getattr(readers, name))
        atheris.Fuzz()


def main() -> int:
    """Share the minutes among the targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    parser.add_argument("--target", choices=TEXTS, help="only this reader, led by coverage; needs atheris")
    options = parser.parse_args()
    os.environ["TRIAGE_RULES"] = str(RULES)
    if options.target:
        _under_atheris(options.target, max(1, round(60 * options.minutes)))
        return 0
    left = options.minutes
    if importlib.util.find_spec("atheris"):
        left = options.minutes / 2
        for name in TEXTS:
            if code := led_by_coverage(name, left / len(TEXTS)):
                print(f"{name}: atheris found a fault, see above (exit code {code})")
                return 1
            print(f"{name}: nothing found by atheris")
    else:
        print("without atheris, by hypothesis alone")
    with tempfile.TemporaryDirectory() as folder:
        randomly(Readers(Path(folder)), left)
    return 0


if __name__ == "__main__":
    sys.exit(main())
