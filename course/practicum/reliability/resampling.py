"""Arrays of ratings, and intervals by resampling items.

Every statistic of this room takes weights of items, one row for each sample: all ones gives the
figure, and how often each item was drawn gives a resample. So a thousand resamples are one call.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.reliability.ratings import Ratings

    Array = NDArray[np.float64]
    Statistic = Callable[[Array], Array]

__all__ = ["RESAMPLES", "Estimate", "chosen", "counts_of", "estimate", "ratio", "student"]

RESAMPLES = 1000
SEED = 1993
"""Fixed, so that the same ratings give the same interval; the year of Efron and Tibshirani."""
TAIL = 0.975
LEAST_DEFINED = 0.5
NOTHING = 1e-12
"""A variance below this is rounding."""


class Estimate(NamedTuple):
    """A value and its 95% interval, each None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


def estimate(statistic: Statistic, n_items: int, *, cases: int | None = None) -> Estimate:
    """Return a statistic with its 95% percentile bootstrap interval, items resampled.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 13; for agreement between
    raters: Zapf, Castell, Morawietz and Karch (2016), BMC Med. Res. Methodol. 16:93. The plain
    interval is too narrow for few items, so it is expanded as in Hesterberg (2015), Am. Stat. 69,
    371-386. Resamples in which the statistic is not defined are left out; there is no interval
    where these are more than half, or where all others give one and the same value.

    Args:
        statistic: What weights of items make of the ratings, one row for each sample.
        n_items: How many items the weights are for.
        cases: How many of them tell of agreement, where these are fewer.

    """
    import numpy as np  # noqa: PLC0415 (an extra)

    value = float(statistic(np.ones((1, n_items)))[0]) if n_items else np.nan
    if np.isnan(value):
        return Estimate(None)
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(n_items, np.full(n_items, 1 / n_items), size=RESAMPLES)
    values = statistic(drawn.astype(np.float64))
    values = values[~np.isnan(values)]
    if len(values) < LEAST_DEFINED * RESAMPLES or np.ptp(values) < NOTHING:
        return Estimate(value)
    few = cases or n_items
    tail = NormalDist().cdf(student(few - 1) * sqrt(few / (few - 1))) if few > 1 else TAIL
    low, high = np.quantile(values, (1 - tail, tail))
    return Estimate(value, float(low), float(high))


def student(free: int) -> float:
    """Return the 97.5% quantile of Student's t: Abramowitz and Stegun (1964), 26.7.5."""
    z = NormalDist().inv_cdf(TAIL)
    return (
        z
        + (z**3 + z) / (4 * free)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    )


def ratio(above: Array, below: Array) -> Array:
    """Return the quotients, NaN where the divisor is not above nothing, as a variance should be."""
    import numpy as np  # noqa: PLC0415 (an extra)

    defined = below > NOTHING
    return np.where(defined, above / np.where(defined, below, 1.0), np.nan)


def chosen(ratings: Ratings, levels: int) -> Array:
    """Return 1 where a rater gave an item a level, else 0: items by raters by levels."""
    import numpy as np  # noqa: PLC0415 (an extra)

    ratings.refuse_above(levels)
    items = {item: place for place, item in enumerate(ratings.items)}
    raters = {rater: place for place, rater in enumerate(ratings.raters)}
    cube = np.zeros((len(items), len(raters), levels))
    for item, rater, level in ratings.entries:
        cube[items[item], raters[rater], level] = 1
    return cube


def counts_of(ratings: Ratings, levels: int) -> Array:
    """Return how many raters gave an item a level: items by levels."""
    counts: Array = chosen(ratings, levels).sum(axis=1)
    return counts
