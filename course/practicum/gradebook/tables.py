"""nbgrader's tables, written down again: to import its own takes seconds.

They are the tables of the nbgrader that pyproject.toml pins; a test holds every column,
constraint and type against nbgrader's, and an empty database that we make against its.
"""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    Interval,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["METADATA", "REVISION", "TABLES", "VERSION"]

REVISION = "e43177bfe90b"
"""The version of these tables, as nbgrader's alembic calls it."""

METADATA = MetaData()
"""All tables of nbgrader's own; its version, which alembic keeps, is not among them."""

VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), nullable=False))
"""Where the version of the tables stands."""


def _new_id() -> str:
    return uuid4().hex


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True, default=_new_id)


def _id_of(parent: str) -> Column[str]:
    """Return the key of a table whose rows extend those of another one."""
    return Column("id", String(32), ForeignKey(f"{parent}.id"), primary_key=True)


def _one_of(parent: str, column: str = "", *, nullable: bool = True) -> Column[str]:
    """Return a column that names a row of another table."""
    name = column or f"{parent}_id"
    return Column(name, String(32), ForeignKey(f"{parent}.id"), nullable=nullable)


def _cell_type(name: str) -> Column[str]:
    return Column("cell_type", Enum("code", "markdown", name=name), nullable=False)


Table("course", METADATA, Column("id", String(128), unique=True, primary_key=True))

Table(
    "student",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("first_name", String(128)),
    Column("last_name", String(128)),
    Column("email", String(128)),
    Column("lms_user_id", String(128)),
)

Table(
    "assignment",
    METADATA,
    _id(),
    Column("name", String(128), unique=True, nullable=False),
    Column("duedate", DateTime),
    Column("course_id", String(128), ForeignKey("course.id"), nullable=False),
)

Table(
    "notebook",
    METADATA,
    _id(),
    Column("name", String(128), nullable=False),
    _one_of("assignment"),
    Column("kernelspec", String(1024)),
    UniqueConstraint("name", "assignment_id"),
)

Table(
    "base_cell",
    METADATA,
    _id(),
    Column("name", String(128), nullable=False),
    _one_of("notebook", nullable=False),
    Column("type", String(50)),
    UniqueConstraint("name", "notebook_id", "type"),
)

Table(
    "grade_cells",
    METADATA,
    _id_of("base_cell"),
    Column("max_score", Float, nullable=False),
    _cell_type("grade_cell_type"),
)

Table("solution_cells", METADATA, _id_of("base_cell"))

Table(
    "task_cells",
    METADATA,
    _id_of("base_cell"),
    Column("max_score", Float, nullable=False),
    _cell_type("grade_cell_type"),
)

Table(
    "source_cell",
    METADATA,
    _id(),
    Column("name", String(128), nullable=False),
    _cell_type("source_cell_type"),
    Column("locked", Boolean, default=False, nullable=False),
    Column("source", Text),
    Column("checksum", String(128)),
    _one_of("notebook"),
    UniqueConstraint("name", "notebook_id"),
)

Table(
    "submitted_assignment",
    METADATA,
    _id(),
    _one_of("assignment"),
    Column("student_id", String(128), ForeignKey("student.id")),
    Column("timestamp", DateTime),
    Column("extension", Interval),
    UniqueConstraint("assignment_id", "student_id"),
)

Table(
    "submitted_notebook",
    METADATA,
    _id(),
    _one_of("submitted_assignment", "assignment_id"),
    _one_of("notebook"),
    Column("flagged", Boolean, default=False),
    Column("late_submission_penalty", Float(0)),
    UniqueConstraint("notebook_id", "assignment_id"),
)

Table(
    "grade",
    METADATA,
    _id(),
    _one_of("submitted_notebook", "notebook_id"),
    _one_of("base_cell", "cell_id"),
    Column("auto_score", Float),
    Column("manual_score", Float),
    Column("extra_credit", Float),
    Column("needs_manual_grade", Boolean, default=True, nullable=False),
    UniqueConstraint("cell_id", "notebook_id"),
)

Table(
    "comment",
    METADATA,
    _id(),
    _one_of("submitted_notebook", "notebook_id"),
    _one_of("base_cell", "cell_id"),
    Column("auto_comment", Text),
    Column("manual_comment", Text),
    UniqueConstraint("cell_id", "notebook_id"),
)

TABLES: dict[str, Table] = dict(METADATA.tables)
"""The same by name."""
