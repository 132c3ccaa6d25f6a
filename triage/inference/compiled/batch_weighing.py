"""Lines of evidence -> bands of conditions, for all cases of a block. The arithmetic is that of `weighing`."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from operator import or_

from triage.inference.compiled.answer_columns import Cases
from triage.inference.compiled.case_sums import Sums, compared, mapped, plus, union, units
from triage.model import RANK, Band, Condition, Knowledge

Lines = list[tuple[int, str]]
"""Weight and key of rules, the heaviest first."""
Bands = dict[str, dict[Band, Cases]]


class Weighing:
    """All conditions with their lines sorted, built once. `bands` takes the columns of all rules by key."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.conditions = [_Summing(knowledge, card) for card in knowledge.conditions.values() if card.frequency]
        self.hot: dict[str, list[str]] = {}  # red flags that stand for conditions -> their rules at today or nearer
        for rule in knowledge.rules_of("red_flag"):
            if RANK[rule.level] >= RANK["today"] and knowledge.red_flags[rule.card].suspects:
                self.hot.setdefault(rule.card, []).append(rule.key)

    def bands(self, rules: dict[str, Cases]) -> Bands:
        """Condition -> fits_well and possible, each with its cases; in all other cases it is unlikely."""
        weights = self.knowledge.settings.weights
        groups = {each.name: each.groups(rules) for each in self.conditions}
        suspects = self._suspects(rules, groups)
        totals: dict[str, Sums] = {}
        evidence: dict[str, Sums] = {}
        every: Sums = {}
        for each in self.conditions:
            some = _at_least(groups[each.name], 1)
            where = some | suspects.get(each.name, 0)
            if where:
                evidence[each.name] = each.evidence(rules, where)
                totals[each.name] = plus(each.frequency(rules, where), evidence[each.name])
                for total, cases in totals[each.name].items():
                    every[total] = every.get(total, 0) | cases & some
        near_best = _Near(every, units(weights.possible_behind))
        out: Bands = {}
        for each in self.conditions:
            name = each.name
            if name not in totals:
                out[name] = {"fits_well": 0, "possible": 0}
                continue
            suspected = suspects.get(name, 0)
            needed = weights.danger_groups if each.danger else 1
            fits = _at_least(groups[name], max(needed, weights.fits_well_groups)) & each.allowed(rules)
            fits = fits and fits & compared(totals[name], ">=", units(weights.fits_well))
            near = near_best.cases(totals[name]) & compared(evidence[name], ">", 0)
            near |= compared(evidence[name], ">=", units(weights.possible_evidence))
            possible = near & _at_least(groups[name], needed) | suspected
            out[name] = {"fits_well": fits, "possible": possible & ~fits}
        return out

    def _suspects(self, rules: dict[str, Cases], groups: dict[str, list[Cases]]) -> dict[str, Cases]:
        """What red flags of `today` and nearer stand for, as `weighing.suspected` has it."""
        out: dict[str, Cases] = {}
        for flag, keys in self.hot.items():
            if cases := union(rules[key] for key in keys):
                named = self.knowledge.red_flags[flag].suspects
                own = {name: cases & _at_least(groups[name], 1) for name in named}
                own[named[0]] |= cases & ~union(own.values())
                for name, here in own.items():
                    out[name] = out.get(name, 0) | here
        return out


class _Near:
    """Where is a total no further behind the best total of its case?"""

    def __init__(self, every: Sums, behind: int) -> None:
        self.behind = behind
        best: Sums = {}
        seen = 0
        for total in sorted(every, reverse=True):
            best[total] = every[total] & ~seen
            seen |= every[total]
        self.totals = sorted(best)
        self.up_to = [0, *accumulate((best[total] for total in self.totals), or_)]
        self.none = ~seen  # cases without any total: the best is then 0

    def cases(self, totals: Sums) -> Cases:
        out = 0
        for total, cases in totals.items():
            reach = self.up_to[bisect_right(self.totals, total + self.behind)]
            out |= cases & (reach | self.none if total + self.behind >= 0 else reach)
        return out


