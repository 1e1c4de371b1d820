"""Whether clocks agree: receipts and late penalties are made from them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from practicum.course import Course
from practicum.databases import Patience, file_of, open_engine, reading, shown
from practicum.doctor.folders import folder_of_files, own_place
from practicum.doctor.symptoms import Symptom, fail, ok, warn

__all__ = ["clock"]

_APART: Final = 5.0
"""Seconds between two clocks that are taken for the same time."""

_SET_IT: Final = "let a time service set the clock (`timedatectl set-ntp true`)"


def clock(course: Course) -> Iterator[Symptom]:
    """Compare this machine's clock with the disk's, the database's and the newest receipt."""
    places = {own_place(course.work), own_place(folder_of_files(course) or course.exchange)}
    found = [*map(_disk, sorted(places)), *_database(course), *_receipts(course)]
    troubles = [symptom for symptom in found if symptom is not None]
    yield from troubles
    if not troubles:
        yield ok("clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, and all clocks agree")


def _disk(place: Path) -> Symptom | None:
    with tempfile.NamedTemporaryFile(dir=place, prefix=".doctor-") as file:
        file.write(b"x")
        file.flush()
        apart = Path(file.name).stat().st_mtime - time.time()
    if abs(apart) <= _APART:
        return None
    return warn("clock", f"the disk of {place} is {apart:+.0f} s off this machine", _SET_IT)


def _database(course: Course) -> Iterator[Symptom]:
    for url in dict.fromkeys((course.records_url, course.gradebook_url)):
        if file_of(url) is not None:
            continue
        engine = open_engine(url, Patience(seconds=3))
        try:
            with reading(engine) as connection:
                there: datetime | None = connection.scalar(select(func.now()))
        finally:
            engine.dispose()
        if there is None:
            continue
        apart = there.timestamp() - time.time()
        if abs(apart) > _APART:
            yield warn("clock", f"{shown(url)} is {apart:+.0f} s off this machine", _SET_IT)


def _receipts(course: Course) -> Iterator[Symptom]:
    from practicum.records import are_there  # noqa: PLC0415 (slow to import)
    from practicum.records.tables import RECEIPTS  # noqa: PLC0415 (as above)

    if not are_there(course.records_url):
        return
    engine = open_engine(course.records_url, Patience(seconds=3))
    try:
        with reading(engine) as connection:
            newest = connection.scalar(select(func.max(RECEIPTS.c.received_at)))
    finally:
        engine.dispose()
    if newest is None:
        return
    ahead = newest - datetime.now(UTC)
    if ahead > timedelta(seconds=_APART):
        yield fail(
            "clock",
            f"the newest receipt is of {newest:%Y-%m-%d %H:%M:%S} UTC, which is {ahead} from now: "
            "this machine's clock went backwards, or was wrong then",
            f"{_SET_IT}; until then submissions get times that are too early",
        )
