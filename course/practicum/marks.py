"""The arithmetic of marks: shares, levels, medians, late penalties. Pure and exact.

All points are in the unit of nbgrader's ``points``. Fractions of a point are kept to two
decimals, so that what is printed adds up.
"""

from __future__ import annotations

import math
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Literal

from practicum.rubrics.rubric import TOP_LEVEL
from practicum.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from practicum.policies import LatePolicy

__all__ = [
    "CellMark",
    "Kind",
    "Marks",
    "consensus",
    "late_penalty",
    "level_points",
    "needs_moderation",
    "share_points",
]

Kind = Literal["autograded", "written", "employer", "instructor"]


class CellMark(Value):
    """The mark of one cell: its maximum, what was given, and by which way.

    ``score`` is None while nobody has marked the cell.
    """

    cell: str
    kind: Kind
    max_points: float
    score: float | None
    comment: str = ""


class Marks(Value):
    """All marks of one student on one brief, and what lateness takes away (points)."""

    student: str
    brief: str
    cells: tuple[CellMark, ...]
    penalty: float = 0.0

    def of_kind(self, kind: Kind) -> tuple[CellMark, ...]:
        """Return the marks of one kind, in the notebook's order."""
        return tuple(cell for cell in self.cells if cell.kind == kind)

    def points(self, kind: Kind | None = None) -> float:
        """Return the points earned so far, of one kind or of all, before any penalty."""
        return sum(c.score or 0.0 for c in self.cells if kind is None or c.kind == kind)

    def max_points(self, kind: Kind | None = None) -> float:
        """Return the points that could be earned, of one kind or of all."""
        return sum(c.max_points for c in self.cells if kind is None or c.kind == kind)

    @property
    def total(self) -> float:
        """The mark: the points earned less the penalty, never below 0."""
        return max(0.0, self.points() - self.penalty)

    @property
    def missing(self) -> tuple[CellMark, ...]:
        """The cells that nobody has marked yet."""
        return tuple(cell for cell in self.cells if cell.score is None)


def share_points(
    weights: Mapping[str, float], other_points: float, share: float
) -> dict[str, float]:
    """Distribute the employer's share of a mark over criteria.

    Args:
        weights: The weight of each criterion, all above 0.
        other_points: The points of everything else in the assignment.
        share: The employer's part of the whole mark, 0 <= share < 1.

    Returns:
        Points for each criterion, to the hundredth; together they are
        ``other_points * share / (1 - share)`` to the hundredth.

    """
    hundredths = round(100 * other_points * share / (1 - share))
    total = sum(weights.values())
    exact = {name: hundredths * weight / total for name, weight in weights.items()}
    points = {name: math.floor(value) for name, value in exact.items()}
    left = hundredths - sum(points.values())
    # Largest remainder (Hamilton's method): the rounding never loses or makes a hundredth.
    for name in sorted(exact, key=lambda name: (points[name] - exact[name], name))[:left]:
        points[name] += 1
    return {name: value / 100 for name, value in points.items()}


def level_points(level: float, max_points: float) -> float:
    """Return the points for a level (0 to 4, halves allowed), to the hundredth."""
    return round(max_points * level / TOP_LEVEL, 2)


def consensus(levels: Sequence[int]) -> float:
    """Return the median of the reviewers' levels."""
    return float(median(levels))


def needs_moderation(levels: Sequence[int], gap: int) -> bool:
    """Tell whether two reviewers are at least ``gap`` levels apart."""
    return bool(levels) and max(levels) - min(levels) >= gap


def late_penalty(points: float, late: timedelta, policy: LatePolicy) -> float:
    """Return the points that a submission loses, to the hundredth.

    Each day that has begun after the grace time costs ``policy.per_day`` of the points
    earned, up to ``policy.at_most``. The grace time is not given back once it is over.
    """
    if late <= timedelta(minutes=policy.grace_minutes) or late <= timedelta(0):
        return 0.0
    days = math.ceil(late / timedelta(days=1))
    return round(points * min(policy.at_most, days * policy.per_day), 2)
