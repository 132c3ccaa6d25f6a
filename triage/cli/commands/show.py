"""`triage show ID`: a card with its sources and the rules it gives."""

from __future__ import annotations

import argparse
import datetime
import sys
from typing import Any

import msgspec

from triage.cli import arguments
from triage.knowledge import reader, signatures
from triage.knowledge.file_shapes import entry_of
from triage.model import Finding, Knowledge
from triage.presentation.result_json import encode, line

_SHELVES = ("conditions", "red_flags", "derived", "scores", "self_checks", "care", "interlocks", "findings", "sources",
            "claims", "hazards")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("id", help="the id of a card, finding, source or rule")


def run(options: argparse.Namespace) -> int:
    """Print one card; a rule's id shows the card that holds it."""
    knowledge = reader.load()
    wanted = options.id.split("/", 1)[0]
    found = [(shelf, getattr(knowledge, shelf)[wanted]) for shelf in _SHELVES if wanted in getattr(knowledge, shelf)]
    if not found:
        names = [name for shelf in _SHELVES for name in getattr(knowledge, shelf)]
        raise arguments.unknown_id(wanted, "card", names)
    today = datetime.date.today()
    shown = [_shown(knowledge, shelf, card, today) for shelf, card in found]
    if options.json:
        sys.stdout.buffer.write(encode(shown[0] if len(shown) == 1 else shown))
        return 0
    for one in shown:
        _print(one)
    return 0


def _shown(knowledge: Knowledge, shelf: str, card: Any, today: datetime.date) -> dict[str, Any]:
    body = _filled(msgspec.to_builtins(entry_of(knowledge.findings, card) if isinstance(card, Finding) else card))
    rules = [rule for rule in knowledge.rules if rule.card == card.id]
    readers = [rule for rule in knowledge.rules if any(_reads(part.fact, shelf, card.id) for part in rule.parts)]
    used = dict.fromkeys(_sources(body))
    own = f"{type(card).__name__.lower()}:{card.id}"
    key = own if own in knowledge.places else card.id
    return {
        "id": card.id, "kind": shelf, "place": str(knowledge.places.get(key, "")), "card": body,
        "review": _review(signatures.state(knowledge, key, today)),
        "rules": [{**line(rule), "kind": rule.kind} for rule in rules],
        "read_by": list(dict.fromkeys(rule.id for rule in readers)),
        "sources": [msgspec.to_builtins(knowledge.sources[s]) for s in used if s in knowledge.sources],
    }


def _review(state: signatures.State) -> dict[str, str]:
    signed = state.signature
    who = {} if signed is None else {"by": signed.by, "role": signed.role, "date": str(signed.date),
                                     "until": str(signed.until)}
    return {"state": state.kind, **who, "say": state.say}


def _filled(value: Any) -> Any:
    """Without the keys that the card leaves out."""
    if isinstance(value, list):
        return [_filled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {k: _filled(v) for k, v in value.items() if v not in ("", [], {}) and v is not None and v is not False}


def _reads(fact: str, shelf: str, name: str) -> bool:
    rooms = {"findings": name, "derived": f"derived.{name}", "scores": f"score.{name}",
             "red_flags": f"red_flag.{name}", "conditions": f"condition.{name}"}
    return fact == rooms.get(shelf)


def _sources(value: Any) -> list[str]:
    if isinstance(value, dict):
        found = [value["source"]] if isinstance(value.get("source"), str) else []
        return found + [s for v in value.values() for s in _sources(v)]
    if isinstance(value, list):
        return [s for v in value for s in _sources(v)]
    return []


def _print(shown: dict[str, Any]) -> None:
    print(f"{shown['id']}  ({shown['kind']}, {shown['place']})\n{shown['review']['say']}\n")
    _print_value(shown["card"], 0)
    if shown["rules"]:
        print("\nrules it gives:")
        for rule in shown["rules"]:
            print(f"  {rule['rule']}  [{rule['kind']}]")
    if shown["read_by"]:
        print("\nread by:")
        for name in shown["read_by"]:
            print(f"  {name}")
    if shown["sources"]:
        print("\nsources:")
        for source in shown["sources"]:
            print(f"  {source['id']}: {source['cite']} {source.get('url', '')}".rstrip())


def _print_value(value: Any, depth: int) -> None:
    pad = "  " * depth
    for key, inner in value.items():
        if isinstance(inner, dict):
            print(f"{pad}{key}:")
            _print_value(inner, depth + 1)
        elif isinstance(inner, list) and any(isinstance(each, dict) for each in inner):
            print(f"{pad}{key}:")
            for each in inner:
                print(f"{pad}  -")
                _print_value(each if isinstance(each, dict) else {"": each}, depth + 2)
        elif isinstance(inner, list):
            print(f"{pad}{key}: {'; '.join(map(str, inner))}")
        else:
            print(f"{pad}{key}: {inner}")
