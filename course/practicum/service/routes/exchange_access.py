"""Who may do what in which course of the exchange; the depot that all its routes share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, Literal

from fastapi import Depends, Path, Request

from practicum.course import Course
from practicum.depot import Depot, Rules, StorageFull
from practicum.records import HandedIn, Upload
from practicum.records.ledger import AssignmentName
from practicum.service.callers import Anybody, Caller
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.values import Id, Value

__all__ = [
    "Assignment",
    "Here",
    "InCourse",
    "Member",
    "Running",
    "Taking",
    "TheDepot",
    "courses_of",
    "kept",
    "owned",
    "rules_for",
]

PERSON: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
FULL: Final = (
    "the course's store of files is full or cannot be written: nothing was taken; tell your "
    "instructor, and send again later"
)
NOBODY: Final = "there is no such course, or you are not in it"

Part = Literal["student", "course"]
Assignment = Annotated[AssignmentName, Path(description="the name of the assignment")]


class Member(Value):
    """What the caller is in a course: a student, or somebody who runs it (``course``)."""

    name: str
    course: Id
    part: Part
    own: bool

    @property
    def runs(self) -> bool:
        """Whether this is somebody who runs the course."""
        return self.part == "course"

    def may_see(self, student: str) -> bool:
        """Tell whether what belongs to a student is for the caller."""
        return self.runs or self.name == student


def courses_of(who: Caller, course: Course) -> tuple[Member, ...]:
    """Return the caller's courses: the roster's first, then those of plain nbgrader."""
    if not PERSON.fullmatch(who.name):
        raise refusal(403, "your name on the hub cannot be used here: tell your instructor")
    found = []
    if who.role == "student" or who.runs_the_course:
        part: Part = "course" if who.runs_the_course else "student"
        found.append(Member(name=who.name, course=course.id, part=part, own=True))
    hub = course.settings.hub
    for name in hub.plain_courses if hub else ():
        if f"formgrade-{name}" in who.groups:
            found.append(Member(name=who.name, course=name, part="course", own=False))
        elif f"nbgrader-{name}" in who.groups:
            found.append(Member(name=who.name, course=name, part="student", own=False))
    return tuple(found)


def _member(
    course: Annotated[Id, Path(description="the course")], who: Anybody, here: Here
) -> Member:
    for member in courses_of(who, here.watch.course):
        if member.course == course:
            return member
    raise refusal(404, NOBODY)


InCourse = Annotated[Member, Depends(_member)]
"""The caller as a member of the course that the address names; 404 for everybody else."""


def _running(member: InCourse) -> Member:
    if not member.runs:
        raise refusal(403, "this is for those who run the course")
    return member


Running = Annotated[Member, Depends(_running)]
"""The caller as somebody who runs the course; 403 for its students."""


def _depot(request: Request, here: Here) -> Depot:
    """Return the depot, opened when it is first asked for."""
    if here.watch.course.settings.hub is None:
        raise refusal(404, "this course exchanges files by a folder: course.yml has no `hub:`")
    found: Depot | None = getattr(request.app.state, "depot", None)
    if found is None:
        found = request.app.state.depot = Depot.of(here.watch.course, here.records)
    return found


TheDepot = Annotated[Depot, Depends(_depot)]


def rules_for(here: Here, upload: Upload | None = None, **names: str) -> Rules:
    """Return the rules for a submission, as course.yml says now."""
    course = upload.course if upload else names["course"]
    assignment = upload.assignment if upload else names["assignment"]
    return Rules.of(here.watch.course, course, assignment)


class Taking(Value):
    """For whom a submission is taken: oneself, or somebody else by who runs the course."""

    student: str

    @classmethod
    def of(cls, member: Member, named: str | None, course: Course) -> Taking:
        """Return whose it is.

        Raises:
            HTTPException: 403 for a name that is not the caller's own; 422 if nobody has it.

        """
        if named is not None and not member.runs and named != member.name:
            raise refusal(403, "you hand in for yourself only")
        student = named or member.name
        if member.own and all(one.id != student for one in course.roster.students):
            raise refusal(
                403 if named is None else 422,
                "only students of the roster hand in: name one with `student` (nbgrader: "
                "--student), or add the name to the roster",
            )
        if not PERSON.fullmatch(student):
            raise refusal(422, "this is no name of somebody on the hub")
        return cls(student=student)


@contextmanager
def kept() -> Iterator[None]:
    """Answer 507 when the files cannot be kept."""
    try:
        yield
    except StorageFull as error:
        raise refusal(507, FULL) from error


def owned(found: HandedIn | None, member: Member) -> HandedIn:
    """Return a submission if it is of this course and for the caller; 404 otherwise."""
    if found is None or found.course != member.course or not member.may_see(found.student):
        raise refusal(404, "there is no such submission, or it is not yours")
    return found
