"""What one reviewer of a brief is to judge, and what not: pure values, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from practicum.people import Reviewer
from practicum.records import Allocation

__all__ = ["Caseload", "barred_from", "caseload"]


@dataclass(frozen=True)
class Caseload:
    """The students whose submissions one reviewer may see.

    ``anchors`` are scored first and count for no mark; ``own`` are to be judged; ``barred`` are
    those with a conflict of interest, which are in neither.
    """

    anchors: frozenset[str]
    own: frozenset[str]
    barred: frozenset[str]

    def __contains__(self, student: object) -> bool:
        """Whether the reviewer may see a student's submission at all."""
        return student in self.anchors or student in self.own


def caseload(
    reviewer: Reviewer,
    students: Iterable[str],
    *,
    anchors: Iterable[str],
    allocations: Iterable[Allocation],
    submitted: Iterable[str],
) -> Caseload:
    """Return what a reviewer may see of the submissions of a brief.

    As long as nothing is assigned to anybody, each reviewer judges all. What was submitted once
    stays to be looked at and amended, also after it was given to somebody else; a conflict of
    interest, declared in the roster or in the room, ends that, too.

    Args:
        reviewer: Who asks; one of the brief's reviewers.
        students: Whose submissions there are.
        anchors: Which of them are anchors.
        allocations: Those of the whole brief that hold now.
        submitted: About whom the reviewer has submitted a sheet.

    """
    held = tuple(allocations)
    mine = {entry.student: entry.state for entry in held if entry.reviewer == reviewer.id}
    barred = barred_from(reviewer, held)
    everybody = frozenset(students) - barred
    scored_first = frozenset(anchors) & everybody
    own = everybody - scored_first
    if any(entry.state == "assigned" for entry in held):
        given = {student for student, state in mine.items() if state == "assigned"}
        own &= given | frozenset(submitted)
    return Caseload(anchors=scored_first, own=own, barred=barred)


def barred_from(reviewer: Reviewer, allocations: Iterable[Allocation]) -> frozenset[str]:
    """Return the students with whom a reviewer has a conflict of interest.

    Args:
        reviewer: The reviewer; the roster may name conflicts that are known beforehand.
        allocations: Those of the whole brief that hold now.

    """
    return frozenset(reviewer.conflicts).union(
        entry.student
        for entry in allocations
        if entry.reviewer == reviewer.id and entry.state == "conflict"
    )
