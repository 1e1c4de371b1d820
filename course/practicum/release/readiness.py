"""Who can be given feedback, and what is still missing for the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from practicum.course import Course
from practicum.gradebook import AnswerKey
from practicum.marks import CellMark, Marks
from practicum.records import Case, Said, cases_of
from practicum.records.values import Assessment, Decision, Receipt, Release
from practicum.release.questions import Thread, answered
from practicum.rubrics import Criterion, Rubric

__all__ = [
    "MarksSource",
    "Missing",
    "Noted",
    "Readiness",
    "RecordsSource",
    "grouped",
    "readiness",
]


class MarksSource(Protocol):
    """What release needs of the gradebook."""

    def students(self, brief: str) -> tuple[str, ...]:
        """Return who has a submission in the gradebook."""

    def marks(self, brief: str, student: str) -> Marks:
        """Return one student's marks."""

    def answer_key(self, brief: str) -> AnswerKey:
        """Return the released cells with their original sources."""


class RecordsSource(Protocol):
    """What release needs of the records."""

    def receipts(self, brief: str) -> tuple[Receipt, ...]:
        """Return what has come in."""

    def assessments(self, brief: str, student: str | None = None) -> tuple[Assessment, ...]:
        """Return the assessments that count."""

    def decisions(self, brief: str, student: str | None = None) -> tuple[Decision, ...]:
        """Return the moderators' decisions that count."""

    def messages(self, brief: str) -> tuple[Said, ...]:
        """Return what students asked and what they were answered."""

    def releases(self, brief: str) -> Mapping[str, Release]:
        """Return what each student was given last, by student."""

    def released(self, brief: str, student: str, *, digest: str) -> object:
        """Note that a student was given feedback."""

    def log(
        self, action: str, *, brief: str = "", student: str = "", by: str = "", detail: str = ""
    ) -> object:
        """Add a line to the audit log."""


@dataclass(frozen=True, order=True)
class Missing:
    """One thing that is missing for one student, and what brings it."""

    student: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return it on one line."""
        return f"{self.student}: {self.what}: {self.remedy}"


def grouped(lines: Sequence[str], most: int = 20) -> tuple[str, ...]:
    """Return what is missing for people to read: one line a student, at most ``most``.

    Args:
        lines: As ``Missing`` is printed, in the order of the students.
        most: So many lines, of which the last then counts the students who are left.

    """
    by_student: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        student, what, remedy = (*line.split(": ", 2), "", "")[:3]
        by_student.setdefault(student, {}).setdefault(remedy, []).append(what)
    told = [
        f"{student}: "
        + "; ".join(
            ", ".join(whats) + (f": {remedy}" if remedy else "")
            for remedy, whats in by_remedy.items()
        )
        for student, by_remedy in by_student.items()
    ]
    if len(told) <= most:
        return tuple(told)
    rest = len(told) - most + 1
    return (*told[: most - 1], f"... and {rest} more students (`--json` or `--student` shows them)")


@dataclass(frozen=True)
class Noted:
    """What the records hold of one brief, by student: what came in, was judged, was answered."""

    brief: str
    rubric: Rubric
    receipts: Mapping[str, Receipt]
    cases: Mapping[str, tuple[Case, ...]]
    threads: Mapping[str, tuple[Thread, ...]]

    @classmethod
    def read(cls, course: Course, brief: str, records: RecordsSource) -> Noted:
        """Read all of it at once."""
        rubric = course.rubric(brief)
        cases: dict[str, list[Case]] = {}
        for case in cases_of(
            rubric,
            records.assessments(brief),
            records.decisions(brief),
            gap=course.policies.moderation_gap,
        ):
            cases.setdefault(case.student, []).append(case)
        messages: dict[str, list[Said]] = {}
        for said in records.messages(brief):
            messages.setdefault(said.student, []).append(said)
        return cls(
            brief=brief,
            rubric=rubric,
            receipts={receipt.student: receipt for receipt in records.receipts(brief)},
            cases={student: tuple(own) for student, own in cases.items()},
            threads={student: answered(own) for student, own in messages.items()},
        )

    def judged(self, student: str) -> tuple[Case, ...]:
        """Return what was judged of one submission, in the rubric's order."""
        return self.cases.get(student, ())

    def answered(self, student: str) -> tuple[Thread, ...]:
        """Return the questions of one student that were answered, with the answers."""
        return self.threads.get(student, ())


