"""Whose page no longer says what the gradebook and the records say.

A release is noted with two digests, of the page and of what was judged. The second one is
cheap to compute again: no page is made and no notebook is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from practicum.course import Course
from practicum.errors import NotReady
from practicum.gradebook import marks_source
from practicum.marks import Marks
from practicum.records import Case, Receipt, Records
from practicum.release.questions import Thread
from practicum.release.readiness import MarksSource, Noted

__all__ = ["ReleaseDigest", "outdated"]

_DIGITS = 48  # 192 bits: both digests fit the column


def outdated(course: Course, brief: str) -> tuple[str, ...]:
    """Return the students whose mark, comments or judgements changed after their release.

    A new submission counts too, and so does a new answer to a question. What the page shows
    beside that (outputs of a new run with the same marks, the brief's own words) does not:
    ``release`` itself notices it. Neither does a release by a practicum that did not note yet
    what was judged.

    Args:
        course: The course; nothing in it is changed.
        brief: The brief's id.

    Returns:
        The students' ids, sorted.

    Raises:
        UnknownName: The course has no such brief.
        Busy: Another command keeps a database locked.

    """
    with Records(course.records_url) as records:
        noted = Noted.read(course, brief, records)
        releases = records.releases(brief)
    then = {
        student: judged
        for student, release in releases.items()
        if student in noted.receipts and (judged := ReleaseDigest.read(release.digest).judged)
    }
    if not then:
        return ()
    with marks_source(course, brief) as gradebook:
        now = {student: _now(gradebook, noted, student) for student in then}
    return tuple(sorted(student for student in then if then[student] != now[student]))


def _now(gradebook: MarksSource, noted: Noted, student: str) -> str:
    try:
        marks = gradebook.marks(noted.brief, student)
    except NotReady:
        return ""  # it had marks when it was released
    receipt = noted.receipts[student]
    return _judged(marks, noted.judged(student), receipt, noted.answered(student))


@dataclass(frozen=True)
class ReleaseDigest:
    """What a release is noted with: digests of the page, and of what was judged.

    ``judged`` is "" in a note by a practicum that did not keep it yet.
    """

    page: str
    judged: str

    @classmethod
    def of(
        cls,
        page: bytes,
        marks: Marks,
        cases: Sequence[Case],
        receipt: Receipt,
        threads: Sequence[Thread] = (),
    ) -> ReleaseDigest:
        """Return the digests for a page that is released now."""
        # A new submission has a new address in the exchange, even with the same page.
        whole = hashlib.sha256(page + receipt.sha256.encode()).hexdigest()
        return cls(whole, _judged(marks, cases, receipt, threads))

    @classmethod
    def read(cls, noted: str) -> ReleaseDigest:
        """Return the digests from the records."""
        page, _, judged = noted.partition(":")
        return cls(page, judged)

    def __str__(self) -> str:
        return f"{self.page}:{self.judged}"


def _judged(
    marks: Marks, cases: Sequence[Case], receipt: Receipt, threads: Sequence[Thread]
) -> str:
    """Return the digest of marks, comments, levels, words, decisions and answers."""
    said = [marks.model_dump_json(), *(case.model_dump_json() for case in cases), receipt.sha256]
    # Without answers it is the digest of before there were any: those pages stay as they are.
    said += [message.model_dump_json() for thread in threads for message in thread]
    return hashlib.sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()[:_DIGITS]
