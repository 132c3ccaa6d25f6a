"""Why a question is asked, why a conclusion stands, in words. Made from the live rules, never canned."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from triage.explanation.counterfactual import Change, WhatIf
from triage.inference.answers import AGAIN
from triage.inference.assessment import IN_PLAY, is_open, known_facts, refuted, severity
from triage.inference.contraindications import may_try
from triage.model import (
    NONE,
    NOT_SURE,
    Answer,
    Assessment,
    Block,
    Finding,
    Knowledge,
    Question,
    Rule,
    Screen,
)

GRADE = {
    "published": "shown in published studies", "guideline": "from a guideline",
    "consensus": "agreed among experts", "tradition": "taught by tradition, not tested",
    "inference": "our own reasoning", "memory": "widely taught, source not checked",
}
STRENGTH = {"decisive": "very strong", "strong": "strong", "weak": "weak"}


def rules_by_id(knowledge: Knowledge) -> dict[str, Rule]:
    """Rules by the id that people see. A rule lowered by "not sure" has an id of its own."""
    out: dict[str, Rule] = {}
    for rule in knowledge.rules:
        out.setdefault(rule.id, rule)
    return out


def readers(knowledge: Knowledge, finding: str) -> list[Rule]:
    """All rules that read this finding, also through derived findings and scores."""
    names = {finding.removesuffix(AGAIN)}
    grown = True
    while grown:
        more = {
            f"{'derived' if rule.kind == 'derived' else 'score'}.{rule.card}"
            for rule in knowledge.rules
            if rule.kind in ("derived", "score_item") and any(part.fact in names for part in rule.parts)
        }
        grown = not more <= names
        names |= more
    return [rule for rule in knowledge.rules if any(part.fact in names for part in rule.parts)]


def why_asked(knowledge: Knowledge, question: Question, assessment: Assessment) -> Screen:
    """What the answers to this question can still change: dangers first, then which sources of pain rise or fall."""
    facts = known_facts(knowledge, assessment.fired, assessment.answers)
    for name in question.findings:
        facts.pop(name.removesuffix(AGAIN), None)
    dangers: dict[str, tuple[int, int, int]] = {}
    rises: dict[str, None] = {}
    falls: dict[str, None] = {}
    locks: dict[str, None] = {}
    opens: dict[str, None] = {}
    for name in question.findings:
        for rule in readers(knowledge, name):
            if rule.kind == "red_flag" and not rule.lowered and is_open(rule.parts, facts):
                danger = knowledge.red_flags[rule.card].danger
                dangers[danger] = max(dangers.get(danger, (0, -99, 0)), severity(rule))
            elif rule.kind == "for" and is_open(rule.parts, facts):
                rises[rule.card] = None
            elif rule.kind == "against" and is_open(rule.parts, facts):
                falls[rule.card] = None
            elif rule.kind == "interlock":
                locks[knowledge.interlocks[rule.card].name] = None
        opens |= {f.ask: None for f in knowledge.findings.values() if name in f.parents or _reads(f, name)}
    blocks = [Block(kind="heading", text="Why this is asked")]
    if dangers:
        first = sorted(dangers, key=lambda d: dangers[d], reverse=True)
        blocks += _named("It helps to notice:", first)
    blocks += _named("It may speak for:", _names(knowledge, assessment, rises))
    blocks += _named("It may speak against:", _names(knowledge, assessment, falls))
    if locks:
        blocks.append(Block(kind="text", text="It decides what you may safely try at home."))
    if opens and not dangers and not rises:
        blocks.append(Block(kind="text", text="It decides which questions make sense next."))
    if len(blocks) == 1:
        blocks.append(Block(kind="text", text="It is part of the story that a clinician would ask for."))
    return Screen(tuple(blocks))


def _named(title: str, names: list[str], most: int = 6) -> list[Block]:
    if not names:
        return []
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return [Block(kind="text", text=title), Block(kind="list", items=(*names[:most], *more))]


def _names(knowledge: Knowledge, assessment: Assessment, conditions: Iterable[str]) -> list[str]:
    """Names of conditions, those that are ranked now before the others."""
    place = {ranked.id: i for i, ranked in enumerate(assessment.conditions)}
    ordered = sorted(conditions, key=lambda name: place.get(name, len(place)))
    return [knowledge.conditions[name].name for name in ordered]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a condition stands: its lines by what the answers say of them, and what would settle it."""

    id: str
    band: str
    for_: tuple[Rule, ...]
    against: tuple[Rule, ...]
    unknown: tuple[Rule, ...]
    refuted: tuple[Rule, ...]
    """Lines for it that an answer speaks against."""
    lacks: str
    """Why it does not read "fits well"; empty if it does."""
    settle: tuple[str, ...]
    """Self-checks that would say more and are not forbidden."""
    later: tuple[str, ...]
    """Those of them before which something must be answered."""


