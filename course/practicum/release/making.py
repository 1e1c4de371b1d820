"""From a submission to its page: the notebook is read, and all that was judged put beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from practicum.briefs import Brief
from practicum.course import Course
from practicum.errors import NotReady
from practicum.gradebook import AnswerKey
from practicum.marks import Marks
from practicum.records import Case, Receipt
from practicum.release.arithmetic import sum_of
from practicum.release.judgements import judgements, next_steps
from practicum.release.page import Page, handover
from practicum.release.questions import Thread, spoken
from practicum.rendering import notebook_view
from practicum.rubrics import Rubric

__all__ = ["PageMaker"]


@dataclass(frozen=True)
class PageMaker:
    """Makes the pages of one brief; it only reads, and opens no database."""

    course: Course
    brief: Brief
    rubric: Rubric
    key: AnswerKey

    def page(
        self,
        marks: Marks,
        receipt: Receipt,
        cases: Sequence[Case],
        threads: Sequence[Thread] = (),
    ) -> Page:
        """Return one student's page; raise NotReady where the graded notebook cannot be read."""
        course = self.course
        judged = judgements(self.rubric, marks, cases)
        due = course.due(self.brief.id)
        late = course.policies.late
        after = receipt.received_at - due if due is not None else timedelta(0)
        return Page(
            course=course.settings.title,
            brief=self.brief,
            student=course.roster.student(marks.student).name,
            handover=handover(
                receipt.received_at,
                due,
                timedelta(minutes=late.grace_minutes),
                ZoneInfo(course.settings.timezone),
            ),
            marks=marks,
            sum=sum_of(marks, judged, after, late),
            judged=judged,
            steps=next_steps(judged),
            threads=tuple(
                tuple(spoken(said, course.roster) for said in thread) for thread in threads
            ),
            zone=ZoneInfo(course.settings.timezone),
            notebook=notebook_view(self._notebook(marks.student), marks, self.key),
        )

    def _notebook(self, student: str) -> dict[str, Any]:
        folder = self.course.station("autograded", student=student, brief=self.brief.id)
        file = folder / f"{self.brief.grading.notebook}.ipynb"
        try:
            notebook = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            message = f"{file}: cannot be read ({error}): run `practicum grade {self.brief.id}`"
            raise NotReady(message) from error
        return notebook if isinstance(notebook, dict) else {}
