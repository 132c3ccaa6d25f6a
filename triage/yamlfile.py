"""YAML text -> plain data and the place of every part of it. Knows nothing of cards.

A strict subset: YAML 1.2 scalars, so that `yes`, `no`, `on` and `off` stay words; no anchors, no tags, no second
document, no duplicate keys, no keys but words.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

Path = tuple[str | int, ...]
Marks = dict[Path, tuple[int, int]]
"""Path of keys and indexes -> line and column of the value; the key itself under (..., "@" + key)."""

LARGEST = 2_000_000

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?\Z|[-+]?[0-9]+[eE][-+]?[0-9]+\Z")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(ValueError):
    """The text cannot be read. Carries line, column, code and one sentence."""

    def __init__(self, line: int, column: int, code: str, message: str) -> None:
        super().__init__(message)
        self.line, self.column, self.code, self.message = line, column, code, message


def decode(raw: bytes) -> str:
    """Bytes of a file as text. Raises YamlError when it is not UTF-8 or far too large."""
    if len(raw) > LARGEST:
        raise YamlError(1, 1, "too-large", f"the file holds {len(raw):,} bytes; {LARGEST:,} is the most")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise YamlError(1, 1, "encoding", "the file is UTF-16; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise YamlError(line, column, "encoding", "this byte is not UTF-8; save the file as UTF-8") from None


def read(text: str) -> tuple[Any, Marks]:
    """Parse one document. Raises YamlError at the first fault."""
    try:
        events = list(yaml.parse(text, Loader=_LOADER))
        for event in events:
            _refuse(event)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _sentence(error, text) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, 1, "bad-character", "this character may not stand in a YAML file") from None
    except RecursionError:
        raise YamlError(1, 1, "too-deep", "the file nests too deeply") from None
    if node is None:
        raise YamlError(1, 1, "empty-file", "the file is empty")
    marks: Marks = {}
    return _walk(node, (), marks), marks


def _refuse(event: Any) -> None:
    place = (event.start_mark.line + 1, event.start_mark.column + 1)
    if isinstance(event, yaml.AliasEvent):
        raise YamlError(*place, "anchor", "anchors and aliases (& and *) are not used here; write the text out")
    if getattr(event, "anchor", None):
        raise YamlError(*place, "anchor", "anchors and aliases (& and *) are not used here; write the text out")
    tag = getattr(event, "tag", None)
    if tag and tag != "!":
        raise YamlError(*place, "tag", f"tags such as {tag} are not used here")


def _sentence(error: yaml.MarkedYAMLError, text: str) -> YamlError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or "the text is not YAML"
    lines = text.splitlines()
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in here[: max(column, 1)] or "\\t" in problem:
        return YamlError(line, column, "tab", "a tab stands here; indent with spaces")
    if "but found another document" in problem or "expected a single document" in (error.context or ""):
        return YamlError(line, column, "two-documents", "a second document (---) begins here; one file is one card")
    if "flow" in (error.context or "") or "',' or" in problem:
        start = error.context_mark
        opened = f" opened at line {start.line + 1}" if start else ""
        return YamlError(line, column, "unclosed", f"a bracket{opened} is not closed")
    if "mapping values are not allowed" in problem:
        return YamlError(
            line, column, "colon", "a colon stands where none is expected; put quotes round the text that holds it"
        )
    if "quoted scalar" in (error.context or ""):
        return YamlError(line, column, "unclosed", "a quote is not closed")
    return YamlError(line, column, "bad-yaml", f"not YAML: {problem}")


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
        key = key_node.value
        if key in out:
            raise YamlError(*place, "duplicate-key", f"the key '{key}' stands here a second time")
        marks[(*path, "@" + key)] = place
        out[key] = _walk(value_node, (*path, key), marks)
    return out


def _scalar(node: Any) -> Any:
    text: str = node.value
    if node.style:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
