"""The feedback pages that a student was given: those that were released, and no others."""

from __future__ import annotations

import re
from typing import Final

from practicum.course import Course
from practicum.depot import Depot
from practicum.records import Records

__all__ = ["depot_of", "released_pages"]

NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ -]{0,120}\.html")
LARGEST: Final = 60_000_000


def released_pages(course: Course, records: Records, brief: str, student: str) -> dict[str, bytes]:
    """Return the pages that a student was given for a brief, by name; none before release.

    Those in the depot are what was handed out; without a depot the course's folder has them.
    """
    if records.release_of(brief, student) is None:
        return {}
    depot = depot_of(course, records)
    if depot is not None:
        given = records.given_back(course.id, brief, student)
        if given:
            newest = given[-1]
            return {
                file.path: b"".join(depot.read(newest, file.sha256))
                for file in newest.files
                if NAME.fullmatch(file.path) and file.size <= LARGEST
            }
    return _in_folder(course, brief, student)


def _in_folder(course: Course, brief: str, student: str) -> dict[str, bytes]:
    folder = course.station("feedback", student=student, brief=brief)
    files = sorted(folder.glob("*.html")) if folder.is_dir() else []
    return {
        file.name: file.read_bytes()
        for file in files
        if NAME.fullmatch(file.name) and file.is_file() and not file.is_symlink()
    }


def depot_of(course: Course, records: Records) -> Depot | None:
    """Return the course's depot, or None where files go by a folder."""
    return Depot.of(course, records) if course.settings.hub else None
