"""Students' questions and the answers to them, as one reviewer may read and give them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from practicum.course import Course
from practicum.errors import BadInput
from practicum.people import Reviewer
from practicum.records import Records, Said, normal_code
from practicum.review.blinding import Blinder, Blinding
from practicum.review.caseload import barred_from

__all__ = ["MOST_ANSWERS", "Correspondence", "open_questions"]

MOST_ANSWERS = 200
"""Answers of one reviewer in one thread: nobody writes more, and a program that does is stopped."""


class Correspondence:
    """The threads that one reviewer of a brief sees: blind, each under its code.

    A reviewer sees the questions of the students whose submissions are the reviewer's to judge,
    and of those that are nobody's yet; never those with a conflict of interest.
    """

    def __init__(self, course: Course, brief: str, records: Records, reviewer: Reviewer) -> None:
        self._course, self._brief, self._records = course, brief, records
        self._reviewer = reviewer
        self._names = {one.id: one.name for one in course.roster.reviewers}
        self._names |= {one.id: one.name for one in course.roster.instructors}

    def waiting(self) -> int:
        """Return in how many threads a question is open; cheap, as each view of the room asks."""
        return sum(bool(open_questions(said)) for said in self._by_student().values())

    def threads(self) -> list[dict[str, Any]]:
        """Return the threads as the page shows them, those with an open question first."""
        threads: list[dict[str, Any]] = []
        given = self._course.brief(self._brief).model_dump_json()
        blinding = Blinding(self._course.roster, given)
        for student, said in self._by_student().items():
            clear = blinding.blinder(student, "\n".join(one.text for one in said))
            threads.append(
                {
                    "code": self._records.blind_code(self._brief, student),
                    "open": bool(open_questions(said)),
                    "messages": [self._shown(one, clear) for one in said],
                }
            )
        return sorted(threads, key=lambda thread: (not thread["open"], thread["code"]))

    def answer(self, code: str, key: str, answers: str, text: str) -> None:
        """Keep an answer; the same key twice is once.

        Raises:
            BadInput: There is no such thread, or no words.

        """
        wanted = normal_code(code)
        for student, said in self._by_student().items():
            if self._records.blind_code(self._brief, student) != wanted:
                continue
            known = {one.key for one in said}
            if answers and answers not in known:
                message = "the question is not there any more: load the page again"
                raise BadInput(message)
            if sum(one.by == self._reviewer.id for one in said) >= MOST_ANSWERS:
                message = f"you have written {MOST_ANSWERS} answers here: write to the instructor"
                raise BadInput(message)
            self._records.say(self._brief, [self._said(student, key, answers, text)])
            return
        message = "there is no such question"
        raise BadInput(message)

    def _said(self, student: str, key: str, answers: str, text: str) -> Said:
        try:
            return Said(
                student=student,
                # A reviewer's keys are told apart from a student's: nobody can take another's.
                key=f"r-{key}",
                author="supervisor",
                by=self._reviewer.id,
                text=text.strip(),
                answers=answers,
                at=datetime.now(UTC),
            )
        except ValidationError:
            message = "the answer is empty or too long, or the page sent something that is none"
            raise BadInput(message) from None

    def _shown(self, one: Said, clear: Blinder) -> dict[str, Any]:
        is_student = one.author == "student"
        is_mine = one.by == self._reviewer.id
        return {
            "id": one.key,
            "author": one.author,
            "name": "" if is_student else self._names.get(one.by, ""),
            # Who answers may know the student, and say the name.
            "text": one.text if is_mine else clear.text(one.text),
            "at": one.at.isoformat(),
            "answers": one.answers,
            "mine": is_mine,
        }

    def _by_student(self) -> dict[str, list[Said]]:
        held = self._records.allocations(self._brief)
        mine = {one.student: one.state for one in held if one.reviewer == self._reviewer.id}
        taken = {one.student for one in held if one.state == "assigned"}
        barred = barred_from(self._reviewer, held)
        found: dict[str, list[Said]] = {}
        for one in self._records.messages(self._brief):
            is_mine = one.student not in taken or mine.get(one.student) == "assigned"
            if is_mine and one.student not in barred:
                found.setdefault(one.student, []).append(one)
        return found


def open_questions(said: list[Said]) -> list[Said]:
    """Return a student's messages that came after the last answer in a thread."""
    answers = [n for n, one in enumerate(said) if one.author != "student"]
    named = {one.answers for one in said if one.author != "student"}
    after = answers[-1] + 1 if answers else 0
    return [one for one in said[after:] if one.author == "student" and one.key not in named]
