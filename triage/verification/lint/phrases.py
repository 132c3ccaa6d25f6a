"""Faults of the phrases by which people say so in a sentence of their own (`also_said`)."""

from __future__ import annotations

from collections.abc import Mapping

from triage.interview.free_text import tokens
from triage.model import Finding, Issue, Issues, Knowledge
from triage.support.text import guess


def phrases(knowledge: Knowledge) -> Issues:
    """The phrases by which people say so in a sentence of their own."""
    for finding in knowledge.findings.values():
        said = finding.also_said
        if not said:
            continue
        if finding.kind in ("number", "duration"):
            yield Issue(finding.id, "also-said", f"also_said: no phrase can give a {finding.kind}")
        elif finding.kind == "yes_no":
            if isinstance(said, Mapping):
                yield Issue(finding.id, "also-said",
                            "also_said: a yes/no question takes a list of phrases, all for yes")
            else:
                yield from _phrases(finding, {"yes": said})
        elif not isinstance(said, Mapping):
            yield Issue(finding.id, "also-said",
                        "also_said: say which option a phrase means, as {option: [phrase, ...]}")
        else:
            for option in said:
                if option not in finding.options:
                    yield Issue(finding.id, "unknown-option",
                                f"also_said: '{finding.id}' has no answer '{option}'" + guess(option, finding.options))
            yield from _phrases(finding, said)


def _phrases(finding: Finding, said: Mapping[str, list[str]]) -> Issues:
    """Phrases that are never heard, that are heard at every turn, or that are there twice."""
    before: dict[tuple[str, ...], tuple[str, str]] = {}
    for option, lines in said.items():
        for line in lines:
            stems = tokens.stems(line)
            words = [stem for stem in stems if stem != "*"]
            if not words or set(words) <= tokens.LIGHT:
                yield Issue(finding.id, "phrase", f"also_said: '{line}' has no word that tells anything")
                continue
            if "*" in (stems[0], stems[-1]):
                yield Issue(finding.id, "phrase", f"also_said: in '{line}' a * must stand between words")
            other, same = before.setdefault(stems, (option, line))
            if same is line:
                continue
            if other == option:
                yield Issue(finding.id, "phrase", f"also_said: '{line}' is read like '{same}', which is there already")
            elif finding.kind == "one":
                yield Issue(finding.id, "phrase",
                            f"also_said: '{line}' of '{option}' is read like '{same}' of '{other}'")
