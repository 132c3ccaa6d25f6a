"""What a person says in a sentence of their own -> answers, by the phrases of the cards. Pure; no model, no network.

Words may raise a danger, only an answer refutes one: see `Heard.accepted` and `Heard.open`. When in doubt nothing is
heard, because everything is asked afterwards anyway.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping

import msgspec

from triage.inference.answers import BadAnswer, normal, upward
from triage.interview.free_text import ages_and_times, tokens
from triage.interview.free_text.assertion import COMPLAINTS, Assertions, assertions, names
from triage.interview.free_text.tokens import Word
from triage.model import NONE, Answer, Answers, Criterion, Finding, Knowledge
from triage.support.memory import OnceForEach

LIMIT = 2000
"""So many characters are read; the rest is left, and `length_notice` says so."""

ONSET, AGE, SEX = "onset.age", "person.age", "person.sex"
PLACES = ("pain.region", "pain.site", "pain.side")
"""Named in passing too ("when I stand on my heel"): heard only beside a complaint."""
HISTORY = "history"
"""Of the findings of this topic it matters, too, what was years ago, but for their `recent` options."""


class Mention(msgspec.Struct, frozen=True):
    """One thing that was understood, for the person to confirm or correct."""

    finding: str
    answer: Answer
    words: str
    """What was typed for it."""
    accepted: bool = True
    """False: it would refute a danger. It is shown, not recorded, and asked again."""
    to_confirm: bool = False
    """True: a danger rests on what was not said, another option or time. It is asked, with what was said ticked."""


def mentions_in(knowledge: Knowledge, text: str, today: datetime.date) -> list[Mention]:
    """What a text says, in the order of the text, one for each finding. Never raises, whatever it is given."""
    clean = _readable(text)
    words = tokens.words(clean)
    said: dict[str, list[_Saying]] = {}
    for each in (*_phrases_in(knowledge, words), *_amounts(knowledge, words, today)):
        said.setdefault(each.finding, []).append(each)
    out: dict[str, tuple[int, Mention]] = {}
    for name, sayings in said.items():
        answer = _together(knowledge.findings[name], sayings)
        if answer is not None:
            used = [each for each in sayings if each.yes or answer == "no"]
            out[name] = min(each.first for each in used), Mention(name, answer, _typed(clean, words, used))
    for name, (place, heard) in list(out.items()):
        for parent, implied in upward(knowledge, knowledge.findings[name], heard.answer):
            before = out[parent][1] if parent in out else None
            if isinstance(implied, tuple) and before is not None and isinstance(before.answer, tuple):
                implied = normal(knowledge.findings[parent], [*before.answer, *implied])
            if before is None or before.answer != implied:
                at = min(place, out[parent][0]) if parent in out else place
                out[parent] = at, Mention(parent, implied, before.words if before and before.answer != "no"
                                        else heard.words)
    order = knowledge.places_of_findings
    ranked = sorted(out.values(), key=lambda each: (each[0], order[each[1].finding]))
    return [_with_status(knowledge, heard) for _, heard in ranked]


def answers_of(heard: list[Mention]) -> Answers:
    """What is recorded as answered; the rest is in `answers_to_confirm`."""
    return {each.finding: each.answer for each in heard if each.accepted and not each.to_confirm}


def answers_to_confirm(heard: list[Mention]) -> Answers:
    """What was said of questions that are still to be asked: it raises a danger at once, and refutes none."""
    return {each.finding: each.answer for each in heard if each.accepted and each.to_confirm}


def length_notice(text: str) -> str:
    """A sentence for a text of which the end is not read; else nothing."""
    return "" if len(text) <= LIMIT else f"That is long. I read the first {LIMIT:,} characters."


# --- text --------------------------------------------------------------------------------------

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|.)?", re.DOTALL)
_QUOTES = str.maketrans("\u2018\u2019\u02bc`\u00b4\u201c\u201d\u2013\u2014\u2011", "'''''\"\"---")


_UNSEEN = re.compile("[\u00ad\u200c\u200d\u2060\ufeff]")
"""Inside of a word, where a page may break it: nobody typed them."""
_FRACTIONS = re.compile(r"(\d?) ?([\u00bc\u00bd\u00be])")
_DECIMALS = {"\u00bc": ".25", "\u00bd": ".5", "\u00be": ".75"}
_FILLERS = re.compile(r",?[ \t]*\b(?:u+m+|u+h+|h+m+)\b,?", re.IGNORECASE)


def _readable(text: str) -> str:
    """The text as far as it is read, in plain letters, without escape sequences, control characters and "um"."""
    text = _UNSEEN.sub("", _ESCAPES.sub(" ", text[:LIMIT])).translate(_QUOTES)
    text = _FRACTIONS.sub(lambda found: (found[1] or "0") + _DECIMALS[found[2]], text)
    text = unicodedata.normalize("NFKC", text)[:LIMIT]  # wide letters, and letters written as two
    text = re.sub(r",[ \t]*\r?\n", ", ", _FILLERS.sub(" ", text))  # a line that goes on after a comma
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def _typed(clean: str, words: list[Word], sayings: list[_Saying]) -> str:
    """The places of the text that said it, in order, without repeating."""
    spans = sorted({(words[each.first].start, words[each.last].end) for each in sayings})
    shown: list[tuple[int, int]] = []
    for begin, end in spans:
        if shown and begin <= shown[-1][1]:
            shown[-1] = shown[-1][0], max(end, shown[-1][1])
        else:
            shown.append((begin, end))
    return " … ".join(" ".join(clean[begin:end].split()) for begin, end in shown)


# --- phrases -----------------------------------------------------------------------------------


class _Saying(msgspec.Struct, frozen=True):
    finding: str
    value: Answer
    first: int
    last: int
    yes: bool = True


class Phrase(msgspec.Struct, frozen=True):
    finding: str
    option: str
    words: tuple[str, ...]
    """Their stems; `*` stands for up to three words."""


def phrases(finding: Finding) -> Iterator[tuple[str, str]]:
    """(option, phrase) of a finding; the option of a yes/no finding is `yes`."""
    if isinstance(finding.also_said, Mapping):
        for option, lines in finding.also_said.items():
            for line in lines:
                yield option, line
    else:
        for line in finding.also_said:
            yield "yes", line


@OnceForEach
def _book(knowledge: Knowledge) -> dict[str, list[Phrase]]:
    """First stem -> the phrases that begin with it."""
    book: dict[str, list[Phrase]] = {}
    for finding in knowledge.findings.values():
        for option, line in phrases(finding):
            if stems := tokens.stems(line):
                book.setdefault(stems[0].rstrip("+"), []).append(Phrase(finding.id, option, stems))
    return book


def _phrases_in(knowledge: Knowledge, words: list[Word]) -> list[_Saying]:
    book = _book(knowledge)
    text = _Text(words, assertions(words), names(words), {word.sentence for word in words if word.stem in COMPLAINTS})
    found: list[_Saying] = []
    for i, word in enumerate(words):
        for phrase in book.get(word.stem, ()):
            used = tokens.match(words, i, phrase.words)
            if used and text.means(knowledge.findings[phrase.finding], phrase.option, used):
                found.append(_Saying(phrase.finding, phrase.option, i, used[-1], not text.denies(used)))
    return [each for each in found if not any(_inside(each, other) for other in found)]


class _Text(msgspec.Struct, frozen=True):
    words: list[Word]
    assertions: Assertions
    names: list[tuple[int, int]]
    complaints: set[int]
    """The sentences that tell what is the matter."""

    def means(self, finding: Finding, option: str, used: list[int]) -> bool:
        """Is it said of the person's trouble, as a yes or as a no? `used`: the places of the words of a phrase."""
        first, last = used[0], used[-1]
        status = self.assertions
        if self._holds(status.hypothetical, used) or status.over(self.words, last) or _cannot(self.words, first):
            return False
        if any(_part_of_name(used, name) for name in self.names):
            return False
        if status.historical[first] and (finding.topic != HISTORY or option in finding.recent):
            return False
        if finding.id in PLACES and self.complaints:
            return self.words[first].sentence in self.complaints and not status.circumstance[first]
        return True

    def denies(self, used: list[int]) -> bool:
        """Is it said as a no?"""
        return self._holds(self.assertions.negated, used) or self.assertions.none(self.words, used[-1])

    def _holds(self, causes: list[int], used: list[int]) -> bool:
        """Is a word of the phrase, or between its words, under a cause that is not itself a word of the phrase?"""
        return any(causes[k] >= 0 and causes[k] not in used for k in range(used[0], used[-1] + 1))


