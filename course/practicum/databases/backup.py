"""Copies of the databases that are whole at every moment, while others go on writing.

For PostgreSQL, ``pg_dump`` does it: ``pg_dump --format=custom --file=gradebook.dump URL``, and
``pg_restore --clean --if-exists --single-transaction --dbname=URL gradebook.dump`` back.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.databases.addresses import file_of, shown
from practicum.errors import BadInput, Busy

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["backup", "copy_file", "restore_backup"]

BUSY_SECONDS = 30.0


def backup(course: Course, target: Path) -> tuple[Path, ...]:
    """Copy the course's databases into a folder, also while a command is grading.

    Args:
        course: The course.
        target: The folder; a copy that is there is replaced when the new one is whole.

    Returns:
        The copies: gradebook.db and records.db, those that there are.

    Raises:
        BadInput: A database is damaged, or lies on a server, where pg_dump copies it.
        Busy: A database was locked for half a minute.

    """
    copies = []
    for name, source in _files(course).items():
        if source.is_file():
            draft = target / f".{name}.draft"
            draft.unlink(missing_ok=True)
            copy_file(source, draft)
            _require_whole(draft)
            copies.append(draft.replace(target / name))
    return tuple(copies)


def restore_backup(course: Course, source: Path) -> tuple[Path, ...]:
    """Make the course's databases hold what ``backup`` has copied; call it as sole writer.

    A crash on the way leaves the old contents: SQLite rolls back when it is next opened.

    Returns:
        The databases that were restored.

    Raises:
        BadInput: There is no backup in the folder, or one is damaged; nothing was changed.
        Busy: A database was locked for half a minute.

    """
    found = {source / name: file for name, file in _files(course).items()}
    found = {copy: file for copy, file in found.items() if copy.is_file()}
    if not found:
        raise BadInput(f"{source}: no backup here (gradebook.db, records.db): name its folder")
    for copy in found:
        _require_whole(copy)
    for copy, file in found.items():
        copy_file(copy, file)
    return tuple(found.values())


def copy_file(source: Path, target: Path, patience: float = BUSY_SECONDS) -> None:
    """Make one SQLite file hold what another one holds, in one transaction.

    Raises:
        Busy: One of the two was locked for longer than ``patience`` (seconds).
        BadInput: One of the two is not a database.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    end = time.monotonic() + patience

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


def _files(course: Course) -> dict[str, Path]:
    files = {}
    for name, url in (("gradebook", course.gradebook_url), ("records", course.records_url)):
        file = file_of(url)
        if file is None:
            raise BadInput(
                f"{shown(url)}: this database is on a server: "
                f"copy it with `pg_dump --format=custom --file={name}.dump`"
            )
        files[f"{name}.db"] = file
    return files


def _require_whole(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as database:
            (said,) = database.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BadInput(f"{file}: is damaged ({said}): use an older backup")
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
