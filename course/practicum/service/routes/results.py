"""Results on arrival: what the tests that a student can see say, before there are marks."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter

from practicum.course import Course
from practicum.gradebook import read_marks
from practicum.marks import CellMark
from practicum.service.refusals import refusal
from practicum.service.shared import Here
from practicum.service.subjects import Placed
from practicum.values import Value

__all__ = ["Results", "TestResult", "router"]

router = APIRouter(prefix="/briefs/{brief}/results", tags=["results"])

Outcome = Literal["passed", "partly", "failed"]


class TestResult(Value):
    """What one test says; ``passed`` earns all its points."""

    __test__ = False  # no test of pytest's

    cell: str
    outcome: Outcome


class Results(Value):
    """How far the newest collected submission is, and its visible tests once it is graded.

    Tests with a hidden part, written answers and the employer's criteria come with the feedback:
    ``later`` counts them. Whoever hands in very often is told ``received`` in the end, until the
    feedback comes.
    """

    state: Literal["nothing", "received", "running", "graded", "error"] = "nothing"
    received_at: datetime | None = None
    tests: tuple[TestResult, ...] = ()
    later: int = 0


@router.get("")
def results(at: Placed, here: Here) -> Results:
    """Return a student's own results."""
    if at.who.role != "student":
        raise refusal(403, "results on arrival are shown to the student that they are for")
    receipt = here.records.receipt(at.brief, at.who.name)
    if receipt is None:
        return Results()
    if not here.is_quick(at.brief, at.who.name):
        return Results(state="received", received_at=receipt.received_at)
    if receipt.state != "graded":
        return Results(state=receipt.state, received_at=receipt.received_at)
    course = here.course
    subject = (course.brief(at.brief), course.rubric(at.brief))
    marks = read_marks(course, [subject])[at.brief]
    mine = next((one for one in marks if one.student == at.who.name), None)
    cells = mine.cells if mine else ()
    visible = _visible(course, at.brief)
    shown = tuple(
        TestResult(cell=mark.cell, outcome=_outcome(mark))
        for mark in cells
        if mark.kind == "autograded" and mark.cell in visible
    )
    return Results(
        state="graded",
        received_at=receipt.received_at,
        tests=shown,
        later=len(cells) - len(shown),
    )


def _outcome(mark: CellMark) -> Outcome:
    if not mark.score:
        return "failed"
    return "passed" if mark.score >= mark.max_points else "partly"


def _visible(course: Course, brief: str) -> frozenset[str]:
    """Return the tests that students have as they are graded, without a hidden part."""
    name = f"{course.brief(brief).grading.notebook}.ipynb"
    source = course.brief_folder(brief) / name
    released = course.station("release", brief=brief) / name
    return _same(source, _state(source), released, _state(released))


def _state(file: Path) -> tuple[int, int]:
    try:
        about = file.stat()
    except OSError:
        return (0, 0)
    return (about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=64)
def _same(
    source: Path, _one: tuple[int, int], released: Path, _other: tuple[int, int]
) -> frozenset[str]:
    try:
        there, here = (_sources(file) for file in (source, released))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset()
    return frozenset(name for name, text in here.items() if there.get(name) == text)


def _sources(file: Path) -> dict[str, str]:
    """Return the sources of the named cells of a notebook of ours."""
    cells: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cells"]
    named = ((cell["metadata"].get("nbgrader", {}).get("grade_id"), cell) for cell in cells)
    return {name: "".join(cell["source"]).strip() for name, cell in named if name}
