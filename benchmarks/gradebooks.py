"""Two gradebooks of the same submissions, compared mark by mark."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

__all__ = ["Mark", "compare", "marks"]

QUERY = """
SELECT handed_in.student_id, cell.name, grade.auto_score, grade.needs_manual_grade,
       coalesce(of_student.late_submission_penalty, 0.0)
FROM grade
JOIN submitted_notebook AS of_student ON of_student.id = grade.notebook_id
JOIN submitted_assignment AS handed_in ON handed_in.id = of_student.assignment_id
JOIN base_cell AS cell ON cell.id = grade.cell_id
WHERE grade.auto_score IS NOT NULL OR grade.needs_manual_grade
"""


class Mark(NamedTuple):
    """What a gradebook holds of a cell: points or None, whether a person must look, penalty."""

    points: float | None
    by_hand: bool
    penalty: float


def marks(gradebook: Path) -> dict[tuple[str, str], Mark]:
    """Return the marks of nbgrader's gradebook by student and cell."""
    with closing(sqlite3.connect(gradebook)) as database:
        rows = database.execute(QUERY).fetchall()
    return {(student, cell): Mark(*rest) for student, cell, *rest in rows}


def compare(theirs: Path, ours: Path) -> int:
    """Return how many marks of the students in ``theirs`` are in both gradebooks.

    Raises:
        SystemExit: A mark differs or is missing.

    """
    peer, own = marks(theirs), marks(ours)
    students = {student for student, _ in peer}
    differ = [
        f"  {student}, {cell}: {peer.get((student, cell))}, {own.get((student, cell))}"
        for student, cell in sorted(peer.keys() | own.keys())
        if student in students and peer.get((student, cell)) != own.get((student, cell))
    ]
    if differ or not peer:
        raise SystemExit("\n".join([f"{ours}: {len(differ)} marks differ:", *differ[:20]]))
    return len(peer)
