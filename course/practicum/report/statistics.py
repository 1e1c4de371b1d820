"""The figures of the report, with the number from which each may be told. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = [
    "ENOUGH",
    "GOOD",
    "POOR",
    "Agreement",
    "Correlation",
    "agreement",
    "correlation",
    "item_statistics",
    "spreads",
]

ENOUGH = 20
"""Below so many submissions no correlation is told: with 20, the 95 percent interval around
no correlation at all still reaches from -0.44 to 0.44."""

POOR, GOOD = 0.20, 0.40
"""Ebel's rule for the corrected item-total correlation (Ebel and Frisbie, Essentials of
Educational Measurement, 1991): below 0.20 poor, from 0.40 very good."""

_Z95 = 1.959964
_TINY = 1e-9


@dataclass(frozen=True)
class Correlation:
    """Pearson's r over ``n`` pairs, with its 95 percent interval (Fisher's transformation)."""

    r: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Agreement:
    """How far apart reviewers are, over ``n`` criteria with two reviewers or more.

    ``exact`` is the share (0 to 1) where all gave the same level, ``adjacent`` where no two
    were more than one level apart.
    """

    n: int
    exact: float
    adjacent: float


def correlation(one: pd.Series[float], other: pd.Series[float]) -> Correlation | None:
    """Return how two columns go together; None for too few pairs, or where one is constant."""
    pairs = pd.DataFrame({"one": one, "other": other}).dropna()
    n = len(pairs)
    if n < ENOUGH:
        return None
    r = _pearson(pairs["one"].to_numpy(float), pairs["other"].to_numpy(float))
    if r is None:
        return None
    if abs(r) > 1 - _TINY:
        return Correlation(r, r, r, n)
    z, half = math.atanh(r), _Z95 / math.sqrt(n - 3)
    return Correlation(r, math.tanh(z - half), math.tanh(z + half), n)


def item_statistics(items: pd.DataFrame) -> pd.DataFrame:
    """Return difficulty and discrimination of every cell.

    Args:
        items: The table ``Tables.items``.

    Returns:
        One row a cell, in the notebook's order: ``brief``, ``cell``, ``kind``, ``n`` (fully
        marked submissions), ``difficulty`` (the mean share of its points, 0 to 1: a high
        figure is an easy item), ``discrimination`` (Pearson's correlation of the item with
        the sum of all other items) and ``verdict``: "poor", "fair" or "very good" by Ebel's
        rule; "too few to say" below ENOUGH; "all alike" where the item or the rest is the
        same for everybody. Submissions with an unmarked cell are left out.

    """
    rows = []
    for brief, group in items.groupby("brief", sort=False):
        counted = group[group["max"] > 0]
        scores = counted.pivot_table(
            index="student", columns="cell", values="score", aggfunc="first", sort=False
        ).reindex(columns=counted["cell"].unique())
        scores = scores.dropna()
        possible = counted.groupby("cell", sort=False)["max"].first()
        kinds = counted.groupby("cell", sort=False)["kind"].first()
        total = scores.sum(axis=1)
        for cell in scores.columns:
            own = scores[cell].to_numpy(float)
            rest = (total - scores[cell]).to_numpy(float)
            r = _pearson(own, rest) if len(own) >= ENOUGH else None
            rows.append(
                {
                    "brief": brief,
                    "cell": cell,
                    "kind": kinds[cell],
                    "n": len(own),
                    "difficulty": float(own.mean() / possible[cell]) if len(own) else math.nan,
                    "discrimination": math.nan if r is None else r,
                    "verdict": _verdict(len(own), r),
                }
            )
    columns = ["brief", "cell", "kind", "n", "difficulty", "discrimination", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def spreads(criteria: pd.DataFrame) -> pd.DataFrame:
    """Return the criteria that two reviewers or more assessed, with their ``gap`` in levels."""
    several = criteria[criteria["levels"].map(len) > 1].copy()
    several["gap"] = several["levels"].map(lambda levels: max(levels) - min(levels)).astype(int)
    return several


def agreement(criteria: pd.DataFrame) -> Agreement:
    """Return how often the reviewers agree; the shares are nan when ``n`` is 0."""
    gaps = spreads(criteria)["gap"]
    if gaps.empty:
        return Agreement(0, math.nan, math.nan)
    return Agreement(len(gaps), float((gaps == 0).mean()), float((gaps <= 1).mean()))


def _verdict(n: int, r: float | None) -> str:
    if n < ENOUGH:
        return "too few to say"
    if r is None:
        return "all alike"
    if r < POOR:
        return "poor"
    return "very good" if r >= GOOD else "fair"


def _pearson(one: np.ndarray, other: np.ndarray) -> float | None:
    """Return Pearson's r, or None where one of the two does not vary."""
    a, b = one - one.mean(), other - other.mean()
    scale = math.sqrt(float(a @ a)) * math.sqrt(float(b @ b))
    size = max(1.0, float(np.abs(one).max()), float(np.abs(other).max()))
    if scale <= _TINY * size * size:
        return None
    return max(-1.0, min(1.0, float(a @ b) / scale))
