"""The tables of what goes through the course's service on a hub; rules as in :mod:`tables`."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table

from practicum.records.columns import (
    METADATA,
    UtcDateTime,
    name_column,
    number_column,
    text_column,
    time_column,
)

__all__ = [
    "FEEDBACKS",
    "LOGBOOKS",
    "OFFERS",
    "PLACEMENTS",
    "SUBMISSIONS",
    "UPLOADS",
    "VARIANTS",
]

VARIANTS = Table(
    "variants",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    Column("parameters", JSON, nullable=False),
    time_column(),
    Index(None, "brief", "student", unique=True),
)
"""The parameters that a student was given with a brief."""

OFFERS = Table(
    "offers",
    METADATA,
    number_column(),
    name_column("course"),
    text_column("assignment", 128),
    Column("files", JSON, nullable=False),
    text_column("sha256", 64),
    name_column("by"),
    time_column(),
    Index(None, "course", "assignment"),
)
"""Assignments that students may fetch; no files: it was taken back."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("id", String(32), primary_key=True),
    text_column("kind", 16),
    name_column("course"),
    text_column("assignment", 128),
    name_column("student"),
    text_column("about", 32),
    text_column("key", 64),
    text_column("fingerprint", 64),
    Column("files", JSON, nullable=False),
    name_column("by", index=True),
    time_column(),
)
"""What somebody has begun to send; the row is gone when it is complete or given up."""

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("id", String(32), primary_key=True),
    name_column("course"),
    text_column("assignment", 128),
    name_column("student"),
    text_column("key", 64),
    text_column("fingerprint", 64),
    Column("files", JSON, nullable=False),
    text_column("sha256", 64),
    Column("size", BigInteger, nullable=False),
    name_column("by"),
    time_column("received_at"),
    text_column("receipt"),
    Column("removed_at", UtcDateTime),
    Index(None, "course", "assignment", "student", "key", unique=True),
)
"""What was handed in through the course's service, each with its signed receipt."""

FEEDBACKS = Table(
    "feedbacks",
    METADATA,
    number_column(),
    name_column("course"),
    text_column("assignment", 128),
    name_column("student"),
    text_column("about", 32),
    time_column("received_at"),
    Column("files", JSON, nullable=False),
    text_column("sha256", 64),
    name_column("by"),
    time_column(),
    Index(None, "course", "assignment", "student"),
)
"""Feedback for its owner to fetch, on the submission that was received at that time."""

PLACEMENTS = Table(
    "placements",
    METADATA,
    number_column(),
    name_column("student"),
    name_column("brief"),
    text_column("state", 16),
    text_column("words"),
    name_column("by"),
    time_column(),
    Index(None, "student", "brief"),
)
"""Applications for briefs and what was decided about them, in the course's service."""

LOGBOOKS = Table(
    "logbooks",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    Column("revision", Integer, nullable=False),
    Column("worked", JSON, nullable=False),
    time_column(),
    Index(None, "brief", "student", unique=True),
)
"""Milestones and hours of students, as their widgets say; replaced by the next."""
