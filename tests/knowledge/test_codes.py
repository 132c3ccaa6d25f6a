"""Every ICD-10-CM code on a card stands in the code set of the package simple_icd_10_cm."""

from __future__ import annotations

import importlib

import pytest

from tests.conftest import shared_knowledge

RANKED = {name: card for name, card in shared_knowledge().conditions.items() if card.kind != "explains"}


@pytest.fixture(scope="module")
def icd():
    """Imported only here: it reads all its codes at once."""
    return importlib.import_module("simple_icd_10_cm")


@pytest.mark.parametrize("name", RANKED)
def test_each_condition_has_codes_and_all_are_valid(icd, name):
    codes = RANKED[name].codes.get("icd10cm", [])
    assert codes
    assert [code for code in codes if not icd.is_valid_item(code)] == []


def test_the_code_set_knows_what_is_none(icd):
    assert not icd.is_valid_item("R86.01")
    assert icd.is_valid_item("M72.2")
