"""What both stores need of a database: its address, patience with other writers, a backup.

SQLite is a file; PostgreSQL is a server that several machines share. One process writes at a
time in either, and who finds another one writing waits for it.
"""

from practicum.databases.addresses import complete, file_of, normal, shown
from practicum.databases.backup import backup, restore_backup
from practicum.databases.engines import (
    PATIENCE,
    Patience,
    foreseen,
    open_engine,
    reading,
    sole_session,
    writing,
)

__all__ = [
    "PATIENCE",
    "Patience",
    "backup",
    "complete",
    "file_of",
    "foreseen",
    "normal",
    "open_engine",
    "reading",
    "restore_backup",
    "shown",
    "sole_session",
    "writing",
]
