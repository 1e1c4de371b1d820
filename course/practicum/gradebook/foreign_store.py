"""The gradebook of a course that only nbgrader knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Self

from sqlalchemy import select

from practicum.databases import PATIENCE, Patience, complete, file_of, reading, writing
from practicum.errors import BadSubmission, NotReady, UnknownName
from practicum.gradebook.answer_key import AnswerKey, KeyCell
from practicum.gradebook.assignment import (
    Assignment,
    Notebook,
    SourceCell,
    read_assignment,
    read_sources,
)
from practicum.gradebook.database import open_database
from practicum.gradebook.entering import Entry, enter
from practicum.gradebook.submission import Submission, read_submissions
from practicum.gradebook.tables import TABLES

if TYPE_CHECKING:
    from types import TracebackType

    from practicum.gradebook.foreign_course import ForeignCourse
    from practicum.gradebook.scoring import AutoScore

__all__ = ["ForeignGradebook"]

SCHEMA = 3
"""The version of nbgrader's metadata in the notebooks that are written."""


class ForeignGradebook:
    """nbgrader's gradebook of one assignment; use it in a ``with`` block."""

    def __init__(
        self, course: ForeignCourse, assignment: str, *, patience: Patience = PATIENCE
    ) -> None:
        """Open the gradebook and read the assignment.

        Raises:
            NotReady: The assignment is not in it, or has no notebook.
            UnknownName: It holds others, but not this one.
            Busy: Another program keeps it locked.
            BadInput: It is not a database, or not one of this nbgrader.

        """
        self.course = course
        url = complete(course.database)
        file = file_of(url)
        if file is not None and not file.is_file():
            fix = f"run `nbgrader generate_assignment {assignment}`"
            raise NotReady(f"{file}: there is no gradebook yet: {fix}")
        self._engine = open_database(url, course.id, patience)
        try:
            self.assignment = self._read(assignment)
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._engine.dispose()

    def keys(self) -> dict[str, AnswerKey]:
        """Return the answer keys of the assignment's notebooks, by name."""
        with reading(self._engine) as connection:
            return {
                notebook.name: _key(self.assignment, notebook, read_sources(connection, notebook))
                for notebook in self.assignment.notebooks.values()
            }

    def record(
        self,
        student: str,
        scores: Mapping[str, tuple[AutoScore, ...]],
        *,
        received_at: datetime | None,
        changed: bool,
    ) -> tuple[float, float]:
        """Enter a submission's scores, by notebook, in one transaction.

        Args:
            student: The student's id.
            scores: What the autograder says; a notebook without stays as it is.
            received_at: When it was handed in (aware); None leaves the time that is known.
            changed: Whether people are asked again about marks that they have given.

        Returns:
            The points that the autograder gave, and those that it can give.

        Raises:
            BadSubmission: The student is unknown, and the configuration makes no new ones.

        """
        entry = Entry(student, scores, received_at, changed=changed)
        with writing(self._engine) as connection:
            if not self.course.create_students:
                table = TABLES["student"]
                if connection.scalar(select(table.c.id).where(table.c.id == student)) is None:
                    message = f"no student {student!r} in the gradebook (Autograde.create_student)"
                    raise BadSubmission(message)
            submission = enter(connection, self.assignment, entry, self.course.penalty)
        return self._points(submission)

    def points(self) -> dict[str, tuple[float, float]]:
        """Return by student the points that the autograder gave, and those that it can give."""
        with reading(self._engine) as connection:
            found = read_submissions(connection, self.assignment)
        return {student: self._points(submission) for student, submission in found.items()}

    def _points(self, submission: Submission) -> tuple[float, float]:
        given = most = 0.0
        for id_, notebook in self.assignment.notebooks.items():
            book = submission.notebooks.get(id_)
            for cell, about in notebook.graded.items():
                if about.way == "autograded":
                    most += about.max_points
                    if book is not None and cell in book.grades:
                        given += book.grades[cell].auto_score or 0.0
        return given, most

    def _read(self, name: str) -> Assignment:
        table = TABLES["assignment"]
        with reading(self._engine) as connection:
            assignment = read_assignment(connection, name)
            if assignment is None:
                known = [*connection.scalars(select(table.c.name))]
                raise UnknownName("assignment", name, known)
        if not assignment.notebooks:
            message = f"{name} has no notebook: run `nbgrader generate_assignment {name}`"
            raise NotReady(message)
        return assignment


def _key(
    assignment: Assignment, notebook: Notebook, sources: Mapping[str, SourceCell]
) -> AnswerKey:
    """Put the key together from rows alone: a release need not lie in the course any more."""
    points = {cell.name: cell for cell in notebook.graded.values()}
    answers = set(notebook.commented.values())
    cells = []
    for name, source in sources.items():
        graded = points.get(name)
        task = graded is not None and graded.way == "task"
        solution = name in answers and not task
        metadata = {
            "schema_version": SCHEMA,
            "grade_id": name,
            "grade": graded is not None and not task,
            "solution": solution,
            # nbgrader keeps no other cells than answers and locked ones.
            "locked": not solution,
            "task": task,
            "cell_type": source.cell_type,
            "checksum": source.checksum,
        }
        if graded is not None:
            metadata["points"] = graded.max_points
        text = json.dumps(metadata, sort_keys=True)
        cells.append(
            KeyCell(id=name, cell_type=source.cell_type, source=source.source, metadata_json=text)
        )
    return AnswerKey(
        brief=assignment.name,
        notebook=notebook.name,
        kernelspec_json=notebook.kernelspec or "{}",
        cells=tuple(cells),
    )
