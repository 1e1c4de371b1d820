"""nbgrader's scoring rules, applied cell by cell, with its surprises named as findings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nbformat
from nbgrader import utils

from practicum.gradebook.execution import KERNEL_DIED
from practicum.gradebook.logs import kept_log

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["AutoScore", "score_cells"]


@dataclass(frozen=True)
class AutoScore:
    """What the autograder says of one cell.

    ``score`` is None where a person has to decide; ``no_response`` says that an answer
    was left as it came; ``finding`` names what an instructor should look at, or is empty.
    """

    cell: str
    score: float | None
    no_response: bool
    finding: str = ""


def score_cells(executed: str) -> tuple[AutoScore, ...]:
    """Return nbgrader's automatic scores of an executed notebook (JSON text)."""
    notebook = nbformat.reads(executed, as_version=4)
    return tuple(
        _score(cell)
        for cell in notebook.cells
        if utils.is_grade(cell) or utils.is_solution(cell) or utils.is_task(cell)
    )


def _score(cell: NotebookNode) -> AutoScore:
    name = str(cell.metadata.nbgrader["grade_id"])
    if utils.is_task(cell):
        return AutoScore(name, None, no_response=False)
    unchanged = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
    if not utils.is_grade(cell):
        return AutoScore(name, None, no_response=unchanged, finding=_not_finished(cell))
    with kept_log() as log:
        try:
            score, _ = utils.determine_grade(cell, log.logger)
        except (ValueError, KeyError) as error:
            # nbgrader fails the whole submission here; one cell for a person is enough.
            return AutoScore(name, None, no_response=False, finding=f"no score: {error}")
    if score is not None and not math.isfinite(score):
        return AutoScore(name, None, no_response=False, finding=f"the score is {score}")
    no_response = bool(utils.is_solution(cell) and unchanged)
    if score is None or utils.is_solution(cell):
        return AutoScore(name, None if score is None else float(score), no_response)
    return AutoScore(name, float(score), no_response, _surprise(cell, float(score)))


def _not_finished(cell: NotebookNode) -> str:
    """Name what kept an answer from running to its end, other than its own error."""
    names = {output.get("ename") for output in cell.get("outputs", [])}
    if KERNEL_DIED in names:
        return "the kernel died before this cell had run"
    return "this cell ran out of time" if "CellTimeoutError" in names else ""


def _surprise(cell: NotebookNode, score: float) -> str:
    """Name what makes this mark less sure than it looks."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stderr" and score == 0:
            first = next(iter(output.text.strip().splitlines()), "")
            return f"text on stderr made this test 0: {first[:200]}"
        if output.output_type == "error":
            if output.ename == KERNEL_DIED:
                return "the kernel died before this test had run"
            if output.ename == "CellTimeoutError":
                return "this test ran out of time"
            return ""
        if output.output_type == "execute_result":
            return _strange_result(str(output.data.get("text/plain", "")), score)
    return ""


def _strange_result(text: str, score: float) -> str:
    try:
        value = float(text)
    except ValueError:
        return f"the last expression is {text[:80]}, which nbgrader counts as full marks"
    if value < 0 or math.isnan(value):
        return f"the partial credit is {text[:80]}, which nbgrader counts as {score:g} points"
    return ""
