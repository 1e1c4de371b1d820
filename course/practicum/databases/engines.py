"""From a URL to transactions: one writer at a time, and patience with whoever was first."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from practicum.databases.addresses import file_of, normal, shown
from practicum.errors import BadInput, Busy, DatabaseFailed, MissingExtra
from practicum.progress import Progress, Step, silent

__all__ = [
    "PATIENCE",
    "Patience",
    "foreseen",
    "open_engine",
    "reading",
    "sole_session",
    "writing",
]

WRITES = "practicum_writes"


@dataclass(frozen=True)
class Patience:
    """How long another writer is waited for, and how often that is told (seconds).

    ``told`` gets a step each time, with the seconds waited of the seconds at most.
    """

    seconds: float = 90.0
    step: float = 2.0
    told: Progress = silent


PATIENCE = Patience()
"""Longer than any writer of ours keeps a database, and than a backup takes."""


def open_engine(url: str | URL, patience: Patience = PATIENCE, *, wal: bool = False) -> Engine:
    """Return an engine for a database; a SQLite file and its folder are made.

    Args:
        url: The database.
        patience: How long to wait for others that write.
        wal: For SQLite: write ahead, so that readers and the writer do not wait for each
            other. Not for a file that other programs copy or keep on a network disk.

    Raises:
        BadInput: The URL is not one, or names a kind of database that is not known.
        MissingExtra: The driver of that kind of database is not installed.

    """
    parsed = normal(url) if isinstance(url, str) else url
    extra = "grading" if parsed.get_backend_name() == "sqlite" else "postgresql"
    try:
        if parsed.get_backend_name() == "postgresql":
            wait = {"options": f"-c lock_timeout={int(patience.seconds * 1000)}"}
            engine = create_engine(parsed, connect_args=wait)
        else:
            engine = create_engine(parsed)
    except NoSuchModuleError:
        raise BadInput(f"{parsed.drivername}: is not a database URL that works") from None
    except ModuleNotFoundError as error:
        raise MissingExtra(extra, error.name or "the database's driver") from None
    if extra == "grading":
        _make_file(parsed)
        ways = _SQLite(shown(parsed), patience, wal)
        event.listen(engine, "do_connect", _require_file)
        event.listen(engine, "connect", ways.connect)
        event.listen(engine, "begin", ways.begin)
        event.listen(engine, "commit", ways.commit)
    else:
        event.listen(engine, "begin", _PostgreSQL(parsed, patience).begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the database; raise Busy or DatabaseFailed."""
    with foreseen(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that is kept whole or not at all; raise Busy or DatabaseFailed."""
    with (
        foreseen(engine.url),
        engine.connect() as connection,
        connection.execution_options(**{WRITES: True}).begin(),
    ):
        yield connection


@contextmanager
def sole_session(url: str | URL, name: str, patience: Patience) -> Iterator[bool]:
    """Hold a lock by name on a PostgreSQL server while the block runs.

    Yields whether the lock was free in time. It is gone when the process or its connection is.
    """
    engine = open_engine(url, patience)
    try:
        with foreseen(engine.url), engine.connect() as connection:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            key = _key(name)
            ask = text("SELECT pg_try_advisory_lock(:key)")
            held = _until(lambda: bool(autocommit.scalar(ask, {"key": key})), name, patience)
            try:
                yield held
            finally:
                if held:
                    autocommit.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    finally:
        engine.dispose()


@contextmanager
def foreseen(url: URL) -> Iterator[None]:
    """Turn what a database may complain about into errors of ours, with the remedy."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip()
        if "locked" in reason or "lock timeout" in reason:
            raise Busy(
                f"{shown(url)}: another program keeps it locked (another command has been "
                "writing for too long): wait for it, or end it, and run this again"
            ) from None
        if "not a database" in reason or "malformed" in reason:
            raise BadInput(
                f"{shown(url)}: this file is not a database: move it away, or restore a backup"
            ) from None
        if url.get_backend_name() == "postgresql" and "connection" in reason:
            raise DatabaseFailed(
                f"{shown(url)}: cannot be reached ({reason.splitlines()[0]}): "
                "check the server, the address and the password, then run this again"
            ) from None
        raise DatabaseFailed(
            f"{shown(url)}: {reason}: check the file's rights and the space on the disk; "
            "what was there before is unchanged"
        ) from error


@dataclass(frozen=True)
class _SQLite:
    """What SQLite must be told about itself: who begins what, and how to wait."""

    name: str
    patience: Patience
    wal: bool

    def connect(self, connection: sqlite3.Connection, _record: object) -> None:
        # sqlite3 must not begin transactions by itself: ``begin`` does, with the right kind.
        connection.isolation_level = None
        wait = min(self.patience.step, self.patience.seconds)
        connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
        connection.execute("PRAGMA synchronous = FULL")
        if self.wal:
            connection.execute("PRAGMA foreign_keys = ON")
            self._patiently(connection, "PRAGMA journal_mode = WAL")

    def begin(self, connection: Connection) -> None:
        # A reader that turns writer half-way fails at once, so a writer says so first.
        writes = connection.get_execution_options().get(WRITES)
        raw = _raw(connection)
        if writes:
            self._patiently(raw, "BEGIN IMMEDIATE")
            return
        raw.execute("BEGIN")
        # Takes the reader's lock, so that no later statement has to wait for it.
        self._patiently(raw, "SELECT 1 FROM sqlite_master LIMIT 1")

    def commit(self, connection: Connection) -> None:
        # Who reads may keep a commit waiting. What SQLAlchemy commits next is then empty.
        self._patiently(_raw(connection), "COMMIT")

    def _patiently(self, raw: sqlite3.Connection, statement: str) -> None:
        last: sqlite3.OperationalError | None = None

        def done() -> bool:
            nonlocal last
            try:
                raw.execute(statement)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                last = error
                return False
            return True

        try:
            if not _until(done, self.name, self.patience):
                raise last or sqlite3.OperationalError("database is locked")
        except sqlite3.DatabaseError as error:
            if raw.in_transaction:
                raw.rollback()
            raise DBAPIError(statement, None, error) from error


@dataclass(frozen=True)
class _PostgreSQL:
    """Writers of ours go one after the other, as with SQLite; others meet row locks."""

    url: URL
    patience: Patience

    def begin(self, connection: Connection) -> None:
        if not connection.get_execution_options().get(WRITES):
            return
        ask = text("SELECT pg_try_advisory_xact_lock(:key)")
        key = {"key": _key(f"writer of {self.url.database}")}
        if not _until(
            lambda: bool(connection.scalar(ask, key)), shown(self.url), self.patience, pause=0.02
        ):
            orig = TimeoutError("lock timeout")
            raise DBAPIError("pg_try_advisory_xact_lock", None, orig)


def _require_file(
    _dialect: object, _record: object, arguments: Sequence[Any], _options: object
) -> None:
    """Make no empty database in the place of one that is away for a while."""
    name = str(arguments[0])
    if not name.startswith((":", "file:")) and name and not Path(name).is_file():
        message = "the file is not there"
        raise sqlite3.OperationalError(message)


def _raw(connection: Connection) -> sqlite3.Connection:
    raw: Any = connection.connection.dbapi_connection
    return raw  # type: ignore[no-any-return]


def _until(done: Callable[[], bool], what: str, patience: Patience, pause: float = 0.0) -> bool:
    """Try until it is done or patience is out, telling it; return whether it is done."""
    if done():
        return True
    start = time.monotonic()
    told = 0.0
    while True:
        # SQLite waits within itself; where nothing does, a pause keeps the server free.
        time.sleep(min(pause or 0.01, patience.seconds))
        if done():
            return True
        waited = time.monotonic() - start
        if waited >= patience.seconds:
            return False
        if waited - told >= patience.step:
            told = waited
            now = f"another program is writing to {what}: waiting for it"
            patience.told(Step("wait", int(waited), int(patience.seconds), now))


def _make_file(url: URL) -> None:
    file = file_of(url)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            # Names and judgements are in it: on a shared server nobody else may read it.
            file.touch(mode=0o600)
    except OSError as error:
        message = f"{file.parent}: cannot be made ({error.strerror}): check the path and its rights"
        raise BadInput(message) from None


def _key(name: str) -> int:
    """Return the number by which PostgreSQL knows a lock."""
    digest = hashlib.sha256(f"practicum: {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
