"""Every phrase about a result, part by part: the same words for screens, reports, the JSON result and the diary. Pure.

What a card advises in passing (how it goes on, its doubts, what to expect, when to look again) leaves this module only
without what is forbidden now. Signs of danger, first aid, and what says what something is are never cut.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from triage.explanation.standing import Standing
from triage.inference.answers import AGAIN
from triage.inference.assessment import IN_PLAY
from triage.inference.contraindications import without_forbidden_advice
from triage.model import NONE, NOT_SURE, RANK, Answer, Assessment, Block, Knowledge, Ranked, Rule, SelfCheck
from triage.records.follow_up import ANYWHERE, Course, Escalation
from triage.support.text import one_line

MOST_DANGERS, MORE_CARE = 8, 5
EMERGENCIES = ("ambulance_now", "emergency_department_now")

BAND = {"fits_well": "fits well", "possible": "possible"}


def names_sources(assessment: Assessment) -> bool:
    """Is it told what it may be? Not in an emergency, and not to those whom the program is not for."""
    return RANK[assessment.urgency.level] < RANK["emergency_department_now"] and not assessment.out_of_scope


# --- how urgent


def urgency(knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule]) -> list[Block]:
    """How urgent, where to go, why, what to do until then, and what else to tell the clinician."""
    urgency = assessment.urgency
    words = knowledge.settings.levels[urgency.level]
    name = knowledge.settings.urgency_in_words(urgency.level, urgency.within_days)
    lines = tuple(line for line in (urgency.say, words.then) if line.rstrip(".") != name)
    blocks = [Block(kind="urgency", text=name, level=urgency.level, items=lines)]
    blocks += where_to_go(knowledge, urgency.place)
    why = dict.fromkeys(rules[r].why for r in urgency.reasons if r in rules and rules[r].why)
    if why:
        blocks.append(Block(kind="list", text="Why:", items=tuple(why)))
    deciding = deciding_flags(assessment)
    do = dict.fromkeys(line for flag in deciding for line in knowledge.red_flags[flag].do)
    if do:
        blocks.append(Block(kind="heading", text="What to do until then"))
        blocks.append(Block(kind="list", items=tuple(do)))
    others = tuple(knowledge.red_flags[flag].name for flag in assessment.flags if flag not in deciding)
    if others:
        blocks.append(Block(kind="list", text="Also tell the clinician about:", items=others))
    return blocks


def where_to_go(knowledge: Knowledge, place: str) -> list[Block]:
    """Where to be seen; nothing for who stays at home or is fetched."""
    if place in ("ambulance", "home"):
        return []
    return [Block(kind="text", text=f"Where: {knowledge.settings.places[place]}.")]


def deciding_flags(assessment: Assessment) -> list[str]:
    """The red flags that the urgency rests on."""
    cards = {reason.split("/", 1)[0] for reason in assessment.urgency.reasons}
    return [flag for flag in assessment.flags if flag in cards]


def out_of_scope(assessment: Assessment) -> list[Block]:
    """That the program is not made for this, where the urgency does not say so."""
    if not assessment.out_of_scope or assessment.urgency.level == "redirect":
        return []
    return [Block(kind="text", text="The rest of this program is not made for this. The people named above can look.")]


def unresolved(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    """What a "not sure" leaves open."""
    if not assessment.unresolved:
        return []
    dangers = dangers_not_excluded(knowledge, assessment)
    more = len(dangers) - MOST_DANGERS
    rest = [f"and {more} more, because many questions were answered with not sure"] if more > 0 else []
    return [not_sure_of([*dangers[:MOST_DANGERS], *rest], "answer again")]


def dangers_not_excluded(knowledge: Knowledge, assessment: Assessment) -> list[str]:
    """The dangers that a "not sure" leaves open, each once."""
    return list(dict.fromkeys(knowledge.red_flags[name].danger for name in assessment.unresolved))


def not_sure_of(dangers: Iterable[str], then: str) -> Block:
    """That these are not excluded, and what to do once it is known."""
    return Block(kind="list", text=f"You were not sure about signs of these. If you can find out, {then}:",
                 items=tuple(dangers))


# --- what it may be


def nothing_fits(assessment: Assessment) -> Block:
    """That no condition is named."""
    text = "Nothing that this program knows fits what you told us."
    if assessment.urgency.level == "self_care":
        text += " Give the leg less to do for a while, and see somebody if two weeks bring no gain."
    return Block(kind="text", text=text)


def behind_the_first(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    """What the first conditions explain, and the names of the next ones."""
    blocks = [Block(kind="text", text=f"{card.name}: {card.summary}")
              for card in (knowledge.conditions[name] for name in assessment.explained)]
    rest = [knowledge.conditions[c.id].name for c in assessment.conditions[IN_PLAY : IN_PLAY + 4]]
    if rest:
        blocks.append(Block(kind="text", text=f"Also possible: {'; '.join(rest)}."))
    return blocks


def band_in_words(ranked: Ranked) -> str:
    """What a red flag points to is told as that; it stands first for its danger, not for its odds."""
    return "to be looked for first" if ranked.suspected_by and ranked.band != "fits_well" else BAND[ranked.band]


def strongest(knowledge: Knowledge, ranked: Ranked, rules: dict[str, Rule]) -> list[Rule]:
    """Its lines for it, the strongest first. Of several lines about the place, the most exact one says it."""
    lines = sorted((rules[r] for r in ranked.for_), key=lambda rule: -rule.weight)
    sites = [rule for rule in lines if rule.group == knowledge.settings.weights.best_counts]
    return [rule for rule in lines if rule not in sites[1:]]


def unknown_evidence(knowledge: Knowledge, assessment: Assessment, ranked: Ranked, rules: dict[str, Rule]) -> list[str]:
    """What else would speak for it, the strongest first. What only a self-check could tell that is not offered is
    left out: it may be forbidden."""
    results = {card.result for card in knowledge.self_checks.values() if card.id not in assessment.self_checks}
    met = {rules[r].why for r in ranked.for_}
    lines = [rules[r] for r in ranked.unknown if rules[r].kind == "for" and rules[r].why not in met]
    lines = [rule for rule in lines if not any(part.fact in results for part in rule.parts)]
    lines.sort(key=lambda rule: -abs(rule.weight))
    return [f"whether {why}" for why in dict.fromkeys(rule.why for rule in lines)]


def remarks(knowledge: Knowledge, assessment: Assessment, ranked: Ranked) -> list[Block]:
    """How it goes on, when it fits well, and the doubts; without what is forbidden now."""
    card = knowledge.conditions[ranked.id]
    course = without_forbidden_advice(knowledge, assessment, card.course) if ranked.band == "fits_well" else ""
    note = without_forbidden_advice(knowledge, assessment, card.note)
    return [*([Block(kind="text", text=course)] if course else []), *([Block(kind="note", text=note)] if note else [])]


# --- what to do


def care_in_full(knowledge: Knowledge, assessment: Assessment, name: str) -> list[Block]:
    """One piece of advice that may be offered, without its name."""
    card = knowledge.care[name]
    blocks = [Block(kind="text", text=f"For {card.for_}."), Block(kind="steps", items=tuple(card.steps))]
    if card.stop or card.warn:
        blocks.append(Block(kind="list", items=(*card.stop, *card.warn)))
    expect = without_forbidden_advice(knowledge, assessment, card.expect)
    if expect:
        blocks.append(Block(kind="text", text=f"What to expect: {expect}"))
    return blocks


def contraindications(
    knowledge: Knowledge, assessment: Assessment, rules: dict[str, Rule], brief: bool = False
) -> list[Block]:
    """What must be left out, by the interlock that forbids it, with what to do instead and, if not brief, why."""
    items: dict[str, list[str]] = {}
    for card in (*assessment.withheld_checks, *assessment.withheld_care):
        for rule in [rules[r] for r in card.rules[:1]]:
            lock = knowledge.interlocks.get(rule.card)
            because = f" Because: {rule.why}." if not brief else ""
            names = items.setdefault(lock.say + because if lock else rule.why, [])
            if card.id in knowledge.care:
                names.append(knowledge.care[card.id].name)
    if not items:
        return []
    lines = tuple(
        f"{because} Left out: {'; '.join(names)}." if names and not brief else because
        for because, names in items.items()
    )
    return [Block(kind="heading", text="Not for you now"), Block(kind="list", items=lines)]


# --- the days to come


def watch_for(knowledge: Knowledge, assessment: Assessment) -> list[Block]:
    """What to watch for. In an emergency the list is for the way there only."""
    always = knowledge.settings.watch_always
    special = [line for line in assessment.watch_for if line not in always]
    if assessment.urgency.level in EMERGENCIES:
        return [Block(kind="list", items=tuple(special[:4] or always[:1]))]
    return [*([Block(kind="list", items=tuple(special))] if special else []),
            Block(kind="list", text="At any time:", items=tuple(always))]


def look_again(knowledge: Knowledge, assessment: Assessment) -> str:
    """What the first condition's card says of the time to come, and when not to wait; empty: nothing to wait for."""
    if not assessment.look_again or assessment.urgency.level in EMERGENCIES:
        return ""
    sooner = ("If one leg swells, if it gets worse, or if breath or chest trouble you, do not wait: start again here, "
              "or be seen.")
    return " ".join(filter(None, (days_to_come(knowledge, assessment), sooner)))


