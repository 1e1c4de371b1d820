"""Calibration: reviewers score submissions whose levels were agreed on, before all others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from practicum.course import Course
from practicum.errors import InvalidDocument, UnknownName
from practicum.progress import Progress, silent
from practicum.records import Anchor, Assessment, Decision, Records, Sheet, SubmittedSheet
from practicum.reliability import Drift, drift
from practicum.review.applying import MarksReport, apply_marks, criterion_cells
from practicum.review.checking import Checker
from practicum.review.moderation import moment_of_decision
from practicum.review.ports import Gradebook, opened
from practicum.review.rows import Rows, read_rows
from practicum.review.submissions import submissions_of
from practicum.rubrics import Rubric
from practicum.values import Id, Value

__all__ = ["AnchorsReport", "ReviewerCalibration", "calibration_of", "set_anchors"]


class AnchorsReport(Value):
    """The anchors of a brief by blind code, how many of them changed, and the marks after it."""

    brief: Id
    codes: tuple[str, ...]
    changed: int
    marks: MarksReport


class ReviewerCalibration(Value):
    """How far one reviewer is from the agreed levels: at the first try, and at the last one.

    ``scored`` of ``anchors`` were scored; the figures count agreed levels, one for each
    criterion of each anchor. A reviewer sees them after each try, so that only the first
    tells how that reviewer judges unaided.
    """

    reviewer: Id
    name: str
    anchors: int
    scored: int
    first: Drift
    last: Drift

    @property
    def done(self) -> bool:
        """Whether all anchors were scored."""
        return self.scored == self.anchors


def set_anchors(  # noqa: PLR0913 (the last two are for special cases)
    course: Course,
    brief: str,
    file: Path,
    by: str,
    *,
    gradebook: Gradebook | None = None,
    progress: Progress = silent,
) -> AnchorsReport:
    """Make the submissions in a table the brief's only anchors, with their agreed levels.

    The table has the columns submission, criterion, level and words, with a row for each of the
    employer's criteria; the words say why it is that level, and reviewers read them. An
    anchor's agreed levels are also its marks: they are kept as decisions of the instructor's.

    Args:
        course: The course.
        brief: The brief's id.
        file: A CSV or YAML file.
        by: The instructor who sets them.
        gradebook: The gradebook; the course's own one if None.
        progress: Told each mark.

    Raises:
        InvalidDocument: With every problem of the file; nothing was changed.
        NotReady: The brief is not published.
        UnknownName: The course has no such brief or instructor.
        Busy: Another command is at work on the course.

    """
    rubric = course.rubric(brief)
    instructors = [one.id for one in course.roster.instructors]
    if by not in instructors:
        raise UnknownName("instructor", by, instructors)
    rows = read_rows(file)
    with (
        opened(course, gradebook, to_write=True) as book,
        Records(course.records_url) as records,
    ):
        criterion_cells(book, brief, rubric)
        submissions = submissions_of(course, brief, records, book)
        checker = Checker(
            course, rubric, submissions, reviewer=by, at=datetime.now(UTC), agreed=True
        )
        agreed = checker.assessments(rows)
        _check_whole(rubric, agreed, rows)
        if rows.problems:
            raise InvalidDocument(sorted(rows.problems))
        changed = records.set_anchors(brief, _by_student(agreed), by)
        _decide(records, brief, agreed, by)
        marks = apply_marks(course, book, records, brief, progress=progress)
        students = {one.student for one in agreed}
        codes = tuple(sorted(records.blind_code(brief, student) for student in students))
    return AnchorsReport(brief=brief, codes=codes, changed=changed, marks=marks)


def calibration_of(course: Course, brief: str) -> tuple[ReviewerCalibration, ...]:
    """Return how far each reviewer of a brief is from its anchors; nothing if it has none.

    Raises:
        UnknownName: The course has no such brief.

    """
    course.brief(brief)
    with Records(course.records_url) as records:
        anchors = records.anchors(brief)
        sheets = records.sheets(brief)
    if not anchors:
        return ()
    return tuple(
        _calibration(reviewer.id, reviewer.name, anchors, sheets)
        for reviewer in course.roster.reviewers_of(brief)
    )


def _calibration(
    reviewer: str, name: str, anchors: tuple[Anchor, ...], sheets: tuple[SubmittedSheet, ...]
) -> ReviewerCalibration:
    tries: dict[str, list[Sheet]] = {anchor.student: [] for anchor in anchors}
    for entry in sheets:
        if entry.reviewer == reviewer and entry.student in tries:
            tries[entry.student].append(entry.sheet)
    agreed = {
        (anchor.student, name): float(level)
        for anchor in anchors
        for name, level in anchor.levels.items()
    }
    return ReviewerCalibration(
        reviewer=reviewer,
        name=name,
        anchors=len(anchors),
        scored=sum(bool(own) for own in tries.values()),
        first=drift(agreed, _levels({who: own[0] for who, own in tries.items() if own})),
        last=drift(agreed, _levels({who: own[-1] for who, own in tries.items() if own})),
    )


def _levels(sheets: dict[str, Sheet]) -> dict[tuple[str, str], float]:
    return {
        (student, name): float(level)
        for student, sheet in sheets.items()
        for name, level in sheet.levels.items()
    }


def _by_student(
    agreed: Iterable[Assessment],
) -> list[tuple[str, dict[str, int], dict[str, str]]]:
    """Return the levels and the words of each anchor, by criterion."""
    found: dict[str, tuple[dict[str, int], dict[str, str]]] = {}
    for one in agreed:
        levels, words = found.setdefault(one.student, ({}, {}))
        levels[one.criterion], words[one.criterion] = one.level, one.words
    return [(student, *both) for student, both in found.items()]


def _check_whole(rubric: Rubric, agreed: Iterable[Assessment], rows: Rows) -> None:
    """Note the anchors that lack a criterion, or say of one not why it is that level."""
    wanted = {criterion.id for criterion in rubric.rated_by("employer")}
    found: dict[str, set[str]] = {}
    for one in agreed:
        found.setdefault(one.student, set()).add(one.criterion)
    if rows.problems:
        return  # what is missing may be what is wrong
    for row, one in zip(rows.rows, agreed, strict=True):
        if not one.words:
            what = f"{one.criterion} of {row['submission']} has no words"
            rows.say(row.line, what, "write why it is that level: reviewers read it")
        missing = wanted - found.pop(one.student, wanted)
        if missing:
            what = f"{row['submission']} lacks {', '.join(sorted(missing))}"
            rows.say(row.line, what, "add a row for each of the employer's criteria")
    if not rows.rows:
        rows.say(1, "there is no anchor", "add rows, as `practicum room anchors --template` does")


def _decide(records: Records, brief: str, agreed: Iterable[Assessment], by: str) -> None:
    """Keep the agreed levels as decisions, so that they are the anchors' marks."""
    held = {(one.student, one.criterion): one for one in records.decisions(brief)}
    for one in agreed:
        before = held.get((one.student, one.criterion))
        if before is not None and (before.level, before.reason) == (one.level, one.words):
            continue
        at = moment_of_decision(records, brief, one.student)
        records.decide(
            Decision(
                brief=brief,
                student=one.student,
                criterion=one.criterion,
                level=one.level,
                reason=one.words,
                by=by,
                at=at,
            )
        )
