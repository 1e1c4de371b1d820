"""A source notebook for a new brief: a section for each deliverable and each criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from practicum.marks import share_points
from practicum.rubrics import Criterion, Rubric

__all__ = ["TEST_POINTS", "WRITTEN_POINTS", "notebook_for"]

TEST_POINTS = 50
WRITTEN_POINTS = 20
SHARE = 0.30
PYTHON = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}

INTRO = """\
# TODO: the question in a few words

TODO: what is going on at the employer, the question, and what the answer is for.

Before you hand in, choose *Restart Kernel and Run All Cells* and look at the result.
"""
PARAMETERS = """\
LIMIT = 10  # TODO: what the task depends on, such as the path of the data
"""
TASK = """\
## The result in numbers

TODO: state the task exactly: the names of variables, types, units, rounding, missing values.

Make `total`, the sum of the whole numbers from 1 to `LIMIT`.
"""
SOLUTION = """\
### BEGIN SOLUTION
total = sum(range(1, LIMIT + 1))
### END SOLUTION
"""
TEST = """\
assert isinstance(total, int), "total should be a whole number"
### BEGIN HIDDEN TESTS
assert total == LIMIT * (LIMIT + 1) // 2, "total is not right yet"
### END HIDDEN TESTS
"""
WRITE = """\
## The recommendation

TODO: what to write, for whom, how long, and what must be in it.
"""
ANSWER = """\
### BEGIN SOLUTION
TODO: a good model answer; students do not see it.
### END SOLUTION
"""
DESK = """\
## Your desk

Run the next cells: click one, and press Shift+Enter. They keep your goals, hours and questions
in a file beside this notebook, which is handed in with it. Nothing in these cells is graded.
"""
END = """\
## Before you hand in

Judge your own work by the employer's questions, then check the notebook and hand it in.
If you see nothing below a cell, click the cell and press Shift+Enter: **Run All Cells** stops
at the first task that is not done yet.
"""
JUDGED = "## How the employer judges your work\n"
SCHEME = """
=== BEGIN MARK SCHEME ===
TODO: a hint for the marker; students do not see it.
=== END MARK SCHEME ===
"""


def notebook_for(rubric: Rubric) -> dict[str, Any]:
    """Return the JSON of a notebook that agrees with a new brief and ``rubric``."""
    cells = [
        _cell("intro", "markdown", INTRO),
        _widget("BriefCard"),
        _cell("desk-text", "markdown", DESK),
        *map(_widget, ("Objectives", "Milestones", "Messages")),
        _code("parameters", PARAMETERS, tags=["parameters"], locked=True),
        _cell("task-total", "markdown", TASK),
        _code("total", SOLUTION, solution=True),
        _code("test-total", TEST, grade=True, locked=True, points=TEST_POINTS),
        _cell("task-recommendation", "markdown", WRITE),
        _cell(
            "recommendation",
            "markdown",
            ANSWER,
            _nbgrader("recommendation", grade=True, solution=True, points=WRITTEN_POINTS),
        ),
        _cell("judging", "markdown", JUDGED),
        *_criteria(rubric),
        _cell("desk-end-text", "markdown", END),
        *map(_widget, ("Achievements", "Contacts", "SelfAssessment", "HandIn", "Feedback")),
    ]
    about = {"kernelspec": PYTHON, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def _widget(name: str) -> dict[str, Any]:
    """Return a cell with one of the student's widgets; what it shows differs from run to run."""
    source = f"from practicum_widgets import {name}\n\n{name}()\n"
    about = {"tags": ["nbval-ignore-output"]}
    cell = _cell(f"desk-{name.lower()}", "code", source, about)
    return cell | {"execution_count": None, "outputs": []}


def _criteria(rubric: Rubric) -> Iterator[dict[str, Any]]:
    weights = {criterion.id: criterion.weight for criterion in rubric.criteria}
    points = share_points(weights, TEST_POINTS + WRITTEN_POINTS, SHARE)
    for criterion in rubric.criteria:
        about = _nbgrader(criterion.cell, task=True, locked=True, points=points[criterion.id])
        yield _cell(criterion.cell, "markdown", _described(criterion), about)


def _described(criterion: Criterion) -> str:
    levels = "".join(f"- **{level}**: {said}\n" for level, said in sorted(criterion.levels.items()))
    return f"### {criterion.title}\n\n*{criterion.question}*\n\n{levels}{SCHEME}"


def _code(
    name: str, source: str, *, tags: list[str] | None = None, **flags: float | bool
) -> dict[str, Any]:
    about: dict[str, Any] = _nbgrader(name, **flags)
    if tags:
        about["tags"] = tags
    return _cell(name, "code", source, about) | {"execution_count": None, "outputs": []}


def _nbgrader(name: str, *, points: float | None = None, **flags: float | bool) -> dict[str, Any]:
    about = {
        "grade_id": name,
        "schema_version": 3,
        **{flag: bool(flags.get(flag)) for flag in ("grade", "solution", "locked", "task")},
    }
    if points is not None:
        about["points"] = int(points) if points == int(points) else points
    return {"nbgrader": about}


def _cell(
    name: str, kind: str, source: str, about: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    lines = source.strip("\n").splitlines(keepends=True)
    return {"cell_type": kind, "id": name[:64], "metadata": dict(about or {}), "source": lines}
