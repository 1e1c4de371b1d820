"""When submissions were received, as the server that received them says."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from practicum.course import Course
from practicum.errors import BadInput, InvalidDocument
from practicum.problems import Problem

__all__ = ["Receipts", "moment", "read_receipts"]

MAX_BYTES = 10_000_000


@dataclass(frozen=True)
class Receipts:
    """The receipt time (UTC) of each student, and the names that nobody in the roster has."""

    at: Mapping[str, datetime] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


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
    """Read a CSV file with the columns ``student`` or ``lms_id``, and ``received_at``.

    Raises:
        InvalidDocument: With every problem that was found, each with its line.

    """
    lines = _lines(file)
    reader = csv.DictReader(lines, delimiter=";" if ";" in lines[0] else ",")
    columns = {(name or "").strip() for name in reader.fieldnames or ()}
    if "received_at" not in columns or not {"student", "lms_id"} & columns:
        what = "the first line does not name the columns"
        fix = "begin the file with `student,received_at` or `lms_id,received_at`"
        raise InvalidDocument([Problem(file, 1, what, fix)])
    problems: list[Problem] = []
    at: dict[str, datetime] = {}
    unknown: list[str] = []
    try:
        for row in reader:
            plain = {(k or "").strip(): v.strip() for k, v in row.items() if isinstance(v, str)}
            name = plain.get("student") or plain.get("lms_id") or ""
            student = _student(plain, course)
            if not student:
                unknown.append(name)
                continue
            if student in at:
                what = f"{student} is here twice"
                problems.append(Problem(file, reader.line_num, what, "keep the time that counts"))
            try:
                at[student] = moment(plain.get("received_at", ""), course)
            except BadInput as error:
                what, _, fix = str(error).partition(": ")
                problems.append(Problem(file, reader.line_num, what, fix))
    except csv.Error as error:
        problems.append(
            Problem(file, reader.line_num, f"this is not CSV ({error})", "look at its quotes")
        )
    if problems:
        raise InvalidDocument(sorted(problems))
    return Receipts(at, tuple(unknown))


def _student(row: Mapping[str, str], course: Course) -> str:
    name = row.get("student", "").casefold()
    if any(student.id == name for student in course.roster.students):
        return name
    known = course.roster.student_of_lms(row.get("lms_id", ""))
    return known.id if known else ""


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