def standing(knowledge: Knowledge, assessment: Assessment, condition: str) -> Standing:
    """How this condition stands, whether it is named in the result or not."""
    card = knowledge.conditions[condition]
    facts = known_facts(knowledge, assessment.fired, assessment.answers)
    met = set(assessment.fired.rules)
    lines = knowledge.rules_of("for", "against", card=condition)
    by_weight = sorted(lines, key=lambda rule: -abs(rule.weight))
    band = assessment.fired.bands.get(condition, "explains")
    never = [r for r in knowledge.rules_of("fits_well_never", card=condition) if r.key in met]
    wanted = knowledge.rules_of("fits_well_if", card=condition)
    lacks = ""
    if band not in ("fits_well", "explains"):
        if never:
            lacks = "an answer does not go with it: " + _told(knowledge, assessment, never[0])
        elif wanted and not any(rule.key in met for rule in wanted):
            lacks = "what decides it is not known"
        else:
            lacks = "too little speaks for it"
    checks = {name: may_try(knowledge, assessment, knowledge.self_checks[name]) for name in card.self_checks
              if knowledge.self_checks[name].result not in assessment.answers}
    return Standing(
        id=condition, band=band, lacks=lacks,
        for_=tuple(r for r in by_weight if r.kind == "for" and r.key in met),
        against=tuple(r for r in by_weight if r.kind == "against" and r.key in met),
        unknown=tuple(r for r in by_weight if r.key not in met and is_open(r.parts, facts)),
        refuted=tuple(r for r in by_weight if r.kind == "for" and r.key not in met and refuted(r.parts, facts)),
        settle=tuple(name for name, may in checks.items() if may != "no"),
        later=tuple(name for name, may in checks.items() if may == "later"),
    )


def _told(knowledge: Knowledge, assessment: Assessment, rule: Rule) -> str:
    """The answers that a rule rests on, in the words of their questions."""
    said_of = [f"{knowledge.findings[p.fact].ask} {said(knowledge, p.fact, assessment.answers[p.fact])}"
               for p in rule.parts if p.fact in knowledge.findings and p.fact in assessment.answers]
    return "; ".join(said_of) or rule.why


def why(knowledge: Knowledge, assessment: Assessment, condition: str) -> Screen:
    """What speaks for a condition, what against it, what is not known, and what would settle it."""
    card, found = knowledge.conditions[condition], standing(knowledge, assessment, condition)
    title = {"fits_well": "fits well", "possible": "possible"}.get(found.band, "little points to it")
    return Screen((Block(kind="heading", text=f"{card.name} - {title}"), *_lines(knowledge, found)))


def why_not(knowledge: Knowledge, assessment: Assessment, condition: str) -> Screen:
    """Why a condition is not named first, or not at all."""
    card, found = knowledge.conditions[condition], standing(knowledge, assessment, condition)
    if card.kind == "explains":
        return Screen((Block(kind="heading", text=card.name), Block(kind="text", text=card.summary)))
    said_band = {"fits_well": "It fits well.", "possible": "It is possible."}.get(
        found.band, "Little of what you told us points to it." if card.kind != "danger" else
        "Nothing you told us points to it. That does not exclude it.")
    blocks = [Block(kind="heading", text=f"Why not {card.name[0].lower()}{card.name[1:]}?"),
              Block(kind="text", text=said_band + (f" It does not read 'fits well': {found.lacks}."
                                                   if found.lacks and found.band == "possible" else ""))]
    ahead = [c.id for c in assessment.conditions]
    if condition in ahead and ahead[0] != condition:
        first = knowledge.conditions[ahead[0]].name
        blocks.append(Block(kind="text", text=f"It is number {ahead.index(condition) + 1}; {first} stands first."))
    return Screen((*blocks, *_lines(knowledge, found)))


