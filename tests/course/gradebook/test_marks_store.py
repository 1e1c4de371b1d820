"""Marks go into nbgrader's gradebook and come out of it as they were."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from practicum.errors import BadInput, Busy, NotReady, UnknownName
from practicum.gradebook import (
    AutoScore,
    CourseGradebook,
    copy_database,
    export_rows,
    read_marks,
    snapshot,
)

DUE = datetime(2027, 2, 1, 12, tzinfo=UTC)
EARLY = DUE - timedelta(hours=1)
SCORES = (
    AutoScore("total", None, no_response=False),
    AutoScore("test-total", 8.0, no_response=False),
    AutoScore("test-parts", 2.0, no_response=False),
    AutoScore("advice", None, no_response=False),
    AutoScore("criterion-sound", None, no_response=False),
    AutoScore("criterion-clear", None, no_response=False),
)


@pytest.fixture
def store(tiny_published: Any) -> Iterator[CourseGradebook]:
    """The open gradebook of a course that has published a brief."""
    with CourseGradebook(tiny_published.course) as opened:
        yield opened


def test_cells_in_the_notebooks_order(store: CourseGradebook) -> None:
    """Every cell that carries points is told with its kind and maximum, without a score."""
    found = [(c.cell, c.kind, c.max_points, c.score) for c in store.cells("tiny")]

    assert found == [
        ("test-total", "autograded", 8, None),
        ("test-parts", "autograded", 4, None),
        ("advice", "written", 2, None),
        ("criterion-sound", "employer", 4, None),
        ("criterion-clear", "employer", 2, None),
    ]
    assert store.briefs() == ("tiny",)
    assert store.students("tiny") == ()


def test_recorded_marks_are_read(store: CourseGradebook) -> None:
    """The autograder's marks are there at once; what a person has to give is missing."""
    store.record("tiny", "ada", SCORES, received_at=EARLY)

    marks = store.marks("tiny", "ada")

    assert store.students("tiny") == ("ada",)
    assert marks.points("autograded") == marks.points() == 10
    assert [c.cell for c in marks.missing] == ["advice", "criterion-sound", "criterion-clear"]
    assert marks.penalty == 0


def test_a_persons_mark_with_words(store: CourseGradebook) -> None:
    """A mark that is entered counts with its words; entered again, it changes nothing."""
    store.record("tiny", "ada", SCORES, received_at=EARLY)

    assert store.set_mark("tiny", "ada", "advice", 1.5, "Well said.")
    assert not store.set_mark("tiny", "ada", "advice", 1.5, "Well said.")
    assert store.set_mark("tiny", "ada", "advice", 1.5, "Better words.")
    assert not store.set_mark("tiny", "ada", "advice", 1.5)

    (advice,) = store.marks("tiny", "ada").of_kind("written")
    assert (advice.score, advice.comment) == (1.5, "Better words.")


def test_none_takes_a_mark_back(store: CourseGradebook) -> None:
    """A mark that is taken back is missing again, and its words go when they are emptied."""
    store.record("tiny", "ada", SCORES, received_at=EARLY)
    store.set_mark("tiny", "ada", "advice", 0.0, "Nothing here.")

    assert store.set_mark("tiny", "ada", "advice", None, "")
    assert not store.set_mark("tiny", "ada", "advice", None, "")

    (advice,) = store.marks("tiny", "ada").of_kind("written")
    assert (advice.score, advice.comment) == (None, "")


def test_taken_back_the_autograders_mark_counts(store: CourseGradebook) -> None:
    """A mark that overrules a test is taken back, and the test's own counts again."""
    store.record("tiny", "ada", SCORES, received_at=EARLY)
    store.set_mark("tiny", "ada", "test-parts", 4.0)
    assert store.marks("tiny", "ada").points("autograded") == 12

    assert store.set_mark("tiny", "ada", "test-parts", None)

    assert store.marks("tiny", "ada").points("autograded") == 10


