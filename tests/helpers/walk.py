"""A plain walk over the rules, layer by layer. A twin of `triage.inference.experta.engine` for many random cases."""

from __future__ import annotations

from triage.inference import weighing
from triage.inference.answers import complete
from triage.inference.conclusion import conclusion
from triage.model import NOT_SURE, Answer, Answers, Conclusion, Criterion, Knowledge, Rule


class Walk:
    """All rules, each under the one of its conditions whose fact is known last. Nothing else is prepared."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        depth = {f"derived.{name}": i for i, names in enumerate(knowledge.depths, 1) for name in names}
        last = len(knowledge.depths) + 1
        layers = {"score": last, "red_flag": last + 1, "condition": last + 1}
        self.known: dict[tuple[str, Answer], list[int]] = {}  # fact -> the conditions that it meets
        numbers: dict[tuple[Criterion, bool], int] = {}
        self.tests: dict[str, list[tuple[int, Criterion, bool]]] = {}  # fact -> each condition on it, with a number
        self.readers: list[list[tuple[frozenset[int], Rule]]] = []  # condition -> rules, with all that these ask for
        for rule in knowledge.rules:
            mine: dict[int, int] = {}
            for part, unsure in zip(rule.parts, rule.unsure, strict=True):
                if (part, unsure) not in numbers:
                    numbers[part, unsure] = len(numbers)
                    self.tests.setdefault(part.fact, []).append((numbers[part, unsure], part, unsure))
                    self.readers.append([])
                mine[numbers[part, unsure]] = depth.get(part.fact, layers.get(part.fact.partition(".")[0], 0))
            self.readers[max(mine, key=mine.__getitem__)].append((frozenset(mine), rule))

    def conclude(self, answers: Answers) -> Conclusion:
        """What `Engine.conclude` gives for these answers."""
        knowledge = self.knowledge
        met: set[int] = set()
        rules = self._more(met, complete(knowledge, answers))

        derived: dict[str, str] = {}
        for depth in knowledge.depths:
            for rule in rules:
                if rule.kind == "derived" and rule.card in depth and derived.get(rule.card) != "yes":
                    derived[rule.card] = NOT_SURE if rule.lowered else "yes"
            rules += self._more(met, {f"derived.{name}": derived[name] for name in depth if name in derived})

        points: dict[str, dict[str, float]] = {}
        for rule in rules:
            if rule.kind == "score_item":
                points.setdefault(rule.card, {})[rule.item] = rule.points
        scores = {name: float(sum(points[name].values())) for name in knowledge.scores if name in points}
        rules += self._more(met, {f"score.{name}": total for name, total in scores.items()})

        _, bands = weighing.weigh_all(knowledge, rules)
        late: Answers = {f"red_flag.{rule.card}": "yes" for rule in rules if rule.kind == "red_flag"}
        late |= {f"condition.{name}": band for name, band in bands.items() if band != "unlikely"}
        rules += self._more(met, late)
        return conclusion(knowledge, answers, (rule.key for rule in rules), derived, scores, bands)

    def _more(self, met: set[int], facts: Answers) -> list[Rule]:
        """The rules that fire now that these facts are known too. `met`: the conditions met before, and after."""
        new = [number for item in facts.items() for number in self._met_by(item)]
        met.update(new)
        return [rule for number in new for needs, rule in self.readers[number] if needs <= met]

    def _met_by(self, item: tuple[str, Answer]) -> list[int]:
        """The conditions that this fact meets: tried once, then remembered."""
        if item not in self.known:
            fact, value = item
            self.known[item] = [number for number, part, unsure in self.tests.get(fact, ())
                                if part.holds(value) or (unsure and value == NOT_SURE)]
        return self.known[item]
