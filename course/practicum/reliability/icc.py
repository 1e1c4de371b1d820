"""Intraclass correlations: how much of the variance of levels is the items'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING, Literal, NamedTuple

from practicum.errors import BadInput
from practicum.reliability.ratings import MIN_ITEMS, MIN_RATERS
from practicum.reliability.resampling import (
    EACH_ALONE,
    Estimate,
    estimate,
    ratio,
    submissions_of,
)
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.reliability.ratings import Ratings
    from practicum.reliability.resampling import Array

__all__ = ["Form", "Icc", "Table", "complete_table", "icc", "icc_estimate"]

Form = Literal["icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k"]


class Table(NamedTuple):
    """A table of items by raters without a gap, and which items these are."""

    items: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> tuple[int, int]:
        """How many items and raters there are."""
        return len(self.rows), len(self.rows[0]) if self.rows else 0


class Icc(Value):
    """The six forms of Shrout and Fleiss; None where the form is not defined.

    1: each item has raters of its own. 2: the raters are a sample of all who could rate.
    3: these raters are all there are. With k: of the mean of the k raters, not of one alone.
    """

    icc1: float | None
    icc2: float | None
    icc3: float | None
    icc1k: float | None
    icc2k: float | None
    icc3k: float | None


def icc(table: Sequence[Sequence[float]]) -> Icc:
    """Return the six intraclass correlations of a complete table of items by raters.

    Shrout and Fleiss (1979), Psychol. Bull. 86, 420-428.
    """
    import numpy as np  # noqa: PLC0415 (an extra)

    if len({len(row) for row in table}) > 1:
        raise BadInput("the table has gaps: an intraclass correlation needs all raters' levels")
    if len(table) < 2 or len(table[0]) < MIN_RATERS:  # noqa: PLR2004 (one item has no variance)
        return Icc.model_validate(dict.fromkeys(Icc.model_fields))
    forms = _forms(np.asarray(table, dtype=np.float64), np.ones((1, len(table))))
    found = {form: float(values[0]) for form, values in forms.items()}
    return Icc.model_validate({f: None if np.isnan(v) else v for f, v in found.items()})


def icc_estimate(table: Table, form: Form, *, within: Mapping[str, str] = EACH_ALONE) -> Estimate:
    """Return one intraclass correlation with its interval; ``within`` names an item's submission.

    The correlation of one review has the floor -1 / (k - 1), that of the mean of k has none:
    Fisher's scale for intraclass correlations (1925, Statistical Methods for Research Workers,
    ch. 7), on which both are the same.
    """
    import numpy as np  # noqa: PLC0415 (an extra)

    levels = np.asarray(table.rows, dtype=np.float64)
    floor = -inf if form.endswith("k") else -1 / (table.size[1] - 1)
    return estimate(
        lambda weights: _forms(levels, weights)[form],
        submissions_of(table.items, within),
        floor=floor,
    )


def complete_table(ratings: Ratings) -> Table:
    """Return the largest table of items by raters without a gap, as far as it was sought.

    Tried are the raters of each item, and what two items' raters have in common. Tables of five
    items or more come first, then those with most levels, then those with most raters.
    """
    by_item = ratings.by_item()
    sets = {frozenset(row) for row in by_item.values()}
    sets |= {one & other for one, other in combinations(sets, 2)}
    best: tuple[bool, int, int] = (False, 0, 0)
    table = Table((), ())
    # Sought in the order of the items, so that the raters' names cannot decide a tie.
    places = list(by_item)
    tried = [
        ([item for item in places if by_item[item].keys() >= raters], raters)
        for raters in sets
        if len(raters) >= MIN_RATERS
    ]
    for items, raters in sorted(tried, key=lambda one: (one[0], -len(one[1]))):
        size = (len(items) >= MIN_ITEMS, len(items) * len(raters), len(raters))
        if size > best:
            best = size
            columns = sorted(raters)
            rows = tuple(tuple(by_item[item][rater] for rater in columns) for item in items)
            table = Table(tuple(items), rows)
    return table


def _forms(table: Array, weights: Array) -> dict[Form, Array]:
    """Return the six forms by sample; the letters are those of Shrout and Fleiss."""
    import numpy as np  # noqa: PLC0415 (an extra)

    k = table.shape[1]
    n = weights.sum(axis=1)
    rows = table.mean(axis=1)
    columns = weights @ table / n[:, None]
    mean = columns.mean(axis=1)
    between = k * (weights * np.square(rows - mean[:, None])).sum(axis=1)
    raters = n * np.square(columns - mean[:, None]).sum(axis=1)
    within: Array = weights @ np.square(table - rows[:, None]).sum(axis=1)
    bms = between / (n - 1)
    wms = within / (n * (k - 1))
    jms = raters / (k - 1)
    ems = np.maximum(within - raters, 0) / ((n - 1) * (k - 1))
    return {
        "icc1": ratio(bms - wms, bms + (k - 1) * wms),
        "icc2": ratio(bms - ems, bms + (k - 1) * ems + k * (jms - ems) / n),
        "icc3": ratio(bms - ems, bms + (k - 1) * ems),
        "icc1k": ratio(bms - wms, bms),
        "icc2k": ratio(bms - ems, bms + (jms - ems) / n),
        "icc3k": ratio(bms - ems, bms),
    }