class _Summing:
    """One condition's lines."""

    def __init__(self, knowledge: Knowledge, card: Condition) -> None:
        weights = knowledge.settings.weights
        assert card.frequency is not None
        self.name, self.danger = card.id, card.kind == "danger"
        self.others, self.best_counts = weights.group_others, weights.best_counts
        self.cap, self.against_cap = units(weights.cap), units(weights.against_cap)
        self.base = units(weights.frequency[card.frequency.level])
        self.steps: Lines = [(units(weights.frequency[rule.step]), rule.key)
                             for rule in knowledge.rules_of("frequency", card=card.id)]
        self.speaks_for: dict[str, Lines] = {}
        self.against: dict[str, Lines] = {}
        for rule in knowledge.rules_of("for", "against", card=card.id):
            side = self.speaks_for if rule.weight > 0 else self.against
            side.setdefault(rule.group or rule.key, []).append((units(abs(rule.weight)), rule.key))
        for lines in (self.steps, *self.speaks_for.values(), *self.against.values()):
            lines.sort(key=lambda line: -line[0])
        self.share = {weight: round(weights.group_share * weight)
                      for side in (self.speaks_for, self.against) for lines in side.values() for weight, _ in lines}
        self.wanted = [rule.key for rule in knowledge.rules_of("fits_well_if", card=card.id)]
        self.never = [rule.key for rule in knowledge.rules_of("fits_well_never", card=card.id)]

    def groups(self, rules: dict[str, Cases]) -> list[Cases]:
        """The cases in which at least one, two, three groups speak for it, and so on."""
        at_least: list[Cases] = []
        for lines in self.speaks_for.values():
            more = union(rules[key] for _, key in lines)
            for i, cases in enumerate(at_least):
                if not more:
                    break
                at_least[i], more = cases | more, cases & more
            if more:
                at_least.append(more)
        return at_least

    def allowed(self, rules: dict[str, Cases]) -> Cases:
        """Where it may read "fits well"; minus one stands for everywhere."""
        wanted = union(rules[key] for key in self.wanted) if self.wanted else -1
        return wanted and wanted & ~union(rules[key] for key in self.never)

    def evidence(self, rules: dict[str, Cases], where: Cases) -> Sums:
        """Evidence for and against, capped."""
        sums = self._side(self.speaks_for, rules, where, {})
        if not self.danger:
            best = union(rules[key] for _, key in self.speaks_for.get(self.best_counts, ()))
            doubts = self._side(self.against, rules, where, {self.best_counts: best})
            sums = plus(sums, mapped(doubts, lambda total: max(-total, self.against_cap)))
        return mapped(sums, lambda total: max(-self.cap, min(self.cap, total)))

    def frequency(self, rules: dict[str, Cases], where: Cases) -> Sums:
        """The highest step of frequency that holds."""
        out: Sums = {}
        for step, key in self.steps:
            if step > self.base and (cases := where & rules[key]):
                out[step] = out.get(step, 0) | cases
                where &= ~cases
        if where:
            out[self.base] = where
        return out

    def _side(self, side: dict[str, Lines], rules: dict[str, Cases], where: Cases, silent: dict[str, Cases]) -> Sums:
        """The groups of one side added up; a group is 0 where it is silent."""
        sums: Sums = {0: where}
        for name, lines in side.items():
            loud = where & ~silent.get(name, 0)
            met = [(weight, cases) for weight, key in lines if (cases := rules[key] & loud)]
            if met:
                sums = plus(sums, self._group(met, where))
        return sums

    def _group(self, met: list[tuple[int, Cases]], where: Cases) -> Sums:
        """The strongest line counts whole, so many others by their share."""
        if len(met) == 1:
            (weight, cases), = met
            return {weight: cases, 0: rest} if (rest := where & ~cases) else {weight: cases}
        found: dict[tuple[int, int], Cases] = {(0, 0): where}
        for weight, cases in met:
            after: dict[tuple[int, int], Cases] = {}
            for (count, total), here in found.items():
                more = weight if not count else self.share[weight] if count <= self.others else 0
                if hit := here & cases:
                    after[count + 1, total + more] = after.get((count + 1, total + more), 0) | hit
                if missed := here & ~cases:
                    after[count, total] = after.get((count, total), 0) | missed
            found = after
        out: Sums = {}
        for (_, total), here in found.items():
            out[total] = out.get(total, 0) | here
        return out


def _at_least(groups: list[Cases], count: int) -> Cases:
    return groups[count - 1] if len(groups) >= count else 0
