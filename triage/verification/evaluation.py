"""Cases with known answers -> how often the system was right, in the measures that the field reports. Pure.

The measures: right first and among the first three (strict: the case's own diagnosis; lenient: any that a careful
reader accepts); urgency exact, acceptable, safe (at most one level too low, as in Gilbert et al. 2020), too low, too
high; questions asked and facts gathered a question. Each share has its 95 % interval of Wilson (1927).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any, Literal

import msgspec

from triage.model import NOT_SURE, Assessment, Fault, Knowledge, Urgency
from triage.support.text import printable

LEVELS = ("self_care", "routine", "within_days", "same_day", "emergency_now")
"""Levels of the cases, from the least to the most urgent."""

OURS = {"ambulance_now": "emergency_now", "emergency_department_now": "emergency_now", "today": "same_day",
        "self_care": "self_care"}
APP = "triage"
SHOWN = 3


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case and its labels. What else its row holds is left alone."""

    id: str
    diagnosis_key: str
    accepted_keys: list[str]
    required_urgency: Literal["self_care", "routine", "within_days", "same_day", "emergency_now"]
    accepted_urgency: list[Literal["self_care", "routine", "within_days", "same_day", "emergency_now"]]
    source_kind: str = ""
    tags: list[str] = []
    answerable: str = "yes"
    answers: dict[str, Any] | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the system said of one case, with the rules that decided it."""

    id: str
    level: str
    urgency: str
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    """Ids of what was listed, the first first."""
    lines: dict[str, tuple[str, ...]]
    """Lines of evidence and red flags behind each of the first three."""
    questions: int = 0
    facts: int = 0


class Share(msgspec.Struct, frozen=True):
    """So many of so many."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson's score; from 0 to 1 when there is nothing to count."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.959964, self.of, self.hits / self.of
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


MEASURES = {
    "first_strict": "right diagnosis first, strict",
    "first": "right diagnosis first",
    "three_strict": "among the first three, strict",
    "three": "among the first three",
    "urgency_exact": "urgency exact",
    "urgency_accepted": "urgency accepted",
    "safe": "safe: at most one level too low",
    "too_low": "urgency too low",
    "too_low_urgent": "of emergencies and same-day cases: told less than today",
    "too_high": "urgency too high",
    "alarmed": "of self-care and routine cases: told today or nearer",
    "self_care_known": "of self-care cases: told self-care",
}


