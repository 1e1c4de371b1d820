"""Milestones and hours: the clock, the log, and what is left."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.widgets.conftest import REPOSITORY, Lay

from practicum.briefs import read_brief
from practicum.errors import BadInput
from practicum.internship import Internship, TimeEntry
from practicum_widgets import Desk, Milestones
from practicum_widgets.milestones import changes
from practicum_widgets.milestones.burn_down import burn_down, plan_of, rows, start_of, warnings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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


@pytest.mark.parametrize("minutes", [-5, 1441, 2.5, "many", float("inf"), float("nan"), []])
def test_a_clock_that_is_stopped_with_nonsense_runs_on(desk: Desk, minutes: Any) -> None:
    """Minutes that no day has are refused, and the clock is not lost."""
    widget = Milestones(desk)
    widget.do("start", {"milestone": "explore"})

    with pytest.raises(BadInput):
        widget.do("stop", {"id": "a", "minutes": minutes})

    kept = desk.sidecar.read()
    assert (kept.timer is not None, kept.time) == (True, ())


def test_two_kernels_have_one_clock(desk: Desk) -> None:
    """Started in two windows it is one clock; stopped in both it leaves one entry."""
    one, two = Milestones(desk), Milestones(Desk.here(desk.folder))
    one.do("start", {"milestone": "explore"})
    two.do("start", {"milestone": "analyse"})
    one.do("stop", {"id": "a"})
    two.do("stop", {"id": "b"})

    assert [(e.id, e.milestone) for e in desk.sidecar.read().time] == [("a", "explore")]


def test_a_page_that_looks_learns_that_the_clock_was_forgotten(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warnings that only the time brings are shown at the next look, without a change."""
    widget = Milestones(desk)
    widget.do("start", {"milestone": "explore"})
    assert widget.view["warnings"] == []
    later = widget.now() + timedelta(hours=13)
    monkeypatch.setattr(widget, "now", lambda: later)

    widget._asked(widget, {"do": "look", "ask": 1}, [])

    assert widget.view["warnings"] == [["forgotten", "13"]]


def test_an_entry_is_corrected_and_removed(desk: Desk) -> None:
    """Each field of an entry can be corrected by itself, and the entry be taken out."""
    widget = Milestones(desk)
    widget.do("add", {"id": "a", "begin": NOW.isoformat(), "minutes": 30, "milestone": "explore"})
    for field, value in (("minutes", 45), ("note", "counted"), ("milestone", "")):
        widget.do("edit", {"id": "a", field: value})

    assert desk.sidecar.read().time == (TimeEntry(id="a", begin=NOW, minutes=45, note="counted"),)

    widget.do("remove", {"id": "a"})
    assert desk.sidecar.read().time == ()


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


def test_empty_hours_are_those_of_the_brief(desk: Desk) -> None:
    """Other hours are told beside the brief's; emptied, the brief's hold again."""
    widget = Milestones(desk)
    assert widget.view["planned_otherwise"] == ""

    widget.do("move", {"milestone": "explore", "planned_hours": "3.5"})
    assert widget.view["planned_otherwise"] == "You plan 9.5 hours, and the brief has 8."

    widget.do("move", {"milestone": "explore", "planned_hours": ""})
    assert widget.view["planned_otherwise"] == ""
    assert widget.view["rows"][0]["planned"] == 2


@pytest.mark.parametrize("action", ["move", "start", "add"])
def test_a_milestone_that_the_brief_has_not(desk: Desk, action: str) -> None:
    """Neither board nor clock nor log takes a milestone that is not the brief's."""
    asked = {"milestone": "nonsense", "id": "a", "begin": NOW.isoformat(), "minutes": 30}

    with pytest.raises(BadInput, match="no milestone 'nonsense'"):
        Milestones(desk).do(action, asked)


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


