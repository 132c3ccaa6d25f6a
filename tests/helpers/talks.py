"""Whole talks at a front end, for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from triage.dialogue.conversation import Conversation
from triage.dialogue.driver import hold
from triage.dialogue.frontend import Front
from triage.dialogue.state import DialogueState
from triage.model import Answers, Assessment, Conclusion, Knowledge, Screen, Turn

_built: dict[tuple[int, int], Conversation] = {}


class Talk(msgspec.Struct, frozen=True):
    """How a talk ended. `assessment` is None when the person left."""

    assessment: Assessment | None
    asked: tuple[str, ...]


def talk(
    knowledge: Knowledge, conclude: Callable[[Answers], Conclusion], front: Front, greet: bool = False,
    turns: Sequence[Turn] = (), mentions: Answers | None = None, personal: bool = False,
    keep: Callable[[DialogueState], None] | None = None, stored: bool = False,
) -> Talk:
    """Talk until the end. `keep` is given every state."""
    key = id(knowledge), id(conclude)
    conversation = _built[key] = _built.get(key) or Conversation(knowledge, conclude)

    def keeping(state: DialogueState) -> tuple[DialogueState, tuple[Screen, ...]]:
        if keep is not None:
            keep(state)
        return state, ()

    start = conversation.begin(personal, front.pictures, turns, mentions, stored=stored, greet=greet)
    state, end = hold(conversation, front, start, keeping)
    return Talk(end.assessment, state.asked)
