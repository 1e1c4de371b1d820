"""What alembic runs to migrate: on the connection and transaction that it is handed."""

from __future__ import annotations

from alembic import context

from practicum.records.columns import METADATA
from practicum.records.migrations import VERSION_TABLE

__all__: list[str] = []


def _migrate() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        version_table=VERSION_TABLE,
        # SQLite changes a column only by copying its table.
        render_as_batch=True,
    )
    context.run_migrations()


_migrate()
