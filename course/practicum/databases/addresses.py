"""Addresses of databases: read, made the same for all, and shown without their password."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from practicum.errors import BadInput

__all__ = ["complete", "file_of", "normal", "shown"]

POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}


def normal(url: str) -> URL:
    """Return a database URL with the one driver for PostgreSQL that we test, psycopg 3.

    Raises:
        BadInput: It is not a URL of a database; it is not printed, as it may hold a password.

    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Not even the reason is shown: it quotes what was given.
        message = "this is not a database URL: write sqlite:////FILE or postgresql://USER@HOST/NAME"
        raise BadInput(message) from None
    if parsed.drivername in POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        message = f"{parsed.drivername}: is not a database URL that works: use sqlite or postgresql"
        raise BadInput(message)
    return parsed


def complete(url: str) -> str:
    """Return what other programs need to open it: driver and password included. Never show it."""
    parsed = normal(url)
    if parsed.get_backend_name() == "sqlite":
        return url
    return parsed.render_as_string(hide_password=False)


def shown(url: str | URL) -> str:
    """Return what a message may say: the file, or the server's address without a password."""
    parsed = normal(url) if isinstance(url, str) else url
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return parsed.database
    # A password may also stand in the query.
    return parsed.set(query={}).render_as_string(hide_password=True)


def file_of(url: str | URL) -> Path | None:
    """Return the file of an SQLite database, or None for a database that is none."""
    parsed = normal(url) if isinstance(url, str) else url
    name = parsed.database
    if parsed.get_backend_name() != "sqlite" or not name or name.startswith((":", "file:")):
        return None
    return Path(name)
