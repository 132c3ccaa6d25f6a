"""Why a question is asked, why a conclusion stands, what would change it: as screens. Made from the live rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triage.explanation.counterfactual import Change, WhatIf
from triage.explanation.relevance import relevance
from triage.explanation.standing import Standing, standing
from triage.inference.assessment import IN_PLAY
from triage.model import Answer, Assessment, Block, Knowledge, Question, Screen
from triage.presentation import wording


def why_asked(knowledge: Knowledge, question: Question, assessment: Assessment) -> Screen:
    """What the answers to this question can still change: dangers first, then which sources of pain rise or fall."""
    good_for = relevance(knowledge, question, assessment)
    blocks = [Block(kind="heading", text="Why this is asked")]
    blocks += _named("It helps to notice:", good_for.dangers)
    blocks += _named("It may speak for:", _names(knowledge, good_for.speaks_for))
    blocks += _named("It may speak against:", _names(knowledge, good_for.speaks_against))
    if good_for.decides_safety:
        blocks.append(Block(kind="text", text="It decides what you may safely try at home."))
    if good_for.opens_questions and not good_for.dangers and not good_for.speaks_for:
        blocks.append(Block(kind="text", text="It decides which questions make sense next."))
    if len(blocks) == 1:
        blocks.append(Block(kind="text", text="It is part of the story that a clinician would ask for."))
    return Screen(tuple(blocks))


def _names(knowledge: Knowledge, conditions: Iterable[str]) -> list[str]:
    return [knowledge.conditions[name].name for name in conditions]


def _named(title: str, names: Sequence[str], most: int = 6) -> list[Block]:
    if not names:
        return []
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return [Block(kind="text", text=title), Block(kind="list", items=(*names[:most], *more))]


def why(knowledge: Knowledge, assessment: Assessment, condition: str) -> Screen:
    """What speaks for a condition, what against it, what is not known, and what would settle it."""
    card, stands = knowledge.conditions[condition], standing(knowledge, assessment, condition)
    title = {"fits_well": "fits well", "possible": "possible"}.get(stands.band, "little points to it")
    return Screen((Block(kind="heading", text=f"{card.name} - {title}"), *_lines(knowledge, stands)))


def why_not(knowledge: Knowledge, assessment: Assessment, condition: str) -> Screen:
    """Why a condition is not named first, or not at all."""
    card, stands = knowledge.conditions[condition], standing(knowledge, assessment, condition)
    if card.kind == "explains":
        return Screen((Block(kind="heading", text=card.name), Block(kind="text", text=card.summary)))
    standing_now = {"fits_well": "It fits well.", "possible": "It is possible."}.get(
        stands.band, "Little of what you told us points to it." if card.kind != "danger" else
        "Nothing you told us points to it. That does not exclude it.")
    if stands.lacks and stands.band == "possible":
        standing_now += f" It does not read 'fits well': {wording.lack(knowledge, assessment, stands)}."
    blocks = [Block(kind="heading", text=f"Why not {wording.in_a_sentence(card.name)}?"),
              Block(kind="text", text=standing_now)]
    ahead = [c.id for c in assessment.conditions]
    if condition in ahead and ahead[0] != condition:
        first = knowledge.conditions[ahead[0]].name
        blocks.append(Block(kind="text", text=f"It is number {ahead.index(condition) + 1}; {first} stands first."))
    return Screen((*blocks, *_lines(knowledge, stands)))


def _lines(knowledge: Knowledge, stands: Standing) -> list[Block]:
    blocks: list[Block] = []
    for title, rules in (("For it:", stands.for_), ("Against it:", stands.against),
                         ("Would speak for it, but you said otherwise:", stands.refuted),
                         ("Not known:", [r for r in stands.unknown if r.kind == "for"])):
        blocks += _named(title, list(dict.fromkeys(f"{r.why} ({wording.how_well_known(r)})" for r in rules)), most=4)
    for title, names in (("What would settle it:", [name for name in stands.settle if name not in stands.later]),
                         ("What would settle it, once the questions that come before it are answered:", stands.later)):
        blocks += _named(title, [knowledge.self_checks[name].name for name in names], most=3)
    return blocks


def would_be(knowledge: Knowledge, change: Change) -> Screen:
    """What would be concluded with other answers."""
    word = {1: "It would be more urgent.", -1: "It would be less urgent.", 0: "The urgency would stay."}[change.raises]
    return Screen((Block(kind="text", text=f"If {_change(knowledge, change)}."), Block(kind="text", text=word)))


def what_if(knowledge: Knowledge, smallest: WhatIf) -> Screen:
    """The smallest changes of answers that would change the urgency or the first condition."""
    now = knowledge.settings.urgency_in_words(*smallest.urgency)
    blocks = [Block(kind="heading", text="What would change this result"),
              Block(kind="text", text=f"As it stands: {now}"
                    + (f"; first, {knowledge.conditions[smallest.first].name}." if smallest.first else "."))]
    for title, changes in (("It would be more urgent if:", smallest.more_urgent),
                           ("It is as urgent because of these answers; otherwise it would be less so:",
                            smallest.less_urgent),
                           ("Something else would stand first if:", smallest.other_first)):
        # Of several changes of the same answers one is enough to see what matters.
        one_each = {tuple(change.answers): change for change in reversed(changes)}
        blocks += _named(title, [_change(knowledge, change) for change in reversed(one_each.values())], most=3)
    if len(blocks) == 2:
        blocks.append(Block(kind="text", text="No single answer, and no two of those you gave, would change it."))
    return Screen(tuple(blocks))


def _change(knowledge: Knowledge, change: Change) -> str:
    answers = " and ".join(_would_be(knowledge, name, answer) for name, answer in change.answers.items())
    first = f"; first, {knowledge.conditions[change.first].name}" if change.first else ""
    return f"{answers}. Then: {knowledge.settings.urgency_in_words(*change.urgency)}{first}"


def _would_be(knowledge: Knowledge, name: str, answer: Answer) -> str:
    finding = knowledge.findings[name]
    if finding.kind == "yes_no" and finding.line:
        return f"{'yes' if answer == 'yes' else 'no'} to \"{finding.line}\""
    return f"\"{finding.ask}\" - {wording.answer_in_words(knowledge, name, answer)}"


def sources(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """Every line that the result rests on, with its source."""
    rules = [knowledge.by_key[key] for key in assessment.conclusion.rules]
    shown = {ranked.id for ranked in assessment.conditions[:IN_PLAY]}
    used = [r for r in rules if r.kind == "red_flag" or (r.kind in ("for", "against") and r.card in shown)]
    lines = dict.fromkeys(f"{r.why}: {knowledge.sources[r.source].cite} ({wording.how_well_known(r)})" for r in used)
    return Screen((Block(kind="heading", text="Where this comes from"), Block(kind="list", items=tuple(lines))))
