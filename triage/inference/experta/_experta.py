"""experta, importable on today's Python and quiet. Only the matcher and the engine may import it.

experta 1.9.4 pins frozendict 1.2, which subclasses `collections.Mapping`, gone since Python 3.10; that name is lent
while it is imported and taken back. Importing experta also installs a root log handler; it is removed again.
"""

import collections
import collections.abc
import importlib
import logging

_handlers = list(logging.root.handlers)
_lent = not hasattr(collections, "Mapping")
if _lent:
    collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
try:
    importlib.import_module("frozendict")
finally:
    if _lent:
        del collections.Mapping  # type: ignore[attr-defined]

from experta import AND, Fact, InitialFact, KnowledgeEngine, L, P  # noqa: E402
from experta import Rule as ExpertaRule  # noqa: E402
from experta.abstract import Matcher, Strategy  # noqa: E402
from experta.activation import Activation  # noqa: E402
from experta.conditionalelement import ConditionalElement  # noqa: E402

logging.root.handlers[:] = _handlers

__all__ = [
    "AND", "Activation", "ConditionalElement", "ExpertaRule", "Fact", "InitialFact", "KnowledgeEngine", "L", "Matcher",
    "P", "Strategy",
]
