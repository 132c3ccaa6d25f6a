"""The rules in CLIPS, through clipspy: another Rete, in C. A twin of the experta engine for tests and benchmarks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import clips
from clips._clips import lib

from triage.inference import weighing
from triage.inference.answers import complete
from triage.inference.conclusion import conclusion
from triage.model import NOT_SURE, Answers, Conclusion, Criterion, Knowledge, Rule

PSEUDO = ("derived", "score", "red_flag", "condition")
SILENT = "-"
"""What stands in the slot of a finding that was not answered; no option can be called that."""


def _let_go(fact: clips.facts.Fact) -> None:
    lib.ReleaseFact(fact._fact)


# clipspy 1.0.6 lets no fact go: it calls ReleaseFact with one argument too many, and hides the error. Facts of old
# cases pile up, and after 3,000 cases one takes ten times as long as at the beginning; with this, it takes the same.
clips.facts.Fact.__del__ = _let_go


class Clips:
    """All rules in one environment, built once and used often. Takes answers in their normal form."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self._environment = clips.Environment()
        with tempfile.TemporaryDirectory() as folder:  # a file loads in a tenth of the time of as many calls of `build`
            path = Path(folder) / "rules.clp"
            path.write_text("\n".join(constructs(knowledge)), encoding="utf-8")
            self._environment.load(str(path))
        self._heard = self._environment.find_global("fired")
        self._templates = {template.name: template for template in self._environment.templates()}

    def conclude(self, answers: Answers) -> Conclusion:
        """What `Engine.conclude` gives for these answers."""
        knowledge = self.knowledge
        self._environment.reset()
        topics: dict[str, dict[str, Any]] = {}
        for name, answer in complete(knowledge, answers).items():
            finding = knowledge.findings[name]
            listed = (answer,) if finding.kind == "many" and isinstance(answer, str) else answer
            topics.setdefault(finding.topic, {})[finding.name] = listed
        rules = self._run(list(topics.items()))

        derived: dict[str, str] = {}
        for depth in knowledge.depths:
            for rule in rules:
                if rule.kind == "derived" and rule.card in depth and derived.get(rule.card) != "yes":
                    derived[rule.card] = NOT_SURE if rule.lowered else "yes"
            rules += self._run([_pseudo("derived", name, derived[name]) for name in depth if name in derived])

        items: dict[str, dict[str, float]] = {}
        for rule in rules:
            if rule.kind == "score_item":
                items.setdefault(rule.card, {})[rule.item] = rule.points
        scores = {name: float(sum(items[name].values())) for name in knowledge.scores if name in items}
        rules += self._run([_pseudo("score", name, total) for name, total in scores.items()])

        _, bands = weighing.weigh_all(knowledge, rules)
        flags = dict.fromkeys(rule.card for rule in rules if rule.kind == "red_flag")
        facts = [_pseudo("red_flag", name, "yes") for name in flags]
        facts += [_pseudo("condition", name, band) for name, band in bands.items() if band != "unlikely"]
        rules += self._run(facts)
        return conclusion(knowledge, answers, (rule.key for rule in rules), derived, scores, bands)

    @property
    def memory(self) -> int:
        """Bytes that CLIPS holds."""
        return int(self._environment.eval("(mem-used)"))

    def _run(self, facts: list[tuple[str, dict[str, Any]]]) -> list[Rule]:
        """Assert these facts, run, and hear which rules fired by it."""
        if not facts:
            return []
        for template, slots in facts:
            self._templates[template].assert_fact(**{slot: _value(value) for slot, value in slots.items()})
        self._environment.run()
        heard = [self.knowledge.rules[number] for number in self._heard.value]
        self._heard.value = ()
        return heard


def _pseudo(template: str, name: str, value: str | float) -> tuple[str, dict[str, Any]]:
    return template, {"name": name, "value": value}


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(clips.Symbol, value))
    return clips.Symbol(value) if isinstance(value, str) else value


# --- the rules as text --------------------------------------------------------------------------


def constructs(knowledge: Knowledge) -> list[str]:
    """The rule base: a template a topic with a slot a finding, one for each kind of conclusion, and a rule a rule."""
    topics: dict[str, list[str]] = {}
    for finding in knowledge.findings.values():
        slot = "multislot" if finding.kind == "many" else "slot"
        topics.setdefault(finding.topic, []).append(f"({slot} {finding.name} (default {SILENT}))")
    out = [f"(deftemplate {topic} {' '.join(slots)})" for topic, slots in topics.items()]
    out += [f"(deftemplate {template} (slot name) (slot value))" for template in PSEUDO]
    out += ["(defglobal ?*fired* = (create$))"]
    return out + [_defrule(knowledge, number, rule) for number, rule in enumerate(knowledge.rules)]


def _defrule(knowledge: Knowledge, number: int, rule: Rule) -> str:
    """One rule. It notes its number: that is read back at once, where facts or calls of Python cost one by one."""
    patterns: dict[str, list[str]] = {}
    several: list[str] = []
    for part, unsure in zip(rule.parts, rule.unsure, strict=True):
        topic, _, slot = part.fact.partition(".")
        if topic in PSEUDO:
            several.append(f"({topic} (name {slot}) (value {_one(part, unsure)}))")
        else:
            test = _many(part, unsure) if knowledge.findings[part.fact].kind == "many" else _one(part, unsure)
            patterns.setdefault(topic, []).append(f"({slot} {test})")
    conditions = [f"({topic} {' '.join(slots)})" for topic, slots in patterns.items()] + several
    return f"(defrule r{number} {' '.join(conditions)} => (bind ?*fired* ?*fired* {number}))"


def _one(part: Criterion, unsure: bool) -> str:
    """A test on a slot that holds one value."""
    if part.op:
        name = _variable(part)
        test = f"(and (floatp {name}) ({'=' if part.op == '==' else part.op} {name} {part.bound!r}))"
        return f"{name}&:{f'(or (eq {name} {NOT_SURE}) {test})' if unsure else test}"
    if part.none_of:
        return "&".join(f"~{word}" for word in (SILENT, *part.none_of, *[NOT_SURE] * (not unsure)))
    return "|".join([*part.any_of, *[NOT_SURE] * unsure])


def _many(part: Criterion, unsure: bool) -> str:
    """A test on a slot that holds a list."""
    name = _variable(part)

    def holds_any(words: list[str]) -> str:
        return f"(or {' '.join(f'(member$ {word} {name})' for word in words)} FALSE)"

    if part.none_of:
        return f"${name}&:(not {holds_any([SILENT, *part.none_of, *[NOT_SURE] * (not unsure)])})"
    return f"${name}&:{holds_any([*part.any_of, *[NOT_SURE] * unsure])}"


def _variable(part: Criterion) -> str:
    """Its own in each slot, for two of one name would have to be equal."""
    return "?" + part.fact.replace(".", "-")
