"""One submission that has been read: into its station, and into the records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from practicum.collect.report import Collected
from practicum.collect.store import store, stored
from practicum.collect.submission import Submission
from practicum.course import Course

__all__ = ["Inbox", "Receipt", "Work", "take"]


class Receipt(Protocol):
    """What collecting reads of a receipt."""

    @property
    def sha256(self) -> str:
        """The digest of the submission's names and contents."""

    @property
    def received_at(self) -> datetime:
        """When it was received, in UTC."""


class Inbox(Protocol):
    """What collecting needs of the records."""

    def receipt(self, brief: str, student: str) -> Receipt | None:
        """Return the current receipt, or None."""

    def receive(  # noqa: PLR0913 (the records' method)
        self,
        brief: str,
        student: str,
        *,
        received_at: datetime,
        sha256: str,
        source: str,
        files: int,
        size: int,
    ) -> object:
        """Note that a submission was received."""


@dataclass(frozen=True)
class Work:
    """What stays the same while the submissions of one run are taken."""

    course: Course
    brief: str
    inbox: Inbox
    source: str


def take(
    work: Work, student: str, label: str, submission: Submission, at: datetime | None
) -> Collected:
    """Store a submission and note its receipt, unless it is here already.

    Args:
        work: The course, the brief, and where receipts are kept.
        student: The student's id.
        label: The name under which the submission came.
        submission: What was handed in.
        at: The receipt time, or None for now. The first receipt of the same content counts;
            a time that is earlier still corrects it, since an LMS may tell its times later.

    """
    receipt = work.inbox.receipt(work.brief, student)
    now = datetime.now(UTC)
    at = at.astimezone(UTC) if at else max(now, receipt.received_at if receipt else now)
    entry = Collected(
        student=student,
        label=label,
        outcome="collected",
        received_at=at,
        files=len(submission.files),
        size=submission.size,
        left_out=submission.left_out,
    )
    if receipt is None:
        return _noted(work, entry, submission, at)
    before = receipt.received_at
    said = f"{before:%Y-%m-%d %H:%M} UTC"
    same = receipt.sha256 == submission.sha256
    if same and at >= before:
        return _noted(work, _changed(entry, outcome="unchanged"), submission, before)
    if same:
        entry = _changed(entry, reason=f"the receipt time was {said} before")
    elif at < before:
        reason = f"a newer one, received {said}, is here"
        return _changed(entry, outcome="unchanged", received_at=before, reason=reason)
    return _noted(work, entry, submission, at)


def _changed(entry: Collected, **fields: object) -> Collected:
    return entry.model_copy(update=fields)


def _noted(work: Work, entry: Collected, submission: Submission, at: datetime) -> Collected:
    """Make the station hold the submission; note its receipt unless it is known already."""
    here = stored(work.course, work.brief, entry.student)
    there = here.received_at if here and here.sha256 == submission.sha256 else None
    if there is not None and (there == at or (entry.outcome == "collected" and there < at)):
        at = there  # when it is earlier, the last run was stopped between storing and noting
    else:
        store(work.course, work.brief, entry.student, submission, at)
    if entry.outcome == "collected":
        work.inbox.receive(
            work.brief,
            entry.student,
            received_at=at,
            sha256=submission.sha256,
            source=work.source,
            files=entry.files,
            size=entry.size,
        )
    return _changed(entry, received_at=at)
