"""What all tables of the records are made of: their columns, and the names of constraints."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, Integer, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = ["METADATA", "UtcDateTime", "name_column", "number_column", "text_column", "time_column"]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database itself keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time in UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value} has no time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time as aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    # Names of constraints that migrations can refer to.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def number_column() -> Column[int]:
    """Return the column that numbers the rows."""
    return Column("id", Integer, primary_key=True)


def name_column(name: str, *, index: bool = False) -> Column[str]:
    """Return a column for an id: of a brief, a person, a criterion."""
    return Column(name, String(64), nullable=False, index=index)


def text_column(name: str, most: int | None = None) -> Column[str]:
    """Return a column for ``most`` characters, or for any number of them."""
    return Column(name, Text() if most is None else String(most), nullable=False)


def time_column(name: str = "at") -> Column[datetime]:
    """Return a column for an aware time."""
    return Column(name, UtcDateTime, nullable=False)
