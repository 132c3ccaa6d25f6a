"""What is worked out for an object is worked out once, for it alone, and goes with it."""

from __future__ import annotations

import gc
import weakref

import msgspec

from tests.helpers import small
from triage.knowledge import reader
from triage.support.memory import OnceForEach


class Thing:
    pass


def test_it_is_worked_out_once_for_each_object():
    asked: list[Thing] = []

    @OnceForEach
    def number(of: Thing) -> int:
        asked.append(of)
        return len(asked)

    one, other = Thing(), Thing()
    assert [number(one), number(other), number(one)] == [1, 2, 1]
    assert asked == [one, other]
    number.set(one, 7)
    assert [number(one), number(other)] == [7, 2]


def test_rules_that_nobody_holds_any_more_are_forgotten_with_what_was_worked_out(tmp_path):
    texts = OnceForEach(lambda knowledge: list(knowledge.findings))
    knowledge = msgspec.structs.replace(reader.load(small.write(tmp_path)))  # one that nobody else holds
    gone, kept = weakref.ref(knowledge), texts(knowledge)
    assert kept
    del knowledge
    gc.collect()
    assert gone() is None
