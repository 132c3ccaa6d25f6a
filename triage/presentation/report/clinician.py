"""The part of a report for the clinician: one dense page in the order in which a history is told."""

from __future__ import annotations

import re

from triage.inference.assessment import IN_PLAY
from triage.model import NONE, NOT_SURE, Answer, Assessment, Finding, Knowledge, Ranked, Rule
from triage.presentation import wording
from triage.presentation.report.document import Line, Piece, Section, Table
from triage.presentation.report.person import self_checks_done

ELSEWHERE = ("person", "self_check")
"""Topics that have a part of the report of their own."""
REST = "Also"
LOWERED = "~not_sure"
"""Ends the id of a line of a red flag that only a "not sure" meets."""
MOST_NAMED, MOST_LINES, MOST_AGAINST, MOST_DANGERS = 6, 4, 3, 20
SHORT = 70


def sections(knowledge: Knowledge, assessment: Assessment) -> tuple[Section, ...]:
    """Story, red flags, self-checks, ranked conditions, sources."""
    cited: dict[str, int] = {}
    parts = [
        Section("summary", "", _summary(knowledge, assessment)),
        Section("story", "Story", (_story(knowledge, assessment),)),
        Section("red_flags", "Red flags", _red_flags(knowledge, assessment, cited)),
        Section("results", "Self-checks done by the person", _results(knowledge, assessment)),
        Section("ranking", "Ranked conditions: for (+), against (\N{MINUS SIGN}), rule id, strength, grade, source",
                _ranking(knowledge, assessment, cited)),
        Section("cited", "Sources", _cited(knowledge, cited)),
    ]
    return tuple(part for part in parts if part.pieces)


# --- who, and how urgent


