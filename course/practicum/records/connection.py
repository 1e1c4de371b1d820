"""From a URL to an engine, and the few things that SQLite must be told about itself."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from practicum.errors import BadInput, Busy, MissingExtra, PracticumError

__all__ = ["WAIT_SECONDS", "foreseen", "open_engine", "reading", "writing"]

WAIT_SECONDS = 90.0
"""How long a command waits for another one that writes, before it gives up."""

WRITES = "practicum_writes"


def open_engine(url: str) -> Engine:
    """Return an engine for a database URL; a SQLite file and its folder are made.

    Raises:
        BadInput: The URL is not one, or names a kind of database that is not known.
        MissingExtra: The driver of that kind of database is not installed.

    """
    try:
        parsed = make_url(url)
        engine = create_engine(parsed)
    except (ArgumentError, NoSuchModuleError) as error:
        message = f"{url!r} is not a database URL ({error}): write sqlite:///FILE or postgresql://…"
        raise BadInput(message) from None
    except ModuleNotFoundError as error:
        raise MissingExtra("grading", error.name or "the database's driver") from None
    if engine.dialect.name == "sqlite":
        _make_folder(parsed)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database; raise Busy or PracticumError."""
    with foreseen(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that is kept whole or not at all; raise Busy or PracticumError."""
    options = engine.execution_options(**{WRITES: True})
    with foreseen(engine.url), options.begin() as connection:
        yield connection


@contextmanager
def foreseen(url: URL) -> Iterator[None]:
    """Turn what a database may complain about into errors of ours, with the remedy."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        if "locked" in reason:
            raise Busy(
                f"{url}: another command has been writing for {WAIT_SECONDS:.0f} s: "
                "wait for it, or end it, and run this again"
            ) from None
        if "not a database" in reason:
            raise BadInput(
                f"{url}: this file is not a database: move it away, or restore a backup"
            ) from None
        raise PracticumError(
            f"{url}: {reason}: check the file's rights and the space on the disk; "
            "what was there before is unchanged"
        ) from error


def _make_folder(url: URL) -> None:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not Path(url.database).exists():
            # Names and judgements are in it: on a shared server nobody else may read it.
            Path(url.database).touch(mode=0o600)
    except OSError as error:
        message = f"{folder}: cannot be made ({error.strerror}): check the path and its rights"
        raise BadInput(message) from None


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3 must not begin transactions by itself: _begin_sqlite does, with the right kind.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    # The change to WAL, once in a file's life, does not heed busy_timeout.
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way fails at once in WAL, so a writer says so first.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
