"""Messages: students' questions, each in a thread of its own, and the answers to them.

It is the protocol of the students' widget: what it sends besides the words is not believed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import accumulate
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field, ValidationError

from practicum.course import Course
from practicum.internship.record import Key, Words
from practicum.records import Records, Said
from practicum.review.correspondence import Correspondence
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.service.subjects import Place, Placed, reviewer_of
from practicum.values import ID_PATTERN, Value

__all__ = ["router"]

router = APIRouter(prefix="/briefs/{brief}/messages", tags=["messages"])

LONGEST: Final = 5_000
"""Characters of a message that the widget takes; a longer answer is cut there."""
MOST_BYTES: Final = 700_000
"""The widget reads a million at most; the rest comes when it asks again."""
MOST: Final = 500
"""Messages in one answer."""
MOST_ASKED: Final = 500
"""Messages of one student on one brief: as many as the student's file holds."""

Thread = Annotated[str, Field(min_length=1, max_length=64)]


class SentMessage(Value):
    """A message as it is sent.

    ``author``, ``name`` and ``at`` are what the widget says of itself, and are not believed.
    ``thread`` names the thread for an answer: a student for instructors, a code for reviewers.
    """

    id: Key
    text: Annotated[Words, Field(min_length=1)]
    answers: Key | None = None
    thread: Thread | None = None
    author: str = Field(default="student", max_length=20)
    name: str = Field(default="", max_length=300)
    at: AwareDatetime | None = None


class TakenMessage(Value):
    """That a message was taken; the same one twice is once."""

    id: str


class ShownMessage(Value):
    """A message as it is shown; ``thread`` is left out of a student's own."""

    id: str
    author: Literal["student", "supervisor", "instructor"]
    name: str = ""
    text: str
    at: datetime
    answers: str | None = None
    thread: str | None = None


class Messages(Value):
    """Messages, oldest first; what is too much for one answer comes with the next ``since``."""

    messages: tuple[ShownMessage, ...]


@router.post("", response_model_exclude_none=True)
def send(sent: SentMessage, at: Placed, here: Here) -> TakenMessage:
    """Ask a question (students), or answer one (instructors and reviewers)."""
    if at.who.role == "student":
        if sent.thread is not None:
            raise refusal(403, "you write in your own thread: leave out `thread`")
        _ask(sent, at, here.records)
    elif sent.thread is None:
        raise refusal(422, "name the thread that you answer in `thread`")
    elif at.who.role == "reviewer":
        reviewer = reviewer_of(here.course, at.who, at.brief)
        letters = Correspondence(here.course, at.brief, here.records, reviewer)
        letters.answer(sent.thread, sent.id, sent.answers or "", sent.text)
    else:
        _answer(sent, sent.thread, at, here)
    return TakenMessage(id=sent.id)


@router.get("", response_model_exclude_none=True)
def read(
    at: Placed,
    here: Here,
    since: Annotated[AwareDatetime | None, Query(description="only what came after")] = None,
    thread: Annotated[str | None, Query(max_length=64, description="only this one")] = None,
) -> Messages:
    """Read a student's own thread, or the threads that an instructor or reviewer may answer."""
    course = here.course
    if at.who.role == "student":
        found = _own(here.records.messages(at.brief, at.who.name), course, at)
        thread = None
    elif at.who.role == "reviewer":
        found = _blind(course, at, here.records)
    else:
        found = _all(here.records.messages(at.brief), course)
    wanted = [
        one
        for one in sorted(found, key=lambda one: one.at)
        if (since is None or one.at > since) and thread in {None, one.thread}
    ]
    return Messages(messages=_cut(wanted))


def _ask(sent: SentMessage, at: Place, records: Records) -> None:
    said = records.messages(at.brief, at.who.name)
    mine = {one.key for one in said if one.author == "student"}
    if len(mine) >= MOST_ASKED and sent.id not in mine:
        raise refusal(409, f"you have written {MOST_ASKED} messages: write to the instructor")
    if sent.id in {one.key for one in said} - mine:
        raise refusal(409, "the id of this message is taken: send it with another one")
    _say(records, at.brief, at.who.name, sent, author="student")


def _answer(sent: SentMessage, student: str, at: Place, here: Here) -> None:
    said = here.records.messages(at.brief, student) if _is_id(student) else ()
    if not said and student not in here.course.students_of(at.brief):
        raise refusal(404, "there is no such thread: see the list of messages")
    if sent.answers and sent.answers not in {one.key for one in said}:
        raise refusal(409, "the question is not there any more: load the messages again")
    # An instructor's keys are told apart from a student's: nobody can take another's.
    own = sent.model_copy(update={"id": f"i-{sent.id}"})
    _say(here.records, at.brief, student, own, author="instructor", by=at.who.name)


def _say(  # noqa: PLR0913 (what there is to know about a message)
    records: Records,
    brief: str,
    student: str,
    sent: SentMessage,
    *,
    author: Literal["student", "instructor"],
    by: str = "",
) -> None:
    try:
        said = Said(
            student=student,
            key=sent.id,
            author=author,
            by=by,
            text=sent.text,
            answers=sent.answers or "",
            at=datetime.now(UTC),
        )
    except ValidationError:
        raise refusal(422, "the message has no words, or its id is too long") from None
    records.say(brief, [said])


def _own(said: tuple[Said, ...], course: Course, at: Place) -> list[ShownMessage]:
    """Show a student's thread. A reviewer is the employer there: who judges is not told."""
    instructors = {one.id: one.name for one in course.roster.instructors}
    employer = course.brief(at.brief).employer.name
    names = {"student": "", "supervisor": employer}
    return [_shown(one, names.get(one.author) or instructors.get(one.by, "")) for one in said]


def _all(said: tuple[Said, ...], course: Course) -> list[ShownMessage]:
    names = {one.id: one.name for one in course.roster.instructors}
    names |= {one.id: one.name for one in course.roster.reviewers}
    names |= {one.id: one.name for one in course.roster.students}
    return [_shown(one, names.get(one.by or one.student, one.by), one.student) for one in said]


def _blind(course: Course, at: Place, records: Records) -> list[ShownMessage]:
    """Show what a reviewer may read: threads by code, without names of students."""
    reviewer = reviewer_of(course, at.who, at.brief)
    return [
        ShownMessage(
            id=one["id"],
            author=one["author"],
            name=one["name"],
            text=one["text"],
            at=datetime.fromisoformat(one["at"]),
            answers=one["answers"] or None,
            thread=thread["code"],
        )
        for thread in Correspondence(course, at.brief, records, reviewer).threads()
        for one in thread["messages"]
    ]


def _shown(one: Said, name: str, thread: str | None = None) -> ShownMessage:
    return ShownMessage(
        id=one.key,
        author=one.author,
        name=name,
        text=one.text if thread else one.text[:LONGEST],
        at=one.at,
        answers=one.answers or None,
        thread=thread,
    )


def _cut(wanted: list[ShownMessage]) -> tuple[ShownMessage, ...]:
    """Return the oldest ones, as many as the widget reads."""
    sizes = accumulate(len(one.model_dump_json().encode()) for one in wanted)
    return tuple(one for one, size in zip(wanted, sizes, strict=True) if size <= MOST_BYTES)[:MOST]


def _is_id(name: str) -> bool:
    return re.fullmatch(ID_PATTERN, name) is not None
