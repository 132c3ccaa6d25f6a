"""What a person or a file says -> Answers, and what those answers imply. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from triage.model import AGAIN as AGAIN
from triage.model import NONE, NOT_SURE, OPTION, Answer, Answers, Finding, Knowledge, Question
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode
from triage.support.text import days, guess

_WORDS = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no", NOT_SURE: NOT_SURE,
          **dict.fromkeys(("not sure", "unsure", "don't know", "dont know", "do not know", "unknown", "s"), NOT_SURE)}
_NOTHING = {NONE, "none of these", "nothing", ""}
_AMOUNT = re.compile(r"([-+]?[0-9]+(?:[.,][0-9]+)?)\s*([a-zA-Z°%]*)\Z")
_MOST = 1e12
_GUESSES = 20
"""So many unknown names get a guess; more of them are no slips of the pen, and each guess takes its time."""


class BadAnswer(TriageError):
    """An answer that cannot be understood; the sentence is for whoever gave it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ExitCode.BAD_INPUT)
        self.args = (sentence,)


def parse(knowledge: Knowledge, raw: Mapping[str, Any]) -> tuple[Answers, list[tuple[str, str]]]:
    """A mapping of finding id to raw answer -> Answers, and (key, sentence) for each that is wrong."""
    known = knowledge.known_names
    answers: Answers = {}
    wrong: list[tuple[str, str]] = []
    for key, value in raw.items():
        name = known.get(key)
        if name is None:
            hint = guess(str(key), known) if len(wrong) < _GUESSES else ""
            wrong.append((key, f"unknown finding {_shown(str(key))}{hint}"))
            continue
        finding = knowledge.findings[name.removesuffix(AGAIN) if name not in knowledge.findings else name]
        if name in answers:
            wrong.append((key, f"'{key}' is answered a second time, as '{name}'"))
            continue
        try:
            answers[name] = normal(finding, value)
        except BadAnswer as error:
            wrong.append((key, str(error)))
    return answers, wrong


