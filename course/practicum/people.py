"""The people of a course: students, instructors, and employers' reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from practicum.errors import UnknownName
from practicum.validation import read_value
from practicum.values import Email, Id, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from practicum.documents import Document
    from practicum.problems import Problem

__all__ = ["Instructor", "Reviewer", "Roster", "Student", "read_roster"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Student(Value):
    """A learner. ``lms_id`` is the number or name that the university's LMS uses."""

    id: Id
    name: Name
    email: Email | None = None
    lms_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._@-]{1,64}$")] | None = None


class Instructor(Value):
    """Somebody who runs the course and decides in moderation."""

    id: Id
    name: Name
    email: Email | None = None


class Reviewer(Value):
    """Somebody at an employer who judges the submissions for these briefs, and only these.

    ``conflicts`` are the ids of students whose work this reviewer never gets to see, such as a
    relative's.
    """

    id: Id
    name: Name
    email: Email | None = None
    employer: Name
    briefs: Annotated[tuple[Id, ...], Field(min_length=1)]
    conflicts: Annotated[
        tuple[Id, ...], Field(description="students whose work this reviewer never sees")
    ] = ()


class Roster(Value):
    """Everybody who takes part. Ids are unique across the three groups."""

    schema_version: Literal[1]
    students: tuple[Student, ...] = ()
    instructors: Annotated[tuple[Instructor, ...], Field(min_length=1)]
    reviewers: tuple[Reviewer, ...] = ()

    def student(self, name: str) -> Student:
        """Return the student with that id; raise UnknownName otherwise."""
        for student in self.students:
            if student.id == name:
                return student
        raise UnknownName("student", name, (student.id for student in self.students))

    def reviewers_of(self, brief: str) -> tuple[Reviewer, ...]:
        """Return the reviewers who may judge submissions for ``brief``."""
        return tuple(reviewer for reviewer in self.reviewers if brief in reviewer.briefs)

    def student_of_lms(self, lms_id: str) -> Student | None:
        """Return the student whom the LMS knows as ``lms_id``, or None."""
        return next((student for student in self.students if student.lms_id == lms_id), None)


def read_roster(file: Path) -> Roster:
    """Read and check a roster file.

    Raises:
        InvalidDocument: With every problem that was found.

    """
    return read_value(Roster, file, _problems)


def _problems(roster: Roster, document: Document) -> Iterator[Problem]:
    yield from _conflict_problems(roster, document)
    ids: set[str] = set()
    lms_ids: set[str] = set()
    for group in ("students", "instructors", "reviewers"):
        for index, person in enumerate(getattr(roster, group)):
            if person.id in ids:
                yield document.problem(
                    (group, index, "id"), f"the id {person.id!r} is used twice", "rename one"
                )
            ids.add(person.id)
            lms_id = getattr(person, "lms_id", None)
            if lms_id is not None and lms_id in lms_ids:
                yield document.problem(
                    (group, index, "lms_id"), f"lms_id {lms_id!r} is used twice", "correct one"
                )
            lms_ids.add(lms_id or "")


def _conflict_problems(roster: Roster, document: Document) -> Iterator[Problem]:
    students = {student.id for student in roster.students}
    for index, reviewer in enumerate(roster.reviewers):
        for place, student in enumerate(reviewer.conflicts):
            if student not in students:
                yield document.problem(
                    ("reviewers", index, "conflicts", place),
                    f"there is no student {student!r}",
                    "correct the id, or remove it",
                )
