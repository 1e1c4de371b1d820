"""What a reviewer may see and do in the review room: every call is about one guest's own brief.

A guest names a submission by its blind code; one that is not of the guest's brief, not graded,
or not the guest's to judge does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from practicum.course import Course
from practicum.errors import AnchorsFirst, BadInput, Conflict, IncompleteSheet
from practicum.records import (
    MAX_WORDS,
    Anchor,
    Assessment,
    Draft,
    Guest,
    Records,
    Sheet,
    SubmittedSheet,
    normal_code,
)
from practicum.review.assessing import moment_of_review
from practicum.review.caseload import Caseload, caseload
from practicum.review.correspondence import Correspondence
from practicum.values import Value

__all__ = ["Desk", "Line"]


MOST_SENT = 200
"""Sheets of one reviewer about one submission: all are kept, so that a program is stopped."""

SheetState = Literal["new", "draft", "submitted"]


class Line(Value):
    """A submission in the queue: its code and how far the guest is with it.

    ``locked`` ones wait until the anchors are scored; ``unsent`` ones were submitted and have
    been changed since.
    """

    code: str
    state: SheetState
    kind: Literal["anchor", "submission"] = "submission"
    locked: bool = False
    unsent: bool = False


class Desk:
    """One guest's desk: the queue, the drafts, and handing in. It holds no other brief.

    A desk is for one request: what it has read from the records it does not read again.

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

    @property
    def brief(self) -> str:
        """The brief that this desk is about."""
        return self._guest.brief

    @cached_property
    def _anchors(self) -> dict[str, Anchor]:
        return {anchor.student: anchor for anchor in self._records.anchors(self.brief)}

    @cached_property
    def _sheets(self) -> dict[str, list[SubmittedSheet]]:
        """What the guest has submitted, by student, oldest first."""
        found: dict[str, list[SubmittedSheet]] = {}
        for entry in self._records.sheets(self.brief, self._guest.reviewer):
            found.setdefault(entry.student, []).append(entry)
        return found

    @cached_property
    def _case(self) -> Caseload:
        if self._reviewer is None:
            return Caseload(frozenset(), frozenset(), frozenset())
        return caseload(
            self._reviewer,
            self._shown.values(),
            anchors=self._anchors,
            allocations=self._records.allocations(self.brief),
            submitted=self._sheets,
        )

    @property
    def anchors(self) -> tuple[int, int]:
        """How many anchors the guest has scored, and how many there are."""
        return len(self._case.anchors & self._sheets.keys()), len(self._case.anchors)

    def _is_locked(self, student: str) -> bool:
        """Whether anchors come first; what was submitted before there were any stays open."""
        done, there = self.anchors
        return done < there and student in self._case.own and student not in self._sheets

    def queue(self) -> tuple[Line, ...]:
        """Return the submissions in an order that tells nothing, by code, the anchors first."""
        drafts = self._records.drafts(self.brief, self._guest.reviewer)
        lines = [
            self._line(code, student, drafts.get(student))
            for code, student in sorted(self._shown.items())
            if student in self._case
        ]
        return tuple(sorted(lines, key=lambda line: line.kind != "anchor"))

    def _line(self, code: str, student: str, draft: Draft | None) -> Line:
        return Line(
            code=code,
            state=self._state(student, draft),
            kind="anchor" if student in self._case.anchors else "submission",
            locked=self._is_locked(student),
            unsent=self._is_unsent(student, draft),
        )

    def _state(self, student: str, draft: Draft | None) -> SheetState:
        if student in self._sheets:
            return "submitted"
        return "draft" if draft else "new"

    def _is_unsent(self, student: str, draft: Draft | None) -> bool:
        sent = self._sheets.get(student)
        if not sent or draft is None or self.is_closed(student):
            return False
        before, after = (
            sheet.model_dump(exclude={"minutes"}) for sheet in (sent[-1].sheet, draft.sheet)
        )
        return before != after

    @property
    def is_over(self) -> bool:
        """Whether all that the guest was to judge has been released, so that all is closed."""
        return bool(self._case.own) and all(map(self.is_closed, self._case.own))

    def about(self) -> dict[str, Any]:
        """Return brief, criteria and reviewer as plain data, and nothing of students or marks."""
        brief = self._course.brief(self.brief)
        rubric = self._course.rubric(self.brief)
        done, there = self.anchors
        due = self._course.review_due(self.brief)
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
            "contacts": [
                {"name": person.name, "email": person.email or ""}
                for person in self._course.roster.instructors
            ],
            "reviewer": {"name": self._reviewer.name if self._reviewer else ""},
            "language": self._course.settings.language,
            "due": due.isoformat() if due else None,
            "closed": self.is_over,
            "calibration": {"done": done, "all": there} if there else None,
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
        """Return whose submission a code means, or None if the guest may not see it.

        Raises:
            AnchorsFirst: The guest may see it once the anchors are scored.

        """
        student = self._shown.get(normal_code(code))
        if student is None or student not in self._case:
            return None
        if self._is_locked(student):
            done, there = self.anchors
            message = f"the warm-up comes before this one: {there - done} of {there} are left"
            raise AnchorsFirst(message)
        return student

    def draft(self, student: str) -> Draft | None:
        """Return what the guest is writing about a submission."""
        return self._records.draft(self.brief, student, self._guest.reviewer)

    def state(self, student: str) -> dict[str, Any]:
        """Return the guest's sheet about a submission, as the page shows it."""
        draft, sent = self.draft(student), self._sheets.get(student, [])
        return {
            "sheet": (draft.sheet if draft else Sheet()).model_dump(),
            "revision": draft.revision if draft else 0,
            "state": self._state(student, draft),
            "kind": "anchor" if student in self._case.anchors else "submission",
            "closed": self.is_closed(student),
            "unsent": self._is_unsent(student, draft),
            "history": [entry.at.isoformat() for entry in sent],
        } | self._compared(student, sent)

    def _compared(self, student: str, sent: list[SubmittedSheet]) -> dict[str, Any]:
        """Return what was agreed on for an anchor, but only to who has scored it."""
        if student not in self._case.anchors or not sent:
            return {"agreed": None, "agreed_by": "", "attempts": []}
        anchor = self._anchors[student]
        names = {person.id: person.name for person in self._course.roster.instructors}
        return {
            "agreed_by": names.get(anchor.by, ""),
            "agreed": {
                name: {"level": level, "words": anchor.words.get(name, "")}
                for name, level in anchor.levels.items()
            },
            "attempts": [
                {"at": entry.at.isoformat(), "levels": entry.sheet.levels} for entry in sent
            ],
        }

    def is_closed(self, student: str) -> bool:
        """Whether nothing is changed any more, because the student has been given feedback.

        An anchor is never closed: what is said of it goes to nobody.
        """
        if student in self._case.anchors:
            return False
        return student in self._released

    @cached_property
    def _released(self) -> frozenset[str]:
        return frozenset(self._records.releases(self.brief))

    def save(self, student: str, sheet: Sheet, revision: int) -> Draft:
        """Save a draft.

        Raises:
            BadInput: It speaks of a criterion that is not the guest's to judge.
            Conflict: Another window has saved since.

        """
        known = {c.id for c in self._course.rubric(self.brief).rated_by("employer")}
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

        Those of an anchor do not: they are compared with what was agreed on, and mark nobody.

        Raises:
            BadInput: See ``save``; or feedback was released, so that nothing can be changed; or
                it was sent more often than anybody would.
            IncompleteSheet: A criterion has no level.
            Conflict: See ``save``.

        """
        if self.is_closed(student):
            message = "feedback for this submission was given out: it cannot be changed any more"
            raise BadInput(message)
        if len(self._sheets.get(student, ())) >= MOST_SENT:
            message = f"this was sent {MOST_SENT} times: write to the instructor what is to change"
            raise BadInput(message)
        criteria = self._course.rubric(self.brief).rated_by("employer")
        missing = [c for c in criteria if c.id not in sheet.levels]
        if missing:
            raise IncompleteSheet(tuple(c.id for c in missing), tuple(c.title for c in missing))
        words = _words(sheet, tuple(c.id for c in criteria))
        draft = self.save(student, sheet, revision)
        brief, reviewer = self.brief, self._guest.reviewer
        if student not in self._case.anchors:
            at = moment_of_review(self._records, brief)
            # First what counts: if this is cut off, the reviewer was told nothing, and sends again.
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
        self._forget()
        return draft

    @property
    def correspondence(self) -> Correspondence:
        """The students' questions that are the guest's to answer.

        Raises:
            BadInput: The guest is no reviewer of the brief any more.

        """
        if self._reviewer is None:
            message = "there are no questions for you"
            raise BadInput(message)
        return Correspondence(self._course, self.brief, self._records, self._reviewer)

    def decline(self, student: str, why: str) -> None:
        """Give a submission back for good: a conflict of interest, or somebody recognised.

        What was submitted about it stays until the instructor decides.

        Raises:
            BadInput: It is an anchor, which nobody gets around; or it is closed.

        """
        if student in self._case.anchors:
            message = "the warm-up marks nobody, and everybody does it: judge it as you can"
            raise BadInput(message)
        if self.is_closed(student):
            message = "feedback for this submission was given out: write to the instructor"
            raise BadInput(message)
        reviewer = self._guest.reviewer
        pair = [(student, reviewer)]
        self._records.allocate(self.brief, pair, "conflict", by=reviewer, detail=why)
        self._forget()

    def _forget(self) -> None:
        """Read anew what this desk has changed."""
        for name in ("_sheets", "_case"):
            self.__dict__.pop(name, None)


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
