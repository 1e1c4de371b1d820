"""What the records hold, as frozen values. Nothing here knows of a database.

All times are aware and in UTC. All texts are plain: control characters, lone surrogates
and characters that turn the direction of writing are removed when a value is made.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from practicum.rubrics.rubric import Level
from practicum.values import Id, Value

__all__ = [
    "MAX_WORDS",
    "Assessment",
    "AuditEntry",
    "Decision",
    "Finding",
    "Grading",
    "Progressed",
    "Publication",
    "Receipt",
    "Release",
    "State",
    "Subject",
    "plain",
]

MAX_WORDS = 10_000
"""The longest words that a reviewer may write about one criterion, in characters."""

MAX_NOTE = 20_000
"""Longer notes of our own (details, messages) are cut, never refused: they report a fault."""

BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n"})


def plain(text: str) -> str:
    """Return ``text`` without what cannot be seen or stored; lines and tabs stay."""
    if text.isprintable():  # most texts are one line of plain words
        return text
    lines = text.replace("\r\n", "\n").translate(LINE_ENDS)
    return "".join(
        character
        for character in lines
        if character in "\n\t"
        or (unicodedata.category(character) not in {"Cc", "Cs"} and character not in BIDI_CONTROLS)
    )


def _note(text: object) -> object:
    if not isinstance(text, str):
        return text  # pydantic says what is wrong
    clean = plain(text)
    return clean if len(clean) <= MAX_NOTE else clean[: MAX_NOTE - 4] + " ..."


def _words(text: object) -> object:
    return plain(text) if isinstance(text, str) else text


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Words = Annotated[str, BeforeValidator(_words), StringConstraints(max_length=MAX_WORDS)]
Note = Annotated[str, BeforeValidator(_note)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z:+/=_-]{1,128}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
NoId = Literal[""]
State = Literal["received", "running", "graded", "error"]


class Subject(Value):
    """One student's submission for one brief."""

    brief: Id
    student: Id


class Receipt(Value):
    """A submission that has come in, and how far it is on the road.

    ``size`` is in bytes, ``files`` a count; ``since`` is when it came into its state.
    """

    brief: Id
    student: Id
    received_at: Moment
    sha256: Sha256
    source: Annotated[Note, Field(description="where it came from: exchange, a folder, a zip")]
    files: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    state: State = "received"
    detail: Note = ""
    since: Moment


class Progressed(Value):
    """A step of a submission on its road, with its reason and its time."""

    state: State
    detail: Note = ""
    at: Moment


class Grading(Value):
    """One grading of a submission, never changed afterwards.

    ``basis`` is the digest of all that the marks were made from, ``work`` of what in it is the
    student's own, ``executed`` of the executed notebook; "" where it is not known.
    """

    brief: Id
    student: Id
    basis: Digest | Literal[""]
    work: Digest | Literal[""] = ""
    executed: Digest | Literal[""] = ""
    by: Id | NoId = ""
    versions: dict[str, Note] = Field(default_factory=dict)
    at: Moment


class Publication(Value):
    """A brief that was released to students, with the digest of what was proved, and how."""

    brief: Id
    digest: Digest
    proofs: tuple[dict[str, Any], ...]
    at: Moment


class Assessment(Value):
    """What one reviewer says about one criterion of one submission."""

    brief: Id
    student: Id
    criterion: Id
    reviewer: Id
    level: Level
    words: Words = ""
    at: Moment

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What is judged, and by whom: the newest assessment of a subject counts."""
        return (self.brief, self.student, self.criterion, self.reviewer)


class Decision(Value):
    """The level that an instructor decides on in moderation, and why."""

    brief: Id
    student: Id
    criterion: Id
    level: Level
    reason: Annotated[Words, StringConstraints(min_length=1)]
    by: Id
    at: Moment


class Finding(Value):
    """Something that grading noticed. ``student`` is filled in when it is read back."""

    cell: Annotated[Note, Field(description="a grade_id, or empty for the whole notebook")]
    kind: Note
    message: Note
    student: Id | NoId = ""


class Release(Value):
    """Feedback that a student has been given, with the digest of its content."""

    brief: Id
    student: Id
    digest: Digest
    at: Moment


class AuditEntry(Value):
    """One line of the log of all that was done: never changed, never removed."""

    at: Moment
    action: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9 _-]{0,63}$")]
    brief: Id | NoId = ""
    student: Id | NoId = ""
    by: Id | NoId = ""
    detail: Note = ""
