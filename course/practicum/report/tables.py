"""The cohort as tables: everything that the report shows, ready to be counted and drawn."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from practicum.course import Course
from practicum.errors import NotACourse
from practicum.gradebook import read_marks
from practicum.marks import Marks
from practicum.records import Case, Finding, Receipt, Records, are_there, cases_of

if TYPE_CHECKING:
    from practicum.briefs import Brief
    from practicum.rubrics import Rubric

__all__ = ["COLUMNS", "Tables", "tables", "tables_at"]

Row = dict[str, Any]

COLUMNS: dict[str, dict[str, str]] = {
    "funnel": {
        "brief": "str",
        "expected": "int64",
        "handed_in": "int64",
        "graded": "int64",
        "released": "int64",
    },
    "marks": {
        "brief": "str",
        "student": "str",
        **{
            name: "float64"
            for kind in ("autograded", "written", "employer", "instructor")
            for name in (kind, f"{kind}_max")
        },
        "points": "float64",
        "max": "float64",
        "penalty": "float64",
        "total": "float64",
        "percent": "float64",
        "complete": "bool",
    },
    "items": {
        "brief": "str",
        "student": "str",
        "cell": "str",
        "kind": "str",
        "score": "float64",
        "max": "float64",
        "share": "float64",
    },
    "criteria": {
        "brief": "str",
        "student": "str",
        "criterion": "str",
        "title": "str",
        "levels": "object",
        "consensus": "float64",
        "moderated": "bool",
    },
    "hours": {
        "brief": "str",
        "title": "str",
        "milestone": "str",
        "hours": "float64",
        "estimate": "float64",
    },
    "findings": {
        "brief": "str",
        "student": "str",
        "cell": "str",
        "kind": "str",
        "message": "str",
    },
}
"""The columns of each table, with their types."""


def _empty(name: str) -> pd.DataFrame:
    return _frame(name, ())


def _frame(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    columns = COLUMNS[name]
    return pd.DataFrame(list(rows), columns=list(columns)).astype(columns)


@dataclass(frozen=True, eq=False)
class Tables:
    """A cohort as tables. Briefs stand in the order of course.yml, students by their ids.

    Attributes:
        title: The course's title; empty when there is no course.
        place: The course's folder; None when there is no course.
        funnel: A row a brief. ``expected``: students who are to hand in; ``handed_in``,
            ``graded``, ``released``: how many did, are graded, have feedback.
        marks: A row a graded submission. ``autograded``, ``written``, ``employer`` and
            ``instructor`` are points before any penalty, each with ``_max``; ``points`` and
            ``max`` are their sums, ``penalty`` what lateness takes away, ``total`` the mark
            in points, ``percent`` the mark in percent of ``max``. ``complete`` tells that
            nothing is left to be marked; what is unmarked counts as 0 until then.
        items: A row a cell of a graded submission. ``kind`` as in ``CellMark``; ``score`` in
            points, missing while nobody has marked it; ``share`` is ``score / max``, 0 to 1.
        criteria: A row a criterion of a submission that was assessed. ``levels`` are the
            reviewers' (0 to 4, falling, a tuple), ``consensus`` the level that counts,
            missing while moderation is open; ``moderated`` tells that an instructor decided.
        hours: A row a milestone. ``hours`` are the milestone's, ``estimate`` the brief's.
        findings: A row a thing that grading noticed. ``cell`` is empty for a whole notebook.

    """

    title: str = ""
    place: Path | None = None
    funnel: pd.DataFrame = field(default_factory=lambda: _empty("funnel"))
    marks: pd.DataFrame = field(default_factory=lambda: _empty("marks"))
    items: pd.DataFrame = field(default_factory=lambda: _empty("items"))
    criteria: pd.DataFrame = field(default_factory=lambda: _empty("criteria"))
    hours: pd.DataFrame = field(default_factory=lambda: _empty("hours"))
    findings: pd.DataFrame = field(default_factory=lambda: _empty("findings"))


def tables_at(place: str = "") -> Tables:
    """Return the tables of the course at or above ``place``, or empty ones without a course.

    For the notebook: an empty ``place`` means ``$PRACTICUM_COURSE``, or the current folder.

    Raises:
        InvalidDocument: The course has a file with problems.

    """
    folder = Path(place or os.environ.get("PRACTICUM_COURSE") or ".")
    try:
        course = Course.find(folder)
    except NotACourse:
        if place:
            raise
        return Tables()
    return tables(course)


def tables(course: Course) -> Tables:
    """Return the cohort's tables; nothing is changed, and no database is made.

    Raises:
        InvalidDocument: A brief or a rubric has problems.
        Busy: Another command keeps a database locked.

    """
    subjects = [(course.brief(name), course.rubric(name)) for name in course.brief_names]
    marks = read_marks(course, subjects)
    noted = _noted(course, subjects)
    return Tables(
        title=course.settings.title,
        place=course.root,
        funnel=_frame(
            "funnel",
            (_funnel(course, b.id, noted[b.id], marks[b.id]) for b, _ in subjects),
        ),
        marks=_frame("marks", (_mark(m) for b, _ in subjects for m in marks[b.id])),
        items=_frame("items", (row for b, _ in subjects for m in marks[b.id] for row in _items(m))),
        criteria=_frame(
            "criteria", (_criterion(c) for b, _ in subjects for c in noted[b.id].cases)
        ),
        hours=_frame("hours", (row for b, _ in subjects for row in _hours(b))),
        findings=_frame(
            "findings", (_finding(b.id, f) for b, _ in subjects for f in noted[b.id].findings)
        ),
    )


@dataclass(frozen=True)
class _Noted:
    """What the records hold of one brief."""

    receipts: Sequence[Receipt] = ()
    cases: Sequence[Case] = ()
    findings: Sequence[Finding] = ()
    released: frozenset[str] = frozenset()


def _noted(course: Course, subjects: Sequence[tuple[Brief, Rubric]]) -> dict[str, _Noted]:
    if not are_there(course.records_url):
        return {brief.id: _Noted() for brief, _ in subjects}
    noted: dict[str, _Noted] = {}
    with Records(course.records_url) as records:
        for brief, rubric in subjects:
            receipts = records.receipts(brief.id)
            noted[brief.id] = _Noted(
                receipts=receipts,
                cases=cases_of(
                    rubric,
                    records.assessments(brief.id),
                    records.decisions(brief.id),
                    gap=course.policies.moderation_gap,
                ),
                findings=records.findings(brief.id),
                released=frozenset(
                    r.student for r in receipts if records.release_of(brief.id, r.student)
                ),
            )
    return noted


def _funnel(course: Course, brief: str, noted: _Noted, marks: Sequence[Marks]) -> Row:
    states = {receipt.student: receipt.state for receipt in noted.receipts}
    return {
        "brief": brief,
        "expected": len(course.students_of(brief)),
        "handed_in": len(states.keys() | {entry.student for entry in marks}),
        "graded": sum(states.get(entry.student, "graded") == "graded" for entry in marks),
        "released": len(noted.released),
    }


def _mark(marks: Marks) -> Row:
    row: Row = {"brief": marks.brief, "student": marks.student}
    for kind in ("autograded", "written", "employer", "instructor"):
        row |= {kind: marks.points(kind), f"{kind}_max": marks.max_points(kind)}
    possible = marks.max_points()
    return row | {
        "points": marks.points(),
        "max": possible,
        "penalty": marks.penalty,
        "total": marks.total,
        "percent": 100 * marks.total / possible if possible else None,
        "complete": not marks.missing,
    }


def _items(marks: Marks) -> Iterator[Row]:
    for cell in marks.cells:
        known = cell.score is not None and cell.max_points
        yield {
            "brief": marks.brief,
            "student": marks.student,
            "cell": cell.cell,
            "kind": cell.kind,
            "score": cell.score,
            "max": cell.max_points,
            "share": (cell.score or 0.0) / cell.max_points if known else None,
        }


def _criterion(case: Case) -> Row:
    return {
        "brief": case.brief,
        "student": case.student,
        "criterion": case.criterion,
        "title": case.title,
        "levels": tuple(case.levels),
        "consensus": case.level,
        "moderated": case.decision is not None,
    }


def _hours(brief: Brief) -> Iterator[Row]:
    for milestone in brief.milestones:
        yield {
            "brief": brief.id,
            "title": brief.title,
            "milestone": milestone.title,
            "hours": milestone.hours,
            "estimate": brief.hours,
        }


def _finding(brief: str, finding: Finding) -> Row:
    return {
        "brief": brief,
        "student": finding.student,
        "cell": finding.cell,
        "kind": finding.kind,
        "message": finding.message,
    }