def test_without_a_date_the_plan_begins_with_the_work() -> None:
    """A course without dates has a plan from the first entry on, and none before."""
    assert plan_of(BRIEF, _logged(30), DUE) == (DUE - timedelta(days=7), DUE)
    assert plan_of(BRIEF, _logged(30), None) == (NOW, NOW + timedelta(weeks=1))
    assert plan_of(BRIEF, EMPTY, None) is None


def test_a_milestone_is_late_after_its_day() -> None:
    """A milestone whose day has passed is late until it is done."""
    now = DUE - timedelta(days=2)
    found = [row.id for row in rows(BRIEF, EMPTY, DUE, now) if row.late]
    done = changes.move(EMPTY, {"milestone": "explore", "state": "done"})
    after = [row.id for row in rows(BRIEF, done, DUE, now) if row.late]

    assert found == ["explore", "analyse"]
    assert after == ["analyse"]
    assert warnings(BRIEF, done, DUE, now) == [("late", BRIEF.milestones[1].title)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ((), []),
        ((300,), []),
        ((383,), []),
        ((384,), [("nearly", "1.6")]),
        ((480,), [("nearly", "0.0")]),
        ((481,), [("over", "0.1")]),
        ((500,), [("over", "0.3")]),
    ],
)
def test_warnings_before_the_hours_are_spent(
    minutes: tuple[int, ...], expected: list[tuple[str, str]]
) -> None:
    """From four fifths of the hours on there is a warning, and another when they are over."""
    assert warnings(BRIEF, _logged(*minutes), None, NOW) == expected


ENTRIES = st.lists(st.tuples(st.integers(-20_000, 20_000), st.integers(1, 1440)), max_size=30)
"""When entries begin, in minutes from NOW, and how long they are: they may overlap."""


@given(ENTRIES, st.sampled_from([DUE, None]))
def test_the_picture_agrees_with_a_log(entries: list[tuple[int, int]], due: Any) -> None:
    """Hours left fall by what was logged, time goes forward, and the plan never rises."""
    time = tuple(
        TimeEntry(id=f"t{n}", begin=NOW + timedelta(minutes=begin), minutes=minutes)
        for n, (begin, minutes) in enumerate(entries)
    )
    points = burn_down(BRIEF, EMPTY.model_copy(update={"time": time}), due)

    if not entries:
        assert points == []
        return
    assert len(points) == len(entries) + 1
    assert points[0].left == BRIEF.hours
    assert points[-1].left == round(BRIEF.hours - sum(m for _, m in entries) / 60, 2)
    for before, after in pairwise(points):
        assert before.at <= after.at
        assert before.left > after.left
        assert BRIEF.hours >= before.plan >= after.plan >= 0


# --- The twin ------------------------------------------------------------------------------


def _filled(desk: Desk, note: str = "counted") -> Milestones:
    widget = Milestones(desk)
    widget.do("move", {"milestone": "explore", "state": "doing", "planned_hours": 3})
    entry = {"id": "a", "begin": NOW.isoformat(), "minutes": 90, "milestone": "explore"}
    widget.do("add", entry | {"note": note})
    desk.sidecar.change(lambda before: changes.start(before, {"milestone": "analyse", "now": NOW}))
    return widget


