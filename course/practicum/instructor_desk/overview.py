"""Where every brief stands: a table, and a picture where people would rather look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from matplotlib.ticker import MaxNLocator

from practicum.course import Course
from practicum.instructor_desk import markup
from practicum.instructor_desk.letters import Thread, threads
from practicum.records import Records, are_there
from practicum.report.display import Chart, chart
from practicum.report.drawing import COLOURS, PALE, drawing
from practicum.review.progress import reviewers_progress
from practicum.status import STATIONS, BriefStatus, CourseStatus, Station, status
from practicum.values import Value

__all__ = ["Overview", "overview", "read_overview"]

HEADINGS: Final = (
    *("Brief", "Due", "Published", "Waiting", "Received", "Graded", "Marked"),
    *("Assessed", "Released", "Errors", "Late reviews", "Questions"),
)
CAPTION: Final = "How many submissions have come how far"
READING: Final = (
    "Received: of those who are placed on the brief. Waiting: in the exchange, to be collected. "
    "Questions: those without an answer."
)
MEANING: Final = {
    "expected": "nothing came in yet",
    "received": "came in, to be graded",
    "graded": "written answers to be marked",
    "marked": "to be assessed or moderated",
    "assessed": "ready to be released",
    "released": "has feedback",
}
"""What each station says of the submissions that stand at it."""
LOOKS: Final[dict[Station, str]] = {
    "expected": PALE,
    "received": COLOURS[1],
    "graded": COLOURS[4],
    "marked": COLOURS[3],
    "assessed": COLOURS[5],
    "released": COLOURS[2],
}


class Overview(Value):
    """The state of a course: ``overdue`` counts reviewers by brief, ``waiting`` open threads."""

    status: CourseStatus
    overdue: dict[str, int]
    threads: tuple[Thread, ...]

    def waiting(self, brief: str) -> int:
        """Return in how many threads on a brief a question is open."""
        return sum(one.brief == brief and one.is_open for one in self.threads)


def read_overview(course: Course, now: datetime) -> Overview:
    """Read the state of a course; changes nothing.

    Raises:
        Busy: Another command keeps a database locked.
        BadInput: A database cannot be read.

    """
    found = status(course, now=now)
    healthy = [entry.brief for entry in found.briefs if not entry.problem]
    overdue: dict[str, int] = {}
    told: tuple[Thread, ...] = ()
    if are_there(course.records_url):
        with Records(course.records_url) as records:
            for brief in healthy:
                lines = reviewers_progress(course, brief, records, now)
                overdue[brief] = sum(line.state == "overdue" for line in lines)
            told = tuple(one for brief in healthy for one in threads(course, brief, records))
    return Overview(status=found, overdue=overdue, threads=told)


def overview(found: Overview, zone: ZoneInfo) -> str:
    """Return table and picture."""
    rows = [_row(found, entry, zone) for entry in found.status.briefs]
    shown = [entry for entry in found.status.briefs if entry.students and not entry.problem]
    problems = [
        markup.notice(f"{entry.brief}: {entry.problem}")
        for entry in found.status.briefs
        if entry.problem
    ]
    return markup.section(
        *problems,
        markup.table(CAPTION, HEADINGS, rows, compact=True),
        markup.paragraph(READING),
        markup.picture(stations_chart(shown)) if shown else "",
    )


def _row(found: Overview, entry: BriefStatus, zone: ZoneInfo) -> tuple[str, ...]:
    due = f"{entry.due.astimezone(zone):%Y-%m-%d}" if entry.due else ""
    if entry.problem:
        return (entry.brief, due, "problem", *("",) * (len(HEADINGS) - 3))
    counts = (
        *(entry.reached(station) for station in STATIONS[2:]),
        entry.errors,
        found.overdue.get(entry.brief, 0),
        found.waiting(entry.brief),
    )
    return (
        entry.brief,
        due,
        "yes" if entry.published else "not yet",
        _number(entry.waiting),
        f"{entry.reached('received')} of {entry.expected}",
        *map(_number, counts),
    )


def _number(count: int) -> str:
    return str(count) if count else "–"


def stations_chart(briefs: Sequence[BriefStatus]) -> Chart:
    """Draw a bar for each brief: how many submissions stand at each station."""
    counts = {
        entry.brief: {
            station: sum(who.station == station for who in entry.students) for station in STATIONS
        }
        for entry in briefs
    }
    names = list(counts)
    with drawing("Where submissions stand", height=1.7 + 0.3 * len(names)) as (figure, axes):
        left = [0] * len(names)
        for station in reversed(STATIONS):
            widths = [counts[name][station] for name in names]
            if not any(widths):
                continue
            axes.barh(
                range(len(names)),
                widths,
                left=left,
                height=0.6,
                color=LOOKS[station],
                label=MEANING[station],
            )
            left = [before + width for before, width in zip(left, widths, strict=True)]
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlabel("students (number)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlim(0, max(1, *left))
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, handlelength=1)
        said = "; ".join(
            f"{name}: "
            + ", ".join(
                f"{count} {MEANING[station]}" for station, count in by_station.items() if count
            )
            for name, by_station in counts.items()
        )
        reading = "The farther green reaches, the more students have their feedback."
        return chart(figure, alt=f"Bars by brief. {said}.", reading=reading)
