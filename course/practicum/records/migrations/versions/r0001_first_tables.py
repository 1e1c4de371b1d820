"""The first tables: receipts and states, judgements, publications, releases, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _submissions()
    _judgements()
    _house_keeping()


def _submissions() -> None:
    op.create_table(
        "publications",
        _key(),
        _id("brief"),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("proofs", sa.JSON(), nullable=False),
        _time("at"),
    )
    _index("publications", "brief")
    op.create_table(
        "receipts",
        _key(),
        _id("brief"),
        _id("student"),
        _time("received_at"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
    )
    _index("receipts", "brief", "student")
    op.create_table(
        "states",
        _key(),
        sa.Column(
            "receipt_id",
            sa.Integer(),
            sa.ForeignKey("receipts.id", name="fk_states_receipt_id_receipts"),
            nullable=False,
        ),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        _time("at"),
    )
    _index("states", "receipt_id")
    op.create_table(
        "findings",
        _key(),
        _id("brief"),
        _id("student"),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
    )
    _index("findings", "brief", "student")
    op.create_table(
        "releases",
        _key(),
        _id("brief"),
        _id("student"),
        sa.Column("digest", sa.String(128), nullable=False),
        _time("at"),
    )
    _index("releases", "brief", "student")


def _judgements() -> None:
    op.create_table(
        "assessments",
        _key(),
        _id("brief"),
        _id("student"),
        _id("criterion"),
        _id("reviewer"),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        _time("at"),
    )
    _index("assessments", "brief", "student", "criterion", "reviewer")
    op.create_table(
        "decisions",
        _key(),
        _id("brief"),
        _id("student"),
        _id("criterion"),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _id("by"),
        _time("at"),
    )
    _index("decisions", "brief", "student", "criterion")


def _house_keeping() -> None:
    op.create_table(
        "audit",
        _key(),
        _time("at"),
        sa.Column("action", sa.String(64), nullable=False),
        _id("brief"),
        _id("student"),
        _id("by"),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )


# Columns are made by functions: one Column object belongs to one table.


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
