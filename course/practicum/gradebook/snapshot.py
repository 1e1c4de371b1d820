"""Copies of an SQLite database that are whole at every moment, and their return."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from practicum.errors import BadInput, Busy

__all__ = ["copy_database", "replace_database"]

BUSY_SECONDS = 30.0


def copy_database(source: Path, target: Path) -> None:
    """Copy a database while others may use it; nothing is copied if there is none.

    Raises:
        Busy: One of the two was locked for half a minute.
        BadInput: One of the two is not a database.

    """
    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    end = time.monotonic() + BUSY_SECONDS

    def give_up(status: int, _left: int, _total: int) -> None:
        # sqlite3 itself would try again for ever.
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > end:
            message = f"{target}: another program keeps it locked: close it, and try again"
            raise Busy(message)

    try:
        with (
            closing(sqlite3.connect(source, timeout=1.0)) as origin,
            closing(sqlite3.connect(target, timeout=1.0)) as copy,
        ):
            origin.backup(copy, progress=give_up)
    except sqlite3.DatabaseError as error:
        message = f"{source}: cannot be read as a database ({error}): restore a backup"
        raise BadInput(message) from None


def replace_database(source: Path, target: Path) -> None:
    """Make ``target`` hold what ``source`` holds, in one transaction of SQLite.

    A crash on the way leaves the old contents: SQLite rolls back when it is next opened.

    Raises:
        Busy: Another program keeps ``target`` locked.

    """
    copy_database(source, target)
