"""The part of a report for the person: what now, what it may be and why, what to try, when to look again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from triage.explanation.standing import standing
from triage.inference.assessment import IN_PLAY
from triage.inference.contraindications import may_try
from triage.model import (
    RANK,
    Answer,
    Assessment,
    Block,
    Knowledge,
    Ranked,
    Rule,
    SelfCheck,
)
from triage.presentation import screens, wording
from triage.presentation.report import figures
from triage.presentation.report.document import Line, Piece, Section, Table

MOST_FOR, MOST_AGAINST, MOST_UNKNOWN = 5, 4, 3
CARE_IN_FULL, MOST_MISSING = 3, 6


def sections(knowledge: Knowledge, assessment: Assessment, date: datetime.date) -> tuple[Section, ...]:
    """What the person is told, in the words of the screens, in the order in which it matters."""
    rules = knowledge.by_id
    names_sources = wording.names_sources(assessment)
    parts = [
        Section("urgency", "How urgent it is, and what to do", _urgency(knowledge, assessment, rules)),
        Section("map", f"Where it hurts{', and where the likely sources are felt' if names_sources else ''}",
                _map(knowledge, assessment, names_sources)),
        Section("sources", "What it may be", _sources(knowledge, assessment) if names_sources else ()),
        Section("reasons", "What speaks for it and against it",
                _reasons(knowledge, assessment, rules) if names_sources else ()),
        Section("open", "What could not be excluded", tuple(wording.unresolved(knowledge, assessment))),
        Section("self_check", "Self-check", _self_checks(knowledge, assessment)),
        Section("care", "What you can do", _care(knowledge, assessment, rules)),
        Section("watch", "Watch for", _watch(knowledge, assessment)),
        Section("again", "When to look again", _look_again(knowledge, assessment, date)),
    ]
    # The sooner somebody has to act, the further back is the map.
    rank, where = RANK[assessment.urgency.level], parts.pop(1)
    at = len(parts) if rank >= RANK["emergency_department_now"] else 2 if rank >= RANK["today"] else 1
    parts.insert(at, where)
    return tuple(part for part in parts if part.pieces)


def self_checks_done(knowledge: Knowledge, assessment: Assessment) -> list[tuple[SelfCheck, Answer]]:
    """The self-checks that were done, with their results."""
    return [(card, assessment.given[card.result]) for card in knowledge.self_checks.values()
            if card.result in assessment.given]


# --- urgency


def _urgency(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> tuple[Piece, ...]:
    pieces: list[Piece] = [*wording.urgency(knowledge, assessment, rules), *wording.out_of_scope(assessment)]
    if assessment.not_asked:
        missing = tuple(knowledge.findings[name].line or knowledge.findings[name].ask for name in assessment.not_asked)
        urgent = assessment.urgency.level in wording.EMERGENCIES
        then = "" if urgent else " Answer them first: until then this is no advice to wait."
        pieces.append(Block(
            kind="list", items=() if urgent else missing,
            text=f"{len(missing)} of {len(knowledge.emergency)} emergency questions were not answered.{then}",
        ))
    if assessment.unresolved and assessment.urgency.level not in wording.EMERGENCIES:
        text = "Some dangers could not be excluded, because you were not sure. They stand further below."
        pieces.append(Block(kind="text", text=text))
    return tuple(pieces)


# --- what it may be


def _map(knowledge: Knowledge, assessment: Assessment, names_sources: bool) -> tuple[Piece, ...]:
    pieces: list[Piece] = [*figures.where_it_hurts(knowledge, assessment)]
    places = [wording.answer_in_words(knowledge, name, assessment.answers[name])
            for name in ("pain.side", "pain.region") if name in assessment.answers]
    if places:
        pieces.insert(0, Block(kind="text", text=f"You named: {'; '.join(places)}."))
    return (*pieces, *(figures.where_felt(knowledge, assessment) if names_sources else ()))


def _sources(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    first = assessment.conditions[:IN_PLAY]
    if not first:
        return (wording.nothing_fits(assessment),)
    rows = tuple(
        ((Line(card.name), Line(wording.band_in_words(c))), (Line(card.summary),))
        for c in first for card in [knowledge.conditions[c.id]]
    )
    return (Table(title="What it may be", head=("Source", "What it is"), rows=rows),
            *wording.behind_the_first(knowledge, assessment))


def _reasons(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for ranked in assessment.conditions[:IN_PLAY]:
        card = knowledge.conditions[ranked.id]
        pieces += [Block(kind="heading", text=f"{card.name} - {wording.band_in_words(ranked)}"),
                   _for_and_against(knowledge, assessment, ranked, rules)]
        if open_ := wording.unknown_evidence(knowledge, assessment, ranked, rules)[:MOST_UNKNOWN]:
            pieces.append(Block(kind="list", text="Not known:", items=tuple(open_)))
        pieces += wording.remarks(knowledge, assessment, ranked)
    return tuple(pieces)


def _for_and_against(knowledge: Knowledge, assessment: Assessment, ranked: Ranked, rules: dict[str, Rule]) -> Table:
    stands = standing(knowledge, assessment, ranked.id)
    speaks_for = _lines(wording.strongest(knowledge, ranked, rules))
    against = _lines(rules[r] for r in ranked.against)
    elsewhere = {line.text for line in (*speaks_for, *against)} | {rule.why for rule in stands.unknown}
    otherwise = [Line(f"would speak for it, but is not so: {line.text}", line.by) for line in _lines(stands.refuted)
                 if line.text not in elsewhere]
    return Table(
        title=f"For and against: {knowledge.conditions[ranked.id].name}", named=False,
        head=("Speaks for it", "Speaks against it"),
        rows=((_at_most(speaks_for, MOST_FOR), _at_most([*against, *otherwise[:2]], MOST_AGAINST)),),
    )


def _lines(rules: Iterable[Rule]) -> list[Line]:
    """What rules say, each with how well it is known; what is said twice, once."""
    out: dict[str, Line] = {}
    for rule in rules:
        out.setdefault(rule.why, Line(rule.why, wording.how_well_known(rule)))
    return list(out.values())


def _at_most(lines: list[Line], most: int) -> tuple[Line, ...]:
    if not lines:
        return (Line("nothing so far"),)
    more = [Line(f"and {len(lines) - most} more")] if len(lines) > most else []
    return (*lines[:most], *more)


# --- what to try


def _self_checks(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    if assessment.urgency.level in wording.EMERGENCIES:
        return ()
    pieces: list[Piece] = []
    for card, answer in self_checks_done(knowledge, assessment):
        pieces.append(Block(kind="heading", text=f"Done: {card.name}"))
        pieces.append(Block(kind="text", text=f"You found: {wording.answer_in_words(knowledge, card.result, answer)}."))
        pieces += [Block(kind="text", text=means) for means in wording.what_it_means(card, answer)]
        if may_try(knowledge, assessment, card) == "yes" and not assessment.not_asked:
            pieces += figures.of_self_check(knowledge, assessment, card)
        pieces += screens.worth(knowledge, card.id).blocks
    for name in assessment.self_checks[:1]:
        card = knowledge.self_checks[name]
        _, *rest = screens.self_check(knowledge, name).blocks
        pieces += [Block(kind="heading", text=f"Something to try: {card.name}"), *rest]
        pieces += figures.of_self_check(knowledge, assessment, card)
    others = tuple(f"{card.name}: {card.question} {wording.lasts(card)}"
                   for card in (knowledge.self_checks[name] for name in assessment.self_checks[1:4]))
    if others:
        pieces.append(Block(kind="list", text="These could tell more as well:", items=others))
    return (*pieces, *screens.forbidden_self_checks(knowledge, assessment).blocks)


def _care(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> tuple[Piece, ...]:
    """What a danger needs, then the first advice in full, the rest by name; and what must be left out."""
    needed = [n for n in assessment.care if any(n in knowledge.red_flags[f].care for f in assessment.flags)]
    full = list(dict.fromkeys([*needed, *assessment.care[:CARE_IN_FULL]]))
    pieces: list[Piece] = [
        piece for name in full
        for piece in (Block(kind="heading", text=knowledge.care[name].name),
                      *wording.care_in_full(knowledge, assessment, name))]
    rest = [knowledge.care[n] for n in assessment.care if n not in full][: wording.MORE_CARE]
    if rest:
        pieces.append(Block(kind="list", text="These may help as well, one at a time:",
                            items=tuple(f"{card.name}, for {card.for_}" for card in rest)))
    return (*pieces, *_waiting(knowledge, assessment), *wording.contraindications(knowledge, assessment, rules))


def _waiting(knowledge: Knowledge, assessment: Assessment) -> list[Piece]:
    """What has to be answered before more can be offered; the emergency questions are told of before."""
    withheld = (*assessment.withheld_checks, *assessment.withheld_care)
    missing = dict.fromkeys(name for card in withheld if not card.rules for name in card.unanswered)
    asks = [knowledge.findings[name].ask for name in missing
            if name in knowledge.findings and name not in knowledge.emergency]
    if not asks:
        return []
    return [Block(kind="list", text="More can be offered once these are answered:", items=tuple(asks[:MOST_MISSING]))]


# --- the days to come


def _watch(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    return tuple(wording.watch_for(knowledge, assessment))


def _look_again(knowledge: Knowledge, assessment: Assessment, date: datetime.date) -> tuple[Piece, ...]:
    dates = [(count, date + datetime.timedelta(days=count)) for count in assessment.look_again]
    days = tuple(f"After {count} days: {day:%A} {wording.day_in_words(day)}" for count, day in dates)
    if not days:
        return ()
    return (Block(kind="list", items=days), Block(kind="text", text=wording.look_again(knowledge, assessment)))

