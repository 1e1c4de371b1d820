"""The intervals of reliability: worked out by hand, by submission, and how often they hold."""

from math import atanh, exp, inf, log, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.errors import BadInput
from practicum.reliability import Ratings, Reliability, agreement, pooled_agreement
from practicum.reliability.chance import gwet_estimate
from practicum.reliability.resampling import Estimate, estimate, student, submissions_of
from practicum.reliability.shares import Near, share_estimate, wilson

if TYPE_CHECKING:
    from practicum.reliability.resampling import Array, Statistic

OF_COUNTS = ("weighted kappa", "Gwet's AC1", "Gwet's AC2")
"""Figures that do not change where each submission is there twice."""
PAIRS = [(2, 2), (1, 2), (3, 3), (0, 0), (4, 3), (2, 2), (1, 1), (0, 2), (3, 3), (4, 4), (2, 3)]
REPEATS = 400
CUTS = np.array([-2.2, -1.6, -1.0, 0.2])
TRUE_AC2 = 0.897125
"""Of infinitely many submissions, as ``benchmarks/bench_intervals.py`` works it out."""


def _mean_of(numbers: list[float]) -> "Statistic":
    """Return the weighted mean as a statistic: its jackknife error is the textbook's."""

    def mean(weights: "Array") -> "Array":
        found: Array = weights @ np.array(numbers) / weights.sum(axis=1)
        return found

    return mean


def _ratings(pairs: list[tuple[int, int]]) -> Ratings:
    return Ratings.of(
        (f"s{place:02}", rater, level)
        for place, pair in enumerate(pairs)
        for rater, level in zip("ab", pair, strict=True)
    )


def _width(found: Reliability, name: str) -> float:
    figure = found.figure(name)
    assert figure.low is not None
    assert figure.high is not None
    return figure.high - figure.low


def test_students_interval_on_fishers_scale() -> None:
    """Of a mean, the interval is Student's with the mean's own error, on Fisher's z."""
    found = estimate(_mean_of([0.0, 1.0] * 5), range(10))

    error = sqrt(0.25 * 10 / 9 / 10)
    reach = student(9) * error / (1 - 0.5**2)
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx(
        (tanh(atanh(0.5) - reach), tanh(atanh(0.5) + reach))
    )


def test_no_floor() -> None:
    """A figure without a lowest value has its interval on the scale of log(1 - x)."""
    found = estimate(_mean_of([0.0, 1.0] * 5), range(10), floor=-inf)

    reach = student(9) * sqrt(0.25 * 10 / 9 / 10) / 0.5
    ends = (1 - exp(log(0.5) + reach), 1 - exp(log(0.5) - reach))
    assert (found.low, found.high) == pytest.approx(ends)


def test_one_submission_makes_the_error() -> None:
    """Where one submission of twelve makes all the error, its own unsureness widens the interval.

    Its square is 121 times that of each of the others: 12 * (121**2 + 11) / 132**2 is the fourth
    moment, and so the degrees of freedom are 2.64 instead of 11.
    """
    found = estimate(_mean_of([0.4] + [0.8] * 11), range(12))

    mean = (0.4 + 11 * 0.8) / 12
    error = sqrt((11 / 12) * 0.4**2 / 11 / 12)
    free = 24 / (12 * (121**2 + 11) / 132**2 - 1)
    assert free == pytest.approx(2.64, abs=0.01)
    reach = student(free) * error / (1 - mean**2)
    assert found.low == pytest.approx(tanh(atanh(mean) - reach))


def test_items_of_a_submission_are_left_out_together() -> None:
    """Each submission's items three times over make nothing more sure."""
    numbers = [0.1, 0.7, 0.4, 0.9, 0.2, 0.6]

    once = estimate(_mean_of(numbers), range(6))
    thrice = estimate(_mean_of(numbers * 3), [*range(6)] * 3)

    assert thrice == pytest.approx(once)


def test_more_submissions_than_one_call_takes() -> None:
    """Six hundred submissions are left out in several calls, and none is missed."""
    numbers = [float(place % 7) / 10 for place in range(600)]

    found = estimate(_mean_of(numbers), range(600))

    assert found.value is not None
    assert found.low is not None
    error = float(np.std(numbers, ddof=1)) / sqrt(600)
    reach = student(599) * error / (1 - found.value**2)
    assert found.low == pytest.approx(tanh(atanh(found.value) - reach), abs=1e-5)


@pytest.mark.parametrize(
    ("numbers", "submissions"),
    [([1.0] * 6, range(6)), ([-1.0] * 6, range(6)), ([0.5] * 6, range(6)), ([0.1, 0.9], [0, 0])],
    ids=["full", "floor", "alike", "one submission"],
)
def test_no_interval(numbers: list[float], submissions: list[int]) -> None:
    """At the ends of the scale, where all are alike, or of one submission, no interval is told."""
    found = estimate(_mean_of(numbers), submissions)

    assert found.value == pytest.approx(sum(numbers) / len(numbers))
    assert found.low is None
    assert found.high is None


def test_words_without_an_interval() -> None:
    """Beside a figure without an interval stands that its sureness cannot be told, and why."""
    full = agreement(_ratings([(3, 3)] * 8)).figure("Gwet's AC1")
    alike = agreement(_ratings([(2, 3)] * 8)).figure("Gwet's AC2")
    hangs = agreement(_ratings([(3, 3)] * 7 + [(2, 3)])).figure("weighted kappa")

    cannot = "how sure that is cannot be told"
    assert full.words.endswith(f"; {cannot}: reviewers were never apart")
    assert alike.words.endswith(f"; {cannot}: the submissions are too few or too alike")
    assert hangs.words.endswith(f"; {cannot}: the submissions are too few or too alike")
    assert hangs.value == pytest.approx(0.0)
    assert hangs.low is None


