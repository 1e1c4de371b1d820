"""What a reviewer may see and do in the review room: every call is about one guest's own brief.

A guest names a submission by its blind code; one that is not of the guest's brief, or not
graded, does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from practicum.course import Course
from practicum.errors import BadInput, Conflict, IncompleteSheet
from practicum.records import MAX_WORDS, Assessment, Draft, Guest, Records, Sheet, normal_code
from practicum.review.assessing import moment_of_review
from practicum.values import Value

__all__ = ["Desk", "Line"]


class Line(Value):
    """A submission in the queue: its code and how far the guest is with it."""

    code: str
    state: str


class Desk:
    """One guest's desk: the queue, the drafts, and handing in. It holds no other brief.

    Args:
        course: The course.
        records: Its records, open.
        guest: Who asks; nothing else says who somebody is.
        shown: The students of the codes that have a page.

    """

    def __init__(
        self, course: Course, records: Records, guest: Guest, shown: Mapping[str, str]
    ) -> None:
        self._course, self._records, self._guest, self._shown = course, records, guest, shown
        self._reviewer = next(
            (r for r in course.roster.reviewers_of(guest.brief) if r.id == guest.reviewer), None
        )

    @property
    def is_known(self) -> bool:
        """Whether the roster still names the guest as a reviewer of the brief."""
        return self._reviewer is not None

    def queue(self) -> tuple[Line, ...]:
        """Return the submissions in an order of the guest's own, by code, with their states."""
        brief, reviewer = self._guest.brief, self._guest.reviewer
        done = {entry.student for entry in self._records.sheets(brief, reviewer)}
        begun = self._records.drafted(brief, reviewer)
        return tuple(
            Line(code=code, state=_state(student, done, begun))
            for code, student in sorted(self._shown.items())
        )

    def about(self) -> dict[str, Any]:
        """Return brief, criteria and reviewer as plain data, and nothing of students or marks."""
        brief = self._course.brief(self._guest.brief)
        rubric = self._course.rubric(self._guest.brief)
        return {
            "brief": {
                "id": brief.id,
                "title": brief.title,
                "question": brief.question,
                "situation": brief.situation,
                "employer": brief.employer.name,
                "deliverables": [
                    {"title": d.title, "acceptance": d.acceptance} for d in brief.deliverables
                ],
            },
            "reviewer": {"name": self._reviewer.name if self._reviewer else ""},
            "criteria": [
                {
                    "id": c.id,
                    "title": c.title,
                    "question": c.question,
                    "levels": {str(level): words for level, words in c.levels.items()},
                }
                for c in rubric.rated_by("employer")
            ],
        }

    def student(self, code: str) -> str | None:
        """Return whose submission a code means, or None if the guest may not see it."""
        return self._shown.get(normal_code(code)) if self.is_known else None

    def draft(self, student: str) -> Draft | None:
        """Return what the guest is writing about a submission."""
        return self._records.draft(self._guest.brief, student, self._guest.reviewer)

    def submitted(self, student: str) -> tuple[datetime, ...]:
        """Return when the guest has submitted a sheet about a submission, oldest first."""
        entries = self._records.sheets(self._guest.brief, self._guest.reviewer)
        return tuple(entry.at for entry in entries if entry.student == student)

    def is_closed(self, student: str) -> bool:
        """Whether the student has been given feedback, so that nothing is changed any more."""
        return self._records.release_of(self._guest.brief, student) is not None

    def save(self, student: str, sheet: Sheet, revision: int) -> Draft:
        """Save a draft.

        Raises:
            BadInput: It speaks of a criterion that is not the guest's to judge.
            Conflict: Another window has saved since.

        """
        known = {c.id for c in self._course.rubric(self._guest.brief).rated_by("employer")}
        unknown = (sheet.levels.keys() | sheet.words.keys()) - known
        if unknown:
            message = f"there is no criterion {min(unknown)!r} to judge"
            raise BadInput(message)
        guest = self._guest
        draft = self._records.save_draft(guest.brief, student, guest.reviewer, sheet, revision)
        if draft is None:
            message = "this submission was changed in another window; both texts are shown"
            raise Conflict(message)
        return draft

    def submit(self, student: str, sheet: Sheet, revision: int) -> Draft:
        """Save a sheet and submit it: its levels and words become assessments.

        Raises:
            BadInput: See ``save``; or feedback was released, so that nothing can be changed.
            IncompleteSheet: A criterion has no level.
            Conflict: See ``save``.

        """
        if self.is_closed(student):
            message = "feedback for this submission was given out: it cannot be changed any more"
            raise BadInput(message)
        criteria = self._course.rubric(self._guest.brief).rated_by("employer")
        missing = [c for c in criteria if c.id not in sheet.levels]
        if missing:
            raise IncompleteSheet(tuple(c.id for c in missing), tuple(c.title for c in missing))
        words = _words(sheet, tuple(c.id for c in criteria))
        draft = self.save(student, sheet, revision)
        brief, reviewer = self._guest.brief, self._guest.reviewer
        at = moment_of_review(self._records, brief)
        # First what counts: if this is cut off, the reviewer was told nothing, and sends it again.
        self._records.assess_all(
            Assessment(
                brief=brief,
                student=student,
                criterion=c.id,
                reviewer=reviewer,
                level=sheet.levels[c.id],
                words=words[c.id],
                at=at,
            )
            for c in criteria
        )
        self._records.submit_sheet(brief, student, reviewer, sheet)
        return draft


def _words(sheet: Sheet, criteria: tuple[str, ...]) -> dict[str, str]:
    """Return the words by criterion; those on the whole stand with the last one.

    nbgrader's gradebook has a comment for each criterion, and none for the whole.

    Raises:
        BadInput: Both together are too long.

    """
    words = {name: sheet.words.get(name, "") for name in criteria}
    if sheet.overall.strip():
        last = criteria[-1]
        words[last] = "\n\n".join(filter(None, [words[last], f"All in all: {sheet.overall}"]))
        if len(words[last]) > MAX_WORDS:
            message = (
                f"your words on the whole are too long: {MAX_WORDS:,} characters with {last!r}"
            )
            raise BadInput(message)
    return words


def _state(student: str, done: set[str], begun: frozenset[str]) -> str:
    if student in done:
        return "submitted"
    return "draft" if student in begun else "new"
