"""nbgrader's generate_assignment, run in a folder of the caller's choice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from practicum.databases import complete
from practicum.errors import ProofFailed
from practicum.gradebook.config import nbgrader_config
from practicum.gradebook.logs import kept_log

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["generate"]


def generate(course: Course, brief: str, *, due: datetime | None) -> None:
    """Make the release of a brief from its source, and enter its cells in the gradebook.

    Not transactional, because nbgrader is not: call it on a copy of the course.

    Raises:
        ProofFailed: nbgrader refuses; the message is nbgrader's own.

    """
    config = nbgrader_config(course, brief=brief)
    config.GenerateAssignment.force = True
    with kept_log() as log:
        converter = GenerateAssignment(
            coursedir=CourseDirectory(config=config, log=log.logger), config=config, log=log.logger
        )
        try:
            converter.start()
        except NbGraderException as error:
            message = f"{brief}: nbgrader refuses the notebook: {log.reason() or error}"
            raise ProofFailed(message) from error
    with Gradebook(complete(course.gradebook_url), course.id) as gradebook:
        gradebook.update_or_create_assignment(
            brief, duedate=due.astimezone(UTC).replace(tzinfo=None) if due else None
        )
