"""How far the reviewers of a brief are: for the instructor, who may see names."""

from __future__ import annotations

from datetime import datetime
from statistics import median

from practicum.course import Course
from practicum.records import Invitation, Records, SubmittedSheet
from practicum.values import Value

__all__ = ["Note", "ReviewerProgress", "reviewers_progress"]


class Note(Value):
    """A reviewer's private note to the instructor about one submission."""

    code: str
    words: str


class ReviewerProgress(Value):
    """What one reviewer has done; ``minutes`` is the median of the time for a submission."""

    reviewer: str
    name: str
    done: int
    begun: int
    minutes: float | None
    link: str
    notes: tuple[Note, ...]


def reviewers_progress(
    course: Course, brief: str, records: Records, now: datetime
) -> tuple[ReviewerProgress, ...]:
    """Return what each reviewer of a brief has done in the review room.

    Raises:
        UnknownName: The course has no such brief.

    """
    course.brief(brief)
    invitations = records.invitations(brief)
    lines = []
    for person in course.roster.reviewers_of(brief):
        newest = {sheet.student: sheet for sheet in records.sheets(brief, person.id)}
        own = [entry for entry in invitations if entry.reviewer == person.id]
        begun = records.drafted(brief, person.id) - newest.keys()
        lines.append(
            ReviewerProgress(
                reviewer=person.id,
                name=person.name,
                done=len(newest),
                begun=len(begun),
                minutes=_minutes(list(newest.values())),
                link=_link(own[-1] if own else None, now),
                notes=tuple(
                    Note(code=records.blind_code(brief, student), words=sheet.sheet.note)
                    for student, sheet in sorted(newest.items())
                    if sheet.sheet.note.strip()
                ),
            )
        )
    return tuple(lines)


def _minutes(sheets: list[SubmittedSheet]) -> float | None:
    spent = [entry.sheet.minutes for entry in sheets if entry.sheet.minutes]
    return median(spent) if spent else None


def _link(newest: Invitation | None, now: datetime) -> str:
    if newest is None:
        return "none yet: practicum room invite"
    if newest.revoked is not None:
        return f"taken back on {newest.revoked:%Y-%m-%d}"
    if newest.expires <= now:
        return f"expired on {newest.expires:%Y-%m-%d}"
    if newest.used is not None:
        return f"used on {newest.used:%Y-%m-%d}"
    return f"not used yet, valid until {newest.expires:%Y-%m-%d}"
