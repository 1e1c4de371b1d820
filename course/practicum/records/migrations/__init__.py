"""The history of the tables, and how a database of any age is brought up to date."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table

from practicum.databases import reading, shown, writing
from practicum.errors import BadInput

__all__ = ["HEAD", "REVISIONS", "VERSION_TABLE", "bring_up_to_date"]

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""All versions of the tables, oldest first; versions/ has a file for each."""

HEAD = REVISIONS[-1]

VERSION_TABLE = "records_version"
"""Not alembic's own name for it: nbgrader's gradebook may live in the same database."""

_version = table(VERSION_TABLE, column("version_num"))


def bring_up_to_date(engine: Engine) -> None:
    """Make or migrate the tables; one query when they are up to date already.

    Raises:
        BadInput: The database was made by a newer practicum.
        Busy: Another command keeps the database locked.

    """
    with reading(engine) as connection:
        version = _version_of(connection)
    if version == HEAD:
        return
    with writing(engine) as connection:
        version = _version_of(connection)  # another command may have been quicker
        if version == HEAD:
            return
        if version is not None and version not in REVISIONS:
            raise BadInput(
                f"{shown(engine.url)}: its tables have version {version!r}, and this practicum "
                f"knows up to {HEAD!r}: a newer practicum made it; pip install -U practicum"
            )
        _upgrade(connection)


def _version_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_version.c.version_num))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 (slow, and rarely needed)
    from alembic.config import Config  # noqa: PLC0415 (as above)

    config = Config()
    # Config is a ConfigParser, which has a meaning of its own for "%".
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _quietly():
        command.upgrade(config, "head")


@contextmanager
def _quietly() -> Iterator[None]:
    logger = logging.getLogger("alembic")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
