"""The tables that are written down here are nbgrader's own."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from nbgrader.api import Base, Gradebook
from nbgrader.dbutil import _temp_alembic_ini
from sqlalchemy import Column, MetaData, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite

from practicum.databases import complete, open_engine, reading
from practicum.gradebook.database import open_database
from practicum.gradebook.tables import METADATA, REVISION, TABLES

HEAVY = (
    "IPython",
    "alembic",
    "jupyter_client",
    "jupyter_core",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "nbgrader",
    "numpy",
    "pandas",
    "sqlalchemy.orm",
    "zmq",
)


def column(entry: Column[Any]) -> tuple[Any, ...]:
    """All that a column says, in a form that can be compared."""
    default: Any = entry.default
    if default is not None:
        default = "made anew" if default.is_callable else default.arg
    dialects: Any = (sqlite.dialect, postgresql.dialect)
    types = [entry.type.compile(dialect()) for dialect in dialects]
    foreign = sorted(key.target_fullname for key in entry.foreign_keys)
    return (
        entry.name,
        repr(entry.type),
        types,
        entry.nullable,
        entry.primary_key,
        bool(entry.unique),
        bool(entry.index),
        foreign,
        default,
        entry.server_default,
    )


def constraints(table: Table) -> list[tuple[str, list[str]]]:
    """The kinds of a table's constraints, with their columns."""
    found: Any = table.constraints
    return sorted((type(entry).__name__, [c.name for c in entry.columns]) for entry in found)


def test_the_same_tables_in_the_same_order() -> None:
    """No table is missing or too many, and rows are copied parents first, as with nbgrader's."""
    theirs: MetaData = Base.metadata
    assert [t.name for t in METADATA.sorted_tables] == [t.name for t in theirs.sorted_tables]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_that_of_nbgrader(name: str) -> None:
    """Columns, types on both databases, keys, uniqueness and defaults equal nbgrader's."""
    theirs: Table = Base.metadata.tables[name]
    ours = TABLES[name]
    assert [column(c) for c in ours.columns] == [column(c) for c in theirs.columns]
    assert constraints(ours) == constraints(theirs)
    assert list(ours.indexes) == list(theirs.indexes) == []


def test_ids_are_made_like_nbgraders() -> None:
    """A row that is entered without an id gets 32 hexadecimal digits, each time others."""
    default: Any = TABLES["grade"].c.id.default
    first, second = default.arg(None), default.arg(None)
    assert first != second
    assert len(first) == len(second) == 32
    assert int(first, 16) != int(second, 16)


def test_the_version_is_that_of_nbgrader() -> None:
    """The version that we write is the newest one among nbgrader's own migrations."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with _temp_alembic_ini("sqlite://") as ini:
        script = ScriptDirectory.from_config(Config(ini))
    assert script.get_current_head() == REVISION


def test_a_server_gets_the_tables_of_nbgrader(server: Callable[[], str]) -> None:
    """On PostgreSQL, both sides make the same columns, keys, constraints and types."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    made = []
    for side in ("nbgrader", "practicum"):
        url = server()
        if side == "nbgrader":
            Gradebook(complete(url), "a-course").close()
        else:
            open_database(url, "a-course").dispose()
        engine = open_engine(url)
        with reading(engine) as connection:
            looking: Any = inspect(connection)
            tables = sorted(looking.get_table_names())
            made.append(
                {
                    "enums": looking.get_enums(),
                    "tables": {
                        table: (
                            [str(c) for c in looking.get_columns(table)],
                            looking.get_pk_constraint(table),
                            looking.get_foreign_keys(table),
                            looking.get_unique_constraints(table),
                        )
                        for table in tables
                    },
                }
            )
        engine.dispose()
    assert "grade" in made[0]["tables"]
    assert made[1] == made[0]


@pytest.mark.parametrize(
    "module",
    ["practicum.grade.verb", "practicum.release.releasing", "practicum.status.verb"],
)
def test_a_command_starts_without_heavy_libraries(module: str) -> None:
    """Neither nbgrader nor what it brings is imported before it is needed."""
    code = (
        f"import sys, {module}, practicum.gradebook.marks_store, practicum.gradebook.lock; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"
