"""Assessments: what reviewers said, to those who may read it now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter

from practicum.errors import BadInput
from practicum.internship.released import read_released
from practicum.service.paging import After, Limit, Page, page_of
from practicum.service.released import released_pages
from practicum.service.shared import Here, Shared
from practicum.service.subjects import At, Place
from practicum.values import Value

__all__ = ["router"]

router = APIRouter(prefix="/briefs/{brief}/assessments", tags=["assessments"])


class Assessed(Value):
    """A level (0 to 4), and the words for it.

    ``submission`` is a student for those who run the course, a blind code for reviewers.
    Students read what was released to them: the level that counts, and nobody's name.
    """

    submission: str
    criterion: str
    reviewer: str = ""
    level: float | None
    words: str = ""
    at: datetime | None = None


@router.get("")
def assessments(at: At, here: Here, limit: Limit = 100, after: After = "") -> Page[Assessed]:
    """List all assessments for those who run the course, a reviewer's own, or a student's own.

    A student's come after release.
    """
    found = _released(at, here) if at.who.role == "student" else _given(at, here)
    return page_of(
        found, lambda one: f"{one.submission}/{one.criterion}/{one.reviewer}", limit, after
    )


def _given(at: Place, here: Shared) -> Iterator[Assessed]:
    own = at.who.name if at.who.role == "reviewer" else None
    for one in here.records.assessments(at.brief):
        if own not in {None, one.reviewer}:
            continue
        submission = one.student
        if own is not None:
            submission = here.records.blind_code(at.brief, one.student)
        yield Assessed(
            submission=submission,
            criterion=one.criterion,
            reviewer=one.reviewer,
            level=one.level,
            words=one.words,
            at=one.at,
        )


def _released(at: Place, here: Shared) -> Iterator[Assessed]:
    """Yield what the student's page says: later assessments are not out yet."""
    name = at.who.name
    pages = released_pages(here.course, here.records, at.brief, name)
    for page in pages.values():
        try:
            released = read_released(page)
        except BadInput:
            continue
        for one in released.criteria:
            words = "\n\n".join(one.words)
            yield Assessed(submission=name, criterion=one.id, level=one.level, words=words)
        return
