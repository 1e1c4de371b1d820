"""What is accepted from whom: names, sizes, how often, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from practicum.errors import BadSubmission
from practicum.file_names import MAX_FILES, collision, name_problem, shown
from practicum.records import SentFile, SoFar
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["OWN", "Rules", "check_manifest"]

MB = 1_000_000
KEPT = 20
"""So many times what one submission may have is kept of a student's submissions for one brief."""
MOST: Final = 1_000
"""So many submissions of one student for one assignment, where the course says nothing else."""


class Rules(Value):
    """What one upload may have. ``None`` stands for no limit.

    ``most`` counts submissions of one student for one assignment, the first one included; even
    without it there are no more than a thousand, since each one looks at those before.
    """

    files: int = MAX_FILES
    size: int
    most: int | None = None
    closes: datetime | None = None

    @classmethod
    def of(cls, course: Course, name: str, assignment: str) -> Rules:
        """Return the rules for a student's submission, in the course or in a plain one."""
        size = int(course.settings.limits.submission_mb * MB)
        hub = course.settings.hub
        if hub is None:
            return cls(size=size)
        again, days = hub.submitting.resubmissions, hub.submitting.closes_after_days
        # A course of plain nbgrader has its due dates in a gradebook of its own.
        due = course.due(assignment) if name == course.id else None
        closes = due + timedelta(days=days) if due is not None and days is not None else None
        return cls(size=size, most=None if again is None else again + 1, closes=closes)

    def check(self, at: datetime, before: SoFar, files: Sequence[SentFile]) -> None:
        """Refuse what comes too late or too often.

        Raises:
            BadSubmission: With what to do about it.

        """
        if self.closes is not None and at > self.closes:
            raise BadSubmission(
                f"closed since {self.closes:%Y-%m-%d %H:%M} UTC: nothing is accepted any more; "
                "speak to your instructor"
            )
        if before.count >= (MOST if self.most is None else self.most):
            raise BadSubmission(
                f"handed in {before.count} times already, which is all that the course accepts: "
                "the last one counts"
            )
        if before.size + sum(file.size for file in files) > KEPT * self.size:
            raise BadSubmission(
                f"the {before.count} submissions before are too large together: leave large files "
                "out, or speak to your instructor"
            )
        if before.files + len(files) > KEPT * self.files:
            raise BadSubmission(
                f"the {before.count} submissions before have too many files together: leave files "
                "out, or speak to your instructor"
            )


OWN = Rules(files=5_000, size=2_000 * MB)
"""For what the course itself sends: releases and feedback."""


def check_manifest(files: Sequence[SentFile], rules: Rules) -> None:
    """Refuse names that are unsafe anywhere, and what is too much.

    Raises:
        BadSubmission: With the first reason.

    """
    if not files:
        raise BadSubmission("there is no file in it: nothing was taken")
    if len(files) > rules.files:
        raise BadSubmission(f"{len(files):,} files: at most {rules.files:,} are accepted")
    for file in files:
        if problem := name_problem(file.path):
            raise BadSubmission(f"{shown(file.path)}: {problem}: rename it, and send again")
    paths = {file.path for file in files}
    if len(paths) < len(files):
        raise BadSubmission("two files of one name: send each once")
    if clash := collision(paths):
        names = " and ".join(map(shown, clash))
        raise BadSubmission(f"{names}: two names that cannot lie beside each other: rename one")
    sizes: dict[str, int] = {}
    if any(sizes.setdefault(file.sha256, file.size) != file.size for file in files):
        raise BadSubmission("one digest with two sizes: send the manifest again")
    if (size := sum(file.size for file in files)) > rules.size:
        raise BadSubmission(
            f"{size / MB:,.1f} MB: at most {rules.size / MB:,g} MB are accepted in all: leave "
            "out what is not needed"
        )
