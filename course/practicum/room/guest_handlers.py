"""What a guest is answered. Each answer about a submission goes through the guest's own desk."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from practicum.errors import AnchorsFirst, BadInput, Conflict, IncompleteSheet
from practicum.records import Sheet, normal_code
from practicum.records.values import plain
from practicum.room.faults import reason
from practicum.room.handlers import Handler

__all__ = ["Decline", "OneSheet", "Questions", "Queue", "Submission", "Submit"]

MOST_WHY: Final = 2_000
SUBMISSION_POLICY: Final = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)


class OfGuest(Handler):
    """An answer for a guest, and 401 for everybody else."""

    async def prepare(self) -> None:  # type: ignore[override] # (tornado waits for it)
        """Find out who asks before anything else."""
        super().prepare()
        if self._finished:
            return
        desk = await self.desk_of_guest()
        if desk is None:
            self.refuse(401, "your link has expired: ask the instructor for a new one")
            return
        self.desk = desk

    def student(self, code: str) -> str | None:
        """Return whose submission is meant; what a guest may not see does not exist."""
        try:
            student = self.desk.student(code)
        except AnchorsFirst as error:
            self.refuse(423, str(error))
            return None
        if student is None:
            self.refuse(404, "there is no such submission")
        return student

    def body(self) -> dict[str, Any] | None:
        """Return what the page has sent, or None after refusing it."""
        try:
            body = json.loads(self.request.body)
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict):
            return body
        self.refuse(400, "the page has sent something that cannot be read: load it again")
        return None


class Queue(OfGuest):
    """The brief, the criteria and the queue."""

    def get(self, brief: str) -> None:
        """Give what the first view shows."""
        sizes = self.room.pages(brief).sizes
        lines = [
            line.model_dump() | dict(zip(("words", "minutes"), sizes[line.code], strict=True))
            for line in self.desk.queue()
        ]
        self.answer(
            self.desk.about()
            | {
                "submissions": lines,
                "questions": self.desk.correspondence.waiting(),
                "supervision": self.room.supervision(brief),
            }
        )


class Submission(OfGuest):
    """A submission's page, for an iframe in a sandbox."""

    def get(self, brief: str, code: str) -> None:
        """Give the page that was made after grading."""
        if self.student(code) is None:
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", SUBMISSION_POLICY)
        self.set_header("X-Frame-Options", "SAMEORIGIN")
        self.finish(self.room.pages(brief).page(normal_code(code)))


class OneSheet(OfGuest):
    """A sheet: read it, save it as it is written."""

    def get(self, _brief: str, code: str) -> None:
        """Give the draft and when it was submitted."""
        if (student := self.student(code)) is not None:
            self.answer(self.desk.state(student))

    def put(self, _brief: str, code: str) -> None:
        """Save a draft."""
        self.change(code, self.desk.save)

    def change(self, code: str, act: Callable[[str, Sheet, int], Any]) -> None:
        """Read what is asked for, do it, and say how it ended."""
        student = self.student(code)
        if student is None:
            return
        try:
            body = json.loads(self.request.body)
            sheet, revision = Sheet.model_validate(body["sheet"]), int(body["revision"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError, ValidationError):
            self.refuse(400, "the page has sent something that is no sheet: load it again")
            return
        try:
            act(student, sheet, revision)
        except Conflict as error:
            self.refuse(409, str(error), **self.desk.state(student))
        except IncompleteSheet as error:
            self.refuse(422, str(error), missing=error.missing)
        except BadInput as error:
            # A brief or a rubric that cannot be read is nothing that the page has sent.
            why = reason(error)
            if why is None:
                raise
            self.refuse(422, why, missing=[])
        else:
            self.answer(self.desk.state(student) | {"at": datetime.now(UTC).isoformat()})


class Submit(OneSheet):
    """Submitting a sheet."""

    def post(self, _brief: str, code: str) -> None:
        """Save and submit."""
        self.change(code, self.desk.submit)

    def put(self, _brief: str, _code: str) -> None:
        """Nothing is saved here."""
        self.refuse(405, "this did not work (405)")


class Decline(OfGuest):
    """Giving a submission back."""

    def post(self, _brief: str, code: str) -> None:
        """Bar the guest from a submission, with the guest's own reason."""
        student = self.student(code)
        body = self.body() if student is not None else None
        if student is None or body is None:
            return
        why = body.get("why")
        if not isinstance(why, str) or not plain(why).strip():
            self.refuse(422, "say in a few words why you should not judge it")
            return
        try:
            self.desk.decline(student, plain(why).strip()[:MOST_WHY])
        except BadInput as error:
            self.refuse(422, reason(error) or "this submission cannot be given back")
        else:
            self.answer({})


class Questions(OfGuest):
    """Students' questions, and answers to them."""

    def get(self, _brief: str) -> None:
        """Give the threads."""
        self.answer({"threads": self.desk.correspondence.threads()})

    def post(self, brief: str) -> None:
        """Keep an answer."""
        body = self.body()
        if body is None:
            return
        code, key, answers, text = (
            body.get(name, "") for name in ("code", "id", "answers", "text")
        )
        if not all(isinstance(said, str) for said in (code, key, answers, text)):
            self.refuse(400, "the page has sent something that is no answer: load it again")
            return
        try:
            self.desk.correspondence.answer(code, key, answers, text)
        except BadInput as error:
            why = reason(error)
            if why is None:
                raise
            self.refuse(422, why)
        else:
            self.get(brief)
