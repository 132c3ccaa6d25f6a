"""Assessment -> Screen: what any front end shows of a result, a self-check, a beginning. Words only, no layout."""

from __future__ import annotations

from triage.assessment import IN_PLAY, RANK
from triage.explain import GRADE, how_known, rules_by_id
from triage.model import Assessment, Block, Knowledge, Ranked, Rule, Screen

CARE_IN_FULL = 3
"""More at once is a wall of text; the others are named."""

MOST_DANGERS = 8
EMERGENCIES = ("ambulance_now", "emergency_department_now")

BAND = {"fits_well": "fits well", "possible": "possible"}


def welcome(knowledge: Knowledge) -> Screen:
    """Said before the first question: what this is, what it is not, and when not to go on."""
    return Screen((
        Block(kind="title", text="Pain in the lower leg, ankle or foot"),
        Block(kind="text", text="A few questions, about three minutes. Then you hear how urgent it is, what may be "
              "the source, and what you can safely try."),
        Block(kind="text", text="This is no diagnosis and cannot give an all-clear. It is not for anyone who is "
              "unconscious, badly hurt or in great distress: call an ambulance instead."),
        Block(kind="note", text=f"Rules {knowledge.settings.version}, {knowledge.settings.review}. Nothing you type "
              "is saved or sent."),
    ))


