"""The catalogue: what everybody in the course may know of a brief before being placed on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from practicum.briefs import Brief
from practicum.briefs.brief import Employer, Matching, Pay, Team
from practicum.course import Course
from practicum.errors import PracticumError
from practicum.records import Records
from practicum.service.callers import Anybody, Caller
from practicum.service.paging import After, Limit, Page, page_of
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.service.subjects import At
from practicum.values import Id, Value

__all__ = ["router"]

router = APIRouter(prefix="/briefs", tags=["briefs"])

Amount = Annotated[float | None, Query(ge=0, allow_inf_nan=False)]
Topic = Annotated[str | None, Query(max_length=200, description="one of its topics")]


class Promised(Value):
    """Something that is handed over, and when the employer accepts it."""

    title: str
    acceptance: str


class CatalogueEntry(Value):
    """A brief as the catalogue shows it; no names of people, no tests, no marks.

    ``pay_per_hour`` is in the currency of ``pay``; ``placed`` tells whether the caller works on it.
    """

    id: Id
    title: str
    sample: bool
    employer: Employer
    question: str
    hours: float
    duration_weeks: float
    team: Team
    pay: Pay
    pay_per_hour: float
    credit_bearing: bool
    deliverables: tuple[Promised, ...]
    matching: Matching
    published: bool
    due: datetime | None
    placed: bool


@router.get("")
def briefs(  # noqa: PLR0913, PLR0917 (each is a part of the address)
    who: Anybody,
    here: Here,
    topic: Topic = None,
    hours_from: Amount = None,
    hours_to: Amount = None,
    pay_from: Annotated[Amount, Query(description="pay per hour, in the brief's currency")] = None,
    published: Annotated[bool | None, Query()] = None,
    limit: Limit = 100,
    after: After = "",
) -> Page[CatalogueEntry]:
    """List the briefs of the course that fit; a reviewer's own ones."""
    if who.role == "guest":
        raise refusal(403, "this is for the people of the course")
    course, found = here.course, []
    for name in _names(course, who):
        try:
            found.append(_offered(course, here.records, name, who))
        except PracticumError:
            continue  # one that cannot be read does not hide the others; `practicum check` tells
    fits = (
        one
        for one in found
        if (topic is None or topic.casefold() in (t.casefold() for t in one.matching.topics))
        and (hours_from is None or one.hours >= hours_from)
        and (hours_to is None or one.hours <= hours_to)
        and (pay_from is None or one.pay_per_hour >= pay_from)
        and (published is None or one.published is published)
    )
    return page_of(fits, lambda one: one.id, limit, after)


@router.get("/{brief}")  # noqa: FAST003 (the dependency reads it)
def brief(at: At, here: Here) -> CatalogueEntry:
    """Show one brief."""
    return _offered(here.course, here.records, at.brief, at.who)


def _names(course: Course, who: Caller) -> tuple[str, ...]:
    if who.role != "reviewer":
        return course.brief_names
    mine = {name for one in course.roster.reviewers if one.id == who.name for name in one.briefs}
    return tuple(name for name in course.brief_names if name in mine)


def _offered(course: Course, records: Records, name: str, who: Caller) -> CatalogueEntry:
    about: Brief = course.brief(name)
    shown = about.model_dump(include=set(CatalogueEntry.model_fields) - {"deliverables"})
    promised = (Promised(title=d.title, acceptance=d.acceptance) for d in about.deliverables)
    return CatalogueEntry.model_validate(
        shown
        | {
            "deliverables": tuple(promised),
            "pay_per_hour": round(about.pay.per_hour(about.hours), 2),
            "published": records.publication(name) is not None,
            "due": course.due(name),
            "placed": who.role == "student" and who.name in course.students_of(name),
        }
    )
