"""Severity: who gives more, and who less, than the others on the same work.

It is shown to the one who moderates. No mark is changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from practicum.reliability.effects import Effect, Row, effects, linked_rows
from practicum.reliability.ratings import TOO_FEW, Ratings
from practicum.reliability.resampling import student
from practicum.values import Value

__all__ = ["MIN_SUBMISSIONS", "Adjusted", "Severity", "adjusted", "severity"]

MIN_SUBMISSIONS = 10
"""Below this many shared submissions, an adjustment adds more noise than it takes away."""
NEAR = 0.1
"""Differences below this many levels are not worth a word."""
NOTHING = 1e-6
"""An error below this is rounding."""


class Severity(Value):
    """How many levels more one rater gives than the others on the same work.

    ``effect`` is against the mean of all raters, with its standard ``error``: the effects sum to
    zero. ``difference`` is against the mean of the others, with a 95% interval. All are None
    where there is too little to say it from, the interval also where no submission differs from
    the others in it. ``n_submissions`` counts those that the rater shares.
    """

    rater: str
    effect: float | None
    error: float | None
    difference: float | None
    low: float | None
    high: float | None
    n_submissions: int
    words: str


class Adjusted(Value):
    """The mean level given for one criterion of an item, and what it would be without severity.

    ``adjusted`` is None where the severity of one of the raters is not known.
    """

    item: str
    criterion: str
    given: float
    adjusted: float | None


def severity(ratings: Mapping[str, Ratings]) -> tuple[Severity, ...]:
    """Return the severity of each rater, by name.

    The additive model level = mean + item + criterion + rater is fitted to the largest group of
    raters whom shared submissions link (Braun 1988, J. Educ. Stat. 13, 1-18, calibrates essay
    readers so; for the need of links: Eckes 2015, Introduction to Many-Facet Rasch Measurement,
    2nd ed.). Nothing is said of a rater with fewer than ten shared submissions.

    Args:
        ratings: The ratings of each criterion, by the criterion's name. Items are submissions.

    """
    raters = sorted({rater for of in ratings.values() for rater in of.raters})
    rows = linked_rows(ratings)
    found = effects(rows) if rows else {}
    return tuple(_severity(rater, rows, found) for rater in raters)


def adjusted(ratings: Mapping[str, Ratings], *, levels: int = 5) -> tuple[Adjusted, ...]:
    """Return what each mean level would be if all raters were equally severe: to look at only.

    Each level is less its rater's effect, and the mean is kept within 0 and ``levels - 1``. In
    the order of items, then of criteria.
    """
    known = {one.rater: one.effect for one in severity(ratings)}
    result = []
    for criterion, of in sorted(ratings.items()):
        of.refuse_above(levels)
        for item, row in of.by_item().items():
            given = fmean(row.values())
            by_raters = [effect for rater in row if (effect := known[rater]) is not None]
            fair = None
            if len(by_raters) == len(row):
                fair = min(max(given - fmean(by_raters), 0.0), levels - 1.0)
            result.append(Adjusted(item=item, criterion=criterion, given=given, adjusted=fair))
    return tuple(sorted(result, key=lambda one: (one.item, one.criterion)))


def _severity(rater: str, rows: list[Row], found: dict[str, Effect] | None) -> Severity:
    shared = len({row.item for row in rows if row.rater == rater})
    if found is None:
        return _unknown(rater, shared, "who rated what does not part reviewers from criteria")
    if rater not in found:
        return _unknown(rater, shared, "no submissions shared with the others")
    effect, error = found[rater]
    if shared < MIN_SUBMISSIONS or error is None:
        return _unknown(rater, shared, f"{shared} submissions shared, {MIN_SUBMISSIONS} are needed")
    # The others' mean effect is -effect / (n - 1), because all effects sum to zero.
    against_others = len(found) / (len(found) - 1)
    difference = effect * against_others
    # A rater's own few submissions, not everybody's, say how unsure the error itself is.
    reach = student(shared - 1) * error * against_others * (shared / (shared - 1)) ** 0.5
    low, high = (difference - reach, difference + reach) if reach > NOTHING else (None, None)
    return Severity(
        rater=rater,
        effect=effect,
        error=error,
        difference=difference,
        low=low,
        high=high,
        n_submissions=shared,
        words=_words(difference, low, high),
    )


def _unknown(rater: str, shared: int, why: str) -> Severity:
    return Severity(
        rater=rater,
        effect=None,
        error=None,
        difference=None,
        low=None,
        high=None,
        n_submissions=shared,
        words=f"{TOO_FEW}: {why}",
    )


def _words(difference: float, low: float | None, high: float | None) -> str:
    work = "the others on the same work"
    if max(abs(difference), abs(low or 0), abs(high or 0)) < NEAR:
        return f"gives the same levels as {work}"
    how = f"gives {abs(difference):.1f} levels {'more' if difference > 0 else 'less'} than {work}"
    if low is None or high is None:
        return how
    if low <= 0 <= high:
        # Zero is added so that no end prints as -0.0.
        ends = f"{round(low, 1) + 0.0:+.1f} and {round(high, 1) + 0.0:+.1f}"
        return f"no clear difference from {work}: between {ends} levels"
    near, far = sorted((abs(low), abs(high)))
    return f"{how} (95%: {near:.1f} to {far:.1f})"