def _cannot(words: list[Word], first: int) -> bool:
    """Does "cannot" stand before it: "I cannot stand for hours"?"""
    while first > 0 and words[first - 1].light:
        first -= 1
    return first > 0 and words[first - 1].text == "cannot"


def _part_of_name(used: list[int], name: tuple[int, int]) -> bool:
    """Do the words of a phrase belong to a name that they are only a part of: the heel of "heel spur"?"""
    begin, end = name
    return any(begin <= k <= end for k in used) and not (used[0] <= begin and end <= used[-1])


def _inside(inner: _Saying, outer: _Saying) -> bool:
    """Is it only a part of a longer phrase of the same finding? "calf" is one of "upper calf"."""
    return inner.finding == outer.finding and outer.last - outer.first > inner.last - inner.first and (
        outer.first <= inner.first and inner.last <= outer.last)


def _together(finding: Finding, sayings: list[_Saying]) -> Answer | None:
    """One answer of all that was said of a finding: a yes before a no; of options that exclude each other, none."""
    values = list(dict.fromkeys(each.value for each in sayings if each.yes))
    if finding.kind == "yes_no":
        return "yes" if values else "no"
    if not values:
        return None
    if finding.kind == "many":
        return normal(finding, values)
    if finding.kind == "one":
        return values[0] if len(values) == 1 else None
    return values[0]


