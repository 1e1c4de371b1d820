"""Whether both databases open, and have the tables that this practicum knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import column, inspect, select, table

from practicum.course import Course
from practicum.databases import Patience, file_of, open_engine, reading, shown
from practicum.doctor.symptoms import Symptom, fail, ok

__all__ = ["gradebook", "records"]

_SOON = Patience(seconds=3)


def gradebook(course: Course) -> Iterator[Symptom]:
    """Look into nbgrader's gradebook."""
    from practicum.gradebook.tables import REVISION, VERSION  # noqa: PLC0415 (slow to import)

    yield _database("gradebook", course.gradebook_url, VERSION.name, (REVISION,))


def records(course: Course) -> Iterator[Symptom]:
    """Look into practicum's records; an older version is migrated by the next command."""
    from practicum.records.migrations import REVISIONS, VERSION_TABLE  # noqa: PLC0415 (as above)

    yield _database("records", course.records_url, VERSION_TABLE, REVISIONS)


def _database(about: str, url: str, version_table: str, known: tuple[str, ...]) -> Symptom:
    file = file_of(url)
    if file is not None and not Path(file).exists():
        return ok(about, f"{file} is made by the first command that needs it")
    engine = open_engine(url, _SOON)
    try:
        with reading(engine) as connection:
            has_table = inspect(connection).has_table(version_table)
            versions = table(version_table, column("version_num"))
            version = connection.scalar(select(versions.c.version_num)) if has_table else None
    finally:
        engine.dispose()
    if version is None:
        return ok(about, f"{shown(url)} is empty: its tables are made by the first command")
    if version not in known:
        advice = (
            "run `nbgrader db upgrade` in the course's folder"
            if about == "gradebook"
            else "a newer practicum made it: pip install -U practicum"
        )
        return fail(about, f"{shown(url)} has tables of version {version}", advice)
    if version != known[-1]:
        return ok(about, f"{shown(url)} opens; the next command migrates it to {known[-1]}")
    return ok(about, f"{shown(url)} opens, with tables of version {version}")
