"""Backups are whole whenever they are made, and come back as they were."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from practicum.databases import backup, restore_backup
from practicum.errors import BadInput
from practicum.gradebook import AutoScore, CourseGradebook
from practicum.records import Records

EARLY = datetime(2027, 2, 1, 11, tzinfo=UTC)
SCORES = (AutoScore("test-total", 8.0, no_response=False),)


def contents(*files: Path) -> list[str]:
    """Return what databases hold, as text."""
    texts = []
    for file in files:
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            texts.append("\n".join(database.iterdump()))
    return texts


def test_a_backup_comes_back(tiny_published: Any, tmp_path: Path) -> None:
    """What was there at the backup is there after it is restored, and nothing later."""
    course = tiny_published.course
    with CourseGradebook(course) as store, Records(course.records_url) as records:
        store.record("tiny", "ada", SCORES, received_at=EARLY)
        records.log("before")
    copies = backup(course, tmp_path / "backup")
    before = contents(*copies)
    with CourseGradebook(course) as store, Records(course.records_url) as records:
        store.record("tiny", "bob", SCORES, received_at=EARLY)
        records.log("after")
    restored = restore_backup(course, tmp_path / "backup")
    assert contents(*restored) == before
    assert [file.name for file in copies] == ["gradebook.db", "records.db"]
    assert {file.stat().st_mode & 0o777 for file in copies} == {0o600}
    with CourseGradebook(course) as store:
        assert store.students("tiny") == ("ada",)


def test_a_backup_while_others_write(tiny_published: Any, tmp_path: Path) -> None:
    """Copies made during grading are whole: each submission is in them with all its marks."""
    course, stop = tiny_published.course, threading.Event()

    def write() -> None:
        with CourseGradebook(course) as store, Records(course.records_url) as records:
            number = 0
            while not stop.is_set():
                store.record("tiny", f"s{number}", SCORES, received_at=EARLY)
                records.log("graded", student=f"s{number}")
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(8):
            for file in backup(course, tmp_path / str(number)):
                contents(file)
    finally:
        stop.set()
        writer.join()
    query = "SELECT count(*) FROM grade GROUP BY notebook_id"
    with closing(sqlite3.connect(tmp_path / "7" / "gradebook.db")) as database:
        assert {count for (count,) in database.execute(query)} == {5}


def test_a_damaged_backup_is_refused(tiny_published: Any, tmp_path: Path) -> None:
    """A copy that is damaged is named, and the course's own databases stay as they are."""
    course = tiny_published.course
    before = contents(course.work / "gradebook.db")
    (copy,) = (file for file in backup(course, tmp_path) if file.name == "gradebook.db")
    content = bytearray(copy.read_bytes())
    content[5000:9000] = b"\xff" * 4000
    copy.write_bytes(content)
    with pytest.raises(BadInput, match=r"gradebook\.db: is damaged .*use an older backup"):
        restore_backup(course, tmp_path)
    assert contents(course.work / "gradebook.db") == before


def test_no_backup_there(tiny_published: Any, tmp_path: Path) -> None:
    """A folder without copies is told, before anything is changed."""
    with pytest.raises(BadInput, match="no backup here"):
        restore_backup(tiny_published.course, tmp_path)


def test_a_server_is_backed_up_by_its_own_program(
    tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a database on a server the message names pg_dump, and no password."""
    monkeypatch.setenv("PRACTICUM_RECORDS_URL", "postgresql://ines:geheim@db.example/records")
    with pytest.raises(BadInput, match=r"pg_dump .*records\.dump") as caught:
        backup(tiny.course, tmp_path)
    assert "geheim" not in str(caught.value)
