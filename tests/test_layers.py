"""The house keeps its walls: imports point one way, only the engine knows experta, commands start light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "triage"
ORDER = [
    ["triage"],
    ["triage.words"],
    ["triage.model", "triage.parts", "triage.spoken"],
    ["triage.tone"],
    ["triage.amounts"],
    ["triage.yamlfile", "triage.weighing", "triage._experta", "triage.schema", "triage.answers",
     "triage.readability", "triage.reviews", "triage.smallest", "triage.advice"],
    ["triage.shelf", "triage.matcher", "triage.randomly", "triage.versions"],
    ["triage.rulebook"],
    ["triage.cards"],
    ["triage.picture"],
    ["triage.lint", "triage.files", "triage.own_words"],
    ["triage.tables", "triage.revision"],
    ["triage.engine", "triage.compiled"],
    ["triage.assessment"],
    ["triage.scenarios", "triage.worth", "triage.evaluation", "triage.difference"],
    ["triage.interview", "triage.counterfactual", "triage.safety", "triage.allowed", "triage.coverage"],
    ["triage.explain", "triage.proof"],
    ["triage.asides", "triage.telling"],
    ["triage.result", "triage.screen", "triage.sessions"],
    ["triage.diary"],
    ["triage.course"],
    ["triage.plot"],
    ["triage.terminal"],
    ["triage.report"],
    ["triage.conversation", "triage.checkin"],
    ["triage.judging"],
    ["triage.workers"],
    ["triage.batch", "triage.mutation"],
    ["triage.cluster"],
    ["triage.commands"],
    ["triage.cli"],
    ["triage.__main__"],
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = ["triage", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(part for part in parts if part != "__init__")


def room(name: str) -> str:
    """The module, or the package it lies in: rooms with several files are one step."""
    for package in ("triage.terminal", "triage.commands", "triage.compiled", "triage.picture",
                    "triage.report", "triage.safety", "triage.lint", "triage.mutation", "triage.proof"):
        if name == package or name.startswith(package + "."):
            return package
    return name


def imported(path: Path) -> set[str]:
    """Modules of ours that a file imports, anywhere in it."""
    known = {name_of(p) for p in modules()}
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in inner}
    return {name for name in found if name.split(".")[0] == "triage"}


def test_every_module_has_its_place():
    assert {room(name_of(path)) for path in modules()} == set(LEVEL)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_to_lower_layers_only(path):
    here = room(name_of(path))
    for name in imported(path):
        lower = room(name)
        assert lower == here or LEVEL[lower] < LEVEL[here], f"{name_of(path)} imports {name}"


def private_names_used(path: Path) -> set[str]:
    """Private names of other modules of ours: imported, or read as `module._name`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken, modules_here = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "triage":
            modules_here |= {alias.asname or alias.name for alias in node.names}
            taken |= {alias.name for alias in node.names if alias.name.startswith("_") and alias.name != "__version__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules_here \
                and node.attr.startswith("_") and not node.attr.startswith("__"):
            taken.add(f"{node.value.id}.{node.attr}")
    return taken - {"_experta"}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_what_is_private_to_a_module_stays_in_it(path):
    assert not private_names_used(path)


def test_only_the_engine_and_its_matcher_know_experta():
    users = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] == "experta" or name == "triage._experta" for name in names):
                users.add(name_of(path))
    assert users == {"triage._experta", "triage.matcher", "triage.engine"}


def test_the_compiled_evaluators_know_neither_experta_nor_the_rule_files():
    assert not {"experta", "yaml"} & loaded_by("import triage.compiled")


def test_only_one_module_knows_prompt_toolkit():
    users = {name_of(path) for path in modules() if "prompt_toolkit" in {
        name.split(".")[0] for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }}
    assert users == {"triage.terminal.tty"}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code + "; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_command_line_starts_light():
    """Counted in modules, not in milliseconds."""
    heavy = {"prompt_toolkit", "yaml", "msgspec", "experta", "asyncio", "rich", "pyarrow", "dask", "distributed"}
    assert not heavy & loaded_by("import triage.cli; triage.cli.parser()")


def test_only_a_conversation_in_a_terminal_loads_prompt_toolkit():
    assert "prompt_toolkit" not in loaded_by("import triage.commands.assess, triage.commands.interview")


def test_a_batch_loads_only_what_it_needs():
    heavy = {"prompt_toolkit", "rich", "pyarrow", "pandas", "numpy", "dask", "distributed", "experta"}
    assert not heavy & loaded_by("import triage.commands.batch")


def test_importing_experta_leaves_no_trace():
    """The name lent to frozendict is taken back, and no log handler stays."""
    code = ("import collections, logging; before = list(logging.root.handlers); import triage._experta; "
            "assert not hasattr(collections, 'Mapping'); assert logging.root.handlers == before")
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
