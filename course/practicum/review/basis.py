"""Whether pages would come out differently: cheap enough to be asked every few seconds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from practicum.course import Course
from practicum.records import Records
from practicum.review.ingredients import notebook_file, released_file
from practicum.review.ports import Gradebook, opened

__all__ = ["pages_basis"]


def pages_basis(course: Course, brief: str, gradebook: Gradebook | None = None) -> str:
    """Return a token that is another one whenever ``pages`` might write something else.

    Files are looked at (time, size, place on the disk), not read, and the databases are asked
    who is in them. A ``Course`` keeps the roster that it was read with: when the token has
    changed, read the course again before ``pages`` is called.

    Args:
        course: The course.
        brief: The brief's id.
        gradebook: The gradebook; the course's own one if None.

    Raises:
        UnknownName: The course has no such brief.

    """
    read = course.brief(brief)
    with (
        opened(course, gradebook, to_write=False) as book,
        Records(course.records_url) as records,
    ):
        graded = book.students(brief) if brief in book.briefs() else ()
        key = book.answer_key(brief).model_dump_json() if graded else ""
        received = sorted(receipt.student for receipt in records.receipts(brief))
    files = (
        *_settings(course, brief),
        released_file(course, read),
        *(notebook_file(course, read, student) for student in graded),
    )
    parts = (key, *received, "", *graded, "", *map(_look, files))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _settings(course: Course, brief: str) -> Iterator[Path]:
    yield course.root / "course" / "course.yml"
    yield course.root / "course" / course.settings.roster
    yield course.brief_folder(brief) / "brief.yml"
    yield course.root / "rubrics" / f"{course.brief(brief).rubric}.yml"


def _look(file: Path) -> str:
    """Return what tells a file from another one in its place; "" where there is none."""
    try:
        about = os.stat(file)  # noqa: PTH116 (half the time of Path.stat, and there are many)
    except OSError:
        return ""
    return f"{about.st_mtime_ns} {about.st_ctime_ns} {about.st_size} {about.st_ino}"
