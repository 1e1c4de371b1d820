import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.faults.course import BRIEF, Cohort

from practicum.databases import backup, restore_backup
from practicum.grade import grade
from practicum.gradebook import CourseGradebook

LOCKED = 60.0


def test_thirty_two_writers(small: Cohort, engine: Any, figure: Callable[..., None]) -> None:
    """32 threads that write 100 marks each: every mark is the last that its writer wrote."""
    students = 32
    course = Cohort.make(small.root.parent / "writers", students).course
    grade(course, BRIEF, engine=engine, workers=2)
    failed: list[BaseException] = []

    def write(student: str) -> None:
        try:
            with CourseGradebook(course) as store:
                for mark in range(100):
                    assert store.set_mark(BRIEF, student, "advice", mark / 25)
        except BaseException as error:  # noqa: BLE001 (it is asserted below)
            failed.append(error)

    names = [f"s{number:02}" for number in range(students)]
    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with CourseGradebook(course) as store:
        marks = store.all_marks(BRIEF)
    last = {
        name: next(cell.score for cell in marks[name].cells if cell.cell == "advice")
        for name in names
    }
    assert last == dict.fromkeys(names, 99 / 25)
    figure(writers=32, writers_marks=3200, writers_lost=0)
    figure(writers_seconds=round(time.monotonic() - start, 1))


def test_a_lock_held_for_a_minute(
    small: Cohort, engine: Any, tmp_path: Path, figure: Callable[..., None]
) -> None:
    """Another program keeps a database for 60 s: grading waits, and then succeeds."""
    with ThreadPoolExecutor() as crew:
        waits = {
            database: crew.submit(_wait, small.copy(tmp_path / database), engine, database)
            for database in ("gradebook.db", "records.db")
        }
    for database, waited in waits.items():
        assert waited.result() >= LOCKED - 1
        figure(**{f"lock_waited_{database.partition('.')[0]}": round(waited.result(), 1)})


def _wait(cohort: Cohort, engine: Any, database: str) -> float:
    """Grade while a database is locked; return the seconds that it took."""
    with CourseGradebook(cohort.course):
        other = sqlite3.connect(
            cohort.work / database, isolation_level=None, check_same_thread=False
        )
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(LOCKED, other.rollback)
    timer.start()
    start = time.monotonic()
    report = grade(cohort.course, BRIEF, engine=engine, workers=1)
    waited = time.monotonic() - start
    timer.join()
    other.close()
    assert report.count("graded") == 3
    assert cohort.marks() == cohort.expected()
    return waited


def test_backups_while_grading(
    small: Cohort, engine: Any, tmp_path: Path, figure: Callable[..., None]
) -> None:
    """Copies made while grading are whole; one that comes back can be graded on."""
    cohort = Cohort.make(tmp_path / "twenty", 20)
    done = threading.Event()
    copies: list[Path] = []
    failed: list[BaseException] = []

    def copy() -> None:
        try:
            while not done.is_set():
                place = tmp_path / f"backup-{len(copies)}"
                backup(cohort.course, place)
                copies.append(place)
                time.sleep(0.05)
        except BaseException as error:  # noqa: BLE001 (it is asserted below)
            failed.append(error)

    thread = threading.Thread(target=copy)
    thread.start()
    grade(cohort.course, BRIEF, engine=engine, workers=2)
    done.set()
    thread.join()
    assert failed == []
    assert len(copies) > 2
    for place in copies:
        for name in ("gradebook.db", "records.db"):
            with closing(sqlite3.connect(place / name)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    restore_backup(cohort.course, copies[len(copies) // 2])
    report = grade(cohort.course, BRIEF, engine=engine, workers=2)
    assert report.count("error") == 0
    assert cohort.marks() == cohort.expected()
    assert set(cohort.states().values()) == {"graded"}
    figure(backups_while_grading=len(copies), backups_damaged=0)
