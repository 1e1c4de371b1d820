"""Feedback: the pages that a student was given, and what they say, to that student alone."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from practicum.service.refusals import refusal
from practicum.service.released import released_pages
from practicum.service.shared import Here, Shared
from practicum.service.subjects import At, Place
from practicum.values import Value

__all__ = ["router"]

router = APIRouter(prefix="/briefs/{brief}/feedback", tags=["feedback"])

CSP: Final = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The page holds what others wrote: it runs no script, sends nothing and loads nothing."""


class FeedbackPage(Value):
    """A page of feedback, and its size in bytes."""

    name: str
    size: int


class FeedbackPages(Value):
    """The pages that a student was given; none before release."""

    items: tuple[FeedbackPage, ...]


@router.get("")
def feedback(at: At, here: Here) -> FeedbackPages:
    """List the student's own pages."""
    pages = _own(at, here)
    return FeedbackPages(items=tuple(FeedbackPage(name=n, size=len(p)) for n, p in pages.items()))


@router.get(
    "/{name}",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def page(
    at: At, here: Here, name: Annotated[str, Path(max_length=200, description="such as brief.html")]
) -> Response:
    """Show one of the student's own pages."""
    content = _own(at, here).get(name)
    if content is None:
        raise refusal(404, "no such page was released to you")
    headers = {"Content-Security-Policy": CSP, "X-Frame-Options": "SAMEORIGIN"}
    return Response(content, headers=headers, media_type="text/html; charset=utf-8")


def _own(at: Place, here: Shared) -> dict[str, bytes]:
    if at.who.role != "student":
        raise refusal(403, "feedback is shown to the student that it is for")
    return released_pages(here.course, here.records, at.brief, at.who.name)