@pytest.mark.parametrize(
    ("late", "part"),
    [
        (timedelta(minutes=15), 0),
        (timedelta(minutes=15, seconds=1), 0.1),
        (timedelta(days=1), 0.1),
        (timedelta(days=1, seconds=1), 0.2),
        (timedelta(days=40), 0.5),
    ],
)
def test_the_penalty_follows_every_mark(
    store: CourseGradebook, late: timedelta, part: float
) -> None:
    """What lateness costs is computed anew with each mark that a person gives or takes back."""
    store.record("tiny", "ada", SCORES, received_at=DUE + late)
    assert store.marks("tiny", "ada").penalty == pytest.approx(10 * part)

    store.set_mark("tiny", "ada", "criterion-sound", 4.0)
    assert store.marks("tiny", "ada").penalty == pytest.approx(14 * part)

    store.set_mark("tiny", "ada", "criterion-sound", None)
    marks = store.marks("tiny", "ada")
    assert marks.penalty == pytest.approx(10 * part)
    assert marks.total == pytest.approx(10 * (1 - part))


def test_graded_again_the_same_submission_keeps_marks(store: CourseGradebook) -> None:
    """The same submission graded again needs no person's mark twice."""
    store.record("tiny", "ada", SCORES, received_at=EARLY)
    store.set_mark("tiny", "ada", "advice", 2.0, "Good.")

    store.record("tiny", "ada", SCORES, received_at=EARLY)

    assert store.marks("tiny", "ada").points("written") == 2
    assert [c.kind for c in store.marks("tiny", "ada").missing] == ["employer", "employer"]


def test_a_changed_submission_is_looked_at_again(store: CourseGradebook) -> None:
    """A changed submission asks for a person's marks again, and the old ones are kept beside."""
    store.ask_again("tiny", "ada")
    store.record("tiny", "ada", SCORES, received_at=EARLY)
    store.set_mark("tiny", "ada", "advice", 2.0, "Good.")

    store.ask_again("tiny", "ada")
    store.record("tiny", "ada", SCORES, received_at=EARLY + timedelta(minutes=1))

    (advice,) = store.marks("tiny", "ada").of_kind("written")
    assert (advice.score, advice.comment) == (None, "Good.")
    assert store.set_mark("tiny", "ada", "advice", 2.0)
    assert store.marks("tiny", "ada").points("written") == 2


def test_an_answer_left_as_it_came_says_so(store: CourseGradebook) -> None:
    """The words of nbgrader stand where an answer was left as it came, and go with a new one."""
    left = (*SCORES[:3], AutoScore("advice", 0.0, no_response=True))
    store.record("tiny", "ada", left, received_at=EARLY)

    (advice,) = store.marks("tiny", "ada").of_kind("written")
    assert (advice.score, advice.comment) == (0, "No response.")

    store.record("tiny", "ada", SCORES, received_at=EARLY + timedelta(minutes=1))
    (advice,) = store.marks("tiny", "ada").of_kind("written")
    assert (advice.score, advice.comment) == (None, "")


def test_looking_without_nbgrader_sees_the_same(store: CourseGradebook) -> None:
    """The marks that are read without nbgrader are those of the gradebook, less the comments."""
    store.record("tiny", "ada", SCORES, received_at=DUE + timedelta(days=2))
    store.record("tiny", "bob", SCORES, received_at=EARLY)
    store.set_mark("tiny", "ada", "advice", 1.0, "Words.")
    store.set_mark("tiny", "ada", "test-parts", 4.0)
    course = store.course

    seen = read_marks(course, [(course.brief("tiny"), course.rubric("tiny"))])["tiny"]

    for marks in seen:
        ours = store.marks("tiny", marks.student)
        assert marks.penalty == ours.penalty
        assert {(c.cell, c.kind, c.max_points, c.score) for c in marks.cells} == {
            (c.cell, c.kind, c.max_points, c.score) for c in ours.cells
        }
    assert [marks.student for marks in seen] == ["ada", "bob"]


