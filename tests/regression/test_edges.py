"""The rules conclude at each of their bounds what they concluded when the table was made.

After a card was changed on purpose, make its lines anew and read what changed:
triage mutate tests/scenarios --card ID --write tests/regression/edges.jsonl
"""

from __future__ import annotations

import pytest

from tests.conftest import EDGES
from triage.inference.assessment import assess
from triage.inference.compiled import Compiled
from triage.inference.experta.engine import Engine
from triage.model import Conclusion, Knowledge
from triage.support.errors import BadFile
from triage.verification import edges as table
from triage.verification import scenarios
from triage.verification.scenarios import Story

SHOWN = 20
"""So many lines that fail are printed."""


def failing(knowledge: Knowledge, edges: list[Story], conclusions: list[Conclusion]) -> list[str]:
    """Each line that does not come out as it says, with its place."""
    outcomes = [(edge, scenarios.wrong(knowledge, assess(knowledge, conclusion), edge.expect))
                for edge, conclusion in zip(edges, conclusions, strict=True)]
    return [f"{EDGES.name}:{edge.line}: {edge.card}: {'; '.join(wrong)}" for edge, wrong in outcomes if wrong]


def test_every_edge_of_the_rules_stands_where_it_stood(knowledge, edges):
    wrong = failing(knowledge, edges, list(Compiled(knowledge).conclude_many([edge.answers for edge in edges])))
    assert not wrong, "\n".join([f"{len(wrong)} of {len(edges)} lines fail", *wrong[:SHOWN]])


@pytest.mark.slow
def test_experta_concludes_the_same_at_each_of_them(knowledge, engine: Engine, edges):
    assert failing(knowledge, edges, [engine.conclude(edge.answers) for edge in edges]) == []


@pytest.mark.parametrize(("line", "code", "guess"), [
    ('{"card": "dvt", "answers": {"pain.sde": "left"}, "expect": {"urgency": "today"}}', "bad-answer", "pain.side"),
    ('{"card": "dvt", "answers": {"pain.side": "left"}, "expect": {"first": "dvtt"}}', "unknown-id", "dvtt"),
    ('{"card": "dvt", "answers": {"pain.side": "left"}, "expects": {}}', "shape", "expects"),
    ('{"card": "dvt", "answers": {"pain.side": "left"}, "expect": {}}', "unknown-id", ""),
    ("- story: none", "shape", ""),
])
def test_a_line_that_is_none_is_named_at_its_place(knowledge, tmp_path, line, code, guess):
    file = tmp_path / "edges.jsonl"
    good = '{"card": "dvt", "answers": {"pain.side": "left"}, "expect": {"urgency": "self_care"}}'
    file.write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        table.read(knowledge, file)
    (fault,) = caught.value.faults
    assert (fault.line, fault.code) == (2, code)
    assert guess in fault.message


def test_an_empty_table_is_not_a_pass(knowledge, tmp_path):
    file = tmp_path / "edges.jsonl"
    file.write_text("", encoding="utf-8")
    with pytest.raises(BadFile):
        table.read(knowledge, file)
