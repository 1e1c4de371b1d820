"""The course's late policy as a plug-in for nbgrader, so that its own commands follow it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Unicode

from practicum.course import Course
from practicum.marks import late_penalty

__all__ = ["CourseLatePolicy"]


class CourseLatePolicy(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader is untyped
    """Takes away what ``policies.late`` of course.yml says."""

    course_root = Unicode("", help="the folder of the course").tag(config=True)

    def late_submission_penalty(
        self,
        student_id: str,  # noqa: ARG002 (nbgrader's signature)
        score: float,
        total_seconds_late: float,
    ) -> float:
        """Return the penalty in points for a notebook with ``score`` points."""
        policy = Course.find(Path(self.course_root)).policies.late
        return late_penalty(score, timedelta(seconds=total_seconds_late), policy)
