"""A simulated person who knows a few answers: for scenarios, examples and tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from triage.dialogue.prompts import GO_ON, SKIP, TRY
from triage.inference.answers import choose
from triage.model import AGAIN, NONE, NOT_SURE, OPTION, Answer, Given, Question, Reply, Screen


class ScriptFront:
    """Answers what it knows, and all else with `otherwise`. Never goes back, never asks why, never stops.

    `asked` holds the ids of the questions and `shown` the screens, both in order.
    """

    pictures = False

    def __init__(self, known: Mapping[str, Answer], otherwise: Literal["not_sure", "no"] = "not_sure") -> None:
        self._known, self._otherwise = known, otherwise
        self.asked: list[str] = []
        self.shown: list[Screen] = []

    def ask(self, question: Question, number: int) -> Reply:
        """The known answer to the question, or the other one."""
        self.asked.append(question.id)
        return Given(self._answer(question))

    def show(self, screen: Screen) -> None:
        """Keep the screen."""
        self.shown.append(screen)

    def _answer(self, question: Question) -> Answer:
        if question.purpose == "review":
            return GO_ON
        if question.purpose == "offer":
            result = self._known.get(f"self_check.{question.self_check}", NOT_SURE)
            return SKIP if result == NOT_SURE else TRY
        if question.kind == "checklist":
            return self._ticked(question)
        return self._one(question)

    def _ticked(self, question: Question) -> Answer:
        unknown: Answer = "no" if self._otherwise == "no" else NOT_SURE
        ticked: list[str] = []
        unsure = False
        for choice in question.choices:
            name, is_option, option = choice.id.partition(OPTION)
            if choice.id in (NONE, NOT_SURE):
                continue
            answer = self._known.get(name, self._known.get(name.removesuffix(AGAIN), unknown))
            unsure |= answer == NOT_SURE
            chosen = answer if isinstance(answer, tuple) else (answer,)
            if (option in chosen) if is_option else answer == "yes":
                ticked.append(choice.id)
        return choose(question, ticked + [NOT_SURE] * unsure)

    def _one(self, question: Question) -> Answer:
        name = question.findings[0]
        if name in self._known:
            return self._known[name]
        if name.endswith(AGAIN):
            first = self._known.get(name.removesuffix(AGAIN), NOT_SURE)
            if first != NOT_SURE:
                return first
        if self._otherwise == "no":
            nothing: dict[str, Answer] = {"yes_no": "no", "one": question.none_id, "many": ()}
            return nothing.get(question.kind, NOT_SURE)
        return NOT_SURE
