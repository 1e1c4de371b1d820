"""Whether what a file of assessments says can be true; every problem, not the first one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import datetime

from practicum.course import Course
from practicum.records import MAX_WORDS, Assessment, plain
from practicum.review.rows import Row, Rows
from practicum.review.submissions import Submissions
from practicum.rubrics import Criterion, Rubric

__all__ = ["Checker"]

LEVEL = re.compile(r"([0-4])(\.0+)?")
"""A spreadsheet or data frame may write 3 as 3.0; 2.5 is not on the rubric's scale."""

SHOWN = 48
SUGGESTIONS = 100
"""After so many suggestions there is something else wrong, and looking for them is slow."""


class Checker:
    """Turns rows into assessments of one brief, noting what is wrong with them.

    ``agreed``: the rows are what instructors agreed on for the employer's criteria.
    """

    def __init__(  # noqa: PLR0913 (what a row is checked against)
        self,
        course: Course,
        rubric: Rubric,
        submissions: Submissions,
        *,
        reviewer: str | None,
        at: datetime,
        agreed: bool = False,
    ) -> None:
        roster = course.roster
        self._brief = submissions.brief
        self._rubric = rubric
        self._submissions = submissions
        self._reviewer = reviewer
        self._at = at
        self._agreed = agreed
        self._students = {student.id for student in roster.students}
        self._instructors = {instructor.id for instructor in roster.instructors}
        self._reviewers = {reviewer.id for reviewer in roster.reviewers}
        self._entitled = {reviewer.id for reviewer in roster.reviewers_of(self._brief)}
        self._suggestions = 0

    def assessments(self, rows: Rows) -> tuple[Assessment, ...]:
        """Return an assessment for each good row; note the problems of the others."""
        found: dict[tuple[str, str, str, str], int] = {}
        good: list[Assessment] = []
        for row in rows.rows:
            assessment = self._assessment(row, rows)
            if assessment is None:
                continue
            first = found.setdefault(assessment.subject, row.line)
            if first != row.line:
                what = (
                    f"{assessment.reviewer} rates {assessment.criterion} of "
                    f"{row['submission']} twice (first on line {first})"
                )
                rows.say(row.line, what, "keep one of the two rows")
            good.append(assessment)
        return tuple(good)

    def _assessment(self, row: Row, rows: Rows) -> Assessment | None:
        before = len(rows.problems)
        reviewer = self._rater(row, rows)
        student = self._student(row, rows)
        criterion = self._criterion(row, rows)
        if reviewer and criterion:
            self._right_rater(reviewer, criterion, row, rows)
        level = self._level(row, rows)
        words = plain(row["words"]).strip()
        if len(words) > MAX_WORDS:
            what = f"the words have {len(words):,} characters"
            rows.say(row.line, what, f"keep them to {MAX_WORDS:,}")
        if len(rows.problems) > before or not (reviewer and student and criterion):
            return None
        return Assessment(
            brief=self._brief,
            student=student,
            criterion=criterion.id,
            reviewer=reviewer,
            level=level,
            words=words,
            at=self._at,
        )

    def _rater(self, row: Row, rows: Rows) -> str | None:
        name = row["reviewer"] or self._reviewer or ""
        if not name:
            rows.say(row.line, "there is no reviewer", "fill in the column, or say --reviewer ID")
        elif self._reviewer not in {None, name}:
            what = f"the reviewer is {_shown(name)}, but --reviewer says {self._reviewer!r}"
            rows.say(row.line, what, "leave one of the two out")
        elif name in self._instructors or name in self._entitled:
            return name
        elif name in self._reviewers:
            what = f"{name!r} does not review {self._brief}"
            rows.say(row.line, what, f"add {self._brief} to the reviewer's briefs in the roster")
        elif name in self._students:
            rows.say(row.line, f"{name!r} is a student", "name a reviewer or an instructor")
        else:
            known = self._entitled | self._instructors
            rows.say(row.line, f"unknown reviewer {_shown(name)}", self._near(name, known))
        return None

    def _student(self, row: Row, rows: Rows) -> str | None:
        name = row["submission"]
        student = self._submissions.student(name)
        if not name:
            rows.say(row.line, "there is no submission", "write its code, as in the template")
        elif student is None:
            known = (*self._submissions.coded, *self._submissions.students)
            rows.say(row.line, f"unknown submission {_shown(name)}", self._near(name, known))
        elif student not in self._submissions.students:
            fix = "remove the row, or run `practicum collect` first"
            rows.say(row.line, f"{_shown(name)} has handed in nothing for {self._brief}", fix)
        else:
            return student
        return None

    def _criterion(self, row: Row, rows: Rows) -> Criterion | None:
        name = row["criterion"]
        criterion = self._rubric.criterion(name)
        if not name:
            rows.say(row.line, "there is no criterion", "write its id, as in the template")
        elif criterion is None:
            known = [criterion.id for criterion in self._rubric.criteria]
            rows.say(row.line, f"unknown criterion {_shown(name)}", self._near(name, known))
        return criterion

    def _right_rater(self, reviewer: str, criterion: Criterion, row: Row, rows: Rows) -> None:
        role = "instructor" if reviewer in self._instructors and not self._agreed else "employer"
        if role != criterion.rater:
            what = f"{criterion.id} is rated by the {criterion.rater}, not by {reviewer!r}"
            rows.say(row.line, what, "remove the row")

    def _level(self, row: Row, rows: Rows) -> int:
        text = row["level"]
        match = LEVEL.fullmatch(text)
        if match is not None:
            return int(match[1])
        if not text:
            rows.say(row.line, "level is empty", "write 0, 1, 2, 3 or 4, or remove the row")
        else:
            rows.say(row.line, f"level is {_shown(text)}", "write 0, 1, 2, 3 or 4")
        return 0

    def _near(self, name: str, known: Iterable[str]) -> str:
        choices = sorted(known)
        self._suggestions += 1
        if self._suggestions <= SUGGESTIONS:
            folded = {choice.casefold(): choice for choice in choices}
            near = difflib.get_close_matches(name[:64].casefold(), folded, n=1)
            if near:
                return f"did you mean {folded[near[0]]!r}?"
        if not choices:
            return "there is none yet"
        return "known: " + ", ".join(choices[:8]) + (" ..." if len(choices) > 8 else "")  # noqa: PLR2004 (a line's worth)


def _shown(text: str) -> str:
    clean = " ".join(plain(text).split())
    return repr(clean if len(clean) <= SHOWN else clean[:SHOWN] + "...")
