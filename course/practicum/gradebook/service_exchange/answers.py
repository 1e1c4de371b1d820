"""What the course's service answers to nbgrader's commands."""

from __future__ import annotations

from typing import TypeVar

from nbgrader.exchange import ExchangeError
from pydantic import AwareDatetime, BaseModel, ValidationError

__all__ = ["Begun", "Feedback", "Offer", "RemoteFile", "Sent", "Submission", "many", "one"]

Kind = TypeVar("Kind", bound=BaseModel)


class _Answer(BaseModel):
    """What the service says; a newer one may say more than we know of."""

    model_config = {"frozen": True, "extra": "ignore"}


class RemoteFile(_Answer):
    """A file that the service has."""

    path: str
    sha256: str
    size: int


class Offer(_Answer):
    """A released assignment."""

    course: str
    assignment: str
    sha256: str
    files: tuple[RemoteFile, ...]


class Submission(_Answer):
    """A submission; ``feedback`` is the digest of what was given back on it, if anything."""

    id: str
    course: str
    assignment: str
    student: str
    received_at: AwareDatetime
    files: tuple[RemoteFile, ...]
    receipt: str
    feedback: str = ""


class Feedback(_Answer):
    """Feedback on the submission that was received at that time."""

    assignment: str
    student: str
    about: str
    received_at: AwareDatetime
    files: tuple[RemoteFile, ...]


class Sent(_Answer):
    """What came of sending: a submission has a receipt then."""

    id: str
    receipt: str = ""
    student: str = ""
    received_at: AwareDatetime | None = None


class Missing(_Answer):
    """A file that is not there yet, and how many bytes of it are."""

    sha256: str
    have: int


class Begun(Sent):
    """What is missing of what was begun; nothing when it is complete."""

    missing: tuple[Missing, ...] = ()
    complete: bool = False


def one(kind: type[Kind], data: object) -> Kind:
    """Return an answer as a value.

    Raises:
        ExchangeError: It is none.

    """
    try:
        return kind.model_validate(data)
    except ValidationError:
        raise ExchangeError(
            "the course's service gives an answer that cannot be read: tell your instructor"
        ) from None


def many(kind: type[Kind], data: object) -> tuple[Kind, ...]:
    """Return an answer as values; see ``one``."""
    if not isinstance(data, list):
        data = [data]
    return tuple(one(kind, entry) for entry in data)
