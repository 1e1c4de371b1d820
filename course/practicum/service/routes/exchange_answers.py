"""What the exchange takes and answers, as JSON."""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Annotated

from pydantic import Field

from practicum.depot import Begun, Missing
from practicum.records import Given, HandedIn, Offer, SentFile
from practicum.records.ledger import Key, Person
from practicum.service.refusals import refusal
from practicum.values import Value

__all__ = [
    "Answer",
    "CourseSeen",
    "FeedbackSeen",
    "Manifest",
    "Offered",
    "Received",
    "Submission",
    "contents_of",
]

MOST = 5_000


class CarriedFile(SentFile):
    """A file of a manifest; a small one brings its content along (base64)."""

    content: Annotated[str | None, Field(max_length=8_000_000)] = None


class Manifest(Value):
    """What is to be sent. ``key`` makes sending it twice the same as once.

    ``student`` is for those who run the course, ``replace`` for a release that is there already.
    """

    key: Key
    files: Annotated[tuple[CarriedFile, ...], Field(min_length=1, max_length=MOST)]
    student: Person | None = None
    replace: bool = False

    @property
    def sent(self) -> tuple[SentFile, ...]:
        """The files without contents."""
        return tuple(
            SentFile(path=file.path, sha256=file.sha256, size=file.size) for file in self.files
        )


def contents_of(manifest: Manifest) -> dict[str, bytes]:
    """Return the contents that came along, by digest."""
    try:
        return {
            file.sha256: b64decode(file.content, validate=True)
            for file in manifest.files
            if file.content is not None
        }
    except (binascii.Error, ValueError):
        raise refusal(422, "a content is no base64: send it again") from None


class CourseSeen(Value):
    """A course of the caller; ``role`` is student or course (who runs it)."""

    course: str
    role: str


class Offered(Value):
    """A released assignment."""

    course: str
    assignment: str
    sha256: str
    at: datetime
    files: tuple[SentFile, ...]

    @classmethod
    def of(cls, offer: Offer) -> Offered:
        """Return it without who released it."""
        return cls(**offer.model_dump(include=set(cls.model_fields)))


class Submission(Value):
    """A submission, with its receipt: a JWS that ``exchange/key`` checks."""

    id: str
    course: str
    assignment: str
    student: str
    received_at: datetime
    sha256: str
    size: int
    files: tuple[SentFile, ...]
    receipt: str
    feedback: str = ""

    @classmethod
    def of(cls, taken: HandedIn, feedback: str = "") -> Submission:
        """Return it; ``feedback`` is the digest of what was given back on it."""
        fields = taken.model_dump(include=set(cls.model_fields))
        return cls(**fields, feedback=feedback)


class FeedbackSeen(Value):
    """Feedback on the submission that was received at that time."""

    course: str
    assignment: str
    student: str
    about: str
    received_at: datetime
    sha256: str
    at: datetime
    files: tuple[SentFile, ...]

    @classmethod
    def of(cls, given: Given) -> FeedbackSeen:
        """Return it without who gave it."""
        return cls(**given.model_dump(include=set(cls.model_fields)))


class Received(Value):
    """How many bytes of a file are here."""

    have: int


class Answer(Value):
    """An upload: what is missing, or the receipt when all is kept."""

    id: str
    missing: tuple[Missing, ...] = ()
    complete: bool = False
    receipt: str = ""
    student: str = ""
    received_at: datetime | None = None
    sha256: str = ""

    @classmethod
    def of(cls, begun: Begun) -> Answer:
        """Return what is told about it."""
        done = begun.done
        if done is None:
            return cls(id=begun.id, missing=begun.missing)
        return cls(
            id=begun.id,
            complete=True,
            receipt=done.receipt if isinstance(done, HandedIn) else "",
            student="" if isinstance(done, Offer) else done.student,
            received_at=done.at if isinstance(done, Offer) else done.received_at,
            sha256=done.sha256,
        )