def test_the_twin_says_all_that_the_page_shows(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Board, sums, clock, log and the picture's figures are tables, in the course's zone."""
    widget = _filled(lay(due=DUE, timezone="Europe/Berlin"))
    monkeypatch.setattr(widget, "now", lambda: NOW)

    lines = _lines(str(widget.still()))

    assert lines[:3] == [
        "Milestones and hours",
        "Milestone | State | By | Planned hours | Logged hours",
        "Know the table (tasks 1 and 2) | doing | 2027-01-21 | 3 | 1.5",
    ]
    assert {
        "1.5 of 8 hours are logged.",
        "You plan 9 hours, and the brief has 8.",
        "The clock has been running since 2027-01-20 13:00.",
        "My log (1)",
        "2027-01-20 13:00 | 90 | Know the table (tasks 1 and 2) | counted",
        "6.5 of 8 hours are left. By the plan it would be 6.17.",
        "2027-01-19 00:00 | 8 | 8",
        "2027-01-20 14:30 | 6.5 | 6.17",
        "Times are in Europe/Berlin.",
    } - set(lines) == set()


def test_hostile_notes_stay_notes(desk: Desk) -> None:
    """Markup and braces in a note are shown as they are."""
    twin = str(_filled(desk, "<img src=x onerror=hit()> {what}").still())

    assert "<img" not in twin
    assert "<img src=x onerror=hit()> {what}" in html.unescape(twin)


def _lines(twin: str) -> list[str]:
    """Return the text of a twin: one line a row or paragraph, with bars between cells."""
    cells = re.sub(r"</t[hd]><t[hd][^>]*>", " | ", twin)
    texts = re.split(r"</?(?:tr|p|h3|h4|table|section)[^>]*>", cells)
    return [html.unescape(re.sub("<[^>]*>", "", text)) for text in texts if text]


# --- In a browser --------------------------------------------------------------------------

SOURCES = REPOSITORY / "widgets" / "practicum_widgets"


@pytest.fixture
def board(chromium: Browser) -> Iterator[Any]:
    """Open the widget's page at a time: ``board(now, **view)``."""
    context = chromium.new_context(timezone_id="Europe/Berlin", locale="en-GB")

    def open_at(now: datetime, **view: Any) -> Page:
        page = context.new_page()
        page.route(
            "http://desk.example/**",
            lambda route: route.fulfill(path=SOURCES / route.request.url.split("/", 3)[3]),
        )
        page.clock.install(time=now)
        page.goto("http://desk.example/milestones/page.html")
        page.wait_for_selector(".pw h3")
        page.evaluate("more => model.set('view', {...model.get('view'), ...more})", view)
        return page

    yield open_at
    context.close()


def _asked(page: Page, action: str) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = page.evaluate("window.asked || []")
    return [entry for entry in asked if entry["do"] == action]


TIMER = {"milestone": "explore", "begin": NOW.isoformat()}


@pytest.mark.browser
def test_a_page_left_open_over_night_asks_before_it_logs(board: Any) -> None:
    """The first press on stop asks for the minutes, the second logs those that were entered."""
    page = board(NOW + timedelta(minutes=30), timer=TIMER)
    stop = page.get_by_role("button", name="Stop and log")
    worked = page.get_by_label("Minutes that I worked")
    assert not worked.is_visible()
    page.clock.fast_forward("15:00:00")

    stop.click()

    assert _asked(page, "stop") == []
    assert "Enter the minutes that you worked" in page.get_by_role("status").inner_text()
    assert page.evaluate("document.activeElement.dataset.key") == "clock-minutes"
    worked.fill("75")
    stop.click()
    assert [entry["minutes"] for entry in _asked(page, "stop")] == [75]


@pytest.mark.browser
def test_a_clock_of_an_hour_stops_at_once(board: Any) -> None:
    """Whoever did not forget the clock is asked nothing, and the notebook counts the minutes."""
    page = board(NOW + timedelta(minutes=60), timer=TIMER)
    assert page.get_by_text("1 h 0 min").is_visible()

    page.get_by_role("button", name="Stop and log").click()

    assert [entry.keys() & {"minutes"} for entry in _asked(page, "stop")] == [set()]


@pytest.mark.browser
def test_an_emptied_day_is_not_saved(board: Any) -> None:
    """An entry needs a day: without one nothing is asked for, and the page says why."""
    page = board(NOW)
    page.get_by_text("My log (4)").click()
    day = page.locator('[data-key="time-1-begin"]')
    day.fill("")
    day.press("Tab")

    assert "enter a day and a time" in page.get_by_role("status").inner_text()
    assert _asked(page, "edit") == []


@pytest.mark.browser
def test_time_entered_by_hand_is_that_of_the_students_zone(board: Any) -> None:
    """What is entered as the student's time is asked for as a moment, with minutes and note."""
    page = board(NOW)
    page.get_by_text("Enter time by hand").click()
    page.locator('[data-key="hand-begin"]').fill("2027-01-20T10:15")
    page.locator('[data-key="hand-minutes"]').fill("40")
    page.locator('[data-key="hand-note"]').fill("counted")
    page.get_by_role("button", name="Log it").click()

    asked = _asked(page, "add")[0]
    assert (asked["begin"], asked["minutes"]) == ("2027-01-20T09:15:00.000Z", 40)
    assert (asked["milestone"], asked["note"]) == ("explore", "counted")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("3", 3),
        ("1:30", 1.5),
        ("1,5", 1.5),
        ("1.5 h", 1.5),
        ("90m", 1.5),
        ("90 min", 1.5),
        ("1 h 30", 1.5),
        ("2 Std", 2),
        ("", ""),
    ],
)
def test_planned_hours_as_people_write_them(board: Any, said: str, hours: object) -> None:
    """Hours are understood with a colon, a comma, or units; emptied, the brief's hold."""
    page = board(NOW)
    field = page.locator('[data-key="planned-explore"]')
    field.fill(said or "7")
    if not said:
        field.fill("")
    field.press("Tab")

    page.wait_for_timeout(50)
    assert [entry["planned_hours"] for entry in _asked(page, "move")] == [hours]


