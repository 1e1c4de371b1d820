"""The words that a student reads about a criterion: plain text, with the arithmetic."""

from __future__ import annotations

from practicum.marks import level_points
from practicum.records import Case
from practicum.rubrics import Criterion
from practicum.rubrics.rubric import TOP_LEVEL

__all__ = ["arithmetic", "comment_on"]


def comment_on(case: Case, criterion: Criterion, max_points: float) -> str:
    """Return the comment on a case that has a level; it names no reviewer."""
    if case.level is None:
        message = f"{case.student} {case.criterion}: an open case has no mark to explain"
        raise ValueError(message)
    parts = [
        f"{criterion.title}: level {_figure(case.level)} of {TOP_LEVEL}",
        _descriptor(case.level, criterion),
        f"Points: {arithmetic(case, max_points)}",
    ]
    words = [text.strip() for text in case.words if text.strip()]
    if words:
        who = "The reviewer wrote:" if len(case.levels) == 1 else "The reviewers wrote:"
        parts.append("\n\n".join([who, *(f"“{text}”" for text in words)]))
    if case.decision is not None:
        parts.append(f"Reason for the instructor's decision: {case.decision.reason}")
    return "\n\n".join(parts)


def arithmetic(case: Case, max_points: float) -> str:
    """Return how the levels become points: ``median of 3, 3, 2 = 3 of 4 -> 9.00 of 12 points``."""
    level = case.level if case.level is not None else 0.0
    result = (
        f"{_figure(level)} of {TOP_LEVEL} -> "
        f"{level_points(level, max_points):.2f} of {_figure(max_points)} points"
    )
    given = ", ".join(map(str, case.levels))
    if case.decision is not None:
        source = f"reviewers gave {given}; " if given else ""
        return f"{source}the instructor decided {result}"
    return f"median of {given} = {result}" if len(case.levels) > 1 else result


def _descriptor(level: float, criterion: Criterion) -> str:
    low = int(level)
    if level == low:
        return criterion.levels[low]
    return (
        f"Between level {low} ({criterion.levels[low]}) "
        f"and level {low + 1} ({criterion.levels[low + 1]})"
    )


def _figure(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
