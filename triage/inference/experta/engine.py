"""Which rules fire for these answers? The consultation in experta: facts in, fired rules out.

Every call starts again from the answers: reset, declare, run. Layers come from the order of runs, never from `NOT`:
derived findings and score items, totals of scores, evidence and red flags, bands of conditions, then offers and blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from triage.inference import weighing
from triage.inference.answers import complete
from triage.inference.conclusion import conclusion
from triage.inference.experta._experta import ExpertaRule, Fact, KnowledgeEngine, P
from triage.inference.experta.matcher import CardOrder, IndexedMatcher
from triage.model import NOT_SURE, Answer, Answers, Conclusion, Criterion, Knowledge, Rule

PSEUDO = ("derived", "score", "red_flag", "condition")


class Engine:
    """All rules in one experta engine, built once and used often. Not for several threads.

    `stock` leaves experta's own matcher and agenda as they are: slower, the same conclusions, for comparison.
    """

    def __init__(self, knowledge: Knowledge, stock: bool = False) -> None:
        self.knowledge = knowledge
        self.stock = stock
        topics = dict.fromkeys([f.topic for f in knowledge.findings.values()] + list(PSEUDO))
        self.topics: dict[str, type[Any]] = {
            topic: type(topic.title().replace("_", ""), (Fact,), {}) for topic in topics
        }
        self._tests: dict[tuple[Criterion, bool], Any] = {}
        self._fired: list[Rule] = []
        self._experta: Any = self._build()

    def conclude(self, answers: Answers) -> Conclusion:
        """Conclusions of all layers for these answers; the same for the same answers, always."""
        return self._run(answers, lambda line: None)

    def trace(self, answers: Answers) -> list[str]:
        """The consultation line by line: facts declared, rules fired, layer by layer."""
        lines: list[str] = []
        self._run(answers, lines.append)
        return lines

    # --- one run

    def _run(self, answers: Answers, say: Callable[[str], None]) -> Conclusion:
        knowledge = self.knowledge
        self._fired = []
        self._experta.reset()
        by_topic: dict[str, dict[str, Answer]] = {}
        whole = complete(knowledge, answers)
        for name, answer in whole.items():
            finding = knowledge.findings[name]
            by_topic.setdefault(finding.topic, {})[finding.name] = answer
        self._layer("answers", [self.topics[topic](**slots) for topic, slots in by_topic.items()], say)

        derived: dict[str, str] = {}
        for depth in knowledge.depths:
            for rule in self._fired:
                if rule.kind == "derived" and rule.card in depth and derived.get(rule.card) != "yes":
                    derived[rule.card] = NOT_SURE if rule.lowered else "yes"
            facts = [self.topics["derived"](**{name: derived[name]}) for name in depth if name in derived]
            self._layer("derived", facts, say)

        scores = self._scores()
        self._layer("scores", [self.topics["score"](**{name: total}) for name, total in scores.items()], say)

        weights, bands = weighing.weigh_all(knowledge, self._fired)
        flags = dict.fromkeys(rule.card for rule in self._fired if rule.kind == "red_flag")
        facts = [self.topics["red_flag"](**{name: "yes"}) for name in knowledge.red_flags if name in flags]
        facts += [self.topics["condition"](**{name: band}) for name, band in bands.items() if band != "unlikely"]
        self._layer("red flags and bands", facts, say)

        return conclusion(
            knowledge, answers, (rule.key for rule in self._fired), derived, scores, bands, whole, weights)

    def _layer(self, name: str, facts: list[Any], say: Callable[[str], None]) -> None:
        if not facts:
            return
        before = len(self._fired)
        self._experta.declare(*facts)  # one call for all: experta sweeps its agenda at every one
        self._experta.run()
        say(f"{name}:")
        for fact in facts:
            slots = ", ".join(f"{k}={_shown(v)}" for k, v in fact.items() if not str(k).startswith("__"))
            say(f"  fact {type(fact).__name__}({slots})")
        for rule in self._fired[before:]:
            say(f"  fire {rule.id}")

    def _scores(self) -> dict[str, float]:
        items: dict[str, dict[str, float]] = {}
        for rule in self._fired:
            if rule.kind == "score_item":
                items.setdefault(rule.card, {})[rule.item] = rule.points
        return {name: float(sum(items[name].values())) for name in self.knowledge.scores if name in items}

    # --- building

    def _build(self) -> Any:
        rules: dict[str, Any] = {
            f"rule_{i:05d}": self._rule(rule) for i, rule in enumerate(self.knowledge.rules)
        }
        if self.stock:
            engine = type("Stock", (KnowledgeEngine,), rules)()
        else:
            strategy = type("Order", (CardOrder,), {"order": self.knowledge.order})
            ours = {"__matcher__": IndexedMatcher, "__strategy__": strategy}
            engine = type("Triage", (KnowledgeEngine,), {**ours, **rules})()
        deffacts = engine.get_deffacts()
        engine.get_deffacts = lambda: deffacts  # experta looks through every attribute at each reset
        return engine

    def _rule(self, rule: Rule) -> Any:
        patterns: dict[str, dict[str, Any]] = {}
        several: list[Any] = []
        for part, unsure in zip(rule.parts, rule.unsure, strict=True):
            topic, slot = part.namespace, part.name
            test = self._test(part, unsure)
            if topic in PSEUDO:
                several.append(self.topics[topic](**{slot: test}))  # one fact each, so one pattern each
            else:
                patterns.setdefault(topic, {})[slot] = test
        conditions = [self.topics[topic](**slots) for topic, slots in patterns.items()] + several

        def fire(engine: Any) -> None:
            self._fired.append(rule)

        fire.__name__ = rule.key
        return ExpertaRule(*conditions)(fire)

    def _test(self, part: Criterion, unsure: bool) -> Any:
        """One shared predicate for equal parts, so that Rete shares its node. Total by construction."""
        if (part, unsure) not in self._tests:
            self._tests[part, unsure] = P(
                (lambda value: value == NOT_SURE or part.holds(value)) if unsure else part.holds
            )
        return self._tests[part, unsure]


def _shown(value: Any) -> str:
    return "|".join(value) if isinstance(value, tuple) else str(value)
