"""Triage of pain in the lower leg, ankle and foot by rules that a clinician can read.

    import triage

    rules = triage.load_rules()
    result = rules.assess({"screens": "no", "pain.region": ["calf"], "pain.side": "left", "onset.age": "3 weeks"})
    result.urgency.level
    talk = rules.interview()
    talk = talk.answer(...)

Importing it is cheap: what is behind these names is loaded when one of them is used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what is in typing for type checkers; who stops the program while it loads waits for nothing
if TYPE_CHECKING:
    from typing import Any

    from triage.api import Result, Rules, Talk, load_rules
    from triage.knowledge.reader import RulesError
    from triage.support.errors import BadFile, TriageError

__version__ = "1.0.0"

__all__ = ["BadFile", "Result", "Rules", "RulesError", "Talk", "TriageError", "__version__", "load_rules"]

_HOMES = {"BadFile": "triage.support.errors", "TriageError": "triage.support.errors",
          "RulesError": "triage.knowledge.reader"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'triage' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "triage.api")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
