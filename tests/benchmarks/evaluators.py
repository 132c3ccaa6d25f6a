"""All that can conclude from answers, by the name of its row. Nothing is imported before it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from triage.model import Answers, Conclusion, Knowledge

Conclude = Callable[[Answers], Conclusion]

STOCK, EXPERTA = "stock experta", "experta, indexed"
CLIPS, ZEN, WALK = "CLIPS", "zen-engine", "plain walk"
BIT_SETS, FUNCTION = "compiled, bit sets", "compiled, function"
ALL = (STOCK, EXPERTA, CLIPS, ZEN, WALK, BIT_SETS, FUNCTION)
NEEDS = {CLIPS: "clips", ZEN: "zen"}


def missing() -> list[str]:
    """Rows that are left out, for what they need is not installed."""
    return [name for name, module in NEEDS.items() if find_spec(module) is None]


def built(name: str, knowledge: Knowledge) -> Any:
    """The evaluator, ready for its first case."""
    if name in (STOCK, EXPERTA):
        from triage.inference.experta.engine import Engine

        return Engine(knowledge, stock=name == STOCK)
    if name == CLIPS:
        from tests.helpers.clips import Clips

        return Clips(knowledge)
    if name == ZEN:
        from tests.benchmarks.zen import Zen

        return Zen(knowledge)
    if name == WALK:
        from tests.helpers.walk import Walk

        return Walk(knowledge)
    from triage.inference.compiled import Compiled

    compiled = Compiled(knowledge)
    _ = compiled.bit_sets if name == BIT_SETS else compiled.function
    return compiled


def one_by_one(name: str, evaluator: Any) -> Conclude:
    """Concludes from one case."""
    if name == FUNCTION:
        return lambda answers: next(iter(evaluator.conclude_many([answers])))
    return evaluator.conclude
