"""What is recorded equals, row by row, what nbgrader's own functions write."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from practicum.databases import open_engine, reading, writing
from practicum.gradebook import AutoScore
from practicum.gradebook.assignment import read_assignment
from practicum.gradebook.database import REVISION, open_database
from practicum.gradebook.entering import Entry, enter

DUE = datetime(2027, 2, 1, 12)  # noqa: DTZ001 (as nbgrader stores it)
COURSE = "a-course"
WORK = "ps1"


@dataclass(frozen=True)
class Step:
    """A submission that is graded, or what a person does in between."""

    student: str = "ada"
    late: timedelta = timedelta(hours=-1)
    scores: tuple[tuple[str, str, float | None, bool], ...] = ()
    books: tuple[str, ...] = ("one", "two")
    person: tuple[tuple[str, str], ...] = ()
    by_hand: Callable[[Gradebook], object] | None = None


def mark(gradebook: Gradebook) -> None:
    """Give marks, words and extra credit, as formgrader does."""
    grade = gradebook.find_grade("essay", "one", WORK, "ada")
    grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.5, 1.0, False
    gradebook.find_comment("essay", "one", WORK, "ada").manual_comment = "Good."
    test = gradebook.find_grade("test", "two", WORK, "ada")
    test.manual_score, test.needs_manual_grade = 0.0, False
    gradebook.db.commit()


RIGHT = (("one", "test", 3.0, False), ("one", "essay", None, False), ("two", "test", 1.5, False))
WRONG = (("one", "test", 0.0, False), ("one", "essay", 0.0, True), ("two", "test", 0.0, False))
EXTENSION = Step(by_hand=lambda g: g.grant_extension(WORK, "ada", days=1))
SCENARIOS: dict[str, tuple[Step, ...]] = {
    "first": (Step(scores=RIGHT),),
    "wrong": (Step(scores=WRONG),),
    "late": (Step(scores=RIGHT, late=timedelta(days=1, seconds=1)),),
    "very late": (Step(scores=RIGHT, late=timedelta(days=100)),),
    "on the second": (Step(scores=RIGHT, late=timedelta(0)),),
    "a second late": (Step(scores=RIGHT, late=timedelta(seconds=1)),),
    "late without points": (Step(scores=WRONG, late=timedelta(days=2)),),
    "two students": (Step(scores=RIGHT), Step("bob", scores=WRONG)),
    "again": (Step(scores=RIGHT), Step(scores=RIGHT)),
    "resubmission": (Step(scores=WRONG), Step(scores=RIGHT, late=timedelta(days=2))),
    "earlier": (Step(scores=RIGHT, late=timedelta(days=2)), Step(scores=RIGHT)),
    "marks are kept": (Step(scores=RIGHT), Step(by_hand=mark), Step(scores=WRONG)),
    "marks and late": (
        Step(scores=RIGHT, late=timedelta(days=2)),
        Step(by_hand=mark),
        Step(scores=RIGHT, late=timedelta(days=3)),
    ),
    "an extension": (Step(scores=RIGHT), EXTENSION, Step(scores=RIGHT, late=timedelta(hours=30))),
    "one notebook is missing": (Step(scores=RIGHT[:2], books=("one",)),),
    "one is missing later": (
        Step(scores=RIGHT),
        Step(by_hand=mark),
        Step(scores=WRONG[:2], books=("one",)),
    ),
    "a known student": (
        Step(by_hand=lambda g: g.add_student("ada", email="a@b.example", lms_user_id="7")),
        Step(scores=RIGHT, person=(("first_name", "Ada"), ("last_name", "Lovelace"))),
    ),
    "another name": (
        Step(scores=RIGHT, person=(("first_name", "Ada"),)),
        Step(scores=RIGHT, person=(("first_name", "Ada Augusta"),)),
    ),
    "a cell without a score": (Step(scores=RIGHT[1:]),),
}


def penalty(_student: str, points: float, seconds: float) -> float:
    """Take more than there is after two days: nbgrader then takes all."""
    return points * seconds / 100_000


def found(path: Path) -> Path:
    """Make a gradebook with an assignment of two notebooks, and another one beside."""
    with Gradebook(f"sqlite:///{path}", COURSE) as gradebook:
        for name in (WORK, "ps2"):
            gradebook.add_assignment(name, duedate=DUE)
            for book in ("one", "two"):
                gradebook.add_notebook(book, name)
                gradebook.add_grade_cell("test", book, name, max_score=3, cell_type="code")
                gradebook.add_solution_cell("answer", book, name)
            gradebook.add_grade_cell("essay", "one", name, max_score=4, cell_type="markdown")
            gradebook.add_solution_cell("essay", "one", name)
            gradebook.add_task_cell("task", "two", name, max_score=2, cell_type="markdown")
    return path


def by_nbgrader(url: str, step: Step) -> None:
    """Do what nbgrader's autograde does with these scores."""
    with Gradebook(url, COURSE) as gradebook:
        if step.by_hand is not None:
            step.by_hand(gradebook)
            return
        gradebook.update_or_create_student(step.student, **dict(step.person))
        gradebook.update_or_create_submission(
            WORK, step.student, timestamp=(DUE + step.late).isoformat()
        )
        scores = {(book, cell): rest for book, cell, *rest in step.scores}
        for book in step.books:
            row = gradebook.find_submission_notebook(book, WORK, step.student)
            for grade in row.grades:
                grade.auto_score = scores.get((book, grade.name), (None, False))[0]
                manual = grade.manual_score is not None
                grade.needs_manual_grade = manual or grade.auto_score is None
            for comment in row.comments:
                empty = scores.get((book, comment.name), (None, False))[1]
                comment.auto_comment = "No response." if empty else None
            gradebook.db.commit()
        for book in ("one", "two"):
            row = gradebook.find_submission_notebook(book, WORK, step.student)
            row.late_submission_penalty = None
            late = row.assignment.total_seconds_late
            if late > 0:
                lost = penalty(step.student, row.score, late)
                row.late_submission_penalty = max(0.0, min(lost, row.score))
            gradebook.db.commit()


