"""Variants: the parameters that each student was given with a brief, once for all."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, select

from practicum.briefs.variants import Variant
from practicum.records.base import Store
from practicum.records.service_tables import VARIANTS

__all__ = ["GivenVariants"]


class GivenVariants(Store):
    """What was given is never changed: a student who fetches again gets the same values."""

    def variants(self, brief: str) -> dict[str, Variant]:
        """Return what the students of a brief were given, by student."""
        query = select(VARIANTS.c.student, VARIANTS.c.parameters)
        with self._reading() as connection:
            rows = connection.execute(query.where(VARIANTS.c.brief == brief))
            return {row.student: row.parameters for row in rows}

    def variant(self, brief: str, student: str) -> Variant | None:
        """Return what a student was given, or None."""
        with self._reading() as connection:
            return _given(connection, brief, student)

    def give_variant(self, brief: str, student: str, draw: Callable[[], Variant]) -> Variant:
        """Return what a student was given; draw it if this is the first time."""
        known = self.variant(brief, student)
        if known is not None:
            return known
        values = draw()
        row = {"brief": brief, "student": student, "parameters": values, "at": self._clock()}
        with self._writing() as connection:  # one writer at a time: nobody else draws now
            known = _given(connection, brief, student)
            if known is None:
                connection.execute(insert(VARIANTS), row)
                said = ", ".join(f"{name}={value!r}" for name, value in values.items())
                self._note(connection, "variant", brief=brief, student=student, detail=said)
        return known or values


def _given(connection: Connection, brief: str, student: str) -> Variant | None:
    query = select(VARIANTS.c.parameters).where(
        VARIANTS.c.brief == brief, VARIANTS.c.student == student
    )
    found: Variant | None = connection.scalar(query)
    return found
