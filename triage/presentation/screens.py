"""Assessment -> Screen: what any front end shows of a result, a self-check, a beginning. Words only, no layout."""

from __future__ import annotations

from collections.abc import Iterable

from triage.inference.assessment import IN_PLAY
from triage.model import Answer, Assessment, Block, Knowledge, Ranked, Rule, Screen
from triage.presentation import wording
from triage.presentation.wording import BAND, EMERGENCIES, MORE_CARE


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
    rules = knowledge.by_id
    blocks = [*wording.urgency(knowledge, assessment, rules), *wording.out_of_scope(assessment)]
    if assessment.not_asked and assessment.urgency.level not in EMERGENCIES:
        blocks.append(Block(kind="text", text=f"{len(assessment.not_asked)} of {len(knowledge.emergency)} emergency "
                            "questions were not answered. Answer them first: until then this is no advice to wait."))
    names_sources = wording.names_sources(assessment)
    if names_sources:
        blocks += _conditions(knowledge, assessment, rules if brief else {})
    blocks += _care(knowledge, assessment, brief)
    blocks += wording.contraindications(knowledge, assessment, rules, brief)
    blocks += _under("What could not be excluded", wording.unresolved(knowledge, assessment))
    blocks += _under("Watch for", wording.watch_for(knowledge, assessment))
    blocks += _look_again(knowledge, assessment)
    if names_sources and not brief:
        blocks += _reasons(knowledge, assessment, rules)
    blocks.append(Block(kind="note", text="This is no diagnosis. A clinician who sees and feels the leg knows more. "
                        f"Rules {knowledge.settings.version} ({knowledge.digest[:12]}), "
                        f"{knowledge.settings.review}."))
    return Screen(tuple(blocks))


