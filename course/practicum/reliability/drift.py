"""Drift: how far a reviewer is from the levels that were agreed on for anchors."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TypeVar

from practicum.reliability.ratings import MIN_ITEMS, TOO_FEW
from practicum.values import Value

__all__ = ["Drift", "drift"]

Key = TypeVar("Key")
NEAR = 0.05
"""A difference that prints as 0.0 levels."""


class Drift(Value):
    """How far one reviewer is from the agreed levels.

    ``mean_difference`` is above 0 for a reviewer who gives more than was agreed; None where
    too few levels were given. ``exact`` and ``adjacent`` count levels: the agreed one, and at
    most one from it (the exact ones among them).
    """

    n_levels: int
    mean_difference: float | None
    exact: int
    adjacent: int
    words: str


def drift(anchor_levels: Mapping[Key, float], given_levels: Mapping[Key, float]) -> Drift:
    """Return how far given levels are from the agreed ones.

    The mean difference tells of severity, the counts of scatter. Both are needed: one who is
    too mild here and too severe there has a mean difference of 0. For what may drift, see
    Myford and Wolfe (2009), J. Educ. Meas. 46, 371-389.

    Args:
        anchor_levels: The agreed levels, such as one for each criterion of each anchor.
        given_levels: What the reviewer gave; what only one of the two has is left out.

    """
    apart = [given_levels[key] - anchor_levels[key] for key in anchor_levels if key in given_levels]
    exact = sum(difference == 0 for difference in apart)
    adjacent = sum(abs(difference) <= 1 for difference in apart)
    mean = fmean(apart) if len(apart) >= MIN_ITEMS else None
    if mean is None:
        words = f"{TOO_FEW}: {len(apart)} agreed levels to compare with, {MIN_ITEMS} are needed"
    else:
        words = (
            f"{_tendency(mean)}: of {len(apart)} levels, {exact} are the agreed ones, "
            f"and {adjacent} at most one from it"
        )
    return Drift(
        n_levels=len(apart), mean_difference=mean, exact=exact, adjacent=adjacent, words=words
    )


def _tendency(mean: float) -> str:
    if abs(mean) < NEAR:
        return "gives neither more nor less than agreed"
    return f"gives {abs(mean):.1f} levels {'more' if mean > 0 else 'less'} than agreed"
