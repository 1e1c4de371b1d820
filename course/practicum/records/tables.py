"""The tables of the records, as typed classes. Types that every SQL database knows.

Rows are only ever added, except findings, which each grading of a submission replaces:
the newest row of a subject counts, the others are its history.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

__all__ = [
    "AssessmentRow",
    "AuditRow",
    "Base",
    "DecisionRow",
    "FindingRow",
    "GradingRow",
    "PublicationRow",
    "ReceiptRow",
    "ReleaseRow",
    "SecretRow",
    "StateRow",
    "UtcDateTime",
]

ID = String(64)


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


class Base(DeclarativeBase):
    """What all tables have in common: names of constraints that migrations can refer to."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ReceiptRow(Base):
    """A submission that has come in."""

    __tablename__ = "receipts"
    __table_args__ = (Index(None, "brief", "student"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(Text)
    files: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(BigInteger)


class StateRow(Base):
    """A step of a submission on the road: received, running, graded or error."""

    __tablename__ = "states"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipts.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    detail: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublicationRow(Base):
    """A brief that was released to students."""

    __tablename__ = "publications"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID, index=True)
    digest: Mapped[str] = mapped_column(String(128))
    proofs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AssessmentRow(Base):
    """What one reviewer said about one criterion of one submission."""

    __tablename__ = "assessments"
    __table_args__ = (Index(None, "brief", "student", "criterion", "reviewer"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    criterion: Mapped[str] = mapped_column(ID)
    reviewer: Mapped[str] = mapped_column(ID)
    level: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DecisionRow(Base):
    """What an instructor decided in moderation."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "brief", "student", "criterion"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    criterion: Mapped[str] = mapped_column(ID)
    level: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class GradingRow(Base):
    """What was graded, by whom and with which versions."""

    __tablename__ = "gradings"
    __table_args__ = (Index(None, "brief", "student"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    basis: Mapped[str] = mapped_column(String(128))
    work: Mapped[str] = mapped_column(String(128))
    executed: Mapped[str] = mapped_column(String(128))
    by: Mapped[str] = mapped_column(ID)
    versions: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class FindingRow(Base):
    """What grading noticed about a submission; the only table whose rows are replaced."""

    __tablename__ = "findings"
    __table_args__ = (Index(None, "brief", "student"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    cell: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)


class ReleaseRow(Base):
    """Feedback that a student was given."""

    __tablename__ = "releases"
    __table_args__ = (Index(None, "brief", "student"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    digest: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """A line of the log of all that was done."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(64))
    brief: Mapped[str] = mapped_column(ID)
    student: Mapped[str] = mapped_column(ID)
    by: Mapped[str] = mapped_column(ID)
    detail: Mapped[str] = mapped_column(Text)


class SecretRow(Base):
    """A secret of the course, made at first use and never shown."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(128))
