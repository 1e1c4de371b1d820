"""What people judged: reviewers' assessments, and instructors' decisions in moderation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from practicum.records.base import Store, value_of
from practicum.records.tables import ASSESSMENTS, DECISIONS
from practicum.records.values import Assessment, Decision

__all__ = ["Judgements"]


class Judgements(Store):
    """Assessments and decisions: the newest of a subject counts, and none is ever lost."""

    def assess(self, assessment: Assessment) -> bool:
        """Keep an assessment; return False when the newest one says the same already."""
        return self.assess_all((assessment,))[0]

    def assess_all(self, assessments: Iterable[Assessment]) -> tuple[bool, ...]:
        """Keep many assessments in one transaction; tell for each whether it was new."""
        with self._writing() as connection:
            return tuple([self._assess(connection, assessment) for assessment in assessments])

    def assessments(self, brief: str, student: str | None = None) -> tuple[Assessment, ...]:
        """Return the assessments that count, by student, criterion and reviewer."""
        newest = select(func.max(ASSESSMENTS.c.id)).where(ASSESSMENTS.c.brief == brief)
        if student is not None:
            newest = newest.where(ASSESSMENTS.c.student == student)
        newest = newest.group_by(
            ASSESSMENTS.c.student, ASSESSMENTS.c.criterion, ASSESSMENTS.c.reviewer
        )
        query = select(ASSESSMENTS).where(ASSESSMENTS.c.id.in_(newest))
        return self._assessments(
            query.order_by(ASSESSMENTS.c.student, ASSESSMENTS.c.criterion, ASSESSMENTS.c.reviewer)
        )

    def history(self, brief: str, student: str, criterion: str) -> tuple[Assessment, ...]:
        """Return every assessment ever given of one criterion of a submission, oldest first."""
        return self._assessments(
            select(ASSESSMENTS)
            .where(
                ASSESSMENTS.c.brief == brief,
                ASSESSMENTS.c.student == student,
                ASSESSMENTS.c.criterion == criterion,
            )
            .order_by(ASSESSMENTS.c.id)
        )

    def decide(self, decision: Decision) -> None:
        """Keep what an instructor decided in moderation."""
        with self._writing() as connection:
            connection.execute(insert(DECISIONS), decision.model_dump())
            self._note(
                connection,
                "decide",
                brief=decision.brief,
                student=decision.student,
                by=decision.by,
                detail=f"{decision.criterion}: level {decision.level}",
            )

    def decisions(self, brief: str, student: str | None = None) -> tuple[Decision, ...]:
        """Return the decisions that count, by student and criterion."""
        newest = select(func.max(DECISIONS.c.id)).where(DECISIONS.c.brief == brief)
        if student is not None:
            newest = newest.where(DECISIONS.c.student == student)
        newest = newest.group_by(DECISIONS.c.student, DECISIONS.c.criterion)
        query = select(DECISIONS).where(DECISIONS.c.id.in_(newest))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(DECISIONS.c.student, DECISIONS.c.criterion))
            return tuple(value_of(Decision, row) for row in rows)

    def _assessments(self, query: Select[Any]) -> tuple[Assessment, ...]:
        with self._reading() as connection:
            return tuple(value_of(Assessment, row) for row in connection.execute(query))

    def _assess(self, connection: Connection, assessment: Assessment) -> bool:
        newest = connection.execute(
            select(ASSESSMENTS)
            .where(
                ASSESSMENTS.c.brief == assessment.brief,
                ASSESSMENTS.c.student == assessment.student,
                ASSESSMENTS.c.criterion == assessment.criterion,
                ASSESSMENTS.c.reviewer == assessment.reviewer,
            )
            .order_by(ASSESSMENTS.c.id.desc())
            .limit(1)
        ).first()
        said = (assessment.level, assessment.words)
        if newest is not None and (newest.level, newest.words) == said:
            return False
        connection.execute(insert(ASSESSMENTS), assessment.model_dump())
        self._note(
            connection,
            "assess",
            brief=assessment.brief,
            student=assessment.student,
            by=assessment.reviewer,
            detail=f"{assessment.criterion}: level {assessment.level}",
        )
        return True
