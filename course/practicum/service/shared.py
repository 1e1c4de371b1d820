"""What all routes share: the course as it is now, its records, and who is asked about tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request

from practicum.course import Course, CourseWatch
from practicum.errors import PracticumError
from practicum.records import HandedIn, Records
from practicum.service.arrivals import QUICK, Arrivals
from practicum.service.identity import Identity
from practicum.service.rates import Rates

__all__ = ["Here", "Shared", "shared"]

LOG: Final = logging.getLogger("practicum.service")
FRESH: Final = timedelta(minutes=1)
"""So long a submission counts as one that has just come in."""


@dataclass(frozen=True)
class Shared:
    """One of it lies on the application; routes get it by naming ``here: Here``."""

    watch: CourseWatch
    identity: Identity
    records: Records
    rates: Rates
    arrivals: Arrivals | None = None
    told: dict[str, str] = field(default_factory=dict, repr=False)
    kept: dict[str, tuple[Course, Course]] = field(default_factory=dict, repr=False)

    def renew(self) -> None:
        """Read people and dates again if somebody has changed them; else all stays as it was."""
        try:
            self.watch.renew()
        except PracticumError as error:
            told = str(error)
            if told != self.told.get("renew"):  # each request comes by here
                LOG.warning("the course as it was is served on: %s", told)
            self.told["renew"] = told
        else:
            self.told.clear()

    def has_arrived(self, one: HandedIn) -> None:
        """Let a submission be graded, if that is done on arrival; one that came before is not."""
        if self.arrivals is None or datetime.now(UTC) - one.received_at > FRESH:
            return  # sent again and again, the same thing would keep the course's commands busy
        if self.is_quick(one.assignment, one.student):
            self.arrivals.noticed(self.watch.course, one.assignment)

    def is_quick(self, brief: str, student: str) -> bool:
        """Tell whether a student has not had all results on arrival that there are for a brief."""
        return self.records.so_far(self.watch.course.id, student, brief).count <= QUICK

    @property
    def course(self) -> Course:
        """The course as its files and the placements decided here say now; asks the database."""
        course, decided = self.watch.course, self.records.placed()
        known = self.kept.get("course")
        if known is None or known[0] is not course or known[1].decided != decided:
            # Kept, because putting thousands of placements together takes long.
            known = self.kept["course"] = (course, course.with_decided(decided))
        return known[1]


async def shared(request: Request) -> Shared:
    """Return what all routes share, as a dependency."""
    here: Shared = request.app.state.shared
    return here


Here = Annotated[Shared, Depends(shared)]
