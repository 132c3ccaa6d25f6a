"""Random answers for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from triage.model import NONE, NOT_SURE, Answer, Answers, Finding, Knowledge


def answer(finding: Finding) -> st.SearchStrategy[Answer]:
    """Any answer to a finding, "not sure" and "none of these" among them."""
    unsure = st.just(NOT_SURE)
    if finding.kind in ("yes_no", "one"):
        also = [NONE] if finding.none_is else []  # must be taken as the option that says so
        return st.sampled_from([*finding.possible_answers(), *also]) | unsure
    if finding.kind == "many":
        options = list(finding.options)
        some = st.sets(st.sampled_from(options), max_size=3).map(lambda s: tuple(o for o in options if o in s))
        return some | unsure
    if finding.kind == "number":
        low, high = int(finding.lowest or 0), int(finding.highest or 120)
        edges = [0, 15, 16, 17, 39, 40, 49, 50, 59, 60, 64, 65, 69, 70, 74, 75, 90]
        return st.sampled_from([float(e) for e in edges if low <= e <= high]) | unsure
    return st.sampled_from([0.0, 0.5, 1.0, 3.0, 4.0, 10.0, 11.0, 14.0, 15.0, 28.0, 29.0, 42.0, 90.0, 400.0]) | unsure


def answers(knowledge: Knowledge, most: int = 45) -> st.SearchStrategy[Answers]:
    """A handful of answers to any findings."""
    names = list(knowledge.findings)
    return st.lists(st.sampled_from(names), unique=True, max_size=most).flatmap(
        lambda chosen: st.fixed_dictionaries({name: answer(knowledge.findings[name]) for name in chosen})
    )


def sick_answers(knowledge: Knowledge) -> st.SearchStrategy[Answers]:
    """Answers that meet one random red flag rule in part or whole, with some others beside it."""
    rules = [r for r in knowledge.rules if r.kind == "red_flag" and not r.lowered]

    def fill(rule: object) -> st.SearchStrategy[Answers]:
        wanted: dict[str, st.SearchStrategy[Answer]] = {}
        for part in rule.parts:  # type: ignore[attr-defined]
            finding = knowledge.findings.get(part.fact)
            if finding is not None and part.any_of:
                met: list[Answer] = [(o,) if finding.kind == "many" else o for o in part.any_of]
                wanted[part.fact] = st.sampled_from(met) | answer(finding)
        return st.tuples(st.fixed_dictionaries(wanted), answers(knowledge, 20)).map(lambda pair: {**pair[1], **pair[0]})

    return st.sampled_from(rules).flatmap(fill)
