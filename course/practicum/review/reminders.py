"""Reminders: who still has something to judge, as a table and as a calendar file."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress

from practicum.course import Course
from practicum.records import Records
from practicum.records.values import Moment
from practicum.review.progress import ReviewState, reviewers_progress
from practicum.values import Value

__all__ = ["Reminder", "calendar_of", "reminders", "table_of"]

BEFORE = timedelta(days=2)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Reminder(Value):
    """Somebody who has submissions left to judge, when they are due, and how it stands."""

    brief: str
    title: str
    reviewer: str
    name: str
    email: str
    state: ReviewState
    left: int
    due: Moment | None
    link: str


def reminders(course: Course, brief: str, records: Records, now: datetime) -> tuple[Reminder, ...]:
    """Return the reviewers of a brief who are not done, the most urgent first.

    Raises:
        UnknownName: The course has no such brief.

    """
    title = course.brief(brief).title
    emails = {one.id: one.email or "" for one in course.roster.reviewers}
    order = ("overdue", "silent", "not invited", "waiting", "working")
    found = [
        Reminder(
            brief=brief,
            title=title,
            reviewer=line.reviewer,
            name=line.name,
            email=str(emails.get(line.reviewer, "")),
            state=line.state,
            left=line.left,
            due=line.due,
            link=line.link,
        )
        for line in reviewers_progress(course, brief, records, now)
        if line.state != "done"
    ]
    return tuple(sorted(found, key=lambda one: (order.index(one.state), -one.left, one.name)))


def table_of(found: tuple[Reminder, ...]) -> str:
    """Return the reminders as CSV, such as a mail merge reads; no field is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    columns = ("brief", "title", "reviewer", "name", "email", "state", "left", "due", "link")
    writer.writerow(columns)
    for one in found:
        values = one.model_dump(mode="json")
        writer.writerow(
            _harmless(str(values[name] if values[name] is not None else "")) for name in columns
        )
    return text.getvalue()


def calendar_of(course: Course, found: tuple[Reminder, ...], now: datetime) -> bytes:
    """Return a calendar file (RFC 5545) with an entry for each reminder that has a date.

    The same reminder keeps its identity, so that importing a newer file moves the entry.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//practicum//reviews//EN")
    calendar.add("version", "2.0")
    for one in found:
        if one.due is None:
            continue
        event = Event()
        same = hashlib.sha256(f"{course.id}|{one.brief}|{one.reviewer}".encode()).hexdigest()[:32]
        event.add("uid", f"{same}@practicum")
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", one.due)
        event.add("dtend", one.due)
        event.add("summary", f"Reviews due: {one.title} ({one.name}, {one.left} left)")
        event.add("description", f"{one.name}: {one.state}. Link: {one.link}.")
        if one.email:
            attendee = vCalAddress(f"mailto:{one.email}")
            attendee.params["CN"] = one.name
            event.add("attendee", attendee)
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"Reviews due in two days: {one.title}")
        alarm.add("trigger", -BEFORE)
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
