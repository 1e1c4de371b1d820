"""What nbgrader's database holds of submissions: rows in, frozen values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from practicum.gradebook.assignment import Assignment
from practicum.gradebook.tables import TABLES

__all__ = ["Comment", "Grade", "HandedIn", "Submission", "read_submissions"]

_SUBMITTED, _BOOKS = TABLES["submitted_assignment"], TABLES["submitted_notebook"]
_GRADES, _COMMENTS = TABLES["grade"], TABLES["comment"]


@dataclass(frozen=True)
class Grade:
    """The points of one cell, from the autograder and from people."""

    id: str
    auto_score: float | None = None
    manual_score: float | None = None
    extra_credit: float | None = None
    needs_manual_grade: bool = True

    @property
    def score(self) -> float:
        """The points that count, as nbgrader's ``Grade.score`` has them."""
        given = self.auto_score if self.manual_score is None else self.manual_score
        return 0.0 if given is None else given + (self.extra_credit or 0.0)


@dataclass(frozen=True)
class Comment:
    """The words for one cell, from the autograder and from people."""

    id: str
    auto_comment: str | None = None
    manual_comment: str | None = None

    @property
    def text(self) -> str:
        """The words that the student reads, as nbgrader's ``Comment.comment`` has them."""
        return (self.auto_comment if self.manual_comment is None else self.manual_comment) or ""


@dataclass(frozen=True)
class HandedIn:
    """One notebook of a submission: its grades and comments by the id of the cell."""

    id: str
    penalty: float | None = None
    grades: dict[str, Grade] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The points so far, before any penalty."""
        return sum(grade.score for grade in self.grades.values())


@dataclass(frozen=True)
class Submission:
    """A submission with its notebooks by the id of the assignment's notebook."""

    id: str
    received: datetime | None
    extension: timedelta | None
    notebooks: Mapping[str, HandedIn]

    def seconds_late(self, due: datetime | None) -> float:
        """Return how late it came, in seconds, as nbgrader's ``total_seconds_late``."""
        if self.received is None or due is None:
            return 0.0
        due += self.extension or timedelta(0)
        return max(0.0, (self.received - due).total_seconds())


_OF_ALL = (
    select(_SUBMITTED)
    .where(_SUBMITTED.c.assignment_id == bindparam("assignment"))
    .order_by(_SUBMITTED.c.student_id)
)
_BOOKS_OF_ALL = select(_BOOKS).join(_SUBMITTED, _SUBMITTED.c.id == _BOOKS.c.assignment_id)
_GRADES_OF_ALL = select(_GRADES).join(_BOOKS, _BOOKS.c.id == _GRADES.c.notebook_id)
_COMMENTS_OF_ALL = select(_COMMENTS).join(_BOOKS, _BOOKS.c.id == _COMMENTS.c.notebook_id)
_OURS = _SUBMITTED.c.assignment_id == bindparam("assignment")
_HIS = _SUBMITTED.c.student_id == bindparam("student")
_ON_SUBMITTED = _SUBMITTED.c.id == _BOOKS.c.assignment_id

# Statements are made once: SQLAlchemy then finds their compiled form at once.
_ALL = (
    _OF_ALL,
    _BOOKS_OF_ALL.where(_OURS),
    _GRADES_OF_ALL.join(_SUBMITTED, _ON_SUBMITTED).where(_OURS),
    _COMMENTS_OF_ALL.join(_SUBMITTED, _ON_SUBMITTED).where(_OURS),
)
_ONE = tuple(query.where(_HIS) for query in _ALL)
# SQLite's writer has the database for itself; on a server, formgrader has to wait.
_LOCKED = (*_ONE[:2], *(q.with_for_update(of=q.selected_columns[0].table) for q in _ONE[2:]))


def read_submissions(
    connection: Connection,
    assignment: Assignment,
    student: str | None = None,
    *,
    lock: bool = False,
) -> dict[str, Submission]:
    """Read what students have handed in for an assignment.

    Args:
        connection: An open transaction.
        assignment: The assignment.
        student: Only this one; all if None.
        lock: Keep others from changing grades until the transaction ends.

    Returns:
        The submissions by student, sorted.

    """
    queries = _ALL if student is None else _LOCKED if lock else _ONE
    about = {"assignment": assignment.id} | ({} if student is None else {"student": student})
    submitted, books, grades, comments = (connection.execute(query, about) for query in queries)
    handed_in: dict[str, HandedIn] = {}
    by_submission: dict[str, dict[str, HandedIn]] = {}
    for row in books:
        handed_in[row.id] = HandedIn(row.id, row.late_submission_penalty)
        by_submission.setdefault(row.assignment_id, {})[row.notebook_id] = handed_in[row.id]
    for row in grades:
        grade = Grade(
            row.id, row.auto_score, row.manual_score, row.extra_credit, row.needs_manual_grade
        )
        handed_in[row.notebook_id].grades[row.cell_id] = grade
    for row in comments:
        comment = Comment(row.id, row.auto_comment, row.manual_comment)
        handed_in[row.notebook_id].comments[row.cell_id] = comment
    return {
        row.student_id: Submission(
            row.id, row.timestamp, row.extension, by_submission.get(row.id, {})
        )
        for row in submitted
    }
