"""What students say of the supervision: kept until both sides are opened at the same time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select

from practicum.internship import Supervision
from practicum.records.base import Store, value_of
from practicum.records.tables import RATINGS
from practicum.records.values import Moment
from practicum.values import Id, Value

__all__ = ["Rated", "SupervisionRatings"]


class Rated(Value):
    """What one student said of the supervision, and when it came in."""

    student: Id
    rating: Supervision
    at: Moment


class SupervisionRatings(Store):
    """Ratings: the newest of a student counts, none is lost."""

    def rate(self, brief: str, student: str, rating: Supervision) -> bool:
        """Keep a rating; return False where the newest one says the same."""
        held = {one.student: one.rating for one in self.ratings(brief)}
        if held.get(student) == rating:
            return False
        row: dict[str, Any] = {"rating": rating.model_dump(mode="json"), "at": self._clock()}
        with self._writing() as connection:
            connection.execute(insert(RATINGS), row | {"brief": brief, "student": student})
            # Not what was said: the log is read before the ratings are opened.
            self._note(connection, "rate supervision", brief=brief, student=student)
        return True

    def ratings(self, brief: str) -> tuple[Rated, ...]:
        """Return the ratings that count, by student. Nobody is shown them before the release."""
        newest = (
            select(func.max(RATINGS.c.id))
            .where(RATINGS.c.brief == brief)
            .group_by(RATINGS.c.student)
        )
        query = select(RATINGS).where(RATINGS.c.id.in_(newest)).order_by(RATINGS.c.student)
        with self._reading() as connection:
            return tuple(value_of(Rated, row) for row in connection.execute(query))