class _Before(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier report says of a case; what it says beside this is left alone."""

    urgency: str
    reasons: list[str]
    conditions: list[str]
    lines: dict[str, list[str]]
    urgency_accepted: bool
    first: bool


class _Way(msgspec.Struct, frozen=True):
    cases: dict[str, _Before]


class _Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier report, as far as it is compared."""

    schema: Literal["triage-evaluation/1"]
    ways: dict[str, _Way]


def cases(raw: bytes | str, name: str) -> tuple[list[Case], list[Fault]]:
    """One JSON object a line -> cases, and a fault for each line that is none."""
    by_id: dict[str, Case] = {}
    faults: list[Fault] = []
    for number, line in enumerate((raw if isinstance(raw, bytes) else raw.encode()).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            case = msgspec.json.decode(line, type=Case)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            faults.append(Fault(name, number, 1, "case", f"this line is no case: {_short(str(error))}"))
            continue
        if not _ID.fullmatch(case.id):
            sentence = f"'{_short(case.id)}' may not be the name of a case; letters, digits and . _ - stand in one"
            faults.append(Fault(name, number, 1, "case", sentence))
        elif case.id in by_id:
            faults.append(Fault(name, number, 1, "case", f"two cases are called '{case.id}'"))
        by_id[case.id] = case
    if not by_id and not faults:
        faults.append(Fault(name, 1, 1, "case", "there are no cases here; one JSON object a line is expected"))
    return list(by_id.values()), faults


_ID = re.compile(r"\w[\w.-]{0,99}")
"""It is also the name of a file of answers, and no way to another folder."""


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def earlier(raw: bytes) -> dict[str, Any] | None:
    """A report of `triage evaluate --json`, as far as it is compared; None when it is none."""
    try:
        return dict(msgspec.to_builtins(msgspec.json.decode(raw, type=_Earlier)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def level(urgency: Urgency) -> str:
    """Our urgency -> the level of the cases. A redirect counts at the days it names."""
    return OURS.get(urgency.level) or ("within_days" if urgency.within_days <= 7 else "routine")


def outcome(case: Case, assessment: Assessment, questions: int = 0) -> Outcome:
    """What was said of the case."""
    urgency = assessment.urgency
    return Outcome(
        id=case.id, level=level(urgency), reasons=urgency.reasons,
        urgency=urgency.id,
        conditions=tuple(c.id for c in assessment.conditions),
        lines={c.id: (*c.suspected_by, *c.for_, *c.against) for c in assessment.conditions[:SHOWN]},
        questions=questions, facts=sum(1 for answer in assessment.given.values() if answer != NOT_SURE),
    )


def names(knowledge: Knowledge, condition: str) -> set[str]:
    """All names under which a collection of cases may file this condition."""
    return {condition, *knowledge.conditions[condition].labels}


def place(knowledge: Knowledge, outcome: Outcome, wanted: Iterable[str]) -> int:
    """At which place, from 1, one of these diagnoses is listed; 0 when none is."""
    keys = set(wanted)
    return next((i for i, name in enumerate(outcome.conditions, 1) if keys & names(knowledge, name)), 0)


def measures(knowledge: Knowledge, case: Case, outcome: Outcome) -> dict[str, bool]:
    """The measures of one case. A measure that does not concern it is left out."""
    given, required = LEVELS.index(outcome.level), LEVELS.index(case.required_urgency)
    accepted = [LEVELS.index(name) for name in {*case.accepted_urgency, case.required_urgency}]
    strict = place(knowledge, outcome, [case.diagnosis_key])
    lenient = place(knowledge, outcome, {*case.accepted_keys, case.diagnosis_key})
    today = LEVELS.index("same_day")
    out = {
        "first_strict": strict == 1, "first": lenient == 1,
        "three_strict": 1 <= strict <= SHOWN, "three": 1 <= lenient <= SHOWN,
        "urgency_exact": given == required, "urgency_accepted": given in accepted, "safe": given >= required - 1,
        "too_low": given < min(accepted), "too_high": given > max(accepted),
    }
    if required >= today:
        out["too_low_urgent"] = given < today
    if case.required_urgency in ("self_care", "routine"):
        out["alarmed"] = given >= today
    if case.required_urgency == "self_care":
        out["self_care_known"] = given == required
    return out


def tally(some: Iterable[dict[str, bool]]) -> dict[str, Share]:
    """The measures of many cases -> a share for each."""
    rows = list(some)
    return {
        name: Share(sum(row[name] for row in rows if name in row), sum(1 for row in rows if name in row))
        for name in MEASURES
    }


def enters_scores(case: Case) -> bool:
    """Does the case hold enough to be counted?"""
    return case.answerable != "no"


def groups(every: Iterable[Case]) -> dict[str, list[Case]]:
    """Cases by level, kind of source and tag; `level: same_day` and so on, in that order."""
    out: dict[str, list[Case]] = {f"level: {name}": [] for name in reversed(LEVELS)}
    rows = list(every)
    ways: list[tuple[str, Callable[[Case], list[str]]]] = [
        ("level", lambda c: [c.required_urgency]), ("kind", lambda c: [c.source_kind or "unknown"]),
        ("tag", lambda c: c.tags or ["none"]), ("story", lambda c: ["thin" if c.answerable == "thin" else "full"]),
    ]
    for title, way in ways:
        for name in sorted({name for case in rows for name in way(case)}):
            out[f"{title}: {name}"] = [case for case in rows if name in way(case)]
    return {title: members for title, members in out.items() if members}


def report(knowledge: Knowledge, every: list[Case], outcomes: dict[str, dict[str, Outcome]]) -> dict[str, Any]:
    """Everything as plain data. `outcomes`: way of answering -> case -> what was said."""
    scored = [case for case in every if enters_scores(case)]
    ways = {}
    for way, by_case in outcomes.items():
        answered = [case for case in scored if case.id in by_case]
        talks = [by_case[case.id] for case in answered if by_case[case.id].questions]
        lengths = sorted(talk.questions for talk in talks)
        facts = [talk.facts / talk.questions for talk in talks]
        ways[way] = {
            "measures": _shares(knowledge, answered, by_case),
            "groups": {title: _shares(knowledge, members, by_case) for title, members in groups(answered).items()},
            "questions_median": median(lengths) if lengths else None,
            "questions_p90": lengths[int(0.9 * (len(lengths) - 1) + 0.5)] if lengths else None,  # the nearest rank
            "questions_before_warning": [talk.questions for talk in sorted(talks, key=lambda talk: talk.questions)
                                         if talk.level == "emergency_now"],
            "facts_per_question_median": round(median(facts), 2) if facts else None,
            "cases": {
                case.id: {
                    **_plain(by_case[case.id]), "required": case.required_urgency,
                    "accepted": case.accepted_urgency, "diagnosis": case.diagnosis_key,
                    "accepted_diagnoses": case.accepted_keys, "counted": enters_scores(case),
                    **measures(knowledge, case, by_case[case.id]),
                } for case in every if case.id in by_case
            },
        }
    return {
        "schema": "triage-evaluation/1", "rules": knowledge.settings.version, "digest": knowledge.digest,
        "cases": len(every), "counted": len(scored),
        "without_answers": [case.id for case in every
                            if any(case.id not in by_case for by_case in outcomes.values())],
        "ways": ways,
    }


def _plain(outcome: Outcome) -> dict[str, Any]:
    """As it is read from a report: lists, no tuples."""
    return dict(msgspec.json.decode(msgspec.json.encode(outcome)))


def _shares(knowledge: Knowledge, members: list[Case], by_case: dict[str, Outcome]) -> dict[str, Any]:
    shares = tally(measures(knowledge, case, by_case[case.id]) for case in members)
    return {
        name: {"hits": share.hits, "of": share.of, "low": round(share.interval[0], 4),
               "high": round(share.interval[1], 4)}
        for name, share in shares.items() if share.of
    }


COLUMNS = ("App_name", "Vignette_id", "Triage_advice_from_app", "Goldstandard_solution",
           "Correct_Triage_Advice_provided_from_app")
"""The columns of the data set of symptomcheckR (Kopka et al. 2023), so that its functions read ours."""

MORE_COLUMNS = ("Acceptable_triage_advice", "Diagnosis_first", "Diagnosis_place", "Questions")


def rows(knowledge: Knowledge, every: list[Case], outcomes: dict[str, dict[str, Outcome]]) -> list[dict[str, str]]:
    """One row a case and way of answering."""
    out = []
    for way, by_case in outcomes.items():
        for case in (c for c in every if enters_scores(c) and c.id in by_case):
            outcome = by_case[case.id]
            right = measures(knowledge, case, outcome)
            values = (
                f"{APP} ({way})", case.id, outcome.level, case.required_urgency, right["urgency_exact"],
                right["urgency_accepted"], outcome.conditions[0] if outcome.conditions else "",
                place(knowledge, outcome, {*case.accepted_keys, case.diagnosis_key}), outcome.questions,
            )
            shown = (str(v).upper() if isinstance(v, bool) else str(v) for v in values)
            out.append(dict(zip((*COLUMNS, *MORE_COLUMNS), shown, strict=True)))
    return out


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Two reports -> a sentence for each case and way whose outcome is another one, with the rules that did it."""
    out = []
    for way, now in new["ways"].items():
        before = old["ways"].get(way, {}).get("cases", {})
        for name, case in now["cases"].items():
            was = before.get(name)
            if was is None:
                out.append(f"{name} ({way}): new; {case['urgency']}, first {_first(case)}")
                continue
            if was["urgency"] != case["urgency"]:
                out.append(f"{name} ({way}): {was['urgency']} -> {case['urgency']}"
                           + _rules(was["reasons"], case["reasons"]) + _word(was, case, "urgency_accepted"))
            if was["conditions"][:SHOWN] != case["conditions"][:SHOWN]:
                shown = ", ".join(was["conditions"][:SHOWN]) or "nothing", ", ".join(case["conditions"][:SHOWN])
                out.append(f"{name} ({way}): {shown[0]} -> {shown[1] or 'nothing'}"
                           + _rules(_flat(was["lines"]), _flat(case["lines"])) + _word(was, case, "first"))
        out += [f"{name} ({way}): gone" for name in before if name not in now["cases"]]
    return [printable(sentence) for sentence in out]


def _first(case: dict[str, Any]) -> str:
    return case["conditions"][0] if case["conditions"] else "nothing"


def _flat(lines: dict[str, Any]) -> list[str]:
    return [rule for rules in lines.values() for rule in rules]


def _rules(before: list[str], now: list[str]) -> str:
    newly_fired = [f"+{rule}" for rule in now if rule not in before]
    no_longer_fired = [f"-{rule}" for rule in before if rule not in now]
    both = newly_fired + no_longer_fired
    return f"; rules {' '.join(both)}" if both else "; by weights or order alone"


def _word(was: dict[str, Any], now: dict[str, Any], measure: str) -> str:
    if was[measure] == now[measure]:
        return ""
    return "; better" if now[measure] else "; WORSE"
