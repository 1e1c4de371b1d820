"""The audit log: who did what, newest first, for those who run the course."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from practicum.service.callers import Instructors
from practicum.service.paging import Limit, Page
from practicum.service.shared import Here
from practicum.values import Value

__all__ = ["router"]

router = APIRouter(prefix="/audit", tags=["audit"])


class LogLine(Value):
    """A line of the log; it is never changed."""

    number: int
    at: datetime
    action: str
    brief: str
    student: str
    by: str
    detail: str


@router.get("")
def audit(
    _who: Instructors,
    here: Here,
    limit: Limit = 100,
    after: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="the `next` of the page before")
    ] = None,
) -> Page[LogLine]:
    """Show the log, newest first; ``next`` leads to what is older."""
    found = here.records.audit_before(after, limit + 1)
    shown = tuple(LogLine(number=number, **entry.model_dump()) for number, entry in found[:limit])
    return Page(items=shown, next=str(shown[-1].number) if len(found) > limit else "")