def _lines(knowledge: Knowledge, found: Standing) -> list[Block]:
    blocks: list[Block] = []
    for title, rules in (("For it:", found.for_), ("Against it:", found.against),
                         ("Would speak for it, but you said otherwise:", found.refuted),
                         ("Not known:", [r for r in found.unknown if r.kind == "for"])):
        blocks += _named(title, list(dict.fromkeys(f"{r.why} ({how_known(r)})" for r in rules)), most=4)
    for title, names in (("What would settle it:", [name for name in found.settle if name not in found.later]),
                         ("What would settle it, once the questions that come before it are answered:", found.later)):
        blocks += _named(title, [knowledge.self_checks[name].name for name in names], most=3)
    return blocks


def would_be(knowledge: Knowledge, change: Change) -> Screen:
    """What would be concluded with other answers."""
    word = {1: "It would be more urgent.", -1: "It would be less urgent.", 0: "The urgency would stay."}[change.raises]
    return Screen((Block(kind="text", text=f"If {_change(knowledge, change)}."), Block(kind="text", text=word)))


def what_if(knowledge: Knowledge, found: WhatIf) -> Screen:
    """The smallest changes of answers that would change the urgency or the first condition."""
    now = knowledge.settings.urgency_in_words(*found.urgency)
    blocks = [Block(kind="heading", text="What would change this result"),
              Block(kind="text", text=f"As it stands: {now}"
                    + (f"; first, {knowledge.conditions[found.first].name}." if found.first else "."))]
    for title, changes in (("It would be more urgent if:", found.more_urgent),
                           ("It is as urgent because of these answers; otherwise it would be less so:",
                            found.less_urgent),
                           ("Something else would stand first if:", found.other_first)):
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
    return f"\"{finding.ask}\" - {said(knowledge, name, answer)}"


def sources(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """Every line that the result rests on, with its source."""
    rules = [knowledge.by_key[key] for key in assessment.fired.rules]
    shown = {ranked.id for ranked in assessment.conditions[:IN_PLAY]}
    used = [r for r in rules if r.kind == "red_flag" or (r.kind in ("for", "against") and r.card in shown)]
    lines = dict.fromkeys(f"{r.why}: {knowledge.sources[r.source].cite} ({how_known(r)})" for r in used)
    return Screen((Block(kind="heading", text="Where this comes from"), Block(kind="list", items=tuple(lines))))


def _reads(finding: Finding, name: str) -> bool:
    return any(name == part.fact for parts in finding.ask_if for part in parts)


def said(knowledge: Knowledge, name: str, answer: Answer) -> str:
    """An answer in the words of its question."""
    if answer == NOT_SURE:
        return "Not sure"
    finding = knowledge.findings.get(name) or knowledge.findings[name.removesuffix(AGAIN)]
    if isinstance(answer, float):
        if finding.kind == "duration":
            return _time(answer)
        return f"{answer:g} {finding.unit}"
    if isinstance(answer, tuple):
        return "; ".join(finding.label(option) for option in answer) or "None of these"
    if answer == NONE:
        return "None of these"
    return finding.label(answer) if answer in finding.options else answer.capitalize()


def _time(in_days: float) -> str:
    if in_days == 0:
        return "Today"
    for size, word in ((365.0, "year"), (30.0, "month"), (7.0, "week"), (1.0, "day"), (1 / 24, "hour"),
                       (1 / 1440, "minute")):
        count = round(in_days / size, 1)
        if count >= 1 and abs(count - round(count)) < 0.05:
            return f"{round(count)} {word}{'s' if round(count) != 1 else ''}"
    return f"{in_days:g} days"


def how_known(rule: Rule) -> str:
    """Strength and grade of a line in words."""
    parts = [STRENGTH[rule.strength]] if rule.strength else []
    return ", ".join([*parts, GRADE[rule.grade]])
