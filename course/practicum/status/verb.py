"""The verb: look at everything, and say where it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.errors import InvalidDocument, UnknownName
from practicum.status.looking import Noted, look, submissions
from practicum.status.stations import stand
from practicum.status.steps import next_steps
from practicum.status.values import BriefStatus, CourseStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from practicum.briefs import Brief
    from practicum.course import Course
    from practicum.rubrics import Rubric

__all__ = ["status"]

MAX_PROBLEM = 160


def status(
    course: Course, *, briefs: Sequence[str] | None = None, now: datetime | None = None
) -> CourseStatus:
    """Return where each brief and student stands, and the commands to run next.

    It changes nothing. A mark that is entered by hand (formgrader) after the release leaves
    no trace in the records, so only ``practicum release`` itself notices it.

    Args:
        course: The course.
        briefs: Look at these only; None for all that the course offers.
        now: The time, for how far off a due date is; the clock's if None.

    Raises:
        UnknownName: The course has no such brief.
        Busy: Another command keeps a database locked.
        BadInput: A database cannot be read.

    """
    for name in briefs or ():
        if name not in course.brief_names:
            raise UnknownName("brief", name, course.brief_names)
    names = tuple(name for name in course.brief_names if briefs is None or name in briefs)
    subjects, problems = _read(course, names)
    noted = look(course, subjects)
    found = tuple(
        BriefStatus(brief=name, due=course.due(name), problem=problems[name])
        if name in problems
        else _brief(course, name, noted[name])
        for name in names
    )
    return CourseStatus(
        course=course.id,
        title=course.settings.title,
        briefs=found,
        next_steps=next_steps(
            found,
            now=now or datetime.now(UTC),
            report_due=_report_due(course.work / "reports" / "cohort_report.html", noted),
            on_arrival=course.settings.hub is not None and course.settings.hub.grade_on_arrival,
        ),
    )


def _read(
    course: Course, names: Sequence[str]
) -> tuple[list[tuple[Brief, Rubric]], dict[str, str]]:
    """Read the briefs; one with problems does not hide where the others stand."""
    subjects: list[tuple[Brief, Rubric]] = []
    problems: dict[str, str] = {}
    for name in names:
        try:
            subjects.append((course.brief(name), course.rubric(name)))
        except InvalidDocument as error:
            first = error.problems[0]
            more = f" and {len(error.problems) - 1} more" if error.problems[1:] else ""
            problems[name] = f"{first.file.name}:{first.line}: {first.what}"[:MAX_PROBLEM] + more
    return subjects, problems


def _brief(course: Course, name: str, noted: Noted) -> BriefStatus:
    students = tuple(stand(known) for known in submissions(course.students_of(name), noted))
    judged = any(who.station in {"graded", "marked", "assessed"} for who in students)
    reviewers = course.roster.reviewers_of(name) if judged else ()
    return BriefStatus(
        brief=name,
        due=course.due(name),
        published=noted.published,
        waiting=_waiting(
            course,
            name,
            {who.student for who in students if who.station == "expected"},
            noted.handed_in,
        ),
        students=students,
        silent=tuple(r.id for r in reviewers if r.id not in noted.reviewers),
    )


def _waiting(course: Course, brief: str, missing: set[str], handed_in: frozenset[str]) -> int:
    """Count the students whose first submission lies in the exchange; names only are read."""
    if course.settings.hub is not None:
        return len(missing & handed_in)
    inbound = course.exchange / course.id / "inbound"
    if not missing or not inbound.is_dir():
        return 0
    arrived = {tuple(entry.name.split("+")[:2]) for entry in inbound.iterdir()}
    return sum((student, brief) in arrived for student in missing)


def _report_due(page: Path, noted: dict[str, Noted]) -> bool:
    releases = [at for entry in noted.values() for at in entry.released.values()]
    if not page.is_file():
        return True
    made = datetime.fromtimestamp(page.stat().st_mtime, UTC)
    return any(at > made for at in releases)