def by_us(url: str, step: Step) -> None:
    """Do the same in one transaction of ours."""
    if step.by_hand is not None:
        by_nbgrader(url, step)
        return
    scores = {
        book: tuple(
            AutoScore(cell, score, no_response=empty)
            for name, cell, score, empty in step.scores
            if name == book
        )
        for book in step.books
    }
    entry = Entry(
        step.student,
        scores,
        (DUE + step.late).replace(tzinfo=UTC),
        dict(step.person),
        changed=True,
    )
    engine = open_database(url, COURSE)
    with writing(engine) as connection:
        assignment = read_assignment(connection, WORK)
        assert assignment is not None
        enter(connection, assignment, entry, penalty)
    engine.dispose()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with assignments and no submissions; no test may change it."""
    return found(tmp_path_factory.mktemp("empty") / "gradebook.db")


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.filterwarnings("ignore:Object of type")
def test_rows_are_those_of_nbgrader(
    empty: Path, tmp_path: Path, name: str, dump: Callable[[str], dict[str, list[str]]]
) -> None:
    """Both databases hold the same rows after each step, in every table and column."""
    urls = []
    for side in ("nbgrader", "practicum"):
        shutil.copyfile(empty, tmp_path / f"{side}.db")
        urls.append(f"sqlite:///{tmp_path / side}.db")
    for step in SCENARIOS[name]:
        by_nbgrader(urls[0], step)
        by_us(urls[1], step)
        assert dump(urls[1]) == dump(urls[0])


def test_cells_that_came_later_get_rows(empty: Path, tmp_path: Path) -> None:
    """A cell that is added after the first grading gets its mark; nbgrader would stop there."""
    file = shutil.copyfile(empty, tmp_path / "gradebook.db")
    url = f"sqlite:///{file}"
    by_us(url, Step(scores=RIGHT))
    with Gradebook(url, COURSE) as gradebook:
        gradebook.add_grade_cell("late-test", "two", WORK, max_score=3, cell_type="code")
    by_us(url, Step(scores=(*RIGHT, ("two", "late-test", 3.0, False))))
    with Gradebook(url, COURSE) as gradebook:
        assert gradebook.find_grade("late-test", "two", WORK, "ada").auto_score == 3


def test_a_new_database_is_that_of_nbgrader(tmp_path: Path) -> None:
    """The tables that we make are the ones that nbgrader makes, at the version that it knows."""
    texts = []
    for side in ("nbgrader", "practicum"):
        url = f"sqlite:///{tmp_path / side}.db"
        if side == "nbgrader":
            Gradebook(url, COURSE).close()
        else:
            open_database(url, COURSE).dispose()
        engine = open_engine(url)
        with reading(engine) as connection:
            made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name")
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            texts.append((version, [(row.name, "".join((row.sql or "").split())) for row in made]))
        engine.dispose()
    assert texts[0] == texts[1]
    assert texts[0][0] == REVISION
