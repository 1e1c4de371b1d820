"""What collecting did: one entry for each submission, in the order of the people's names."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from practicum.values import Value

__all__ = ["CollectReport", "Collected", "LeftOut", "Outcome"]

Outcome = Literal["collected", "unchanged", "refused"]


class LeftOut(Value):
    """A file that was not taken while the rest of the submission was."""

    name: str
    reason: str


class Collected(Value):
    """What became of one submission.

    ``student`` is empty when nobody in the roster could be found for it; ``label`` is the
    name under which it came. ``received_at`` (UTC) is None for a refused submission.
    """

    student: str
    label: str
    outcome: Outcome
    reason: str = ""
    received_at: datetime | None = None
    files: int = 0
    size: int = 0
    left_out: tuple[LeftOut, ...] = ()


class CollectReport(Value):
    """What became of all submissions for one brief, and what somebody should look at."""

    brief: str
    entries: tuple[Collected, ...]
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def with_outcome(self, outcome: Outcome) -> tuple[Collected, ...]:
        """Return the entries that ended like this."""
        return tuple(entry for entry in self.entries if entry.outcome == outcome)
