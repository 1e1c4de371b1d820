"""What is left of the hours, and what is late: arithmetic without a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from practicum.briefs import Brief
from practicum.internship import Internship

__all__ = ["Point", "Row", "burn_down", "rows", "start_of", "warnings"]

NEARLY = 0.8
"""From this part of the hours on a student is warned."""
LONGEST = 12 * 60
"""A clock that has run for longer, in minutes, was probably forgotten."""


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
    """The hours that were left after a day's work: by what was logged, and by the plan."""

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


def burn_down(brief: Brief, internship: Internship, due: datetime | None) -> list[Point]:
    """Return the hours left at the start, and after each entry of the log, in order of time.

    The plan falls evenly from all hours at the start to none at the due date; without a date it
    falls from the first entry over the brief's weeks.
    """
    entries = sorted(internship.time, key=lambda entry: entry.begin)
    total = brief.hours
    if not entries:
        return []
    start = start_of(brief, due) or entries[0].begin
    end = due or start + timedelta(weeks=brief.duration_weeks)
    span = max((end - start).total_seconds(), 1.0)

    def plan(at: datetime) -> float:
        part = (at - start).total_seconds() / span
        return round(total * (1 - min(1.0, max(0.0, part))), 2)

    spent = 0.0
    first = min(start, entries[0].begin)
    points = [Point(first, total, plan(first))]
    for entry in entries:
        spent += entry.minutes / 60
        at = entry.begin + timedelta(minutes=entry.minutes)
        points.append(Point(at, round(total - spent, 2), plan(at)))
    return points


def warnings(
    brief: Brief, internship: Internship, due: datetime | None, now: datetime
) -> list[tuple[Literal["over", "nearly", "late", "forgotten"], str]]:
    """Return what a student should know: a key of the words, and what it is about."""
    found: list[tuple[Literal["over", "nearly", "late", "forgotten"], str]] = []
    hours = internship.minutes / 60
    if hours > brief.hours:
        found.append(("over", f"{hours - brief.hours:.1f}"))
    elif hours >= NEARLY * brief.hours:
        found.append(("nearly", f"{brief.hours - hours:.1f}"))
    found += [("late", row.title) for row in rows(brief, internship, due, now) if row.late]
    if internship.timer and (now - internship.timer.begin) > timedelta(minutes=LONGEST):
        found.append(("forgotten", f"{(now - internship.timer.begin).total_seconds() / 3600:.0f}"))
    return found
