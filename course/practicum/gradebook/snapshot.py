"""Copies of the gradebook that are whole at every moment, and their return."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from practicum.databases import file_of, reading, writing
from practicum.databases.backup import BUSY_SECONDS, copy_file
from practicum.gradebook.database import open_database
from practicum.gradebook.tables import METADATA

__all__ = ["copy_database", "copy_gradebook", "gradebook_digest", "replace_gradebook"]

Rows = dict[Any, dict[str, Any]]


def copy_database(source: Path, target: Path) -> None:
    """Copy a database file while others may use it; nothing is copied if there is none.

    Raises:
        Busy: One of the two was locked for half a minute.
        BadInput: One of the two is not a database.

    """
    if source.exists():
        copy_file(source, target, BUSY_SECONDS)


def copy_gradebook(source: str, target: str, course_id: str) -> None:
    """Make one gradebook hold what another one holds, whichever database each of them is.

    Files are copied as they are. To or from a server, the rows are compared, and what differs
    is written in one transaction. Nothing happens where the source is a file that is missing.

    Args:
        source: The URL of the gradebook to copy.
        target: The URL of the one that is made or changed.
        course_id: The course, which a new gradebook is made for.

    Raises:
        Busy: One of the two is locked.
        BadInput: One of the two is not a gradebook.

    """
    files = file_of(source), file_of(target)
    if files[0] is not None and not files[0].exists():
        return
    if files[0] is not None and files[1] is not None:
        copy_database(files[0], files[1])
        return
    origin, copy = open_database(source, course_id), open_database(target, course_id)
    try:
        with reading(origin) as connection:
            wanted = {table: _rows(connection, table) for table in _tables()}
        with writing(copy) as connection:
            _write(connection, wanted)
    finally:
        origin.dispose()
        copy.dispose()


def replace_gradebook(source: str, target: str, course_id: str) -> None:
    """Make a course's gradebook hold what another one holds, in one transaction.

    A crash on the way leaves the old contents: the database rolls back by itself.

    Raises:
        Busy: Another program keeps it locked.

    """
    copy_gradebook(source, target, course_id)


def gradebook_digest(url: str, course_id: str) -> str:
    """Return a digest by which a change of the gradebook is seen; "" where there is none."""
    file = file_of(url)
    if file is not None:
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""
    engine = open_database(url, course_id)
    try:
        digest = hashlib.sha256()
        with reading(engine) as connection:
            for table in _tables():
                rows = sorted(_rows(connection, table).items())
                digest.update(repr((table.name, rows)).encode())
        return digest.hexdigest()
    finally:
        engine.dispose()


def _tables() -> list[Table]:
    # In an order in which no row names one that is not there yet.
    return METADATA.sorted_tables


def _rows(connection: Connection, table: Table) -> Rows:
    (key,) = table.primary_key.columns
    return {row[key.name]: dict(row) for row in connection.execute(select(table)).mappings()}


def _write(connection: Connection, wanted: dict[Table, Rows]) -> None:
    there = {table: _rows(connection, table) for table in wanted}
    for table in reversed(wanted):
        (key,) = table.primary_key.columns
        gone = [{"row": name} for name in there[table].keys() - wanted[table].keys()]
        if gone:
            connection.execute(delete(table).where(key == bindparam("row")), gone)
    for table, rows in wanted.items():
        (key,) = table.primary_key.columns
        before = there[table]
        changed = [
            row | {"row": name}
            for name, row in rows.items()
            if name in before and row != before[name]
        ]
        if changed:
            connection.execute(update(table).where(key == bindparam("row")), changed)
        made = [row for name, row in rows.items() if name not in before]
        if made:
            connection.execute(insert(table), made)
