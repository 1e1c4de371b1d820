"""Moderation: an instructor decides where reviewers are far apart."""

from __future__ import annotations

from datetime import UTC, datetime

from practicum.course import Course
from practicum.errors import BadInput, UnknownName
from practicum.progress import Progress, silent
from practicum.records import MAX_WORDS, Case, Decision, Records, cases_of, plain
from practicum.review.applying import MarksReport, apply_marks, criterion_cells
from practicum.review.ports import Gradebook, opened
from practicum.review.submissions import submissions_of
from practicum.rubrics import Rubric
from practicum.rubrics.rubric import TOP_LEVEL
from practicum.values import Value

__all__ = ["ModerationReport", "moderate", "moment_of_decision", "pending"]


class ModerationReport(Value):
    """A case after the decision, whether it is a new one, and what became of the marks."""

    case: Case
    new: bool
    marks: MarksReport


def pending(course: Course, brief: str | None = None) -> tuple[Case, ...]:
    """Return the cases that an instructor should look at, of one brief or of all.

    Raises:
        UnknownName: The course has no such brief.

    """
    with Records(course.records_url) as records:
        return tuple(
            case
            for name in (course.brief_names if brief is None else (brief,))
            for case in _cases(course, records, course.rubric(name), name)
            if case.pending
        )


def moderate(  # noqa: PLR0913, PLR0917 (what a decision consists of)
    course: Course,
    brief: str,
    student: str,
    criterion: str,
    level: int,
    reason: str,
    by: str,
    *,
    gradebook: Gradebook | None = None,
    progress: Progress = silent,
) -> ModerationReport:
    """Decide the level of one criterion of one submission, and mark it.

    The same decision again changes nothing, unless a reviewer has said something new since.

    Args:
        course: The course.
        brief: The brief's id.
        student: The student's id or the submission's blind code.
        criterion: The criterion's id.
        level: 0 to 4.
        reason: Why; the student reads it.
        by: The id of the instructor who decides.
        gradebook: The gradebook; the course's own one if None.
        progress: Told each mark.

    Raises:
        UnknownName: There is no such brief, submission, criterion or instructor.
        BadInput: The level is none, the reason is empty, or nobody has assessed it yet.
        NotReady: The brief is not published.
        Busy: Another command is at work on the course.

    """
    rubric = course.rubric(brief)
    _check(course, rubric, criterion, level, by)
    reason = _reason(reason)
    with (
        opened(course, gradebook, to_write=True) as book,
        Records(course.records_url) as records,
    ):
        criterion_cells(book, brief, rubric)
        submissions = submissions_of(course, brief, records, book)
        who = submissions.student(student)
        if who is None:
            raise UnknownName("submission", student, (*submissions.coded, *submissions.students))
        case = _case(_cases(course, records, rubric, brief, who), criterion)
        if case is None:
            raise BadInput(
                f"{brief}: nobody has assessed {criterion} of {student!r} yet: "
                f"take assessments in with `practicum review {brief} FILE`"
            )
        decision = Decision(
            brief=brief,
            student=who,
            criterion=criterion,
            level=level,
            reason=reason,
            by=by,
            at=moment_of_decision(records, brief, who),
        )
        new = case.state != "decided" or not _same(case.decision, decision)
        if new:
            records.decide(decision)
        marks = apply_marks(course, book, records, brief, progress=progress)
        case = _case(_cases(course, records, rubric, brief, who), criterion) or case
    return ModerationReport(case=case, new=new, marks=marks)


def _check(course: Course, rubric: Rubric, criterion: str, level: int, by: str) -> None:
    instructors = [instructor.id for instructor in course.roster.instructors]
    if by not in instructors:
        raise UnknownName("instructor", by, instructors)
    if rubric.criterion(criterion) is None:
        raise UnknownName("criterion", criterion, (known.id for known in rubric.criteria))
    if level not in range(TOP_LEVEL + 1):
        message = f"level is {level!r}: give a whole level from 0 to {TOP_LEVEL}"
        raise BadInput(message)


def _reason(reason: str) -> str:
    clean = plain(reason).strip()
    if not clean:
        message = "the reason is empty: say why with --reason; the student reads it"
        raise BadInput(message)
    if len(clean) > MAX_WORDS:
        message = f"the reason has {len(clean):,} characters: keep it to {MAX_WORDS:,}"
        raise BadInput(message)
    return clean


def _cases(
    course: Course, records: Records, rubric: Rubric, brief: str, student: str | None = None
) -> tuple[Case, ...]:
    return cases_of(
        rubric,
        records.assessments(brief, student),
        records.decisions(brief, student),
        gap=course.policies.moderation_gap,
    )


def _case(cases: tuple[Case, ...], criterion: str) -> Case | None:
    return next((case for case in cases if case.criterion == criterion), None)


def moment_of_decision(records: Records, brief: str, student: str) -> datetime:
    """Return the time, but not before what was assessed, even if the clock was set back."""
    assessed = [assessment.at for assessment in records.assessments(brief, student)]
    return max([datetime.now(UTC), *assessed])


def _same(one: Decision | None, other: Decision) -> bool:
    return one is not None and one.model_dump(exclude={"at"}) == other.model_dump(exclude={"at"})
