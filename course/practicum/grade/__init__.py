"""Grade: a submission is restored, executed, scored, and its marks are recorded."""

from practicum.grade.verb import Graded, GradeReport, grade
from practicum.grade.written import MarkReport, mark

__all__ = ["GradeReport", "Graded", "MarkReport", "grade", "mark"]
