"""The nbgrader cells of a source notebook, read from its JSON without nbgrader.

The rules are those of nbgrader's metadata schema, version 3: a notebook without problems
here is one that nbgrader accepts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from practicum.errors import InvalidDocument
from practicum.problems import Problem

__all__ = ["NotebookProblem", "SourceCell", "cells_of", "notebook_problems", "read_notebook"]

MAX_BYTES = 50_000_000

FLAGS = ("grade", "solution", "locked")
KEYS = {"schema_version", *FLAGS, "task", "grade_id", "points", "checksum", "cell_type"}
GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True)
class NotebookProblem:
    """What is wrong in a cell (its number counts from 1; 0 is the whole notebook)."""

    number: int
    what: str
    fix: str


@dataclass(frozen=True)
class SourceCell:
    """A cell that nbgrader knows: its number (from 1), its id, and what is done with it."""

    number: int
    id: str
    cell_type: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: float
    tags: frozenset[str] = frozenset()

    @property
    def graded(self) -> bool:
        """Whether it earns points by a test or by an instructor, and is no task cell."""
        return self.grade and not self.task


def read_notebook(file: Path) -> Any:  # noqa: ANN401 (JSON is any data)
    """Return the JSON of a notebook.

    Raises:
        InvalidDocument: The file is missing, too large or not JSON.

    """
    try:
        if file.stat().st_size > MAX_BYTES:
            what = f"more than {MAX_BYTES:,} bytes"
            raise InvalidDocument([Problem(file, 0, what, "clear large outputs")])
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        what, fix = f"cannot be read ({error.strerror})", "check the path and its rights"
    except json.JSONDecodeError as error:
        what, fix = f"not JSON ({error.msg}, line {error.lineno})", "save it from Jupyter again"
    except (ValueError, RecursionError):
        what, fix = "not a notebook in UTF-8", "save it from Jupyter again"
    raise InvalidDocument([Problem(file, 0, what, fix)])


def cells_of(notebook: object) -> tuple[SourceCell, ...]:
    """Return the cells that nbgrader knows; those with problems are left out."""
    return tuple(
        SourceCell(
            number=number,
            id=about["grade_id"],
            cell_type=cell["cell_type"],
            grade=about["grade"],
            solution=about["solution"],
            locked=about["locked"],
            task=about.get("task", False),
            points=float(about.get("points", 0)),
            tags=_tags(cell["metadata"]),
        )
        for number, cell, about in _known(notebook)
        if "grade_id" in about and not list(_cell_problems(number, cell, about))
    )


def _tags(metadata: dict[str, Any]) -> frozenset[str]:
    tags = metadata.get("tags")
    return (
        frozenset(tag for tag in tags if isinstance(tag, str))
        if isinstance(tags, list)
        else frozenset()
    )


def notebook_problems(notebook: object) -> Iterator[NotebookProblem]:
    """Yield what keeps nbgrader from accepting the notebook."""
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        yield NotebookProblem(0, "this is no notebook (no list of cells)", "save it from Jupyter")
        return
    if notebook.get("nbformat") != 4:  # noqa: PLR2004 (the format's number)
        said = notebook.get("nbformat")
        yield NotebookProblem(0, f"its nbformat is {said!r}", "save it in notebook format 4")
        return
    seen: dict[str, int] = {}
    for number, cell, about in _known(notebook):
        yield from _cell_problems(number, cell, about)
        name = about.get("grade_id")
        if isinstance(name, str) and name in seen:
            what = f"the grade_id {name!r} is in cell {seen[name]} too"
            yield NotebookProblem(number, what, "rename one of the two")
        elif isinstance(name, str):
            seen[name] = number
    if not seen:
        fix = "mark its cells with nbgrader's toolbar (Create Assignment)"
        yield NotebookProblem(0, "no cell has nbgrader metadata", fix)


def _known(notebook: object) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        meta = cell.get("metadata") if isinstance(cell, dict) else None
        about = meta.get("nbgrader") if isinstance(meta, dict) else None
        if isinstance(about, dict) and about:
            yield number, cell, about


def _cell_problems(
    number: int, cell: dict[str, Any], about: dict[str, Any]
) -> Iterator[NotebookProblem]:
    if about.get("schema_version") != 3 or isinstance(about["schema_version"], bool):  # noqa: PLR2004 (nbgrader's number)
        what = f"its nbgrader schema_version is {about.get('schema_version')!r}, not 3"
        yield NotebookProblem(number, what, "run `nbgrader update` on the notebook")
        return
    unknown = sorted(set(about) - KEYS)
    if unknown:
        what = f"nbgrader does not know {', '.join(map(repr, unknown))}"
        yield NotebookProblem(number, what, "remove it from the cell's metadata")
    wrong = [flag for flag in FLAGS if not isinstance(about.get(flag), bool)]
    if not isinstance(about.get("task", False), bool):
        wrong.append("task")
    if wrong:
        what = f"{', '.join(wrong)} must be true or false"
        yield NotebookProblem(number, what, "set it in the cell's nbgrader metadata")
        return
    yield from _id_and_points(number, about)
    yield from _kind(number, str(cell.get("cell_type")), about)


def _id_and_points(number: int, about: dict[str, Any]) -> Iterator[NotebookProblem]:
    name = about.get("grade_id")
    if not isinstance(name, str) or not GRADE_ID.fullmatch(name):
        fix = "use letters, digits, dash and underscore"
        yield NotebookProblem(number, f"its grade_id is {name!r}", fix)
    points = about.get("points")
    needed = about["grade"] or about.get("task", False)
    number_like = isinstance(points, (int, float)) and not isinstance(points, bool)
    if (needed and points is None) or (
        points is not None and not (number_like and math.isfinite(points) and points >= 0)
    ):
        what = f"its points are {points!r}"
        yield NotebookProblem(number, what, "give it 0 or more points")


def _kind(number: int, cell_type: str, about: dict[str, Any]) -> Iterator[NotebookProblem]:
    if about.get("task", False):
        if cell_type != "markdown":
            yield NotebookProblem(number, "a task cell must be markdown", "change its type")
        if about["grade"] or about["solution"]:
            what = "a task cell is marked as a test or an answer too"
            yield NotebookProblem(number, what, "set its grade and solution to false")
    elif cell_type not in {"code", "markdown", "raw"}:
        yield NotebookProblem(number, f"its type is {cell_type!r}", "make it code or markdown")
    elif cell_type == "markdown" and about["grade"] != about["solution"]:
        what = "a written answer must be both grade and solution"
        yield NotebookProblem(number, what, "mark it as `Manually graded answer`")
