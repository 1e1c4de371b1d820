"""Every mark of a course at a glance, without nbgrader, which takes seconds to import.

Only for looking: the database is never made, and nothing is written to it. What is read equals
``CourseGradebook.marks`` (a test compares the two), less the comments.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from practicum.databases import file_of, open_engine, reading
from practicum.errors import BadInput, Busy
from practicum.marks import CellMark, Kind, Marks

if TYPE_CHECKING:
    from practicum.briefs import Brief
    from practicum.course import Course
    from practicum.rubrics import Rubric

__all__ = ["assignment_released", "read_marks"]

WAIT_SECONDS = 10.0

_MARKS = """
SELECT handed_in.student_id, of_student.late_submission_penalty, cell.name,
       coalesce(graded.max_score, task.max_score),
       CASE WHEN task.id IS NOT NULL THEN 'task'
            WHEN EXISTS (SELECT 1 FROM base_cell AS twin JOIN solution_cells USING (id)
                         WHERE twin.notebook_id = cell.notebook_id AND twin.name = cell.name)
            THEN 'written' ELSE 'autograded' END,
       CASE WHEN grade.needs_manual_grade THEN NULL
            WHEN coalesce(grade.manual_score, grade.auto_score) IS NULL THEN 0.0
            ELSE coalesce(grade.manual_score, grade.auto_score)
                 + coalesce(grade.extra_credit, 0.0) END
FROM assignment
JOIN notebook ON notebook.assignment_id = assignment.id
JOIN submitted_notebook AS of_student ON of_student.notebook_id = notebook.id
JOIN submitted_assignment AS handed_in ON handed_in.id = of_student.assignment_id
JOIN grade ON grade.notebook_id = of_student.id
JOIN base_cell AS cell ON cell.id = grade.cell_id
LEFT JOIN grade_cells AS graded ON graded.id = cell.id
LEFT JOIN task_cells AS task ON task.id = cell.id
WHERE assignment.name = ? AND notebook.name = ?
ORDER BY handed_in.student_id, cell.rowid
"""


def assignment_released(course: Course, brief: str) -> bool:
    """Tell whether students can fetch ``brief`` from the exchange."""
    return (course.exchange / course.id / "outbound" / brief).is_dir()


def read_marks(
    course: Course, published: Iterable[tuple[Brief, Rubric]]
) -> dict[str, tuple[Marks, ...]]:
    """Return the marks of all graded submissions for these briefs, ordered by student.

    Args:
        course: The course; without a gradebook, nobody has marks and none is made.
        published: Each brief with its rubric, which tells who rates a criterion.

    Returns:
        The marks by the brief's id. The order of the cells is the database's.

    Raises:
        Busy: Another command keeps the gradebook locked.
        BadInput: The gradebook is no database of nbgrader.

    """
    file = file_of(course.gradebook_url)
    if file is None:
        return _read_from_server(course.gradebook_url, published)
    if not file.is_file():
        return {brief.id: () for brief, _ in published}
    # Not mode=ro, which cannot roll back what a crash has left half-written; nothing is made.
    address = f"file:{quote(str(file))}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)) as database:
            database.execute("PRAGMA query_only = ON")
            return {
                brief.id: tuple(_marks(database.execute(_MARKS, _names(brief)), brief, rubric))
                for brief, rubric in published
            }
    except sqlite3.Error as error:
        if "locked" in str(error):
            message = f"{file}: another command is writing: wait until it has ended"
            raise Busy(message) from None
        message = f"{file}: cannot be read as nbgrader's gradebook ({error}): restore a backup"
        raise BadInput(message) from None


def _read_from_server(
    url: str, published: Iterable[tuple[Brief, Rubric]]
) -> dict[str, tuple[Marks, ...]]:
    from sqlalchemy import inspect  # noqa: PLC0415 (slow, and only for servers)

    # A server has no numbers of rows: its cells come by name.
    query = _MARKS.replace("?", "%s").replace("cell.rowid", "cell.name")
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            if not inspect(connection).has_table("submitted_notebook"):
                return {brief.id: () for brief, _ in published}
            return {
                brief.id: tuple(
                    _marks(connection.exec_driver_sql(query, _names(brief)), brief, rubric)
                )
                for brief, rubric in published
            }
    finally:
        engine.dispose()


def _names(brief: Brief) -> tuple[str, str]:
    return brief.id, brief.grading.notebook


def _marks(rows: Iterable[Any], brief: Brief, rubric: Rubric) -> list[Marks]:
    raters = {criterion.cell: criterion.rater for criterion in rubric.criteria}
    penalties: dict[str, float] = {}
    cells: dict[str, list[CellMark]] = {}
    for row in rows:
        student, penalty, cell, max_points, way, score = row
        kind: Kind = raters.get(cell, "written") if way == "task" else way
        penalties[student] = penalty or 0.0
        cells.setdefault(student, []).append(
            CellMark(cell=cell, kind=kind, max_points=max_points, score=score)
        )
    return [
        Marks(student=student, brief=brief.id, cells=tuple(cells[student]), penalty=penalty)
        for student, penalty in penalties.items()
    ]
