"""One row of a table, whatever the kind of the file, and which columns a table may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from triage.model import Fault
from triage.support.errors import BadFile
from triage.support.text import OBEYED, guess, printable

MAX_ROW_BYTES = 1_000_000
"""No more of a row is ever held."""

TOO_LONG = f"the row is longer than {MAX_ROW_BYTES:,} bytes"
NOT_UTF8 = "the row is not UTF-8; save the file as UTF-8"


class Row(msgspec.Struct, frozen=True):
    """One data row. `number` counts from 1; `line` is its first line in a file of text, else 0."""

    number: int
    line: int
    id: str
    cells: dict[str, Any]
    """Column -> raw answer; what is empty is left out."""
    fault: str = ""
    """Why it cannot be read, as a sentence."""
    size: int = 0


def checked_row(number: int, line: int, cells: dict[str, Any], fault: str, size: int) -> Row:
    """A row with its id as text; a fault of the whole row when there is none, or none that may be shown."""
    name = cells.get("id", "")
    if isinstance(name, bool) or not isinstance(name, str | int):
        fault, name = fault or "the id is neither text nor a whole number", ""
    name = str(name).strip()
    if not fault and not name:
        fault = "the row has no id"
    # It would be obeyed by whatever shows the results.
    if bad := OBEYED.search(name.replace("\n", "").replace("\t", "")):
        fault = fault or f"the id holds the character U+{ord(bad[0]):04X}, which may not stand in it"
        name = printable(name, "\n\t")
    return Row(number, line, name, {} if fault else {k: v for k, v in cells.items() if k != "id"}, fault, size)


def check_columns(names: Sequence[str], known: Mapping[str, str], shown: str) -> None:
    """Raises BadFile with a fault for each column that is unknown, without a name or there twice."""
    faults = []
    seen: dict[str, str] = {}
    for place, name in enumerate(names, 1):
        if not name:
            faults.append(f"column {place} has no name")
        elif name not in known:
            faults.append(f"unknown column '{shortened(name)}'{guess(name[:80], known)}")
        elif known[name] in seen:
            first = seen[known[name]]
            faults.append(f"column '{name}' is there twice" if first == name else
                          f"columns '{first}' and '{name}' are the same finding")
        else:
            seen[known[name]] = name
    if "id" not in seen:
        faults.append(f"there is no column 'id'{'; the first line is the header' if not seen else ''}")
    if len(faults) > 10:
        faults = [*faults[:9], f"and {len(faults) - 9} more faults of columns"]
    if faults:
        raise BadFile([Fault.of_file(shown, "column", sentence) for sentence in faults])


def is_silent(cell: Any) -> bool:
    """Is this "not asked"? An empty text is, an empty list says that none was ticked."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_text(parts: Sequence[str]) -> bool:
    """Can these be written as UTF-8?"""
    try:
        "".join(parts).encode()
    except UnicodeEncodeError:
        return False
    return True


def shortened(name: str) -> str:
    """A name as long as a sentence can bear."""
    return name if len(name) <= 60 else name[:57] + "…"


def only_id(value: Mapping[str, Any]) -> dict[str, Any]:
    """The id of a row that cannot be used otherwise."""
    return {"id": value["id"]} if isinstance(value.get("id"), str | int) and is_text([str(value["id"])]) else {}


def bad_table(shown: str, sentence: str, line: int = 0) -> BadFile:
    """The table as a whole cannot be used."""
    return BadFile([Fault(shown, line, 1, "shape", sentence)])
