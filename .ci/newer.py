"""Prints each package of this environment that has another version than constraints.txt says."""

import re
from importlib.metadata import distributions
from pathlib import Path

pinned = dict(re.findall(r"(?m)^([^=#\s]+)==([^\s;]+)", Path("constraints.txt").read_text(encoding="utf-8")))
here = {re.sub(r"[-_.]+", "-", each.name).lower(): each.version for each in distributions()}
for name in sorted(here.keys() & pinned.keys()):
    if here[name] != pinned[name]:
        print(f"{name} {pinned[name]} -> {here[name]}")
