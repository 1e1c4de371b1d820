"""Where collected submissions lie: the newest in its station, the older ones in history.

A submission is written beside its place, forced to disk, and renamed into it. Whatever stops
the work, a place holds one whole version or none, and an older version is never lost.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from practicum.collect.submission import SECRET, TIMESTAMP, Submission, digest
from practicum.course import Course
from practicum.errors import Busy, PracticumError

__all__ = ["Stored", "alone", "store", "stored"]

TIME_FORM = "%Y-%m-%d %H:%M:%S.%f UTC"
INCOMING = ".incoming-"


class Stored:
    """What lies in a station already: the digest of its files, and its receipt time (UTC)."""

    def __init__(self, sha256: str, received_at: datetime | None) -> None:
        self.sha256 = sha256
        self.received_at = received_at


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Keep other collectors away from the course while the block runs.

    Raises:
        Busy: Another one is at work.

    """
    course.prepare_work()
    with (course.work / ".collect.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = f"{course.work}: another `practicum collect` is at work: wait for it"
            raise Busy(message) from None
        yield


def stored(course: Course, brief: str, student: str) -> Stored | None:
    """Return what lies in the student's station, or None."""
    place = course.station("submitted", student=student, brief=brief)
    if not place.is_dir():
        return None
    files = {
        file.relative_to(place).as_posix(): file.read_bytes()
        for file in sorted(place.rglob("*"))
        if file.is_file()
    }
    for ours in (TIMESTAMP, SECRET):
        said = files.pop(ours, b"")
        if ours == TIMESTAMP:
            at = _time(said)
    return Stored(digest(files), at)


def store(
    course: Course, brief: str, student: str, submission: Submission, received_at: datetime
) -> Path:
    """Put a submission into its station; move what lies there into history.

    Args:
        course: The course.
        brief: The brief's id.
        student: The student's id.
        submission: What was handed in.
        received_at: The receipt time, with a zone.

    Returns:
        The station's folder.

    Raises:
        PracticumError: The disk is full, or something else keeps it from being written;
            what lay there is as it was.

    """
    place = course.station("submitted", student=student, brief=brief)
    try:
        _replace(course, brief, student, submission, received_at)
    except OSError as error:
        message = f"{place}: cannot be written ({error.strerror}): mend that and collect again"
        raise PracticumError(message) from error
    return place


def _replace(
    course: Course, brief: str, student: str, submission: Submission, received_at: datetime
) -> None:
    place = course.station("submitted", student=student, brief=brief)
    place.parent.mkdir(parents=True, exist_ok=True)
    for left_behind in place.parent.glob(f"{INCOMING}{brief}-*"):
        shutil.rmtree(left_behind)
    incoming = place.parent / f"{INCOMING}{brief}-{secrets.token_hex(6)}"
    incoming.mkdir()
    try:
        _write(incoming, submission, received_at)
        if place.exists():
            _move_to_history(course, brief, student, place)
        incoming.rename(place)
    except BaseException:
        shutil.rmtree(incoming, ignore_errors=True)
        raise
    _sync(place.parent)


def _write(folder: Path, submission: Submission, received_at: datetime) -> None:
    said = received_at.astimezone(UTC).strftime(TIME_FORM)
    own = {TIMESTAMP: said.encode()} | ({SECRET: submission.secret} if submission.secret else {})
    for name, data in {**submission.files, **own}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(file, flags, 0o644), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    for part in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        _sync(part)


def _move_to_history(course: Course, brief: str, student: str, place: Path) -> None:
    before = stored(course, brief, student)
    at = before.received_at if before and before.received_at else datetime.now(UTC)
    history = course.work / "history" / student / brief
    history.mkdir(parents=True, exist_ok=True)
    name = at.strftime("%Y%m%dT%H%M%S.%fZ")
    names = (name, *(f"{name}-{number}" for number in range(2, 10_000)))
    place.rename(next(history / free for free in names if not (history / free).exists()))
    _sync(history)


def _time(said: bytes) -> datetime | None:
    try:
        return datetime.strptime(said.decode("ascii").strip(), TIME_FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
