"""The instructor's marks for written answers, from a table; formgrader is the other way."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.errors import BadInput, InvalidDocument, UnknownName
from practicum.gradebook import CourseGradebook, sole_writer
from practicum.problems import Problem
from practicum.progress import Progress, Step, silent
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["MarkReport", "mark", "marks_template"]

DELIMITERS = (",", ";", "\t")
KINDS = frozenset({"written", "autograded"})
"""The kinds of cells that an instructor marks here; criteria have commands of their own."""

COLUMNS = ("student", "cell", "score", "comment")
MAX_BYTES = 5_000_000
MAX_COMMENT = 10_000


class MarkReport(Value):
    """How many marks a table held, how many of them changed the gradebook.

    ``empty`` rows had neither a score nor a comment, and were left as they are.
    """

    brief: str
    marks: int
    changed: int
    empty: int = 0


class _Row(Value):
    line: int
    student: str
    cell: str
    score: float
    comment: str


def mark(course: Course, brief: str, file: Path, *, progress: Progress = silent) -> MarkReport:
    """Enter marks for answers that wait for a person from a CSV file, all of them or none.

    These are written answers, and tests whose mark has to be confirmed; a test that has its
    mark can be given another one, too.

    Args:
        course: The course.
        brief: The brief's id.
        file: UTF-8 CSV (commas, semicolons or tabs) with the columns student, cell, score
            and, if wanted, comment.
        progress: Told each mark.

    Raises:
        InvalidDocument: With every problem of the file, by line.

    """
    with sole_writer(course), CourseGradebook(course) as store:
        points = {c.cell: c.max_points for c in store.cells(brief) if c.kind in KINDS}
        entries = _entries(file)
        filled = [(line, row) for line, row in entries if row["score"] or row.get("comment")]
        rows = _rows(points, store.students(brief), file, filled)
        changed = 0
        for number, row in enumerate(rows, 1):
            comment = row.comment or None
            changed += store.set_mark(brief, row.student, row.cell, row.score, comment)
            progress(Step(f"mark {brief}", number, len(rows), row.student))
    empty = len(entries) - len(filled)
    return MarkReport(brief=brief, marks=len(rows), changed=changed, empty=empty)


def marks_template(course: Course, brief: str, file: Path) -> int:
    """Write a table with a row for each answer or test that waits for a person's mark.

    Returns:
        The number of rows.

    Raises:
        BadInput: The file exists already, or cannot be written.
        NotReady: The brief has not been published.

    """
    with CourseGradebook(course) as store:
        rows = [
            (student, cell.cell, "", "")
            for student in store.students(brief)
            for cell in store.marks(brief, student).cells
            if cell.kind in KINDS and cell.score is None
        ]
    try:
        with file.open("x", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *rows])
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}): give another name"
        raise BadInput(message) from None
    return len(rows)


def _rows(
    points: dict[str, float],
    students: tuple[str, ...],
    file: Path,
    entries: list[tuple[int, dict[str, str]]],
) -> list[_Row]:
    problems: list[Problem] = []
    rows: list[_Row] = []
    seen: set[tuple[str, str]] = set()
    for line, entry in entries:
        wrong = _wrong(entry, points, students, seen)
        if wrong:
            problems.append(Problem(file, line, *wrong))
            continue
        seen.add((entry["student"], entry["cell"]))
        rows.append(
            _Row(
                line=line,
                student=entry["student"],
                cell=entry["cell"],
                score=float(entry["score"]),
                comment=_plain(entry.get("comment", "")),
            )
        )
    if problems:
        raise InvalidDocument(problems)
    return rows


def _entries(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        content = file.read_bytes()
        if len(content) > MAX_BYTES:
            raise InvalidDocument([Problem(file, 0, "the file is too large", "split it")])
        text = content.decode("utf-8-sig")
        delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
        reader = csv.DictReader(
            io.StringIO(text, newline=""), restval="", restkey="more", delimiter=delimiter
        )
        missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
        if missing:
            what = f"the column {missing[0]!r} is missing"
            fix = f"begin the file with {','.join(COLUMNS)}"
            raise InvalidDocument([Problem(file, 1, what, fix)])
        return [
            (reader.line_num, {key: str(value).strip() for key, value in row.items()})
            for row in reader
        ]
    except UnicodeDecodeError:
        raise InvalidDocument([Problem(file, 0, "not UTF-8", "save it as UTF-8")]) from None
    except (OSError, csv.Error) as error:
        what = f"cannot be read ({error})"
        raise InvalidDocument([Problem(file, 0, what, "check the file")]) from None


def _wrong(  # noqa: PLR0911 (one reason a return)
    entry: dict[str, str],
    points: dict[str, float],
    students: tuple[str, ...],
    seen: set[tuple[str, str]],
) -> tuple[str, str] | None:
    """Return what is wrong with a row and how to mend it, or None."""
    student, cell, score = entry["student"], entry["cell"], entry["score"]
    if "more" in entry:
        return "the row has too many columns", "put quotes around a comment with commas"
    if student not in students:
        return str(UnknownName("submission", student, students)), "correct the student"
    if cell not in points:
        return str(UnknownName("cell", cell, points)), "correct the cell"
    if (student, cell) in seen:
        return f"{student} has two marks for {cell}", "remove one"
    try:
        value = float(score)
    except ValueError:
        return f"score {score!r} is not a number", f"write 0 to {points[cell]:g}"
    if not math.isfinite(value) or not 0 <= value <= points[cell]:
        return f"score {score} is outside 0 to {points[cell]:g}", "correct the score"
    return None


def _plain(comment: str) -> str:
    return "".join(c for c in comment if c.isprintable() or c in "\n\t")[:MAX_COMMENT]
