"""What all routes share: the course as it is now, its records, and who is asked about tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request

from practicum.course import Course, CourseWatch
from practicum.errors import PracticumError
from practicum.records import Records
from practicum.service.arrivals import Arrivals
from practicum.service.identity import Identity
from practicum.service.rates import Rates

__all__ = ["Here", "Shared", "shared"]

LOG: Final = logging.getLogger("practicum.service")


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

    def has_arrived(self, brief: str) -> None:
        """Let a submission for a brief be graded, if that is done on arrival."""
        if self.arrivals is not None:
            self.arrivals.noticed(self.watch.course, brief)

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
