"""The part of a report for the person: what now, what it may be and why, what to try, when to look again."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

import msgspec

from triage import explain, screen
from triage.asides import lasts
from triage.assessment import IN_PLAY
from triage.model import NOT_SURE, RANK, Answer, Assessment, Block, Care, Knowledge, Ranked, Rule, SelfCheck
from triage.report import figures
from triage.report.tree import Line, Piece, Section, Table

MOST_FOR, MOST_AGAINST, MOST_UNKNOWN = 5, 4, 3
CARE_IN_FULL, MOST_MISSING = 3, 6

HANDS_ON = {"no_press", "no_stretch"}
"""The locks on what is done to a leg with hands and straps; cards tell of it in passing as well."""
_INVITES = re.compile(r"\b(pressing|massag\w*|stretch\w*|rolling|rubbing)\b", re.IGNORECASE)
_FORBIDS = re.compile(r"\b(not|never|nobody) (press|push|roll|rub|stretch|knead|squeeze)", re.IGNORECASE)


def sections(knowledge: Knowledge, assessment: Assessment, date: datetime.date) -> tuple[Section, ...]:
    """What the person is told, in the words of the screens, in the order in which it matters."""
    rules = explain.rules_by_id(knowledge)
    named = RANK[assessment.urgency.level] < RANK["emergency_department_now"] and not assessment.redirected
    parts = [
        Section("urgency", "How urgent it is, and what to do", _urgency(knowledge, assessment, rules)),
        Section("map", "Where it hurts" if not named else "Where it hurts, and where the likely sources are felt",
                _map(knowledge, assessment, named)),
        Section("sources", "What it may be", _sources(knowledge, assessment) if named else ()),
        Section("reasons", "What speaks for it and against it",
                _reasons(knowledge, assessment, rules) if named else ()),
        Section("open", "What could not be excluded", tuple(screen._unresolved(knowledge, assessment)[1:])),
        Section("self_check", "Self-check", _self_checks(knowledge, assessment)),
        Section("care", "What you can do", _care(knowledge, assessment, rules)),
        Section("watch", "Watch for", _watch(knowledge, assessment)),
        Section("again", "When to look again", _look_again(knowledge, assessment, date)),
    ]
    # The sooner somebody has to act, the further back is the map.
    rank, drawn = RANK[assessment.urgency.level], parts.pop(1)
    at = len(parts) if rank >= RANK["emergency_department_now"] else 2 if rank >= RANK["today"] else 1
    parts.insert(at, drawn)
    return tuple(part for part in parts if part.pieces)


def found(knowledge: Knowledge, assessment: Assessment) -> list[tuple[SelfCheck, Answer]]:
    """The self-checks that were done, with their results."""
    return [(card, assessment.given[card.result]) for card in knowledge.self_checks.values()
            if card.result in assessment.given]


def meaning(card: SelfCheck, answer: Answer) -> list[str]:
    """What the result of a self-check means."""
    if answer == NOT_SURE:
        return ["Stopped or unclear, it counts for nothing, and that is all right."]
    chosen = answer if isinstance(answer, tuple) else (str(answer),)
    return [card.means[option] for option in chosen if option in card.means]


# --- urgency


def _urgency(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> tuple[Piece, ...]:
    pieces: list[Piece] = [*screen._urgency(knowledge, assessment, rules), *screen._redirect(assessment)]
    if assessment.not_asked:
        missing = tuple(knowledge.findings[name].line or knowledge.findings[name].ask for name in assessment.not_asked)
        urgent = assessment.urgency.level in screen.EMERGENCIES
        then = "" if urgent else " Answer them first: until then this is no advice to wait."
        pieces.append(Block(
            kind="list", items=() if urgent else missing,
            text=f"{len(missing)} of {len(knowledge.emergency)} emergency questions were not answered.{then}",
        ))
    if assessment.unresolved and assessment.urgency.level not in screen.EMERGENCIES:
        text = "Some dangers could not be excluded, because you were not sure. They stand further below."
        pieces.append(Block(kind="text", text=text))
    return tuple(pieces)


# --- what it may be


def _map(knowledge: Knowledge, assessment: Assessment, named: bool) -> tuple[Piece, ...]:
    drawn: list[Piece] = [*figures.where_it_hurts(knowledge, assessment)]
    told = [explain.said(knowledge, name, assessment.answers[name])
            for name in ("pain.side", "pain.region") if name in assessment.answers]
    if told:
        drawn.insert(0, Block(kind="text", text=f"You named: {'; '.join(told)}."))
    return (*drawn, *(figures.where_felt(knowledge, assessment) if named else ()))


def _sources(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    first = assessment.conditions[:IN_PLAY]
    rest = screen._conditions(knowledge, assessment, {})[1 + len(first) :]
    if not first:
        return tuple(rest)
    rows = tuple(
        ((Line(card.name), Line(screen._standing(c))), (Line(card.summary),))
        for c in first for card in [knowledge.conditions[c.id]]
    )
    return (Table(title="What it may be", head=("Source", "What it is"), rows=rows), *rest)


def _reasons(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for ranked in assessment.conditions[:IN_PLAY]:
        card = knowledge.conditions[ranked.id]
        pieces += [Block(kind="heading", text=f"{card.name} - {screen._standing(ranked)}"),
                   _for_and_against(knowledge, assessment, ranked, rules)]
        open_ = _unknown(knowledge, assessment, ranked, rules)
        if open_:
            pieces.append(Block(kind="list", text="Not known:", items=tuple(open_)))
        course = card.course if ranked.band == "fits_well" else ""
        if text := _calm(knowledge, assessment, course):
            pieces.append(Block(kind="text", text=text))
        if text := _calm(knowledge, assessment, card.note):
            pieces.append(Block(kind="note", text=text))
    return tuple(pieces)


def _for_and_against(knowledge: Knowledge, assessment: Assessment, ranked: Ranked, rules: dict[str, Rule]) -> Table:
    stands = explain.standing(knowledge, assessment, ranked.id)
    speaks_for = _lines([rules[r] for r in screen._strongest(ranked, rules)])
    against = _lines(rules[r] for r in ranked.against)
    said = {line.text for line in (*speaks_for, *against)} | {rule.why for rule in stands.unknown}
    otherwise = [Line(f"would speak for it, but is not so: {line.text}", line.by) for line in _lines(stands.refuted)
                 if line.text not in said]
    return Table(
        title=f"For and against: {knowledge.conditions[ranked.id].name}", named=False,
        head=("Speaks for it", "Speaks against it"),
        rows=((_at_most(speaks_for, MOST_FOR), _at_most([*against, *otherwise[:2]], MOST_AGAINST)),),
    )


def _lines(rules: Iterable[Rule]) -> list[Line]:
    """What rules say, each with how well it is known; what is said twice, once."""
    out: dict[str, Line] = {}
    for rule in rules:
        out.setdefault(rule.why, Line(rule.why, explain.how_known(rule)))
    return list(out.values())


def _at_most(lines: list[Line], most: int) -> tuple[Line, ...]:
    if not lines:
        return (Line("nothing so far"),)
    more = [Line(f"and {len(lines) - most} more")] if len(lines) > most else []
    return (*lines[:most], *more)


def _unknown(knowledge: Knowledge, assessment: Assessment, ranked: Ranked, rules: dict[str, Rule]) -> list[str]:
    """What else would speak for it, the strongest first. What only a forbidden self-check could tell is left out."""
    results = {card.result for card in knowledge.self_checks.values() if card.id not in assessment.self_checks}
    said = {rules[r].why for r in ranked.for_}
    lines = [rules[r] for r in ranked.unknown if rules[r].kind == "for" and rules[r].why not in said]
    lines = [rule for rule in lines if not any(part.fact in results for part in rule.parts)]
    lines.sort(key=lambda rule: -abs(rule.weight))
    return [f"whether {why}" for why in dict.fromkeys(rule.why for rule in lines)][:MOST_UNKNOWN]


def _calm(knowledge: Knowledge, assessment: Assessment, text: str) -> str:
    """The text without sentences that invite to press or stretch, as long as that is not known to be safe."""
    if not _hands_off(knowledge, assessment):
        return text
    kept: list[str] = []
    left_out = False
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        follows = left_out and sentence.startswith("If it ")
        left_out = follows or bool(_INVITES.search(sentence) and not _FORBIDS.search(sentence))
        kept += [] if left_out else [sentence]
    return " ".join(kept)


def _hands_off(knowledge: Knowledge, assessment: Assessment) -> bool:
    """Is pressing or stretching forbidden, or not yet known to be safe?"""
    if assessment.not_asked or RANK[assessment.urgency.level] >= RANK["today"]:
        return True
    cards = {**knowledge.self_checks, **knowledge.care}
    held = (*assessment.withheld_checks, *assessment.withheld_care)
    touching = [each for each in held if HANDS_ON & {*cards[each.id].blocked_by}]
    return bool(touching or HANDS_ON & _locks(knowledge, assessment))


def _locks(knowledge: Knowledge, assessment: Assessment) -> set[str]:
    """The interlocks that are on, and the cards that must not be used by what they say themselves."""
    fired = [knowledge.by_key[key] for key in assessment.fired.rules]
    return {rule.card for rule in fired if rule.kind in ("interlock", "must_not")}


# --- what to try


def _self_checks(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    if assessment.urgency.level in screen.EMERGENCIES:
        return ()
    pieces: list[Piece] = []
    for card, answer in found(knowledge, assessment):
        pieces.append(Block(kind="heading", text=f"Done: {card.name}"))
        pieces.append(Block(kind="text", text=f"You found: {explain.said(knowledge, card.result, answer)}."))
        pieces += [Block(kind="text", text=means) for means in meaning(card, answer)]
        if _free(knowledge, assessment, card):
            pieces += figures.of_self_check(knowledge, assessment, card)
        pieces += screen.worth(knowledge, card.id).blocks
    for name in assessment.self_checks[:1]:
        card = knowledge.self_checks[name]
        _, *rest = screen.self_check(knowledge, name).blocks
        pieces += [Block(kind="heading", text=f"Something to try: {card.name}"), *rest]
        pieces += figures.of_self_check(knowledge, assessment, card)
    others = tuple(f"{card.name}: {card.question} {lasts(card)}"
                   for card in (knowledge.self_checks[name] for name in assessment.self_checks[1:4]))
    if others:
        pieces.append(Block(kind="list", text="These could tell more as well:", items=others))
    return (*pieces, *screen.left_out(knowledge, assessment).blocks)


def _free(knowledge: Knowledge, assessment: Assessment, card: SelfCheck) -> bool:
    """May this self-check, done before, be done again?"""
    held = any(held.id == card.id for held in assessment.withheld_checks)
    return not held and not assessment.not_asked and not _locks(knowledge, assessment) & {card.id, *card.blocked_by}


def _care(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> tuple[Piece, ...]:
    """What a danger needs, then the first advice in full, the rest by name; and what must be left out."""
    needed = [n for n in assessment.care if any(n in knowledge.red_flags[f].care for f in assessment.flags)]
    full = list(dict.fromkeys([*needed, *assessment.care[:CARE_IN_FULL]]))
    pieces: list[Piece] = [piece for name in full for piece in _in_full(knowledge, knowledge.care[name])]
    rest = [knowledge.care[n] for n in assessment.care if n not in full][: screen.MORE_CARE]
    if rest:
        pieces.append(Block(kind="list", text="These may help as well, one at a time:",
                            items=tuple(f"{card.name}, for {card.for_}" for card in rest)))
    return (*pieces, *_waiting(knowledge, assessment), *screen._held(knowledge, assessment, rules, brief=False))


def _waiting(knowledge: Knowledge, assessment: Assessment) -> list[Piece]:
    """What has to be answered before more can be offered; the emergency questions are told of before."""
    held = (*assessment.withheld_checks, *assessment.withheld_care)
    missing = dict.fromkeys(name for card in held if not card.rules for name in card.unanswered)
    asks = [knowledge.findings[name].ask for name in missing
            if name in knowledge.findings and name not in knowledge.emergency]
    if not asks:
        return []
    return [Block(kind="list", text="More can be offered once these are answered:", items=tuple(asks[:MOST_MISSING]))]


def _in_full(knowledge: Knowledge, card: Care) -> list[Piece]:
    first, *rest = screen.care(knowledge, card.id).blocks
    return [msgspec.structs.replace(first, text=card.name), *rest]


# --- the days to come


def _watch(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    return _after(knowledge, assessment)[0]


def _look_again(knowledge: Knowledge, assessment: Assessment, date: datetime.date) -> tuple[Piece, ...]:
    days = tuple(f"After {count} days: {_day(date + datetime.timedelta(days=count))}"
                 for count in assessment.look_again)
    if not days:
        return ()
    said = [msgspec.structs.replace(block, text=_calm(knowledge, assessment, block.text))
            for block in _after(knowledge, assessment)[1]]
    return (Block(kind="list", items=days), *said)


def _after(knowledge: Knowledge, assessment: Assessment) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What the screen says of the time to come: what to watch for, and when to look again."""
    _, *blocks = screen._after(knowledge, assessment)
    at = next((i for i, block in enumerate(blocks) if block.kind == "heading"), len(blocks))
    return tuple(blocks[:at]), tuple(blocks[at + 1 :])


def _day(date: datetime.date) -> str:
    return f"{date:%A} {date.day} {date:%B %Y}"