@pytest.mark.browser
@pytest.mark.parametrize("said", ["abc", "-2", "1:75", "1:30:00", "401", "h", "1 2", "1e3"])
def test_what_is_no_time_is_not_saved(board: Any, said: str) -> None:
    """Nothing is asked for, the page says how to write it, and the field keeps what was typed."""
    page = board(NOW)
    field = page.locator('[data-key="planned-explore"]')
    field.fill(said)
    field.press("Tab")

    assert "Write 90, 1:30 or 1.5 h" in page.get_by_role("status").inner_text()
    assert _asked(page, "move") == []
    assert field.input_value() == said


@pytest.mark.browser
@pytest.mark.parametrize(
    ("said", "minutes"), [("1:30", [90]), ("1,5 h", [90]), ("0", []), ("?", [])]
)
def test_minutes_as_people_write_them(board: Any, said: str, minutes: list[int]) -> None:
    """A time entered by hand may be hours and minutes; no time, and none at all, are refused."""
    page = board(NOW)
    page.get_by_text("Enter time by hand").click()
    page.locator('[data-key="hand-minutes"]').fill(said)
    page.get_by_role("button", name="Log it").click()

    assert [entry["minutes"] for entry in _asked(page, "add")] == minutes


@pytest.mark.browser
def test_the_picture_reaches_from_the_first_day_to_the_last(board: Any) -> None:
    """The plan falls from all hours to none over the whole width; the log lies on its figures."""
    page = board(NOW)
    view = json.loads((SOURCES / "milestones" / "view.json").read_text(encoding="utf-8"))

    def corners(name: str) -> list[tuple[float, float]]:
        points = page.locator(f".pw-burn .{name}").get_attribute("points").split()
        return [(float(x), float(y)) for x, y in (point.split(",") for point in points)]

    zero, plan, left = corners("pw-zero"), corners("pw-plan"), corners("pw-left")
    assert (plan[0][1], plan[-1]) == (12, (310, zero[0][1]))
    assert len(left) == len(view["points"])
    by_hour = (zero[0][1] - 12) / view["hours"]
    for (_, y), point in zip(left, view["points"], strict=True):
        assert y == pytest.approx(12 + by_hour * (view["hours"] - point["left"]))
    assert page.get_by_role("img", name=view["picture"]).count() == 1
