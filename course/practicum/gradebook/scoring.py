"""nbgrader's scoring rules, applied cell by cell, with its surprises named as findings."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from practicum.notebooks import KERNEL_DIED, TIMED_OUT, read_notebook

__all__ = ["AutoScore", "checksum", "score_cells"]

NUMPY_NUMBER: Final = re.compile(r"np\.(?:float|u?int)\d*\(([^()]+)\)")


@dataclass(frozen=True)
class AutoScore:
    """What the autograder says of one cell.

    ``score`` is None where a person has to decide; ``no_response`` says that an answer was left
    as it came; ``finding`` names what an instructor should look at, or is empty;
    ``contradicted`` says that a person has to confirm the score.
    """

    cell: str
    score: float | None
    no_response: bool
    finding: str = ""
    contradicted: bool = False


def score_cells(executed: str) -> tuple[AutoScore, ...]:
    """Return nbgrader's automatic scores of an executed notebook (JSON text)."""
    cells = read_notebook(executed)["cells"]
    return tuple(
        _score(cell, about)
        for cell in cells
        if (about := cell["metadata"].get("nbgrader"))
        and (about.get("grade") or about.get("solution") or about.get("task"))
    )


def checksum(cell: dict[str, Any]) -> str:
    """Return nbgrader's checksum of a cell: of its source, and of what it is to nbgrader.

    As ``nbgrader.utils.compute_checksum`` computes it; the tests hold one against the other.
    """
    about = cell["metadata"]["nbgrader"]
    grade, solution = about.get("grade", False), about.get("solution", False)
    locked = not solution and (True if grade else about.get("locked", False))
    parts = [cell["source"], cell["cell_type"], str(grade), str(solution), str(locked)]
    parts.append(about["grade_id"])
    if grade:
        parts.append(str(float(about["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _score(cell: dict[str, Any], about: dict[str, Any]) -> AutoScore:
    name = str(about["grade_id"])
    if about.get("task"):
        return AutoScore(name, None, no_response=False)
    unchanged = about.get("checksum") == checksum(cell)
    if not about.get("grade"):
        return AutoScore(
            name,
            None,
            no_response=unchanged,
            finding=_not_finished(cell.get("outputs", []), "cell"),
        )
    if about.get("solution"):
        return AutoScore(name, 0.0 if unchanged else None, no_response=unchanged)
    if cell["cell_type"] != "code":
        return AutoScore(name, None, no_response=False)
    return _score_test(name, cell["outputs"], float(about["points"]))


def _score_test(name: str, outputs: list[dict[str, Any]], points: float) -> AutoScore:
    """Score a test by its first output that says something, as nbgrader does."""
    for output in outputs:
        kind = output["output_type"]
        if kind == "error":
            return AutoScore(name, 0.0, no_response=False, finding=_not_finished(outputs, "test"))
        if kind == "stream" and output["name"] == "stderr":
            first = next(iter(output["text"].strip().splitlines()), "")
            finding = f"text on stderr made this test 0: {first[:200]}"
            return AutoScore(name, 0.0, no_response=False, finding=finding)
        if kind == "execute_result":
            score, finding = _partial_credit(output["data"].get("text/plain"), points)
            return AutoScore(name, score, no_response=False, finding=finding)
    return AutoScore(name, points, no_response=False)


def _partial_credit(text: str | None, points: float) -> tuple[float | None, str]:
    """Return the score that the last expression's value stands for, and a finding or ``""``.

    nbgrader fails the whole submission where there is no score here; one cell for a person is
    enough. NumPy writes a number as ``np.float64(2.0)``, which nbgrader does not read.
    """
    if text is None:
        return None, "no score: the last expression shows no text"
    number = NUMPY_NUMBER.fullmatch(text.strip())
    try:
        value = float(number[1] if number else text)
    except ValueError:
        return points, f"the last expression is {text[:80]}, which nbgrader counts as full marks"
    if value > points:
        return None, "no score: partial credit cannot be greater than maximum points for cell"
    if value < 0 or math.isnan(value):
        return (
            points,
            f"the partial credit is {text[:80]}, which nbgrader counts as {points:g} points",
        )
    if number:
        return value, f"the partial credit is {text[:80]}, which nbgrader counts as full marks"
    return value, ""


def _not_finished(outputs: list[dict[str, Any]], what: str) -> str:
    """Name what kept a cell from running to its end, other than its own error."""
    names = {output.get("ename") for output in outputs}
    if KERNEL_DIED in names:
        return f"the kernel died before this {what} had run"
    return f"this {what} ran out of time" if TIMED_OUT in names else ""
