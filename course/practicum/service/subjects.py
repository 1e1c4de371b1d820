"""What a route is about: a brief of the course, and who may look at whose work on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from practicum.course import Course
from practicum.people import Reviewer
from practicum.service.callers import Anybody, Caller
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.values import Id, Value

__all__ = ["At", "Place", "Placed", "brief_of", "reviewer_of"]

NO_BRIEF = "the course has no brief of that name, or none for you"


class Place(Value):
    """A caller at a brief of the course."""

    brief: Id
    who: Caller


def brief_of(course: Course, name: str) -> str:
    """Return the name of a brief of the course; refuse with 404 what is none."""
    if name not in course.brief_names:
        raise refusal(404, NO_BRIEF)
    return name


def reviewer_of(course: Course, who: Caller, brief: str) -> Reviewer:
    """Return the caller as a reviewer of the brief; refuse with 404 whoever is none."""
    for reviewer in course.roster.reviewers_of(brief):
        if reviewer.id == who.name:
            return reviewer
    raise refusal(404, NO_BRIEF)


def _at(brief: Annotated[Id, Path()], who: Anybody, here: Here) -> Place:
    """Let people of the course through to its briefs, and reviewers to theirs."""
    if who.role == "guest":
        raise refusal(403, "this is for the people of the course")
    course = here.watch.course
    brief_of(course, brief)
    if who.role == "reviewer":
        reviewer_of(course, who, brief)
    return Place(brief=brief, who=who)


At = Annotated[Place, Depends(_at)]
"""The caller at the brief that the address names."""


def _placed(at: At, here: Here) -> Place:
    """Let students through only to what they are placed on."""
    if at.who.role == "student" and at.who.name not in here.course.students_of(at.brief):
        raise refusal(403, "you are not placed on this brief: apply for it first")
    return at


Placed = Annotated[Place, Depends(_placed)]
"""The caller at the brief that the address names; a student is placed on it."""
