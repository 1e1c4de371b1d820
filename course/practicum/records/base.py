"""What all parts of the records share: one transaction a call, a clock, and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, insert, select

from practicum.databases import reading, writing
from practicum.records.tables import AUDIT
from practicum.records.values import AuditEntry
from practicum.values import Value

__all__ = ["Clock", "Store", "utc_now", "value_of"]

Kind = TypeVar("Kind", bound=Value)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def value_of(kind: type[Kind], row: Row[Any]) -> Kind:
    """Return a row as the value whose fields its columns are named after."""
    columns = row._mapping  # noqa: SLF001 (SQLAlchemy's public name for it)
    return kind.model_validate({name: columns[name] for name in kind.model_fields})


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
        with self._writing() as connection:
            self._note(connection, action, brief=brief, student=student, by=by, detail=detail)

    def audit(self) -> tuple[AuditEntry, ...]:
        """Return the whole audit log, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(select(AUDIT).order_by(AUDIT.c.id))
            return tuple(value_of(AuditEntry, row) for row in rows)

    def audit_before(self, number: int | None, limit: int) -> tuple[tuple[int, AuditEntry], ...]:
        """Return at most ``limit`` lines of the log with their numbers, newest first.

        Args:
            number: Only lines before that one; from the newest on if None.
            limit: How many.

        """
        query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if number is not None:
            query = query.where(AUDIT.c.id < number)
        with self._reading() as connection:
            rows = connection.execute(query)
            return tuple((row.id, value_of(AuditEntry, row)) for row in rows)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with writing(self._engine) as connection:
            yield connection

    def _note(self, connection: Connection, action: str, **about: str) -> None:
        """Write to the log within a transaction; ids are checked here for all that write."""
        entry = AuditEntry.model_validate({"at": self._clock(), "action": action} | about)
        connection.execute(insert(AUDIT), entry.model_dump())
