"""Which instructor a command speaks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["instructor_or_only"]


def instructor_or_only(course: Course, by: str | None, does: str) -> str:
    """Return who was named with ``--by``, or the course's only instructor.

    Args:
        course: The course.
        by: What was given; the verb itself refuses one who is no instructor.
        does: What the instructor does, for the question: "decides".

    Raises:
        BadInput: Nobody was named, and there are several.

    """
    instructors = [instructor.id for instructor in course.roster.instructors]
    if by or len(instructors) == 1:
        return by or instructors[0]
    message = f"say who {does} with --by: {', '.join(instructors)}"
    raise BadInput(message)
