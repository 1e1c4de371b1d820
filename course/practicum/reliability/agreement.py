"""Agreement: all figures of one criterion, or of all, each with its interval and its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import combinations

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
from practicum.reliability.resampling import EACH_ALONE, Estimate
from practicum.reliability.shares import Near, share_estimate
from practicum.reliability.words import (
    alpha_words,
    chance_words,
    icc_words,
    pair_words,
    unsure_words,
)

__all__ = ["agreement", "pooled_agreement"]


def agreement(ratings: Ratings, *, levels: int = 5) -> Reliability:
    """Return how far the raters of one criterion agree.

    Args:
        ratings: The ratings; only items that two or more raters rated tell of agreement.
        levels: How many levels there are, from 0 upwards.

    Returns:
        Exact and adjacent agreement of the pairs of raters on each item, quadratic-weighted
        kappa, ICC(2,1) and ICC(2,k) of the largest complete table, Krippendorff's ordinal
        alpha, Gwet's AC1 and quadratic AC2. The functions named after these cite their
        sources. The intervals say where the figures of other items would lie, if the same
        raters rated these: other raters may be further apart.

    Raises:
        BadInput: A level is not one of 0 to ``levels - 1``.

    """
    return _agreement(ratings, levels, EACH_ALONE)


def pooled_agreement(ratings: Mapping[str, Ratings], *, levels: int = 5) -> Reliability:
    """Return how far raters agree on all criteria pooled.

    An item is one criterion of one submission. One impression colours all criteria of a
    submission, so the intervals take whole submissions as independent, not items, and nothing
    is said of fewer than five submissions.

    Args:
        ratings: The ratings of each criterion, by the criterion's name. Items are submissions.
        levels: How many levels there are, from 0 upwards.

    Raises:
        BadInput: A level is not one of 0 to ``levels - 1``.

    """
    within: dict[str, str] = {}
    entries = []
    for criterion, of in ratings.items():
        for item, rater, level in of.entries:
            name = f"{item}, {criterion}"
            within[name] = item
            entries.append((name, rater, level))
    found = _agreement(Ratings.of(entries), levels, within)
    shared = len({item for of in ratings.values() for item in of.shared().items})
    if shared >= MIN_ITEMS:
        return found
    words = f"{TOO_FEW}: {shared} submissions with two reviewers, {MIN_ITEMS} are needed"
    nothing = {"value": None, "low": None, "high": None, "words": words}
    return found.model_copy(
        update={"figures": tuple(figure.model_copy(update=nothing) for figure in found.figures)}
    )


def _agreement(ratings: Ratings, levels: int, within: Mapping[str, str]) -> Reliability:
    ratings.refuse_above(levels)
    shared = ratings.shared()
    size = len(shared.items), len(shared.raters)
    figures = (
        _pair_figure("exact agreement", shared, 0, within),
        _pair_figure("adjacent agreement", shared, 1, within),
        *_figures_of_the_same(shared, levels, within),
        _figure(
            "Krippendorff's alpha",
            size,
            lambda: alpha_estimate(shared, within=within),
            alpha_words,
        ),
        _figure(
            "Gwet's AC1",
            size,
            lambda: gwet_estimate(ratings, levels=levels, within=within),
            chance_words,
        ),
        _figure(
            "Gwet's AC2",
            size,
            lambda: gwet_estimate(ratings, "quadratic", levels=levels, within=within),
            chance_words,
        ),
    )
    return Reliability(figures=figures, n_items=size[0], n_raters=size[1])


def _figures_of_the_same(
    shared: Ratings, levels: int, within: Mapping[str, str]
) -> tuple[Figure, ...]:
    """Return the figures that need the same raters on several items."""
    pairs = paired(shared)
    table = complete_table(shared)
    who = "the same two reviewers"
    return (
        _figure(
            "weighted kappa",
            (len(pairs.items), len(pairs.raters)),
            lambda: kappa_estimate(pairs, levels=levels, within=within),
            chance_words,
            who,
        ),
        _figure(
            "ICC(2,1)",
            table.size,
            lambda: icc_estimate(table, "icc2", within=within),
            icc_words,
            who,
        ),
        _figure(
            "ICC(2,k)",
            table.size,
            lambda: icc_estimate(table, "icc2k", within=within),
            lambda found: icc_words(found, table.size[1]),
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
        words = f"{TOO_FEW}: all levels are the same"
        if result.value is not None:
            words = say(result) + unsure_words(result)
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


def _pair_figure(name: str, shared: Ratings, apart: int, within: Mapping[str, str]) -> Figure:
    rows: dict[str, list[list[int]]] = defaultdict(list)
    for item, row in shared.by_item().items():
        rows[within.get(item, item)].append(sorted(row.values()))
    found = [_near(of, apart) for of in rows.values()]
    near, pairs, items = (sum(one[place] for one in found) for place in range(3))
    return _figure(
        name,
        (items, len(shared.raters)),
        lambda: share_estimate(found),
        lambda _: pair_words(near, pairs, apart, cases=pairs == items),
    )


def _near(rows: list[list[int]], apart: int) -> Near:
    """Return the pairs of reviews of one submission, from the sorted levels of its items."""
    pairs = [high - low <= apart for row in rows for low, high in combinations(row, 2)]
    return Near(sum(pairs), len(pairs), len(rows))
