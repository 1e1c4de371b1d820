"""What nbgrader knows of a released notebook: the cells as they must be, hidden tests included."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from practicum.values import Value

__all__ = ["AnswerKey", "KeyCell"]


class KeyCell(Value):
    """A cell of the released notebook with its original source and its nbgrader metadata."""

    id: str
    cell_type: Literal["code", "markdown", "raw"]
    # As it is, to the last line end: its checksum is of all of it.
    source: Annotated[str, StringConstraints(strip_whitespace=False)]
    metadata_json: str

    @property
    def metadata(self) -> dict[str, Any]:
        """The cell's nbgrader metadata: grade, solution, locked, task, points, checksum."""
        metadata: dict[str, Any] = json.loads(self.metadata_json)
        return metadata

    @property
    def locked(self) -> bool:
        """Whether the student's text does not count; by nbgrader's rule, not by the flag alone."""
        metadata = self.metadata
        return not metadata["solution"] and bool(metadata["grade"] or metadata["locked"])

    @property
    def is_test(self) -> bool:
        """Whether the cell is a test that the autograder scores."""
        metadata = self.metadata
        return bool(self.cell_type == "code" and metadata["grade"] and not metadata["solution"])

    @property
    def points(self) -> float:
        """What the cell is worth; 0 where it carries no points."""
        return float(self.metadata.get("points", 0.0))

    @property
    def is_graded(self) -> bool:
        """Whether the cell carries points: a test, a written answer, or a task."""
        return bool(self.metadata["grade"] or self.metadata.get("task"))


class AnswerKey(Value):
    """All named cells of one notebook, in the order of the release."""

    brief: str
    notebook: str
    kernelspec_json: str
    cells: tuple[KeyCell, ...]

    @property
    def kernelspec(self) -> dict[str, str]:
        """The kernel that the notebook is run with."""
        kernelspec: dict[str, str] = json.loads(self.kernelspec_json)
        return kernelspec

    def by_id(self) -> dict[str, KeyCell]:
        """Return the cells by their grade_id."""
        return {cell.id: cell for cell in self.cells}
