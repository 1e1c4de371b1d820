"""Who finds another program writing waits, says so, and loses nothing."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from practicum.databases import Patience, open_engine, reading, writing
from practicum.errors import Busy
from practicum.gradebook import AutoScore, CourseGradebook
from practicum.progress import Step
from practicum.records import Records

EARLY = datetime(2027, 2, 1, 11, tzinfo=UTC)
CELLS = ("advice", "criterion-sound", "criterion-clear", "test-total", "test-parts")
SCORES = tuple(AutoScore(cell, None, no_response=False) for cell in CELLS)
WRITERS = """
import sys, threading
from practicum.course import Course
from practicum.databases import Patience
from practicum.gradebook import CourseGradebook
course, first, threads, marks = Course.find(sys.argv[1]), *map(int, sys.argv[2:])
cells = ("advice", "criterion-sound", "criterion-clear", "test-total", "test-parts")

def write(number):
    with CourseGradebook(course, patience=Patience(seconds=240)) as store:
        for at in range(number * marks, (number + 1) * marks):
            assert store.set_mark("tiny", f"s{at // 5}", cells[at % 5], at / 1000)

threads = [threading.Thread(target=write, args=(first + n,)) for n in range(threads)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@contextmanager
def locked(file: Path, seconds: float) -> Iterator[None]:
    """Keep a database for oneself for a while, as another program may."""
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(seconds, other.rollback)
    timer.start()
    yield
    timer.join()
    other.close()


def test_a_locked_gradebook_is_waited_for(tiny_published: Any) -> None:
    """A mark is entered after the wait, and the wait is told with the database's name."""
    told: list[Step] = []
    course = tiny_published.course
    with (
        CourseGradebook(course, patience=Patience(30, 0.2, told.append)) as store,
        locked(course.work / "gradebook.db", 1.0),
    ):
        store.record("tiny", "ada", SCORES, received_at=EARLY)
        assert store.students("tiny") == ("ada",)
    assert told
    assert (told[0].what, told[0].total) == ("wait", 30)
    assert str(course.work / "gradebook.db") in told[0].now


def test_a_gradebook_that_stays_locked(tiny_published: Any) -> None:
    """After the patience is over the message says what to do, and nothing was changed."""
    course = tiny_published.course
    with CourseGradebook(course, patience=Patience(0.3, 0.1)) as store:
        store.cells("tiny")
        with locked(course.work / "gradebook.db", 1.0), pytest.raises(Busy, match="keeps it lock"):
            store.record("tiny", "ada", SCORES, received_at=EARLY)
        assert store.students("tiny") == ()


def test_reading_waits_too(tiny_published: Any) -> None:
    """Marks are read after another program has written."""
    course = tiny_published.course
    with (
        CourseGradebook(course, patience=Patience(30, 0.2)) as store,
        locked(course.work / "gradebook.db", 0.5),
    ):
        assert store.students("tiny") == ()


def test_a_reader_keeps_a_commit_waiting(tmp_path: Path) -> None:
    """A commit waits for somebody who still reads, and the row is there afterwards."""
    told: list[Step] = []
    file = tmp_path / "some.db"
    engine = open_engine(f"sqlite:///{file}", Patience(30, 0.1, told.append))
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT * FROM things").fetchall()
    timer = threading.Timer(0.5, other.rollback)
    timer.start()
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('one')")
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM things").scalar() == 1
    timer.join()
    other.close()
    engine.dispose()
    assert told


def test_a_refused_write_can_be_tried_again(tmp_path: Path) -> None:
    """After a wait that was too long, the same engine reads and writes."""
    file = tmp_path / "some.db"
    engine = open_engine(f"sqlite:///{file}", Patience(0.2, 0.1))
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
    with locked(file, 0.8):
        for way in (reading, writing):
            with pytest.raises(Busy), way(engine) as connection:
                pytest.fail("this block is not reached")
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('one')")
    engine.dispose()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT count(*) FROM things").fetchone() == (1,)


def _write_at_once(course: Any, processes: int, threads: int, marks: int) -> None:
    total = processes * threads * marks
    with CourseGradebook(course) as store:
        for number in range(-(-total // 5)):
            store.record("tiny", f"s{number}", SCORES, received_at=EARLY)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITERS, *map(str, (course.root, n * threads, threads, marks))],
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(processes)
    ]
    ends = [(writer.communicate(timeout=280)[1], writer.returncode) for writer in writers]
    assert all(code == 0 and "Error" not in said for said, code in ends), ends
    with CourseGradebook(course) as store:
        found = store.all_marks("tiny")
    scores = {
        (student, cell.cell): cell.score for student, entry in found.items() for cell in entry.cells
    }
    for at in range(total):
        assert scores[f"s{at // 5}", CELLS[at % 5]] == at / 1000


def test_eight_writers_lose_nothing(tiny_published: Any) -> None:
    """Two processes with four writers each enter ten marks each, and all of them are there."""
    _write_at_once(tiny_published.course, processes=2, threads=4, marks=10)


@pytest.mark.suite
@pytest.mark.slow
def test_thirty_two_writers_lose_nothing(tiny_published: Any) -> None:
    """Thirty-two writers enter a hundred marks each, and all of them are there."""
    _write_at_once(tiny_published.course, processes=4, threads=8, marks=100)


def test_ctrl_c_ends_a_wait(tmp_path: Path) -> None:
    """A wait for another program can be ended from the keyboard, at once and not in 90 s."""
    file = tmp_path / "records.db"
    Records(f"sqlite:///{file}").close()
    script = (
        "import sys\nfrom practicum.records import Records\n"
        "with Records(sys.argv[1]) as records:\n"
        "    print('open', flush=True)\n    records.log('patient')\n"
    )
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = subprocess.Popen(
            [sys.executable, "-c", script, f"sqlite:///{file}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert waiting.stdout is not None
        waiting.stdout.readline()
        time.sleep(0.3)
        waiting.send_signal(2)
        assert waiting.wait(timeout=30) != 0
