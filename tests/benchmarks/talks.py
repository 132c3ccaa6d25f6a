"""What a question costs in whole talks: simulated people who know what the real cases know, and say no to all else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from triage.dialogue.conversation import Conversation
from triage.dialogue.driver import hold
from triage.dialogue.simulated_person import ScriptFront
from triage.inference.compiled import Compiled
from triage.inference.experta.engine import Engine
from triage.model import Answers, Conclusion, Knowledge
from triage.records import answers_file

CASES = Path(__file__).resolve().parent.parent / "cases"


class Talks(msgspec.Struct, frozen=True):
    """Talks held one after the other. `ms`: processor time a question, conclusion and wording included."""

    people: int
    questions: int
    ms: float


def talks(knowledge: Knowledge, step: int) -> dict[str, Talks]:
    """Every `step`-th case takes the whole interview, by each way to conclude that a talk can have."""
    known = [answers_file.answers(knowledge, str(path)) for path in sorted(CASES.glob("*.yaml"))[::step]]
    return {"experta, our matcher": _held(knowledge, Engine(knowledge).conclude, known),
            "compiled, bit sets": _held(knowledge, Compiled(knowledge).conclude, known)}


def _held(knowledge: Knowledge, conclude: Callable[[Answers], Conclusion], known: list[Answers]) -> Talks:
    conversation = Conversation(knowledge, conclude)
    hold(conversation, ScriptFront(known[0], "no"), conversation.begin())  # what is built once is built
    questions, before = 0, time.process_time()
    for answers in known:
        state, _ = hold(conversation, ScriptFront(answers, "no"), conversation.begin())
        questions += len(state.asked)
    return Talks(len(known), questions, 1000 * (time.process_time() - before) / questions)
