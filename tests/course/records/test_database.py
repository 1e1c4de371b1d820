import logging
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text

from practicum.databases import Patience
from practicum.errors import BadInput, Busy, PracticumError
from practicum.records import Records, migrations
from practicum.records.columns import METADATA

WRITER = """
import sys
from datetime import UTC, datetime
from practicum.records import Assessment, Records
url, reviewer, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Records(url) as records:
    print(records.blind_code("demo", "ada"))
    for number in range(count):
        records.assess(Assessment(brief="demo", student=f"s{number}", criterion="advice",
                                  reviewer=reviewer, level=3, at=datetime.now(UTC)))
"""


def file_of(url: str) -> Path:
    """Return the file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


def test_a_migrated_database_equals_the_tables(records: Records) -> None:
    """The migrations make exactly the tables, columns and indexes that the code uses."""
    with records._engine.connect() as open_connection:
        context = MigrationContext.configure(
            open_connection,
            opts={"compare_type": True, "version_table": migrations.VERSION_TABLE},
        )
        assert compare_metadata(context, METADATA) == []


def test_names_of_constraints_equal_the_tables(records: Records, tmp_path: Path) -> None:
    """Tables made by migration and by the code read the same, so later migrations find names."""
    engine = create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    METADATA.create_all(engine)
    query = text("select sql from sqlite_master where name not like 'records_version' order by 1")
    with records._engine.connect() as one, engine.connect() as other:
        migrated = [" ".join(row[0].split()) for row in one.execute(query) if row[0]]
        direct = [" ".join(row[0].split()) for row in other.execute(query) if row[0]]
    engine.dispose()
    assert migrated == direct


def test_the_list_of_versions_is_complete() -> None:
    """The versions that the code knows are the migrations on disk, in their order."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    on_disk = [script.revision for script in scripts.walk_revisions()][::-1]
    assert tuple(on_disk) == migrations.REVISIONS
    assert scripts.get_current_head() == migrations.HEAD


def test_opening_twice_migrates_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is up to date is opened without alembic."""
    with Records(url) as records:
        records.log("first")
    monkeypatch.setattr(migrations, "_upgrade", lambda _connection: pytest.fail("migrated again"))
    with Records(url) as records:
        assert [entry.action for entry in records.audit()] == ["first"]


def test_a_migration_is_quiet(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Making the tables prints and logs nothing, however loud the program's log is."""
    caplog.set_level(logging.DEBUG)
    with Records(url):
        pass
    assert [r for r in caplog.records if r.name.startswith("alembic")] == []


def test_a_newer_database_is_refused(url: str) -> None:
    """A database of a newer version is named, with the way out, and stays as it is."""
    with Records(url):
        pass
    with sqlite3.connect(file_of(url)) as database:
        database.execute("update records_version set version_num = '9999'")
    database.close()
    with pytest.raises(BadInput, match=r"version .9999..*newer practicum made it.*install -U"):
        Records(url)


def test_a_broken_migration_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When making the tables fails half-way, the next opening starts afresh."""
    upgrade = migrations._upgrade

    def half(open_connection: Connection) -> None:
        upgrade(open_connection)
        raise KeyError

    monkeypatch.setattr(migrations, "_upgrade", half)
    with pytest.raises(KeyError):
        Records(url)
    monkeypatch.setattr(migrations, "_upgrade", upgrade)
    with Records(url) as records:
        assert records.audit() == ()


def test_folders_with_odd_names_work(tmp_path: Path) -> None:
    """Spaces and percent signs in the path of the course or the package do no harm."""
    with Records(f"sqlite:///{tmp_path / 'a b %s' / 'ü.db'}") as records:
        records.log("hello")


@pytest.mark.parametrize("url", ["nonsense", "mongo://x/y"])
def test_a_url_must_be_one(url: str) -> None:
    """What is no database URL is refused with an example."""
    with pytest.raises(BadInput, match="is not a database URL"):
        Records(url)


def test_a_file_must_be_a_database(url: str) -> None:
    """A file that is something else is named and left alone."""
    file_of(url).parent.mkdir()
    file_of(url).write_text("this is a shopping list, and a long one " * 100)
    with pytest.raises(BadInput, match="not a database: move it away"):
        Records(url)
    assert file_of(url).read_text().startswith("this is a shopping list")


def test_sqlite_is_set_up(records: Records) -> None:
    """The log is written ahead, foreign keys are checked, and writers wait for each other."""
    with records._engine.connect() as open_connection:
        pragmas = {
            name: open_connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 2_000}


def test_a_lock_is_waited_for(url: str) -> None:
    """A command that finds the database locked waits, and then does its work."""
    with Records(url) as records:
        holder = sqlite3.connect(file_of(url), isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.5, holder.rollback)
        timer.start()
        records.log("patient")
        timer.join()
        holder.close()
        assert [entry.action for entry in records.audit()] == ["patient"]


def test_a_lock_that_stays_is_reported(url: str) -> None:
    """Who has waited long enough is told that another command is writing."""
    with Records(url, patience=Patience(0.1)) as records:
        holder = sqlite3.connect(file_of(url), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="another command has been writing"):
            records.log("impatient")
        assert records.audit() == ()  # reading goes on
        holder.rollback()
        holder.close()


def test_a_full_disk_changes_nothing(records: Records) -> None:
    """When the disk is full the old state stays, and the message says where to look."""
    records.log("before")

    @event.listens_for(records._engine, "begin")
    def full(open_connection: Connection) -> None:
        open_connection.exec_driver_sql("PRAGMA max_page_count = 1")

    with pytest.raises(PracticumError, match="full: check the file's rights and the space"):
        records.log("too much", detail="x" * 19_000)
    event.remove(records._engine, "begin", full)
    assert [entry.action for entry in records.audit()] == ["before"]


@pytest.mark.parametrize("there", [False, True])
def test_processes_that_write_at_once_lose_nothing(url: str, *, there: bool) -> None:
    """Two processes open (or make) the database and write at once; all is kept, in one piece."""
    if there:
        Records(url).close()
    reviewers, count = ("rita", "hugo"), 40
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, reviewer, str(count)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for reviewer in reviewers
    ]
    ends = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], ends
    assert len({code for code, _errors in ends}) == 1
    with Records(url) as records:
        assert len(records.assessments("demo")) == len(reviewers) * count
        actions = [entry.action for entry in records.audit()]
    assert actions.count("assess") == len(reviewers) * count
    assert actions.count("secret") == 1
