"""Marks go into nbgrader's database: the rows that its own ``autograde`` would write.

All functions work within the transaction that they are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, select, update

from practicum.gradebook.assignment import Assignment, Notebook
from practicum.gradebook.scoring import AutoScore
from practicum.gradebook.submission import (
    Comment,
    Grade,
    HandedIn,
    Submission,
    read_submissions,
)
from practicum.gradebook.tables import TABLES

__all__ = ["Entry", "PenaltyRule", "ask_again", "enter", "set_due", "with_penalties", "write"]

Row = TypeVar("Row", Grade, Comment)
PenaltyRule = Callable[[str, float, float], float | None]
"""From a student, points and seconds late to the points that lateness costs, or None."""

_STUDENTS, _ASSIGNMENTS = TABLES["student"], TABLES["assignment"]
_SUBMITTED, _BOOKS = TABLES["submitted_assignment"], TABLES["submitted_notebook"]
_GRADES, _COMMENTS = TABLES["grade"], TABLES["comment"]

_NAMES = ("first_name", "last_name", "email", "lms_user_id")
_STUDENT = select(*(_STUDENTS.c[name] for name in _NAMES)).where(
    _STUDENTS.c.id == bindparam("student")
)
_SET_GRADE = (
    update(_GRADES)
    .where(_GRADES.c.id == bindparam("row"))
    .values(
        auto_score=bindparam("auto"),
        manual_score=bindparam("manual"),
        needs_manual_grade=bindparam("needs"),
    )
)
_SET_COMMENT = (
    update(_COMMENTS)
    .where(_COMMENTS.c.id == bindparam("row"))
    .values(auto_comment=bindparam("auto"), manual_comment=bindparam("manual"))
)
_SET_PENALTY = (
    update(_BOOKS)
    .where(_BOOKS.c.id == bindparam("row"))
    .values(late_submission_penalty=bindparam("penalty"))
)
_SET_TIME = (
    update(_SUBMITTED).where(_SUBMITTED.c.id == bindparam("row")).values(timestamp=bindparam("at"))
)


@dataclass(frozen=True)
class Entry:
    """A graded submission on its way into the gradebook.

    ``scores`` are by the notebook's name; a notebook that is not among them stays as it is.
    ``received_at`` None leaves the time that is there. ``person`` holds nbgrader's columns of
    the student. ``changed`` asks people to look again at the marks that they have given.
    """

    student: str
    scores: Mapping[str, tuple[AutoScore, ...]]
    received_at: datetime | None = None
    person: Mapping[str, str] = field(default_factory=dict)
    changed: bool = False


def enter(
    connection: Connection, assignment: Assignment, entry: Entry, penalty: PenaltyRule
) -> Submission:
    """Enter a submission and the autograder's scores; what people gave stays as it is.

    The student and all rows of the submission are made where they are missing, also those of
    cells that the assignment got after the submission was first graded.

    Returns:
        The submission as it is now.

    """
    _enter_student(connection, entry)
    before = read_submissions(connection, assignment, entry.student, lock=True).get(entry.student)
    old = before or Submission(uuid4().hex, None, None, {})
    received = old.received
    if entry.received_at is not None:
        received = entry.received_at.astimezone(UTC).replace(tzinfo=None)
    if before is None:
        row = {"id": old.id, "assignment_id": assignment.id, "student_id": entry.student}
        connection.execute(insert(_SUBMITTED), row | {"timestamp": received})
    elif received != old.received:
        connection.execute(_SET_TIME, {"row": old.id, "at": received})
    new = replace(
        old,
        received=received,
        notebooks={
            id_: _scored(book, old.notebooks.get(id_), entry)
            for id_, book in assignment.notebooks.items()
        },
    )
    new = with_penalties(assignment, entry.student, new, penalty)
    write(connection, before, new)
    return new


def ask_again(submission: Submission) -> Submission:
    """Return the submission with every mark of a person to be looked at again."""
    return replace(
        submission,
        notebooks={
            id_: replace(
                book,
                grades={
                    cell: replace(
                        g, needs_manual_grade=g.needs_manual_grade or g.manual_score is not None
                    )
                    for cell, g in book.grades.items()
                },
            )
            for id_, book in submission.notebooks.items()
        },
    )


def with_penalties(
    assignment: Assignment, student: str, submission: Submission, rule: PenaltyRule
) -> Submission:
    """Return the submission with what its lateness costs now, for each notebook."""
    late = submission.seconds_late(assignment.due)
    books = {}
    for id_, book in submission.notebooks.items():
        score = book.score
        penalty = rule(student, score, late) if late > 0 else None
        if penalty is not None:
            # As nbgrader does with what its plug-ins say.
            penalty = max(0.0, min(penalty, score))
        books[id_] = book if penalty == book.penalty else replace(book, penalty=penalty)
    return replace(submission, notebooks=books)


def set_due(connection: Connection, assignment: Assignment, due: datetime | None) -> Assignment:
    """Set when an assignment is due (UTC, without a zone), if that has changed."""
    if due == assignment.due:
        return assignment
    connection.execute(
        update(_ASSIGNMENTS).where(_ASSIGNMENTS.c.id == assignment.id).values(duedate=due)
    )
    return replace(assignment, due=due)


def write(connection: Connection, old: Submission | None, new: Submission) -> None:
    """Write what differs between two states of a submission, and nothing else."""
    before = old.notebooks if old is not None else {}
    for notebook, book in new.notebooks.items():
        known = before.get(notebook)
        if known is None:
            row = {
                "id": book.id,
                "notebook_id": notebook,
                "assignment_id": new.id,
                "flagged": False,
                "late_submission_penalty": book.penalty,
            }
            connection.execute(insert(_BOOKS), row)
        elif known.penalty != book.penalty:
            connection.execute(_SET_PENALTY, {"row": book.id, "penalty": book.penalty})
        _write_grades(connection, known, book)
        _write_comments(connection, known, book)


def _enter_student(connection: Connection, entry: Entry) -> None:
    row = connection.execute(_STUDENT, {"student": entry.student}).mappings().first()
    if row is None:
        values: dict[str, str | None] = dict.fromkeys(_NAMES)
        values |= entry.person
        connection.execute(insert(_STUDENTS), {"id": entry.student} | values)
        return
    news = {name: value for name, value in entry.person.items() if row[name] != value}
    if news:
        connection.execute(update(_STUDENTS).where(_STUDENTS.c.id == entry.student).values(**news))


def _scored(notebook: Notebook, handed_in: HandedIn | None, entry: Entry) -> HandedIn:
    """Return a notebook's rows with the autograder's scores in them."""
    old = handed_in or HandedIn(uuid4().hex)
    grades = {id_: old.grades.get(id_) or Grade(uuid4().hex) for id_ in notebook.graded}
    comments = {id_: old.comments.get(id_) or Comment(uuid4().hex) for id_ in notebook.commented}
    scores = entry.scores.get(notebook.name)
    if scores is not None:
        by_cell = {score.cell: score for score in scores}
        grades = {
            id_: _graded(grade, by_cell.get(notebook.graded[id_].name), again=entry.changed)
            for id_, grade in grades.items()
        }
        comments = {
            id_: _commented(comment, by_cell.get(notebook.commented[id_]))
            for id_, comment in comments.items()
        }
    return replace(old, grades=old.grades | grades, comments=old.comments | comments)


def _graded(grade: Grade, score: AutoScore | None, *, again: bool) -> Grade:
    auto = score.score if score is not None else None
    needs = grade.needs_manual_grade
    if grade.manual_score is None:
        needs = auto is None or (score is not None and score.contradicted)
    elif again:
        needs = True
    return replace(grade, auto_score=auto, needs_manual_grade=needs)


def _commented(comment: Comment, score: AutoScore | None) -> Comment:
    empty = score is not None and score.no_response
    return replace(comment, auto_comment="No response." if empty else None)


def _write_grades(connection: Connection, known: HandedIn | None, book: HandedIn) -> None:
    made, changed = _news(known.grades if known is not None else {}, book.grades)
    if made:
        rows: list[dict[str, Any]] = [
            {
                "id": grade.id,
                "cell_id": cell,
                "notebook_id": book.id,
                "auto_score": grade.auto_score,
                "manual_score": grade.manual_score,
                "extra_credit": grade.extra_credit,
                "needs_manual_grade": grade.needs_manual_grade,
            }
            for cell, grade in made.items()
        ]
        connection.execute(insert(_GRADES), rows)
    if changed:
        rows = [
            {
                "row": grade.id,
                "auto": grade.auto_score,
                "manual": grade.manual_score,
                "needs": grade.needs_manual_grade,
            }
            for grade in changed.values()
        ]
        connection.execute(_SET_GRADE, rows)


def _write_comments(connection: Connection, known: HandedIn | None, book: HandedIn) -> None:
    made, changed = _news(known.comments if known is not None else {}, book.comments)
    if made:
        rows: list[dict[str, Any]] = [
            {
                "id": comment.id,
                "cell_id": cell,
                "notebook_id": book.id,
                "auto_comment": comment.auto_comment,
                "manual_comment": comment.manual_comment,
            }
            for cell, comment in made.items()
        ]
        connection.execute(insert(_COMMENTS), rows)
    if changed:
        rows = [
            {"row": comment.id, "auto": comment.auto_comment, "manual": comment.manual_comment}
            for comment in changed.values()
        ]
        connection.execute(_SET_COMMENT, rows)


def _news(before: Mapping[str, Row], now: Mapping[str, Row]) -> tuple[dict[str, Row], ...]:
    """Return what has no row yet, and what has one that says something else; by cell."""
    made = {cell: row for cell, row in now.items() if cell not in before}
    changed = {cell: row for cell, row in now.items() if before.get(cell, row) != row}
    return made, changed
