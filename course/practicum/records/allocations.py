"""Who is to judge which submission, and who is not to, because of a conflict of interest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import Select, func, insert, select

from practicum.records.base import Store, value_of
from practicum.records.tables import ALLOCATIONS
from practicum.records.values import Moment, NoId, Note
from practicum.values import Id, Value

__all__ = ["Allocation", "AllocationState", "Allocations"]

AllocationState = Literal["assigned", "withdrawn", "conflict"]
"""assigned: to be judged by this reviewer. withdrawn: no longer. conflict: never by this one."""


class Allocation(Value):
    """What holds between one reviewer and one submission; ``detail`` says why."""

    student: Id
    reviewer: Id
    state: AllocationState
    detail: Note = ""
    by: Id | NoId = ""
    at: Moment


class Allocations(Store):
    """Allocations: the newest of a reviewer and a submission holds, the others are its history."""

    def allocate(
        self,
        brief: str,
        pairs: Iterable[tuple[str, str]],
        state: AllocationState,
        *,
        by: str = "",
        detail: str = "",
    ) -> int:
        """Set a state for pairs of student and reviewer, all or none; return how many changed."""
        with self._writing() as connection:
            rows = connection.execute(_newest(brief)).all()
            held = {(row.student, row.reviewer): row.state for row in rows}
            new = [pair for pair in dict.fromkeys(pairs) if held.get(pair) != state]
            at = self._clock()
            for student, reviewer in new:
                entry = Allocation(
                    student=student, reviewer=reviewer, state=state, detail=detail, by=by, at=at
                )
                connection.execute(insert(ALLOCATIONS), entry.model_dump() | {"brief": brief})
                said = f"{reviewer}: {state}" + (f" ({detail})" if detail else "")
                self._note(connection, "allocate", brief=brief, student=student, by=by, detail=said)
            return len(new)

    def allocations(self, brief: str) -> tuple[Allocation, ...]:
        """Return what holds now, by student and reviewer."""
        with self._reading() as connection:
            query = _newest(brief).order_by(ALLOCATIONS.c.student, ALLOCATIONS.c.reviewer)
            return tuple(value_of(Allocation, row) for row in connection.execute(query))


def _newest(brief: str) -> Select[Any]:
    newest = (
        select(func.max(ALLOCATIONS.c.id))
        .where(ALLOCATIONS.c.brief == brief)
        .group_by(ALLOCATIONS.c.student, ALLOCATIONS.c.reviewer)
    )
    return select(ALLOCATIONS).where(ALLOCATIONS.c.id.in_(newest))
