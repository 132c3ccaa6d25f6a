"""Ages, sexes and times in a text: how old a person is and since when there is trouble. Knows no card."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from triage.interview.free_text.assertion import BEGINS, BODY, COMPLAINTS, OTHERS, Assertions, assertions
from triage.interview.free_text.tokens import Word, line, places

Value = tuple[str | float, int, int]
"""A value, and the places of its first and last word."""

# --- ages and sexes ----------------------------------------------------------------------------

_SEX = "m|f|male|female|man|woman|guy|lady|girl|boy"
_NO_AGE = (r"(?! (?:kgs?|kilos?|lbs?|pounds?|stones?|st|cm|ft|feet|foot|m|km|miles?|days?|weeks?|months?|minutes?|"
           r"hours?|percent|wks?|mins?|hrs?|sure|certain|times?|of|out|in)\b)")
_AGES = re.compile(
    r"\b(\d{1,3}) (?:years?|yrs?|y) (?:old|o)\b|\b(\d{1,3}) yo\b|\baged? (\d{1,3})\b|\bage is (\d{1,3})\b"
    rf"|\b(?:i am|he is|she is|i turned|i just turned) (?:a |an |just |nearly |almost )?(\d{{1,3}})\b{_NO_AGE}"
    rf"|\b(\d{{2}}) (?:, )?(?:{_SEX})\b|\b(?:m|f|male|female) (?:, )?(\d{{2}})\b")
_SEXES = re.compile(
    rf"\b(\d{{2}}) (?:, )?(?:years? |yrs? |y )?(?:old |o |yo )?(?:, )?({_SEX})\b"
    r"|\b(m|f|male|female) (?:, )?(\d{2})\b")
_FEMALE = ("f", "female", "woman", "lady", "girl")
_NOT_OF_A_PERSON = BODY | COMPLAINTS | frozenset(
    "shoe boot trainer sneaker dog house insole slipper car mattress sandal pair scar operation prosthesi bike".split())


def ages(words: list[Word]) -> Iterator[Value]:
    """Ages in years as they are told, in order; those of other people and of things are left out."""
    text, starts = line(words)
    for found in _AGES.finditer(text):
        first, last = places(found, starts)
        behind = {word.stem for word in words[last + 1: last + 2]}
        if ((found[1] or found[2]) and behind & _NOT_OF_A_PERSON) or not _of_a_person(words, found, first, last):
            continue
        yield float(next(group for group in found.groups() if group)), first, last


def sexes(words: list[Word]) -> Iterator[Value]:
    """`female` or `male` as told beside an age: "34F"."""
    text, starts = line(words)
    for found in _SEXES.finditer(text):
        first, last = places(found, starts)
        if _of_a_person(words, found, first, last):
            yield "female" if (found[2] or found[3]) in _FEMALE else "male", first, last


def _of_a_person(words: list[Word], found: re.Match[str], first: int, last: int) -> bool:
    """Is it told of who writes? "My 80 year old mother" is not, nor are the metres of "I walk 50 m"."""
    if any(word.stem in OTHERS for word in words[last + 1: last + 3]):
        return False
    if not re.search(r"\b[mf]\b", found[0]):
        return True
    return first == 0 or words[first - 1].stop or words[first - 1].text in ("am", "a", "an", "hi", "hello")


# --- times -------------------------------------------------------------------------------------

_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
            "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "couple": 2, "couple of": 2, "a couple of": 2,
            "a couple": 2, "few": 3, "a few": 3, "several": 4, "many": 5, "half a": 0.5, "half an": 0.5, "some": 3}
_UNITS = {"minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0,
          "wk": 7.0, "fortnight": 14.0, "month": 30.0, "mth": 30.0, "mo": 30.0, "year": 365.0, "yr": 365.0}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")
_NAMED: dict[str, float] = {
    "yesterday": 1.0, "last night": 1.0, "last week": 7.0, "last month": 30.0, "last year": 365.0, "this week": 3.0,
    "the other day": 3.0, "last weekend": 7.0,
}

_N = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True)) + r"|\d{1,4}(?:\.\d{1,3})?"
_AMOUNT = (rf"(?P<n>{_N})(?: (?:to|or|-) (?P<m>{_N}))?(?P<half> and a half)? (?P<u>{'|'.join(_UNITS)})s?\b"
           r"(?P<more> and a half)?")
_ABOUT = (r"(?:(?:about|around|over|almost|nearly|roughly|approximately|approx|more than|at least|maybe|only|just|"
          r"a good|the last|the past|last|past|the|now|well over|close to|up to) ){0,3}")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
_NTH = r"\d{1,2}(?: (?:st|nd|rd|th))?"
_WHEN = (r"(?P<day>yesterday|today|this morning|this afternoon|this evening|tonight|last night|the weekend|"
         r"last weekend|this week|last week|last month|last year|christmas|new year|the other day)"
         rf"|(?:last |this |on )?(?P<weekday>{'|'.join(_DAYS)})"
         rf"|(?:last |early |late |mid |in |early in |on |the )*(?:(?P<nth>{_NTH}) (?:of )?)?{_MONTH}"
         r"(?: (?:the )?(?P<nth2>\d{1,2})(?: (?:st|nd|rd|th))?(?! \w*(?:day|week|month|year|time|hour|am|pm))\b)?"
         r"|(?P<year>20\d\d)")
_FORMS = [
    ("for", re.compile(rf"\b(?:for|since|over|during|x) {_ABOUT}{_AMOUNT}(?! (?:ago|a|per|each|every)\b)")),
    ("ago", re.compile(rf"\b(?:since )?{_ABOUT}{_AMOUNT} (?:ago|back)\b")),
    ("of", re.compile(rf"\b{_AMOUNT} (?:of|history|duration|now)\b")),
    ("last", re.compile(rf"\b(?:(?:the |these |this )?(?:last|past|previous)) {_AMOUNT}")),
    ("last", re.compile(r"\b(?:the|this) (?:last|past) (?P<one>week|month|year|fortnight)\b")),
    ("vague", re.compile(r"\bfor (?:the last |the past |some |many )?(?P<plural>days|weeks|months|years|ages)\b")),
    ("vague", re.compile(r"\b(?P<plural>days|weeks|months|years) of\b")),
    ("since", re.compile(rf"\bsince {_ABOUT}(?:{_WHEN})\b")),
    ("bare", re.compile(rf"\b(?:{_WHEN})\b")),
    ("end", re.compile(rf"(?<=\w ){_AMOUNT}(?= [.,]|$)")),
]
"""The ways in which a time is told, the surest first."""

_HAPPENED = BEGINS | COMPLAINTS | frozenset(
    "fall fell landed slipped tripped felt heard crashed jump hop collapse stubbed banged trod turned tore".split())
_EVENTS = frozenset(
    "twist sprain roll injure pop popped snap snapped fracture break tear rupture pulled strained hit kicked knock "
    "knocked bitten bite cut fall fell landed slipped tripped felt heard crashed collapse stubbed banged trod turned "
    "begin".split())
"""What happens in a moment."""
_SPORT = frozenset(
    "play playing train training exercise exercising gym dance dancing race hiking hike run walk".split())
"""In the middle of this something may happen: "I felt a pop playing tennis yesterday"."""
_LIFE = frozenset(
    "work job smoke take took taking tablet pill medicine antibiotic ciprofloxacin cipro statin steroid operation "
    "surgery married diabetes rest rested resting physio boot cast hospital bed fly flight flew drive driving trip "
    "drove play playing train training exercise exercising gym dance dancing marathon rehab treat treatment treated "
    "therapy hiking hike cancer clot dvt chemo retired live lived wear wore wearing worn shoe insole orthotic pregnant "
    "pregnancy birth baby ibuprofen paracetamol blood pressure gout arthriti last lasts lasted warfarin apixaban "
    "travel travelled massage massaged injection injected fast vaccine covid flu infection period diagnosed "
    "race raced bought changed switched moved holiday vacation".split())
_DOING = frozenset("run walk stand sit lie cycle stretch sleep sleeping slept climb".split())
"""A time after these may be that of the doing: "it hurts after walking for 2 hours"."""
_WORSE = frozenset(
    "worse worsen again better improve improved improving after within every until next flared flare returned".split())
_AFTER = frozenset("pregnant later after post old postpartum postop before".split())


def onsets(words: list[Word], today: datetime.date) -> Iterator[Value]:
    """How many days ago the trouble began, as it is told, in order. Times of other things are left out."""
    text, starts = line(words)
    out = assertions(words)
    found: dict[int, Value] = {}
    for form, pattern in _FORMS:
        for match in pattern.finditer(text):
            first, last = places(match, starts)
            if any(first <= other_last and other_first <= last for _, other_first, other_last in found.values()):
                continue
            days = _days_ago(match, today)
            if days is None or (0 < days < 1 / 24 and form != "ago"):
                continue
            if _of_the_trouble(words, out, form, first, last, days):
                found[first] = days, first, last
    for first in sorted(found):
        yield found[first]


def _of_the_trouble(words: list[Word], out: Assertions, form: str, first: int, last: int, days: float) -> bool:
    """Does the time belong to the trouble? The nearest word before it that tells decides, else the nearest after it."""
    if out.historical[first] and form in ("ago", "bare", "since"):
        return False
    begin, end = _part(words, out, first, last)
    if form == "for" and days < 1 and last + 1 < len(words) and words[last + 1].text in ("after", "when", "whenever"):
        return False
    if form != "for" and last + 1 < len(words) and words[last + 1].stem in _AFTER:
        return False
    if form == "end":
        return any(word.stem in COMPLAINTS | BODY for word in words[max(begin, first - 2):first])
    before = _told_before(words, form, begin, first, days)
    if before is not None:
        return before
    for word in words[last + 1: min(end + 1, last + 8)]:
        if word.stem in _LIFE or word.stem in _WORSE:
            return False
        if word.stem in _telling(form):
            return True
    if form == "bare":
        return False
    return all(word.stop or word.light for word in (*words[begin:first], *words[last + 1: end + 1]))


def _part(words: list[Word], out: Assertions, first: int, last: int) -> tuple[int, int]:
    """The first and the last word of the part of the sentence in which these words stand."""
    begin, end = first, last
    while begin > 0 and out.segment[begin - 1] == out.segment[first] and not words[begin - 1].ends:
        begin -= 1
    while end + 1 < len(words) and out.segment[end + 1] == out.segment[first] and not words[end + 1].ends:
        end += 1
    return begin, end


def _telling(form: str) -> frozenset[str]:
    """The stems by which a time is known to be that of the trouble."""
    return _HAPPENED if form in ("bare", "ago") else _HAPPENED | BODY


def _told_before(words: list[Word], form: str, begin: int, first: int, days: float) -> bool | None:
    """What the words before a time say of it, from the nearest on: it is of the trouble, it is not, or nothing."""
    doing = sport = False
    for k in range(first - 1, max(begin, first - 12) - 1, -1):
        near = words[k].stem
        if near in _WORSE and first - k <= 4:
            return False
        if near == "came" and words[k + 1].text in ("off", "out", "back", "home"):
            return False
        if form in ("bare", "ago") and near in _SPORT:
            sport = True
            continue
        if near in _LIFE or (near in _DOING and (form != "for" or days < 7)):
            return False
        doing = doing or near in _DOING
        if near in (_EVENTS if sport else _telling(form)):
            return True
    return False if doing or sport else None


def _days_ago(found: re.Match[str], today: datetime.date) -> float | None:
    """The time of one of `_FORMS` in days."""
    told = {name: text for name, text in found.groupdict().items() if text}
    if "u" in told:
        low = min(_number(told["n"]), _number(told.get("m", told["n"])))
        half = 0.5 if "half" in told or "more" in told else 0.0
        return round((low + half) * _UNITS[told["u"]], 3)
    if "one" in told:
        return _UNITS[told["one"]]
    if "plural" in told:
        return 3 * _UNITS[told["plural"].removesuffix("s").replace("age", "year")]
    if "day" in told:
        return _NAMED.get(told["day"]) or _calendar(told["day"], today)
    if "weekday" in told:
        return float((today.weekday() - _DAYS.index(told["weekday"]) - 1) % 7 + 1)
    if "month" in told:
        month = [name[:3] for name in _MONTHS].index(told["month"][:3]) + 1
        return _since_month(month, told.get("nth", told.get("nth2", "")), today)
    year = int(told["year"])
    return _since(today, year, 7, 1) if year < today.year else None


def _calendar(day: str, today: datetime.date) -> float:
    """Days since a day that is known by its name."""
    if day == "the weekend":
        return float((today.weekday() - 5) % 7 or 7)
    if day == "christmas":
        return _since(today, today.year if (today.month, today.day) > (12, 25) else today.year - 1, 12, 25)
    if day == "new year":
        return _since(today, today.year, 1, 1)
    return 0.0


def _since_month(month: int, nth: str, today: datetime.date) -> float:
    """Days since a day of a month, or else its middle, or its first day while it is still running."""
    if nth:
        day = int(nth.split()[0])
        return _since(today, today.year if (month, day) <= (today.month, today.day) else today.year - 1, month, day)
    if month == today.month:
        return float(today.day - 1)
    return _since(today, today.year if month < today.month else today.year - 1, month, 15)


def _since(today: datetime.date, year: int, month: int, day: int) -> float:
    try:
        return float(max((today - datetime.date(year, month, day)).days, 0))
    except ValueError:  # no such day
        return float(max((today - datetime.date(max(year, 1), month, 28)).days, 0))


def _number(text: str) -> float:
    return float(_NUMBERS[text]) if text in _NUMBERS else float(text)
