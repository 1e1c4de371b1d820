"""Copies of an SQLite database that are whole at every moment, and their return."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

__all__ = ["copy_database", "replace_database"]

BUSY_SECONDS = 30.0


def copy_database(source: Path, target: Path) -> None:
    """Copy a database while others may use it; nothing is copied if there is none."""
    if not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as origin,
        closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as copy,
    ):
        origin.backup(copy)


def replace_database(source: Path, target: Path) -> None:
    """Make ``target`` hold what ``source`` holds, in one transaction of SQLite.

    A crash on the way leaves the old contents: SQLite rolls back when it is next opened.
    """
    copy_database(source, target)
