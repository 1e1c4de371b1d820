"""nbgrader's exchange: what students put into its inbound folder, read as it lies there.

Everybody can write there under any name, and the name and timestamp.txt say what their
writer likes. What a writer cannot choose is the owner of the files and their change time,
so only these two are believed.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from practicum.collect.folders import FOLDER, MAX_LISTED, Folder
from practicum.collect.names import shown
from practicum.course import Course
from practicum.errors import BadInput, BadSubmission

__all__ = ["Arrival", "arrivals", "check_owners", "open_arrival", "owner_name"]


@dataclass(frozen=True)
class Arrival:
    """An entry of the inbound folder: whose it says to be, and when it arrived (UTC)."""

    name: str
    student: str
    at: datetime | None
    refusal: str = ""


def inbound(course: Course) -> Path:
    """Return the folder of the exchange where submissions arrive."""
    return course.exchange / course.id / "inbound"


def arrivals(course: Course, brief: str) -> tuple[Arrival, ...]:
    """Return the entries for ``brief``, the newest of each student first.

    Raises:
        BadInput: There is no inbound folder.

    """
    place = inbound(course)
    try:
        fd = os.open(place, FOLDER)
    except OSError as error:
        message = (
            f"{place}: cannot be read ({error.strerror}): release the brief with "
            f"`practicum publish {brief}`, or name an export with --from"
        )
        raise BadInput(message) from None
    try:
        found = list(_entries(fd, course, brief))
    finally:
        os.close(fd)
    found.sort(key=lambda arrival: arrival.at.timestamp() if arrival.at else 0, reverse=True)
    return tuple(sorted(found, key=lambda arrival: arrival.student))


def open_arrival(course: Course, arrival: Arrival) -> Folder:
    """Open an entry for reading, once more with all checks.

    Raises:
        BadSubmission: It is no folder, or somebody else's.

    """
    fd = os.open(inbound(course), FOLDER)
    try:
        return _opened(fd, arrival.name, arrival.student)
    finally:
        os.close(fd)


def owner_name(uid: int) -> str:
    """Return the name of the account with that number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"


def _entries(fd: int, course: Course, brief: str) -> Iterator[Arrival]:
    students = {student.id for student in course.roster.students}
    for name in sorted(os.listdir(fd)):
        student, assignment = (*name.split("+"), "", "")[:2]
        if assignment != brief or name.startswith("."):
            continue
        if student not in students:
            yield Arrival(name, "", None, f"no student {shown(student)!r} in the roster")
            continue
        try:
            with _opened(fd, name, student) as folder:
                yield Arrival(name, student, folder.latest)
        except BadSubmission as error:
            yield Arrival(name, student, None, str(error))


def _opened(fd: int, name: str, student: str) -> Folder:
    try:
        folder = Folder(name, dir_fd=fd, most=MAX_LISTED)
    except OSError as error:
        reason = f"not a folder that can be opened ({error.strerror})"
        raise BadSubmission(reason) from None
    try:
        check_owners(folder, student)
    except BaseException:
        folder.close()
        raise
    return folder


def check_owners(folder: Folder, student: str) -> None:
    """Check that a folder and all in it belong to the student, or to us.

    Raises:
        BadSubmission: Something belongs to somebody else.

    """
    for uid in folder.owners - {os.getuid()}:
        if owner_name(uid) != student:
            reason = f"its files belong to the account {owner_name(uid)}, not to {student}"
            raise BadSubmission(reason)
