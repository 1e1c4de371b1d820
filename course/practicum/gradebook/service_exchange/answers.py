"""What the course's service answers to nbgrader's commands."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from nbgrader.exchange import ExchangeError
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

__all__ = ["Begun", "Feedback", "Offer", "RemoteFile", "Sent", "Submission", "many", "one"]

Kind = TypeVar("Kind", bound=BaseModel)

# These become names of folders: a service that is not ours must not choose where they lie.
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9 ._@-]{0,127}$")]
Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Answer(BaseModel):
    """What the service says; a newer one may say more than we know of."""

    model_config = {"frozen": True, "extra": "ignore"}


class RemoteFile(_Answer):
    """A file that the service has."""

    path: str
    sha256: Sha
    size: Annotated[int, Field(ge=0)]


class Offer(_Answer):
    """A released assignment."""

    course: Name
    assignment: Name
    sha256: str
    files: tuple[RemoteFile, ...]


class Submission(_Answer):
    """A submission; ``feedback`` is the digest of what was given back on it, if anything."""

    id: str
    course: Name
    assignment: Name
    student: Name
    received_at: AwareDatetime
    files: tuple[RemoteFile, ...]
    receipt: str
    feedback: str = ""


class Feedback(_Answer):
    """Feedback on the submission that was received at that time."""

    assignment: Name
    student: Name
    about: str
    received_at: AwareDatetime
    files: tuple[RemoteFile, ...]


class Sent(_Answer):
    """What came of sending: a submission has a receipt then."""

    id: str
    receipt: str = ""
    student: Name | Literal[""] = ""
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
