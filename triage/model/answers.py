"""Answers of a person, and the levels of urgency."""

from __future__ import annotations

from typing import Literal

Kind = Literal["yes_no", "one", "many", "number", "duration"]
Level = Literal[
    "ambulance_now", "emergency_department_now", "today", "book", "redirect", "self_care"
]
Answer = str | float | tuple[str, ...]
"""yes_no: yes or no; one: an option or none; many: options ticked; number, duration (in days); all: not_sure."""
Answers = dict[str, Answer]
RANK: dict[str, int] = {
    "ambulance_now": 5, "emergency_department_now": 4, "today": 3, "book": 2, "redirect": 2, "self_care": 0,
}
"""Order of the levels of urgency."""
AGAIN = "_again"
"""Suffix of the plainer question asked once after "not sure"; it is an answer of its own until `answers.complete`."""
OPTION = "="
"""In the id of a line of a checklist, between a finding and the option that the line stands for."""
NOT_SURE = "not_sure"
NONE = "none"

def urgency_id(level: str, within_days: int = 0) -> str:
    """The one short form of an urgency, in stories, tables and reports: `today`, `book 14`, `redirect 3`."""
    return f"{level} {within_days}" if within_days else level
