"""What a student's widgets keep: goals, hours, messages, evidence, a look at oneself, receipts.

It is one value, so that it is written and read as a whole. All texts are plain text: who shows
them escapes them.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from practicum.values import Id, Value

__all__ = [
    "Achievement",
    "Contact",
    "HandIn",
    "HandedFile",
    "Internship",
    "Message",
    "MilestoneState",
    "Objective",
    "SelfLevel",
    "Supervision",
    "SupervisionQuestion",
    "TimeEntry",
    "Timer",
]

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]")


def _plain(text: str) -> str:
    """Take out what no text needs: control characters, overrides of direction, half characters."""
    return _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


Line = Annotated[
    str,
    StringConstraints(max_length=300),
    AfterValidator(_plain),
    AfterValidator(_one_line),
]
"""One line of plain text, which may be empty."""
Said = Annotated[Line, Field(min_length=1)]
"""One line of plain text that says something."""
Words = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(_plain)]
"""A few paragraphs of plain text, which may be empty."""
Key = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", strip_whitespace=False)
]
"""What tells one entry of a list from the others; made where it is added."""
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Hours = Annotated[float, Field(ge=0, le=400, allow_inf_nan=False)]


class Objective(Value):
    """A learning goal, how one sees that it is reached, and the look back at the end."""

    id: Key
    text: Said
    measure: Line = ""
    skill: Line = ""
    criterion: Id | None = None
    due: dt.date | None = None
    reached: Literal["open", "no", "partly", "yes"] = "open"
    looked_back: Words = ""


class MilestoneState(Value):
    """Where a milestone of the brief stands; ``planned_hours`` where they are not the brief's."""

    milestone: Id
    state: Literal["to-do", "doing", "done"] = "to-do"
    planned_hours: Hours | None = None


class TimeEntry(Value):
    """Time that was spent, by the timer or entered by hand."""

    id: Key
    milestone: Id | None = None
    begin: AwareDatetime
    minutes: Minutes
    note: Line = ""


class Timer(Value):
    """A clock that runs."""

    milestone: Id | None = None
    begin: AwareDatetime


class Message(Value):
    """A question to the supervisor or an answer; ``sent`` once a server has taken it."""

    id: Key
    author: Literal["student", "supervisor", "instructor"] = "student"
    name: Line = ""
    text: Annotated[Words, Field(min_length=1)]
    at: AwareDatetime
    answers: Key | None = None
    sent: bool = False


class Achievement(Value):
    """What was done, where it can be seen, and the skill that it shows."""

    id: Key
    text: Said
    kind: Literal["cell", "chart", "file", "link"] = "cell"
    evidence: Line = ""
    skill: Line = ""
    at: AwareDatetime


class Contact(Value):
    """Somebody whom the student met, and what is to follow."""

    id: Key
    name: Said
    role: Line = ""
    met: dt.date | None = None
    follow_up: Line = ""
    done: bool = False


class SelfLevel(Value):
    """The level that a student gives the own work by one criterion of the rubric, and why."""

    criterion: Id
    level: Annotated[int, Field(ge=0, le=4)]
    evidence: Words = ""


SupervisionQuestion = Literal["clear", "reachable", "helpful", "respectful"]
"""The task was clear; answers came in time; what was said helped; the tone was respectful."""


class Supervision(Value):
    """What a student says of the supervision, from 0 (not at all) to 4 (entirely).

    The employer sees it, without names, when feedback is released and not before: neither side
    judges knowing what the other one said.
    """

    levels: dict[SupervisionQuestion, Annotated[int, Field(ge=0, le=4)]] = Field(
        default_factory=dict
    )
    words: Words = ""
    recommend: Literal["", "yes", "perhaps", "no"] = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: never given, or cleared again."""
        return not (self.levels or self.words or self.recommend)


class HandedFile(Value):
    """A file of a hand-in: its path in the folder, its size in bytes, its digest."""

    name: Said
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class HandIn(Value):
    """A receipt: when, which way, which files; ``sha256`` is that of them all."""

    id: Key
    at: AwareDatetime
    way: Literal["nbgrader", "zip"]
    place: Line = ""
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    files: Annotated[tuple[HandedFile, ...], Field(max_length=2_000)] = ()


class Internship(Value):
    """All that one student's widgets keep of one brief; ``revision`` counts the changes."""

    schema_version: Literal[1] = 1
    brief: Id
    revision: Annotated[int, Field(ge=0)] = 0
    objectives: Annotated[tuple[Objective, ...], Field(max_length=50)] = ()
    milestones: Annotated[tuple[MilestoneState, ...], Field(max_length=50)] = ()
    time: Annotated[tuple[TimeEntry, ...], Field(max_length=1_000)] = ()
    timer: Timer | None = None
    messages: Annotated[tuple[Message, ...], Field(max_length=500)] = ()
    achievements: Annotated[tuple[Achievement, ...], Field(max_length=200)] = ()
    contacts: Annotated[tuple[Contact, ...], Field(max_length=100)] = ()
    reflection: Annotated[dict[Id, Words], Field(max_length=20)] = Field(default_factory=dict)
    self_assessment: Annotated[tuple[SelfLevel, ...], Field(max_length=50)] = ()
    supervision: Supervision | None = None
    hand_ins: Annotated[tuple[HandIn, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> Internship:
        lists = {
            "objectives": [entry.id for entry in self.objectives],
            "milestones": [entry.milestone for entry in self.milestones],
            "time": [entry.id for entry in self.time],
            "messages": [entry.id for entry in self.messages],
            "achievements": [entry.id for entry in self.achievements],
            "contacts": [entry.id for entry in self.contacts],
            "self_assessment": [entry.criterion for entry in self.self_assessment],
            "hand_ins": [entry.id for entry in self.hand_ins],
        }
        for name, keys in lists.items():
            if len(set(keys)) != len(keys):
                message = f"two entries of {name} have the same id"
                raise ValueError(message)
        return self

    @property
    def minutes(self) -> int:
        """The time that was logged, in minutes."""
        return sum(entry.minutes for entry in self.time)
