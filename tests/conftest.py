"""Knowledge and engine, built once; each YAML file of tests/scenarios is a test, and one more by experta."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.helpers.examples import register_profiles
from tests.helpers.read_once import ReadOnce
from triage.inference.compiled import Compiled
from triage.inference.experta.engine import Engine
from triage.knowledge import reader
from triage.model import Answers, Conclusion, Knowledge
from triage.verification import scenarios
from triage.verification.edges import read as read_edges

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
SCENARIOS = ROOT / "tests" / "scenarios"
EDGES = ROOT / "tests" / "regression" / "edges.jsonl"

_shared: dict[str, object] = {}
_concluded: dict[tuple[tuple[str, object], ...], Conclusion] = {}

register_profiles()
if not isinstance(reader.read, ReadOnce):
    reader.read = ReadOnce(reader.read)


def pytest_configure(config: pytest.Config) -> None:
    """Who asks for the slow tests too gets all examples of the others."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("full" if config.getoption("markexpr") not in ("", "not slow") else "quick")


def shared_knowledge() -> Knowledge:
    if "knowledge" not in _shared:
        _shared["knowledge"] = reader.load(RULES)
    return _shared["knowledge"]  # type: ignore[return-value]


def shared_engine() -> Engine:
    if "engine" not in _shared:
        _shared["engine"] = Engine(shared_knowledge())
    return _shared["engine"]  # type: ignore[return-value]


def shared_compiled() -> Compiled:
    if "compiled" not in _shared:
        _shared["compiled"] = Compiled(shared_knowledge())
    return _shared["compiled"]  # type: ignore[return-value]


def remembered(answers: Answers) -> Conclusion:
    """What the shared engine concludes, worked out once for the same answers: many tests tell the same stories."""
    key = tuple(sorted(answers.items()))
    if key not in _concluded:
        _concluded[key] = shared_engine().conclude(answers)
    return _concluded[key]


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
    def collect(self) -> Iterator[pytest.Item]:
        yield StoriesItem.from_parent(self, name="compiled", conclude=lambda some: shared_compiled().conclude(some))
        by_experta = StoriesItem.from_parent(self, name="experta", conclude=remembered)
        by_experta.add_marker("slow")
        yield by_experta


class StoriesItem(pytest.Item):
    """All stories of a file, concluded by one evaluator."""

    def __init__(self, *, conclude: Callable[[Answers], Conclusion], **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.conclude = conclude

    def runtest(self) -> None:
        wrong = []
        for story in scenarios.read(shared_knowledge(), self.path):
            if failures := scenarios.failures(shared_knowledge(), self.conclude, story):
                wrong += [f"{self.path.relative_to(ROOT).as_posix()}:{story.line}: {story.story}", *failures]
        if wrong:
            raise StoriesFailed(wrong)

    def repr_failure(self, excinfo, style=None):  # type: ignore[no-untyped-def]
        if isinstance(excinfo.value, StoriesFailed):
            return "\n".join(excinfo.value.args[0])
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.path.relative_to(ROOT).as_posix()} by {self.name}"


class StoriesFailed(Exception):
    """Stories did not come out as they say."""
