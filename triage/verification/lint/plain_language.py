"""Faults of the words that people read: unknown to most, in units of one half of the world, colour alone, or hard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import Issue, Issues, Knowledge
from triage.verification.lint import readability

_JARGON = re.compile(
    r"\b(o?edema\w*|isch?a?emi\w+|thrombo\w+|embol\w+|paraesthesi\w+|dorsiflex\w+|plantarflex\w+|idiopathic|a?etiolog\w+|"
    r"prognos\w+|malleol\w+|erythem\w*|claudication|ha?ematoma\w*|neuropath\w+|tendinopath\w+|tendinitis|fasciitis|"
    r"necro\w+|metatars\w+|calcane\w+|proximal\w*|distal\w*|lateral\w*|medial\w*|anterior|bilateral\w*|unilateral\w*|"
    r"palpat\w+|analges\w+|anticoagula\w+|immunosupp\w+|hypertens\w+|myalg\w+|arthralg\w+|radiculopath\w+|stenosis|"
    r"atroph\w+|contraindicat\w+|asymptomatic\w*|effusion\w*|crepit\w+|sublux\w+|syncop\w+|dyspn\w+|pruritus|"
    r"contusion\w*)\b", re.IGNORECASE)
_BESIDE = re.compile(r"\([^)]*\)")
"""What stands in brackets stands beside words that say the same."""


def jargon(knowledge: Knowledge) -> Issues:
    """Words that people do not know, unless plain words stand beside them or the help of the question explains them."""
    helps = {finding.id: finding.help.lower() for finding in knowledge.findings.values()}
    for card, text in (*texts(knowledge), *labels(knowledge)):
        for word in _JARGON.finditer(_BESIDE.sub("", text)):
            if word[0].lower() not in helps.get(card, ""):
                yield Issue(card, "jargon", f"'{word[0]}' is not a word that everybody knows")
                break


_UNITS = [(re.compile(r"\d cm\b"), "inch"), (re.compile(r"\bmetre|\d m\b"), "feet|ft"), (re.compile(r"\d kg\b"), "lb")]


def units(knowledge: Knowledge) -> Issues:
    """Lengths and weights are told in the units of both worlds."""
    for card, text in (*texts(knowledge), *labels(knowledge)):
        for metric, other in _UNITS:
            if metric.search(text) and not re.search(rf"\b({other})", text):
                yield Issue(card, "units", f"say it in {other.split('|')[0]} too: '{text}'")


_COLOUR = re.compile(
    r"\b(red(der|dish|ness)?|blu(e|er|ish)|paler?|black|white|greyer|grey|purple|pink)\b", re.IGNORECASE)
_SIGN = re.compile(
    r"\b(cold|cool|hot\b|hotter|heat|warm|swell|swollen|thick|numb|weak|tender|sore|blister|pus\b|smell|dead|dark|"
    r"than\b|next to|blotch|mottl|marbl|bleed|brok|break|hard|crackl|fade)", re.IGNORECASE)
_ALIKE = re.compile(r"\b(eyes?|urine|stool|dots|head)\b", re.IGNORECASE)
"""What has the same colours in everybody."""


def colour(knowledge: Knowledge) -> Issues:
    """Red, blue and pale look different on dark skin: another sign stands beside them, or darker, or a comparison."""
    for card, text in (*texts(knowledge), *labels(knowledge)):
        if (word := _COLOUR.search(text)) and not _SIGN.search(text) and not _ALIKE.search(text):
            yield Issue(card, "colour-alone", f"'{word[0]}' alone is not seen on every skin: {text.rstrip('.')}")


AGE = 12
"""The reading age of a card as a whole. A single sentence may be a little harder: a list of signs is one long one."""
HARDEST = 14
SHORT = 8
"""Words; the formula says nothing of less."""


def reading_age(knowledge: Knowledge) -> Issues:
    """How old one must be to read a card with ease."""
    parts_of: dict[str, list[str]] = {}
    for card, text in texts(knowledge):
        card = card.partition("/")[0]
        if text not in parts_of.setdefault(card, []):
            parts_of[card].append(text)
    for card, parts in parts_of.items():
        together = readability.grade(". ".join(part.rstrip(".") for part in parts)) + readability.YEARS
        if together > AGE and sum(len(part.split()) for part in parts) >= 2 * SHORT:
            yield Issue(card, "reading-age", f"its texts need a reading age of {together:.0f}; {AGE} is the most")
        for part in parts:
            if len(part.split()) >= SHORT and (age := readability.grade(part) + readability.YEARS) > HARDEST:
                yield Issue(card, "reading-age", f"this needs a reading age of {age:.0f}: {part.rstrip('.')}")


def texts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Every sentence that a person reads, with its card or, for the reason of a rule, the key of the rule."""
    for finding in knowledge.findings.values():
        for text in filter(None, (finding.ask, finding.help, finding.line, finding.again)):
            yield finding.id, text
    for condition in knowledge.conditions.values():
        for text in filter(None, (condition.summary, condition.course, condition.note, *condition.watch_for)):
            yield condition.id, text
    for flag in knowledge.red_flags.values():
        for text in (*flag.do, *flag.watch_for):
            yield flag.id, text
    for card in (*knowledge.self_checks.values(), *knowledge.care.values()):
        for text in (*card.steps, *card.stop, *card.warn):
            yield card.id, text
    for check in knowledge.self_checks.values():
        for text in check.means.values():
            yield check.id, text
    for rule in knowledge.rules:
        if rule.why and not (rule.kind == "red_flag" and rule.lowered):
            yield rule.key, rule.why
    for point in knowledge.map.points.values():
        for text in filter(None, (point.name, point.find, point.note)):
            yield f"mappoint:{point.id}", text
    for place in knowledge.map.no_press.values():
        for text in (place.name, place.why):
            yield f"nopress:{place.id}", text


def labels(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """The answers that a person chooses from, with the finding."""
    for finding in knowledge.findings.values():
        for option in finding.options:
            yield finding.id, finding.label(option)
            if line := finding.options[option].line:
                yield finding.id, line
