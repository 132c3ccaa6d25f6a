"""Whoever installs as the README says gets the versions that the tests were passed with. Mend with: .ci/lock"""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
               if not line.startswith("#")]


def locked(name: str) -> dict[str, object]:
    """The one entry of the lock for a package that has one version."""
    (entry,) = (package for package in LOCK["package"] if package["name"] == name)
    return entry


def test_the_lock_is_made_from_what_the_project_asks_for():
    asked = {(canonicalize_name(need.name), str(need.specifier), extra)
             for extra, needs in {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}.items()
             for need in map(Requirement, needs)}
    entry = locked(PROJECT["name"])
    assert {(need["name"], need.get("specifier", ""), "".join(re.findall(r"'(\w+)'", need.get("marker", ""))))
            for need in entry["metadata"]["requires-dist"]} == asked
    assert LOCK["requires-python"] == PROJECT["requires-python"]


def test_the_constraints_of_pip_are_those_of_the_lock():
    versions = {(package["name"], package["version"]) for package in LOCK["package"] if "version" in package}
    versions = {(name, version) for name, version in versions if name != PROJECT["name"]}
    assert {(need.name, str(need.specifier).removeprefix("==")) for need in CONSTRAINTS} == versions


def test_a_package_with_several_versions_says_where_each_is_meant():
    names = [need.name for need in CONSTRAINTS]
    assert all(need.marker for need in CONSTRAINTS if names.count(need.name) > 1)


def test_the_lock_names_the_public_index_and_no_place_of_one_machine():
    sources = {tuple(package["source"].items()) for package in LOCK["package"] if package["name"] != PROJECT["name"]}
    assert sources == {(("registry", "https://pypi.org/simple"),)}
    assert locked(PROJECT["name"])["source"] == {"editable": "."}
    hosts = set(re.findall(r"\b\w+://[^/\"]+", (ROOT / "uv.lock").read_text(encoding="utf-8")))
    assert hosts == {"https://pypi.org", "https://files.pythonhosted.org"}
    assert not any(need.url for need in CONSTRAINTS)


def test_the_readme_installs_with_them():
    assert 'pip install -e ".[dev]" -c constraints.txt' in (ROOT / "README.md").read_text(encoding="utf-8")
