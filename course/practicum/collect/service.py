"""The course's service: what students handed in through it, read from the depot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from practicum.collect.pieces import Piece, piece
from practicum.course import Course
from practicum.errors import BadSubmission
from practicum.file_names import shown

if TYPE_CHECKING:
    from practicum.depot import Depot
    from practicum.records import HandedIn, Records

__all__ = ["Handed", "handed_in"]


@dataclass(frozen=True)
class Handed:
    """A submission that the service has given a receipt for; whose it is, the hub has said."""

    student: str
    label: str
    at: datetime
    pieces: tuple[Piece, ...]


def handed_in(course: Course, brief: str, records: Records) -> Iterator[tuple[Handed, ...]]:
    """Yield the submissions of each student, the newest first."""
    from practicum.depot import Depot, newest_first  # noqa: PLC0415 (an extra)

    depot = Depot.of(course, records)
    for ones in newest_first(course, brief, records).values():
        yield tuple(_handed(depot, one) for one in ones)


def _handed(depot: Depot, one: HandedIn) -> Handed:
    label = f"{one.student}, receipt {one.id[:8]}"
    pieces = (piece(f.path, partial(_read, depot, one, f.path, f.sha256)) for f in one.files)
    return Handed(one.student, label, one.received_at, tuple(pieces))


def _read(depot: Depot, one: HandedIn, path: str, sha256: str, cap: int) -> bytes:
    data = b""
    try:
        for chunk in depot.read(one, sha256):
            data += chunk
            if len(data) > cap:
                break
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadSubmission(f"{shown(path)}: cannot be read from the depot ({reason})") from None
    return data
