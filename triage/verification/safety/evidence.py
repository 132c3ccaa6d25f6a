"""Which story shows which red flag, block or rule at work?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from triage.model import Assessment, Knowledge
from triage.verification.scenarios import Story


class Outcome(NamedTuple):
    """A story and what comes of it."""

    story: Story
    assessment: Assessment


class Evidence:
    """All stories, sorted by what they show. Names of stories are `file:line`, below the folder of stories."""

    def __init__(self, knowledge: Knowledge, outcomes: Iterable[Outcome], folder: Path) -> None:
        self.knowledge = knowledge
        self.folder = folder if folder.is_dir() else folder.parent
        self.stories = 0
        self.raising: dict[str, int] = dict.fromkeys(knowledge.red_flags, 0)
        """Red flag -> how many stories raise it."""
        self.withholding: dict[str, int] = dict.fromkeys(knowledge.interlocks, 0)
        """Block -> in how many stories it withholds something."""
        self._hits: dict[str, list[tuple[bool, str]]] = {}
        self._misses: dict[str, str] = {}
        self._holding_back: dict[str, list[tuple[bool, str]]] = {}
        self._letting_through: dict[str, str] = {}
        self._firing: dict[str, str] = {}
        self._card_of = {rule.id: rule.card for rule in knowledge.rules}
        for each in outcomes:
            self._sort(each)

    def hit(self, flag: str) -> str:
        """A story that expects this red flag, from the file of its name if there is one."""
        return _best(self._hits.get(flag, []))

    def near_miss(self, flag: str) -> str:
        """A story in the file of its name that must not raise it."""
        return self._misses.get(flag, "")

    def holds_back(self, block: str) -> str:
        """A story in which a block withholds something, which it says itself if there is such a one."""
        return _best(self._holding_back.get(block, []))

    def lets_through(self, block: str) -> str:
        """A story in which a block is off and one of its cards is offered."""
        return self._letting_through.get(block, "")

    def of(self, name: str) -> str:
        """A story that shows a card or rule at work."""
        if name in self.knowledge.red_flags:
            return self.hit(name)
        if name in self.knowledge.interlocks:
            return self.holds_back(name)
        return self._firing.get(name, "")

    def _sort(self, outcome: Outcome) -> None:
        story, assessment = outcome
        path = Path(story.file)
        here = f"{path.relative_to(self.folder).as_posix()}:{story.line}"
        self.stories += 1
        fired = [self.knowledge.by_key[key] for key in assessment.conclusion.rules]
        for rule in fired:
            self._firing.setdefault(rule.id, here)
            self._firing.setdefault(rule.card, here)
        expected = {name.partition("/")[0] for name in story.expect.reasons}
        for flag in assessment.flags:
            self.raising[flag] += 1
            if flag in expected:
                self._hits.setdefault(flag, []).append((path.stem == flag, here))
        if path.stem in self.knowledge.red_flags and path.stem not in assessment.flags and (
                path.stem in story.expect.not_reasons or story.expect.urgency):
            self._misses.setdefault(path.stem, here)
        self._sort_blocks(outcome, here, {rule.card for rule in fired if rule.kind == "interlock"})

    def _sort_blocks(self, outcome: Outcome, here: str, on: set[str]) -> None:
        story, assessment = outcome
        blocks: dict[str, bool] = {}
        for card in (*assessment.withheld_checks, *assessment.withheld_care):
            for block in {self._card_of[rule] for rule in card.rules} & on:
                blocks[block] = blocks.get(block, False) or card.id in story.expect.forbidden
        for block, forbidden in blocks.items():
            self.withholding[block] += 1
            self._holding_back.setdefault(block, []).append((forbidden, here))
        shelf = {**self.knowledge.self_checks, **self.knowledge.care}
        for name in (*assessment.self_checks, *assessment.care):
            for block in set(shelf[name].blocked_by) - on:
                self._letting_through.setdefault(block, here)


def _best(places: list[tuple[bool, str]]) -> str:
    """The first that is marked, else the first."""
    return next((name for marked, name in places if marked), places[0][1] if places else "")
