"""What a run of grading says of each submission."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from practicum.records import Finding
from practicum.values import Value

__all__ = ["GradeReport", "Graded"]

Standing = Literal["proved", "unproved", "contradicted"]


class Graded(Value):
    """What became of one submission. Points are those of the autograder.

    ``why`` tells what had changed since it was graded before; ``standing`` how sure the mark of
    each test is; ``steps`` how many seconds each step of the run took.
    """

    student: str
    outcome: Literal["graded", "unchanged", "error"]
    points: float = 0.0
    max_points: float = 0.0
    seconds: float = 0.0
    findings: tuple[Finding, ...] = ()
    standing: dict[str, Standing] = Field(default_factory=dict)
    why: tuple[str, ...] = ()
    detail: str = ""
    steps: dict[str, float] = Field(default_factory=dict)


class GradeReport(Value):
    """What became of all submissions for a brief, and how long it took (seconds)."""

    brief: str
    graded: tuple[Graded, ...]
    seconds: float

    def count(self, outcome: str) -> int:
        """Return how many submissions had that outcome."""
        return sum(graded.outcome == outcome for graded in self.graded)
