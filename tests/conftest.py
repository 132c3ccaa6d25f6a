"""Knowledge and engine, built once; each YAML story of tests/scenarios is a test of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.model import Answers, Fired, Knowledge
from triage.verification import scenarios
from triage.verification.edges import read as read_edges

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
SCENARIOS = ROOT / "tests" / "scenarios"
EDGES = ROOT / "tests" / "regression" / "edges.jsonl"

_shared: dict[str, object] = {}
_fired: dict[tuple[tuple[str, object], ...], Fired] = {}


def shared_knowledge() -> Knowledge:
    if "knowledge" not in _shared:
        _shared["knowledge"] = reader.load(RULES)
    return _shared["knowledge"]  # type: ignore[return-value]


def shared_engine() -> Engine:
    if "engine" not in _shared:
        _shared["engine"] = Engine(shared_knowledge())
    return _shared["engine"]  # type: ignore[return-value]


def remembered(answers: Answers) -> Fired:
    """What the shared engine concludes, worked out once for the same answers: many tests tell the same stories."""
    key = tuple(sorted(answers.items()))
    if key not in _fired:
        _fired[key] = shared_engine().fired(answers)
    return _fired[key]


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return shared_knowledge()


@pytest.fixture(scope="session")
def engine() -> Engine:
    return shared_engine()


@pytest.fixture(scope="session")
def stories(knowledge: Knowledge) -> list[scenarios.Story]:
    return scenarios.read(knowledge, SCENARIOS)


@pytest.fixture(scope="session")
def edges(knowledge: Knowledge) -> list[scenarios.Story]:
    """The table of `triage mutate`: answers beside each bound of the rules. They count as no stories."""
    return read_edges(knowledge, EDGES)


@pytest.fixture(scope="session", params=["stories", pytest.param("edges", marks=pytest.mark.slow)])
def story_set(request: pytest.FixtureRequest) -> list[scenarios.Story]:
    """The stories, and in a test of its own the edges."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    if file_path.suffix == ".yaml" and file_path.is_relative_to(SCENARIOS):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    def collect(self):  # type: ignore[no-untyped-def]
        for story in scenarios.read(shared_knowledge(), self.path):
            yield StoryItem.from_parent(self, name=f"{story.line}: {story.story}", story=story)


class StoryItem(pytest.Item):
    def __init__(self, *, story: scenarios.Story, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.story = story

    def runtest(self) -> None:
        wrong = scenarios.failures(shared_knowledge(), remembered, self.story)
        if wrong:
            raise StoryFailed(wrong)

    def repr_failure(self, excinfo, style=None):  # type: ignore[no-untyped-def]
        if isinstance(excinfo.value, StoryFailed):
            return "\n".join([f"{self.story.file}:{self.story.line}", *excinfo.value.args[0]])
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.story.line - 1, self.name


class StoryFailed(Exception):
    """A story did not come out as it says."""
