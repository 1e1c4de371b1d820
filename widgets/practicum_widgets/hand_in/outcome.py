"""What came of a hand-in, as the course's service tells it: received, graded, tests; no marks."""

from __future__ import annotations

import time
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from practicum.errors import PracticumError
from practicum.values import CellId
from practicum_widgets.course_service import Connection, service_of_the_hub
from practicum_widgets.desk import Desk
from practicum_widgets.hand_in.kept import keep

__all__ = ["Outcome"]

LATER: Final = (0.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds after a hand-in at which the service is asked; after that, only the button asks."""
TOGETHER: Final = 5.0
"""Seconds that asking may take in all."""
MOST: Final = 500
NEAR: Final = timedelta(seconds=1)


class _Told(BaseModel):
    """Something that the service tells; a newer service may tell more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Test(_Told):
    cell: CellId
    outcome: Literal["passed", "partly", "failed"]


class Results(_Told):
    """How far the newest submission that was taken in is."""

    state: Literal["nothing", "received", "running", "graded", "error"] = "nothing"
    received_at: AwareDatetime | None = None
    tests: Annotated[tuple[_Test, ...], Field(max_length=1_000)] = ()
    later: Annotated[int, Field(ge=0, le=1_000)] = 0


class Arrived(_Told):
    """A submission that the server has received, by the number and the time of its receipt."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    received_at: AwareDatetime


class _Receipts(_Told):
    items: Annotated[tuple[Arrived, ...], Field(max_length=MOST)]


class Outcome:
    """Asks a few times after a hand-in, and when somebody wants to know."""

    def __init__(
        self, desk: Desk, service: Connection, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._desk, self._service, self._clock = desk, service, clock
        self._results: Results | None = None
        self._arrived: Arrived | None = None
        self._kept = self._trouble = ""
        self._times: list[float] = [clock()]

    @classmethod
    def of(cls, desk: Desk) -> Outcome | None:
        """Return what asks the hub's service about a desk, or None where there is none."""
        service = service_of_the_hub()
        return cls(desk, service) if service else None

    def expect(self) -> None:
        """Something was handed in: ask soon, and a few times more."""
        now = self._clock()
        self._times = [now + later for later in LATER]

    @property
    def is_due(self) -> bool:
        """Whether it is time to ask."""
        return bool(self._times) and self._clock() >= self._times[0]

    def look(self) -> None:
        """Ask the service, and keep the newest receipt; trouble is shown, and changes nothing."""
        now = self._clock()
        self._times = [at for at in self._times if at > now]
        self._trouble = ""
        try:
            self._ask()
        except PracticumError as error:
            self._trouble = str(error)
        if self._results and self._results.state in {"graded", "error"} and not self._is_old:
            self._times = []

    def seen(self) -> dict[str, Any]:
        """Return what the page shows."""
        results, arrived = self._results, self._arrived
        return {
            "state": results.state if results else "",
            "at": arrived.received_at.isoformat() if arrived else "",
            "number": arrived.id if arrived else "",
            "kept": self._kept,
            "command": f"practicum receipt {self._kept}" if self._kept else "",
            "tests": [test.model_dump() for test in results.tests] if results else [],
            "passed": sum(t.outcome == "passed" for t in results.tests) if results else 0,
            "later": results.later if results else 0,
            "old": self._is_old,
            "asks": bool(self._times) and arrived is not None,
            "trouble": self._trouble,
        }

    @property
    def _is_old(self) -> bool:
        """Whether the results are about a hand-in before the newest one."""
        if self._arrived is None or self._results is None:
            return False
        taken = self._results.received_at or datetime.min.replace(tzinfo=UTC)
        return self._arrived.received_at - taken > NEAR

    def _ask(self) -> None:
        until = time.monotonic() + TOGETHER

        def left() -> float:
            return max(0.1, until - time.monotonic())

        brief = urllib.parse.quote(self._desk.brief.id, safe="")
        try:
            # Results first: they are refused to all but students, who see their own receipts.
            said = self._service.json(f"briefs/{brief}/results", seconds=left())
            results = Results.model_validate(said)
            query = f"receipts?assignment={brief}&limit={MOST}"
            receipts = _Receipts.model_validate(self._service.json(query, seconds=left()))
        except ValidationError:
            raise self._service.unreadable() from None
        newest = max(receipts.items, key=lambda one: one.received_at, default=None)
        self._results, self._arrived = results, newest
        if newest is not None:
            self._kept = keep(self._desk, self._service, newest.id, newest.received_at, left())