# --- age, sex and time -------------------------------------------------------------------------


def _amounts(knowledge: Knowledge, words: list[Word], today: datetime.date) -> Iterator[_Saying]:
    off = assertions(words).hypothetical
    found: dict[str, Iterator[ages_and_times.Value]] = {
        AGE: ages_and_times.ages(words), SEX: ages_and_times.sexes(words), ONSET: ages_and_times.onsets(words, today)}
    for name, values in found.items():
        finding = knowledge.findings.get(name)
        told = [each for each in values if all(off[k] < 0 for k in range(each[1], each[2] + 1))]
        if finding is None or not told or not _agree([value for value, _, _ in told]):
            continue
        value, first, last = told[0]
        try:
            yield _Saying(name, normal(finding, value), first, last)
        except BadAnswer:
            continue


def _agree(values: list[str | float]) -> bool:
    """Do they say the same, or nearly so: "a week ago, since Tuesday"?"""
    numbers = [value for value in values if isinstance(value, float)]
    if not numbers:
        return len(set(values)) == 1
    return max(numbers) <= 1.5 * min(numbers) + 1


# --- what counts -------------------------------------------------------------------------------


def _with_status(knowledge: Knowledge, heard: Mention) -> Mention:
    finding = knowledge.findings[heard.finding]
    parts = _dangers(knowledge).get(finding.id, ())
    if finding.kind == "many":
        chosen = heard.answer if isinstance(heard.answer, tuple) else ()
        left = any(option not in chosen for part in parts for option in part.any_of + part.none_of)
        return msgspec.structs.replace(heard, to_confirm=left)
    held = [part.holds(heard.answer) for part in parts]
    if all(held) or (finding.kind == "yes_no" and any(held)):
        return heard
    nothing = heard.answer in ("no", NONE, finding.none_is)
    if not any(held) and (nothing or not finding.background):
        return msgspec.structs.replace(heard, accepted=False)
    # One time, one way to begin, one side: whoever says one denies the others, and a danger may rest on those.
    return msgspec.structs.replace(heard, to_confirm=True)


@OnceForEach
def _dangers(knowledge: Knowledge) -> dict[str, tuple[Criterion, ...]]:
    """Finding -> the parts by which a red flag, an interlock or a who-must-not rule depends on it.

    Also through derived findings, scores and conditions, and because a question is asked only after it.
    """
    out: dict[str, dict[Criterion, None]] = {}
    todo = [part for rule in knowledge.rules_of("red_flag", "interlock", "must_not") for part in rule.parts]
    met = set(todo)
    while todo:
        part = todo.pop()
        room, name = part.namespace, part.name
        more: list[Criterion] = []
        if room == "derived":
            more = [p for rule in knowledge.rules_of("derived", card=name) for p in rule.parts]
        elif room == "score":
            more = [p for rule in knowledge.rules_of("score_item", card=name) for p in rule.parts]
        elif room == "condition":
            more = [p for rule in knowledge.rules_of("for", "fits_well_if", card=name) for p in rule.parts]
        elif part.fact in knowledge.findings:
            if part.fact not in out:
                finding = knowledge.findings[part.fact]
                more = [p for parts in finding.ask_if for p in parts]
                more += [Criterion(parent, any_of=("yes",)) for parent in finding.parents]
            out.setdefault(part.fact, {})[part] = None
        for each in more:
            if each not in met:
                met.add(each)
                todo.append(each)
    return {name: tuple(parts) for name, parts in out.items()}