def outcome(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """The whole result, the answer to "what now" first."""
    rules = rules_by_id(knowledge)
    blocks = [*_urgency(knowledge, assessment, rules), *_redirect(assessment)]
    if RANK[assessment.urgency.level] < RANK["emergency_department_now"] and not assessment.redirected:
        soon = RANK[assessment.urgency.level] >= RANK["today"]
        blocks += _conditions(knowledge, assessment, rules, lines=2 if soon else 4)
    blocks += _unresolved(knowledge, assessment)
    blocks += _care(knowledge, assessment, rules)
    blocks += _after(assessment)
    blocks.append(Block(kind="note", text="This is no diagnosis. A clinician who sees and feels the leg knows more. "
                        f"Rules {knowledge.settings.version} ({knowledge.digest[:12]}), "
                        f"{knowledge.settings.review}."))
    return Screen(tuple(blocks))


def self_check(knowledge: Knowledge, name: str) -> Screen:
    """How to do a self-check, and when to stop."""
    card = knowledge.self_checks[name]
    kit = f"You need: {', '.join(card.kit)}. " if card.kit else ""
    blocks = [
        Block(kind="title", text=f"Something to try: {card.name}"),
        Block(kind="text", text=f"{card.question} {kit}About {card.minutes:g} minutes."),
        Block(kind="steps", items=tuple(card.steps)),
    ]
    if card.stop or card.warn:
        blocks += [Block(kind="heading", text="Stop, or leave it out"),
                   Block(kind="list", items=(*card.stop, *card.warn, *(m.say for m in card.who_must_not)))]
    if card.evidence:
        blocks.append(Block(kind="note", text=f"How much it says: {card.evidence} ({GRADE[card.grade]})"))
    return Screen(tuple(blocks))


def check_result(knowledge: Knowledge, name: str, answer: str, before: Assessment, after: Assessment) -> Screen:
    """What the result of a self-check means, and what it changed."""
    card = knowledge.self_checks[name]
    blocks = [Block(kind="heading", text=f"{card.name}: what it means")]
    meaning = card.means.get(answer)
    blocks.append(Block(kind="text", text=meaning or "An unclear result counts for nothing, and that is all right."))
    old, new = _first_names(knowledge, before), _first_names(knowledge, after)
    if old != new and new:
        blocks.append(Block(kind="text", text=f"Before: {old}. Now: {new}."))
    elif new:
        blocks.append(Block(kind="text", text="It does not change the order of what fits."))
    return Screen(tuple(blocks))


def _first_names(knowledge: Knowledge, assessment: Assessment) -> str:
    return ", then ".join(
        f"{knowledge.conditions[c.id].name} ({BAND[c.band]})" for c in assessment.conditions[:IN_PLAY]
    )


def _urgency(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    urgency = assessment.urgency
    words = knowledge.settings.levels[urgency.level]
    name = words.name if urgency.level not in ("book",) else f"{words.name} within {urgency.within_days} days"
    blocks = [Block(kind="urgency", text=name, level=urgency.level, items=(urgency.say, words.then))]
    if urgency.place not in ("ambulance", "home"):
        blocks.append(Block(kind="text", text=f"Where: {knowledge.settings.places[urgency.place]}."))
    why = dict.fromkeys(rules[r].why for r in urgency.reasons if r in rules and rules[r].why)
    if why:
        blocks.append(Block(kind="text", text="Why:"))
        blocks.append(Block(kind="list", items=tuple(why)))
    do = dict.fromkeys(line for flag in _reason_flags(assessment) for line in knowledge.red_flags[flag].do)
    if do:
        blocks.append(Block(kind="heading", text="What to do until then"))
        blocks.append(Block(kind="list", items=tuple(do)))
    others = [f for f in assessment.flags if f not in _reason_flags(assessment)]
    if others:
        blocks.append(Block(kind="text", text="Also tell the clinician about:"))
        blocks.append(Block(kind="list", items=tuple(knowledge.red_flags[f].name for f in others)))
    return blocks


def _reason_flags(assessment: Assessment) -> list[str]:
    named = {reason.split("/", 1)[0] for reason in assessment.urgency.reasons}
    return [flag for flag in assessment.flags if flag in named]


def _redirect(assessment: Assessment) -> list[Block]:
    if not assessment.redirected or assessment.urgency.level == "redirect":
        return []
    return [Block(kind="text", text="The rest of this program is not made for this. The people named above can look.")]


def _conditions(
    knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule], lines: int
) -> list[Block]:
    if not assessment.conditions:
        return [Block(kind="heading", text="What it may be"),
                Block(kind="text", text="Nothing that this program knows fits what you told us.")]
    blocks = [Block(kind="heading", text="What it may be")]
    for ranked in assessment.conditions[:IN_PLAY]:
        blocks += _condition(knowledge, ranked, rules, lines)
    for name in assessment.explained:
        card = knowledge.conditions[name]
        blocks.append(Block(kind="text", text=f"{card.name}: {card.summary}"))
    rest = [knowledge.conditions[c.id].name for c in assessment.conditions[IN_PLAY : IN_PLAY + 4]]
    if rest:
        blocks.append(Block(kind="text", text=f"Also possible: {', '.join(rest)}."))
    return blocks


def _condition(knowledge: Knowledge, ranked: Ranked, rules: dict[str, Rule], lines: int) -> list[Block]:
    card = knowledge.conditions[ranked.id]
    blocks = [Block(kind="heading", text=f"{card.name} - {BAND[ranked.band]}"), Block(kind="text", text=card.summary)]
    strongest = sorted((rules[r] for r in ranked.for_), key=lambda r: -r.weight)
    speaks_for = list(dict.fromkeys(f"{r.why} ({how_known(r)})" for r in strongest))
    speaks_against = list(dict.fromkeys(f"{rules[r].why} ({how_known(rules[r])})" for r in ranked.against))
    open_lines = sorted((rules[r] for r in ranked.unknown), key=lambda r: -abs(r.weight))
    if speaks_for:
        blocks += [Block(kind="text", text="For it:"), Block(kind="list", items=tuple(speaks_for[:lines]))]
    if speaks_against:
        blocks += [Block(kind="text", text="Against it:"), Block(kind="list", items=tuple(speaks_against[:3]))]
    if open_lines:
        unknown = list(dict.fromkeys(f"whether {r.why}" for r in open_lines if r.kind == "for"))
        if unknown:
            blocks += [Block(kind="text", text="Not known:"), Block(kind="list", items=tuple(unknown[:2]))]
    if card.note:
        blocks.append(Block(kind="note", text=card.note))
    if card.course:
        blocks.append(Block(kind="text", text=card.course))
    return blocks


def _unresolved(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    if not assessment.unresolved:
        return []
    dangers = tuple(dict.fromkeys(knowledge.red_flags[name].danger for name in assessment.unresolved))
    return [Block(kind="heading", text="What could not be excluded"),
            Block(kind="text", text="You were not sure about signs of these. If you can find out, answer again:"),
            Block(kind="list", items=(*dangers[:MOST_DANGERS], *_and_more(len(dangers) - MOST_DANGERS)))]


def _and_more(count: int) -> tuple[str, ...]:
    return (f"and {count} more, because many questions were answered with not sure",) if count > 0 else ()


def _care(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """Advice in full where it is needed now, by name where it can wait."""
    first = [n for n in assessment.care if any(n in knowledge.red_flags[f].care for f in assessment.flags)]
    soon = RANK[assessment.urgency.level] >= RANK["today"]
    full = first if soon else assessment.care[: max(CARE_IN_FULL, len(first))]
    blocks = [Block(kind="heading", text="What you can do")] if full else []
    for name in full:
        card = knowledge.care[name]
        blocks.append(Block(kind="heading", text=card.name))
        blocks.append(Block(kind="text", text=f"For {card.for_}."))
        blocks.append(Block(kind="steps", items=tuple(card.steps)))
        limits = (*card.stop, *card.warn)
        if limits:
            blocks.append(Block(kind="list", items=limits))
        if card.expect:
            blocks.append(Block(kind="text", text=f"What to expect: {card.expect}"))
    rest = [knowledge.care[name].name for name in assessment.care if name not in full]
    if rest:
        when = "After that, these may help, one at a time:" if soon else "These may help as well, one at a time:"
        blocks += [Block(kind="text", text=when), Block(kind="list", items=tuple(rest))]
    return blocks + _held(knowledge, assessment, rules)


def _held(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """What is left out, by the interlock that forbids it, with what to do instead and why."""
    items: dict[str, list[str]] = {}
    for held in (*assessment.withheld_checks, *assessment.withheld_care):
        if not held.rules:
            continue
        rule = rules[held.rules[0]]
        lock = knowledge.interlocks.get(rule.card)
        because = f"{lock.say} Because: {rule.why}." if lock else rule.why
        card = knowledge.self_checks.get(held.id) or knowledge.care[held.id]
        items.setdefault(because, []).append(card.name)
    if not items:
        return []
    lines = tuple(f"{because} Left out: {', '.join(names)}." for because, names in items.items())
    return [Block(kind="heading", text="Not for you now"), Block(kind="list", items=lines)]


def _after(assessment: Assessment) -> list[Block]:
    # In an emergency the list is for the way there only.
    watch = assessment.watch_for[:4] if assessment.urgency.level in EMERGENCIES else assessment.watch_for
    blocks = [Block(kind="heading", text="Watch for"), Block(kind="list", items=watch)]
    if assessment.look_again:
        *first, last = [str(d) for d in assessment.look_again]
        when = f"{', '.join(first)} and {last}" if first else last
        blocks.append(Block(kind="text", text=f"Look again after {when} days: still on one side? swollen? worse? "
                            "any trouble with breath or chest? If any is yes, start again here or be seen."))
    return blocks
