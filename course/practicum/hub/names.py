"""What things are called on the hub: groups, services, and the account of the course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["COURSE_SERVICE", "CULLER", "REVIEW_SERVICE", "Names"]

COURSE_SERVICE: Final = "practicum"
"""The service through which students, reviewers and instructors exchange everything."""

REVIEW_SERVICE: Final = "review"
"""The room in which employers' reviewers judge."""

CULLER: Final = "idle-culler"
"""The service that stops servers which nobody uses."""


@dataclass(frozen=True)
class Names:
    """The names of one course. nbgrader knows the first two groups by these names."""

    course: str

    @property
    def instructors(self) -> str:
        """The group of those who may grade: the instructors, and the course's own account."""
        return f"formgrade-{self.course}"

    @property
    def students(self) -> str:
        """The group of the students."""
        return f"nbgrader-{self.course}"

    @property
    def reviewers(self) -> str:
        """The group of the employers' reviewers, who never have a server."""
        return f"reviewers-{self.course}"

    @property
    def grader(self) -> str:
        """The course's own account. Nobody logs in with it."""
        return f"grader-{self.course}"
