"""Placements: which student works on which brief."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from practicum.validation import read_value
from practicum.values import Id, Value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from practicum.documents import Document
    from practicum.people import Roster
    from practicum.problems import Problem

__all__ = ["Placement", "Placements", "read_placements"]


class Placement(Value):
    """One student on one brief."""

    student: Id
    brief: Id


class Placements(Value):
    """All placements of a course; without any, each student may do each brief."""

    schema_version: Literal[1]
    placements: tuple[Placement, ...] = ()

    def students_of(self, brief: str, roster: Roster) -> tuple[str, ...]:
        """Return the ids of the students who are expected to hand in ``brief``."""
        if not self.placements:
            return tuple(student.id for student in roster.students)
        return tuple(p.student for p in self.placements if p.brief == brief)

    def with_decided(
        self, decided: tuple[Placement, ...], roster: Roster, briefs: tuple[str, ...]
    ) -> Placements:
        """Return these and what was decided elsewhere, of people and briefs that are there."""
        students = {student.id for student in roster.students}
        more = (p for p in decided if p.student in students and p.brief in briefs)
        return Placements(
            schema_version=1, placements=tuple(dict.fromkeys((*self.placements, *more)))
        )


def read_placements(file: Path, roster: Roster, briefs: tuple[str, ...]) -> Placements:
    """Read and check a placements file against the course's people and briefs.

    Raises:
        InvalidDocument: With every problem that was found.

    """
    return read_value(Placements, file, partial(_problems, roster=roster, briefs=briefs))


def _problems(
    placements: Placements, document: Document, roster: Roster, briefs: tuple[str, ...]
) -> Iterator[Problem]:
    students = {student.id for student in roster.students}
    seen: set[Placement] = set()
    for index, placement in enumerate(placements.placements):
        if placement.student not in students:
            yield document.problem(
                ("placements", index, "student"),
                f"there is no student {placement.student!r}",
                "add the student to the roster or correct the id",
            )
        if placement.brief not in briefs:
            yield document.problem(
                ("placements", index, "brief"),
                f"the course has no brief {placement.brief!r}",
                "add it under `briefs:` in course.yml or correct the id",
            )
        if placement in seen:
            yield document.problem(
                ("placements", index), "this placement is here twice", "remove one"
            )
        seen.add(placement)
