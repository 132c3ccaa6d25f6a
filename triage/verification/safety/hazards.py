"""What controls each hazard, and what is wrong with what is said of it."""

from __future__ import annotations

from collections.abc import Collection

from triage.model import Control, Issue, Issues, Knowledge
from triage.support.text import guess


def rules_of(knowledge: Knowledge, control: Control) -> list[str]:
    """The cards and rules that a control names, and the red flags that stand for its dangers."""
    flags = [name for name, flag in knowledge.red_flags.items() if flag.danger in control.dangers]
    return list(dict.fromkeys([*control.rules, *flags]))


def faults(knowledge: Knowledge, theorems: Collection[str], tests: Collection[str]) -> Issues:
    """Hazards that name what is not there, controls that nothing shows, red flags and blocks without a hazard.

    `theorems`: of `triage prove`; `tests`: of pytest, as `tests/test_x.py::test_y`.
    """
    dangers = {flag.danger for flag in knowledge.red_flags.values()}
    named = {
        "rules": ("card or rule", {*knowledge.digests, *(rule.id for rule in knowledge.rules)}),
        "dangers": ("danger", dangers), "proofs": ("theorem", theorems), "tests": ("test", tests),
    }
    controlled: set[str] = set()
    for hazard in knowledge.hazards.values():
        here = f"hazard:{hazard.id}"
        if not hazard.controls:
            yield Issue(here, "no-control", f"nothing controls '{hazard.id}'")
        for control in hazard.controls:
            controlled |= set(rules_of(knowledge, control))
            if not any(getattr(control, key) for key in named):
                yield Issue(here, "no-evidence", f"nothing shows that this is so: {control.say}")
            for key, (what, known) in named.items():
                for name in getattr(control, key):
                    if name not in known:
                        yield Issue(here, "unknown-id", f"unknown {what} '{name}'{guess(name, known)}")
    for name in (*knowledge.red_flags, *knowledge.interlocks):
        if name not in controlled:
            yield Issue(name, "no-hazard", f"no hazard names '{name}' as what controls it")