def test_the_same_impression_twice() -> None:
    """Two criteria that always get the same levels are as sure as one, not surer."""
    ratings = _ratings(PAIRS)

    one = agreement(ratings)
    both = pooled_agreement({"clear": ratings, "sound": ratings})

    assert (both.n_items, one.n_items) == (22, 11)
    for name in OF_COUNTS:
        assert _width(both, name) == pytest.approx(_width(one, name))
        assert both.figure(name).value == pytest.approx(one.figure(name).value)
    for figure in both.figures:
        assert _width(both, figure.name) > 0.9 * _width(one, figure.name)


def test_taken_as_independent_they_seem_surer() -> None:
    """The same levels as items of their own have narrower intervals in every figure."""
    pairs = PAIRS * 2

    loose = agreement(_ratings(pairs))
    both = pooled_agreement({"clear": _ratings(PAIRS), "sound": _ratings(PAIRS)})

    for figure in both.figures:
        assert figure.value == pytest.approx(loose.figure(figure.name).value)
        assert _width(both, figure.name) > 1.2 * _width(loose, figure.name)


def test_one_criterion_pooled_is_that_criterion() -> None:
    """Pooled alone, a criterion has the figures that it has by itself."""
    ratings = _ratings(PAIRS)

    assert pooled_agreement({"clear": ratings}) == agreement(ratings)


def test_many_criteria_of_few_submissions() -> None:
    """Of four submissions nothing is said, however many criteria they have."""
    found = pooled_agreement(dict.fromkeys("abcdef", _ratings(PAIRS[:4])))

    words = "too few to say: 4 submissions with two reviewers, 5 are needed"
    assert {(f.value, f.low, f.high, f.words) for f in found.figures} == {(None, None, None, words)}


def test_pooled_names_the_bad_level() -> None:
    """A level that does not exist is refused with its submission and criterion."""
    with pytest.raises(BadInput, match="b gave s00, clear the level 7"):
        pooled_agreement({"clear": _ratings([(1, 7)])})


def test_submissions_of_items() -> None:
    """Items are numbered by their submissions; one that belongs to none is its own."""
    assert submissions_of(["a1", "b", "a2"], {"a1": "a", "a2": "a"}) == [0, 1, 0]


def test_share_of_independent_items() -> None:
    """Where each submission has one item, a share's interval is Wilson's of the items."""
    found = share_estimate([Near(1, 1, 1)] * 7 + [Near(0, 1, 1)] * 3)

    assert found == wilson(0.7, 10)
    assert (found.low, found.high) == pytest.approx((0.3968, 0.8922), abs=0.0001)


def test_share_of_items_that_hang_together() -> None:
    """Submissions that agree on all their items or on none count as one case each, or less."""
    found = share_estimate([Near(4, 4, 4)] * 7 + [Near(0, 4, 4)] * 3)

    # The variance of a submission's share is 0.21 * 10 / 9, and Student's t replaces z.
    assert found == pytest.approx(wilson(0.7, 9 * (1.959964 / student(9)) ** 2))


@pytest.mark.parametrize("near", [0, 4])
def test_share_without_spread(near: int) -> None:
    """If no pair, or each, is near, a submission counts as one case, whatever it has of items."""
    assert share_estimate([Near(near, 4, 4)] * 12) == wilson(near / 4, 12)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=12))
def test_a_share_lies_in_its_interval(rows: list[tuple[int, int]]) -> None:
    """The share lies in its interval, and the interval between 0 and 1."""
    found = share_estimate([Near(min(near, items), items, items) for near, items in rows])

    assert None not in found
    value, low, high = (float(end or 0) for end in found)
    assert 0 <= low <= value <= high <= 1


def _levels(rng: np.random.Generator, criteria: int) -> "Array":
    """Return 20 submissions' levels of one kind of work, by criteria and three raters."""
    work = rng.normal(size=(20, 1, 1))
    impression = sqrt(0.2) * rng.normal(size=(20, 1, 3))
    rest = sqrt(0.1) * rng.normal(size=(20, criteria, 3))
    levels: Array = np.searchsorted(CUTS, work + impression + rest + np.array([0, 0.1, -0.1]))
    return levels


def _interval(levels: "Array", *, by_submission: bool) -> Estimate:
    """Return the estimate of quadratic AC2."""
    names = {f"{s}, {c}": f"{s}" for s, c, _ in np.ndindex(levels.shape)}
    ratings = Ratings.of(
        (f"{s}, {c}", "abc"[rater], int(level)) for (s, c, rater), level in np.ndenumerate(levels)
    )
    return gwet_estimate(ratings, "quadratic", within=names if by_submission else {})


def _held(criteria: int, *, by_submission: bool = True) -> float:
    """Return what share of 400 intervals hold the true AC2: a share of 0.93 is 0.013 unsure."""
    rng = np.random.default_rng(20)
    found = [_interval(_levels(rng, criteria), by_submission=by_submission) for _ in range(REPEATS)]
    return sum((one.low or -1) <= TRUE_AC2 <= (one.high or -1) for one in found) / REPEATS


def test_intervals_hold() -> None:
    """Of twenty submissions, more than 90% of AC2's intervals hold what is true of all."""
    assert _held(1) > 0.9


def test_pooled_intervals_hold() -> None:
    """So do those of four criteria pooled, which would not if their items were independent."""
    assert _held(4) > 0.9
    assert _held(4, by_submission=False) < 0.8
