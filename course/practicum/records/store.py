"""The door to the records: one object with everything that can be asked or noted."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import inspect

from practicum.course import Course
from practicum.databases import PATIENCE, Patience, file_of, open_engine, reading
from practicum.records.allocations import Allocations
from practicum.records.anchors import Anchors
from practicum.records.base import Clock, utc_now
from practicum.records.blind import BlindCodes
from practicum.records.decided import DecidedPlacements
from practicum.records.gradings import Gradings
from practicum.records.invitations import Invitations
from practicum.records.judgements import Judgements
from practicum.records.ledger import Ledger
from practicum.records.logbooks import Logbooks
from practicum.records.messages import Messages
from practicum.records.migrations import VERSION_TABLE, bring_up_to_date
from practicum.records.ratings import SupervisionRatings
from practicum.records.sheets import Sheets
from practicum.records.submissions import Submissions
from practicum.records.variants import GivenVariants

__all__ = ["Records", "are_there", "with_decided"]


class Records(
    Submissions,
    Gradings,
    Judgements,
    BlindCodes,
    Invitations,
    Sheets,
    Allocations,
    Anchors,
    Messages,
    SupervisionRatings,
    GivenVariants,
    Ledger,
    DecidedPlacements,
    Logbooks,
):
    """The records of a course: ``with Records(course.records_url) as records: ...``.

    Opening makes the database, or migrates an older one. Ids are checked by the values
    that are stored (``pydantic.ValidationError``, a ``ValueError``, for a caller's mistake).

    Args:
        url: A database URL (SQLite, or another database that SQLAlchemy speaks to).
        clock: Where the time of what is noted comes from; must be aware.
        patience: How long another command that writes is waited for, and who is told.

    Raises:
        BadInput: The URL or the file cannot be used, or a newer practicum made the database.
        Busy: Another command keeps the database locked.

    """

    def __init__(self, url: str, *, clock: Clock = utc_now, patience: Patience = PATIENCE) -> None:
        engine = open_engine(url, patience, wal=True)
        try:
            bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        super().__init__(engine, clock)

    def close(self) -> None:
        """Close all connections to the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def with_decided(course: Course) -> Course:
    """Return a course with the placements that were decided in its service, if there is one.

    Raises:
        PracticumError: The records cannot be read.

    """
    settings = course.settings
    if settings.hub is None or settings.placements is None or not are_there(course.records_url):
        return course
    with Records(course.records_url) as records:
        return course.with_decided(records.placed())


def are_there(url: str) -> bool:
    """Tell whether there are records at a URL, without making any.

    Raises:
        PracticumError: The server cannot be reached.

    """
    file = file_of(url)
    if file is not None:
        return file.is_file()
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            return inspect(connection).has_table(VERSION_TABLE)
    finally:
        engine.dispose()
