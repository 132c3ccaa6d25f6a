"""All faults of the rules at once, each with place, code and a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from triage import cards, readability, spoken
from triage.answers import AGAIN
from triage.model import Blockable, Condition, Fault, Finding, Group, Knowledge, Place, Score, SelfCheck, Stage
from triage.picture.faults import faults as of_the_map
from triage.words import guess

CLAIMS = 67
"""So many statements the source article makes."""

Found = Iterator[tuple[str, str, str]]
"""Card id, code, sentence."""


def faults(folder: Path) -> list[Fault]:
    """Everything that is wrong with the rules in this folder, in the order of files and lines."""
    knowledge, found = cards.read(folder)
    # What has a fault of its own is missing from the knowledge; whoever names it has done nothing wrong.
    incomplete = bool(found)
    if knowledge is not None:
        # Only a claim that is missing has no card of its own.
        nowhere = Place(f"{folder.name or folder.resolve().name}/article.yaml")
        for check in _CHECKS:
            for card, code, message in check(knowledge):
                if incomplete and code.startswith("unknown-"):
                    continue
                place = knowledge.places.get(card, nowhere)
                found.append(Fault(place.file, place.line, place.column, code, message))
    return sorted(set(found))


def _findings(knowledge: Knowledge) -> Found:
    for finding in knowledge.findings.values():
        for parent in finding.parents:
            other = knowledge.findings.get(parent)
            if other is None:
                yield finding.id, "unknown-finding", f"part_of: unknown finding '{parent}'" + guess(
                    parent, knowledge.findings)
            elif other.kind != "yes_no":
                yield finding.id, "part-of", f"part_of: '{parent}' must be a yes/no question"
        for alias in finding.aliases:
            if alias in knowledge.findings:
                yield finding.id, "duplicate-id", f"the alias '{alias}' is the id of another finding"
        if finding.none_is and (finding.kind != "one" or finding.none_is not in finding.options):
            yield finding.id, "unknown-option", f"none_is: '{finding.id}' has no answer '{finding.none_is}'" + guess(
                finding.none_is, finding.options)
        if finding.several_is and (finding.kind != "one" or finding.several_is not in finding.options):
            yield finding.id, "unknown-option", (f"several_is: '{finding.id}' has no answer '{finding.several_is}'"
                                                 + guess(finding.several_is, finding.options))
        if finding.id.endswith(AGAIN):
            yield finding.id, "name", f"'{AGAIN}' at the end of a name is kept for the plainer second questions"
        if finding.within:
            yield from _within(knowledge, finding)
        if not finding.ask.endswith(("?", ".", ")")):
            yield finding.id, "question", f"the question of '{finding.id}' has no end"


def _within(knowledge: Knowledge, finding: Finding) -> Found:
    outer = knowledge.findings.get(finding.within)
    if outer is None:
        yield finding.id, "unknown-finding", f"within: unknown finding '{finding.within}'" + guess(
            finding.within, knowledge.findings)
        return
    for name, option in finding.options.items():
        inside = getattr(option, "inside", "")
        if inside not in outer.options:
            yield finding.id, "unknown-option", f"the option '{name}' lies in '{inside}', which '{outer.id}' has not"


def _also_said(knowledge: Knowledge) -> Found:
    """The phrases by which people say so in a sentence of their own."""
    for finding in knowledge.findings.values():
        said = finding.also_said
        if not said:
            continue
        if finding.kind in ("number", "duration"):
            yield finding.id, "also-said", f"also_said: no phrase can give a {finding.kind}"
        elif finding.kind == "yes_no":
            if isinstance(said, Mapping):
                yield finding.id, "also-said", "also_said: a yes/no question takes a list of phrases, all for yes"
            else:
                yield from _phrases(finding, {"yes": said})
        elif not isinstance(said, Mapping):
            yield finding.id, "also-said", "also_said: say which option a phrase means, as {option: [phrase, ...]}"
        else:
            for option in said:
                if option not in finding.options:
                    yield finding.id, "unknown-option", f"also_said: '{finding.id}' has no answer '{option}'" + guess(
                        option, finding.options)
            yield from _phrases(finding, said)


def _phrases(finding: Finding, said: Mapping[str, list[str]]) -> Found:
    """Phrases that are never heard, that are heard at every turn, or that are there twice."""
    before: dict[tuple[str, ...], tuple[str, str]] = {}
    for option, lines in said.items():
        for line in lines:
            stems = spoken.stems(line)
            words = [stem for stem in stems if stem != "*"]
            if not words or set(words) <= spoken.LIGHT:
                yield finding.id, "phrase", f"also_said: '{line}' has no word that tells anything"
                continue
            if "*" in (stems[0], stems[-1]):
                yield finding.id, "phrase", f"also_said: in '{line}' a * must stand between words"
            other, same = before.setdefault(stems, (option, line))
            if same is line:
                continue
            if other == option:
                yield finding.id, "phrase", f"also_said: '{line}' is read like '{same}', which is there already"
            elif finding.kind == "one":
                yield finding.id, "phrase", f"also_said: '{line}' of '{option}' is read like '{same}' of '{other}'"


def _stages(knowledge: Knowledge) -> Found:
    screens: list[Stage | Group] = [*knowledge.stages, *knowledge.groups]
    for screen in screens:
        listed = dict.fromkeys(line.partition("=")[0] for line in screen.together)
        for name in (*(screen.ask if isinstance(screen, Stage) else ()), *listed):
            if name not in knowledge.findings:
                yield f"stage:{screen.id}", "unknown-finding", f"unknown finding '{name}'" + guess(
                    name, knowledge.findings)
        for name in listed:
            finding = knowledge.findings.get(name)
            options = [option for each, _, option in (line.partition("=") for line in screen.together) if each == name]
            if finding is None:
                continue
            if options == [""]:
                if finding.kind != "yes_no" or not finding.line:
                    yield f"stage:{screen.id}", "line", f"'{name}' needs kind yes_no and a line to stand in a screen"
                continue
            for option in options:
                if option not in finding.options:
                    yield f"stage:{screen.id}", "unknown-option", f"'{name}' has no answer '{option}'" + guess(
                        option, finding.options)
            if finding.kind == "many" and set(options) != set(finding.options):
                yield f"stage:{screen.id}", "line", f"of '{name}' all options must stand in a screen, or none"
        if isinstance(screen, Stage) and len(screen.together) > (most := 8 if screen.emergency else 11):
            yield f"stage:{screen.id}", "too-long", f"this screen holds at most {most} lines"
    names = [screen.id for screen in screens]
    for name in {name for name in names if names.count(name) > 1}:
        yield f"stage:{name}", "duplicate-id", f"two screens are called '{name}'"
    for stage in knowledge.stages:
        if stage.emergency and not all(knowledge.findings[n].again for n in stage.together if n in knowledge.findings):
            yield f"stage:{stage.id}", "again", "each line of an emergency screen needs a plainer question (again)"


def _dangers(knowledge: Knowledge) -> Found:
    """A danger is always a yes: silence and "not sure" can then never count as an all-clear."""
    for rule in knowledge.rules:
        if rule.kind not in ("red_flag", "derived", "score_item", "for"):
            continue
        for part in rule.parts:
            if part.none_of or "no" in part.any_of:
                yield rule.card, "asks-for-no", f"'{part.text}' asks for a no; word it so that yes is the sign"
    for flag in knowledge.red_flags.values():
        if not flag.rules:
            yield flag.id, "no-rules", "a red flag without rules never fires"
        for line in flag.rules:
            mappings: list[dict[str, Any]] = line.when if isinstance(line.when, list) else [line.when]
            for when in mappings:
                if line.not_sure != "again":
                    continue
                if len(when) > 1:
                    yield flag.id, "not-sure", "not_sure: again is for a line of one part"
                    continue
                for name in when:
                    finding = knowledge.findings.get(name)
                    if finding is not None and not finding.again:
                        yield flag.id, "not-sure", f"not_sure: again, but '{name}' has no plainer question (again)"
            if line.level == "ambulance_now" and line.place != "ambulance":
                yield flag.id, "place", "ambulance_now needs the place 'ambulance'"


def _conditions(knowledge: Knowledge) -> Found:
    for card in knowledge.conditions.values():
        yield from _kind(knowledge, card)
        for line in (*card.for_, *card.against):
            if line.strength == "decisive" and not (line.lr is not None and line.grade == "published"):
                yield card.id, "strength", f"decisive needs a published figure (lr): {line.why}"
            if line.grade == "memory" and any(c.isdigit() for c in line.why):
                yield card.id, "memory", f"what is from memory gives no number to a person: {line.why}"
        sites = knowledge.findings.get("pain.site")
        for zone in card.zones:
            if sites is not None and zone not in sites.options:
                yield card.id, "unknown-option", f"unknown zone '{zone}'" + guess(zone, sites.options)
        if card.if_likely is not None and card.if_likely.urgency == "book" and card.if_likely.within_days != 14:
            yield card.id, "if-likely", "a condition asks for 14 days at most; what is nearer is a red flag"


def _kind(knowledge: Knowledge, card: Condition) -> Found:
    if card.kind == "explains":
        if card.explains not in knowledge.conditions:
            yield card.id, "unknown-id", f"explains: unknown condition '{card.explains}'" + guess(
                card.explains, knowledge.conditions)
        if card.frequency is not None or card.for_ or card.against:
            yield card.id, "kind", "a card that only explains is never ranked: no frequency, no evidence"
        return
    if card.frequency is None:
        yield card.id, "kind", "a condition needs a frequency"
    if not card.for_:
        yield card.id, "kind", "a condition needs lines of evidence for it"
    if card.kind == "danger" and card.against:
        yield card.id, "kind", "nothing may speak against a danger"
    if card.kind == "benign" and not card.against:
        yield card.id, "kind", "a benign condition needs at least one line against it"
    if not card.watch_for or card.look_again is None:
        yield card.id, "safety-net", "a condition needs watch_for and look_again"


def _blockable(knowledge: Knowledge) -> Found:
    everything: list[Blockable] = [*knowledge.self_checks.values(), *knowledge.care.values()]
    for card in everything:
        limited = bool(card.blocked_by or card.who_must_not)
        if card.safe_for_all == limited:
            yield card.id, "who-must-not", "say who must not (blocked_by, who_must_not), or else safe_for_all: true"
        if not card.steps:
            yield card.id, "steps", "it needs steps"
        if isinstance(card, SelfCheck):
            finding = knowledge.findings.get(card.result)
            options = finding.options if finding is not None else {}
            for answer in card.means:
                if answer not in options:
                    yield card.id, "unknown-option", f"means: '{card.result}' has no answer '{answer}'" + guess(
                        answer, options)
            for answer in options:
                if answer not in card.means:
                    yield card.id, "means", f"means: the answer '{answer}' of '{card.result}' is not explained"
            for name in card.settles:
                if name not in knowledge.conditions:
                    yield card.id, "unknown-id", f"settles: unknown condition '{name}'" + guess(
                        name, knowledge.conditions)
            if not card.stop:
                yield card.id, "stop", "a self-check says when to stop"


def _scores(knowledge: Knowledge) -> Found:
    for score in knowledge.scores.values():
        items = [item.id for item in score.items]
        for name in {name for name in items if items.count(name) > 1}:
            yield score.id, "duplicate-id", f"two items are called '{name}'"
        total = _highest(knowledge, score)
        if total != score.most:
            yield score.id, "score", f"its items add up to {total:g}, but `most` says {score.most:g}"


def _highest(knowledge: Knowledge, score: Score) -> float:
    """The highest sum of a score. Items on options of one and the same `one` question exclude each other."""
    alone: list[float] = []
    shared: dict[str, float] = {}
    for item in score.items:
        names = [*item.when] if isinstance(item.when, dict) else []
        finding = knowledge.findings.get(names[0]) if len(names) == 1 else None
        if finding is not None and finding.kind == "one":
            shared[finding.id] = max(shared.get(finding.id, 0.0), item.points)
        else:
            alone.append(max(item.points, 0.0))
    return sum(alone) + sum(shared.values())


def _article(knowledge: Knowledge) -> Found:
    wanted = [f"S{number:02}" for number in range(1, CLAIMS + 1)]
    for name in wanted:
        if name not in knowledge.claims:
            yield "article", "claim", f"the claim {name} of the article is not accounted for"
    known = {name.removeprefix("stage:") for name in knowledge.places if not name.startswith("claim:")}
    for claim in knowledge.claims.values():
        here = f"claim:{claim.id}"
        if claim.id not in wanted:
            yield here, "claim", f"the article has no claim '{claim.id}'"
        if bool(claim.used_by) == bool(claim.not_used):
            yield here, "claim", f"{claim.id} needs used_by or not_used, and not both"
        for name in claim.used_by:
            if name not in known:
                yield here, "unknown-id", f"{claim.id} is used by '{name}', which does not exist" + guess(name, known)
        if claim.source not in knowledge.sources:
            yield here, "unknown-source", f"unknown source '{claim.source}'" + guess(claim.source, knowledge.sources)


_JARGON = re.compile(r"\b(oedema|ischa?emi\w+|thrombo\w+|paraesthesi\w+|dorsiflexion|plantarflexion|idiopathic|"
                     r"aetiology|prognosis|malleolus|erythema\w*|claudication)\b", re.IGNORECASE)


def _words(knowledge: Knowledge) -> Found:
    """Words that people do not know may not stand in what they read without a name they know beside it."""
    for card, text in _texts(knowledge):
        if found := _JARGON.search(text):
            yield card, "jargon", f"'{found[0]}' is not a word that everybody knows"


_UNITS = [(re.compile(r"\d cm\b"), "inch"), (re.compile(r"\bmetre|\d m\b"), "feet|ft"), (re.compile(r"\d kg\b"), "lb")]


def _units(knowledge: Knowledge) -> Found:
    """Lengths and weights are told in the units of both worlds."""
    texts = [*_texts(knowledge)]
    texts += [(f.id, f.label(option)) for f in knowledge.findings.values() for option in f.options]
    for card, text in texts:
        for metric, other in _UNITS:
            if metric.search(text) and not re.search(rf"\b({other})", text):
                yield card, "units", f"say it in {other.split('|')[0]} too: '{text}'"


AGE = 12
"""The reading age of a card as a whole. A single sentence may be a little harder: a list of signs is one long one."""
HARDEST = 14
SHORT = 8
"""Words; the formula says nothing of less."""


def _reading_age(knowledge: Knowledge) -> Found:
    texts: dict[str, list[str]] = {}
    for card, text in _texts(knowledge):
        if text not in texts.setdefault(card, []):
            texts[card].append(text)
    for card, parts in texts.items():
        together = readability.grade(". ".join(part.rstrip(".") for part in parts)) + readability.YEARS
        if together > AGE and sum(len(part.split()) for part in parts) >= 2 * SHORT:
            yield card, "reading-age", f"its texts need a reading age of {together:.0f}; {AGE} is the most"
        for part in parts:
            if len(part.split()) >= SHORT and (age := readability.grade(part) + readability.YEARS) > HARDEST:
                yield card, "reading-age", f"this needs a reading age of {age:.0f}, shorter sentences help: {part}"


def _texts(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Everything that a person reads, with its card."""
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
        if rule.why and not rule.lowered:
            yield rule.card, rule.why
    for point in knowledge.map.points.values():
        for text in filter(None, (point.name, point.find, point.note)):
            yield f"mappoint:{point.id}", text
    for place in knowledge.map.no_press.values():
        for text in (place.name, place.why):
            yield f"nopress:{place.id}", text


_CHECKS: list[Callable[[Knowledge], Found]] = [
    _findings, _also_said, _stages, _dangers, _conditions, _blockable, _scores, _article, _words, _units, _reading_age,
    of_the_map,
]
