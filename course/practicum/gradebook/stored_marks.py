"""The marks and the key of one brief, read at once: for who looks at each of them several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practicum.errors import NotReady
from practicum.gradebook.marks_store import CourseGradebook, not_graded

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.gradebook.answer_key import AnswerKey
    from practicum.marks import Marks

__all__ = ["StoredMarks", "marks_source"]


@dataclass(frozen=True)
class StoredMarks:
    """All marks of one brief as they were at one moment, and its key.

    ``handed_in`` are the students who have a submission, ``by_student`` holds those of them
    whose notebook is in the gradebook.
    """

    key: AnswerKey
    handed_in: tuple[str, ...]
    by_student: Mapping[str, Marks]

    @classmethod
    def read(cls, store: CourseGradebook, brief: str) -> StoredMarks:
        """Read them; raise NotReady where the brief has not been published."""
        return cls(store.answer_key(brief), store.students(brief), store.all_marks(brief))

    def students(self, brief: str) -> tuple[str, ...]:  # noqa: ARG002 (there is one brief)
        """Return the students who have a submission in the gradebook, sorted."""
        return self.handed_in

    def marks(self, brief: str, student: str) -> Marks:
        """Return the marks of one student; raise NotReady where there are none."""
        if student not in self.by_student:
            raise not_graded(brief, student)
        return self.by_student[student]

    def answer_key(self, brief: str) -> AnswerKey:  # noqa: ARG002 (there is one brief)
        """Return the released cells with their original sources."""
        return self.key


@contextmanager
def marks_source(course: Course, brief: str) -> Iterator[StoredMarks | CourseGradebook]:
    """Open the gradebook for reading the marks of one brief.

    Where the brief is not published, the gradebook itself is given, which says so when it is
    asked for what is not there.

    Raises:
        Busy: Another program keeps the gradebook locked.
        BadInput: It is not a gradebook.

    """
    with CourseGradebook(course) as store:
        try:
            stored = StoredMarks.read(store, brief)
        except NotReady:
            yield store
            return
    yield stored
