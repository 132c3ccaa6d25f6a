"""What the rules and the stories give to the clinical safety file, as tables and sentences in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from triage.inference.assessment import severity
from triage.knowledge import signatures as state_of
from triage.model import Knowledge, Rule
from triage.verification.safety.dependencies import Dependency
from triage.verification.safety.evidence import Evidence
from triage.verification.safety.hazards import rules_of

_READ = {"full": "whole", "page": "as a page of the web", "abstract": "as a summary",
         "secondary": "only by what others say of them"}
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


def how_read(knowledge: Knowledge) -> str:
    """How far the sources were read."""
    counted = Counter(source.seen for source in knowledge.sources.values())
    said = ", ".join(f"{counted[seen]:,} were read {words}" for seen, words in _READ.items() if counted[seen])  # type: ignore[index]
    none = "" if counted["full"] else "; none was read whole"
    return f"Of {len(knowledge.sources):,} sources, {said}{none}."


def how_known(knowledge: Knowledge) -> str:
    """How well the lines that conclude are known."""
    lines = [rule for rule in knowledge.rules_of("red_flag", "interlock", "for", "against") if not rule.lowered]
    counted = Counter(rule.grade for rule in lines)
    said = ", ".join(f"{number:,} {grade}" for grade, number in sorted(counted.items(), key=lambda each: -each[1]))
    return (f"Of {len(lines):,} lines of evidence, red flags and blocks, by how well they are known: {said}. "
            "Inference is our own judgement, memory has no source at hand.")


def hazards(knowledge: Knowledge) -> str:
    """Each hazard with its harm and what is left."""
    return _table(["", "hazard", "harm", "severity", "left"], (
        [f"H{number}", hazard.name, hazard.harm, hazard.severity, hazard.left]
        for number, hazard in enumerate(knowledge.hazards.values(), 1)
    ))


def controls(knowledge: Knowledge, evidence: Evidence) -> str:
    """Hazard, cause, control, the rule and the test that show it."""
    rows = []
    for number, hazard in enumerate(knowledge.hazards.values(), 1):
        for i, control in enumerate(hazard.controls):
            rules = rules_of(knowledge, control)
            stories = dict.fromkeys(filter(None, map(evidence.of, rules)))
            shown = [f"prove {name}" for name in control.proofs] + control.tests + list(stories)
            head = [f"H{number}", ""] if i else [f"H{number} {hazard.name}", hazard.cause]
            rows.append([*head, control.say, _code(rules), _code(shown)])
    return _table(["hazard", "cause", "control", "rule", "test that shows it"], rows)


def red_flags(knowledge: Knowledge, evidence: Evidence) -> str:
    """Each red flag, nearest first, with the stories that show it."""
    rows = []
    for name, flag in knowledge.red_flags.items():
        rules = sorted((r for r in knowledge.rules_of("red_flag", card=name) if not r.lowered), key=severity)[::-1]
        levels = dict.fromkeys(map(_level, rules))
        rows.append((tuple(-part for part in severity(rules[0])) if rules else (0, 0, 0), [
            f"`{name}`", flag.danger, "; ".join(levels), _code([evidence.hit(name)]),
            _code([evidence.near_miss(name)]), str(evidence.raised[name]),
        ]))
    return _table(["red flag", "danger", "levels", "hit", "near miss", "stories"],
                  [row for _, row in sorted(rows, key=lambda each: each[0])])


def blocks(knowledge: Knowledge, evidence: Evidence) -> str:
    """Each block, what it holds back, and the stories that show it."""
    shelf = {**knowledge.self_checks, **knowledge.care}
    return _table(["block", "what is said", "cards", "holds back", "lets through", "stories"], (
        [f"`{name}`", block.say, _code(card.id for card in shelf.values() if name in card.blocked_by),
         _code([evidence.holds_back(name)]), _code([evidence.lets_through(name)]), str(evidence.held[name])]
        for name, block in knowledge.interlocks.items()
    ))


def reviews(knowledge: Knowledge) -> str:
    """How many parts of each kind there are, and how many are signed as they stand."""
    kinds = {name: knowledge.places[name].file.partition("/")[2].partition("/")[0].removesuffix(".yaml")
             for name in knowledge.digests}
    there, holding = Counter(kinds.values()), Counter(kinds[name] for name in _holding(knowledge))
    return _table(["kind", "parts", "signed"],
                  ([kind, f"{there[kind]:,}", f"{holding[kind]:,}"] for kind in sorted(there)))


def sources(knowledge: Knowledge) -> str:
    """Each kind of source: how many, and from when the first of them is to be read again."""
    rows = []
    for kind, number in sorted(Counter(source.kind for source in knowledge.sources.values()).items()):
        days = [day for source in knowledge.sources.values() if source.kind == kind
                if (day := state_of.read_again(knowledge, source)) is not None]
        years = knowledge.settings.sources_again.get(kind)
        rows.append([kind.replace("_", " "), f"{number:,}", f"{years} years" if years else "not said",
                     str(min(days, default="not known"))])
    return _table(["kind of source", "sources", "read again after", "the first from"], rows)


def dependencies(packages: Iterable[Dependency]) -> str:
    """Each package with why, licence and known faults."""
    return _table(["package", "needed", "why", "licence", "known faults"], (
        [package.id, _NEEDED.get(package.needed, f"extra {package.needed}"), package.why, package.licence,
         " ".join(package.faults) or "none met"] for package in packages
    ))


def _holding(knowledge: Knowledge) -> list[str]:
    """Keys of what is signed as it stands now, whatever the day."""
    return [name for name, signature in knowledge.reviews.items() if signature.digest == knowledge.digests.get(name)]


def _level(rule: Rule) -> str:
    level = rule.level.replace("_", " ")
    days = f"{rule.within_days} day{'s' if rule.within_days > 1 else ''}"
    return f"{level} within {days}" if rule.within_days else level


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names if name)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
