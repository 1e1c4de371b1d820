from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from practicum.errors import NotReady, PracticumError
from practicum.gradebook import (
    AutoScore,
    CourseGradebook,
    StoredMarks,
    hand_out,
    marks_source,
    release_feedback,
)
from practicum.records import Assessment, Records, Said
from practicum.release import outdated, release

DUE = datetime(2027, 2, 1, 12, tzinfo=UTC)
BRIEF = "tiny"
CRITERIA = ("sound", "clear")


def _record(course: Any, student: str, *, hours: float = -1.0, total: float = 8.0) -> None:
    scores = (
        AutoScore("total", None, no_response=False),
        AutoScore("test-total", total, no_response=False),
        AutoScore("test-parts", 2.5, no_response=False),
        AutoScore("advice", None, no_response=student == "bob"),
        AutoScore("criterion-sound", None, no_response=False),
        AutoScore("criterion-clear", None, no_response=False),
    )
    with CourseGradebook(course) as store:
        store.record(BRIEF, student, scores, received_at=DUE + timedelta(hours=hours))


def _change(course: Any, statement: str) -> None:
    with closing(sqlite3.connect(course.work / "gradebook.db")) as database:
        database.execute(statement)
        database.commit()


@pytest.fixture
def graded(tiny_published: Any) -> Any:
    """A course with two graded submissions, one of them late, and some marks of a person."""
    course = tiny_published.course
    _record(course, "ada")
    _record(course, "bob", hours=30.0, total=0.0)
    with CourseGradebook(course) as store:
        store.set_mark(BRIEF, "ada", "advice", 1.5, "Well said.")
        store.set_mark(BRIEF, "ada", "test-parts", 3.0, None)
        store.set_mark(BRIEF, "ada", "criterion-sound", 3.0, "Sound – and “clear”.")
    _change(course, "UPDATE grade SET extra_credit = 0.5 WHERE manual_score = 1.5")
    return course


@pytest.fixture
def complete(graded: Any) -> Any:
    """The same course, with everything marked and judged, and the notebooks beside."""
    with Records(graded.records_url) as records, CourseGradebook(graded) as store:
        for student in ("ada", "bob"):
            store.set_mark(BRIEF, student, "advice", 1.0, "Good.")
            folder = graded.station("autograded", student=student, brief=BRIEF)
            shutil.copytree(graded.station("release", brief=BRIEF), folder)
            (folder / "timestamp.txt").write_text("2027-02-01 11:00:00 UTC", encoding="ascii")
            records.receive(
                BRIEF,
                student,
                received_at=DUE,
                sha256="0" * 64,
                source="folder",
                files=1,
                size=1,
            )
            records.set_state(BRIEF, student, "graded")
            for criterion in CRITERIA:
                _assess(records, student, criterion, 3)
                cell = f"criterion-{criterion}"
                most = {mark.cell: mark.max_points for mark in store.cells(BRIEF)}[cell]
                store.set_mark(BRIEF, student, cell, most * 3 / 4, "")
    return graded


def _assess(records: Records, student: str, criterion: str, level: int) -> None:
    records.assess(
        Assessment(
            brief=BRIEF,
            student=student,
            criterion=criterion,
            reviewer="rita",
            level=level,
            words="Fine.",
            at=DUE,
        )
    )


def test_what_is_read_at_once_is_what_the_gradebook_says(graded: Any) -> None:
    """Marks, comments, penalties and the key equal those that nbgrader's own classes give."""
    with CourseGradebook(graded) as store, marks_source(graded, BRIEF) as quick:
        assert isinstance(quick, StoredMarks)
        assert quick.students(BRIEF) == store.students(BRIEF) == ("ada", "bob")
        for student in ("ada", "bob"):
            assert quick.marks(BRIEF, student) == store.marks(BRIEF, student)
        assert quick.answer_key(BRIEF) == store.answer_key(BRIEF)
        assert quick.marks(BRIEF, "bob").penalty > 0
        with pytest.raises(NotReady, match="zoe is not graded: run `practicum grade tiny`"):
            quick.marks(BRIEF, "zoe")


def test_a_gradebook_with_other_tables_is_refused(graded: Any) -> None:
    """Where a column is missing, the file and the column are named; no mark is guessed."""
    _change(graded, "ALTER TABLE comment RENAME COLUMN auto_comment TO said")
    with (
        pytest.raises(PracticumError, match=r"gradebook\.db: no such column: .*auto_comment"),
        marks_source(graded, BRIEF),
    ):
        pass


def test_a_release_that_is_gone_is_told_when_it_is_needed(graded: Any) -> None:
    """Without the release there is no key: who asks for it is told what to run."""
    (graded.station("release", brief=BRIEF) / "brief.ipynb").unlink()
    with (
        marks_source(graded, BRIEF) as source,
        pytest.raises(NotReady, match="practicum publish tiny"),
    ):
        source.answer_key(BRIEF)


def test_a_brief_that_is_not_published_is_told_as_ever(tiny: Any) -> None:
    """The remedy is nbgrader's side's own; no gradebook is needed to say it."""
    with (
        marks_source(tiny.course, BRIEF) as source,
        pytest.raises(NotReady, match="practicum publish tiny"),
    ):
        source.answer_key(BRIEF)


