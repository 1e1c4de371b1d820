"""A run of grading as pandas tables: what its report counts and draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from practicum.grade.topics import Group, Topic, groups

if TYPE_CHECKING:
    from practicum.grade.graded import Graded, GradeReport
    from practicum.marks import CellMark, Marks
    from practicum.records import Finding

__all__ = ["STANDINGS", "RunTables", "run_tables"]

STANDINGS = ("proved", "unproved", "contradicted")
STEPS = {
    "read": "read the notebook",
    "fork": "fork the processes",
    "box": "enter the boxes",
    "cells": "run and judge the cells",
    "end": "end the processes",
    "write": "write the notebook",
}


@dataclass(frozen=True, eq=False)
class RunTables:
    """A run as tables; the index of each is what its rows are about.

    Attributes:
        brief: The brief's id.
        counts: How many submissions had which outcome.
        seconds: How long the run took.
        submissions: Outcome, points, most points, seconds, how many findings.
        marks: Count, mean, median, least and most of the autograded points.
        points: The autograded points of each submission, and ``most`` that there are.
        most: The points that could be earned.
        tests: For each test: points, how many earned all, some, none; how sure the marks are.
        steps: For each step of a notebook's run: mean, median, 95th percentile, sum (seconds).
        errors: The reason and what to do, by student.
        findings: For each topic, the gravest first: cell, how many, who, what one of them says.

    """

    brief: str
    counts: dict[str, int]
    seconds: float
    submissions: pd.DataFrame
    marks: pd.DataFrame
    points: pd.Series[float]
    most: float
    tests: pd.DataFrame
    steps: pd.DataFrame
    errors: pd.DataFrame
    findings: tuple[tuple[Topic, pd.DataFrame], ...]

    @property
    def rate(self) -> float:
        """How many submissions were graded a minute."""
        return 60 * self.counts["graded"] / self.seconds if self.seconds else 0.0


def run_tables(
    report: GradeReport,
    marks: Sequence[Marks],
    findings: Mapping[str, Sequence[Finding]],
) -> RunTables:
    """Return a run as tables.

    Args:
        report: What came of the run.
        marks: The marks of the brief; only those of submissions in the run are counted.
        findings: What was noticed, by student.

    """
    there = [graded for graded in report.graded if graded.outcome != "error"]
    points = pd.Series({g.student: g.points for g in there}, dtype="float64", name="points")
    return RunTables(
        brief=report.brief,
        counts={name: report.count(name) for name in ("graded", "unchanged", "error")},
        seconds=report.seconds,
        submissions=_submissions(report.graded, findings),
        marks=_summary(points),
        points=points,
        most=max((graded.max_points for graded in there), default=0.0),
        tests=_tests(report.graded, [m for m in marks if m.student in points.index]),
        steps=_steps(report.graded),
        errors=_errors(report),
        findings=_by_topic(groups((g.student, findings.get(g.student, ())) for g in there)),
    )


def _submissions(
    graded: Sequence[Graded], findings: Mapping[str, Sequence[Finding]]
) -> pd.DataFrame:
    rows = [
        {
            "student": entry.student,
            "outcome": entry.outcome,
            "points": None if entry.outcome == "error" else entry.points,
            "of": None if entry.outcome == "error" else entry.max_points,
            "seconds": entry.seconds or None,
            "findings": len(findings.get(entry.student, ())),
        }
        for entry in graded
    ]
    columns = ["student", "outcome", "points", "of", "seconds", "findings"]
    frame = pd.DataFrame(rows, columns=columns).set_index("student")
    return frame.astype({"points": "float64", "of": "float64", "seconds": "float64"})


def _summary(points: pd.Series[float]) -> pd.DataFrame:
    if points.empty:
        return pd.DataFrame()
    figures = {
        "mean": points.mean(),
        "median": points.median(),
        "least": points.min(),
        "most": points.max(),
    }
    frame = pd.DataFrame({"points": figures})
    return frame.rename_axis("figure")


def _tests(graded: Sequence[Graded], marks: Sequence[Marks]) -> pd.DataFrame:
    rows: dict[str, dict[str, Any]] = {}
    for cell in (cell for entry in marks for cell in entry.of_kind("autograded")):
        row = rows.setdefault(cell.cell, _blank(cell))
        if cell.score is not None:
            earned = (
                "all" if cell.score >= cell.max_points else "some" if cell.score > 0 else "none"
            )
            row[earned] += 1
    for cell_name, state in (pair for entry in graded for pair in entry.standing.items()):
        if cell_name in rows:
            rows[cell_name][state] += 1
    frame = pd.DataFrame(rows.values(), index=pd.Index(rows, name="test"))
    return frame.sort_values(["none", "some"], ascending=False, kind="stable") if rows else frame


def _earned(score: float, most: float) -> str:
    if score >= most:
        return "all"
    return "some" if score > 0 else "none"


def _blank(cell: CellMark) -> dict[str, Any]:
    return {"points": cell.max_points, **dict.fromkeys(("all", "some", "none", *STANDINGS), 0)}


def _steps(graded: Sequence[Graded]) -> pd.DataFrame:
    times = pd.DataFrame([entry.steps for entry in graded if entry.steps])
    if times.empty:
        return pd.DataFrame()
    frame = pd.DataFrame(
        {
            "mean": times.mean(),
            "median": times.median(),
            "95 of 100 below": times.quantile(0.95),
            "sum": times.sum(),
        }
    )
    frame.index = pd.Index([STEPS.get(str(name), str(name)) for name in frame.index], name="step")
    return frame


def _errors(report: GradeReport) -> pd.DataFrame:
    rows = {
        entry.student: {
            "reason": entry.detail,
            "then": f"practicum grade {report.brief} --student {entry.student}",
        }
        for entry in report.graded
        if entry.outcome == "error"
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("student")


def _by_topic(found: Sequence[Group]) -> tuple[tuple[Topic, pd.DataFrame], ...]:
    topics = dict.fromkeys(group.topic for group in found)
    return tuple((topic, _group_rows([g for g in found if g.topic == topic])) for topic in topics)


def _group_rows(found: Sequence[Group]) -> pd.DataFrame:
    rows = [
        {"students": len(group.students), "who": group.who(), "for example": group.message}
        for group in found
    ]
    names = [group.cell or "(the whole notebook)" for group in found]
    return pd.DataFrame(rows, index=pd.Index(names, name="cell"))
