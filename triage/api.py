"""The rules for use from Python, behind `import triage`: conclude from answers, and hold a talk as a value."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from triage.dialogue.conversation import Conversation
from triage.dialogue.state import DialogueState, Output
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.model import (
    FINDINGS,
    NOT_SURE,
    Answer,
    Answers,
    Assessment,
    Back,
    Condition,
    Given,
    Knowledge,
    Level,
    Question,
    Ranked,
    Reply,
    Screen,
    Urgency,
)
from triage.presentation import screens
from triage.presentation.result_json import result
from triage.records import answers_file


def load_rules(folder: str | Path | None = None) -> Rules:
    """The rules of a folder; without one those that came with the program, or of $TRIAGE_RULES.

    Raises `triage.RulesError` with the place of each fault.
    """
    return Rules(reader.load(Path(folder) if folder is not None else None))


class Rules:
    """Rules that were read and compiled: slow to make (about a second), quick to use. Keeps no answers."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    @cached_property
    def _compiled(self) -> Compiled:
        return Compiled(self.knowledge)

    @property
    def version(self) -> str:
        """Of the rules."""
        return self.knowledge.settings.version

    def assess(self, answers: Mapping[str, Any]) -> Result:
        """Conclude from answers, as an answers file holds them: {"pain.region": ["calf"], "onset.age": "3 weeks"}.

        "screens": "no" answers each line of the emergency screens that is not named with no. What is not named was not
        asked, which is never a no. Raises `triage.BadFile` with a sentence for each answer that is none.
        """
        given = answers_file.checked(self.knowledge, dict(answers), "the answers")
        return Result(knowledge=self.knowledge, assessment=self._assess(given))

    def interview(self) -> Talk:
        """A talk at its first question."""
        script = Conversation(self.knowledge, self._compiled.conclude)
        state, output = script.begin(day=datetime.date.today())
        return Talk(script=script, state=state, output=output)

    def _assess(self, answers: Answers) -> Assessment:
        return assess(self.knowledge, self._compiled.conclude(answers))


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What was concluded."""

    knowledge: Knowledge
    assessment: Assessment

    @property
    def urgency(self) -> Urgency:
        """How urgent it is: `level`, `within_days`, `place`, `say`, `reasons`."""
        return self.assessment.urgency

    @property
    def conditions(self) -> tuple[Ranked, ...]:
        """What it may be, the likeliest first: `id`, `band` (fits_well or possible), the rules for and against."""
        return self.assessment.conditions

    @property
    def red_flags(self) -> tuple[str, ...]:
        """Ids of the red flags that fired."""
        return self.assessment.flags

    @property
    def self_checks(self) -> tuple[str, ...]:
        """Ids of the self-checks that are safe to offer, the one that settles most first."""
        return self.assessment.self_checks

    def card(self, condition: str) -> Condition:
        """The card of a condition. Raises KeyError when there is none of this id."""
        return self.knowledge.conditions[condition]

    def screen(self) -> Screen:
        """What a person is told, as blocks."""
        return screens.outcome(self.knowledge, self.assessment)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data, as `triage assess --json` prints it."""
        return result(self.knowledge, self.assessment)


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A talk as a value: each answer gives another one, and the one before stays as it was."""

    script: Conversation
    state: DialogueState
    output: Output

    @property
    def question(self) -> Question | None:
        """What is asked now, with its choices; None when the talk is over."""
        return self.output.question

    @property
    def screens(self) -> tuple[Screen, ...]:
        """What is to be shown before the question."""
        return self.output.screens

    @property
    def result(self) -> Result | None:
        """What it came to, once no question is left."""
        if self.output.assessment is None:
            return None
        return Result(knowledge=self.script.knowledge, assessment=self.output.assessment)

    @property
    def level(self) -> Level:
        """How urgent it is by the answers so far."""
        return self.script.assess(self.state).urgency.level

    def answer(self, answer: Answer) -> Talk:
        """The talk after this answer: the id of a choice, ids of several as a tuple, a number (times in days), a text.

        Raises ValueError when there is no question, or when the answer is none of its choices.
        """
        question = self.question
        if question is None:
            raise ValueError("the talk is over")
        ids = [choice.id for choice in question.choices]
        unsure = (NOT_SURE,) if question.purpose in FINDINGS else ()
        for each in answer if isinstance(answer, tuple) else (answer,):
            if ids and each not in (*ids, *unsure):
                raise ValueError(f"'{each}' is no choice of '{question.id}'; the choices are {', '.join(ids)}")
        return self.reply(Given(answer))

    def back(self) -> Talk:
        """The talk at the question before."""
        return self.reply(Back())

    def reply(self, reply: Reply) -> Talk:
        """The talk after any reply: an answer, back, why, review, quit."""
        state, output = self.script.step(self.state, reply)
        return Talk(script=self.script, state=state, output=output)
