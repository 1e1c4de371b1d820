"""Who the service takes the caller for."""

from __future__ import annotations

from fastapi import APIRouter

from practicum.service.callers import Anybody, Role
from practicum.service.shared import Here
from practicum.values import Value

__all__ = ["router"]

router = APIRouter(tags=["people"])


class Me(Value):
    """The caller, as the hub and the roster know them; ``briefs`` are those of their work.

    ``applications`` tells whether students apply in this course, or everybody works on all.
    """

    name: str
    role: Role
    course: str
    briefs: tuple[str, ...] = ()
    applications: bool = False


@router.get("/me")
def me(who: Anybody, here: Here) -> Me:
    """Tell the caller's name, role and briefs."""
    course = here.course
    if who.role == "student":
        briefs = tuple(b for b in course.brief_names if who.name in course.students_of(b))
    elif who.role == "reviewer":
        briefs = tuple(
            b
            for b in course.brief_names
            if any(r.id == who.name for r in course.roster.reviewers_of(b))
        )
    else:
        briefs = course.brief_names if who.runs_the_course else ()
    return Me(
        name=who.name,
        role=who.role,
        course=course.id,
        briefs=briefs,
        applications=course.settings.placements is not None,
    )
