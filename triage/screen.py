"""Assessment -> Screen: what any front end shows of a result, a self-check, a beginning. Words only, no layout."""

from __future__ import annotations

from triage.asides import lasts
from triage.assessment import IN_PLAY
from triage.explain import GRADE, how_known, rules_by_id
from triage.model import NONE, RANK, Answer, Assessment, Block, Care, Knowledge, Ranked, Rule, Screen
from triage.weighing import BEST_COUNTS

MOST_DANGERS, MORE_CARE = 8, 5
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
              "is sent anywhere, and nothing is kept unless you ask for it."),
    ))


def outcome(knowledge: Knowledge, assessment: Assessment, brief: bool = False) -> Screen:
    """The result: what now, what it may be, what helps, and only then the reasons.

    `brief`: for a person who can ask for the rest; advice by name, and of the reasons only the strongest.
    """
    rules = rules_by_id(knowledge)
    blocks = [*_urgency(knowledge, assessment, rules), *_redirect(assessment)]
    if assessment.not_asked and assessment.urgency.level not in EMERGENCIES:
        blocks.append(Block(kind="text", text=f"{len(assessment.not_asked)} of {len(knowledge.emergency)} emergency "
                            "questions were not answered. Answer them first: until then this is no advice to wait."))
    ranked = RANK[assessment.urgency.level] < RANK["emergency_department_now"] and not assessment.redirected
    if ranked:
        blocks += _conditions(knowledge, assessment, rules if brief else {})
    blocks += _care(knowledge, assessment, brief)
    blocks += _held(knowledge, assessment, rules, brief)
    blocks += _unresolved(knowledge, assessment)
    blocks += _after(knowledge, assessment)
    if ranked and not brief:
        blocks += _reasons(knowledge, assessment, rules)
    blocks.append(Block(kind="note", text="This is no diagnosis. A clinician who sees and feels the leg knows more. "
                        f"Rules {knowledge.settings.version} ({knowledge.digest[:12]}), "
                        f"{knowledge.settings.review}."))
    return Screen(tuple(blocks))


