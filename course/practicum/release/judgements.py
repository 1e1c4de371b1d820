"""What was judged of a submission: each criterion's level, where it comes from, its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from practicum.marks import CellMark, Marks, level_points
from practicum.records import Case
from practicum.rubrics import Criterion, Rubric
from practicum.rubrics.rubric import TOP_LEVEL

__all__ = ["Judgement", "NextStep", "judgements", "next_steps"]

_CENT = 0.005
_STEPS = 3


@dataclass(frozen=True)
class Judgement:
    """One criterion's mark and its reasons.

    ``case`` is what the reviewers said, or None where points were entered without it; then
    ``level`` is the one that the points stand for, if there is one. ``by_hand`` tells that
    the points in the gradebook are not those of the level.
    """

    criterion: Criterion
    mark: CellMark
    case: Case | None
    level: float | None
    by_hand: bool

    @property
    def descriptors(self) -> tuple[tuple[int, str], ...]:
        """The level's descriptor, or those of the two levels that it lies between."""
        if self.level is None:
            return ()
        below = int(self.level)
        steps = (below,) if below == self.level else (below, below + 1)
        return tuple((step, self.criterion.levels[step]) for step in steps)


@dataclass(frozen=True)
class NextStep:
    """The level to aim for in a criterion, and what it looks like."""

    title: str
    level: int
    descriptor: str


def judgements(rubric: Rubric, marks: Marks, cases: Sequence[Case]) -> tuple[Judgement, ...]:
    """Return the judgement of each criterion that carries points, in the rubric's order."""
    by_cell = {mark.cell: mark for mark in marks.cells}
    by_criterion = {case.criterion: case for case in cases}
    return tuple(
        _judgement(criterion, by_cell[criterion.cell], by_criterion.get(criterion.id))
        for criterion in rubric.criteria
        if criterion.cell in by_cell
    )


def next_steps(judged: Sequence[Judgement]) -> tuple[NextStep, ...]:
    """Return the next level of the lowest criteria, the lowest and heaviest first."""
    open_ones = [j for j in judged if j.level is not None and j.level < TOP_LEVEL]
    lowest = sorted(open_ones, key=lambda j: (j.level or 0.0, -j.criterion.weight))
    return tuple(
        NextStep(j.criterion.title, level, j.criterion.levels[level])
        for j in lowest[:_STEPS]
        for level in (int(j.level or 0.0) + 1,)
    )


def _judgement(criterion: Criterion, mark: CellMark, case: Case | None) -> Judgement:
    score = mark.score or 0.0
    level = case.level if case is not None else _level_of(score, mark.max_points)
    expected = level_points(level, mark.max_points) if level is not None else score
    return Judgement(criterion, mark, case, level, by_hand=abs(expected - score) > _CENT)


def _level_of(score: float, max_points: float) -> float | None:
    """Return the whole or half level that gives these points, or None."""
    for half in range(2 * TOP_LEVEL + 1):
        if abs(level_points(half / 2, max_points) - score) <= _CENT:
            return half / 2
    return None
