"""From what is known of a submission to its station on the road. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from practicum.marks import Marks
from practicum.records import Case, Receipt
from practicum.status.values import Station, StudentStatus

__all__ = ["Known", "stand"]


@dataclass(frozen=True)
class Known:
    """All that is known of one student on one brief.

    ``news`` tells that a submission, assessment or decision came after the last release.
    """

    student: str
    expected: bool
    receipt: Receipt | None = None
    marks: Marks | None = None
    cases: Sequence[Case] = ()
    released: bool = False
    news: bool = False


def stand(known: Known) -> StudentStatus:
    """Return where a submission stands, and what it waits for."""
    receipt, marks = known.receipt, known.marks
    if receipt is None and marks is None:
        return StudentStatus(student=known.student, station="expected")
    if marks is None or (receipt is not None and receipt.state != "graded"):
        return StudentStatus(
            student=known.student,
            station="received",
            error=_error(receipt),
            unplaced=not known.expected,
        )
    assessed = {_cell(case) for case in known.cases}
    pending = {_cell(case) for case in known.cases if case.pending}
    criteria = [cell for cell in marks.missing if cell.kind in {"employer", "instructor"}]
    unmarked = len(marks.missing) - len(criteria)
    unjudged = pending | {cell.cell for cell in criteria}
    return StudentStatus(
        student=known.student,
        station=_station(known, unmarked, len(unjudged)),
        unmarked=unmarked,
        unassessed=len(unjudged - assessed),
        unapplied=len((unjudged & assessed) - pending),
        unmoderated=len(pending),
        unplaced=not known.expected,
        outdated=known.released and known.news,
    )


def _cell(case: Case) -> str:
    return f"criterion-{case.criterion}"  # as Criterion.cell says it


def _error(receipt: Receipt | None) -> str:
    if receipt is None or receipt.state != "error":
        return ""
    return receipt.detail or "for a reason that was not noted"


def _station(known: Known, unmarked: int, unjudged: int) -> Station:
    if unmarked:
        return "graded"
    if unjudged:
        return "marked"
    return "released" if known.released and not known.news else "assessed"