def reasons(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """Why each of the first conditions is named, and why what was left out was left out."""
    rules = rules_by_id(knowledge)
    return Screen((*_reasons(knowledge, assessment, rules), *_held(knowledge, assessment, rules, brief=False)))


def care(knowledge: Knowledge, name: str) -> Screen:
    """One piece of advice in full."""
    return Screen(tuple(_care_in_full(knowledge.care[name])))


def self_check(knowledge: Knowledge, name: str, steps: bool = True) -> Screen:
    """How to do a self-check, and when to stop. `steps` false: they are told one at a time."""
    card = knowledge.self_checks[name]
    kit = f"You need: {', '.join(card.kit)}. " if card.kit else ""
    blocks = [
        Block(kind="title", text=f"Something to try: {card.name}"),
        Block(kind="text", text=f"{card.question} {kit}{lasts(card)}"),
    ]
    if steps:
        blocks.append(Block(kind="steps", items=tuple(card.steps)))
    if card.stop or card.warn:
        blocks += [Block(kind="heading", text="Good to know before you start" if not steps else "Good to know"),
                   Block(kind="list", items=(*card.stop, *card.warn))]
    return Screen((*blocks, *worth(knowledge, name).blocks)) if steps else Screen(tuple(blocks))


def worth(knowledge: Knowledge, name: str) -> Screen:
    """How much a self-check says."""
    card = knowledge.self_checks[name]
    said = f"How much it says: {card.evidence} ({GRADE[card.grade]})"
    return Screen((Block(kind="note", text=said),) if card.evidence else ())


def left_out(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """The self-checks that this person must not try, with the reason."""
    rules = rules_by_id(knowledge)
    because: dict[str, list[str]] = {}
    for held in assessment.withheld_checks:
        for rule in [rules[r] for r in held.rules[:1]]:
            because.setdefault(rule.why, []).append(knowledge.self_checks[held.id].name)
    begin = "Please leave these self-checks out. The reason: "
    return Screen(tuple(Block(kind="list", text=f"{begin}{why.rstrip('.')}.", items=tuple(names))
                        for why, names in because.items()))


def check_result(knowledge: Knowledge, name: str, answer: Answer, before: Assessment, after: Assessment) -> Screen:
    """What the result of a self-check means, and what it changed."""
    card = knowledge.self_checks[name]
    blocks = [Block(kind="heading", text=f"{card.name}: what it means")]
    results = (answer or (NONE,)) if isinstance(answer, tuple) else (str(answer),)
    meanings = [card.means[result] for result in results if result in card.means]
    unclear = "Stopped or unclear, it counts for nothing, and that is all right."
    blocks += [Block(kind="text", text=meaning) for meaning in meanings or [unclear]]
    old = {ranked.id: (place, ranked.band) for place, ranked in enumerate(before.conditions, 1)}
    now = [(ranked.id, (place, ranked.band)) for place, ranked in enumerate(after.conditions[:IN_PLAY], 1)]
    if all(old.get(id_) == standing for id_, standing in now):
        return Screen((*blocks, Block(kind="text", text="What fits stays as it was.")))
    lines = [f"{knowledge.conditions[id_].name} - {BAND[band]} ({_before(old.get(id_), (place, band))})"
             for id_, (place, band) in now]
    return Screen((*blocks, Block(kind="steps", text="What fits now:", items=tuple(lines))))


def _before(old: tuple[int, str] | None, now: tuple[int, str]) -> str:
    if old is None:
        return "new"
    if old == now:
        return "as before"
    changes = [f"number {old[0]}"] if old[0] != now[0] else []
    return f"before: {', '.join([*changes, *([BAND[old[1]]] if old[1] != now[1] else [])])}"


def what_changed(knowledge: Knowledge, before: Assessment, after: Assessment, lost: list[str]) -> Screen:
    """What another answer changed: the urgency, the order, and questions that fell away."""
    items = []
    if _level(knowledge, before) != _level(knowledge, after):
        items.append(f"How urgent: {_level(knowledge, after)}. Before: {_level(knowledge, before)}.")
    (old, *old_rest), (new, *new_rest) = (_first_names(knowledge, each) or [""] for each in (before, after))
    if old != new:
        items.append(f"What fits first: {new or 'nothing yet'}. Before: {old or 'nothing yet'}.")
    elif old_rest != new_rest:
        items.append(f"What fits behind the first: {'; '.join(new_rest) or 'nothing'}.")
    items += [f"No longer asked, or asked anew: {question}" for question in lost]
    if not items:
        return Screen((Block(kind="text", text="Changed. It makes no difference to the result so far."),))
    return Screen((Block(kind="list", text="Changed. This is different now:", items=tuple(items)),))


def _level(knowledge: Knowledge, assessment: Assessment) -> str:
    urgency = assessment.urgency
    if urgency.level == "self_care" and assessment.not_asked:
        return "not known yet"  # nobody is told to wait before the emergency screens are answered
    name = knowledge.settings.levels[urgency.level].name.lower()
    return f"{name} within {urgency.within_days} days" if urgency.within_days else name


def _first_names(knowledge: Knowledge, assessment: Assessment) -> list[str]:
    return [f"{knowledge.conditions[c.id].name} ({BAND[c.band]})" for c in assessment.conditions[:IN_PLAY]]


def _urgency(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    urgency = assessment.urgency
    words = knowledge.settings.levels[urgency.level]
    name = words.name if urgency.level != "book" else f"{words.name} within {urgency.within_days} days"
    said = tuple(line for line in (urgency.say, words.then) if line.rstrip(".") != name)
    blocks = [Block(kind="urgency", text=name, level=urgency.level, items=said)]
    if urgency.place not in ("ambulance", "home"):
        blocks.append(Block(kind="text", text=f"Where: {knowledge.settings.places[urgency.place]}."))
    why = dict.fromkeys(rules[r].why for r in urgency.reasons if r in rules and rules[r].why)
    if why:
        blocks.append(Block(kind="list", text="Why:", items=tuple(why)))
    do = dict.fromkeys(line for flag in _reason_flags(assessment) for line in knowledge.red_flags[flag].do)
    if do:
        blocks.append(Block(kind="heading", text="What to do until then"))
        blocks.append(Block(kind="list", items=tuple(do)))
    others = [f for f in assessment.flags if f not in _reason_flags(assessment)]
    if others:
        names = tuple(knowledge.red_flags[f].name for f in others)
        blocks.append(Block(kind="list", text="Also tell the clinician about:", items=names))
    return blocks


def _reason_flags(assessment: Assessment) -> list[str]:
    named = {reason.split("/", 1)[0] for reason in assessment.urgency.reasons}
    return [flag for flag in assessment.flags if flag in named]


def _standing(ranked: Ranked) -> str:
    """What a red flag points to is told as that; it stands first for its danger, not for its odds."""
    return "to be looked for first" if ranked.suspected_by and ranked.band != "fits_well" else BAND[ranked.band]


def _redirect(assessment: Assessment) -> list[Block]:
    if not assessment.redirected or assessment.urgency.level == "redirect":
        return []
    return [Block(kind="text", text="The rest of this program is not made for this. The people named above can look.")]


def _conditions(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """The first conditions, each with the strongest lines for it when there are rules to tell them."""
    blocks = [Block(kind="heading", text="What it may be")]
    if not assessment.conditions:
        text = "Nothing that this program knows fits what you told us."
        if assessment.urgency.level == "self_care":
            text += " Give the leg less to do for a while, and see somebody if two weeks bring no gain."
        return [*blocks, Block(kind="text", text=text)]
    for ranked in assessment.conditions[:IN_PLAY]:
        card = knowledge.conditions[ranked.id]
        strongest = dict.fromkeys(rules[r].why for r in _strongest(ranked, rules)) if rules else {}
        because = [f"Because {'; '.join(list(strongest)[:2])}."] if strongest else []
        blocks.append(Block(kind="list", text=f"{card.name} - {_standing(ranked)}. {card.summary}",
                            items=tuple(because)))
    for name in assessment.explained:
        card = knowledge.conditions[name]
        blocks.append(Block(kind="text", text=f"{card.name}: {card.summary}"))
    rest = [knowledge.conditions[c.id].name for c in assessment.conditions[IN_PLAY : IN_PLAY + 4]]
    if rest:
        blocks.append(Block(kind="text", text=f"Also possible: {'; '.join(rest)}."))
    return blocks


def _reasons(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """Why each of the first conditions is named: for, against, not known, and the doubts."""
    blocks: list[Block] = []
    for ranked in assessment.conditions[:IN_PLAY]:
        card = knowledge.conditions[ranked.id]
        blocks.append(Block(kind="heading", text=f"Why {card.name[0].lower()}{card.name[1:]}?"))
        blocks += _lines(ranked, rules, most=4 if ranked.band == "fits_well" else 2)
        if ranked.band == "fits_well" and card.course:
            blocks.append(Block(kind="text", text=card.course))
        if card.note:
            blocks.append(Block(kind="note", text=card.note))
    return blocks


def _lines(ranked: Ranked, rules: dict[str, Rule], most: int) -> list[Block]:
    blocks: list[Block] = []
    speaks_for = list(dict.fromkeys(f"{rules[r].why} ({how_known(rules[r])})" for r in _strongest(ranked, rules)))
    speaks_against = list(dict.fromkeys(f"{rules[r].why} ({how_known(rules[r])})" for r in ranked.against))
    said = {rules[r].why for r in ranked.for_}
    open_lines = sorted((rules[r] for r in ranked.unknown), key=lambda r: -abs(r.weight))
    unknown = list(dict.fromkeys(f"whether {r.why}" for r in open_lines if r.kind == "for" and r.why not in said))
    for title, items in (("For it:", speaks_for[:most]), ("Against it:", speaks_against[:3]),
                         ("Not known:", unknown[:2])):
        if items:
            blocks.append(Block(kind="list", text=title, items=tuple(items)))
    return blocks


def _strongest(ranked: Ranked, rules: dict[str, Rule]) -> list[str]:
    """Its lines for it, the strongest first. Of several lines about the place, the most exact one says it."""
    strongest = sorted(ranked.for_, key=lambda r: -rules[r].weight)
    sites = [r for r in strongest if rules[r].group == BEST_COUNTS]
    return [r for r in strongest if r not in sites[1:]]


def _unresolved(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    if not assessment.unresolved:
        return []
    dangers = tuple(dict.fromkeys(knowledge.red_flags[name].danger for name in assessment.unresolved))
    return [Block(kind="heading", text="What could not be excluded"),
            Block(kind="list", text="You were not sure about signs of these. If you can find out, answer again:",
                  items=(*dangers[:MOST_DANGERS], *_and_more(len(dangers) - MOST_DANGERS)))]


def _and_more(count: int) -> tuple[str, ...]:
    return (f"and {count} more, because many questions were answered with not sure",) if count > 0 else ()


def _care(knowledge: Knowledge, assessment: Assessment, brief: bool) -> list[Block]:
    """What a danger needs in full, else the first advice in full, if not brief; the others by name.

    A danger that has told already what to do until then needs no more of a brief result.
    """
    dangers = [knowledge.red_flags[f] for f in assessment.flags]
    needed = [n for n in assessment.care if any(n in d.care and not (brief and d.do) for d in dangers)]
    full = needed or list(assessment.care[: 0 if brief else 1])
    blocks = [block for name in full for block in _care_in_full(knowledge.care[name])]
    if brief:
        rest = [f"{knowledge.care[n].name}, for {knowledge.care[n].for_}" for n in assessment.care if n not in full]
        if rest:
            blocks += [Block(kind="heading", text="What may help" if not full else "What may help as well"),
                       Block(kind="list", items=tuple(rest[:MORE_CARE]))]
        return blocks
    rest = [f"{knowledge.care[n].name} (triage show {n})" for n in assessment.care if n not in full][:MORE_CARE]
    if rest:
        blocks.append(Block(kind="list", text="These may help as well, one at a time:", items=tuple(rest)))
    return blocks


def _care_in_full(card: Care) -> list[Block]:
    blocks = [Block(kind="heading", text=f"What you can do: {card.name[0].lower()}{card.name[1:]}"),
              Block(kind="text", text=f"For {card.for_}."), Block(kind="steps", items=tuple(card.steps))]
    if card.stop or card.warn:
        blocks.append(Block(kind="list", items=(*card.stop, *card.warn)))
    if card.expect:
        blocks.append(Block(kind="text", text=f"What to expect: {card.expect}"))
    return blocks


def _held(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule], brief: bool) -> list[Block]:
    """What must be left out, by the interlock that forbids it, with what to do instead and, if not brief, why."""
    items: dict[str, list[str]] = {}
    for held in (*assessment.withheld_checks, *assessment.withheld_care):
        for rule in [rules[r] for r in held.rules[:1]]:
            lock = knowledge.interlocks.get(rule.card)
            because = f" Because: {rule.why}." if not brief else ""
            named = items.setdefault(lock.say + because if lock else rule.why, [])
            if held.id in knowledge.care:
                named.append(knowledge.care[held.id].name)
    if not items:
        return []
    lines = tuple(
        f"{because} Left out: {'; '.join(names)}." if names and not brief else because
        for because, names in items.items()
    )
    return [Block(kind="heading", text="Not for you now"), Block(kind="list", items=lines)]


def _after(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    always = knowledge.settings.watch_always
    special = [line for line in assessment.watch_for if line not in always]
    blocks = [Block(kind="heading", text="Watch for")]
    if assessment.urgency.level in EMERGENCIES:
        # In an emergency the list is for the way there only.
        blocks.append(Block(kind="list", items=tuple(special[:4] or always[:1])))
        return blocks
    if special:
        blocks.append(Block(kind="list", items=tuple(special)))
    blocks.append(Block(kind="list", text="At any time:", items=tuple(always)))
    if assessment.look_again:
        *first, last = [str(d) for d in assessment.look_again]
        card = knowledge.conditions[assessment.conditions[0].id].look_again if assessment.conditions else None
        blocks.append(Block(kind="heading", text=f"Look again after {', '.join(first)} and {last} days"))
        blocks.append(Block(kind="text", text=(card.say + " " if card else "") + "If one leg swells, if it gets worse, "
                            "or if breath or chest trouble you, do not wait: start again here, or be seen."))
    return blocks
