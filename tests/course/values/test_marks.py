"""The arithmetic of marks is exact, fair and monotone."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.marks import (
    CellMark,
    Marks,
    consensus,
    late_penalty,
    level_points,
    needs_moderation,
    share_points,
)
from practicum.policies import LatePolicy

weights = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.floats(0.01, 1000),
    min_size=1,
    max_size=20,
)
points = st.integers(0, 100_000).map(lambda hundredths: hundredths / 100)
shares = st.integers(0, 90).map(lambda percent: percent / 100)
levels = st.lists(st.integers(0, 4), min_size=1, max_size=9)
policies = st.builds(
    LatePolicy,
    grace_minutes=st.floats(0, 10_080),
    per_day=st.floats(0, 1),
    at_most=st.floats(0, 1),
)
delays = st.timedeltas(timedelta(days=-3), timedelta(days=60))


@given(weights, points, shares)
def test_shares_sum_exactly(by_weight: dict[str, float], others: float, share: float) -> None:
    """The criteria's points sum to the share to the hundredth, each a hundredth from its part."""
    given_points = share_points(by_weight, others, share)

    wanted = round(100 * others * share / (1 - share))
    hundredths = {name: round(100 * value) for name, value in given_points.items()}
    assert all(math.isclose(100 * given_points[n], hundredths[n]) for n in hundredths)
    assert sum(hundredths.values()) == wanted
    total = sum(by_weight.values())
    for name, weight in by_weight.items():
        assert abs(hundredths[name] - wanted * weight / total) < 1.000001
        assert hundredths[name] >= 0


@given(weights, st.integers(1, 1000), shares)
def test_the_share_is_the_share(by_weight: dict[str, float], others: int, share: float) -> None:
    """The employer's part of the whole mark is the course's share, up to rounding."""
    employer = sum(share_points(by_weight, others, share).values())

    assert employer / (others + employer) == pytest.approx(share, abs=0.01 / others)


@given(weights, points, shares)
def test_shares_do_not_depend_on_order(
    by_weight: dict[str, float], others: float, share: float
) -> None:
    """Criteria in another order get the same points."""
    backwards = dict(reversed(by_weight.items()))

    assert share_points(backwards, others, share) == share_points(by_weight, others, share)


@given(st.floats(0, 4), st.floats(0, 4), points)
def test_a_higher_level_never_earns_less(one: float, other: float, most: float) -> None:
    """Points grow with the level, from none at 0 to all at 4."""
    low, high = sorted((one, other))

    assert 0 <= level_points(low, most) <= level_points(high, most) <= most + 0.005
    assert level_points(0, most) == 0
    assert level_points(4, most) == most


@pytest.mark.parametrize(("level", "earned"), [(0, 0), (1, 1.285), (2.5, 3.2125), (4, 5.14)])
def test_points_of_levels(level: float, earned: float) -> None:
    """A level earns its quarter of the points, to the hundredth."""
    assert level_points(level, 5.14) == pytest.approx(earned, abs=0.0051)


@given(levels)
def test_consensus_is_the_median(given_levels: list[int]) -> None:
    """Half of the reviewers are not above the consensus, and half are not below."""
    middle = consensus(given_levels)

    assert 2 * sum(level <= middle for level in given_levels) >= len(given_levels)
    assert 2 * sum(level >= middle for level in given_levels) >= len(given_levels)
    assert consensus(given_levels[::-1]) == middle
    assert middle * 2 == int(middle * 2)


@given(levels, st.integers(1, 4))
def test_moderation_is_asked_for_by_the_gap(given_levels: list[int], gap: int) -> None:
    """Moderation is needed exactly when some two reviewers are the gap apart."""
    apart = any(abs(a - b) >= gap for a in given_levels for b in given_levels)

    assert needs_moderation(given_levels, gap) == apart
    assert not needs_moderation([], gap)


@given(points, delays, delays, policies)
def test_later_never_costs_less(
    earned: float, one: timedelta, other: timedelta, policy: LatePolicy
) -> None:
    """The penalty grows with lateness, is 0 in time, and is capped."""
    early, late = sorted((one, other))
    small, large = late_penalty(earned, early, policy), late_penalty(earned, late, policy)

    assert 0 <= small <= large
    assert large <= earned * policy.at_most + 0.005
    assert large <= earned
    if late <= timedelta(minutes=policy.grace_minutes):
        assert large == 0


@pytest.mark.parametrize(
    ("late", "penalty"),
    [
        (timedelta(seconds=-1), 0),
        (timedelta(0), 0),
        (timedelta(minutes=15), 0),
        (timedelta(minutes=15, seconds=1), 1),
        (timedelta(days=1), 1),
        (timedelta(days=1, seconds=1), 2),
        (timedelta(days=4, seconds=1), 5),
        (timedelta(days=400), 5),
    ],
)
def test_the_default_policy(late: timedelta, penalty: float) -> None:
    """A tenth for each day begun after 15 minutes of grace, at most a half."""
    assert late_penalty(10, late, LatePolicy()) == penalty


@pytest.mark.parametrize(
    ("due", "utc"),
    [
        ("2027-02-01T23:59:00", datetime(2027, 2, 1, 22, 59, tzinfo=UTC)),
        ("2027-07-01T23:59:00", datetime(2027, 7, 1, 21, 59, tzinfo=UTC)),
        # The night when clocks go forward: the last second before, and the first after.
        ("2027-03-28T01:59:59", datetime(2027, 3, 28, 0, 59, 59, tzinfo=UTC)),
        ("2027-03-28T03:00:00", datetime(2027, 3, 28, 1, 0, 0, tzinfo=UTC)),
        # With its own offset, the course's time zone does not matter.
        ("2027-07-01T23:59:00+00:00", datetime(2027, 7, 1, 23, 59, tzinfo=UTC)),
        ("2027-10-31T02:30:00+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_due_in_the_courses_zone(tiny: Any, due: str, utc: datetime) -> None:
    """A due date is read in the course's time zone; a second late is late, in summer as well."""
    tiny.rewrite("course/course.yml", "2027-02-01T12:00:00", due)
    tiny.rewrite("course/course.yml", "title:", "timezone: Europe/Berlin\ntitle:")

    found = tiny.course.due("tiny")

    assert found == utc
    no_grace = LatePolicy(grace_minutes=0)
    second = timedelta(seconds=1)
    assert late_penalty(10, (utc - second) - found, no_grace) == 0
    assert late_penalty(10, utc - found, no_grace) == 0
    assert late_penalty(10, (utc + second) - found, no_grace) == 1


def test_a_mark_is_the_sum_less_the_penalty() -> None:
    """What is missing counts nothing yet, and a penalty never makes a mark negative."""
    cells = (
        CellMark(cell="test", kind="autograded", max_points=8, score=6),
        CellMark(cell="essay", kind="written", max_points=2, score=None),
        CellMark(cell="criterion-a", kind="employer", max_points=4, score=3),
    )
    marks = Marks(student="ada", brief="tiny", cells=cells, penalty=2.5)

    assert (marks.points(), marks.points("employer"), marks.max_points()) == (9, 3, 14)
    assert marks.total == 6.5
    assert [cell.cell for cell in marks.missing] == ["essay"]
    assert marks.model_copy(update={"penalty": 100.0}).total == 0
