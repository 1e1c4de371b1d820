"""The marks as a table for a spreadsheet or a campus system: work/marks/<brief>.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from practicum.marks import Marks
from practicum.release.arithmetic import figure
from practicum.rubrics import Rubric

__all__ = ["marks_csv", "neutral"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def marks_csv(rubric: Rubric, all_marks: Sequence[Marks]) -> bytes:
    """Return one row for each student, sorted by id; all figures are points.

    The columns are student, brief, autograded, written, employer (and instructor, where
    the rubric has criteria of theirs), one for each criterion, penalty, total, max.
    """
    raters = ["employer"] + (["instructor"] if rubric.rated_by("instructor") else [])
    cells = [criterion.cell for criterion in rubric.criteria]
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        ["student", "brief", "autograded", "written", *raters, *cells, "penalty", "total", "max"]
    )
    for marks in sorted(all_marks, key=lambda marks: marks.student):
        scores = {mark.cell: mark.score or 0.0 for mark in marks.cells}
        figures = [marks.points("autograded"), marks.points("written"), marks.points("employer")]
        if "instructor" in raters:
            figures.append(marks.points("instructor"))
        figures += [scores.get(cell, 0.0) for cell in cells]
        figures += [marks.penalty, marks.total, marks.max_points()]
        table.writerow([neutral(marks.student), neutral(marks.brief), *map(figure, figures)])
    return text.getvalue().encode("utf-8")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
