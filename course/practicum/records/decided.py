"""Placements that are asked for and decided in the course's service."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, StringConstraints
from sqlalchemy import Connection, Select, func, insert, select

from practicum.errors import Conflict
from practicum.placements import Placement
from practicum.records.base import Store, value_of
from practicum.records.service_tables import PLACEMENTS
from practicum.records.values import Moment, NoId, plain
from practicum.values import Id, Value

__all__ = ["DecidedPlacements", "PlacementState", "PlacementStep"]

PlacementState = Literal["applied", "withdrawn", "placed", "refused", "ended"]

MOST_WORDS: Final = 2_000

FROM: Final[dict[str, frozenset[str]]] = {
    "applied": frozenset({"", "withdrawn", "refused", "ended"}),
    "withdrawn": frozenset({"applied"}),
    "placed": frozenset({"", "applied", "withdrawn", "refused", "ended"}),
    "refused": frozenset({"applied"}),
    "ended": frozenset({"placed"}),
}
"""After which states a state may come; "" is that nothing has happened yet."""
MOST_STEPS: Final = 40
"""Steps of one student and one brief: who applies and withdraws for ever is stopped."""


class PlacementStep(Value):
    """What happened to the placement of one student on one brief; the newest one holds.

    ``words`` are the student's for an application, the instructor's for a decision.
    """

    student: Id
    brief: Id
    state: PlacementState
    words: Annotated[
        str,
        BeforeValidator(lambda text: plain(text) if isinstance(text, str) else text),
        StringConstraints(max_length=MOST_WORDS),
    ] = ""
    by: Id | NoId = ""
    at: Moment


class DecidedPlacements(Store):
    """Applications and decisions; nothing is ever changed, a step is added."""

    def place(
        self, student: str, brief: str, state: PlacementState, *, words: str = "", by: str = ""
    ) -> PlacementStep:
        """Add a step; the state that holds already is left as it is.

        Raises:
            Conflict: That cannot happen now, such as withdrawing what was decided.

        """
        step = PlacementStep(
            student=student, brief=brief, state=state, words=words, by=by, at=self._clock()
        )
        with self._writing() as connection:
            row = connection.execute(_steps(brief, student)).first()
            before = value_of(PlacementStep, row) if row is not None else None
            if before is not None and before.state == state:
                return before
            _check(before, state)
            if state == "applied" and _count(connection, step) >= MOST_STEPS:
                raise Conflict("you have applied here too often: write to the instructor")
            connection.execute(insert(PLACEMENTS), step.model_dump())
            self._note(connection, f"placement {state}", brief=brief, student=student, by=by)
            return step

    def placement_steps(
        self, brief: str | None = None, student: str | None = None
    ) -> tuple[PlacementStep, ...]:
        """Return the step that holds for each student and brief, by brief, then by student."""
        with self._reading() as connection:
            rows = connection.execute(_steps(brief, student))
            return tuple(value_of(PlacementStep, row) for row in rows)

    def placed(self) -> tuple[Placement, ...]:
        """Return the placements that were decided here and hold."""
        query = _steps().where(PLACEMENTS.c.state == "placed")
        with self._reading() as connection:
            rows = connection.execute(query)
            return tuple(Placement(student=row.student, brief=row.brief) for row in rows)


def _check(before: PlacementStep | None, state: PlacementState) -> None:
    was = before.state if before else ""
    if was not in FROM[state]:
        now = f"it is {was}" if was else "there is no application"
        raise Conflict(f"this placement cannot be {state} now, as {now}: load it again")


def _count(connection: Connection, step: PlacementStep) -> int:
    mine = (PLACEMENTS.c.student == step.student) & (PLACEMENTS.c.brief == step.brief)
    query = select(func.count()).select_from(PLACEMENTS).where(mine)
    return connection.execute(query).scalar_one()


def _steps(brief: str | None = None, student: str | None = None) -> Select[tuple[object, ...]]:
    newest = select(func.max(PLACEMENTS.c.id))
    if brief is not None:
        newest = newest.where(PLACEMENTS.c.brief == brief)
    if student is not None:
        newest = newest.where(PLACEMENTS.c.student == student)
    newest = newest.group_by(PLACEMENTS.c.student, PLACEMENTS.c.brief)
    query = select(PLACEMENTS).where(PLACEMENTS.c.id.in_(newest))
    return query.order_by(PLACEMENTS.c.brief, PLACEMENTS.c.student)
