"""A link by which a reviewer gets into the review room, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from practicum.course import Course
from practicum.records import Records

__all__ = ["DAYS", "ROOM_ADDRESS", "invitation", "room_address"]

ROOM_ADDRESS: Final = "http://127.0.0.1:8870/"
"""Where `practicum room serve` is reached, if nobody says anything else."""

DAYS: Final = 30
"""Days for which a link is valid, if nobody says anything else."""


def room_address(course: Course) -> str:
    """Return where the review room of a course is reached: on its hub, if it has one."""
    hub = course.settings.hub
    return ROOM_ADDRESS if hub is None else f"{hub.address.rstrip('/')}/services/review/"


def invitation(
    course: Course, brief: str, reviewer: str, *, days: int = DAYS, address: str | None = None
) -> str:
    """Make a link for a reviewer of a brief; it cannot be looked up later.

    Raises:
        BadInput: It would be valid for no time, or for more than half a year.

    """
    place = (address or room_address(course)).rstrip("/")
    with Records(course.records_url) as records:
        return f"{place}/invite/{records.invite(brief, reviewer, timedelta(days=days))}"
