"""What nbgrader's database knows of an assignment: its notebooks and their cells, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from practicum.gradebook.answer_key import KeyCell
from practicum.gradebook.tables import TABLES

__all__ = [
    "Assignment",
    "Cell",
    "Notebook",
    "SourceCell",
    "key_cells",
    "read_assignment",
    "read_sources",
]

Way = Literal["autograded", "written", "task"]


@dataclass(frozen=True)
class Cell:
    """A cell that carries points: a test, an answer that a person marks, or a task."""

    id: str
    name: str
    max_points: float
    way: Way


@dataclass(frozen=True)
class SourceCell:
    """A cell as it must be: its source, and what nbgrader's checksum of it was."""

    name: str
    cell_type: Literal["code", "markdown", "raw"]
    source: str
    checksum: str | None


@dataclass(frozen=True)
class Notebook:
    """A notebook of an assignment: cells with points by id, names of commented ones by id."""

    id: str
    name: str
    kernelspec: str | None
    graded: Mapping[str, Cell]
    commented: Mapping[str, str]

    @property
    def points(self) -> dict[str, float]:
        """The points of each cell that carries some, by the cell's name."""
        return {cell.name: cell.max_points for cell in self.graded.values()}


@dataclass(frozen=True)
class Assignment:
    """An assignment with its notebooks by id; ``due`` is in UTC, without a zone as stored."""

    id: str
    name: str
    due: datetime | None
    notebooks: Mapping[str, Notebook]

    def notebook(self, name: str) -> Notebook | None:
        """Return the notebook of that name, or None."""
        return next((book for book in self.notebooks.values() if book.name == name), None)


def read_assignment(connection: Connection, name: str) -> Assignment | None:
    """Read an assignment's own rows, not those of students; None if there is none."""
    table = TABLES["assignment"]
    row = connection.execute(select(table).where(table.c.name == name)).first()
    if row is None:
        return None
    books = TABLES["notebook"]
    query = select(books).where(books.c.assignment_id == row.id).order_by(books.c.name)
    notebooks = {book.id: _notebook(connection, book) for book in connection.execute(query)}
    return Assignment(row.id, row.name, row.duedate, notebooks)


def read_sources(connection: Connection, notebook: Notebook) -> dict[str, SourceCell]:
    """Read the original cells of a notebook, by name."""
    table = TABLES["source_cell"]
    rows = connection.execute(select(table).where(table.c.notebook_id == notebook.id))
    return {
        row.name: SourceCell(row.name, row.cell_type, row.source or "", row.checksum)
        for row in rows
    }


def key_cells(
    released: Mapping[str, Any], sources: Mapping[str, SourceCell], points: Mapping[str, float]
) -> tuple[KeyCell, ...]:
    """Return the released notebook's cells with their original sources, points and checksums."""
    cells = []
    for cell in released["cells"]:
        metadata = dict(cell["metadata"].get("nbgrader", {}))
        source = sources.get(str(metadata.get("grade_id", "")))
        if source is None:
            continue
        metadata["checksum"] = source.checksum
        if source.name in points:
            metadata["points"] = points[source.name]
        cells.append(
            KeyCell(
                id=source.name,
                cell_type=source.cell_type,
                source=source.source,
                metadata_json=json.dumps(metadata, sort_keys=True),
            )
        )
    return tuple(cells)


def _notebook(connection: Connection, book: Any) -> Notebook:  # noqa: ANN401 (a row)
    base, grades, tasks = TABLES["base_cell"], TABLES["grade_cells"], TABLES["task_cells"]
    mine = base.c.notebook_id == book.id
    of_grades = select(base.c.id, base.c.name, grades.c.max_score).join_from(base, grades)
    of_tasks = select(base.c.id, base.c.name, tasks.c.max_score).join_from(base, tasks)
    of_answers = select(base.c.id, base.c.name).join_from(base, TABLES["solution_cells"])
    answers = {row.id: row.name for row in connection.execute(of_answers.where(mine))}
    written = set(answers.values())
    graded: dict[str, Cell] = {}
    for row in connection.execute(of_grades.where(mine)):
        way: Way = "written" if row.name in written else "autograded"
        graded[row.id] = Cell(row.id, row.name, row.max_score, way)
    for row in connection.execute(of_tasks.where(mine)):
        graded[row.id] = Cell(row.id, row.name, row.max_score, "task")
        answers[row.id] = row.name
    return Notebook(book.id, book.name, book.kernelspec, graded, answers)
