"""What every front end can do: put a question, and show a screen."""

from __future__ import annotations

from typing import Protocol

from triage.model import Question, Reply, Screen


class Front(Protocol):
    """Someone to talk to. A front end knows neither the rules nor which question comes next."""

    pictures: bool
    """Can a question be answered on a picture of the leg?"""

    def ask(self, question: Question, number: int) -> Reply:
        """Put the question, the `number`-th from 1, until there is a reply that can be understood."""

    def show(self, screen: Screen) -> None:
        """Show the blocks of the screen from top to bottom; nothing is expected back."""
