"""What the rules and the stories give to the clinical safety file, as tables and sentences in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from triage.inference.assessment import severity
from triage.knowledge import signatures as state_of
from triage.model import Knowledge
from triage.verification.safety.dependencies import Dependency
from triage.verification.safety.evidence import Evidence
from triage.verification.safety.hazards import rules_of

_READ: dict[Literal["full", "page", "abstract", "secondary"], str] = {
    "full": "whole", "page": "as a page of the web", "abstract": "as a summary",
    "secondary": "only by what others say of them",
}
_NEEDED = {"run": "to run", "dev": "to develop and test"}


def not_for(knowledge: Knowledge) -> str:
    """Whom the rules send to another place, and by which red flags."""
    flags = dict.fromkeys(rule.card for rule in knowledge.rules_of("red_flag") if rule.level == "redirect")
    lines = [f"- {_sentence(people.say)}" for people in knowledge.settings.not_for]
    return "\n".join([*lines, f"- This is done by the red flags {_code(flags)}."])


def promises(knowledge: Knowledge) -> str:
    """What must be told at least, whatever the cards say."""
    return _table(["who", "told at least", "source"], (
        [promise.say, promise.at_least.replace("_", " "), f"`{promise.source}`"]
        for promise in knowledge.settings.promises
    ))


def signed(knowledge: Knowledge) -> str:
    """How many cards carry a signature of their present text."""
    holding = _holding(knowledge)
    what = f"Of the {len(knowledge.digests):,} parts that can be signed, {len(holding):,} are signed as they stand now."
    if not holding:
        return what
    first = min(knowledge.reviews[name].until for name in holding)
    return f"{what} The first of these signatures ends on {first}."


def how_read(knowledge: Knowledge, full: bool) -> str:
    """How far the sources were read; `full`: with counts."""
    counted = Counter(source.seen for source in knowledge.sources.values())
    if full:
        parts = ", ".join(f"{number:,} were read {words}" for seen, words in _READ.items() if (number := counted[seen]))
        none = "" if counted["full"] else "; none was read whole"
        return f"Of {len(knowledge.sources):,} sources, {parts}{none}."
    whole = "Not every source was read whole" if counted["full"] else "None of the sources was read whole"
    return f"{whole}; each says in `rules/sources.yaml` how far."


def how_known(knowledge: Knowledge, full: bool) -> str:
    """How well the lines that conclude are known; `full`: with counts."""
    lines = [rule for rule in knowledge.rules_of("red_flag", "interlock", "for", "against") if not rule.lowered]
    grades = Counter(rule.grade for rule in lines).most_common()
    parts = ", ".join(f"{number:,} {grade}" if full else grade for grade, number in grades)
    head = f"Of {len(lines):,} lines" if full else "Lines"
    tail = "" if full else ", the most common first"
    return (f"{head} of evidence, red flags and blocks, by how well they are known{tail}: {parts}. "
            "Inference is our own judgement, memory has no source at hand.")


def hazards(knowledge: Knowledge) -> str:
    """Each hazard with its harm and what is left."""
    return _table(["", "hazard", "harm", "severity", "left"], (
        [f"H{number}", hazard.name, hazard.harm, hazard.severity, hazard.left]
        for number, hazard in enumerate(knowledge.hazards.values(), 1)
    ))


def controls(knowledge: Knowledge, evidence: Evidence, full: bool) -> str:
    """Hazard, cause, control, the rule and the test that show it; `full`: with the lines of stories."""
    rows = []
    for number, hazard in enumerate(knowledge.hazards.values(), 1):
        for i, control in enumerate(hazard.controls):
            rules = rules_of(knowledge, control)
            stories = [_place(evidence.of(name), full) for name in rules]
            shown = [f"prove {name}" for name in control.proofs] + control.tests + stories
            head = [f"H{number}", ""] if i else [f"H{number} {hazard.name}", hazard.cause]
            rows.append([*head, control.say, _code(rules), _code(shown)])
    return _table(["hazard", "cause", "control", "rule", "test that shows it"], rows)


def red_flags(knowledge: Knowledge, evidence: Evidence, full: bool) -> str:
    """Each red flag, nearest first, with the stories that show it; `full`: with their lines and how many raise it."""
    rows = []
    for name, flag in knowledge.red_flags.items():
        rules = sorted((r for r in knowledge.rules_of("red_flag", card=name) if not r.lowered), key=severity)[::-1]
        levels = dict.fromkeys(
            knowledge.settings.urgency_in_words(rule.level, rule.within_days).lower() for rule in rules)
        rows.append((tuple(-part for part in severity(rules[0])) if rules else (0, 0, 0), [
            f"`{name}`", flag.danger, "; ".join(levels), _code([_place(evidence.hit(name), full)]),
            _code([_place(evidence.near_miss(name), full)]), *([str(evidence.raising[name])] if full else []),
        ]))
    return _table(["red flag", "danger", "levels", "hit", "near miss", *(["stories that raise it"] if full else [])],
                  [row for _, row in sorted(rows, key=lambda each: each[0])])


def blocks(knowledge: Knowledge, evidence: Evidence, full: bool) -> str:
    """Each block, what it holds back, and the stories that show it.

    `full`: with their lines, in how many it withholds something, and what is said.
    """
    shelf = {**knowledge.self_checks, **knowledge.care}
    more = ["stories in which it withholds", "what is said"] if full else []
    return _table(["block", "cards", "holds back", "lets through", *more], (
        [f"`{name}`", _code(card.id for card in shelf.values() if name in card.blocked_by),
         _code([_place(evidence.holds_back(name), full)]), _code([_place(evidence.lets_through(name), full)]),
         *([str(evidence.withholding[name]), block.say] if full else [])]
        for name, block in knowledge.interlocks.items()
    ))


def reviews(knowledge: Knowledge) -> str:
    """How many parts of each kind there are, and how many are signed as they stand."""
    kinds = {name: knowledge.places[name].file.partition("/")[2].partition("/")[0].removesuffix(".yaml")
             for name in knowledge.digests}
    there, holding = Counter(kinds.values()), Counter(kinds[name] for name in _holding(knowledge))
    return _table(["kind", "parts", "signed"],
                  ([kind, f"{there[kind]:,}", f"{holding[kind]:,}"] for kind in sorted(there)))


def sources(knowledge: Knowledge, full: bool) -> str:
    """Each kind of source, and how long it holds; `full`: how many, and when the first is to be read again."""
    rows = []
    for kind, number in sorted(Counter(source.kind for source in knowledge.sources.values()).items()):
        days = [day for source in knowledge.sources.values() if source.kind == kind
                if (day := state_of.read_again(knowledge, source)) is not None]
        years = knowledge.settings.sources_again.get(kind)
        rows.append([kind.replace("_", " "), f"{years} years" if years else "not said",
                     *([f"{number:,}", str(min(days, default="not known"))] if full else [])])
    return _table(["kind of source", "read again after", *(["sources", "the first from"] if full else [])], rows)


def dependencies(packages: Iterable[Dependency]) -> str:
    """Each package with why, licence and known faults."""
    return _table(["package", "needed", "why", "licence", "known faults"], (
        [package.id, _NEEDED.get(package.needed, f"extra {package.needed}"), package.why, package.licence,
         " ".join(package.faults) or "none met"] for package in packages
    ))


def _holding(knowledge: Knowledge) -> list[str]:
    """Keys of what is signed as it stands now, whatever the day."""
    return [name for name, signature in knowledge.reviews.items() if signature.digest == knowledge.digests.get(name)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names) if name)


def _place(story: str, full: bool) -> str:
    """Where a story stands: `file:line`, or the file alone."""
    return story if full else story.partition(":")[0]


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
