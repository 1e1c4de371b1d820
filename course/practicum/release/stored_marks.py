"""The marks and the key of a brief, read at once, without nbgrader, which takes seconds to import.

Only what this version of nbgrader's tables surely says is read here. Whatever is out of the
ordinary (another database, no release, a table that is not there) is left to
``CourseGradebook``, which then reads it, or says what is wrong. A test compares the two.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from practicum.course import Course
from practicum.errors import NotReady
from practicum.gradebook import AnswerKey, KeyCell
from practicum.marks import CellMark, Kind, Marks
from practicum.release.readiness import MarksSource

__all__ = ["StoredMarks", "marks_source"]

WAIT_SECONDS = 10.0
_SQLITE = "sqlite:///"

_NOTEBOOK = """
SELECT notebook.id, notebook.kernelspec
FROM notebook JOIN assignment ON assignment.id = notebook.assignment_id
WHERE assignment.name = ? AND notebook.name = ?
"""
_SOURCES = "SELECT name, cell_type, source, checksum FROM source_cell WHERE notebook_id = ?"
_POINTS = """
SELECT base_cell.name, coalesce(grade_cells.max_score, task_cells.max_score)
FROM base_cell
LEFT JOIN grade_cells ON grade_cells.id = base_cell.id
LEFT JOIN task_cells ON task_cells.id = base_cell.id
WHERE base_cell.notebook_id = ? AND coalesce(grade_cells.id, task_cells.id) IS NOT NULL
"""
_STUDENTS = """
SELECT handed_in.student_id, of_student.id, of_student.late_submission_penalty
FROM submitted_assignment AS handed_in
JOIN assignment ON assignment.id = handed_in.assignment_id
LEFT JOIN submitted_notebook AS of_student
     ON of_student.assignment_id = handed_in.id AND of_student.notebook_id = ?
WHERE assignment.name = ?
"""
_SCORES = """
SELECT grade.notebook_id, base_cell.name,
       CASE WHEN grade.needs_manual_grade THEN NULL
            WHEN coalesce(grade.manual_score, grade.auto_score) IS NULL THEN 0.0
            ELSE coalesce(grade.manual_score, grade.auto_score)
                 + coalesce(grade.extra_credit, 0.0) END
FROM grade JOIN base_cell ON base_cell.id = grade.cell_id
WHERE base_cell.notebook_id = ?
"""
_COMMENTS = """
SELECT comment.notebook_id, base_cell.name,
       coalesce(comment.manual_comment, comment.auto_comment, '')
FROM comment JOIN base_cell ON base_cell.id = comment.cell_id
WHERE base_cell.notebook_id = ?
"""


@dataclass(frozen=True)
class StoredMarks:
    """All marks of one brief as they were at one moment, and its key."""

    key: AnswerKey
    by_student: Mapping[str, Marks | None]

    def students(self, brief: str) -> tuple[str, ...]:  # noqa: ARG002 (there is one brief)
        """Return the students who have a submission in the gradebook, sorted."""
        return tuple(sorted(self.by_student))

    def marks(self, brief: str, student: str) -> Marks:
        """Return the marks of one student; raise NotReady where there are none."""
        marks = self.by_student.get(student)
        if marks is None:
            message = f"{brief}: {student} is not graded: run `practicum grade {brief}`"
            raise NotReady(message)
        return marks

    def answer_key(self, brief: str) -> AnswerKey:  # noqa: ARG002 (there is one brief)
        """Return the released cells with their original sources."""
        return self.key


@contextmanager
def marks_source(course: Course, brief: str) -> Iterator[MarksSource]:
    """Open the gradebook for reading the marks of one brief.

    Raises:
        NotReady: The brief has not been published.
        Busy: Another program keeps the gradebook locked.
        BadInput: The file is not a gradebook.

    """
    stored = _read(course, brief)
    if stored is not None:
        yield stored
        return
    from practicum.gradebook import CourseGradebook  # noqa: PLC0415 (nbgrader takes seconds)

    with CourseGradebook(course) as gradebook:
        yield gradebook


def _read(course: Course, brief: str) -> StoredMarks | None:
    """Return the marks, or None where nbgrader itself should look."""
    notebook = course.brief(brief).grading.notebook
    released = _released(course.station("release", brief=brief) / f"{notebook}.ipynb")
    if released is None or not course.gradebook_url.startswith(_SQLITE):
        return None
    file = Path(course.gradebook_url.removeprefix(_SQLITE))
    # Not mode=ro, which cannot roll back what a crash has left half-written; nothing is made.
    address = f"file:{quote(str(file))}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as database:
            database.execute("PRAGMA query_only = ON")
            database.execute("BEGIN")
            row = database.execute(_NOTEBOOK, (brief, notebook)).fetchone()
            if row is None:
                return None
            notebook_id, kernelspec = row
            points = dict(database.execute(_POINTS, (notebook_id,)))
            sources = {name: cell for name, *cell in database.execute(_SOURCES, (notebook_id,))}
            key = AnswerKey(
                brief=brief,
                notebook=notebook,
                kernelspec_json=kernelspec
                or json.dumps(released.get("metadata", {}).get("kernelspec", {})),
                cells=tuple(_key_cells(released, sources, points)),
            )
            raters = {c.cell: c.rater for c in course.rubric(brief).criteria}
            cells = tuple(
                CellMark(
                    cell=cell.id, kind=_kind(cell, raters), max_points=points[cell.id], score=None
                )
                for cell in key.cells
                if cell.is_graded
            )
            return StoredMarks(key, dict(_marks(database, brief, notebook_id, cells)))
    except (sqlite3.Error, KeyError, ValueError):
        return None


def _released(file: Path) -> dict[str, Any] | None:
    try:
        notebook = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    current = isinstance(notebook, dict) and notebook.get("nbformat") == 4  # noqa: PLR2004 (nbformat 4)
    return notebook if current else None


def _key_cells(
    released: Mapping[str, Any], sources: Mapping[str, list[Any]], points: Mapping[str, float]
) -> Iterator[KeyCell]:
    for cell in released["cells"]:
        metadata = dict(cell["metadata"].get("nbgrader", {}))
        name = str(metadata.get("grade_id", ""))
        if name not in sources:
            continue
        cell_type, source, checksum = sources[name]
        metadata["checksum"] = checksum
        if name in points:
            metadata["points"] = points[name]
        told = json.dumps(metadata, sort_keys=True)
        yield KeyCell(id=name, cell_type=cell_type, source=source, metadata_json=told)


def _kind(cell: KeyCell, raters: Mapping[str, Kind]) -> Kind:
    if cell.metadata.get("task"):
        return raters.get(cell.id, "written")
    return "written" if cell.metadata["solution"] else "autograded"


def _marks(
    database: sqlite3.Connection, brief: str, notebook_id: str, cells: tuple[CellMark, ...]
) -> Iterator[tuple[str, Marks | None]]:
    scores = {(row[0], row[1]): row[2] for row in database.execute(_SCORES, (notebook_id,))}
    comments = {(row[0], row[1]): row[2] for row in database.execute(_COMMENTS, (notebook_id,))}
    for student, own, penalty in database.execute(_STUDENTS, (notebook_id, brief)):
        if own is None:
            yield student, None
            continue
        marked = tuple(
            cell.model_copy(
                update={
                    "score": scores.get((own, cell.cell)),
                    "comment": comments.get((own, cell.cell), ""),
                }
            )
            for cell in cells
        )
        yield student, Marks(student=student, brief=brief, cells=marked, penalty=penalty or 0.0)
