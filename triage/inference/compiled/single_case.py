"""One case, and every answer that it could still be given: a set of rules is one number, a bit a rule.

The conditions of a rule stand in places: its first, its second, and so on. A known fact sets, place by place, the bits
of the rules whose condition there it meets. A rule fires when no place lacks its bit; it *waits* when exactly one does.
So what one more fact would bring is one `&`: the rules that wait, and that it meets. Only where that touches a derived
finding or a score, or an answer that follows from another, is a conclusion drawn anew.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import compress
from typing import Any, NamedTuple

from triage.inference import weighing
from triage.inference.answers import complete, empty, upward
from triage.inference.compiled.answer_columns import LARGEST, members
from triage.inference.compiled.case_sums import union
from triage.inference.compiled.codegen import LATE
from triage.inference.conclusion import conclusion
from triage.model import NOT_SURE, Answer, Answers, Conclusion, Criterion, Finding, Knowledge, Rule

Item = tuple[str, Answer]
"""A known fact: a finding, or derived.X, score.X, red_flag.X, condition.X, with its value."""
Rules = int
"""A set of rules of one net: bit i stands for its rule i."""


class Supposed:
    """What single further answers would change, up to red flags and lines of evidence: rules that come and that go."""

    def __init__(
        self, rules: list[Rule], newly_fired: dict[Item, Rules], no_longer_fired: dict[Item, Rules]
    ) -> None:
        self._rules, self._newly_fired, self._no_longer_fired = rules, newly_fired, no_longer_fired

    def __iter__(self) -> Iterator[Item]:
        """Finding and value of each answer that would change anything."""
        return iter({**self._newly_fired, **self._no_longer_fired})

    def __len__(self) -> int:
        return len({**self._newly_fired, **self._no_longer_fired})

    def newly_fired(self, item: Item) -> list[Rule]:
        """Rules that would fire if this were answered."""
        return [self._rules[i] for i in members(self._newly_fired.get(item, 0))]

    def no_longer_fired(self, item: Item) -> list[Rule]:
        """Rules that would fire no more if this were answered."""
        return [self._rules[i] for i in members(self._no_longer_fired.get(item, 0))]


class _Fact(NamedTuple):
    """A fact that can be supposed: the rules of which it meets a condition, and the places it fills in each net."""

    item: Item
    meets: Rules
    slots: list[int]


_Linked = tuple[list[tuple[str, _Fact]], list[tuple[_Fact, tuple[str, ...]]]]
_Value = tuple[Item, Rules, _Fact, tuple[()] | _Linked]
"""A value to suppose, with what it implies above and below."""


class _Base(NamedTuple):
    """Where supposing starts from: lists with a value for each net, and sets of all rules."""

    slots: list[int]
    fired: list[Rules]
    brought: list[_Brought]
    waiting: Rules
    lacking_two: Rules
    bringing: Rules
    """Those from which something would follow that does not follow yet."""


class _Brought(NamedTuple):
    """What follows when just some rules of a net fire: facts, and the places they fill in each net."""

    items: list[Item]
    slots: list[int]


class BitSets:
    """All rules in nets, each of which reads what those before it conclude."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        early = [rule for rule in knowledge.rules if rule.kind not in (*LATE, "derived", "score_item")]
        reads = [any(part.fact.startswith(("derived.", "score.")) for part in rule.parts) for rule in early]
        groups: list[Iterable[Rule]] = [
            *([r for name in depth for r in knowledge.rules_of("derived", card=name)] for depth in knowledge.depths),
            knowledge.rules_of("score_item"), compress(early, reads), compress(early, map(operator.not_, reads)),
        ]
        self.nets: list[_Net] = []
        for number, group in enumerate(groups):
            self.nets.append(_Net(group, number, sum(len(net.rules) for net in self.nets)))
        self.rules = [rule for net in self.nets for rule in net.rules]
        """The rules of all nets, one after the other; sets of all rules count through these."""
        self._leading = list(enumerate(self.nets[:-1]))
        self.late = _Net(knowledge.rules_of(*LATE))
        self._nothing = _Brought([], [0] * len(self.nets))
        self._follow: dict[tuple[int, Rules], _Brought] = {}
        self._facts: dict[Item, _Fact] = {}

    def conclude(self, answers: Answers) -> Conclusion:
        """Conclusions of all layers for these answers, equal to what `Engine.conclude` gives."""
        whole = complete(self.knowledge, answers)
        known: list[Item] = list(whole.items())
        sets, brought = self._concluded([net.met(known) for net in self.nets])
        items = [item for some in brought for item in some.items]
        rules = [rule for net, fired in zip(self.nets, sets, strict=True) for rule in net.spelled(fired)]
        weights, bands = weighing.weigh_all(self.knowledge, rules)
        known += items
        known += [(f"red_flag.{name}", "yes") for name in {rule.card for rule in rules if rule.kind == "red_flag"}]
        known += [(f"condition.{name}", band) for name, band in bands.items() if band != "unlikely"]
        rules += self.late.spelled(self.late.fired(self.late.met(known)))
        facts: dict[str, dict[str, Any]] = {"derived": {}, "score": {}}
        for name, value in items:
            room, _, card = name.partition(".")
            facts[room][card] = value
        return conclusion(self.knowledge, answers, (rule.key for rule in rules), facts["derived"], facts["score"],
                          bands, whole, weights)

    def suppose(self, answers: Answers) -> Supposed:
        """Every finding without an answer, with each of its values: what this one more answer would change.

        What would change nothing is left out, and so is a finding that belongs to what was answered with no, and "not
        sure". Numbers and times are supposed at each bound that a rule has and on both sides of it; options of which
        several may be ticked, one by one. Not looked at are rules that read bands: interlocks, who must not, offers.
        """
        facts = complete(self.knowledge, answers)
        base = self._base(facts)
        waiting, bringing = base.waiting, base.bringing
        all_new: dict[Item, Rules] = {}
        all_gone: dict[Item, Rules] = {}
        for name, parents, values in self._supposable:
            if name in facts or (parents and all(facts.get(parent) == "no" for parent in parents)):
                continue
            for item, meets, fact, linked in values:
                implied = linked and self._implied(facts, fact, *linked)
                new = self._together(base, [fact, *implied]) if implied else waiting & meets
                if new & bringing:
                    new, gone = self._anew(base, [fact, *implied], new)
                    if gone:
                        all_gone[item] = gone
                if new:
                    all_new[item] = new
        return Supposed(self.rules, all_new, all_gone)

    def _base(self, facts: Answers) -> _Base:
        met = [net.met(facts.items()) for net in self.nets]
        fired, brought = self._concluded(met[:-1])
        known = [item for some in brought for item in some.items]
        waiting = two = 0
        for net, slots in zip(self.nets, met, strict=True):
            one_missing, two_missing = net.missing(slots | net.met(known))
            waiting |= one_missing << net.start
            two |= two_missing << net.start
        bringing = (1 << self.nets[-2].start) - 1
        for name, value in known:
            if name in self._settled:
                bringing &= ~self._settled[name][value == "yes"]
        return _Base(met, fired, brought, waiting, two, bringing)

    def _together(self, base: _Base, facts: list[_Fact]) -> Rules:
        """The rules that several answers bring at once, by themselves."""
        once = twice = thrice = 0
        for fact in facts:
            thrice |= twice & fact.meets
            twice |= once & fact.meets
            once |= fact.meets
        new = base.waiting & once | base.lacking_two & twice
        if thrice:  # a rule may have lacked three conditions and have them now
            for net, slots in zip(self.nets, base.slots, strict=True):
                for brought in base.brought:
                    slots |= brought.slots[net.number]
                before = net.fired(slots)
                for fact in facts:
                    slots |= fact.slots[net.number]
                new |= (net.fired(slots) & ~before) << net.start
        return new

    def _anew(self, base: _Base, facts: list[_Fact], new: Rules) -> tuple[Rules, Rules]:
        """Rules that come and go, where more may follow from the answers. `new`: those they bring by themselves."""
        gone = 0
        follows: list[_Brought] | None = None  # once anything else follows than before
        for i, net in self._leading:
            before = base.fired[i]
            if follows is None:
                if more := new >> net.start & net.all:
                    brings = self._brings(i, before | more)
                    if brings.slots != base.brought[i].slots:  # a score may rise and reach no bound
                        follows = [*base.brought[:i], brings]
                continue
            slots = base.slots[i]
            for fact in facts:
                slots |= fact.slots[i]
            for brought in follows:
                slots |= brought.slots[i]
            then = net.fired(slots)
            if then != before | new >> net.start & net.all:
                new = new & ~(net.all << net.start) | (then & ~before) << net.start
                gone |= (before & ~then) << net.start
            follows.append(base.brought[i] if then == before else self._brings(i, then))
        return new, gone

    def _concluded(self, met: list[int]) -> tuple[list[Rules], list[_Brought]]:
        """What answers meet, for each of the first nets -> the rules that fire, and what follows from them."""
        fired: list[Rules] = []
        follows: list[_Brought] = []
        for i, (net, slots) in enumerate(zip(self.nets, met, strict=False)):
            for brought in follows:
                slots |= brought.slots[i]
            fired.append(net.fired(slots))
            follows.append(self._brings(i, fired[-1]))
        return fired, follows

    def _brings(self, i: int, fired: Rules) -> _Brought:
        """Derived findings or scores that follow when just these rules of a net fire."""
        if i >= len(self.nets) - 2:
            return self._nothing
        found = self._follow.get((i, fired))
        if found is None:
            if len(self._follow) >= LARGEST:
                self._follow.clear()
            facts: dict[str, Answer] = {}
            points: dict[str, dict[str, float]] = {}
            for rule in self.nets[i].spelled(fired):
                if rule.kind == "score_item":
                    points.setdefault(rule.card, {})[rule.item] = rule.points
                elif rule.kind == "derived" and facts.get(f"derived.{rule.card}") != "yes":
                    facts[f"derived.{rule.card}"] = NOT_SURE if rule.lowered else "yes"
            facts |= {f"score.{name}": float(sum(items.values())) for name, items in points.items()}
            found = _Brought(list(facts.items()), [net.met(facts.items()) for net in self.nets])
            self._follow[i, fired] = found
        return found

    # --- what can be supposed

    @cached_property
    def _supposable(self) -> list[tuple[str, tuple[str, ...], list[_Value]]]:
        """Findings with what they belong to, and their values."""
        bounds: dict[str, set[float]] = {}
        for rule in self.knowledge.rules:
            for part in rule.parts:
                if part.op:
                    bounds.setdefault(part.fact, set()).add(part.bound)
        return [
            (name, finding.parents, [self._value(name, value) for value in _values(finding, bounds.get(name, set()))])
            for name, finding in self.knowledge.findings.items()
        ]

    def _value(self, name: str, value: Answer) -> _Value:
        fact = self._fact((name, value))
        linked = self._above(name, value), self._below(name) if value == "no" else []
        return fact.item, fact.meets, fact, linked if any(linked) else ()

    def _fact(self, item: Item) -> _Fact:
        if item in self._facts:
            return self._facts[item]
        readings = [net.reading(item) for net in self.nets]
        meets = union(rules << net.start for net, (rules, _) in zip(self.nets, readings, strict=True))
        fact = self._facts[item] = _Fact(item, meets, [places for _, places in readings])
        return fact

    def _above(self, name: str, value: Answer) -> list[tuple[str, _Fact]]:
        """What an answer implies of what it belongs to, the nearest first; each with the finding that implies it."""
        out = [(name, self._fact(item)) for item in upward(self.knowledge, self.knowledge.findings[name], value)]
        return [*out, *(each for _, fact in out for each in self._above(*fact.item))]

    def _below(self, name: str) -> list[tuple[_Fact, tuple[str, ...]]]:
        """What a no implies of its follow-ups, if all else that they belong to, named with them, is no as well."""
        below = {name}
        out = []
        for child in self.knowledge.follow_ups:
            nothing = empty(child)
            if nothing is not None and below & {*child.parents}:
                below |= {child.id} if nothing == "no" else set()
                out.append((self._fact((child.id, nothing)), child.parents))
        return out

    def _implied(
        self, facts: Answers, fact: _Fact, above: list[tuple[str, _Fact]], below: list[tuple[_Fact, tuple[str, ...]]],
    ) -> list[_Fact]:
        """What an answer implies beside what is known, as `answers.complete` has it."""
        out = []
        new = {fact.item[0]}
        for origin, each in above:
            if origin in new and each.item[0] not in facts:
                new.add(each.item[0])
                out.append(each)
        nos = {fact.item[0]}
        for each, parents in below:
            name, value = each.item
            if name in facts:
                continue
            for parent in parents:
                if parent not in nos and facts.get(parent) != "no":
                    break
            else:
                out.append(each)
                if value == "no":
                    nos.add(name)
        return out

    @cached_property
    def _settled(self) -> dict[str, tuple[Rules, Rules]]:
        """Derived finding -> rules that bring nothing new once it is not sure, and once it is yes."""
        out: dict[str, tuple[Rules, Rules]] = {}
        for i, rule in enumerate(self.rules):
            if rule.kind == "derived":
                unsure, every = out.get(f"derived.{rule.card}", (0, 0))
                out[f"derived.{rule.card}"] = unsure | rule.lowered << i, every | 1 << i
        return out


