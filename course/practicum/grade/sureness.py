"""How sure each mark is, and what was noticed on the way to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from practicum.execution import Executed
from practicum.gradebook import AnswerKey, AutoScore, Restored
from practicum.judge import Standing, compare
from practicum.records import Finding

if TYPE_CHECKING:
    from practicum.grade.solution import Solution

__all__ = ["findings_of", "held", "standing_of"]

OVERUSE = "the notebook used {what}: it was ended, and what had not run earned nothing"
UNSURE = "the solution's mark is proved here and this one is not, look at the cell: {why}"
FAILS = "the brief's own solution does not pass this test on this machine ({why}): mend the test"


def standing_of(
    key: AnswerKey, scores: tuple[AutoScore, ...], executed: Executed
) -> dict[str, Standing]:
    """Return how sure the mark of each judged test is, by grade_id."""
    points = {cell.id: cell.points for cell in key.cells}
    return {
        score.cell: compare(score.score, judged.verdict, points[score.cell], judged.tamper)
        for score in scores
        if (judged := executed.judged.get(score.cell)) is not None
    }


def held(scores: tuple[AutoScore, ...], standing: Mapping[str, Standing]) -> tuple[AutoScore, ...]:
    """Return the scores; those that the judge contradicts wait for a person."""
    return tuple(
        replace(score, contradicted=True)
        if score.cell in standing and standing[score.cell].state == "contradicted"
        else score
        for score in scores
    )


def findings_of(
    restored: Restored,
    executed: Executed,
    scores: tuple[AutoScore, ...],
    standing: Mapping[str, Standing],
    solution: Solution,
) -> tuple[Finding, ...]:
    """Return all that was noticed about a submission, the gravest first."""
    found = [
        *(_judged(cell, sure, solution) for cell, sure in standing.items()),
        *_overuse(executed),
        *(Finding(cell=cell, kind="restored", message=text) for cell, text in restored.findings),
        *(Finding(cell=s.cell, kind="scored", message=s.finding) for s in scores if s.finding),
        *_failed_by_all(scores, solution),
    ]
    return tuple(
        sorted((finding for finding in found if finding), key=lambda f: f.kind != "contradicted")
    )


def _judged(cell: str, sure: Standing, solution: Solution) -> Finding | None:
    if sure.state == "contradicted":
        return Finding(cell=cell, kind="contradicted", message=sure.reason)
    if sure.state == "unproved" and cell in solution.proved:
        return Finding(cell=cell, kind="unproved", message=UNSURE.format(why=sure.reason))
    return None


def _overuse(executed: Executed) -> Iterator[Finding]:
    if executed.overuse:
        message = OVERUSE.format(what=executed.overuse)
        yield Finding(cell="", kind="overuse", message=message)


def _failed_by_all(scores: tuple[AutoScore, ...], solution: Solution) -> Iterator[Finding]:
    for score in scores:
        if score.cell in solution.fails and not score.score:
            why = solution.fails[score.cell]
            yield Finding(cell=score.cell, kind="solution", message=FAILS.format(why=why))
