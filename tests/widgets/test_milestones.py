"""Milestones and hours: the clock, the log, and what is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.widgets.conftest import REPOSITORY

from practicum.briefs import read_brief
from practicum.errors import BadInput
from practicum.internship import Internship, TimeEntry
from practicum_widgets import Desk, Milestones
from practicum_widgets.milestones import changes
from practicum_widgets.milestones.burn_down import burn_down, rows, start_of, warnings

BRIEF = read_brief(REPOSITORY / "assignments" / "first-steps" / "brief.yml")
NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
DUE = datetime(2027, 1, 25, 23, tzinfo=UTC)
EMPTY = Internship(brief="first-steps")


def _logged(*minutes: int) -> Internship:
    time = tuple(
        TimeEntry(id=f"t{n}", milestone="explore", begin=NOW + timedelta(hours=n), minutes=m)
        for n, m in enumerate(minutes)
    )
    return EMPTY.model_copy(update={"time": time})


def test_the_clock_logs_what_it_shows() -> None:
    """Stopped, the clock leaves an entry from its start, with its milestone."""
    running = changes.start(EMPTY, {"milestone": "explore", "now": NOW})

    after = changes.stop(running, {"id": "a", "now": NOW + timedelta(minutes=42)})

    assert after.timer is None
    assert [(e.milestone, e.begin, e.minutes) for e in after.time] == [("explore", NOW, 42)]


def test_the_clock_is_started_and_stopped_once() -> None:
    """Starting a clock that runs changes nothing; nor does stopping one that does not."""
    running = changes.start(EMPTY, {"milestone": "explore", "now": NOW})

    assert changes.start(running, {"milestone": "analyse", "now": NOW}) == running
    assert changes.stop(EMPTY, {"id": "a"}) == EMPTY


@pytest.mark.parametrize(("ran", "minutes"), [(0, 1), (25, 25), (60 * 40, 24 * 60)])
def test_the_clock_counts_a_minute_at_least_and_a_day_at_most(ran: int, minutes: int) -> None:
    """A moment is a minute; a clock that was forgotten is a day."""
    running = changes.start(EMPTY, {"now": NOW})

    after = changes.stop(running, {"id": "a", "now": NOW + timedelta(minutes=ran)})

    assert after.time[0].minutes == minutes


def test_a_forgotten_clock_is_corrected() -> None:
    """Whoever forgot the clock says the minutes; none leaves no entry."""
    running = changes.start(EMPTY, {"now": NOW})
    later = NOW + timedelta(hours=20)

    assert warnings(BRIEF, running, None, later) == [("forgotten", "20")]
    assert changes.stop(running, {"id": "a", "now": later, "minutes": 90}).time[0].minutes == 90
    assert changes.stop(running, {"id": "a", "now": later, "minutes": 0}).time == ()


def test_the_clock_outlives_the_kernel(desk: Desk) -> None:
    """A clock that was started goes on in the next kernel."""
    Milestones(desk).do("start", {"milestone": "explore"})

    assert Milestones(Desk.here(desk.folder)).view["timer"]["milestone"] == "explore"


def test_the_board_moves_and_plans() -> None:
    """A milestone is moved, and other hours are planned for it, without the other being lost."""
    moved = changes.move(EMPTY, {"milestone": "explore", "state": "done"})
    planned = changes.move(moved, {"milestone": "explore", "planned_hours": 3.5})

    row = rows(BRIEF, planned, None, NOW)[0]
    assert (row.state, row.planned) == ("done", 3.5)


def test_bad_minutes_are_refused(desk: Desk) -> None:
    """More than a day, and less than a minute, is no entry."""
    widget = Milestones(desk)
    for minutes in (0, 1441, "many", float("nan")):
        with pytest.raises(BadInput):
            widget.do("add", {"id": "a", "begin": NOW.isoformat(), "minutes": minutes})
    assert desk.sidecar.read().time == ()


def test_days_are_counted_back_from_the_due_date() -> None:
    """The last milestone's day is the due date, so that the first day follows from it."""
    assert start_of(BRIEF, DUE) == DUE - timedelta(days=7)
    assert start_of(BRIEF, None) is None


def test_a_milestone_is_late_after_its_day() -> None:
    """A milestone whose day has passed is late until it is done."""
    late = [row.id for row in rows(BRIEF, EMPTY, DUE, DUE - timedelta(days=2))]
    found = [row.id for row in rows(BRIEF, EMPTY, DUE, DUE - timedelta(days=2)) if row.late]
    done = changes.move(EMPTY, {"milestone": "explore", "state": "done"})
    after = [row.id for row in rows(BRIEF, done, DUE, DUE - timedelta(days=2)) if row.late]

    assert late == ["explore", "analyse", "recommend", "hand-in"]
    assert found == ["explore", "analyse"]
    assert after == ["analyse"]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [((), []), ((300,), []), ((384,), [("nearly", "1.6")]), ((500,), [("over", "0.3")])],
)
def test_warnings_before_the_hours_are_spent(
    minutes: tuple[int, ...], expected: list[tuple[str, str]]
) -> None:
    """From four fifths of the hours on there is a warning, and another when they are over."""
    assert warnings(BRIEF, _logged(*minutes), None, NOW) == expected


@given(st.lists(st.integers(1, 1440), max_size=30))
def test_the_picture_agrees_with_the_log(minutes: list[int]) -> None:
    """Hours left fall by what was logged, and the plan never rises."""
    points = burn_down(BRIEF, _logged(*minutes), DUE)

    if not minutes:
        assert points == []
        return
    assert len(points) == len(minutes) + 1
    assert points[-1].left == round(BRIEF.hours - sum(minutes) / 60, 2)
    assert all(a.left > b.left for a, b in pairwise(points))
    plans = [point.plan for point in sorted(points, key=lambda point: point.at)]
    assert plans == sorted(plans, reverse=True)
    assert all(0 <= plan <= BRIEF.hours for plan in plans)