def days_to_come(knowledge: Knowledge, assessment: Assessment) -> str:
    """What the first condition's card says of when to look again, without what is forbidden; else nothing."""
    card = knowledge.conditions[assessment.conditions[0].id].look_again if assessment.conditions else None
    return without_forbidden_advice(knowledge, assessment, card.say) if card and assessment.look_again else ""


def expected_course(knowledge: Knowledge, assessment: Assessment, condition: str, easier_by: int) -> list[str]:
    """How a trouble should go in the words of a condition's card, without what is forbidden now.

    `condition`: what a diary is about, maybe nothing. `easier_by`: the day by which it should be easier.
    """
    card = knowledge.conditions.get(condition)
    if card is None or card.look_again is None:
        return [f"What it is, is not known. It should be easier by day {easier_by}; see somebody if it is not."]
    allowed = [without_forbidden_advice(knowledge, assessment, text) for text in (card.course, card.look_again.say)]
    return [f"Expected, if it is {in_a_sentence(card.name)}:", *filter(None, allowed)]


UNCLEAR = "Stopped or unclear, it counts for nothing, and that is all right."
"""What a self-check means that was stopped, or whose result is not clear."""


def what_it_means(card: SelfCheck, answer: Answer) -> list[str]:
    """What the result of a self-check means, a sentence or more for each that was chosen; nothing for none of them."""
    if answer == NOT_SURE:
        return [UNCLEAR]
    results = answer if isinstance(answer, tuple) else (str(answer),)
    return [card.means[result] for result in results if result in card.means]


