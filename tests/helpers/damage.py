"""What people, disks and enemies do to files and texts: strategies that damage what is whole; what must not be shown.

Every strategy takes its choices from hypothesis, so that a failure comes out small; `tests.fuzz` runs them for long.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from triage.support.text import OBEYED

EVIL = [
    "\x1b[2J", "\x1b]8;;http://a.org\x07here", "\x1b]52;c;cm0=\x07", "\x9b31m", "\x07", "\x08\x08", "\rgone",
    "\u202etxt.exe", "\u2066x", "\u2028", "\x00", "\x7f", "\U000e0041", "<script>alert(1)</script>", "</style>", '">',
]
"""Texts that a terminal, a page or a path would obey."""

SCALARS = [
    "null", "~", "[]", "{}", "1", "-1", "1e400", "9" * 400, "2020-01-01", "true", "no", ".nan", ".inf", "''",
    '"\\e[2J"', '"\\u202e"', '"\\ud800"', "[1, [2]]", "{a: b}", "*x", "&x y", "<<: *x", "!!python/name:os.system",
    "- b", "1.5", "x" * 3000, '">= 3"', '"<= 2 years"', '">= nan"', '"> 1e999"', '">= ٣"', "pain.age",
    "derived.recent", "score.signs", "condition.clot", "red_flag.hot_leg", "not_sure", "[null]", "[{}]", "{yes: no}",
    "? x", "|", "%", "`", "\t", "none", "{none_of: [calf]}", "[calf, calf]", "5 weeks", "a: b: c", "\ufeff",
    "\x00", "\x85",
]
"""What may stand where another value is expected."""

JUNK = [*"{}[]:,'\"#&*!|>%@`-? \t\r\n\x00\x85\u2028ß", "\ud800", *SCALARS]


@st.composite
def damaged_yaml(draw: st.DrawFn, text: str) -> bytes:
    """The text of a card or file with one to three things wrong."""
    lines = text.split("\n")
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        _damage_lines(draw, lines)
    raw = "\n".join(lines).encode("utf-8", "surrogatepass")
    return draw(damaged_bytes(raw)) if draw(st.integers(0, 15)) == 15 else raw


def _damage_lines(draw: st.DrawFn, lines: list[str]) -> None:
    at = draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    middle = draw(st.integers(0, len(line)))
    other = lines[draw(st.integers(0, len(lines) - 1))]
    head, colon, _ = line.partition(":")
    lines[at: at + 1] = draw(st.sampled_from([
        [], [line, line], [other, line], [other], [line.lstrip()], ["  " + line], ["\t" + line], [line[:middle]],
        [line[:middle] + line[middle + 1:]], [line[:middle] + draw(st.sampled_from(JUNK)) + line[middle:]],
        [head + colon + " " + draw(st.sampled_from(SCALARS))], [head + colon + other.partition(":")[2]],
        [head + colon + " " + draw(st.sampled_from(SCALARS))], [line + " " + draw(st.sampled_from(SCALARS))],
    ])) or [""]


@st.composite
def damaged_bytes(draw: st.DrawFn, raw: bytes) -> bytes:
    """Bytes with a few of them changed, taken away or put in."""
    data = bytearray(raw)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        more = draw(st.sampled_from([b"", b"\x00", b"\xff", b"\xc2\x9b", b"\x1b[2J", b"{", b"]", b'"', b"\n"]))
        data[at: at + draw(st.integers(0, 5))] = more
    return bytes(data[: draw(st.sampled_from([len(data), len(data), len(data) // 2]))])


VALUES = st.sampled_from([
    None, True, False, 0, -1, 1.5, 1e308, 10**30, "", " ", "no", "yes", "not_sure", "none", "calf", "3 weeks",
    "1/2", "٣", "²", "NaN", "Infinity", "1e400", "x" * 3000, [], {}, [None], [[1]], {"a": 1}, ["calf"],
    ["none", "calf"], *EVIL,
])
KEYS = st.sampled_from(["pain.age", "pain.since", "pain.side", "pain.region", "pain.site", "pain.swollen", "pain.hot",
                        "id", "pain.hot_again", "screens", "schema", "answers", "", *EVIL])
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=6)


@st.composite
def damaged_json(draw: st.DrawFn, tree: Any) -> bytes:
    """A JSON document with one or two of its parts replaced, renamed, wrapped or taken away; sometimes torn bytes."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        holders = list(_holders(tree))
        if not holders:
            break
        holder, key = draw(st.sampled_from(holders))
        way = draw(st.integers(0, 4))
        if way <= 1:
            holder[key] = draw(VALUES)
        elif way == 2:
            holder[key] = [holder[key]]
        elif way == 3 and isinstance(holder, dict):
            holder[draw(KEYS)] = holder.pop(key)
        else:
            del holder[key]
    raw = json.dumps(tree).encode()
    return draw(damaged_bytes(raw)) if draw(st.integers(0, 5)) == 5 else raw


def _holders(tree: Any) -> Any:
    """Each part of a tree: what holds it, and under which key."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in list(parts):
        yield tree, key
        yield from _holders(value)


def raw_signs(shown: bytes | str) -> set[str]:
    """What of an output a terminal would obey; line feeds, and the tabs and returns of a file, are no part of it."""
    text = shown.decode("utf-8", "replace") if isinstance(shown, bytes) else shown
    return {sign for sign in OBEYED.findall(text) if sign != "\n"}
