"""What a generated file says, whichever version of a library wrote it: not how it is indented, broken or ordered."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any
from xml.etree import ElementTree


def of_schema(text: str | bytes) -> Any:
    """A JSON Schema: descriptions as `inspect.cleandoc` reads a docstring, and no order where order says nothing."""
    def read(key: str, value: Any) -> Any:
        if key == "description" and isinstance(value, str):
            return inspect.cleandoc(value)
        return sorted(value, key=json.dumps) if key in ("anyOf", "enum", "required") else value

    return json.loads(text, object_hook=lambda data: {key: read(key, value) for key, value in data.items()})


def of_markdown(text: str) -> list[str]:
    """The words and marks in order, wherever lines break and however wide the columns of a table are."""
    return re.sub(r"--+", "--", text.replace("|", " | ")).split()


def of_svg(text: str) -> Any:
    """Each element with its attributes, its words and its children."""
    def read(element: ElementTree.Element) -> Any:
        words = " ".join((element.text or "").split()), " ".join((element.tail or "").split())
        return element.tag, element.attrib, words, [read(child) for child in element]

    return read(ElementTree.fromstring(text))
