"""What the ledger of the exchange holds, as frozen values. Nothing here knows of a database."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from practicum.records.values import Moment, Sha256
from practicum.values import Id, Value

__all__ = [
    "AssignmentName",
    "Given",
    "HandedIn",
    "Key",
    "Kind",
    "Offer",
    "Person",
    "SentFile",
    "SoFar",
    "Upload",
]

AssignmentName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9_]([A-Za-z0-9 ._-]{0,126}[A-Za-z0-9._-])?$", strip_whitespace=False
    ),
    Field(description="the name of an assignment: letters, digits, dot, dash, underscore, space"),
]
Person = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{0,63}$", strip_whitespace=False),
    Field(description="the name of somebody on the hub"),
]
Key = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$"),
    Field(description="chosen by who sends: the same key again is the same once"),
]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Kind = Literal["release", "submission", "feedback"]


class SentFile(Value):
    """A file of a manifest: its path (with ``/``), digest, and size in bytes."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=False)]
    sha256: Sha256
    size: Annotated[int, Field(ge=0, lt=1 << 50)]


class Offer(Value):
    """A released assignment. No files: it was taken back."""

    course: Id
    assignment: AssignmentName
    files: tuple[SentFile, ...]
    sha256: Sha256
    by: Person
    at: Moment


class Upload(Value):
    """What somebody (``by``) has begun to send, and whose it will be.

    ``about`` is the submission to which feedback belongs. ``fingerprint`` is the manifest's.
    """

    id: Number
    kind: Kind
    course: Id
    assignment: AssignmentName
    student: Person | Literal[""] = ""
    about: str = ""
    key: Key
    fingerprint: Sha256
    files: tuple[SentFile, ...]
    by: Person
    at: Moment


class HandedIn(Value):
    """A submission that has a receipt. ``by`` is who sent it, ``received_at`` the server's time."""

    id: Number
    course: Id
    assignment: AssignmentName
    student: Person
    key: Key
    fingerprint: Sha256
    files: tuple[SentFile, ...]
    sha256: Sha256
    size: int
    by: Person
    received_at: Moment
    receipt: str
    removed: bool = False


class Given(Value):
    """Feedback on the submission that was received at that time; ``about`` is its id, if any."""

    course: Id
    assignment: AssignmentName
    student: Person
    about: str = ""
    received_at: Moment
    files: tuple[SentFile, ...]
    sha256: Sha256
    by: Person
    at: Moment


class SoFar(Value):
    """What somebody has handed in so far: how often, and bytes and files of all of it together.

    What was removed from the lists counts. ``newest`` are the files of the newest submission,
    where they were asked for.
    """

    count: int = 0
    size: int = 0
    files: int = 0
    newest: tuple[SentFile, ...] = ()
