"""Least squares for severity: the effect of each rater, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from practicum.reliability.ratings import Ratings

    Array = NDArray[np.float64]

__all__ = ["Effect", "Row", "effects", "linked_rows"]


class Row(NamedTuple):
    """One level: for which criterion, on which item, by whom."""

    criterion: str
    item: str
    rater: str
    level: int


class Effect(NamedTuple):
    """How much more than the mean rater someone gives; the error is None where none is left."""

    value: float
    error: float | None


def linked_rows(ratings: Mapping[str, Ratings]) -> list[Row]:
    """Return the levels of the largest group of raters whom shared items link.

    Items that one rater alone rated are left out: they tell nothing of severity.
    """
    rows = [Row(name, *entry) for name, of in sorted(ratings.items()) for entry in of.entries]
    by_item: dict[str, set[str]] = {}
    for row in sorted(rows, key=lambda row: row.item):
        by_item.setdefault(row.item, set()).add(row.rater)
    group: dict[str, set[str]] = {}
    for raters in by_item.values():
        if len(raters) > 1:
            merged = raters.union(*(group.get(rater, set()) for rater in raters))
            group |= dict.fromkeys(merged, merged)
    sizes = {
        rater: sum(row.rater in one and len(by_item[row.item]) > 1 for row in rows)
        for rater, one in group.items()
    }
    shared = [row for row in rows if row.rater in group and len(by_item[row.item]) > 1]
    # The first item decides between groups of one size, so that the raters' names do not.
    shared.sort(key=lambda row: (row.item, row.criterion))
    first = max(shared, key=lambda row: sizes[row.rater], default=None)
    return [] if first is None else [row for row in shared if row.rater in group[first.rater]]


def effects(rows: Sequence[Row]) -> dict[str, Effect] | None:
    """Return the effect of each rater, or None where it cannot be told from the rest.

    The model is level = mean + item + criterion + rater, by least squares; the raters' effects
    sum to zero. The errors allow for a reviewer's impression of an item colouring all its
    criteria: they are clustered by item (Liang and Zeger 1986, Biometrika 73, 13-22; Cameron
    and Miller 2015, J. Hum. Resour. 50, 317-372).
    """
    import numpy as np  # noqa: PLC0415 (an extra)

    raters = sorted({row.rater for row in rows})
    summing = np.vstack([np.eye(len(raters) - 1), -np.ones(len(raters) - 1)])
    items = _dummies([row.item for row in rows])
    others = np.hstack([items, _dummies([row.criterion for row in rows])[:, 1:]])
    given = _dummies([row.rater for row in rows]) @ summing
    levels = np.array([row.level for row in rows], dtype=np.float64)
    # Frisch and Waugh: what items and criteria explain is taken out of both sides first.
    explain = np.hstack([given, levels[:, None]])
    left = explain - others @ np.linalg.lstsq(others, explain)[0]
    design, rest = left[:, :-1], left[:, -1]
    if np.linalg.matrix_rank(design, tol=1e-8) < len(raters) - 1:
        return None
    solved = np.linalg.lstsq(design, rest)[0]
    scores = items.T @ (design * (rest - design @ solved)[:, None])
    pulls = scores @ np.linalg.inv(design.T @ design) @ summing.T
    n_items = items.shape[1]
    # An item's own mean lies within its cluster and costs nothing (Cameron and Miller).
    free = len(rows) - np.linalg.matrix_rank(others) + n_items - len(raters)
    values = summing @ solved
    if n_items < 2 or free <= 0:  # noqa: PLR2004 (one cluster has no spread)
        return {rater: Effect(float(v), None) for rater, v in zip(raters, values, strict=True)}
    factor = n_items / (n_items - 1) * (len(rows) - 1) / free
    errors = np.sqrt(factor * np.square(pulls).sum(axis=0))
    return {
        rater: Effect(float(value), float(error))
        for rater, value, error in zip(raters, values, errors, strict=True)
    }


def _dummies(names: Sequence[str]) -> Array:
    import numpy as np  # noqa: PLC0415 (an extra)

    columns = sorted(set(names))
    table: Array = np.array(names)[:, None] == np.array(columns)
    return table.astype(np.float64)
