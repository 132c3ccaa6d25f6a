"""Faults of the screens of the interview: stages and groups."""

from __future__ import annotations

from triage.model import Group, Issue, Issues, Knowledge, Stage
from triage.support.text import guess


def screens(knowledge: Knowledge) -> Issues:
    """What stages and groups name, how many lines they hold, and whether their lines have words."""
    both: list[Stage | Group] = [*knowledge.stages, *knowledge.groups]
    for screen in both:
        listed = dict.fromkeys(line.partition("=")[0] for line in screen.together)
        pictured = tuple(filter(None, (screen.picture, screen.spreads))) if isinstance(screen, Stage) else ()
        for name in (*(screen.ask if isinstance(screen, Stage) else ()), *pictured, *listed):
            if name not in knowledge.findings:
                yield Issue(f"stage:{screen.id}", "unknown-finding", f"unknown finding '{name}'" + guess(
                    name, knowledge.findings))
        for name in listed:
            finding = knowledge.findings.get(name)
            options = [option for each, _, option in (line.partition("=") for line in screen.together) if each == name]
            if finding is None:
                continue
            if options == [""]:
                if finding.kind != "yes_no" or not finding.line:
                    yield Issue(f"stage:{screen.id}", "line",
                                f"'{name}' needs kind yes_no and a line to stand in a screen")
                continue
            for option in options:
                if option not in finding.options:
                    yield Issue(f"stage:{screen.id}", "unknown-option", f"'{name}' has no answer '{option}'" + guess(
                        option, finding.options))
            if finding.kind == "many" and set(options) != set(finding.options):
                yield Issue(f"stage:{screen.id}", "line", f"of '{name}' all options must stand in a screen, or none")
        if isinstance(screen, Stage) and len(screen.together) > (most := 8 if screen.emergency else 11):
            yield Issue(f"stage:{screen.id}", "too-long", f"this screen holds at most {most} lines")
    names = [screen.id for screen in both]
    for name in {name for name in names if names.count(name) > 1}:
        yield Issue(f"stage:{name}", "duplicate-id", f"two screens are called '{name}'")
    for stage in knowledge.stages:
        if stage.emergency and not all(knowledge.findings[n].again for n in stage.together if n in knowledge.findings):
            yield Issue(f"stage:{stage.id}", "again",
                        "each line of an emergency screen needs a plainer question (again)")
