"""`triage sign ID`: a clinician signs a card as reviewed."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from pathlib import Path

from triage.cli import arguments
from triage.cli.output import complain
from triage.knowledge import reader, signatures
from triage.model import Fault, Knowledge, Signature
from triage.presentation.result_json import encode
from triage.support import strict_yaml
from triage.support.atomic_files import write
from triage.support.errors import BadFile
from triage.support.exit_codes import ExitCode
from triage.support.text import printable

YEARS = 2
"""So long a signature holds, unless said otherwise."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("id", help="the id of a card")
    parser.add_argument("--by", required=True, metavar="NAME", help="who reviewed it")
    parser.add_argument("--role", required=True, help="as what: profession, registration")
    parser.add_argument("--until", type=arguments.day, metavar="YYYY-MM-DD",
                        help="how long it holds (default: two years)")


def run(options: argparse.Namespace) -> int:
    """Write the signature beside the cards, and say what it stands for."""
    knowledge = reader.load()
    today = datetime.date.today()
    until = options.until or signatures.later(today, YEARS)
    card = signatures.key_of(options.id.split("/", 1)[0], knowledge.digests)
    if not card:
        raise arguments.unknown_id(options.id, "card", knowledge.digests)
    by, role = " ".join(options.by.split()), " ".join(options.role.split())
    if wrong := _wrong(by, role, today, until):
        complain(wrong)
        return ExitCode.USAGE
    signature = Signature(id=card, by=by, role=role, date=today, until=until, digest=knowledge.digests[card])
    path = reader.rules_folder() / reader.REVIEWS
    before = knowledge.reviews.get(card)
    write(path, text_with(path, signature).encode(), over=True)
    unsigned = [name for name in _read(knowledge, card) if signatures.state(knowledge, name, today).kind != "holds"]
    if options.json:
        sys.stdout.buffer.write(encode({**_plain(signature), "card": card, "file": str(path), "unsigned": unsigned}))
        return 0
    print(f"signed {card} ({knowledge.places[card]}): reviewed by {by}, {role}, on {today}, until {until}")
    if before is not None:
        print(f"this replaces the signature by {before.by} of {before.date}")
    if unsigned:
        print(f"it reads what is not signed: {', '.join(unsigned)}")
    print(f"written to {path}")
    return 0


def text_with(path: Path, signature: Signature) -> str:
    """The text of the file of reviews with this signature; all else in it stays. Raises BadFile."""
    text = strict_yaml.decode(path.read_bytes()) if path.exists() else "{}\n"
    old, marks = strict_yaml.read(text)
    lines = text.splitlines()
    if signature.id in old:
        at = marks[(f"@{signature.id}",)][0] - 1
        heads = [marks[(f"@{name}",)][0] - 1 for name in old]
        end = min((head for head in heads if head > at), default=len(lines))
        while end > at + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1  # what stands above the next entry belongs to it
    else:
        if not old:
            lines = [line for line in lines if line.strip() != "{}"]
        at = end = len(lines)
    said = ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in _plain(signature).items())
    new = "\n".join([*lines[:at], f"{signature.id}: {{{said}}}", *lines[end:]]) + "\n"
    try:
        kept = strict_yaml.read(new)[0] == {**old, signature.id: _plain(signature)}
    except strict_yaml.YamlError:
        kept = False
    if not kept:
        raise BadFile([Fault(str(path), 1, 1, "shape", "this is not written as `triage sign` writes it, an entry a "
                             "line; mend it first")])
    return new


def _plain(signature: Signature) -> dict[str, str]:
    return {"by": signature.by, "role": signature.role, "date": str(signature.date), "until": str(signature.until),
            "digest": signature.digest}


def _wrong(by: str, role: str, today: datetime.date, until: datetime.date) -> str:
    if not by or not role:
        return "a signature needs the name of a person (--by) and what makes them fit to review (--role)"
    if printable(by) != by or printable(role) != role:
        return f"a name is written in letters that can be read: {printable(by)}, {printable(role)}"
    if until < today:
        return f"a review cannot end on {until}, before the day it is signed, {today}"
    return ""


def _read(knowledge: Knowledge, card: str) -> list[str]:
    """Derived findings and scores that the rules of a card read, and interlocks that hold it back."""
    facts = [part.fact for rule in knowledge.rules if rule.card == card for part in rule.parts]
    names = [fact.partition(".")[2] for fact in facts if fact.startswith(("derived.", "score."))]
    shelf = knowledge.self_checks.get(card) or knowledge.care.get(card)
    return list(dict.fromkeys([*names, *(shelf.blocked_by if shelf else ())]))
