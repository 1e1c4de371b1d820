"""Progress: milestones and hours, as students' widgets hand them in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import model_validator

from practicum.course import Course
from practicum.errors import Conflict
from practicum.internship import MilestoneState, TimeEntry
from practicum.records import Logbook, Worked
from practicum.service.paging import After, Limit, Page, page_of
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.service.subjects import Placed
from practicum.values import Id, Value

__all__ = ["router"]

router = APIRouter(prefix="/briefs/{brief}/progress", tags=["progress"])

TAG = re.compile(r'(?:W/)?"(\d{1,9})"')
IfMatch = Annotated[
    str | None,
    Header(description='the ETag that the change was made from; "0" where there was nothing'),
]


class Work(Worked):
    """What a student did: milestones, and time that was spent; each entry once."""

    @model_validator(mode="after")
    def _told_apart(self) -> Work:
        lists = ([one.milestone for one in self.milestones], [one.id for one in self.time])
        if any(len(set(keys)) != len(keys) for keys in lists):
            message = "two entries have the same id: send each once"
            raise ValueError(message)
        return self


class StudentProgress(Value):
    """How far a student is; ``revision`` 0 and no time where nothing has come yet."""

    student: str
    revision: int = 0
    hours: float = 0.0
    last_active: datetime | None = None
    milestones: tuple[MilestoneState, ...] = ()
    time: tuple[TimeEntry, ...] = ()


@router.get("")
def progress(  # noqa: PLR0913, PLR0917 (each is a part of the address)
    at: Placed,
    here: Here,
    answer: Response,
    student: Annotated[Id | None, Query(description="only this one, for instructors")] = None,
    limit: Limit = 100,
    after: After = "",
) -> Page[StudentProgress]:
    """Show a student's own progress; that of all for those who run the course."""
    if at.who.role == "reviewer":
        raise refusal(403, "progress is for students and instructors")
    if at.who.role == "student":
        book = here.records.logbook(at.brief, at.who.name)
        shown = _shown(book) if book else StudentProgress(student=at.who.name)
        answer.headers["ETag"] = f'"{shown.revision}"'
        return Page(items=(shown,))
    books = here.records.logbooks(at.brief, student)
    return page_of((_shown(book) for book in books), lambda one: one.student, limit, after)


@router.put("")
def log_work(
    work: Work, at: Placed, here: Here, answer: Response, if_match: IfMatch = None
) -> StudentProgress:
    """Replace a student's own progress.

    With ``If-Match`` only where nobody has changed it since (412 otherwise).
    """
    if at.who.role != "student":
        raise refusal(403, "only students log their own progress")
    _check_milestones(work, here.course, at.brief)
    worked = Worked(milestones=work.milestones, time=work.time)
    try:
        book = here.records.log_work(at.brief, at.who.name, worked, _revision(if_match))
    except Conflict as error:
        raise refusal(412, str(error)) from None
    answer.headers["ETag"] = f'"{book.revision}"'
    return _shown(book)


def _revision(if_match: str | None) -> int | None:
    """Return the revision that a change was made from; None where none is named."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = TAG.fullmatch(if_match.strip())
    if match is None:
        raise refusal(412, "If-Match names no state of this progress: load it, then save again")
    return int(match[1])


def _check_milestones(work: Work, course: Course, brief: str) -> None:
    known = {one.id for one in course.brief(brief).milestones}
    named = {one.milestone for one in work.milestones} | {one.milestone for one in work.time}
    if named - known - {None}:
        raise refusal(422, f"the brief has no such milestone; it has: {', '.join(sorted(known))}")


def _shown(book: Logbook) -> StudentProgress:
    return StudentProgress(
        student=book.student,
        revision=book.revision,
        hours=book.worked.hours,
        last_active=book.at,
        milestones=book.worked.milestones,
        time=book.worked.time,
    )