def _tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(file.relative_to(folder)): (
            file.read_bytes() if file.is_file() else b"",
            file.stat().st_mode,
        )
        for file in folder.rglob("*")
    }


@pytest.mark.parametrize("secret", ["", "a secret of nbgrader"])
def test_pages_reach_the_exchange_as_by_nbgrader(complete: Any, secret: str) -> None:
    """The same files with the same names and rights come to the exchange and beside the page."""
    ours = complete.station("feedback", student="ada", brief=BRIEF)
    ours.mkdir(parents=True)
    (ours / "brief.html").write_text("a page", encoding="utf-8")
    if secret:
        graded = complete.station("autograded", student="ada", brief=BRIEF)
        (graded / "submission_secret.txt").write_text(secret, encoding="ascii")
    hand_out(complete, BRIEF, "ada")
    places = (complete.exchange / complete.id, complete.work / "feedback")
    by_us = [_tree(place) for place in places]
    shutil.rmtree(places[0] / "feedback")
    for name in ("timestamp.txt", "submission_secret.txt"):
        (ours / name).unlink()
    release_feedback(complete, BRIEF, "ada")
    assert by_us == [_tree(place) for place in places]
    assert any(name.startswith("feedback/") for name in by_us[0])


def test_an_exchange_that_refuses_is_told_in_nbgraders_words(complete: Any) -> None:
    """Without an exchange, nbgrader says what is wrong; no page is handed out."""
    shutil.rmtree(complete.exchange)
    complete.exchange.write_text("in the way", encoding="ascii")
    with pytest.raises(NotReady, match="exchange refuses"):
        release(complete, BRIEF)
    with Records(complete.records_url) as records:
        assert records.release_of(BRIEF, "ada") is None


def test_a_release_does_not_wait_for_nbgrader(complete: Any) -> None:
    """On a course as it should be, nbgrader is never imported."""
    code = (
        "import sys; from practicum.course import Course; from practicum.release import release; "
        f"report = release(Course.find({str(complete.root)!r}), {BRIEF!r}); "
        "print(report.released, 'nbgrader' in sys.modules, 'nbformat' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "('ada', 'bob') False False"


def test_nothing_is_outdated_after_a_release(complete: Any) -> None:
    """Neither before anything is released, nor just after it, is a page outdated."""
    assert outdated(complete, BRIEF) == ()
    release(complete, BRIEF)
    assert outdated(complete, BRIEF) == ()


@pytest.mark.parametrize("what", ["mark", "comment", "words", "submission", "taken back", "answer"])
def test_a_page_that_a_later_change_made_untrue_is_named(complete: Any, what: str) -> None:
    """A mark, comment, judgement, submission or answer after it outdates that page alone."""
    release(complete, BRIEF)
    with Records(complete.records_url) as records, CourseGradebook(complete) as store:
        if what == "mark":
            store.set_mark(BRIEF, "ada", "advice", 0.5, None)
        elif what == "comment":
            store.set_mark(BRIEF, "ada", "advice", 1.0, "Better than I thought.")
        elif what == "taken back":
            store.set_mark(BRIEF, "ada", "advice", None, None)
        elif what == "words":
            _assess(records, "ada", "clear", 2)
        elif what == "answer":
            asked = Said(student="ada", key="k1", author="student", text="May I?", at=DUE)
            more = {"key": "r-1", "author": "instructor", "text": "Yes.", "answers": "k1"}
            records.say(BRIEF, [asked, asked.model_copy(update=more)])
        else:
            records.receive(
                BRIEF,
                "ada",
                received_at=DUE,
                sha256="f" * 64,
                source="folder",
                files=1,
                size=1,
            )
            records.set_state(BRIEF, "ada", "graded")
    assert outdated(complete, BRIEF) == ("ada",)
    if what != "taken back":
        release(complete, BRIEF)
        assert outdated(complete, BRIEF) == ()


def test_an_open_question_outdates_nothing(complete: Any) -> None:
    """What a student asks after the release changes no page, so that none is called outdated."""
    release(complete, BRIEF)
    with Records(complete.records_url) as records:
        asked = Said(student="ada", key="k1", author="student", text="May I?", at=DUE)
        records.say(BRIEF, [asked])
    assert outdated(complete, BRIEF) == ()
    assert release(complete, BRIEF).unchanged == ("ada", "bob")


def test_an_older_note_of_a_release_names_nobody(complete: Any) -> None:
    """A note without the digest of what was judged cannot tell, and the next release mends it."""
    release(complete, BRIEF)
    with Records(complete.records_url) as records:
        noted = records.release_of(BRIEF, "ada")
        assert noted is not None
        records.released(BRIEF, "ada", digest=noted.digest.partition(":")[0])
    assert outdated(complete, BRIEF) == ()
    assert release(complete, BRIEF).unchanged == ("ada", "bob")
    with CourseGradebook(complete) as store:
        store.set_mark(BRIEF, "ada", "advice", 0.5, None)
    assert outdated(complete, BRIEF) == ("ada",)
