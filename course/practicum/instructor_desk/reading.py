"""What the desk reads of a course. It only looks, and makes no database where there is none."""

from __future__ import annotations

import os
from datetime import datetime
from zoneinfo import ZoneInfo

from practicum.course import Course
from practicum.records import AuditEntry, Records, are_there
from practicum.review import (
    Dispute,
    Gradebook,
    ReliabilityReport,
    ReviewerCalibration,
    calibration_of,
    disputes,
    reliability_of,
)
from practicum.review.ports import opened
from practicum.review.progress import ReviewerProgress, reviewers_progress, without_reviewer
from practicum.rubrics.rubric import Level
from practicum.values import Id, Value

__all__ = [
    "Decided",
    "Judged",
    "Reviewed",
    "graded",
    "read_judged",
    "read_reviewed",
    "who_decides",
    "written",
]


class Reviewed(Value):
    """How the reviews of a brief go; no decision changes it.

    ``without_reviewer`` are the codes of submissions that nobody is to judge.
    """

    brief: Id
    progress: tuple[ReviewerProgress, ...]
    without_reviewer: tuple[str, ...]
    reliability: ReliabilityReport
    calibration: tuple[ReviewerCalibration, ...]


class Decided(Value):
    """A decision that counts, with the name of who took it. ``at`` is in the course's zone."""

    at: datetime
    student: Id
    code: str
    title: str
    level: Level
    reason: str
    by: str


class Judged(Value):
    """What there is to decide on a brief, what was decided, and what the log keeps of it."""

    brief: Id
    open: tuple[Dispute, ...]
    decided: tuple[Decided, ...]
    logged: tuple[AuditEntry, ...]


def graded(course: Course, gradebook: Gradebook | None) -> dict[str, tuple[str, ...]]:
    """Return who is graded, by published brief in the order of course.yml."""
    if gradebook is None and not are_there(course.records_url):
        return {}  # publishing makes the records, so nothing was published yet
    with opened(course, gradebook, to_write=False) as book:
        published = set(book.briefs())
        return {name: book.students(name) for name in course.brief_names if name in published}


def read_reviewed(course: Course, brief: str, now: datetime) -> Reviewed:
    """Return how far the reviewers are, and how far they can be relied on.

    Raises:
        PracticumError: A file of the course or a database cannot be read.

    """
    with Records(course.records_url) as records:
        progress = reviewers_progress(course, brief, records, now)
        left_over = without_reviewer(course, brief, records)
    return Reviewed(
        brief=brief,
        progress=progress,
        without_reviewer=left_over,
        reliability=reliability_of(course, brief),
        calibration=calibration_of(course, brief),
    )


def read_judged(course: Course, brief: str) -> Judged:
    """Return the cases of a brief and the decisions on it, newest first.

    Raises:
        PracticumError: A file of the course or a database cannot be read.

    """
    titles = {criterion.id: criterion.title for criterion in course.rubric(brief).criteria}
    names = {instructor.id: instructor.name for instructor in course.roster.instructors}
    zone = ZoneInfo(course.settings.timezone)
    with Records(course.records_url) as records:
        decided = [
            Decided(
                at=one.at.astimezone(zone),
                student=one.student,
                code=records.blind_code(brief, one.student),
                title=titles.get(one.criterion, one.criterion),
                level=one.level,
                reason=one.reason,
                by=names.get(one.by, one.by),
            )
            for one in records.decisions(brief)
        ]
        logged = tuple(
            entry.model_copy(update={"at": entry.at.astimezone(zone)})
            for entry in reversed(records.audit())
            if (entry.action, entry.brief) == ("decide", brief)
        )
    decided.sort(key=lambda one: one.at, reverse=True)
    return Judged(brief=brief, open=disputes(course, brief), decided=tuple(decided), logged=logged)


def who_decides(course: Course) -> str:
    """Return the id of the instructor who sits here, or "" where that is not known.

    It is the account on the hub, if that is an instructor's, or else the only instructor.
    """
    ids = [instructor.id for instructor in course.roster.instructors]
    account = os.environ.get("JUPYTERHUB_USER", "")
    if account in ids:
        return account
    return ids[0] if len(ids) == 1 else ""


def written(moment: datetime) -> str:
    """Return a time as the desk writes it."""
    return f"{moment:%Y-%m-%d %H:%M}"
