"""The rules as decision tables of zen-engine (GoRules), written in Rust. A twin of the engine for benchmarks.

It has no facts that rules bring forth and others read, no agenda and no joins: it looks at every row of a table, once.
So there is a table for each layer of conclusions, and the layers are led from here. A row holds the whole `when` of a
rule as one expression, and the table collects all rows that hold.

durable_rules 2.0.28 was tried as well and is left out. A list that meets a condition twice fires the rule twice,
forgetting a case crashed the process (free(): invalid pointer), and to register 550 of these rules took longer than a
minute, where 500 took none: it seems to multiply out the alternatives of a rule.
"""

from __future__ import annotations

import json
from typing import Any

import zen

from triage.inference import weighing
from triage.inference.answers import complete
from triage.inference.conclusion import conclusion
from triage.model import NOT_SURE, Answers, Conclusion, Criterion, Knowledge, Rule

PSEUDO = ("derived", "score", "red_flag", "condition")


class Zen:
    """One table a layer, built once and used often. Takes answers in their normal form."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        depth = {f"derived.{name}": i for i, names in enumerate(knowledge.depths, 1) for name in names}
        last = len(knowledge.depths) + 1
        late = {"score": last, "red_flag": last + 1, "condition": last + 1}
        rows: list[list[tuple[int, str]]] = [[] for _ in range(last + 2)]
        for number, rule in enumerate(knowledge.rules):
            layer = max(depth.get(part.fact, late.get(part.fact.partition(".")[0], 0)) for part in rule.parts)
            rows[layer].append((number, _expression(knowledge, rule)))
        engine = zen.ZenEngine()
        self._layers = [engine.create_decision(zen.ZenDecisionContent(json.dumps(_graph(each)))) for each in rows]

    def conclude(self, answers: Answers) -> Conclusion:
        """What `Engine.conclude` gives for these answers."""
        knowledge = self.knowledge
        facts: dict[str, dict[str, Any]] = {topic: {} for topic in PSEUDO}
        for name, answer in complete(knowledge, answers).items():
            finding = knowledge.findings[name]
            listed = (answer,) if finding.kind == "many" and isinstance(answer, str) else answer
            facts.setdefault(finding.topic, {})[finding.name] = list(listed) if isinstance(listed, tuple) else listed
        layers = iter(self._layers)
        rules = self._layer(next(layers), facts)

        derived: dict[str, str] = {}
        for depth in knowledge.depths:
            for rule in rules:
                if rule.kind == "derived" and rule.card in depth and derived.get(rule.card) != "yes":
                    derived[rule.card] = NOT_SURE if rule.lowered else "yes"
            facts["derived"] = dict(derived)
            rules += self._layer(next(layers), facts)

        points: dict[str, dict[str, float]] = {}
        for rule in rules:
            if rule.kind == "score_item":
                points.setdefault(rule.card, {})[rule.item] = rule.points
        scores = {name: float(sum(points[name].values())) for name in knowledge.scores if name in points}
        facts["score"] = dict(scores)
        rules += self._layer(next(layers), facts)

        _, bands = weighing.weigh_all(knowledge, rules)
        facts["red_flag"] = {rule.card: "yes" for rule in rules if rule.kind == "red_flag"}
        facts["condition"] = {name: band for name, band in bands.items() if band != "unlikely"}
        rules += self._layer(next(layers), facts)
        return conclusion(knowledge, answers, (rule.key for rule in rules), derived, scores, bands)

    def _layer(self, table: Any, facts: dict[str, dict[str, Any]]) -> list[Rule]:
        return [self.knowledge.rules[row["rule"]] for row in table.evaluate(facts)["result"]]


def _graph(rows: list[tuple[int, str]]) -> dict[str, Any]:
    """A table whose one column holds whole expressions, between the input and the output."""
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when", "type": "expression"}],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule", "type": "expression"}],
        "rules": [{"_id": str(number), "when": text, "rule": str(number)} for number, text in rows],
    }
    place = {"x": 0, "y": 0}
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": place},
            {"id": "table", "name": "table", "type": "decisionTableNode", "position": place, "content": table},
            {"id": "out", "name": "out", "type": "outputNode", "position": place},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "table"},
            {"id": "2", "type": "edge", "sourceId": "table", "targetId": "out"},
        ],
    }


def _expression(knowledge: Knowledge, rule: Rule) -> str:
    return " and ".join(_test(knowledge, part, unsure) for part, unsure in zip(rule.parts, rule.unsure, strict=True))


def _test(knowledge: Knowledge, part: Criterion, unsure: bool) -> str:
    fact = part.fact
    if part.op:
        test = f"(type({fact}) == 'number' and {fact} {part.op} {part.bound!r})"
        return f"({fact} == '{NOT_SURE}' or {test})" if unsure else test
    words = [*part.none_of, *[NOT_SURE] * (not unsure)] if part.none_of else [*part.any_of, *[NOT_SURE] * unsure]
    if fact in knowledge.findings and knowledge.findings[fact].kind == "many":
        test = f"{'none' if part.none_of else 'some'}({fact}, # in {words})"
        return f"({fact} != null and {test})"  # a loop over nothing is an error
    if part.none_of:
        return f"({fact} != null and not ({fact} in {words}))"
    return f"{fact} == '{words[0]}'" if len(words) == 1 else f"{fact} in {words}"
