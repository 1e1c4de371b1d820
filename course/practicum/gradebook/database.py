"""nbgrader's database, opened without nbgrader: its tables, our transactions.

nbgrader makes its tables when it opens an empty database, and asks a program called alembic
for their version. Here both happen in the process and in one transaction, so that a search
path without alembic, a database that holds other tables, and a second program that opens it
at the same time do no harm (jupyter/nbgrader#1661).
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, inspect, select

from practicum.databases import PATIENCE, Patience, open_engine, reading, shown, writing
from practicum.errors import BadInput
from practicum.gradebook.tables import METADATA, REVISION, TABLES, VERSION

__all__ = ["REVISION", "TABLES", "open_database"]


def open_database(url: str, course_id: str, patience: Patience = PATIENCE) -> Engine:
    """Return an engine for a gradebook; its tables and the course are made if need be.

    Raises:
        BadInput: It is no database, or an older nbgrader made it.
        Busy: Another program keeps it locked.
        MissingExtra: The driver of that kind of database is not installed.

    """
    engine = open_engine(url, patience)
    try:
        with reading(engine) as connection:
            ready = _is_ready(connection, course_id)
        if not ready:
            with writing(engine) as connection:
                _prepare(connection, course_id)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _is_ready(connection: Connection, course_id: str) -> bool:
    if not inspect(connection).has_table(VERSION.name):
        return False
    course = TABLES["course"]
    version = connection.scalar(select(VERSION.c.version_num))
    if version not in {None, REVISION}:
        message = (
            f"{shown(connection.engine.url)}: its tables have nbgrader's version {version}, and "
            f"{REVISION} is needed: run `nbgrader db upgrade` in the course's folder"
        )
        raise BadInput(message)
    named = select(course.c.id).where(course.c.id == course_id)
    return version is not None and connection.scalar(named) is not None


def _prepare(connection: Connection, course_id: str) -> None:
    """Make what is missing; another program may have made it a moment ago."""
    there = set(inspect(connection).get_table_names())
    if "assignment" in there and "course" not in there:
        message = (
            f"{shown(connection.engine.url)}: an old nbgrader made it: "
            "run `nbgrader db upgrade` in the course's folder"
        )
        raise BadInput(message)
    METADATA.create_all(connection)
    VERSION.create(connection, checkfirst=True)
    if connection.scalar(select(VERSION.c.version_num)) is None:
        connection.execute(insert(VERSION), {"version_num": REVISION})
    course = TABLES["course"]
    if connection.scalar(select(course.c.id).where(course.c.id == course_id)) is None:
        connection.execute(insert(course), {"id": course_id})
