"""Logbooks: how far students say that they are, as their widgets hand it to the service."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import insert, select, update

from practicum.errors import Conflict
from practicum.internship import MilestoneState, TimeEntry
from practicum.records.base import Store, value_of
from practicum.records.service_tables import LOGBOOKS
from practicum.records.values import Moment
from practicum.values import Id, Value

__all__ = ["Logbook", "Logbooks", "Worked"]

MINUTES = 60


class Worked(Value):
    """What a student did on a brief: milestones, and the time that was spent."""

    milestones: Annotated[tuple[MilestoneState, ...], Field(max_length=50)] = ()
    time: Annotated[tuple[TimeEntry, ...], Field(max_length=1_000)] = ()

    @property
    def hours(self) -> float:
        """The hours that were logged, to the hundredth."""
        return round(sum(entry.minutes for entry in self.time) / MINUTES, 2)


class Logbook(Value):
    """One student's work on one brief; ``revision`` counts its changes, ``at`` is the last."""

    brief: Id
    student: Id
    revision: Annotated[int, Field(ge=1)]
    worked: Worked
    at: Moment


class Logbooks(Store):
    """The newest logbook of each student and brief."""

    def log_work(self, brief: str, student: str, worked: Worked, revision: int | None) -> Logbook:
        """Keep a logbook; what says the same as before changes nothing.

        Args:
            brief: The brief's id.
            student: The student's id.
            worked: All of it.
            revision: The one that it was made from, 0 for none; None replaces whatever is there.

        Raises:
            Conflict: Another one was kept since.

        """
        mine = (LOGBOOKS.c.brief == brief) & (LOGBOOKS.c.student == student)
        with self._writing() as connection:
            row = connection.execute(select(LOGBOOKS).where(mine)).first()
            before = value_of(Logbook, row) if row is not None else None
            if before is not None and before.worked == worked:
                return before
            there = before.revision if before else 0
            if revision is not None and revision != there:
                raise Conflict("another window has saved something newer: load it, then save again")
            book = Logbook(
                brief=brief,
                student=student,
                revision=there + 1,
                worked=worked,
                at=self._clock(),
            )
            row_now = book.model_dump(mode="json") | {"at": book.at}
            if before is None:
                connection.execute(insert(LOGBOOKS), row_now)
            else:
                connection.execute(update(LOGBOOKS).where(mine).values(row_now))
            return book

    def logbook(self, brief: str, student: str) -> Logbook | None:
        """Return a student's logbook, or None."""
        return next(iter(self.logbooks(brief, student)), None)

    def logbooks(self, brief: str, student: str | None = None) -> tuple[Logbook, ...]:
        """Return the logbooks of a brief, by student."""
        query = select(LOGBOOKS).where(LOGBOOKS.c.brief == brief)
        if student is not None:
            query = query.where(LOGBOOKS.c.student == student)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(LOGBOOKS.c.student))
            return tuple(value_of(Logbook, row) for row in rows)
