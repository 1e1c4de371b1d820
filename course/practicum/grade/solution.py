"""The brief's own solution, run with each batch: what a right answer earns on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from practicum.execution import Executed
from practicum.grade import pipeline
from practicum.grade.sureness import standing_of
from practicum.gradebook import AnswerKey

__all__ = ["SOLUTION", "Solution"]

SOLUTION = ""
"""The name of its job, which is no student's."""


@dataclass(frozen=True)
class Solution:
    """What came of the solution: the tests that it fails here, and those whose mark is proved.

    ``fails`` holds, by grade_id, why it does not earn all points; of a brief without a
    solution at hand nothing is known.
    """

    fails: Mapping[str, str] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()

    @classmethod
    def of(cls, key: AnswerKey, executed: Executed) -> Solution:
        """Score a run of the solution."""
        if executed.fault:
            return cls()
        scores = pipeline.score(executed.notebook)
        points = {cell.id: cell.points for cell in key.cells if cell.is_test}
        fails = {
            score.cell: score.finding or f"{score.score or 0:g} of {points[score.cell]:g} points"
            for score in scores
            if score.cell in points and (score.score or 0.0) < points[score.cell]
        }
        standing = standing_of(key, scores, executed)
        proved = frozenset(cell for cell, sure in standing.items() if sure.state == "proved")
        return cls(fails, proved)


def after_solution(
    key: AnswerKey, outcomes: Iterable[Executed], *, expected: bool
) -> Iterator[tuple[Executed, Solution]]:
    """Yield each outcome with what is known of the solution, whose own outcome is left out.

    The solution is the first to run; who is quicker waits for it, where it is ``expected``.
    """
    solution = None if expected else Solution()
    waiting: list[Executed] = []
    for executed in outcomes:
        if executed.name == SOLUTION:
            solution = Solution.of(key, executed)
        else:
            waiting.append(executed)
        while solution is not None and waiting:
            yield waiting.pop(0), solution
    yield from ((executed, solution or Solution()) for executed in waiting)
