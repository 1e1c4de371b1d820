"""What students' files hold for others: their questions and their ratings go into the records.

The files are the students' own work, and none of it is believed: whose it is says the folder that
collecting made, who speaks is always the student, and a file that is no file is left alone.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from practicum.course import Course
from practicum.errors import BadInput
from practicum.internship import LARGEST, Internship, Message, Supervision, read_internship
from practicum.records import Records, Said
from practicum.values import Id, Value

__all__ = ["MOST", "TakenIn", "take_in"]

LOG: Final = logging.getLogger("practicum.review")

MOST: Final = 100
"""Questions of one student about one brief that are kept, so that nobody floods a reviewer."""
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""A message that claims to be older got its time from nowhere; pages cannot show the year 1."""
REVIEWERS: Final = "r-"
"""So begin the keys of reviewers' answers: a student who took one would keep the answer out."""

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class TakenIn(Value):
    """What was new: messages, and ratings that were given, changed or taken back.

    ``unreadable`` names the students whose file is there and cannot be used.
    """

    brief: Id
    questions: int = 0
    ratings: int = 0
    unreadable: tuple[Id, ...] = ()


def take_in(course: Course, brief: str, records: Records) -> TakenIn:
    """Keep what students ask and how they rate the supervision; the same again changes nothing.

    Args:
        course: The course; what was collected lies in its station ``submitted``.
        brief: The brief's id.
        records: Its records, open.

    Raises:
        UnknownName: The course has no such brief.
        Busy: Another command keeps the records locked.

    """
    course.brief(brief)
    found: dict[str, Internship] = {}
    unreadable: list[str] = []
    for person in course.roster.students:
        try:
            internship = _internship(course.station("submitted"), person.id, brief)
        except (BadInput, OSError):
            unreadable.append(person.id)
            continue
        except Exception:
            # A file that nobody foresaw must not keep out what all others have written.
            LOG.exception("%s: a student's file cannot be read", brief)
            unreadable.append(person.id)
            continue
        if internship is not None:
            found[person.id] = internship
    return TakenIn(
        brief=brief,
        questions=_keep_questions(brief, found, records),
        ratings=_keep_ratings(brief, found, records),
        unreadable=tuple(unreadable),
    )


def _keep_questions(brief: str, found: dict[str, Internship], records: Records) -> int:
    held: dict[str, dict[str, bool]] = {}
    for said in records.messages(brief):
        held.setdefault(said.student, {})[said.key] = said.author == "student"
    now = datetime.now(UTC)
    new: list[Said] = []
    for student, internship in found.items():
        known = held.get(student, {})
        left = MOST - sum(known.values())
        wanted = [said for said in _own(student, internship, now) if said.key not in known]
        new += wanted[-left:] if left > 0 else []
    return records.say(brief, new) if new else 0


def _own(student: str, internship: Internship, now: datetime) -> Iterator[Said]:
    """Yield the newest messages of the student's own, oldest first.

    Who else is said to speak in the file is not asked: the student can write anything there.
    """
    own = [
        message
        for message in internship.messages
        if message.author == "student" and not message.id.startswith(REVIEWERS)
    ]
    for message in sorted(own, key=lambda message: message.at)[-MOST:]:
        try:
            yield _said(student, message, now)
        except ValidationError:
            continue  # nothing is left of its text but what nobody can see


def _said(student: str, message: Message, now: datetime) -> Said:
    return Said(
        student=student,
        key=message.id,
        author="student",
        text=message.text,
        answers=message.answers or "",
        at=max(EARLIEST, min(now, message.at)),
    )


def _keep_ratings(brief: str, found: dict[str, Internship], records: Records) -> int:
    """Keep ratings of students who have no feedback yet: nobody rates knowing what was said."""
    held = {rated.student: rated.rating for rated in records.ratings(brief)}
    nothing = Supervision()
    changed = 0
    for student, internship in found.items():
        rating = internship.supervision or nothing  # handed in without: it was taken back
        if rating == held.get(student, nothing) or records.release_of(brief, student) is not None:
            continue
        changed += records.rate(brief, student, rating)
    return changed


def _internship(submitted: Path, student: str, brief: str) -> Internship | None:
    """Return what a student's widgets kept, or None where nothing was handed in.

    Raises:
        BadInput: It is no such file.
        OSError: Something on the way to it is a link, or cannot be opened.

    """
    data = _bytes(submitted, student, brief)
    if data is None:
        return None
    internship = read_internship(data)
    if internship.brief != brief:
        message = f"{student}: the file belongs to the brief {internship.brief!r}"
        raise BadInput(message)
    return internship


def _bytes(submitted: Path, student: str, brief: str) -> bytes | None:
    """Read from folder to folder by their descriptors: no link is followed on the way."""
    with ExitStack() as stack:
        try:
            place = os.open(submitted, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, place)
            for name in (student, brief):
                place = os.open(name, _FOLDER, dir_fd=place)
                stack.callback(os.close, place)
            file = os.open(f"{brief}.internship.json", _FILE, dir_fd=place)
        except FileNotFoundError:
            return None
        stack.callback(os.close, file)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            message = f"{student}: {brief}.internship.json is no file"
            raise BadInput(message)
        with os.fdopen(file, "rb", closefd=False) as opened:
            return opened.read(LARGEST + 1)
