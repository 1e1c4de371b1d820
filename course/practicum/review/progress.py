"""How far the reviewers of a brief are: for the instructor, who may see names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Final, Literal

from practicum.course import Course
from practicum.people import Reviewer
from practicum.records import Allocation, Draft, Invitation, Records, SubmittedSheet
from practicum.records.values import Moment
from practicum.review.caseload import caseload
from practicum.values import Value

__all__ = [
    "Conflicted",
    "Note",
    "ReviewState",
    "ReviewerProgress",
    "reviewers_progress",
    "without_reviewer",
]

SILENT: Final = timedelta(days=7)
"""After so long without a sign from somebody who has begun, one should ask."""

ReviewState = Literal["done", "working", "waiting", "silent", "overdue", "not invited"]
"""done: nothing is left. overdue: it should have been done. not invited: there is no link, and no
hub with accounts. waiting: nobody has come in yet. silent: no sign for a week. working: all else.
"""


class Note(Value):
    """A reviewer's private note to the instructor about one submission."""

    code: str
    words: str


class Conflicted(Value):
    """A submission that a reviewer must not judge; ``judged`` if that was known too late."""

    code: str
    why: str
    judged: bool


class ReviewerProgress(Value):
    """What one reviewer has done of what is theirs to judge; anchors are counted apart.

    ``minutes`` is the median of the time for a submission; ``active`` the last sign of life.
    """

    reviewer: str
    name: str
    state: ReviewState
    assigned: int
    done: int
    begun: int
    anchors_done: int
    anchors: int
    minutes: float | None
    link: str
    active: Moment | None
    due: Moment | None
    notes: tuple[Note, ...]
    conflicts: tuple[Conflicted, ...]

    @property
    def left(self) -> int:
        """How many submissions are still to be judged."""
        return self.assigned - self.done


def reviewers_progress(
    course: Course, brief: str, records: Records, now: datetime
) -> tuple[ReviewerProgress, ...]:
    """Return what each reviewer of a brief has done in the review room.

    Raises:
        UnknownName: The course has no such brief.

    """
    course.brief(brief)
    invitations = records.invitations(brief)
    allocations = records.allocations(brief)
    anchors = {anchor.student for anchor in records.anchors(brief)}
    students = {receipt.student for receipt in records.receipts(brief)} | anchors
    due = course.review_due(brief)
    has_accounts = course.settings.hub is not None
    lines = []
    for person in course.roster.reviewers_of(brief):
        newest = {sheet.student: sheet for sheet in records.sheets(brief, person.id)}
        drafts = records.drafts(brief, person.id)
        case = caseload(
            person,
            students | newest.keys() | drafts.keys(),
            anchors=anchors,
            allocations=allocations,
            submitted=newest,
        )
        own = [entry for entry in invitations if entry.reviewer == person.id]
        counted = {student: sheet for student, sheet in newest.items() if student in case.own}
        active = _active(newest.values(), drafts.values(), own)
        lines.append(
            ReviewerProgress(
                reviewer=person.id,
                name=person.name,
                state=_state(
                    len(case.own) - len(counted), own, active, due, now, account=has_accounts
                ),
                assigned=len(case.own),
                done=len(counted),
                begun=len((drafts.keys() & case.own) - newest.keys()),
                anchors_done=len(case.anchors & newest.keys()),
                anchors=len(case.anchors),
                minutes=_minutes(counted.values()),
                link=_link(own[-1] if own else None, now, account=has_accounts),
                active=active,
                due=due,
                notes=tuple(
                    Note(code=records.blind_code(brief, student), words=sheet.sheet.note)
                    for student, sheet in sorted(newest.items())
                    if sheet.sheet.note.strip()
                ),
                conflicts=_conflicts(brief, records, person, allocations, newest),
            )
        )
    return tuple(lines)


def without_reviewer(course: Course, brief: str, records: Records) -> tuple[str, ...]:
    """Return the codes of the submissions that nobody is to judge, once any is assigned.

    Raises:
        UnknownName: The course has no such brief.

    """
    course.brief(brief)
    assigned = {one.student for one in records.allocations(brief) if one.state == "assigned"}
    if not assigned:
        return ()
    students = {receipt.student for receipt in records.receipts(brief)}
    students -= assigned | {anchor.student for anchor in records.anchors(brief)}
    students -= {sheet.student for sheet in records.sheets(brief)}
    return tuple(sorted(records.blind_code(brief, student) for student in students))


def _state(  # noqa: PLR0913 (what a state is told by)
    left: int,
    invitations: list[Invitation],
    active: datetime | None,
    due: datetime | None,
    now: datetime,
    *,
    account: bool,
) -> ReviewState:
    if left <= 0:
        return "done"
    if due is not None and due < now:
        return "overdue"
    if active is None:
        is_open = any(one.revoked is None and one.expires > now for one in invitations)
        if not is_open:
            return "waiting" if account else "not invited"
        return "silent" if max(one.at for one in invitations) < now - SILENT else "waiting"
    return "silent" if active < now - SILENT else "working"


def _active(
    sheets: Iterable[SubmittedSheet], drafts: Iterable[Draft], invitations: Iterable[Invitation]
) -> datetime | None:
    signs = [sheet.at for sheet in sheets] + [draft.at for draft in drafts]
    signs += [one.used for one in invitations if one.used is not None]
    return max(signs, default=None)


def _conflicts(
    brief: str,
    records: Records,
    person: Reviewer,
    allocations: Iterable[Allocation],
    newest: dict[str, SubmittedSheet],
) -> tuple[Conflicted, ...]:
    said = dict.fromkeys(person.conflicts, "the roster says so")
    said |= {
        entry.student: entry.detail
        for entry in allocations
        if entry.reviewer == person.id and entry.state == "conflict"
    }
    return tuple(
        Conflicted(code=records.blind_code(brief, student), why=why, judged=student in newest)
        for student, why in sorted(said.items())
    )


def _minutes(sheets: Iterable[SubmittedSheet]) -> float | None:
    spent = [entry.sheet.minutes for entry in sheets if entry.sheet.minutes]
    return median(spent) if spent else None


def _link(newest: Invitation | None, now: datetime, *, account: bool) -> str:
    if newest is None:
        by_account = "none: the account on the hub opens the room"
        return by_account if account else "none yet: practicum room invite"
    if newest.revoked is not None:
        return f"taken back on {newest.revoked:%Y-%m-%d}"
    if newest.expires <= now:
        return f"expired on {newest.expires:%Y-%m-%d}"
    if newest.used is not None:
        return f"used on {newest.used:%Y-%m-%d}"
    return f"not used yet, valid until {newest.expires:%Y-%m-%d}"
