"""The review room: invitations, visits, what reviewers write and what they submitted."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the review room."""
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("brief", sa.String(64), nullable=False),
        sa.Column("reviewer", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_invitations_digest", "invitations", ["digest"], unique=True)
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("invitation_id", sa.Integer(), sa.ForeignKey("invitations.id"), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_visits_invitation_id", "visits", ["invitation_id"])
    op.create_index("ix_visits_digest", "visits", ["digest"], unique=True)
    for name, unique in (("drafts", True), ("sheets", False)):
        columns: list[sa.Column[Any]] = [
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("brief", sa.String(64), nullable=False),
            sa.Column("student", sa.String(64), nullable=False),
            sa.Column("reviewer", sa.String(64), nullable=False),
            sa.Column("sheet", sa.JSON(), nullable=False),
        ]
        if name == "drafts":
            columns.append(sa.Column("revision", sa.Integer(), nullable=False))
        columns.append(sa.Column("at", sa.DateTime(timezone=True), nullable=False))
        op.create_table(name, *columns)
        subject = ["brief", "student", "reviewer"]
        op.create_index(f"ix_{name}_brief_student_reviewer", name, subject, unique=unique)
