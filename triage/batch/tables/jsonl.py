"""JSON Lines: an object a line, of column and answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from triage.batch.tables.row import (
    NOT_UTF8,
    TOO_LONG,
    Row,
    bad_table,
    checked_row,
    is_silent,
    is_text,
    only_id,
    shortened,
)
from triage.batch.tables.text_lines import Lines


def read(lines: Lines) -> Iterator[Row]:
    number = 0
    while (line := lines.next()) is not None:
        if line.whole and not line.raw.strip():
            continue
        number += 1
        cells, fault = _object(line.raw) if line.whole else ({}, TOO_LONG)
        yield checked_row(number, line.number, cells, fault, len(line.raw))
    if not number:
        raise bad_table(lines.shown, "the file is empty")


def _object(raw: bytes) -> tuple[dict[str, Any], str]:
    """One line of JSON -> its members without those that are empty, and what is wrong with them."""
    try:
        value = _DECODER.decode(raw.decode("utf-8").strip())
    except UnicodeDecodeError:
        return {}, NOT_UTF8
    except json.JSONDecodeError as error:
        return {}, f"this is no JSON: {error.msg[0].lower()}{error.msg[1:]}, at character {error.pos + 1}"
    except _Refused as error:
        return {}, str(error)
    except (ValueError, RecursionError):
        return {}, "this is no JSON that can be read: it nests too deeply, or a number is too long"
    if not isinstance(value, dict):
        return {}, "the row is no JSON object of column and answer"
    texts = [text for each in value.values() for text in (each if isinstance(each, list) else [each])]
    if any(isinstance(each, dict | list) for each in texts):
        name = next(k for k, v in value.items() if isinstance(v, dict) or (
            isinstance(v, list) and any(isinstance(each, dict | list) for each in v)))
        return only_id(value), f"the answer of '{shortened(name)}' nests; it is one value, or a list of words"
    if not is_text([*value, *(text for text in texts if isinstance(text, str))]):
        return {}, "the row holds half of a surrogate pair, which is no character"
    return {name: each for name, each in value.items() if not is_silent(each)}, ""


class _Refused(ValueError):
    """What Python reads as JSON and we do not."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for i, name in enumerate(names) if name in names[:i])
        raise _Refused(f"the key '{shortened(double)}' stands in the row a second time")
    return out


def _no_number(text: str) -> float:
    raise _Refused(f"{text} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def line(record: Mapping[str, Any]) -> bytes:
    """One row as it is written."""
    return msgspec.json.encode(record) + b"\n"


def cells(text: bytes) -> list[Any]:
    """The values of a row as it was written."""
    return list(json.loads(text).values())
