"""Taking in employers' assessments: the template that they fill in, and the way back."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from practicum.course import Course
from practicum.errors import BadInput, InvalidDocument, UnknownName
from practicum.problems import Problem
from practicum.progress import Progress, Step, silent
from practicum.records import Assessment, Records
from practicum.review.applying import MarksReport, apply_marks, criterion_cells
from practicum.review.checking import Checker
from practicum.review.ports import Gradebook, opened
from practicum.review.rows import Rows, read_rows
from practicum.review.submissions import submissions_of
from practicum.rubrics import Criterion
from practicum.values import Value

__all__ = [
    "ReviewReport",
    "TemplateRow",
    "moment_of_review",
    "review",
    "rows_for",
    "template",
    "template_csv",
    "write_template",
]

TICK = timedelta(microseconds=1)


class TemplateRow(Value):
    """One row for an employer to fill in: ``level`` (0 to 4) and ``words`` are empty."""

    submission: str
    criterion: str
    level: str = ""
    words: str = ""


class ReviewReport(Value):
    """What came of a file of assessments.

    ``added`` assessments are new or say something new; ``unchanged`` were there already.
    ``silent`` are the brief's reviewers who have not assessed anything yet: a release need
    not wait for them, but their words would come too late.
    """

    brief: str
    file: str
    added: int
    unchanged: int
    marks: MarksReport
    silent: tuple[str, ...] = ()


def template(
    course: Course,
    brief: str,
    only: Collection[str] = (),
    *,
    gradebook: Gradebook | None = None,
) -> tuple[TemplateRow, ...]:
    """Return the rows that an employer fills in: blind codes, and what the employer rates.

    Args:
        course: The course.
        brief: The brief's id.
        only: The submissions that are wanted, by blind code or student; all if none.
        gradebook: The gradebook; the course's own one if None.

    Raises:
        UnknownName: The course has no such brief, or it has no such submission.

    """
    criteria = course.rubric(brief).rated_by("employer")
    with (
        Records(course.records_url) as records,
        opened(course, gradebook, to_write=False) as book,
    ):
        submissions = submissions_of(course, brief, records, book)
    coded = submissions.coded
    wanted = {submissions.student(name): name for name in only}
    for student, name in wanted.items():
        if student not in submissions.students:
            raise UnknownName("submission", name, (*coded, *submissions.students))
    return rows_for([code for code, who in coded.items() if not wanted or who in wanted], criteria)


def rows_for(codes: Iterable[str], criteria: Iterable[Criterion]) -> tuple[TemplateRow, ...]:
    """Return an empty row for each criterion of each submission."""
    wanted = tuple(criteria)
    return tuple(
        TemplateRow(submission=code, criterion=criterion.id)
        for code in codes
        for criterion in wanted
    )


def template_csv(rows: Iterable[TemplateRow]) -> bytes:
    """Return a template as CSV for spreadsheets."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(TemplateRow.model_fields))
    writer.writeheader()
    writer.writerows(row.model_dump() for row in rows)
    return text.getvalue().encode("utf-8-sig")  # so that spreadsheets see UTF-8


def write_template(rows: tuple[TemplateRow, ...], file: Path) -> bool:
    """Write a template as CSV for spreadsheets; return False if it is there already.

    Raises:
        BadInput: The file exists and is not this template (somebody may have filled it in),
            or cannot be written.

    """
    content = template_csv(rows)
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        if file.is_file() and file.read_bytes() == content:
            return False
        message = f"{file}: exists already, maybe filled in: give another name, or remove it"
        raise BadInput(message) from None
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}): check the path and its rights"
        raise BadInput(message) from None
    return True


def review(  # noqa: PLR0913 (the last three are for special cases)
    course: Course,
    brief: str,
    file: Path,
    *,
    reviewer: str | None = None,
    gradebook: Gradebook | None = None,
    progress: Progress = silent,
) -> ReviewReport:
    """Take in a file of assessments and bring the marks up to date; all of it, or nothing.

    Args:
        course: The course.
        brief: The brief's id.
        file: A CSV or YAML file; columns reviewer, submission (blind code or student id),
            criterion, level (0 to 4), words.
        reviewer: Whose assessments these are, for a file without the column reviewer.
        gradebook: The gradebook; the course's own one if None.
        progress: Told each mark.

    Raises:
        InvalidDocument: With every problem of the file; nothing was kept.
        NotReady: The brief is not published.
        UnknownName: The course has no such brief, or nobody called ``reviewer``.
        Busy: Another command is at work on the course.

    """
    rubric = course.rubric(brief)
    _check_reviewer(course, reviewer)
    rows = read_rows(file)
    _check_filled_in(file, rows)
    progress(Step(f"read {file.name}", len(rows.rows), len(rows.rows)))
    with (
        opened(course, gradebook, to_write=True) as book,
        Records(course.records_url) as records,
    ):
        criterion_cells(book, brief, rubric)
        checker = Checker(
            course,
            rubric,
            submissions_of(course, brief, records, book),
            reviewer=reviewer,
            at=moment_of_review(records, brief),
        )
        assessments: tuple[Assessment, ...] = checker.assessments(rows)
        if rows.problems:
            raise InvalidDocument(sorted(rows.problems))
        added = sum(records.assess_all(assessments))
        marks = apply_marks(course, book, records, brief, progress=progress)
        heard = {assessment.reviewer for assessment in records.assessments(brief)}
    return ReviewReport(
        brief=brief,
        file=str(file),
        added=added,
        unchanged=len(assessments) - added,
        marks=marks,
        silent=tuple(r.id for r in course.roster.reviewers_of(brief) if r.id not in heard),
    )


def _check_filled_in(file: Path, rows: Rows) -> None:
    """Refuse a template as it was sent out, with one problem instead of one for each row."""
    if len(rows.rows) > 1 and not rows.problems and not any(row["level"] for row in rows.rows):
        what = "no level is filled in"
        fix = "write 0, 1, 2, 3 or 4 into the column level"
        raise InvalidDocument([Problem(file, rows.rows[0].line, what, fix)])


def _check_reviewer(course: Course, reviewer: str | None) -> None:
    people = {person.id for person in course.roster.reviewers}
    people.update(person.id for person in course.roster.instructors)
    if reviewer is not None and reviewer not in people:
        raise UnknownName("reviewer", reviewer, people)


def moment_of_review(records: Records, brief: str) -> datetime:
    """Return the time, but after every decision, even if the clock was set back since."""
    decided = [decision.at + TICK for decision in records.decisions(brief)]
    return max([datetime.now(UTC), *decided])
