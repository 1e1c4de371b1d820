"""What is graded: a year of bicycle rides, nine tasks, and submissions for them.

``nbgrader_course`` and ``practicum_course`` lay out the same assignment and, for the same
seed, the same submissions: once as a plain nbgrader course, once with a brief.
"""

from __future__ import annotations

from material.courses import ASSIGNMENT, NOTEBOOK, nbgrader_course, practicum_course
from material.submissions import Submission, submissions

__all__ = [
    "ASSIGNMENT",
    "NOTEBOOK",
    "Submission",
    "nbgrader_course",
    "practicum_course",
    "submissions",
]
