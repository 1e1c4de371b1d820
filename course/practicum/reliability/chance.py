"""Agreement beyond chance: Cohen's and Fleiss' kappa, Gwet's AC1 and AC2.

Written here because scikit-learn is large for one formula, and irrCAC asks for one old SciPy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from practicum.reliability.ratings import MIN_ITEMS
from practicum.reliability.resampling import (
    EACH_ALONE,
    Estimate,
    chosen,
    counts_of,
    estimate,
    ratio,
    submissions_of,
)

if TYPE_CHECKING:
    from practicum.reliability.ratings import Ratings
    from practicum.reliability.resampling import Array

__all__ = ["Credit", "fleiss_kappa", "gwet", "gwet_estimate", "kappa", "kappa_estimate", "paired"]

Credit = Literal["identity", "quadratic"]
"""What two different levels count for: nothing, or more the nearer they are (by the square)."""


def kappa(ratings: Ratings, credit: Credit = "quadratic", *, levels: int = 5) -> float | None:
    """Return Cohen's kappa pooled over the pairs of raters, or None where it is not defined.

    Cohen (1960), Educ. Psychol. Meas. 20, 37-46, and (1968), Psychol. Bull. 70, 213-220, for the
    weights. Pooled as De Vries, Elliott, Kanouse and Teleki (2008), Field Methods 20, 272-282,
    advise: the observed disagreements of all pairs, each weighted by its common items, over
    the expected ones. With two raters that is Cohen's kappa. Pairs with fewer than five common
    items are left out, because what they would agree on by chance cannot be told.
    """
    return kappa_estimate(ratings, credit, levels=levels).value


def kappa_estimate(
    ratings: Ratings,
    credit: Credit = "quadratic",
    *,
    levels: int = 5,
    within: Mapping[str, str] = EACH_ALONE,
) -> Estimate:
    """Return the pooled kappa with its interval; ``within`` names the submission of an item."""
    kept = paired(ratings)
    cube = chosen(kept, levels)
    return estimate(
        lambda weights: _kappa(cube, weights, 1 - _credits(levels, credit)),
        submissions_of(kept.items, within),
    )


def paired(ratings: Ratings) -> Ratings:
    """Return the ratings that stand in a pair of raters with enough common items."""
    by_item = ratings.by_item()
    keep: set[tuple[str, str]] = set()
    for pair in combinations(ratings.raters, 2):
        common = [item for item, row in by_item.items() if row.keys() >= set(pair)]
        if len(common) >= MIN_ITEMS:
            keep |= {(item, rater) for item in common for rater in pair}
    return ratings.model_copy(
        update={"entries": tuple(e for e in ratings.entries if (e.item, e.rater) in keep)}
    )


def _kappa(cube: Array, weights: Array, disagreement: Array) -> Array:
    import numpy as np  # noqa: PLC0415 (an extra)

    observed = np.zeros(len(weights))
    expected = np.zeros(len(weights))
    rated = cube.sum(axis=2) > 0
    for one, other in combinations(range(cube.shape[1]), 2):
        common = rated[:, one] & rated[:, other]
        if common.sum() < MIN_ITEMS:
            continue
        first, second, times = cube[common, one], cube[common, other], weights[:, common]
        observed += times @ (first @ disagreement * second).sum(axis=1)
        by_chance = ((times @ first) @ disagreement * (times @ second)).sum(axis=1)
        expected += np.nan_to_num(ratio(by_chance, times.sum(axis=1)))
    return 1 - ratio(observed, expected)


def fleiss_kappa(counts: Sequence[Sequence[int]]) -> float | None:
    """Return Fleiss' kappa of a table of items by levels, or None where it is not defined.

    Fleiss (1971), Psychol. Bull. 76, 378-382. Each number says how many raters gave the level.
    """
    import numpy as np  # noqa: PLC0415 (an extra)

    table = np.asarray([row for row in counts if sum(row) > 0], dtype=np.float64)
    if not len(table):
        return None
    same, shares = _same_and_shares(table, np.ones((1, len(table))), np.eye(table.shape[1]))
    by_chance = np.square(shares).sum(axis=1)
    value = float(ratio(same - by_chance, 1 - by_chance)[0])
    return None if np.isnan(value) else value


def gwet(ratings: Ratings, credit: Credit = "identity", *, levels: int = 5) -> float | None:
    """Return Gwet's AC1 (identity) or AC2 (quadratic), or None where no item has two raters.

    Gwet (2008), Br. J. Math. Stat. Psychol. 61, 29-48, and (2014), Handbook of Inter-Rater
    Reliability, 4th ed., for several raters and missing ratings. All ``levels`` count, whether
    or not anybody gave them.
    """
    return gwet_estimate(ratings, credit, levels=levels).value


def gwet_estimate(
    ratings: Ratings,
    credit: Credit = "identity",
    *,
    levels: int = 5,
    within: Mapping[str, str] = EACH_ALONE,
) -> Estimate:
    """Return Gwet's coefficient with its interval; ``within`` names the submission of an item."""
    counts = counts_of(ratings, levels)
    return estimate(
        lambda weights: _gwet(counts, weights, _credits(levels, credit)),
        submissions_of(ratings.items, within),
        telling=len(set(submissions_of(ratings.shared().items, within))),
    )


def _gwet(counts: Array, weights: Array, credits_: Array) -> Array:
    same, shares = _same_and_shares(counts, weights, credits_)
    levels = counts.shape[1]
    spread = (shares * (1 - shares)).sum(axis=1)
    by_chance = credits_.sum() / (levels * (levels - 1)) * spread
    return ratio(same - by_chance, 1 - by_chance)


def _same_and_shares(counts: Array, weights: Array, credits_: Array) -> tuple[Array, Array]:
    """Return the observed agreement of pairs, and the share of each level, by sample."""
    import numpy as np  # noqa: PLC0415 (an extra)

    raters = counts.sum(axis=1)
    pairs = raters * (raters - 1)
    same = (counts * (counts @ credits_ - 1)).sum(axis=1) / np.maximum(pairs, 1)
    shares: Array = weights @ (counts / raters[:, None]) / weights.sum(axis=1)[:, None]
    return ratio(weights @ np.where(pairs > 0, same, 0), weights @ (pairs > 0)), shares


def _credits(levels: int, credit: Credit) -> Array:
    import numpy as np  # noqa: PLC0415 (an extra)

    if credit == "identity":
        return np.eye(levels)
    place = np.arange(levels, dtype=np.float64)
    apart: Array = place[:, None] - place
    return 1 - np.square(apart / max(levels - 1, 1))