def test_exported_rows(store: CourseGradebook) -> None:
    """The export of nbgrader has our figures, and no name breaks its table."""
    store.record("tiny", "ada", SCORES, received_at=DUE + timedelta(days=2))
    store.record("tiny", "bob", SCORES, received_at=EARLY)

    ada, bob = export_rows(store.course)

    assert (ada["student_id"], ada["first_name"], ada["last_name"]) == ("ada", "Lovelace", "Ada")
    assert ada["email"] == "ada@university.example"
    figures = [float(ada[name]) for name in ("raw_score", "late_submission_penalty", "score")]
    assert figures == [10, 2, 8]
    assert float(bob["score"]) == store.marks("tiny", "bob").total == 10
    assert float(bob["max_score"]) == 20


@pytest.mark.parametrize("name", ["A\nB", 'Ann "Q" Quote', "Comma, Comma,", "X"])
def test_names_that_break_a_table(tiny_published: Any, name: str) -> None:
    """A name with a comma, a quote or a line break is one row of nbgrader's export."""
    tiny_published.rewrite("course/roster.yml", "Bob Beispiel", json.dumps(name))
    with CourseGradebook(tiny_published.course) as store:
        store.record("tiny", "bob", SCORES, received_at=EARLY)

    (row,) = export_rows(tiny_published.course)

    assert row["student_id"] == "bob"
    assert float(row["score"]) == 10


def test_what_is_not_there(store: CourseGradebook, tiny: Any) -> None:
    """Unpublished briefs, ungraded students and unknown cells are named with the next step."""
    with pytest.raises(NotReady, match="ada is not graded: run `practicum grade tiny`"):
        store.marks("tiny", "ada")
    store.record("tiny", "ada", SCORES, received_at=EARLY)
    with pytest.raises(UnknownName, match="unknown cell 'advise': did you mean 'advice'"):
        store.set_mark("tiny", "ada", "advise", 1.0)
    with (
        CourseGradebook(tiny.course) as empty,
        pytest.raises(NotReady, match="has not been published: run `practicum publish tiny`"),
    ):
        empty.cells("tiny")


def test_a_release_that_is_gone(store: CourseGradebook, tiny_published: Any) -> None:
    """Without the release folder there is no answer key, and the cure is named."""
    (tiny_published.course.station("release", brief="tiny") / "brief.ipynb").unlink()

    with pytest.raises(NotReady, match="the release is missing: run `practicum publish tiny`"):
        store.answer_key("tiny")


def test_the_answer_key_has_hidden_tests(store: CourseGradebook, tiny_published: Any) -> None:
    """The key holds what students do not get: hidden tests, points and checksums."""
    cells = store.answer_key("tiny").by_id()

    assert tiny_published.hidden in cells["test-total"].source
    assert cells["criterion-sound"].metadata["points"] == 4
    assert [name for name, cell in cells.items() if not cell.locked] == ["total", "parts", "advice"]
    assert all(len(cell.metadata["checksum"]) == 32 for cell in cells.values())


def test_a_gradebook_that_is_none(tiny_published: Any) -> None:
    """A file that is no database is told as bad input, with what to do."""
    file = tiny_published.course.work / "gradebook.db"
    file.write_bytes(b"not a database" * 1000)

    with pytest.raises(BadInput, match=r"gradebook\.db: .*restore a backup"):
        CourseGradebook(tiny_published.course)
    with pytest.raises(BadInput, match=r"gradebook\.db: .*restore a backup"):
        copy_database(file, file.with_name("copy.db"))


def test_a_gradebook_that_is_locked(tiny_published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gradebook that another program keeps locked is told as busy, and not waited for forever."""
    monkeypatch.setattr(snapshot, "BUSY_SECONDS", 0.1)
    file = tiny_published.course.work / "gradebook.db"
    copy = file.with_name("copy.db")
    copy_database(file, copy)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(Busy, match="locked"):
            copy_database(copy, file)
        with pytest.raises(Busy, match="locked"):
            CourseGradebook(tiny_published.course)
