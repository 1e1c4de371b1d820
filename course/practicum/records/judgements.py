"""What people judged: reviewers' assessments, and instructors' decisions in moderation."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from practicum.records.base import Store
from practicum.records.tables import AssessmentRow, DecisionRow
from practicum.records.values import Assessment, Decision

__all__ = ["Judgements"]


class Judgements(Store):
    """Assessments and decisions: the newest of a subject counts, and none is ever lost."""

    def assess(self, assessment: Assessment) -> bool:
        """Keep an assessment; return False when the newest one says the same already."""
        return self.assess_all((assessment,))[0]

    def assess_all(self, assessments: Iterable[Assessment]) -> tuple[bool, ...]:
        """Keep many assessments in one transaction; tell for each whether it was new."""
        with self._writing() as session:
            return tuple([self._assess(session, assessment) for assessment in assessments])

    def assessments(self, brief: str, student: str | None = None) -> tuple[Assessment, ...]:
        """Return the assessments that count, by student, criterion and reviewer."""
        newest = select(func.max(AssessmentRow.id)).where(AssessmentRow.brief == brief)
        if student is not None:
            newest = newest.where(AssessmentRow.student == student)
        newest = newest.group_by(
            AssessmentRow.student, AssessmentRow.criterion, AssessmentRow.reviewer
        )
        query = select(AssessmentRow).where(AssessmentRow.id.in_(newest))
        return self._assessments(
            query.order_by(AssessmentRow.student, AssessmentRow.criterion, AssessmentRow.reviewer)
        )

    def history(self, brief: str, student: str, criterion: str) -> tuple[Assessment, ...]:
        """Return every assessment ever given of one criterion of a submission, oldest first."""
        return self._assessments(
            select(AssessmentRow)
            .where(
                AssessmentRow.brief == brief,
                AssessmentRow.student == student,
                AssessmentRow.criterion == criterion,
            )
            .order_by(AssessmentRow.id)
        )

    def decide(self, decision: Decision) -> None:
        """Keep what an instructor decided in moderation."""
        with self._writing() as session:
            session.add(DecisionRow(**decision.model_dump()))
            self._note(
                session,
                "decide",
                brief=decision.brief,
                student=decision.student,
                by=decision.by,
                detail=f"{decision.criterion}: level {decision.level}",
            )

    def decisions(self, brief: str, student: str | None = None) -> tuple[Decision, ...]:
        """Return the decisions that count, by student and criterion."""
        newest = select(func.max(DecisionRow.id)).where(DecisionRow.brief == brief)
        if student is not None:
            newest = newest.where(DecisionRow.student == student)
        newest = newest.group_by(DecisionRow.student, DecisionRow.criterion)
        query = select(DecisionRow).where(DecisionRow.id.in_(newest))
        with self._reading() as session:
            rows = session.scalars(query.order_by(DecisionRow.student, DecisionRow.criterion))
            return tuple(_decision(row) for row in rows)

    def _assessments(self, query: Select[AssessmentRow]) -> tuple[Assessment, ...]:
        with self._reading() as session:
            return tuple(_assessment(row) for row in session.scalars(query))

    def _assess(self, session: Session, assessment: Assessment) -> bool:
        newest = session.scalar(
            select(AssessmentRow)
            .where(
                AssessmentRow.brief == assessment.brief,
                AssessmentRow.student == assessment.student,
                AssessmentRow.criterion == assessment.criterion,
                AssessmentRow.reviewer == assessment.reviewer,
            )
            .order_by(AssessmentRow.id.desc())
            .limit(1)
        )
        said = (assessment.level, assessment.words)
        if newest is not None and (newest.level, newest.words) == said:
            return False
        session.add(AssessmentRow(**assessment.model_dump()))
        self._note(
            session,
            "assess",
            brief=assessment.brief,
            student=assessment.student,
            by=assessment.reviewer,
            detail=f"{assessment.criterion}: level {assessment.level}",
        )
        session.flush()
        return True


def _assessment(row: AssessmentRow) -> Assessment:
    return Assessment(
        brief=row.brief,
        student=row.student,
        criterion=row.criterion,
        reviewer=row.reviewer,
        level=row.level,
        words=row.words,
        at=row.at,
    )


def _decision(row: DecisionRow) -> Decision:
    return Decision(
        brief=row.brief,
        student=row.student,
        criterion=row.criterion,
        level=row.level,
        reason=row.reason,
        by=row.by,
        at=row.at,
    )
