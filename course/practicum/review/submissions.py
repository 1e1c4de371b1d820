"""The submissions for a brief, and the blind codes by which reviewers name them."""

from __future__ import annotations

from dataclasses import dataclass, field

from practicum.course import Course
from practicum.records import Records, normal_code
from practicum.review.ports import Gradebook

__all__ = ["Submissions", "submissions_of"]


@dataclass(frozen=True)
class Submissions:
    """Who has handed in a brief, and the code of everybody who might."""

    brief: str
    students: frozenset[str]
    codes: dict[str, str] = field(repr=False)

    def student(self, name: str) -> str | None:
        """Return the student that a blind code or an id means, handed in or not, or None."""
        by_code = self.codes.get(normal_code(name))
        if by_code is not None:
            return by_code
        return name if name in self.students or name in self.codes.values() else None

    @property
    def coded(self) -> dict[str, str]:
        """The student of each code that has handed in, in the order of the codes."""
        found = {code: who for code, who in self.codes.items() if who in self.students}
        return dict(sorted(found.items()))


def submissions_of(
    course: Course, brief: str, records: Records, gradebook: Gradebook
) -> Submissions:
    """Return the submissions that were collected or are in the gradebook already."""
    students = {receipt.student for receipt in records.receipts(brief)}
    if brief in gradebook.briefs():
        students.update(gradebook.students(brief))
    everybody = students.union(student.id for student in course.roster.students)
    codes = {records.blind_code(brief, student): student for student in everybody}
    return Submissions(brief, frozenset(students), codes)
