"""What the course's own commands do with the depot: hand out, take in, give back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from practicum.depot.depot import Depot
from practicum.depot.orders import Order, manifest_of
from practicum.errors import NotReady
from practicum.records import HandedIn, Records, Upload

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["COURSE", "feedback_giver", "newest_first", "released"]

COURSE: Final = "course"
"""Who does it, in the ledger: no name on the hub, but whoever runs the command."""


@contextmanager
def released(course: Course, brief: str, records: Records) -> Iterator[None]:
    """Put the release folder of a brief where students fetch it; undo it if the block fails.

    Raises:
        StorageFull: It cannot be kept.
        BadSubmission: A file of it has a name that cannot lie everywhere.

    """
    before = records.offer(course.id, brief)
    folder = course.station("release", brief=brief)
    files = {path: file.read_bytes() for path, file in _files(folder)}
    order = Order(
        kind="release",
        course=course.id,
        assignment=brief,
        key=token_hex(16),
        files=manifest_of(files),
        by=COURSE,
        replace=True,
    )
    contents = {file.sha256: files[file.path] for file in order.files}
    Depot.of(course, records).begin(order, contents=contents)
    try:
        yield
    except BaseException:
        if before is None:
            records.take_back(course.id, brief, COURSE)
        else:
            undo = before.model_dump(exclude={"sha256"})
            about = {"id": token_hex(16), "key": token_hex(16), "fingerprint": "0" * 64}
            upload = Upload.model_validate(undo | about | {"kind": "release"})
            records.put_on_offer(upload, before.sha256, replace=True)
        raise


def newest_first(course: Course, brief: str, records: Records) -> dict[str, tuple[HandedIn, ...]]:
    """Return the submissions of each student of the roster, the newest first."""
    students = {student.id for student in course.roster.students}
    found: dict[str, tuple[HandedIn, ...]] = {}
    for one in records.handed_in(course.id, brief):
        if one.student in students:
            found[one.student] = (one, *found.get(one.student, ()))
    return dict(sorted(found.items()))


def feedback_giver(course: Course, records: Records) -> Callable[[Course, str, str], None]:
    """Return what gives a student the pages in the feedback folder."""
    depot = Depot.of(course, records)

    def give(course: Course, brief: str, student: str) -> None:
        receipt = records.receipt(brief, student)
        if receipt is None:
            message = f"{brief}: {student} has handed in nothing: run `practicum collect {brief}`"
            raise NotReady(message)
        folder = course.station("feedback", student=student, brief=brief)
        pages = {page.name: page.read_bytes() for page in sorted(folder.glob("*.html"))}
        depot.give_back(
            course.id, brief, student, received_at=receipt.received_at, pages=pages, by=COURSE
        )

    return give


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts):
            yield path.as_posix(), file
