"""What is left of the hours, and what is late: arithmetic without a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from practicum.briefs import Brief
from practicum.internship import Internship

__all__ = [
    "LONGEST",
    "Point",
    "Row",
    "Warned",
    "burn_down",
    "plan_of",
    "rows",
    "start_of",
    "warnings",
]

NEARLY = 0.8
"""From this part of the hours on a student is warned."""
LONGEST = 12 * 60
"""A clock that has run for longer, in minutes, was probably forgotten."""

Warned = tuple[Literal["over", "nearly", "late", "forgotten"], str]
"""A key of the words, and what it is about."""


@dataclass(frozen=True)
class Row:
    """A milestone with its hours; ``due`` where the course has dates."""

    id: str
    title: str
    state: str
    planned: float
    logged: float
    due: datetime | None
    late: bool


@dataclass(frozen=True)
class Point:
    """The hours that were left after some work: by what was logged, and by the plan."""

    at: datetime
    left: float
    plan: float


def start_of(brief: Brief, due: datetime | None) -> datetime | None:
    """Return the day from which the brief's days count: its last day is the course's due date."""
    if due is None:
        return None
    return due - timedelta(days=max(milestone.due_day for milestone in brief.milestones))


def rows(brief: Brief, internship: Internship, due: datetime | None, now: datetime) -> list[Row]:
    """Return each milestone with its planned and logged hours."""
    states = {state.milestone: state for state in internship.milestones}
    start = start_of(brief, due)
    found = []
    for milestone in brief.milestones:
        state = states.get(milestone.id)
        minutes = sum(entry.minutes for entry in internship.time if entry.milestone == milestone.id)
        ends = start + timedelta(days=milestone.due_day) if start else None
        done = state is not None and state.state == "done"
        planned = state.planned_hours if state else None
        found.append(
            Row(
                id=milestone.id,
                title=milestone.title,
                state=state.state if state else "to-do",
                planned=milestone.hours if planned is None else planned,
                logged=round(minutes / 60, 2),
                due=ends,
                late=bool(ends and now > ends and not done),
            )
        )
    return found


def plan_of(
    brief: Brief, internship: Internship, due: datetime | None
) -> tuple[datetime, datetime] | None:
    """Return when the plan has all hours left, and when none.

    It falls evenly from the start to the due date; without a date it falls from the first entry
    over the brief's weeks, and without an entry there is none.
    """
    start = start_of(brief, due)
    if due is not None and start is not None:
        return start, due
    if not internship.time:
        return None
    first = min(entry.begin for entry in internship.time)
    return first, first + timedelta(weeks=brief.duration_weeks)


def burn_down(brief: Brief, internship: Internship, due: datetime | None) -> list[Point]:
    """Return the hours left at the start, and after each entry of the log, in order of time."""
    span = plan_of(brief, internship, due)
    if not internship.time or span is None:
        return []
    start, end = span
    seconds = max((end - start).total_seconds(), 1.0)

    def plan(at: datetime) -> float:
        part = (at - start).total_seconds() / seconds
        return round(brief.hours * (1 - min(1.0, max(0.0, part))), 2)

    first = min(start, *(entry.begin for entry in internship.time))
    points = [Point(first, brief.hours, plan(first))]
    spent = 0
    # By their ends, so that entries which overlap do not lead back in time.
    for at, minutes in sorted(
        (entry.begin + timedelta(minutes=entry.minutes), entry.minutes) for entry in internship.time
    ):
        spent += minutes
        points.append(Point(at, round(brief.hours - spent / 60, 2), plan(at)))
    return points


def warnings(
    brief: Brief, internship: Internship, due: datetime | None, now: datetime
) -> list[Warned]:
    """Return what a student should know: hours nearly or wholly spent, late parts, a lost clock."""
    found: list[Warned] = []
    spent = internship.minutes / 60
    if spent > brief.hours:
        # A few minutes are too many as well, and "0.0 hours more" would say the opposite.
        found.append(("over", f"{max(0.1, spent - brief.hours):.1f}"))
    elif spent >= NEARLY * brief.hours:
        found.append(("nearly", f"{brief.hours - spent:.1f}"))
    found += [("late", row.title) for row in rows(brief, internship, due, now) if row.late]
    if internship.timer:
        ran = now - internship.timer.begin
        if ran > timedelta(minutes=LONGEST):
            found.append(("forgotten", f"{ran.total_seconds() / 3600:.0f}"))
    return found
