"""What all parts of the records share: one transaction a call, a clock, and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from practicum.databases import reading, writing
from practicum.records.tables import AuditRow
from practicum.records.values import AuditEntry

__all__ = ["Clock", "Store", "utc_now"]

_AUDIT: Table = AuditRow.metadata.tables[AuditRow.__tablename__]

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class Store:
    """A database with the audit log; each call of a method is one transaction.

    Every method may raise Busy (another command writes for too long) or PracticumError
    (the disk is full, the file is not writable); the database is then unchanged.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def log(
        self, action: str, *, brief: str = "", student: str = "", by: str = "", detail: str = ""
    ) -> None:
        """Add a line to the audit log."""
        with self._writing() as session:
            self._note(session, action, brief=brief, student=student, by=by, detail=detail)

    def audit(self) -> tuple[AuditEntry, ...]:
        """Return the whole audit log, oldest first."""
        with self._reading() as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
            return tuple(
                AuditEntry(
                    at=row.at,
                    action=row.action,
                    brief=row.brief,
                    student=row.student,
                    by=row.by,
                    detail=row.detail,
                )
                for row in rows
            )

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with reading(self._engine) as connection, Session(connection) as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with writing(self._engine) as connection, Session(connection) as session:
            yield session
            session.flush()

    def _note(self, session: Session, action: str, **about: str) -> None:
        """Write to the log within a transaction; ids are checked here for all that write."""
        entry = AuditEntry.model_validate({"at": self._clock(), "action": action} | about)
        session.connection().execute(insert(_AUDIT), entry.model_dump())
