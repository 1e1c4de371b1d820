"""Krippendorff's alpha: observed disagreement against that expected by chance.

Written here because the library ``krippendorff``, small and alive, is under the GPL, which the
licence of this package could not take along. The tests hold the published values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from practicum.reliability.resampling import (
    EACH_ALONE,
    Estimate,
    counts_of,
    estimate,
    ratio,
    submissions_of,
)

if TYPE_CHECKING:
    from practicum.reliability.ratings import Ratings
    from practicum.reliability.resampling import Array

__all__ = ["Metric", "alpha", "alpha_estimate"]

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
"""How far two levels are apart: not at all or fully, by ranks, by numbers, by proportion."""


def alpha(ratings: Ratings, metric: Metric = "ordinal") -> float | None:
    """Return Krippendorff's alpha, or None where it is not defined.

    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania,
    https://repository.upenn.edu/asc_papers/43. Any number of raters; missing ratings are left
    out, and so are items that one rater alone rated.
    """
    return alpha_estimate(ratings, metric).value


def alpha_estimate(
    ratings: Ratings, metric: Metric = "ordinal", *, within: Mapping[str, str] = EACH_ALONE
) -> Estimate:
    """Return Krippendorff's alpha with its interval; ``within`` names an item's submission."""
    shared = ratings.shared()
    if not shared.entries:
        return Estimate(None)
    top = max(entry.level for entry in shared.entries)
    counts = counts_of(shared, top + 1)
    return estimate(
        lambda weights: _alpha(counts, weights, metric), submissions_of(shared.items, within)
    )


def _alpha(counts: Array, weights: Array, metric: Metric) -> Array:
    import numpy as np  # noqa: PLC0415 (an extra)

    n_items, levels = counts.shape
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= counts[:, :, None] * np.eye(levels)
    coincidences = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    together = (weights @ coincidences.reshape(n_items, -1)).reshape(-1, levels, levels)
    totals = together.sum(axis=2)
    apart = _distances(totals, metric)
    observed = (together * apart).sum(axis=(1, 2))
    by_chance = (totals[:, :, None] * totals[:, None, :] * apart).sum(axis=(1, 2))
    return 1 - ratio(observed * (totals.sum(axis=1) - 1), by_chance)


def _distances(totals: Array, metric: Metric) -> Array:
    """Return the squared distances of levels: samples by levels by levels."""
    import numpy as np  # noqa: PLC0415 (an extra)

    numbers = np.broadcast_to(np.arange(totals.shape[1], dtype=np.float64), totals.shape)
    if metric == "nominal":
        return np.asarray(numbers[:, :, None] != numbers[:, None, :], dtype=np.float64)
    # The ranks between two levels, half of their own left out, are a difference of middle ranks.
    place = totals.cumsum(axis=1) - totals / 2 if metric == "ordinal" else numbers
    apart: Array = place[:, :, None] - place[:, None, :]
    if metric == "ratio":
        apart /= np.maximum(place[:, :, None] + place[:, None, :], 1)
    return np.square(apart)