def reasons(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """Why each of the first conditions is named, and why what was left out was left out."""
    rules = knowledge.by_id
    return Screen((*_reasons(knowledge, assessment, rules), *wording.contraindications(knowledge, assessment, rules)))


def care(knowledge: Knowledge, assessment: Assessment, name: str) -> Screen:
    """One piece of advice that may be offered, in full."""
    return Screen(tuple(_care_in_full(knowledge, assessment, name)))


def self_check(knowledge: Knowledge, name: str, steps: bool = True) -> Screen:
    """How to do a self-check, and when to stop. `steps` false: they are told one at a time."""
    card = knowledge.self_checks[name]
    kit = f"You need: {', '.join(card.kit)}. " if card.kit else ""
    blocks = [
        Block(kind="title", text=f"Something to try: {card.name}"),
        Block(kind="text", text=f"{card.question} {kit}{wording.lasts(card)}"),
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
    text = f"How much it says: {card.evidence} ({wording.GRADE[card.grade]})"
    return Screen((Block(kind="note", text=text),) if card.evidence else ())


def forbidden_self_checks(knowledge: Knowledge, assessment: Assessment) -> Screen:
    """The self-checks that this person must not try, with the reason."""
    rules = knowledge.by_id
    because: dict[str, list[str]] = {}
    for withheld in assessment.withheld_checks:
        for rule in [rules[r] for r in withheld.rules[:1]]:
            because.setdefault(rule.why, []).append(knowledge.self_checks[withheld.id].name)
    begin = "Please leave these self-checks out. The reason: "
    return Screen(tuple(Block(kind="list", text=f"{begin}{why.rstrip('.')}.", items=tuple(names))
                        for why, names in because.items()))


def self_check_means(knowledge: Knowledge, name: str, answer: Answer) -> Screen:
    """What the result of a self-check means."""
    card = knowledge.self_checks[name]
    meanings = wording.what_it_means(card, answer) or ["You found none of these."]
    return Screen((Block(kind="heading", text=f"{card.name}: what it means"),
                   *(Block(kind="text", text=meaning) for meaning in meanings)))


def check_result(knowledge: Knowledge, name: str, answer: Answer, before: Assessment, after: Assessment) -> Screen:
    """What the result of a self-check means, and what it changed."""
    blocks = self_check_means(knowledge, name, answer).blocks
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
    return knowledge.settings.urgency_in_words(urgency.level, urgency.within_days).lower()


def _first_names(knowledge: Knowledge, assessment: Assessment) -> list[str]:
    return [f"{knowledge.conditions[c.id].name} ({BAND[c.band]})" for c in assessment.conditions[:IN_PLAY]]


def _conditions(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """The first conditions, each with the strongest lines for it when there are rules to tell them."""
    blocks = [Block(kind="heading", text="What it may be")]
    if not assessment.conditions:
        return [*blocks, wording.nothing_fits(assessment)]
    for ranked in assessment.conditions[:IN_PLAY]:
        card = knowledge.conditions[ranked.id]
        lines = dict.fromkeys(rule.why for rule in wording.strongest(knowledge, ranked, rules)) if rules else {}
        because = (f"Because {'; '.join(list(lines)[:2])}.",) if lines else ()
        blocks.append(Block(kind="list", text=f"{card.name} - {wording.band_in_words(ranked)}. {card.summary}",
                            items=because))
    return [*blocks, *wording.behind_the_first(knowledge, assessment)]


def _reasons(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """Why each of the first conditions is named: for, against, not known, and the doubts."""
    blocks: list[Block] = []
    for ranked in assessment.conditions[:IN_PLAY]:
        name = knowledge.conditions[ranked.id].name
        blocks.append(Block(kind="heading", text=f"Why {wording.in_a_sentence(name)}?"))
        blocks += _lines(knowledge, assessment, ranked, rules)
        blocks += wording.remarks(knowledge, assessment, ranked)
    return blocks


def _lines(knowledge: Knowledge, assessment: Assessment, ranked: Ranked, rules: dict[str, Rule]) -> list[Block]:
    speaks_for = _known(wording.strongest(knowledge, ranked, rules))
    speaks_against = _known(rules[r] for r in ranked.against)
    unknown = wording.unknown_evidence(knowledge, assessment, ranked, rules)
    return [Block(kind="list", text=title, items=tuple(items)) for title, items in (
        ("For it:", speaks_for[: 4 if ranked.band == "fits_well" else 2]), ("Against it:", speaks_against[:3]),
        ("Not known:", unknown[:2])) if items]


def _known(rules: Iterable[Rule]) -> list[str]:
    """What rules say, with how well it is known; what is said twice, once."""
    return list(dict.fromkeys(f"{rule.why} ({wording.how_well_known(rule)})" for rule in rules))


def _under(heading: str, blocks: list[Block]) -> list[Block]:
    return [Block(kind="heading", text=heading), *blocks] if blocks else []


def _look_again(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    text = wording.look_again(knowledge, assessment)
    if not text:
        return []
    *first, last = [str(days) for days in assessment.look_again]
    return [Block(kind="heading", text=f"Look again after {', '.join(first)} and {last} days"),
            Block(kind="text", text=text)]


def _care(knowledge: Knowledge, assessment: Assessment, brief: bool) -> list[Block]:
    """What a danger needs in full, else the first advice in full, if not brief; the others by name.

    A danger that has told already what to do until then needs no more of a brief result.
    """
    dangers = [knowledge.red_flags[f] for f in assessment.flags]
    needed = [n for n in assessment.care if any(n in d.care and not (brief and d.do) for d in dangers)]
    full = needed or list(assessment.care[: 0 if brief else 1])
    blocks = [block for name in full for block in _care_in_full(knowledge, assessment, name)]
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


def _care_in_full(knowledge: Knowledge, assessment: Assessment, name: str) -> list[Block]:
    title = f"What you can do: {wording.in_a_sentence(knowledge.care[name].name)}"
    return [Block(kind="heading", text=title), *wording.care_in_full(knowledge, assessment, name)]
