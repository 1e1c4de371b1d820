"""Agreement: all figures of one criterion, each with its interval and its words."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import sqrt

from practicum.reliability.chance import gwet_estimate, kappa_estimate, paired
from practicum.reliability.disagreement import alpha_estimate
from practicum.reliability.icc import complete_table, icc_estimate
from practicum.reliability.ratings import (
    MIN_ITEMS,
    MIN_RATERS,
    TOO_FEW,
    Figure,
    Ratings,
    Reliability,
)
from practicum.reliability.resampling import Estimate
from practicum.reliability.words import alpha_words, chance_words, icc_words, pair_words

__all__ = ["agreement"]

Z = 1.959964
"""The normal quantile of a 95% interval."""


def agreement(ratings: Ratings, *, levels: int = 5) -> Reliability:
    """Return how far the raters of one criterion agree.

    Args:
        ratings: The ratings; only items that two or more raters rated tell of agreement.
        levels: How many levels there are, from 0 upwards.

    Returns:
        Exact and adjacent agreement of the pairs of raters on each item (Wilson's interval,
        1927, J. Am. Stat. Assoc. 22, 209-212, with the items as cases), and by a bootstrap over
        items: quadratic-weighted kappa, ICC(2,1) and ICC(2,k) of the largest complete table,
        Krippendorff's ordinal alpha, Gwet's AC1 and quadratic AC2. The functions named
        after these cite their sources.

    Raises:
        BadInput: A level is not one of 0 to ``levels - 1``.

    """
    ratings.refuse_above(levels)
    shared = ratings.shared()
    size = len(shared.items), len(shared.raters)
    figures = (
        _pair_figure("exact agreement", shared, 0),
        _pair_figure("adjacent agreement", shared, 1),
        *_figures_of_the_same(shared, levels),
        _figure("Krippendorff's alpha", size, lambda: alpha_estimate(shared), alpha_words),
        _figure("Gwet's AC1", size, lambda: gwet_estimate(ratings, levels=levels), chance_words),
        _figure(
            "Gwet's AC2",
            size,
            lambda: gwet_estimate(ratings, "quadratic", levels=levels),
            chance_words,
        ),
    )
    return Reliability(figures=figures, n_items=size[0], n_raters=size[1])


def _figures_of_the_same(shared: Ratings, levels: int) -> tuple[Figure, ...]:
    """Return the figures that need the same raters on several items."""
    pairs = paired(shared)
    table = complete_table(shared)
    size = len(table), len(table[0]) if table else 0
    who = "the same two reviewers"
    return (
        _figure(
            "weighted kappa",
            (len(pairs.items), len(pairs.raters)),
            lambda: kappa_estimate(pairs, levels=levels),
            chance_words,
            who,
        ),
        _figure("ICC(2,1)", size, lambda: icc_estimate(table, "icc2"), icc_words, who),
        _figure(
            "ICC(2,k)",
            size,
            lambda: icc_estimate(table, "icc2k"),
            lambda found: icc_words(found, size[1]),
            who,
        ),
    )


def _figure(
    name: str,
    size: tuple[int, int],
    found: Callable[[], Estimate],
    say: Callable[[Estimate], str],
    who: str = "two reviewers",
) -> Figure:
    n_items, n_raters = size
    if n_items < MIN_ITEMS or n_raters < MIN_RATERS:
        result = Estimate(None)
        words = f"{TOO_FEW}: {n_items} items with {who}, {MIN_ITEMS} are needed"
    else:
        result = found()
        words = f"{TOO_FEW}: all levels are the same" if result.value is None else say(result)
    value, low, high = result
    return Figure(
        name=name,
        value=value,
        low=low,
        high=high,
        n_items=n_items,
        n_raters=n_raters,
        words=words,
    )


def _pair_figure(name: str, shared: Ratings, apart: int) -> Figure:
    rows = [sorted(row.values()) for row in shared.by_item().values()]
    pairs = [high - low <= apart for row in rows for low, high in combinations(row, 2)]
    near, n_items = sum(pairs), len(rows)
    return _figure(
        name,
        (n_items, len(shared.raters)),
        lambda: _wilson(near / len(pairs), n_items),
        lambda _: pair_words(near, len(pairs), apart, cases=len(pairs) == n_items),
    )


def _wilson(share: float, cases: int) -> Estimate:
    """Return a share with Wilson's score interval, which is never empty at 0 or 1."""
    centre = (share + Z**2 / (2 * cases)) / (1 + Z**2 / cases)
    half = sqrt(share * (1 - share) / cases + (Z / (2 * cases)) ** 2) * Z / (1 + Z**2 / cases)
    return Estimate(share, max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))