def lasts(card: SelfCheck) -> str:
    """How long a self-check takes, as a sentence."""
    return f"About {card.minutes:g} minute{'s' if card.minutes != 1 else ''}."


# --- answers, times and how well a thing is known

GRADE = {
    "published": "shown in published studies", "guideline": "from a guideline",
    "consensus": "agreed among experts", "tradition": "taught by tradition, not tested",
    "inference": "our own reasoning", "memory": "widely taught, source not checked",
}
STRENGTH = {"decisive": "very strong", "strong": "strong", "weak": "weak"}
TREND = {"first": "the first entry", "easier": "clearly easier", "same": "not clearly easier", "worse": "clearly worse"}


def answer_in_words(knowledge: Knowledge, name: str, answer: Answer) -> str:
    """An answer in the words of its question."""
    if answer == NOT_SURE:
        return "Not sure"
    finding = knowledge.findings.get(name) or knowledge.findings[name.removesuffix(AGAIN)]
    if isinstance(answer, float):
        if finding.kind == "duration":
            return time_in_words(answer)
        return f"{answer:g} {finding.unit}"
    if isinstance(answer, tuple):
        return "; ".join(finding.label(option) for option in answer) or "None of these"
    if answer == NONE:
        return "None of these"
    return finding.label(answer) if answer in finding.options else answer.capitalize()


