"""Reading what is known of a course: each database is opened once, and only if it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from practicum.gradebook import assignment_released, read_marks
from practicum.marks import Marks
from practicum.records import AuditEntry, Case, Receipt, Records, are_there, cases_of
from practicum.status.stations import Known

if TYPE_CHECKING:
    from practicum.briefs import Brief
    from practicum.course import Course
    from practicum.rubrics import Rubric

__all__ = ["Noted", "look", "submissions"]

NEWS = frozenset({"receive", "assess", "decide", "answer"})


@dataclass(frozen=True)
class Noted:
    """What the records and the gradebook hold of one brief.

    ``reviewers`` have assessed something, ``handed_in`` has who did so through the service of a
    hub. ``released`` and ``news`` hold, by student, when
    feedback was last released, and when a submission, an assessment, a decision or an answer
    last came in.
    """

    published: bool = False
    receipts: Sequence[Receipt] = ()
    cases: Sequence[Case] = ()
    marks: Sequence[Marks] = ()
    reviewers: frozenset[str] = frozenset()
    handed_in: frozenset[str] = frozenset()
    released: dict[str, datetime] = field(default_factory=dict)
    news: dict[str, datetime] = field(default_factory=dict)


def look(course: Course, subjects: Sequence[tuple[Brief, Rubric]]) -> dict[str, Noted]:
    """Return what is noted of each brief; nothing at all where nothing has happened.

    Raises:
        Busy: Another command keeps a database locked.
        BadInput: A database cannot be read.

    """
    marks = read_marks(course, subjects)
    if not are_there(course.records_url):
        return {brief.id: Noted(marks=marks[brief.id]) for brief, _ in subjects}
    noted: dict[str, Noted] = {}
    with Records(course.records_url) as records:
        audit = records.audit()
        for brief, rubric in subjects:
            name = brief.id
            publication = records.publication(name)
            assessments = records.assessments(name)
            noted[name] = Noted(
                published=publication is not None and _is_out(course, name, records),
                handed_in=_handed_in(course, name, records),
                receipts=records.receipts(name),
                cases=cases_of(
                    rubric,
                    assessments,
                    records.decisions(name),
                    gap=course.policies.moderation_gap,
                ),
                marks=marks[name],
                reviewers=frozenset(entry.reviewer for entry in assessments),
                released=_last(audit, name, {"release"}),
                news=_last(audit, name, NEWS),
            )
    return noted


def _is_out(course: Course, brief: str, records: Records) -> bool:
    if course.settings.hub is None:
        return assignment_released(course, brief)
    return records.offer(course.id, brief) is not None


def _handed_in(course: Course, brief: str, records: Records) -> frozenset[str]:
    if course.settings.hub is None:
        return frozenset()
    return frozenset(one.student for one in records.handed_in(course.id, brief))


def submissions(expected: Iterable[str], noted: Noted) -> tuple[Known, ...]:
    """Return what is known of everybody who is expected or has handed in, by student."""
    wanted = set(expected)
    receipts = {receipt.student: receipt for receipt in noted.receipts}
    marks = {entry.student: entry for entry in noted.marks}
    cases: dict[str, list[Case]] = {}
    for case in noted.cases:
        cases.setdefault(case.student, []).append(case)
    return tuple(
        Known(
            student=student,
            expected=student in wanted,
            receipt=receipts.get(student),
            marks=marks.get(student),
            cases=cases.get(student, ()),
            released=student in noted.released,
            news=_newer(noted.news.get(student), noted.released.get(student)),
        )
        for student in sorted(wanted | receipts.keys() | marks.keys())
    )


def _last(audit: Iterable[AuditEntry], brief: str, actions: Iterable[str]) -> dict[str, datetime]:
    wanted = frozenset(actions)
    return {e.student: e.at for e in audit if e.brief == brief and e.action in wanted}


def _newer(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other
