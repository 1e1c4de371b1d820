"""Messages: students' questions, and what supervisors and instructors answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import insert, select

from practicum.records.base import Store, value_of
from practicum.records.tables import MESSAGES
from practicum.records.values import Moment, NoId, Words
from practicum.values import Id, Value

__all__ = ["Messages", "Said"]

MessageKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class Said(Value):
    """One message in the thread of one student and one brief.

    ``by`` is the reviewer or instructor who wrote it, "" for the student; ``answers`` is the key
    of the question, or "".
    """

    student: Id
    key: MessageKey
    author: Literal["student", "supervisor", "instructor"]
    by: Id | NoId = ""
    text: Annotated[Words, Field(min_length=1)]
    answers: MessageKey | Literal[""] = ""
    at: Moment


class Messages(Store):
    """Threads: a message is never changed; the same key twice is the same message."""

    def say(self, brief: str, messages: Iterable[Said]) -> int:
        """Keep messages; return how many are new. What has a known key is left as it was."""
        found = list(messages)
        if not found:
            return 0
        with self._writing() as connection:
            query = select(MESSAGES.c.student, MESSAGES.c.key).where(MESSAGES.c.brief == brief)
            known = {(row.student, row.key) for row in connection.execute(query)}
            new: dict[tuple[str, str], Said] = {}
            for message in found:
                new.setdefault((message.student, message.key), message)
            added = [message for place, message in new.items() if place not in known]
            for message in added:
                connection.execute(insert(MESSAGES), message.model_dump() | {"brief": brief})
                if message.author != "student":
                    self._note(
                        connection,
                        "answer",
                        brief=brief,
                        student=message.student,
                        by=message.by,
                        detail=message.key,
                    )
            return len(added)

    def messages(self, brief: str, student: str | None = None) -> tuple[Said, ...]:
        """Return all that was said about a brief, by student, then by time."""
        query = select(MESSAGES).where(MESSAGES.c.brief == brief)
        if student is not None:
            query = query.where(MESSAGES.c.student == student)
        with self._reading() as connection:
            rows = connection.execute(
                query.order_by(MESSAGES.c.student, MESSAGES.c.at, MESSAGES.c.id)
            )
            return tuple(value_of(Said, row) for row in rows)
