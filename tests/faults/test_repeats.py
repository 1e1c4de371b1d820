import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.faults.course import BRIEF, Cohort, dump_of

from practicum.course import Course
from practicum.grade import GradeReport, grade
from practicum.gradebook import CourseGradebook
from practicum.records import Records
from practicum.release import release


def _run(cohort: Cohort, engine: Any, *, again: bool = False) -> GradeReport:
    return grade(cohort.course, BRIEF, engine=engine, workers=2, again=again)


def _pages(course: Course) -> dict[str, str]:
    files = sorted((course.work / "feedback").rglob("*.html"))
    assert files
    return {
        file.relative_to(course.work).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def test_graded_three_times(small: Cohort, engine: Any, figure: Callable[..., None]) -> None:
    """Three times the same gradebook (but for ids and clocks), notebooks and pages."""
    seen = []
    # Publishing makes it, so that every student's account can write.
    exchange = small.work / "exchange"
    exchange.mkdir(exist_ok=True)
    exchange.chmod(0o777)
    for _ in range(3):
        report = _run(small, engine, again=True)
        assert report.count("graded") == 3
        with CourseGradebook(small.course) as store:
            for student in small.expected():
                store.set_mark(BRIEF, student, "advice", 2.0)
        release(small.course, BRIEF, partial=True)
        seen.append((dump_of(small), small.folders(), _pages(small.course)))
    assert seen[0] == seen[1] == seen[2]
    assert len(small.log()) == 9
    figure(repeats=3, repeats_different=0, repeats_pages=len(seen[0][2]))


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


ARTEFACTS: dict[str, Callable[[Path], object]] = {
    "notebook cut": lambda folder: _cut(folder / "brief.ipynb"),
    "notebook empty": lambda folder: (folder / "brief.ipynb").write_bytes(b""),
    "notebook gone": lambda folder: (folder / "brief.ipynb").unlink(),
    "timestamp cut": lambda folder: _cut(folder / "timestamp.txt"),
    "timestamp gone": lambda folder: (folder / "timestamp.txt").unlink(),
    "secret empty": lambda folder: (folder / "submission_secret.txt").write_bytes(b""),
}


@pytest.mark.parametrize("damage", ARTEFACTS)
def test_a_damaged_artefact_is_redone(small: Cohort, engine: Any, damage: str) -> None:
    """What lies there damaged is noticed by the next run and made again, and only that."""
    _run(small, engine)
    before, marks = small.folders(), small.marks()
    secret = small.work / "autograded" / "s01" / BRIEF / "submission_secret.txt"
    known = secret.read_bytes()
    ARTEFACTS[damage](small.work / "autograded" / "s01" / BRIEF)
    report = _run(small, engine)
    assert {g.student: g.outcome for g in report.graded} == {
        "s00": "unchanged",
        "s01": "graded",
        "s02": "unchanged",
    }
    assert (small.folders(), small.marks()) == (before, marks)
    assert len(secret.read_bytes()) == len(known)


def test_a_kill_between_the_renames_keeps_the_secret(small: Cohort, engine: Any) -> None:
    """When only the folder that was put aside is there, its secret is taken from it."""
    _run(small, engine)
    folder = small.work / "autograded" / "s01" / BRIEF
    secret = (folder / "submission_secret.txt").read_bytes()
    folder.rename(folder.with_name(f".grading-{BRIEF}.old"))
    assert _run(small, engine).count("graded") == 1
    assert (folder / "submission_secret.txt").read_bytes() == secret
    assert small.drafts() == []


@pytest.mark.parametrize("database", ["gradebook.db", "records.db"])
def test_a_hot_journal_is_rolled_back(
    small: Cohort, engine: Any, tmp_path: Path, database: str
) -> None:
    """A database left in the middle of a transaction (copied so) is the old one again."""
    _run(small, engine)
    marks, log = small.marks(), small.log()
    file = small.work / database
    table = "grade" if database == "gradebook.db" else "gradings"
    writer = sqlite3.connect(file, isolation_level=None)
    # Small enough that changed pages spill into the file before the commit.
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("PRAGMA cache_spill = 1")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("CREATE TABLE filler (x)")
    writer.executemany("INSERT INTO filler VALUES (?)", [("x" * 900,)] * 500)
    writer.execute(f"DELETE FROM {table}")  # noqa: S608 (one of two names above)
    crashed = small.copy(tmp_path / "crashed")
    writer.rollback()
    writer.close()
    leftovers = sorted(f.name for f in crashed.work.iterdir() if f.name.startswith(database))
    assert len(leftovers) > 1
    report = _run(crashed, engine)
    assert report.count("unchanged") == 3
    assert (crashed.marks(), crashed.log()) == (marks, log)
    assert crashed.rows(database, "PRAGMA integrity_check") == [("ok",)]


def test_cut_records_are_refused_by_name(small: Cohort, engine: Any) -> None:
    """A database that lost its second half is refused with its name; nothing is overwritten."""
    from practicum.errors import PracticumError

    _run(small, engine)
    file = small.work / "records.db"
    with Records(small.course.records_url):
        pass
    _cut(file)
    content = file.read_bytes()
    with pytest.raises(PracticumError, match=r"records\.db"):
        _run(small, engine)
    assert file.read_bytes() == content
