"""When submissions were received, as the server that received them says."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from practicum.collect.names import shown
from practicum.collect.people import People
from practicum.course import Course
from practicum.errors import BadInput, InvalidDocument
from practicum.problems import Problem

__all__ = ["Receipts", "moment", "read_receipts"]

MAX_BYTES = 10_000_000


COLUMNS = {
    "student": "student",
    "lms_id": "lms_id",
    "id number": "lms_id",
    "name": "name",
    "full name": "name",
    "participant": "participant",
    "identifier": "participant",
    "received_at": "received_at",
    "last modified (submission)": "worksheet",
}
"""The names of columns in small letters: ours, and those of Moodle's grading worksheet."""
WORKSHEET = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p")
"""How Moodle writes a time in English."""


@dataclass(frozen=True)
class Receipts:
    """The receipt time (UTC) of each student, and the names that nobody in the roster has.

    ``numbers`` says whose each number of Moodle's folders is, where the file has them.
    """

    at: Mapping[str, datetime] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)


def moment(text: str, course: Course) -> datetime:
    """Return an ISO 8601 time in UTC; without a zone it is in the course's.

    Raises:
        BadInput: It is no such time.

    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = None
    if at is None or len(text.strip()) <= len("2027-02-01"):
        message = f"{text[:40]!r} is no time: write it as 2027-02-01T23:59:00+01:00"
        raise BadInput(message)
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(course.settings.timezone))
    try:
        return at.astimezone(UTC)
    except OverflowError:
        message = f"{text[:40]!r} is no time that a calendar has: correct the year"
        raise BadInput(message) from None


def read_receipts(file: Path, course: Course) -> Receipts:
    """Read a CSV file that says who handed in, and when.

    A student is named by the columns ``student``, ``lms_id`` or ``name``; the time is in
    ``received_at``. Moodle's grading worksheet is read as it is. A name that nobody has is
    kept in ``unknown``; one that several have needs another column.

    Raises:
        InvalidDocument: With every problem that was found, each with its line.

    """
    lines = _lines(file)
    reader = csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")
    columns = {_column(name) for name in reader.fieldnames or ()}
    if not {"received_at", "worksheet"} & columns or not {"student", "lms_id", "name"} & columns:
        what = "the first line does not name the columns"
        fix = "begin the file with `student,received_at` (or lms_id or name in place of student)"
        raise InvalidDocument([Problem(file, 1, what, fix)])
    table = _Table(course)
    problems: list[Problem] = []
    try:
        for row in reader:
            plain = {_column(k): v.strip() for k, v in row.items() if isinstance(v, str)}
            try:
                table.take(plain)
            except BadInput as error:
                what, _, fix = str(error).partition(": ")
                problems.append(Problem(file, reader.line_num, what, fix))
    except csv.Error as error:
        problems.append(
            Problem(file, reader.line_num, f"this is not CSV ({error})", "look at its quotes")
        )
    if problems:
        raise InvalidDocument(sorted(problems))
    return Receipts(table.at, tuple(table.unknown), table.numbers)


class _Table:
    """What the lines of a receipts file say, line by line."""

    def __init__(self, course: Course) -> None:
        self.at: dict[str, datetime] = {}
        self.unknown: list[str] = []
        self.numbers: dict[str, str] = {}
        self._course = course
        self._people = People(course.roster)

    def take(self, row: Mapping[str, str]) -> None:
        """Read one line; raise BadInput with what is wrong and what to do."""
        student = self._student(row)
        if not student:
            self.unknown.append(row.get("student") or row.get("lms_id") or row.get("name") or "")
            return
        number = row.get("participant", "").casefold().removeprefix("participant").strip()
        if number and self.numbers.setdefault(number, student) != student:
            raise BadInput(f"the number {number} is here twice: each belongs to one student")
        said = row.get("received_at", "")
        if not said and row.get("worksheet", "-") in {"-", ""} and "worksheet" in row:
            return  # Moodle's line for somebody who has handed in nothing
        if student in self.at:
            raise BadInput(f"{student} is here twice: keep the time that counts")
        if said or "worksheet" not in row:
            self.at[student] = moment(said, self._course)
        else:
            self.at[student] = _worksheet_moment(row["worksheet"], self._course)

    def _student(self, row: Mapping[str, str]) -> str:
        """Return the one student whom all filled columns that somebody has fit, or nobody."""
        given, number, name = (row.get(key, "") for key in ("student", "lms_id", "name"))
        students = self._course.roster.students
        readings = (
            {student.id for student in students if student.id == given.casefold()},
            {student.id for student in students if number and student.lms_id == number},
            {student.id for student in self._people.called(name)},
        )
        known = [reading for reading in readings if reading]
        fitting = set.intersection(*known) if known else set()
        if known and not fitting:
            both = ", ".join(sorted(set.union(*known)))
            raise BadInput(f"this line names several people ({both}): correct one of its columns")
        if len(fitting) > 1:
            ids = ", ".join(sorted(fitting))
            message = f"{len(fitting)} students are called {shown(name)!r} ({ids})"
            raise BadInput(f"{message}: add a column `student` with the id")
        return next(iter(fitting), "")


def _column(name: str | None) -> str:
    plain = (name or "").strip()
    return COLUMNS.get(plain.casefold(), plain)


def _worksheet_moment(text: str, course: Course) -> datetime:
    for form in WORKSHEET:
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007 (the zone is the course's)
        except ValueError:
            continue
        return moment(at.isoformat(), course)
    return moment(text, course)


def _lines(file: Path) -> list[str]:
    try:
        if file.stat().st_size > MAX_BYTES:
            what = f"more than {MAX_BYTES:,} bytes"
            raise InvalidDocument([Problem(file, 0, what, "keep one line for each student")])
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not UTF-8"
        raise InvalidDocument([Problem(file, 0, what, "save the file as UTF-8")]) from None
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        raise InvalidDocument([Problem(file, 0, what, "check the path and its rights")]) from None
    if not lines:
        raise InvalidDocument([Problem(file, 1, "the file is empty", "fill it in")])
    return lines
