"""Assigning: each submission goes to some reviewers, so that all have about as much to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from statistics import mode

from practicum.course import Course
from practicum.errors import BadInput, NotReady, UnknownName
from practicum.records import Allocation, Records
from practicum.reliability.severity import MIN_SUBMISSIONS
from practicum.review.caseload import barred_from
from practicum.review.sharing import share_out
from practicum.values import Id, Value

__all__ = ["AssignmentReport", "Load", "Short", "assign", "declare_conflict", "reassign"]

OVERLAP = 0.2
"""With one reviewer each, this part of the submissions gets a second one, to be compared."""


class Load(Value):
    """How many submissions a reviewer has, and how many of them came just now."""

    reviewer: Id
    name: str
    assigned: int
    new: int


class Short(Value):
    """A submission that has fewer reviewers than it should, because the others are barred."""

    code: str
    has: int
    wanted: int


class AssignmentReport(Value):
    """What came of an assignment; ``each`` is how many reviewers a submission was to have.

    ``new`` counts the pairs that were added. ``twice`` counts submissions with two reviewers or
    more: from them comes all that can be said of reliability.
    """

    brief: Id
    each: int
    submissions: int
    twice: int
    new: int
    loads: tuple[Load, ...]
    short: tuple[Short, ...]


def assign(  # noqa: PLR0913 (what an instructor may choose)
    course: Course,
    brief: str,
    records: Records,
    *,
    each: int | None = None,
    overlap: int | None = None,
    by: str = "",
) -> AssignmentReport:
    """Give each submission to ``each`` reviewers, evenly; what was given stays.

    Called again, it assigns what has come in since, and fills gaps. Anchors go to nobody: all
    reviewers score them.

    Args:
        course: The course.
        brief: The brief's id.
        records: Its records, open.
        each: How many reviewers a submission gets; as before, or 2, if None.
        overlap: How many submissions get a second reviewer where ``each`` is 1; a fifth of
            them, and at least ten, if None.
        by: The instructor who assigns.

    Raises:
        BadInput: There are fewer reviewers than each submission is to have.
        NotReady: Nothing has come in yet.
        UnknownName: The course has no such brief.

    """
    course.brief(brief)
    reviewers = [person.id for person in course.roster.reviewers_of(brief)]
    each = each or _as_before(records.allocations(brief))
    if not 1 <= each <= len(reviewers):
        message = (
            f"{brief}: {each} reviewers for each submission, but the roster has {len(reviewers)} "
            "for this brief: give a smaller --each, or add reviewers to the roster"
        )
        raise BadInput(message)
    codes = _to_judge(brief, records)
    wanted = _wanted(codes, each, overlap if len(reviewers) > 1 else 0)
    return _give(course, brief, records, codes, wanted, reviewers, by)


def reassign(  # noqa: PLR0913 (from whom, to whom)
    course: Course,
    brief: str,
    records: Records,
    reviewer: str,
    *,
    to: str | None = None,
    by: str = "",
) -> AssignmentReport:
    """Take from a reviewer what is not submitted yet, and give it to others.

    Raises:
        BadInput: It would go back to the same reviewer.
        NotReady: Nothing has been assigned, or has come in.
        UnknownName: The course has no such brief or reviewer.

    """
    course.brief(brief)
    known = [person.id for person in course.roster.reviewers_of(brief)]
    held = records.allocations(brief)
    if reviewer not in {*known, *(entry.reviewer for entry in held)}:
        raise UnknownName("reviewer", reviewer, known)
    if to == reviewer:
        message = f"{reviewer} is to give it away: name somebody else with --to"
        raise BadInput(message)
    if to is not None and to not in known:
        raise UnknownName("reviewer", to, known)
    if not any(entry.state == "assigned" for entry in held):
        message = f"{brief}: nothing is assigned to anybody: run `practicum room assign {brief}`"
        raise NotReady(message)
    codes = _to_judge(brief, records)
    wanted = {student: len(names) for student, names in _given(records, brief, codes).items()}
    done = {entry.student for entry in records.sheets(brief, reviewer)}
    mine = [one for one in held if one.reviewer == reviewer and one.state == "assigned"]
    left = [(one.student, reviewer) for one in mine if one.student not in done]
    records.allocate(brief, left, "withdrawn", by=by, detail="given to somebody else")
    takers = [to] if to else [name for name in known if name != reviewer]
    return _give(course, brief, records, codes, wanted, takers, by)


def declare_conflict(  # noqa: PLR0913, PLR0917 (who, what and why)
    course: Course, brief: str, records: Records, reviewer: str, student: str, why: str, by: str
) -> bool:
    """Bar a reviewer from a submission for good; tell whether that is new.

    Raises:
        UnknownName: The course has no such brief or reviewer.

    """
    course.brief(brief)
    known = [person.id for person in course.roster.reviewers_of(brief)]
    if reviewer not in known:
        raise UnknownName("reviewer", reviewer, known)
    return bool(records.allocate(brief, [(student, reviewer)], "conflict", by=by, detail=why))


def _give(  # noqa: PLR0913, PLR0917 (what both callers have found out)
    course: Course,
    brief: str,
    records: Records,
    codes: Mapping[str, str],
    wanted: Mapping[str, int],
    takers: Sequence[str],
    by: str,
) -> AssignmentReport:
    """Share out what is missing, keep it, and say how it stands then."""
    given = _given(records, brief, codes)
    shares = share_out(wanted, takers, given=given, barred=_barred(course, brief, records))
    pairs = [(student, name) for student, names in shares.items() for name in names]
    new = records.allocate(brief, pairs, "assigned", by=by)
    after = {student: {*given.get(student, ()), *shares.get(student, ())} for student in wanted}
    loads = Counter(name for names in after.values() for name in names)
    added = Counter(name for _, name in pairs)
    return AssignmentReport(
        brief=brief,
        each=mode(wanted.values()),
        submissions=len(codes),
        twice=sum(len(names) > 1 for names in after.values()),
        new=new,
        loads=tuple(
            Load(reviewer=one.id, name=one.name, assigned=loads[one.id], new=added[one.id])
            for one in course.roster.reviewers_of(brief)
        ),
        short=tuple(
            Short(code=code, has=len(after[student]), wanted=wanted[student])
            for code, student in codes.items()
            if student in wanted and len(after[student]) < wanted[student]
        ),
    )


def _as_before(held: Sequence[Allocation]) -> int:
    """Return how many reviewers most submissions were given, or 2 where none was."""
    counts = Counter(entry.student for entry in held if entry.state == "assigned")
    return mode(sorted(counts.values())) if counts else 2


def _to_judge(brief: str, records: Records) -> dict[str, str]:
    """Return the students who have handed in by blind code, without the anchors."""
    anchors = {anchor.student for anchor in records.anchors(brief)}
    students = {receipt.student for receipt in records.receipts(brief)} - anchors
    if not students:
        message = (
            f"{brief}: there is no submission to assign yet: run `practicum collect {brief}` and "
            f"`practicum grade {brief}` first"
        )
        raise NotReady(message)
    # By code: an order that tells nothing, and that is the same each time.
    return dict(sorted((records.blind_code(brief, student), student) for student in students))


def _barred(course: Course, brief: str, records: Records) -> set[tuple[str, str]]:
    """Return the pairs of student and reviewer that must not be."""
    held = records.allocations(brief)
    return {
        (student, person.id)
        for person in course.roster.reviewers_of(brief)
        for student in barred_from(person, held)
    }


def _given(records: Records, brief: str, codes: Mapping[str, str]) -> dict[str, list[str]]:
    """Return who has what: assigned, or submitted without being asked."""
    held = records.allocations(brief)
    barred = {(one.student, one.reviewer) for one in held if one.state == "conflict"}
    pairs = {(one.student, one.reviewer) for one in held if one.state == "assigned"}
    pairs |= {(one.student, one.reviewer) for one in records.sheets(brief)} - barred
    students = set(codes.values())
    given: dict[str, list[str]] = {}
    for student, reviewer in sorted(pairs):
        if student in students:
            given.setdefault(student, []).append(reviewer)
    return given


def _wanted(codes: Mapping[str, str], each: int, overlap: int | None) -> dict[str, int]:
    """Return how many reviewers each student's submission is to have."""
    if each > 1:
        return dict.fromkeys(codes.values(), each)
    if overlap is None:
        overlap = max(MIN_SUBMISSIONS, ceil(OVERLAP * len(codes)))
    return {student: 2 if n < overlap else 1 for n, student in enumerate(codes.values())}
