"""No key, in no front end, ends in a traceback, and what was answered before is never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import remembered, shared_knowledge
from tests.helpers import small
from tests.helpers.examples import examples
from tests.helpers.random_keys import AT_ONCE, SIZES, by_keys, by_lines, goes_on, keys
from triage.dialogue.conversation import Conversation
from triage.inference.compiled import Compiled
from triage.knowledge import reader
from triage.presentation import picture


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> Conversation:
    rules = reader.load(small.write_spoken(tmp_path_factory.mktemp("keys")))
    return Conversation(rules, Compiled(rules).conclude)


@given(keys(), AT_ONCE, SIZES, st.booleans())
@examples(300, quick=5, new=True)
def test_any_keys_leave_a_talk_that_can_go_on(conversation, raw, at_once, sizes, mouse):
    goes_on(conversation, by_keys(conversation, raw, at_once, sizes, mouse))


@given(keys())
@examples(400, quick=15, new=True)
def test_any_lines_leave_a_talk_that_can_go_on(conversation, raw):
    goes_on(conversation, by_lines(conversation, raw))


@pytest.mark.slow
@given(keys(), AT_ONCE, SIZES, st.booleans())
@examples(60, new=True)
def test_any_keys_leave_a_talk_that_can_go_on_with_all_rules_and_the_picture(raw, at_once, sizes, mouse):
    if not _built:
        _built.append(Conversation(shared_knowledge(), remembered))
    goes_on(_built[0], by_keys(_built[0], raw, at_once, sizes, mouse, picture.pointing(shared_knowledge(), True)))


_built: list[Conversation] = []
