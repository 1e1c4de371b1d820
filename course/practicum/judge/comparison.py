"""The judge's verdict beside the mark of the run in place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from practicum.judge.tamper import TamperOutcome
from practicum.judge.verdict import Verdict

__all__ = ["Standing", "compare"]

CLOSE: Final = 1e-9
"""How many points two marks may differ by and still be the same."""

TAMPERED = "asserts do not work in the student's process: {detail}"
SILENT = (
    "in place the test gives {here:g} of {most:g} points, and the judge got no answer: {detail}"
)
NOT_JUDGED = "not judged apart from the student's code: {detail}"
DIFFERENT = "in place the test gives {here:g} of {most:g} points, at the judge {there:g}: {detail}"


@dataclass(frozen=True)
class Standing:
    """How sure a mark is: ``proved``, ``unproved`` or ``contradicted``, and why."""

    state: Literal["proved", "unproved", "contradicted"]
    reason: str = ""


def compare(
    in_place: float | None,
    verdict: Verdict,
    max_points: float,
    tamper: TamperOutcome | None = None,
) -> Standing:
    """Tell how sure the mark of a test cell is.

    Args:
        in_place: The points of the run in place; None where it gave none.
        verdict: What the judge found.
        max_points: The points that the cell is worth.
        tamper: What the tamper check found, if it was made.

    """
    if tamper is not None and tamper.state == "tampered":
        return Standing("contradicted", TAMPERED.format(detail=tamper.detail))
    there = _points(verdict, max_points)
    if verdict.silent and in_place:
        text = SILENT.format(here=in_place, most=max_points, detail=verdict.detail)
        return Standing("contradicted", text)
    if in_place is None or there is None:
        return Standing("unproved", NOT_JUDGED.format(detail=verdict.detail or "there is no score"))
    if abs(in_place - there) <= CLOSE:
        return Standing("proved")
    text = DIFFERENT.format(
        here=in_place, most=max_points, there=there, detail=verdict.detail or verdict.outcome
    )
    return Standing("contradicted", text)


def _points(verdict: Verdict, max_points: float) -> float | None:
    """Return the points that nbgrader's rule gives for a verdict; None if it gives none."""
    if verdict.outcome == "uncrossable":
        return None
    if verdict.outcome == "failed":
        return 0.0
    credit = verdict.value
    if verdict.outcome == "passed" or credit is None or credit < 0 or math.isnan(credit):
        return max_points  # nbgrader's rule for a number that is none
    return credit if credit <= max_points else None
