"""One command at a time on a course."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from practicum.databases import Patience, file_of, shown, sole_session
from practicum.errors import Busy
from practicum.gradebook.installation import put_back_unfinished

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["sole_writer"]


@contextmanager
def sole_writer(course: Course, *, wait_seconds: float = 10.0) -> Iterator[None]:
    """Keep other practicum commands from changing the course meanwhile.

    The lock belongs to the process: it is gone when the process is, however it ends. A
    release that such an end cut off is put back here, before anything else is written.

    Raises:
        Busy: Another command held the lock for ``wait_seconds``.

    """
    course.prepare_work()
    lock = FileLock(course.work / ".lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        message = f"{course.work}: another practicum command is at work: wait until it has ended"
        raise Busy(message) from None
    try:
        with _alone_on_server(course, wait_seconds):
            put_back_unfinished(course)
            yield
    finally:
        lock.release()


@contextmanager
def _alone_on_server(course: Course, wait_seconds: float) -> Iterator[None]:
    """Keep out commands on other machines, whose folders are not these, too."""
    if file_of(course.gradebook_url) is not None:
        yield
        return
    with sole_session(course.gradebook_url, course.id, Patience(wait_seconds)) as alone:
        if not alone:
            message = (
                f"{shown(course.gradebook_url)}: another practicum command is at work on this "
                "course, perhaps on another machine: wait until it has ended"
            )
            raise Busy(message)
        yield
