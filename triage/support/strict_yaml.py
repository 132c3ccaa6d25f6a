"""YAML text -> plain data and the place of every part of it. Knows nothing of cards.

A strict subset: YAML 1.2 scalars, so that `yes`, `no`, `on` and `off` stay words; no anchors, no tags, no second
document, no duplicate keys, no keys but words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import yaml

from triage.model import Fault
from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode
from triage.support.text import OBEYED

Path = tuple[str | int, ...]
Marks = dict[Path, tuple[int, int]]
"""Path of keys and indexes -> line and column of the value; the key itself under (..., "@" + key)."""

MAX_FILE_BYTES = 2_000_000
MAX_DEPTH = 60

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+[eE][-+]?[0-9]+\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_BAD_CHARACTER = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TOO_DEEP = f"this nests too deeply; {MAX_DEPTH} levels are the most"
_ANCHOR = "anchors and aliases (& and *) are not used here; write the text out, or put quotes round it"
_TAG = "tags (!) are not used here; put quotes round a text that begins with !"
# What the parser complains of -> our code and sentence. The first that is found counts.
_SENTENCES = (
    ("cannot start any token", "quotes", "a text may not begin with this character; put quotes round it"),
    ("mapping values are not allowed", "colon",
     "a colon stands where none is expected; check the indentation, or put quotes round the text that holds it"),
    ("could not find expected ':'", "colon", "this key has no colon"),
    ("document start>", "two-documents", "the document has ended before this; one file is one card"),
    ("sequence entries are not allowed", "indentation", "a list begins on a line of its own"),
    ("expected key", "indentation", "this does not follow from the lines above; check indentation and quotes"),
    ("expected '-' indicator", "indentation", "this does not follow from the lines above; it is no item of the list"),
    ("expected <block end>", "indentation", "this does not follow from the lines above; check indentation and quotes"),
    ("node content", "bad-yaml", "a value is expected here"),
)


class YamlError(TriageError):
    """The text cannot be read. Carries line, column, code and one sentence."""

    def __init__(self, line: int, column: int, code: str, message: str) -> None:
        super().__init__(message, ExitCode.BAD_INPUT)
        self.args = (line, column, code, message)
        self.line, self.column, self.code = line, column, code

    def in_file(self, name: str) -> Fault:
        """The same as a fault of this file."""
        return Fault(name, self.line, self.column, self.code, self.sentence)


def decode(raw: bytes) -> str:
    """Bytes of a file as text. Raises YamlError when it is not UTF-8 or far too large."""
    if len(raw) > MAX_FILE_BYTES:
        raise YamlError(1, 1, "too-large", f"the file is too large; {MAX_FILE_BYTES:,} bytes are the most")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlError(1, 1, "encoding", "the file is UTF-16; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        raise YamlError(*_place_after(before), "encoding", "this byte is not UTF-8; save the file as UTF-8") from None


def read(text: str) -> tuple[Any, Marks]:
    """Parse one document. Raises YamlError at the first fault."""
    if bad := _BAD_CHARACTER.search(text):
        raise YamlError(*_place_after(text[: bad.start()]), "bad-character",
                        f"the character U+{ord(bad[0]):04X} may not stand in a YAML file")
    try:
        _refuse(yaml.parse(text, Loader=_LOADER))
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _sentence(error, text) from None
    if node is None:
        raise YamlError(1, 1, "empty-file", "the file is empty")
    marks: Marks = {}
    return _walk(node, (), marks), marks


def _place_after(before: str) -> tuple[int, int]:
    lines = _LINE_BREAK.split(before)
    return len(lines), len(lines[-1]) + 1


def _refuse(events: Iterable[Any]) -> None:
    """Raise for what this subset has not. Reads event by event: libyaml crashes on nesting that never ends."""
    depth = documents = 0
    for event in events:
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise YamlError(*place, "two-documents", "a second document (---) begins here; one file is one card")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(*place, "anchor", _ANCHOR)
        if getattr(event, "tag", None):
            raise YamlError(*place, "tag", _TAG)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise YamlError(*place, "too-deep", _TOO_DEEP)


def _sentence(error: yaml.MarkedYAMLError, text: str) -> YamlError:
    problem, context = error.problem or "", error.context or ""
    if "nesting depth" in problem:  # newer versions of libyaml refuse it themselves, having read further than we
        opened_at = [match.start() for match in re.finditer(r"[\[{]", text[:10_000])]
        return YamlError(*_place_after(text[: opened_at[MAX_DEPTH]]), "too-deep", _TOO_DEEP)
    lines = _LINE_BREAK.split(text.rstrip("\r\n "))
    opened = error.context_mark
    mark = error.problem_mark or opened
    begun = "block scalar" in context or ("quoted scalar" in context and "escape" not in problem)
    if begun or "could not find expected ':'" in problem:
        mark = opened or mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > len(lines):  # noticed at the end of the text
        line, column = len(lines), len(lines[-1]) + 1
    here = lines[line - 1]
    if here[column - 1 : column] == "\t" or "\t" in here[: len(here) - len(here.lstrip())]:
        return YamlError(line, here.index("\t") + 1, "tab", "a tab stands here; indent with spaces")
    if "escape" in problem or "hexdecimal" in problem:
        return YamlError(line, column, "escape", "this is no known \\ sequence; write \\\\, or use single quotes")
    if "quoted scalar" in context:
        return YamlError(line, column, "unclosed", "this quote is not closed")
    if "block scalar" in context:
        return YamlError(line, column, "quotes", "a text that begins with > or | needs quotes")
    if "anchor" in context or "alias" in context:
        return YamlError(line, column, "anchor", _ANCHOR)
    if "a tag" in context:
        return YamlError(line, column, "tag", _TAG)
    if "flow" in context and "token" not in problem:
        at = f" opened at line {opened.line + 1}" if opened else ""
        return YamlError(line, column, "unclosed", f"the bracket{at} is not closed before this, or a comma is missing")
    for words, code, sentence in _SENTENCES:
        if words in problem:
            return YamlError(line, column, code, sentence)
    return YamlError(line, column, "bad-yaml", "this cannot be read; check indentation, quotes and brackets")


def _walk(node: Any, path: Path, marks: Marks) -> Any:
    marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_walk(child, (*path, i), marks) for i, child in enumerate(node.value)]
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlError(*place, "bad-key", "a key must be a word")
        key = _shown(key_node)
        if "\n" in key or "\t" in key:
            raise YamlError(*place, "bad-key", "a key must be a word; this one holds a tab or a line feed")
        if key in out:
            raise YamlError(*place, "duplicate-key", f"the key '{key}' stands here a second time")
        marks[(*path, "@" + key)] = place
        out[key] = _walk(value_node, (*path, key), marks)
    return out


def _shown(node: Any) -> str:
    """The text of a node. Raises for what nobody sees and a terminal obeys, as "\\e" between double quotes is."""
    text: str = node.value
    if (bad := OBEYED.search(text.replace("\n", "").replace("\t", ""))) is None:
        return text
    raise YamlError(node.start_mark.line + 1, node.start_mark.column + 1, "bad-character",
                    f"this text holds the character U+{ord(bad[0]):04X}, which may not stand in it")


def _scalar(node: Any) -> Any:
    text = _shown(node)
    if node.style:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text) or _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise YamlError(node.start_mark.line + 1, node.start_mark.column + 1, "number", "this number is too large")
        return int(text) if _INTEGER.match(text) else number
    return text
