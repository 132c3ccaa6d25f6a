"""Answers that meet some conditions and miss others: the smallest that can be told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, islice, product

from triage.inference.answers import complete, says_nothing
from triage.model import NOT_SURE, Answer, Answers, Criterion, Finding, Knowledge, Rule

WAYS = 60
"""So many ways of meeting a rule are tried."""
CHOICES = 4
"""So many values of one finding, and so many of them together."""

MOST = 5
"""So many groups of evidence are put together."""

Parts = tuple[Criterion, ...]


def solutions(
    knowledge: Knowledge, wanted: Sequence[Criterion], unwanted: Sequence[Criterion] = (), choices: int = CHOICES,
    most: int = WAYS,
) -> Iterator[Answers]:
    """Answers by which all that is wanted holds, and nothing that is unwanted; those that go together come first.

    What is derived or counted is met by what it is made of, in each way in turn, `choices` values of a finding tried.
    At most `most` of them. The caller checks: what is unwanted may follow from others.
    """
    some = list(islice(_solutions(knowledge, tuple(wanted), tuple(unwanted), choices), most))
    yield from sorted(some, key=lambda answers: not goes_together(knowledge, answers))


def _solutions(knowledge: Knowledge, wanted: Parts, unwanted: Parts, most: int) -> Iterator[Answers]:
    unwanted = (*unwanted, *_undermining(knowledge, wanted, unwanted))
    for parts in _spelled_out(knowledge, wanted, unwanted):
        asked = list(dict.fromkeys(part.fact for part in parts))
        choices = [_values(knowledge.findings[name], [p for p in parts if p.fact == name],
                           [p for p in unwanted if p.fact == name])[:most] for name in asked]
        denied = [name for name in dict.fromkeys(p.fact for p in unwanted)
                  if name in knowledge.findings and name not in asked]
        refused: list[list[Answer | None]] = [
            [*_values(knowledge.findings[name], [], [p for p in unwanted if p.fact == name])[:2], None]
            for name in denied
        ]
        for some in _one_by_one(choices):
            met = dict(zip(asked, some, strict=True))
            for more in islice(product(*refused), CHOICES):
                yield met | {name: value for name, value in zip(denied, more, strict=True) if value is not None}


def _one_by_one(choices: list[list[Answer]]) -> Iterator[list[Answer]]:
    """The first choice of each, then each other choice of one while the rest stay."""
    if all(choices):
        first = [some[0] for some in choices]
        yield first
        for i, some in enumerate(choices):
            yield from ([*first[:i], other, *first[i + 1:]] for other in some[1:])


def _undermining(knowledge: Knowledge, wanted: Parts, unwanted: Parts) -> Iterator[Criterion]:
    """Of each way in which an unwanted derived finding comes about, one condition that is not wanted."""
    for part in unwanted:
        room, name = part.namespace, part.name
        read = room == "derived" and "yes" in part.any_of
        for rule in knowledge.rules_of("derived", card=name) if read else ():
            free = [each for each in rule.parts if each not in wanted]
            if free and not rule.lowered:
                yield free[-1]


def _spelled_out(knowledge: Knowledge, parts: Parts, unwanted: Parts) -> Iterator[Parts]:
    """Conditions on findings alone that make these hold; derived findings, scores and red flags in each way."""
    for i, part in enumerate(parts):
        if part.fact not in knowledge.findings:
            for more in made_of(knowledge, part, unwanted):
                yield from _spelled_out(knowledge, (*parts[:i], *more, *parts[i + 1:]), unwanted)
            return
    yield parts


def made_of(knowledge: Knowledge, part: Criterion, unwanted: Parts = ()) -> Iterator[Parts]:
    """The ways in which a conclusion comes about; a band by nothing, or by more and more of what speaks for it."""
    room, name = part.namespace, part.name
    if room in ("derived", "red_flag") and ("yes" in part.any_of or _asks_for_not_sure(part)):
        kind = knowledge.rules_of("derived" if room == "derived" else "red_flag", card=name)
        yield from (rule.parts for rule in kind if rule.lowered == _asks_for_not_sure(part))
    elif room == "score":
        for items in sums(knowledge, name):
            total = sum(item.points for item in items)
            if part.holds(total) and not any(p.holds(total) for p in unwanted if p.fact == part.fact):
                yield tuple(chain.from_iterable(item.parts for item in items))
    elif room == "condition":
        yield ()
        yield from speaking(knowledge, name)


def speaking(knowledge: Knowledge, condition: str) -> Iterator[Parts]:
    """What speaks most for a condition, of one group, of two, and so on; without and with what it needs to fit well."""
    lines = sorted(knowledge.rules_of("for", card=condition), key=lambda rule: -rule.weight)
    groups = list({rule.group or rule.key: rule for rule in reversed(lines)}.values())[::-1]
    needed = [(), *(rule.parts for rule in knowledge.rules_of("fits_well_if", card=condition))]
    for count in range(1, MOST + 1):
        for parts in needed[:3]:
            yield (*chain.from_iterable(rule.parts for rule in groups[:count]), *parts)


def sums(knowledge: Knowledge, score: str) -> Iterator[tuple[Rule, ...]]:
    """Every set of items of a score that can be counted together, the smallest first; none of them is no sum."""
    items = list({rule.item: rule for rule in knowledge.rules_of("score_item", card=score)}.values())
    for count in range(1, len(items) + 1):
        for some in combinations(items, count):
            if not any(_exclusive(knowledge, a, b) for a, b in combinations(some, 2)):
                yield some


def totals(knowledge: Knowledge, score: str) -> set[float]:
    """What a score can come to; with no item counted it is not there."""
    return {total(items) for items in sums(knowledge, score)}


def total(items: Iterable[Rule]) -> float:
    """What these items of a score come to."""
    return round(sum(item.points for item in items), 6)


def _exclusive(knowledge: Knowledge, one: Rule, other: Rule) -> bool:
    """Do two items ask for other options of a question that has one answer?"""
    return any(
        a.fact == b.fact and a.fact in knowledge.findings and knowledge.findings[a.fact].kind in ("one", "yes_no")
        and not {*a.any_of} & {*b.any_of} for a in one.parts for b in other.parts if a.any_of and b.any_of
    )


def _asks_for_not_sure(part: Criterion) -> bool:
    """Is it of a twin of a line, which only "not sure" meets?"""
    return part == Criterion(part.fact)


def _values(finding: Finding, wanted: list[Criterion], unwanted: list[Criterion]) -> list[Answer]:
    """Answers to one finding that meet all of these and none of those; the plainest first."""
    if wanted and all(map(_asks_for_not_sure, wanted)):
        return [NOT_SURE]
    return [value for value in dict.fromkeys(_possible(finding, wanted, unwanted))
            if all(part.holds(value) for part in wanted) and not any(part.holds(value) for part in unwanted)]


def _possible(finding: Finding, wanted: list[Criterion], unwanted: list[Criterion]) -> Iterable[Answer]:
    if finding.kind == "yes_no":
        return ["no", "yes"]  # the plainest first
    if finding.kind == "many":  # several options at once too, where each meets another part
        singles: list[Answer] = [(option,) for option in finding.options]
        several = islice(product(*(part.any_of for part in wanted if part.any_of)), 200)
        order = list(finding.options).index
        return [*singles, *(tuple(sorted({*some}, key=order)) for some in several), ()]
    bounds = [part.bound for part in (*wanted, *unwanted)]
    whole = finding.kind == "number"
    around = sorted({v for bound in bounds for v in (bound, bound - 1, bound + 1, bound - 1 / 24, bound + 1 / 24)},
                    key=lambda v: (v not in bounds, v != round(v), v))
    return finding.possible_answers(v for v in around if v == round(v) or not whole)


def doubted(knowledge: Knowledge, answers: Answers) -> Iterator[Answers]:
    """The same with one answer that is not sure: one of these, or what one of these belongs to."""
    for name in answers:
        finding = knowledge.findings[name]
        for over in (*finding.parents, *([finding.within] if finding.within else []), name):
            yield {**answers, over: NOT_SURE}


def goes_together(knowledge: Knowledge, answers: Answers) -> bool:
    """Does no answer contradict another? A follow-up has its yes, and a place lies in a region that was named."""
    whole = complete(knowledge, answers)
    for finding in knowledge.follow_ups:
        answer = whole.get(finding.id)
        if answer is None or says_nothing(finding, answer):
            continue
        if finding.parents and not any(whole.get(parent, "yes") != "no" for parent in finding.parents):
            return False
        if finding.within and isinstance(answer, tuple):
            regions = whole.get(finding.within, ())
            inside = {finding.options[option].inside for option in answer}
            if not isinstance(regions, tuple) or not inside <= {*regions}:
                return False
    return True