def normal(finding: Finding, value: Any) -> Answer:
    """One raw answer in its normal form. Raises BadAnswer."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, str):
        value = value.strip()
        value = _WORDS.get(value.lower().replace("\u2019", "'"), value) if value not in finding.options else value
        if value == NOT_SURE:
            return NOT_SURE
    if finding.kind == "yes_no":
        if value in ("yes", "no"):
            return str(value)
        raise BadAnswer(f"'{finding.id}' takes yes, no or not_sure, not {_shown(value)}")
    if finding.kind == "number":
        return _number(finding, value)
    if finding.kind == "duration":
        return _duration(finding, value)
    if finding.kind == "one":
        if isinstance(value, str) and value not in finding.options and value.lower() in _NOTHING:
            return finding.none_is or NONE
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        return _option(finding, value)
    if isinstance(value, str):
        value = [] if value not in finding.options and value.lower() in _NOTHING else value.split("|")
    if value is None or not isinstance(value, (list, tuple)):
        raise BadAnswer(f"'{finding.id}' takes a list of {_few(finding.options)}, or none, not {_shown(value)}")
    if list(value) == [NOT_SURE]:
        return NOT_SURE
    chosen = {_option(finding, each.strip() if isinstance(each, str) else each) for each in value if each != NONE}
    if chosen and NONE in value:
        raise BadAnswer(f"'{finding.id}' has 'none' together with other answers")
    return tuple(option for option in finding.options if option in chosen)


def _option(finding: Finding, value: Any) -> str:
    if isinstance(value, str) and value in finding.options:
        return value
    hint = guess(value, finding.options) if isinstance(value, str) else ""
    raise BadAnswer(
        f"'{finding.id}' has no answer {_shown(value)}{hint or '; it takes ' + _few(finding.options)}"
    )


def _number(finding: Finding, value: Any) -> float:
    if isinstance(value, str) and (found := _AMOUNT.match(value)):
        unit = found[2].lower()
        if unit and finding.unit and not _stands_for(unit, finding.unit.lower()):
            raise BadAnswer(f"'{finding.id}' is counted in {finding.unit}, not in '{found[2]}'")
        value = float(found[1].replace(",", "."))
    if isinstance(value, (int, float)) and abs(value) <= _MOST:  # not so for "not a number"
        if finding.lowest is not None and value < finding.lowest:
            raise BadAnswer(f"'{finding.id}' is {finding.lowest:g} {finding.unit} or more, not {value:g}")
        if finding.highest is not None and value > finding.highest:
            raise BadAnswer(f"'{finding.id}' is {finding.highest:g} {finding.unit} or less, not {value:g}")
        return float(value)
    raise BadAnswer(f"'{finding.id}' takes a number of {finding.unit}, not {_shown(value)}")


def _stands_for(unit: str, whole: str) -> bool:
    """Is it short for this: y, yr, yrs and year for years?"""
    letters = iter(whole)
    return unit[0] == whole[0] and (all(letter in letters for letter in unit) or (unit, whole) == ("yo", "years"))


def _duration(finding: Finding, value: Any) -> float:
    if isinstance(value, str):
        text = value.lower().removesuffix(" ago").strip().replace(",", ".")
        text = {"today": "0 days", "yesterday": "1 day"}.get(text, text)
        text = re.sub(r"^(a|an|one)\s+", "1 ", text)
        text = _SHORT.sub(lambda found: f"{found[1]} {_UNITS[found[2]]}", text)
        found = days(text)
        if found is None:
            raise BadAnswer(f"'{finding.id}' takes a time such as '3 days' or '2 weeks', not {_shown(value)}")
        value = found
    if isinstance(value, (int, float)) and 0 <= value <= 50_000:
        return float(value)
    raise BadAnswer(f"'{finding.id}' takes a time such as '3 days' or '2 weeks', not {_shown(value)}")


_UNITS = {"min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks",
          "wk": "weeks", "wks": "weeks", "m": "months", "mo": "months", "mth": "months", "mths": "months",
          "y": "years", "yr": "years", "yrs": "years"}
_SHORT = re.compile(rf"^([0-9]+(?:\.[0-9]+)?)\s*({'|'.join(_UNITS)})\Z")


def _few(options: Iterable[str]) -> str:
    names = list(options)
    return ", ".join(names[:6]) + (", …" if len(names) > 6 else "")


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = repr(value) if not isinstance(value, str) else f"'{value}'"
    return text if len(text) <= 60 else text[:57] + "…'"


def reply(question: Question, text: str) -> Answer:
    """What was typed in answer to a question: numbers of choices, ids, or an amount. Raises BadAnswer."""
    text = text.strip()
    if question.kind in ("number", "duration"):
        finding = Finding(id=question.findings[0], ask=question.ask, kind=question.kind, unit=question.unit,
                          lowest=question.lowest, highest=question.highest)
        if not text:
            raise BadAnswer("Type an answer, or s for not sure.")
        try:
            return normal(finding, text)
        except BadAnswer as error:
            sentence = str(error).removeprefix(f"'{finding.id}' ")
            raise BadAnswer(f"This {sentence}.") from None
    ids = [choice.id for choice in question.choices]
    chosen: list[str] = []
    whole = _WORDS.get(text.lower(), "")  # "not sure" is two words
    for word in [whole] if whole in ids else re.split(r"[\s,;|]+", text.lower()):
        if not word:
            continue
        if word.isascii() and word.isdigit() and len(word) <= 4:
            if not 1 <= int(word) <= len(ids):
                raise BadAnswer(f"There is no {word} here; choose from 1 to {len(ids)}.")
            chosen.append(ids[int(word) - 1])
        elif word in ids:
            chosen.append(word)
        elif word in _WORDS and _WORDS[word] in ids:
            chosen.append(_WORDS[word])
        else:
            raise BadAnswer(f"'{word}' is not one of the answers; type a number from 1 to {len(ids)}.")
    if not chosen:
        raise BadAnswer("Choose a number.")
    return choose(question, chosen)


def choose(question: Question, chosen: list[str]) -> Answer:
    """Choices taken from a list as an Answer. Raises BadAnswer when they do not go together.

    In a checklist "not sure" may stand beside ticked lines: the lines left open are then not known.
    """
    if question.kind in ("yes_no", "one"):
        if len(set(chosen)) != 1:
            raise BadAnswer("Choose one answer.")
        return chosen[0]
    alone = {NONE} if question.kind == "checklist" else {NONE, NOT_SURE}
    if len(set(chosen)) > 1 and alone & set(chosen):
        raise BadAnswer("'None of these' and 'not sure' cannot go with another answer.")
    if set(chosen) == {NOT_SURE}:
        return NOT_SURE
    ticked = [name for name, _, option in (each.partition(OPTION) for each in dict.fromkeys(chosen)) if option]
    for name in ticked:
        if ticked.count(name) > 1 and name not in question.several and name not in question.several_is:
            labels = [c.label for c in question.choices if c.id in chosen and c.id.startswith(name + OPTION)]
            raise BadAnswer(f"Only one of these can be so: {' / '.join(labels)}.")
    spread = [each for each in dict.fromkeys(chosen) if question.spreads and each.startswith(question.spreads + OPTION)]
    return (*(c.id for c in question.choices if c.id in chosen and c.id != NONE), *spread)


def complete(knowledge: Knowledge, answers: Answers) -> Answers:
    """The answers with all that they imply, and without what was only a plainer second question.

    First upward: a follow-up that is more than nothing makes the "yes" that it belongs to, a place names its region.
    Then downward: a follow-up of nothing but "no" is no. Given answers are never changed, but for a "not sure" that a
    plainer question settled.
    """
    known = knowledge.findings
    out: Answers = {}
    later: Answers = {}
    for name, answer in answers.items():
        if name in known:
            out[name] = answer
        elif name.removesuffix(AGAIN) in known:
            later[name.removesuffix(AGAIN)] = answer
    for name, answer in later.items():
        if out.get(name, NOT_SURE) == NOT_SURE:
            out[name] = answer
    for name in [name for name, answer in out.items() if answer == NONE]:
        out[name] = known[name].none_is or NONE
    for finding in reversed(knowledge.follow_ups):
        if finding.id in out:
            for name, answer in upward(knowledge, finding, out[finding.id]):
                out.setdefault(name, answer)
    for finding in knowledge.follow_ups:
        if finding.id not in out and finding.parents and (nothing := empty(finding)) is not None:
            for parent in finding.parents:
                if out.get(parent) != "no":
                    break
            else:
                out[finding.id] = nothing
    return {name: out[name] for name in sorted(out, key=knowledge.places_of_findings.__getitem__)}


def empty(finding: Finding) -> Answer | None:
    """The answer that says nothing of it is so; None for a number or a time."""
    if finding.kind == "yes_no":
        return "no"
    if finding.kind == "one":
        return finding.none_is or NONE
    return () if finding.kind == "many" else None


def says_nothing(finding: Finding, answer: Answer) -> bool:
    """A no, none of these, or not sure: nothing that speaks for what the finding belongs to."""
    return answer in ("no", NONE, NOT_SURE, ()) or answer == finding.none_is


def upward(knowledge: Knowledge, finding: Finding, answer: Answer) -> list[tuple[str, Answer]]:
    """What an answer to a follow-up says of what it belongs to: that this is so, or in which region the place lies."""
    if says_nothing(finding, answer):
        return []
    implied: list[tuple[str, Answer]] = [(finding.parents[0], "yes")] if len(finding.parents) == 1 else []
    if finding.within and isinstance(answer, tuple):
        inside = {finding.options[option].inside for option in answer}
        regions = knowledge.findings[finding.within].options
        implied.append((finding.within, tuple(region for region in regions if region in inside)))
    return implied


def with_screens(knowledge: Knowledge, given: Answers) -> Answers:
    """Every line of the emergency screens that is neither answered nor implied by an answer is answered with no."""
    implied = complete(knowledge, given)
    return {**{name: "no" for name in knowledge.emergency if name not in implied}, **given}
