"""Each fault of the rules that anything can tell has its fix, its line in rules/README.md, and a test that meets it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT, RULES
from tests.verification import test_lint, test_lint_together
from triage.verification import lint

MAP = ROOT / "triage/verification/lint/leg_map.py"
LINT = sorted({*(ROOT / "triage/verification/lint").glob("*.py")} - {MAP})
READERS = [MAP, *(ROOT / "triage" / name for name in (
    "knowledge/reader.py", "knowledge/compiler.py", "knowledge/card_files.py", "knowledge/signatures.py",
    "support/strict_yaml.py"))]
TELLS = {"Issue": 1, "fault": 1, "unknown": 1, "YamlError": -2, "Fault": 3}
"""Which argument of these calls is the code."""


def words(node: ast.AST) -> set[str]:
    """The texts in an expression: both of `"a" if x else "b"`, but not what it compares with."""
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def codes(path: Path) -> Iterator[str]:
    """The codes that a file tells: in calls that tell a fault, and in its table of sentences."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in TELLS and len(node.args) > 2:
                code = node.args[TELLS[name]]
                # of signatures the code is put together: review-stale and review-expired
                yield from ("review-stale", "review-expired") if isinstance(code, ast.JoinedStr) else words(code)
        elif isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["_SENTENCES"]:
            yield from (word for row in ast.literal_eval(node.value if isinstance(node.value, ast.Tuple) else node)
                        for word in row[1:2])


def told_by(paths: list[Path]) -> set[str]:
    return {code for path in paths for code in codes(path)}


def test_every_code_has_a_fix_and_every_fix_a_code():
    assert len(told_by(READERS)) > 40
    assert told_by([*LINT, *READERS]) == set(lint.FIXES)


def test_a_fix_is_one_plain_sentence():
    for code, fix in lint.FIXES.items():
        assert re.fullmatch(r"[A-Z].*\.", fix), code
        assert "\n" not in fix
        assert len(fix) < 130, code


def test_every_code_of_lint_is_met_by_a_damage():
    met = {damage[3] for damage in (*test_lint.DAMAGES, *test_lint_together.DAMAGES)}
    assert told_by(LINT) - {"no-scenario", "no-near-miss"} == met  # these two need stories and have tests of their own


def test_the_readme_of_the_cards_lists_each_code_with_its_fix():
    text = (RULES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \| (.+?) \| (.+?) \|$", text)
    listed = {code: fix for code, _, fix in rows}
    assert len(rows) == len(listed)
    assert listed == lint.FIXES
    assert all(len(meaning.split()) > 2 for _, meaning, _ in rows)
