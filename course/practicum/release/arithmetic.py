"""How a mark is made up, in rows that a student can add up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from practicum.marks import Kind, Marks, late_penalty
from practicum.policies import LatePolicy
from practicum.release.judgements import Judgement
from practicum.rubrics.rubric import TOP_LEVEL

__all__ = ["Row", "Sum", "figure", "sum_of"]

_CENT = 0.005
_PARTS: tuple[tuple[Kind, str, str], ...] = (
    ("autograded", "Autograded tasks", "tests in the notebook"),
    ("written", "Written answers", "marked by the instructor"),
)
_RATERS: tuple[tuple[Kind, str], ...] = (
    ("employer", "The employer’s criteria"),
    ("instructor", "The instructor’s criteria"),
)


@dataclass(frozen=True)
class Row:
    """One line of the sum: ``points`` of ``most``, and the way to them. Indented is a part."""

    title: str
    how: str
    points: str
    most: str
    indented: bool = False


@dataclass(frozen=True)
class Sum:
    """The rows, and the mark; figures are texts with at most two decimals."""

    rows: tuple[Row, ...]
    before_penalty: str
    penalty: str
    penalty_how: str
    total: str
    most: str
    percent: str
    employer_share: str


def figure(value: float) -> str:
    """Return points as text: two decimals at most, none that are 0."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def sum_of(marks: Marks, judged: Sequence[Judgement], late: timedelta, policy: LatePolicy) -> Sum:
    """Return how the mark is made up; ``late`` is the time after the due time, or less."""
    most = marks.max_points()
    return Sum(
        rows=tuple(_rows(marks, judged)),
        before_penalty=figure(marks.points()),
        penalty=figure(marks.penalty),
        penalty_how=_penalty(marks, late, policy),
        total=figure(marks.total),
        most=figure(most),
        percent=_percent(marks.total, most),
        employer_share=_percent(marks.max_points("employer"), most),
    )


def _percent(points: float, most: float) -> str:
    """Return whole percent, halves rounded up as people do: 80.5 of 100 are 81."""
    hundredths = round(10_000 * points / most) if most else 0
    return str((hundredths + 50) // 100)


def _rows(marks: Marks, judged: Sequence[Judgement]) -> Iterator[Row]:
    for kind, title, how in _PARTS:
        if marks.of_kind(kind):
            yield _part(marks, kind, title, how)
    whole = marks.max_points()
    for kind, title in _RATERS:
        own = [j for j in judged if j.mark.kind == kind]
        if not own:
            continue
        share = f"{100 * marks.max_points(kind) / whole:.0f} % of the mark" if whole else ""
        yield _part(marks, kind, title, share)
        weights = sum(j.criterion.weight for j in own)
        for judgement in own:
            yield Row(
                title=judgement.criterion.title,
                how=_way(judgement, weights),
                points=figure(judgement.mark.score or 0.0),
                most=figure(judgement.mark.max_points),
                indented=True,
            )


def _part(marks: Marks, kind: Kind, title: str, how: str) -> Row:
    return Row(title, how, figure(marks.points(kind)), figure(marks.max_points(kind)))


def _way(judgement: Judgement, weights: float) -> str:
    """Say how a weight and a level become points."""
    most = figure(judgement.mark.max_points)
    weight = f"weight {figure(judgement.criterion.weight)} of {figure(weights)}"
    if judgement.by_hand:
        return f"{weight}; points set by the instructor"
    if judgement.level is None:
        return weight
    return f"{weight} gives {most} points; level {figure(judgement.level)} of {TOP_LEVEL} reached"


def _penalty(marks: Marks, late: timedelta, policy: LatePolicy) -> str:
    """Say what lateness took away, and by which rule, where the rule gives that figure."""
    if not marks.penalty:
        return ""
    if abs(late_penalty(marks.points(), late, policy) - marks.penalty) > _CENT:
        return "as entered in the gradebook"
    days = math.ceil(late / timedelta(days=1))
    rate = f"{figure(100 * policy.per_day)} % of the points for each day that has begun"
    if days * policy.per_day > policy.at_most:
        return f"{rate}, at most {figure(100 * policy.at_most)} %"
    return f"{rate}: {days} day{'s' if days != 1 else ''}"
