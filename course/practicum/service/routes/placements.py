"""Placements: students apply and withdraw, instructors decide; the course's file comes first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from practicum.course import Course
from practicum.records import PlacementStep
from practicum.service.callers import Anybody, Caller
from practicum.service.paging import After, Limit, Page, page_of
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.service.subjects import brief_of
from practicum.values import Id, Value

__all__ = ["router"]

router = APIRouter(prefix="/placements", tags=["placements"])

Wish = Literal["apply", "withdraw", "place", "refuse", "end"]
STUDENTS: tuple[Wish, ...] = ("apply", "withdraw")
STATES: dict[Wish, Literal["applied", "withdrawn", "placed", "refused", "ended"]] = {
    "apply": "applied",
    "withdraw": "withdrawn",
    "place": "placed",
    "refuse": "refused",
    "end": "ended",
}
NO_FILE = (
    "in this course everybody works on every brief; to place students, the instructor names a "
    "placements file in course.yml (`placements: placements.yml`), which may be empty"
)
IN_FILE = "the course's placements file says so: the instructor changes it there"


class PlacementWish(Value):
    """What is wanted: ``student`` is for instructors, a student always means oneself.

    ``place`` accepts an application, or places somebody who did not apply.
    """

    brief: Id
    wish: Wish
    student: Id | None = None
    words: Annotated[str, Field(max_length=2_000)] = ""


class SeenPlacement(Value):
    """A placement: ``by`` is who decided, "" for the student or the course's file."""

    student: str
    brief: str
    state: Literal["applied", "withdrawn", "placed", "refused", "ended"]
    words: str = ""
    by: str = ""
    at: datetime | None = None
    in_file: bool = False


@router.get("")
def placements(
    who: Anybody,
    here: Here,
    brief: Annotated[Id | None, Query()] = None,
    limit: Limit = 100,
    after: After = "",
) -> Page[SeenPlacement]:
    """List placements and applications: a student's own ones; all of them for instructors."""
    _check_role(who)
    course = here.watch.course
    mine = who.name if who.role == "student" else None
    fixed = {
        (p.student, p.brief): SeenPlacement(
            student=p.student, brief=p.brief, state="placed", in_file=True
        )
        for p in course.placements.placements
        if mine in {None, p.student} and brief in {None, p.brief}
    }
    steps = here.records.placement_steps(brief, mine)
    asked = {(step.student, step.brief): _seen(step, who) for step in steps}
    return page_of((asked | fixed).values(), lambda one: f"{one.brief}/{one.student}", limit, after)


@router.post("")
def ask(asked: PlacementWish, who: Anybody, here: Here) -> SeenPlacement:
    """Apply or withdraw; for instructors: place, refuse, or end a placement."""
    _check_role(who)
    course = here.watch.course
    brief_of(course, asked.brief)
    student = _student(asked, who, course)
    if course.settings.placements is None:
        raise refusal(409, NO_FILE)
    if any(p.student == student and p.brief == asked.brief for p in course.placements.placements):
        raise refusal(409, IN_FILE)
    by = who.name if who.runs_the_course else ""
    state = STATES[asked.wish]
    return _seen(here.records.place(student, asked.brief, state, words=asked.words, by=by), who)


def _check_role(who: Caller) -> None:
    if who.role in {"reviewer", "guest"}:
        raise refusal(403, f"placements are not for a {who.role}")


def _student(asked: PlacementWish, who: Caller, course: Course) -> str:
    """Return whom it is about; names that students send count for nothing."""
    if who.role == "student":
        if asked.wish not in STUDENTS:
            raise refusal(403, "only an instructor decides that: apply or withdraw")
        if asked.student not in {None, who.name}:
            raise refusal(403, "you apply for yourself: leave out `student`")
        return who.name
    if asked.wish in STUDENTS:
        raise refusal(403, "students apply for themselves: use place, refuse or end")
    if asked.student is None or all(s.id != asked.student for s in course.roster.students):
        raise refusal(404, "the roster has no such student: name one in `student`")
    return asked.student


def _seen(step: PlacementStep, who: Caller) -> SeenPlacement:
    """Show a step; who decided is for those who run the course."""
    return SeenPlacement(
        student=step.student,
        brief=step.brief,
        state=step.state,
        words=step.words,
        by=step.by if who.runs_the_course else "",
        at=step.at,
    )
