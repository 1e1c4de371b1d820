"""A page's facts as data, for the student's widgets: the same that stands on the page."""

from __future__ import annotations

from practicum.internship import Released, ReleasedCriterion, ReleasedRow, ReleasedStep
from practicum.release.arithmetic import Sum, figure
from practicum.release.judgements import Judgement, NextStep

__all__ = ["released_of"]


def released_of(
    brief: str, made_up: Sum, judged: tuple[Judgement, ...], steps: tuple[NextStep, ...]
) -> Released:
    """Return the data of a page, for its head."""
    return Released(
        brief=brief,
        total=made_up.total,
        most=made_up.most,
        percent=made_up.percent,
        penalty=made_up.penalty,
        penalty_how=made_up.penalty_how,
        rows=tuple(
            ReleasedRow(
                title=row.title,
                how=row.how,
                points=row.points,
                most=row.most,
                indented=row.indented,
            )
            for row in made_up.rows
        ),
        criteria=tuple(map(_criterion, judged)),
        steps=tuple(
            ReleasedStep(title=step.title, level=step.level, descriptor=step.descriptor)
            for step in steps
        ),
    )


def _criterion(judgement: Judgement) -> ReleasedCriterion:
    case = judgement.case
    words = [said for said in (case.words if case else ()) if said.strip()]
    if not words and judgement.mark.comment.strip():
        words = [judgement.mark.comment]
    decision = case.decision if case else None
    return ReleasedCriterion(
        id=judgement.criterion.id,
        title=judgement.criterion.title,
        rater=judgement.criterion.rater,
        level=judgement.level,
        points=figure(judgement.mark.score or 0.0),
        most=figure(judgement.mark.max_points),
        words=tuple(words),
        decision=f"{decision.level}: {decision.reason}" if decision else "",
    )
