"""How many examples a test tries: few by default, all in the full suite."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

QUICK = 25
"""The most in the profile `quick`. The profile `full` tries as many as the test asks for."""


def register_profiles() -> None:
    """`quick` tries the same examples every time; `full` may find new ones where a test lets it."""
    settings.register_profile("quick", max_examples=QUICK, deadline=None, derandomize=True, print_blob=True)
    settings.register_profile("full", max_examples=100, deadline=None, derandomize=False, print_blob=True)


def examples(full: int, *, new: bool = False, quick: int = QUICK) -> settings:
    """Settings for a property test: `full` examples in the full suite, at most `quick` otherwise.

    They are the same every time, unless `new` and in the full suite. A test may take as long as it takes, and
    `given` may stand over fixtures that no example changes.
    """
    every = settings.get_current_profile_name() == "full"
    return settings(max_examples=full if every else min(full, quick), deadline=None, derandomize=not (new and every),
                    suppress_health_check=list(HealthCheck))


def sampled(every: int) -> pytest.MarkDecorator:
    """Runs a test with one of `every` so many of its cases, and in the full suite once more with all of them."""
    return pytest.mark.parametrize("every", [pytest.param(every, id="some"),
                                             pytest.param(1, id="all", marks=pytest.mark.slow)])
