"""The house keeps its walls: imports point one way, only the engine knows experta, commands start light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "triage"
MAY_IMPORT = {
    "model": "",
    "support": "model",
    "knowledge": "model support",
    "inference": "model support knowledge",
    "interview": "model support knowledge inference",
    "explanation": "model support knowledge inference",
    "records": "model support knowledge inference interview",
    "presentation": "model support knowledge inference interview explanation records",
    "batch": "model support knowledge inference records",
    "dialogue": "model support knowledge inference interview explanation records presentation",
    "frontends": "model support inference presentation dialogue",
    "verification": "model support knowledge inference interview records presentation dialogue",
    "cli": "model support knowledge inference interview explanation records presentation batch dialogue frontends "
           "verification",
    "api": "model support knowledge inference presentation records dialogue",
}
"""The packages, and what each may import beside itself. `triage` itself is the public face of `api`."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = ["triage", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(part for part in parts if part != "__init__")


def package(name: str) -> str:
    """The package of a module: what stands behind `triage.`; nothing for `triage` itself."""
    return name.split(".")[1] if "." in name else ""


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


def test_every_package_has_its_row():
    assert {package(name_of(path)) for path in modules()} == {"", "__main__", *MAY_IMPORT}


def test_the_rows_have_no_circle():
    seen: set[str] = set()
    for name, may in MAY_IMPORT.items():
        assert set(may.split()) <= seen, f"{name} may import only packages above it in the table"
        seen.add(name)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_to_lower_layers_only(path):
    here = package(name_of(path))
    if here in ("", "__main__"):
        return
    for name in imported(path) - {"triage"}:
        there = package(name)
        assert there == here or there in MAY_IMPORT[here].split(), f"{name_of(path)} imports {name}"


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
            if any(name.split(".")[0] == "experta" or name == "triage.inference.experta._experta" for name in names):
                users.add(name_of(path))
    assert users == {f"triage.inference.experta.{name}" for name in ("_experta", "matcher", "engine")}


def test_the_compiled_evaluators_know_neither_experta_nor_the_rule_files():
    assert not {"experta", "yaml"} & loaded_by("import triage.inference.compiled")


def test_only_the_front_end_of_keys_knows_prompt_toolkit():
    users = {name_of(path) for path in modules() if "prompt_toolkit" in {
        name.split(".")[0] for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }}
    assert users == {f"triage.frontends.terminal.{name}" for name in ("interactive", "key_input")}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code + "; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True,
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_command_line_starts_light():
    """Counted in modules, not in milliseconds."""
    heavy = {"prompt_toolkit", "yaml", "msgspec", "experta", "asyncio", "rich", "pyarrow", "dask", "distributed"}
    assert not heavy & loaded_by("import triage.cli; triage.cli.command_line()")


def test_only_a_conversation_in_a_terminal_loads_prompt_toolkit():
    assert "prompt_toolkit" not in loaded_by("import triage.cli.commands.assess, triage.cli.commands.interview")


def test_a_batch_loads_only_what_it_needs():
    heavy = {"prompt_toolkit", "rich", "pyarrow", "pandas", "numpy", "dask", "distributed", "experta"}
    assert not heavy & loaded_by("import triage.cli.commands.batch")


def test_importing_experta_leaves_no_trace():
    """The name lent to frozendict is taken back, and no log handler stays."""
    code = ("import collections, logging; before = list(logging.root.handlers); "
            "import triage.inference.experta._experta; "
            "assert not hasattr(collections, 'Mapping'); assert logging.root.handlers == before")
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