def _summary(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    urgency, answers = assessment.urgency, assessment.answers
    who = [wording.answer_in_words(knowledge, name, answers[name]) if name in answers else f"{word} not asked"
           for name, word in (("person.age", "age"), ("person.sex", "sex"))]
    level = knowledge.settings.urgency_in_words(urgency.level, urgency.within_days)
    reasons = (Line(f"{level}. {knowledge.settings.places[urgency.place]}.", "; ".join(urgency.reasons), True),)
    return (Table(title="Who, and how urgent", head=("", "What"), rows=(
        ((Line("Person"),), (Line(", ".join(who)),)),
        ((Line("Urgency"),), reasons),
    )),)


# --- the story


def _story(knowledge: Knowledge, assessment: Assessment) -> Table:
    rows = []
    for title, names in _history(knowledge).items():
        present, absent, unsure = _sorted(knowledge, assessment, names)
        rows.append((
            (Line(title),),
            (Line("; ".join(present) or ("nothing named" if absent or unsure else "not asked")),),
            tuple(Line(text) for text in (
                "; ".join(absent), f"Not sure: {'; '.join(unsure)}" if unsure else "") if text) or (Line("-"),),
        ))
    return Table(title="Story", head=("", "Present", "Absent, not sure"), rows=tuple(rows))


def _history(knowledge: Knowledge) -> dict[str, list[str]]:
    """Row of the story -> its findings: those that it names, then those of its topics, in the order of the cards."""
    history = knowledge.settings.history
    row_of = {name: title for title, names in history.items() for name in names}
    rest = next((title for title, names in history.items() if not names), REST)
    findings = [name for name, finding in knowledge.findings.items()
            if finding.topic not in ELSEWHERE and name not in knowledge.emergency]
    rows = {title: [name for name in names if name in findings] for title, names in {**history, rest: []}.items()}
    for name in findings:
        if name not in row_of:
            rows[row_of.get(knowledge.findings[name].topic, rest)].append(name)
    return rows


def _sorted(
    knowledge: Knowledge, assessment: Assessment, names: list[str]
) -> tuple[list[str], list[str], list[str]]:
    """What is present, absent and not known of these findings. What follows from an answer is not told again."""
    present: list[str] = []
    absent: list[str] = []
    unsure: list[str] = []
    for name in names:
        finding, answer = knowledge.findings[name], assessment.given.get(name)
        if answer is None or (name == "pain.region" and assessment.given.get("pain.site") not in (None, (), NOT_SURE)):
            continue
        if answer == NOT_SURE:
            unsure.append(_term(finding))
        elif answer == "no" or answer in (NONE, ()) or answer == finding.none_is:
            absent.append(_term(finding))
        elif answer == "yes":
            present.append(_term(finding))
        else:
            present.append(_value(knowledge, finding, answer))
    return present, absent, unsure


def _value(knowledge: Knowledge, finding: Finding, answer: Answer) -> str:
    lines = answer if isinstance(answer, tuple) else (answer,)
    words = " / ".join(_small(wording.answer_in_words(knowledge, finding.id, each)) for each in lines)
    return f"{_term(finding)}: {words}"


def _small(text: str) -> str:
    return text[0].lower() + text[1:] if text[1:2].islower() else text


def _term(finding: Finding) -> str:
    """The clinician's word for it, or of a card without one enough of the question to know which one it is."""
    if finding.term:
        return finding.term
    text = re.sub(r"\s*\([^)]*\)", "", finding.line or finding.ask)
    text = _bare(re.split(r"(?<=[.?!])\s", text)[0])
    if len(text) <= SHORT:
        return text
    return text[: text.rfind(" ", 0, SHORT)].rstrip(",;: ") + " ..."


def _asked(finding: Finding) -> str:
    """The words in which it was asked."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{_bare(finding.line or finding.ask)}\N{RIGHT DOUBLE QUOTATION MARK}"


def _bare(text: str) -> str:
    return text.rstrip(".?!: ")


# --- red flags


def _red_flags(knowledge: Knowledge, assessment: Assessment, cited: dict[str, int]) -> tuple[Piece, ...]:
    """What fired, then what was asked first with its answers, and what stays open."""
    rows = []
    fired = [knowledge.by_key[key] for key in assessment.conclusion.rules]
    decide = wording.deciding_flags(assessment)
    for name in (*decide, *(flag for flag in assessment.flags if flag not in decide)):
        card = knowledge.red_flags[name]
        rules = {rule.id: rule for rule in fired if rule.kind == "red_flag" and rule.card == name}
        rules = {id_: rule for id_, rule in rules.items() if not rule.lowered or id_.removesuffix(LOWERED) not in rules}
        rows.append(((Line("RAISED", strong=True),), (
            Line(f"{card.name} ({name})", strong=True),
            *(Line(rule.why, f"{rule.id}; {_grades(rule, cited)}") for rule in rules.values()),
        )))
    asked: dict[str, list[str]] = {"Yes": [], "Not sure": [], "No": [], "Not asked": []}
    for name in knowledge.emergency:
        finding = knowledge.findings[name]
        answer = assessment.answers.get(name)
        word = wording.answer_in_words(knowledge, name, answer) if answer is not None else "Not asked"
        asked.setdefault(word, []).append(_term(finding) + (f" ({_asked(finding)})" if word == "Yes" else ""))
    for word, lines in asked.items():
        if len(lines) == len(knowledge.emergency) and word == "Not asked":
            lines = ["none of the emergency questions was answered"]
        if lines:
            rows.append(((Line(word, strong=word != "No"),), (Line("; ".join(lines)),)))
    read = {part.fact for rule in fired for part in rule.parts}
    scores = [f"{knowledge.scores[name].name}: {points:g}" for name, points in assessment.conclusion.scores.items()
              if f"score.{name}" in read]
    if scores:
        rows.append(((Line("Scores"),), (Line(f"{'; '.join(scores)} (of these answers)"),)))
    if assessment.unresolved:
        dangers = wording.dangers_not_excluded(knowledge, assessment)
        more = [f"and {len(dangers) - MOST_DANGERS} more"] if len(dangers) > MOST_DANGERS else []
        rows.append(((Line("Not excluded", strong=True),), (Line("; ".join([*dangers[:MOST_DANGERS], *more])),)))
    return (Table(title="Red flags", head=("Answer", "Asked"), rows=tuple(rows)),)


# --- self-checks


def _results(knowledge: Knowledge, assessment: Assessment) -> tuple[Piece, ...]:
    rows = tuple(
        ((Line(card.name),), (Line(wording.answer_in_words(knowledge, card.result, answer), card.result, True),
                              *(Line(text) for text in wording.what_it_means(card, answer))))
        for card, answer in self_checks_done(knowledge, assessment)
    )
    if not rows:
        rows = (((Line("None"),), (Line("No self-check was done."),)),)
    return (Table(title="Self-checks", head=("Check", "Result"), rows=rows),)


# --- conditions


def _ranking(knowledge: Knowledge, assessment: Assessment, cited: dict[str, int]) -> tuple[Piece, ...]:
    rules = knowledge.by_id
    rows = [_condition(knowledge, at, ranked, rules, cited)
            for at, ranked in enumerate(assessment.conditions[:IN_PLAY], start=1)]
    rest = [f"{at}. {knowledge.conditions[c.id].name} ({c.id}, {wording.BAND.get(c.band, c.band)}, {c.weight:+.1f})"
            for at, c in enumerate(assessment.conditions[IN_PLAY : IN_PLAY + MOST_NAMED], start=IN_PLAY + 1)]
    more = len(assessment.conditions) - IN_PLAY - MOST_NAMED
    if rest:
        rows.append(((Line("Behind them"),), (Line("; ".join([*rest, *([f"and {more} more"] if more > 0 else [])])),)))
    if not rows:
        rows.append(((Line("None"),), (Line("No condition of these rules fits the answers."),)))
    return (Table(title="Ranked conditions", head=("Condition", "For and against, with rule ids and sources"),
                  rows=tuple(rows)),)


def _condition(
    knowledge: Knowledge, at: int, ranked: Ranked, rules: dict[str, Rule], cited: dict[str, int]
) -> tuple[tuple[Line, ...], ...]:
    card = knowledge.conditions[ranked.id]
    name = (Line(f"{at}. {card.name}", ranked.id, True),
            Line(f"{wording.band_in_words(ranked)}, {ranked.weight:+.1f}"))
    lines: list[Line] = []
    speaks_for = wording.strongest(knowledge, ranked, rules)
    speaks_against = sorted((rules[r] for r in ranked.against), key=lambda rule: rule.weight)
    for sign, every, most in (("+", speaks_for, MOST_LINES), ("\N{MINUS SIGN}", speaks_against, MOST_AGAINST)):
        all_ = list({rule.why: rule for rule in reversed(every)}.values())[::-1]  # what is said twice, once
        lines += [Line(f"{sign} {rule.why}", f"{_within(rule)}; {_grades(rule, cited)}") for rule in all_[:most]]
        if all_[most:]:
            lines.append(Line(f"{sign} {len(all_) - most} weaker", f"triage why ANSWERS {ranked.id}"))
    if ranked.suspected_by:
        lines.append(Line(f"to be looked for first because of {', '.join(ranked.suspected_by)}"))
    return name, tuple(lines) or (Line("frequency only"),)


def _within(rule: Rule) -> str:
    """The id of a rule without that of its card."""
    return rule.id.removeprefix(rule.card)


def _grades(rule: Rule, cited: dict[str, int]) -> str:
    """Strength, grade, and the number of the source."""
    number = cited.setdefault(rule.source, len(cited) + 1)
    return ", ".join(part for part in (rule.strength, rule.grade, f"[{number}]") if part)


def _cited(knowledge: Knowledge, cited: dict[str, int]) -> tuple[Piece, ...]:
    if not cited:
        return ()
    lines = tuple(Line(f"[{number}] {knowledge.sources[name].cite}", name) for name, number in cited.items())
    return (Table(title="Sources", head=("Sources",), rows=((lines,),), named=False),)
