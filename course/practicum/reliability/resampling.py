"""Arrays of ratings, and intervals by leaving submissions out.

Every statistic of this room takes weights of items, one row for each sample: all ones gives the
figure, and a zero leaves an item out. So all that leave one submission out are one call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, inf, isfinite, log, log1p, sqrt, tanh
from statistics import NormalDist
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.reliability.ratings import Ratings

    Array = NDArray[np.float64]
    Statistic = Callable[[Array], Array]

__all__ = [
    "EACH_ALONE",
    "Estimate",
    "chosen",
    "counts_of",
    "estimate",
    "ratio",
    "student",
    "submissions_of",
]

EACH_ALONE: Mapping[str, str] = MappingProxyType({})
"""No item shares its submission with another: each is a submission of its own."""
TAIL = 0.975
NOTHING = 1e-12
"""A variance below this is rounding."""
AT_ONCE = 256
"""So many are left out in one call; it bounds the memory."""


class Estimate(NamedTuple):
    """A value and its 95% interval, each None where it is not defined."""

    value: float | None
    low: float | None = None
    high: float | None = None


def estimate(
    statistic: Statistic,
    submissions: Sequence[int],
    *,
    telling: int | None = None,
    floor: float = -1.0,
) -> Estimate:
    """Return a statistic with its 95% interval for other submissions of the same raters.

    The standard error is the jackknife's with whole submissions left out, since what is said of
    one submission hangs together (Shao and Tu 1995, The Jackknife and Bootstrap). The interval is
    Student's on the scale log((x - floor) / (1 - x)), which is twice Fisher's z where the floor
    is -1; for the jackknife on such scales see Arvesen and Schmitz (1970), Biometrics 26,
    677-686. The degrees of freedom are 2 E(s2)**2 / var(s2) (Satterthwaite 1946, Biometrics Bull.
    2, 110-114), with var(s2) from the fourth moment: an error that few submissions make is less
    sure.

    ``benchmarks/bench_intervals.py`` measures how often the intervals hold: nine of ten times or
    more from 20 submissions on, a little less often with ten. There is none where
    the statistic is 1 or at its floor, where it hangs on a single submission, or where leaving
    any out changes nothing.

    Args:
        statistic: What weights of items make of the ratings, one row for each sample.
        submissions: The number of its submission, counted from 0, for each item.
        telling: How many submissions tell of agreement, where these are fewer.
        floor: The lowest value that the statistic takes; minus infinity if there is none.

    """
    import numpy as np  # noqa: PLC0415 (an extra)

    of_item = np.asarray(submissions, dtype=np.intp)
    value = float(statistic(np.ones((1, len(of_item))))[0]) if len(of_item) else np.nan
    if np.isnan(value):
        return Estimate(None)
    n = int(of_item.max()) + 1
    least = min(n, telling or n)
    if least < 2 or not floor + NOTHING < value < 1 - NOTHING:  # noqa: PLR2004 (one has no spread)
        return Estimate(value)
    without = _without(statistic, of_item, n)
    squares = np.square(without - without.mean())
    variance = float((n - 1) / n * squares.sum())
    if not variance > NOTHING:  # also where it is not a number
        return Estimate(value)
    peaked = float(n * np.square(squares).sum() / squares.sum() ** 2)
    free = min(least - 1, 2 * n / max(peaked - 1, NOTHING))
    low, high = _ends(value, student(free) * sqrt(variance), floor)
    return Estimate(value, low, high) if isfinite(low) else Estimate(value)


def _without(statistic: Statistic, of_item: NDArray[np.intp], submissions: int) -> Array:
    """Return the statistic without each of the submissions."""
    import numpy as np  # noqa: PLC0415 (an extra)

    starts = range(0, submissions, AT_ONCE)
    parts = (np.arange(start, min(start + AT_ONCE, submissions)) for start in starts)
    return np.concatenate(
        [statistic((part[:, None] != of_item).astype(np.float64)) for part in parts]
    )


def _ends(value: float, reach: float, floor: float) -> tuple[float, float]:
    """Return the ends of an interval that is symmetric between the floor and 1, on the log scale.

    The reach is carried to that scale by its slope, so that a submission whose leaving out
    makes the agreement full has a finite effect.
    """
    if floor == -inf:
        middle, far = -log1p(-value), reach / (1 - value)
        low = 1 - exp(far - middle) if far - middle < log(1e9) else -inf
        return low, 1 - exp(-middle - far)
    middle = log((value - floor) / (1 - value))
    far = reach * (1 / (value - floor) + 1 / (1 - value))
    low, high = (
        floor + (1 - floor) * (1 + tanh(end / 2)) / 2 for end in (middle - far, middle + far)
    )
    return low, high


def student(free: float) -> float:
    """Return the 97.5% quantile of Student's t: Abramowitz and Stegun (1964), 26.7.5."""
    z = NormalDist().inv_cdf(TAIL)
    return (
        z
        + (z**3 + z) / (4 * free)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    )


def submissions_of(items: Sequence[str], within: Mapping[str, str]) -> list[int]:
    """Return the number of each item's submission; an item that is not named is its own."""
    names = [within.get(item, item) for item in items]
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return [number[name] for name in names]


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
