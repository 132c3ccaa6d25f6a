"""Answers files, YAML or JSON -> Answers, with every fault named at its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.inference.answers import parse, with_screens
from triage.model import Answers, Fault, Knowledge
from triage.support import strict_yaml
from triage.support.errors import BadFile
from triage.support.input_files import read_bytes


def answers(knowledge: Knowledge, name: str) -> Answers:
    """Read an answers file: a mapping of finding id to answer; `screens: no` answers the emergency screens with no.

    A result of `triage` itself is understood too: its `answers` are taken. Raises BadFile with all faults at once.
    """
    shown = "<stdin>" if name == "-" else name
    try:
        data, marks = strict_yaml.read(strict_yaml.decode(read_bytes(name)))
    except strict_yaml.YamlError as error:
        raise BadFile([error.in_file(shown)]) from None
    base: tuple[str, ...] = ()
    if isinstance(data, dict) and str(data.get("schema", "")).startswith("triage-result/"):
        data, base = data.get("answers"), ("answers",)
    if not isinstance(data, dict):
        raise BadFile([Fault(shown, 1, 1, "shape", "expected a mapping of finding to answer, "
                                                   "such as 'pain.region: calf'")])
    return checked(knowledge, data, shown, marks, base)


def checked(
    knowledge: Knowledge, data: dict[str, Any], shown: str,
    marks: Mapping[tuple[Any, ...], tuple[int, int]] | None = None, base: tuple[str, ...] = (),
) -> Answers:
    """A mapping as it was read -> answers. `shown` names it in faults, `marks` hold its places. Raises BadFile."""
    marks = marks or {}
    plain, faults = dict(data), []
    if "screens" in plain and plain.pop("screens") not in ("no", False):
        line, column = marks.get((*base, "screens"), (1, 1))
        faults.append(Fault(shown, line, column, "shape", "'screens' takes only no: every emergency line not named"))
    given, wrong = parse(knowledge, plain)
    for key, message in wrong:
        at_key = message.startswith("unknown")
        line, column = marks.get((*base, f"@{key}" if at_key else key), marks.get((*base, key), (1, 1)))
        faults.append(Fault(shown, line, column, "unknown-finding" if at_key else "bad-answer", message))
    if faults:
        raise BadFile(sorted(faults))
    return with_screens(knowledge, given) if "screens" in data else given