def time_in_words(in_days: float) -> str:
    """A time in the largest unit that it is a whole number of; `in_days`: its length in days."""
    if in_days == 0:
        return "Today"
    for size, word in ((365.0, "year"), (30.0, "month"), (7.0, "week"), (1.0, "day"), (1 / 24, "hour"),
                       (1 / 1440, "minute")):
        count = round(in_days / size, 1)
        if count >= 1 and abs(count - round(count)) < 0.05:
            return f"{round(count)} {word}{'s' if round(count) != 1 else ''}"
    return f"{in_days:g} days"


def day_in_words(day: datetime.date) -> str:
    """A date as people write it: 1 November 2026."""
    return f"{day.day} {day:%B %Y}"


def place_in_words(knowledge: Knowledge, place: str) -> str:
    """The words for the place of a pain: an option of its finding, or what else a diary holds."""
    for name in ("pain.site", "pain.region"):
        finding = knowledge.findings.get(name)
        if finding is not None and place in finding.options:
            return finding.label(place).split(",")[0] if name == "pain.region" else finding.label(place)
    return "The pain" if place == ANYWHERE else one_line(place.replace("_", " ").capitalize(), 60)


SINCE = {"start": "at the start", "recently": "a short while ago"}


def escalation(knowledge: Knowledge, course: Course, reason: Escalation) -> str:
    """Why it is more urgent than the answers alone, as a sentence without its full stop."""
    if reason.id == "new_sign":
        signs = "; ".join(knowledge.findings[name].line or knowledge.findings[name].ask for name in reason.signs)
        return f"New: {signs.rstrip('.?')}"
    if reason.id == "not_seen":
        level = knowledge.settings.urgency_in_words(reason.level)
        return f"You were told before: {level}. Nobody is known to have looked at it since"
    if reason.id == "severe":
        return "; ".join(f"{place_in_words(knowledge, pain.place)}: {pain.now} of 10 at its worst is very bad pain"
                         for pain in reason.pains)
    pains = "; ".join(f"{place_in_words(knowledge, pain.place)}: {pain.now} of 10 now and {pain.before} "
                      f"{SINCE[pain.since]}" for pain in reason.pains)
    if reason.id == "worse":
        return f"{pains}, which is clearly worse"
    late = (f"it should have been easier by day {course.easier_by}" if reason.id == "no_better" else
            f"somebody should have looked at it by day {course.see_by}")
    return f"{pains}. That is not clearly better on day {course.day}, and {late}"


def in_a_sentence(name: str) -> str:
    """The name of a card as it stands inside a sentence."""
    return name[0].lower() + name[1:]


def how_well_known(rule: Rule) -> str:
    """Strength and grade of a line in words."""
    parts = [STRENGTH[rule.strength]] if rule.strength else []
    return ", ".join([*parts, GRADE[rule.grade]])


LACK = {"consistency": "an answer does not go with it", "deciding_answer": "what decides it is not known",
        "evidence": "too little speaks for it"}


def lack(knowledge: Knowledge, assessment: Assessment, stands: Standing) -> str:
    """Why a condition does not read "fits well", as the end of a sentence; nothing if it does."""
    text = LACK.get(stands.lacks, "")
    if stands.contradicted_by is None:
        return text
    findings = [(part.fact, assessment.answers[part.fact]) for part in stands.contradicted_by.parts
                if part.fact in knowledge.findings and part.fact in assessment.answers]
    lines = [f"{knowledge.findings[name].ask} {answer_in_words(knowledge, name, answer)}" for name, answer in findings]
    return f"{text}: {'; '.join(lines) or stands.contradicted_by.why}"