@dataclass(frozen=True)
class Readiness:
    """Who is complete, what the others lack, and who has handed in nothing (all sorted)."""

    complete: tuple[str, ...]
    missing: tuple[Missing, ...]
    not_handed_in: tuple[str, ...]


def readiness(expected: Sequence[str], gradebook: MarksSource, noted: Noted) -> Readiness:
    """Return how far the submissions of the ``expected`` students, and of no others, are."""
    brief, receipts = noted.brief, noted.receipts
    in_gradebook = set(gradebook.students(brief))
    handed_in = sorted(set(expected) & (receipts.keys() | in_gradebook))
    missing: list[Missing] = []
    for student in handed_in:
        not_graded = _not_graded(student, brief, receipts.get(student))
        if not_graded is not None:
            missing.append(not_graded)
        elif student not in in_gradebook:
            missing.append(
                Missing(student, "not in the gradebook", f"run `practicum grade {brief}`")
            )
        else:
            marks = gradebook.marks(brief, student)
            missing += _not_marked(marks, noted.rubric, noted.judged(student))
    incomplete = {entry.student for entry in missing}
    return Readiness(
        complete=tuple(student for student in handed_in if student not in incomplete),
        missing=tuple(missing),
        not_handed_in=tuple(sorted(set(expected) - set(handed_in))),
    )


def _not_graded(student: str, brief: str, receipt: Receipt | None) -> Missing | None:
    remedy = f"run `practicum grade {brief}`"
    if receipt is None:
        what = "graded, but there is no receipt of it"
        return Missing(student, what, f"run `practicum collect {brief}`")
    if receipt.state == "error":
        reason = f" ({receipt.detail.splitlines()[0]})" if receipt.detail else ""
        return Missing(student, f"grading stopped with an error{reason}", remedy)
    if receipt.state == "running":
        return Missing(student, "grading is not finished", f"wait for it, or {remedy}")
    if receipt.state == "received":
        return Missing(student, "handed in, but not graded yet", remedy)
    return None


def _not_marked(marks: Marks, rubric: Rubric, cases: Sequence[Case]) -> Iterator[Missing]:
    """Yield what is missing of a graded submission, in the notebook's order."""
    criteria = {criterion.cell: criterion for criterion in rubric.criteria}
    by_criterion = {case.criterion: case for case in cases}
    for mark in marks.cells:
        criterion = criteria.get(mark.cell)
        if criterion is None:
            what = _unmarked(mark, marks.brief)
        else:
            what = _unjudged(mark, criterion, by_criterion.get(criterion.id), marks.brief)
        if what is not None:
            yield Missing(marks.student, *what)


def _unmarked(mark: CellMark, brief: str) -> tuple[str, str] | None:
    if mark.score is not None:
        return None
    if mark.kind == "autograded":
        return (
            f"the mark of {mark.cell} waits for you (`practicum grade` says why)",
            f"confirm or change it: `practicum mark {brief} --template MARKS.csv`, or formgrader",
        )
    return (
        f"the written answer {mark.cell} is not marked",
        f"use `practicum mark {brief} --from MARKS.csv` or formgrader",
    )


def _unjudged(
    mark: CellMark, criterion: Criterion, case: Case | None, brief: str
) -> tuple[str, str] | None:
    if case is not None and case.state == "open":
        gap = f"{min(case.levels)} and {max(case.levels)}"
        what = f"{criterion.id} waits for moderation (reviewers gave {gap})"
        return what, f"use `practicum moderate {brief}`"
    if case is not None and case.pending:
        what = f"a reviewer said something new on {criterion.id} after it was moderated"
        return what, f"use `practicum moderate {brief}`"
    if mark.score is not None:
        return None
    if case is not None:
        what = f"the assessments of {criterion.id} are not in the gradebook"
        return what, f"run `practicum review {brief}` again"
    what = f"{criterion.id} has no assessment by the {criterion.rater}"
    return what, f"use `practicum review {brief}` or formgrader"
