"""The exchange of the course's service: what was released, handed in and given back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "offers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("assignment", sa.String(128), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_offers_course_assignment", "offers", ["course", "assignment"])
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        *_whose(),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_uploads_by", "uploads", ["by"])
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(32), primary_key=True),
        *_whose(),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    subject = ["course", "assignment", "student"]
    name = "ix_submissions_course_assignment_student_key"
    op.create_index(name, "submissions", [*subject, "key"], unique=True)
    op.create_table(
        "feedbacks",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_whose(),
        sa.Column("about", sa.String(32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_feedbacks_course_assignment_student", "feedbacks", subject)


def _whose() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("course", sa.String(64), nullable=False),
        sa.Column("assignment", sa.String(128), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
    )
