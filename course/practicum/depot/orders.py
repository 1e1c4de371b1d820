"""What is sent to the depot, and what it answers; where contents lie, by owner."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from practicum.records import Given, HandedIn, Offer, SentFile, Upload
from practicum.values import Value

__all__ = ["Begun", "Done", "Missing", "Order", "fingerprint", "manifest_of", "space_of"]

Done = HandedIn | Offer | Given


class Order(Value):
    """What somebody (``by``) wants to send, and whose it will be; see :class:`Upload`."""

    kind: str
    course: str
    assignment: str
    student: str = ""
    about: str = ""
    key: str
    files: tuple[SentFile, ...]
    by: str
    replace: bool = False


class Missing(Value):
    """A file that is not here yet, and how many bytes of it are."""

    sha256: str
    have: int


class Begun(Value):
    """An upload with what it lacks; ``done`` when nothing is missing and all is kept."""

    id: str
    missing: tuple[Missing, ...] = ()
    done: Done | None = None


def manifest_of(files: Mapping[str, bytes]) -> tuple[SentFile, ...]:
    """Return the manifest of files in memory."""
    return tuple(
        SentFile(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        for path, data in sorted(files.items())
    )


def fingerprint(files: Iterable[SentFile]) -> str:
    """Return a digest of a manifest, whatever the order of its files."""
    sha = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        sha.update(f"{file.path}\0{file.sha256}\0{file.size}\0".encode())
    return sha.hexdigest()


def space_of(what: Upload | Done) -> str:
    """Return where the contents lie: each owner's apart, what a student sent and got too."""
    if isinstance(what, Offer) or (isinstance(what, Upload) and what.kind == "release"):
        return f"{what.course}/releases"
    feedback = isinstance(what, Given) or (isinstance(what, Upload) and what.kind == "feedback")
    return f"{what.course}/{'feedback' if feedback else 'students'}/{quote(what.student, safe='')}"