def _values(finding: Finding, bounds: Iterable[float]) -> list[Answer]:
    """Every answer that rules can tell from another: numbers at each bound that they ask for, and on both sides."""
    return finding.possible_answers(sorted({v for bound in bounds for v in (bound - 0.5, bound, bound + 0.5)}))


class _Net:
    """Rules with a bit each, those with most conditions first, so that each place is as short as it can be."""

    def __init__(self, rules: Iterable[Rule], number: int = 0, start: int = 0) -> None:
        self.number, self.start = number, start
        self.rules = sorted(rules, key=lambda rule: -len(rule.parts))
        longest = len(self.rules[0].parts) if self.rules else 0
        sizes = [sum(len(rule.parts) > place for rule in self.rules) for place in range(longest)]
        starts = [sum(sizes[:place]) for place in range(longest)]
        self._places = [(begin, (1 << size) - 1) for begin, size in zip(starts, sizes, strict=True)]
        self.all = (1 << len(self.rules)) - 1
        self._readers: dict[str, dict[tuple[Criterion, bool], tuple[Rules, int]]] = {}
        """Fact -> each condition on it, with the rules that have it and the places in which it stands."""
        for i, rule in enumerate(self.rules):
            for place, condition in enumerate(zip(rule.parts, rule.unsure, strict=True)):
                readers = self._readers.setdefault(condition[0].fact, {})
                having, places = readers.get(condition, (0, 0))
                readers[condition] = having | 1 << i, places | 1 << starts[place] + i
        self._met: dict[Item, int] = {}

    def met(self, items: Iterable[Item]) -> int:
        """Places that these facts fill, one place after the other in one number."""
        slots, known = 0, self._met
        for item in items:
            slots |= known[item] if item in known else self._read(item)
        return slots

    def reading(self, item: Item) -> tuple[Rules, int]:
        """The rules of which this fact meets a condition, and the places that it fills."""
        fact, value = item
        rules = places = 0
        for (criterion, unsure), (having, where) in self._readers.get(fact, {}).items():
            if criterion.holds(value) or (unsure and value == NOT_SURE):
                rules |= having
                places |= where
        return rules, places

    def fired(self, slots: int) -> Rules:
        """The rules of which no condition is missing."""
        missing = ~slots
        some = 0
        for begin, mask in self._places:
            some |= missing >> begin & mask
        return self.all & ~some

    def missing(self, slots: int) -> tuple[Rules, Rules]:
        """The rules of which exactly one condition is missing, and those of which exactly two are."""
        one = two = more = 0
        for begin, mask in self._places:
            here = ~(slots >> begin) & mask
            more |= two & here
            two |= one & here
            one |= here
        return one & ~two, two & ~more

    def spelled(self, rules: Rules) -> list[Rule]:
        """The rules of a set."""
        return [self.rules[i] for i in members(rules)]

    def _read(self, item: Item) -> int:
        """Looks one fact up in the rules, once."""
        if len(self._met) >= LARGEST:
            self._met.clear()
        slots = self._met[item] = self.reading(item)[1]
        return slots
