"""What nobody needs any more is removed: uploads that were given up, files of no submission."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import unquote

from practicum.depot.depot import Depot
from practicum.records.ledger import Kind

__all__ = ["UPLOADS_KEPT", "sweep", "sweep_if_due"]

UPLOADS_KEPT: Final = timedelta(days=3)
"""How long an upload that was begun waits to be completed."""
FILES_KEPT: Final = timedelta(days=7)
"""How long a file is kept that no submission, release or feedback names."""
EVERY: Final = 3600.0
"""Seconds between two sweeps of one process."""
FOLDERS: Final[dict[str, Kind]] = {"students": "submission", "feedback": "feedback"}


def sweep_if_due(depot: Depot) -> None:
    """Sweep if that was not done for an hour."""
    now = time.monotonic()
    if depot.swept_at is None or now - depot.swept_at > EVERY:
        depot.swept_at = now
        sweep(depot)


def sweep(depot: Depot, now: datetime | None = None) -> int:
    """Remove old uploads, and old files that nothing names; return how many files that were.

    A file is removed while nobody can hand in, so that none goes that a receipt names.
    """
    now = now or datetime.now(UTC)
    old = [upload.id for upload in depot.ledger.uploads() if upload.at < now - UPLOADS_KEPT]
    depot.ledger.give_up(old)
    known = {upload.id for upload in depot.ledger.uploads()}
    for name, _, at in depot.files.below(".uploads"):
        if name not in known and at < now - timedelta(minutes=10):
            depot.files.remove(f".uploads/{name}")
    return sum(_swept(depot, space, now) for space in list(_spaces(depot)))


class _Space(NamedTuple):
    """A place of files, and whose they are."""

    place: str
    course: str
    kind: Kind
    student: str = ""


def _spaces(depot: Depot) -> Iterator[_Space]:
    for course, _, _ in depot.files.below(""):
        if course == ".uploads":
            continue
        yield _Space(f"{course}/releases", course, "release")
        for folder, kind in FOLDERS.items():
            for student, _, _ in depot.files.below(f"{course}/{folder}"):
                yield _Space(f"{course}/{folder}/{student}", course, kind, unquote(student))


def _swept(depot: Depot, space: _Space, now: datetime) -> int:
    needed = depot.ledger.files_of(*space[1:])
    lying = {
        name
        for name, _, at in depot.files.below(space.place)
        if name not in needed and at < now - FILES_KEPT
    }
    gone: list[str] = []

    def remove() -> None:
        gone.extend(sorted(lying - depot.ledger.files_of(*space[1:])))
        for name in gone:
            depot.files.remove(f"{space.place}/{name}")

    if lying:
        depot.ledger.alone(remove)
    return len(gone)
