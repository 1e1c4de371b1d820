"""What reviewing asks of a gradebook, and how the course's own one is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from practicum.course import Course
from practicum.marks import CellMark, Marks

if TYPE_CHECKING:
    from practicum.gradebook import AnswerKey

__all__ = ["Gradebook", "opened"]


class Gradebook(Protocol):
    """The part of ``practicum.gradebook.CourseGradebook`` that reviewing needs."""

    def briefs(self) -> tuple[str, ...]:
        """Return the published briefs."""

    def cells(self, brief: str) -> tuple[CellMark, ...]:
        """Return the cells that carry points, without scores."""

    def students(self, brief: str) -> tuple[str, ...]:
        """Return the students with a submission in the gradebook."""

    def answer_key(self, brief: str) -> AnswerKey:
        """Return the released cells with their original sources."""

    def marks(self, brief: str, student: str) -> Marks:
        """Return the marks of one submission."""

    def set_mark(
        self, brief: str, student: str, cell: str, score: float | None, comment: str
    ) -> bool:
        """Set a person's mark for a cell, or unset it; tell whether anything changed."""


@contextmanager
def opened(course: Course, given: Gradebook | None, *, to_write: bool) -> Iterator[Gradebook]:
    """Hand over the given gradebook, or open the course's own one for the block.

    Raises:
        Busy: ``to_write``, and another command is at work on the course.

    """
    if given is not None:
        yield given
        return
    from practicum.gradebook import CourseGradebook, sole_writer  # noqa: PLC0415 (slow to import)

    if not to_write:
        with CourseGradebook(course) as gradebook:
            yield gradebook
        return
    with sole_writer(course), CourseGradebook(course) as gradebook:
        yield gradebook
