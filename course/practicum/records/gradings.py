"""Gradings: who graded which submission with what, and what came of it.

Each method is one transaction, so that a submission's state, findings and log never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import RowMapping, Select, Table, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from practicum.records.base import Store
from practicum.records.tables import FindingRow, GradingRow, ReceiptRow, StateRow
from practicum.records.values import Finding, Grading, Progressed, State, Subject

__all__ = ["Gradings"]

# Tables instead of classes: grading writes a dozen rows a submission, thousands of times.
_STATES: Table = StateRow.metadata.tables[StateRow.__tablename__]
_FINDINGS: Table = FindingRow.metadata.tables[FindingRow.__tablename__]
_GRADINGS: Table = GradingRow.metadata.tables[GradingRow.__tablename__]

_RECEIPT = select(func.max(ReceiptRow.id)).where(
    ReceiptRow.brief == bindparam("brief"), ReceiptRow.student == bindparam("student")
)
_NO_FINDINGS = delete(_FINDINGS).where(
    _FINDINGS.c.brief == bindparam("brief"), _FINDINGS.c.student == bindparam("student")
)


class Gradings(Store):
    """What grading did to submissions, in an append-only table and in the audit log."""

    def running(self, brief: str, students: Iterable[str], *, by: str = "") -> None:
        """Note that the grading of these submissions has begun.

        Submissions without a receipt (nbgrader's own collect leaves none) have no state.
        """
        with self._writing() as session:
            for student in students:
                subject = Subject(brief=brief, student=student)
                self._enter(session, subject, "running", "", by)

    def graded(self, grading: Grading, findings: Iterable[Finding] = ()) -> None:
        """Note a finished grading: its state, its findings, and who did it with what.

        The findings take the place of what was noticed before. The state's detail is the
        grading's basis.
        """
        subject = Subject(brief=grading.brief, student=grading.student)
        with self._writing() as session:
            self._enter(session, subject, "graded", grading.basis, grading.by)
            self._replace_findings(session, subject, findings)
            session.connection().execute(insert(_GRADINGS), grading.model_dump())
            about = ", ".join(f"{name} {value}" for name, value in grading.versions.items())
            self._note(session, "grade", **subject.model_dump(), by=grading.by, detail=about)

    def failed(
        self,
        brief: str,
        student: str,
        detail: str,
        *,
        versions: Mapping[str, str] | None = None,
        by: str = "",
    ) -> None:
        """Note that a submission could not be graded, and why; earlier findings stay."""
        subject = Subject(brief=brief, student=student)
        with self._writing() as session:
            self._enter(session, subject, "error", detail, by)
            about = "".join(f", {name} {value}" for name, value in (versions or {}).items())
            text = f"failed: {detail}{about}"
            self._note(session, "grade", **subject.model_dump(), by=by, detail=text)

    def grading(self, brief: str, student: str) -> Grading | None:
        """Return the newest grading of a submission, or None."""
        with self._reading() as session:
            row = session.connection().execute(_newest(brief, student)).mappings().first()
            return _grading(row) if row is not None else None

    def gradings(self, brief: str) -> dict[str, Grading]:
        """Return the newest grading of each submission for a brief, by student."""
        with self._reading() as session:
            rows = session.connection().execute(_newest(brief)).mappings()
            return {row["student"]: _grading(row) for row in rows}

    def set_findings(self, brief: str, student: str, findings: Iterable[Finding]) -> None:
        """Replace what grading noticed about a submission."""
        subject = Subject(brief=brief, student=student)
        with self._writing() as session:
            number = self._replace_findings(session, subject, findings)
            self._note(session, "findings", **subject.model_dump(), detail=str(number))

    def _enter(
        self, session: Session, subject: Subject, state: State, detail: str, by: str
    ) -> None:
        """Add a state to the submission that counts, if it has a receipt."""
        new = Progressed(state=state, detail=detail, at=self._clock())
        receipt = session.connection().scalar(_RECEIPT, subject.model_dump())
        if receipt is not None:
            row = {"receipt_id": receipt} | new.model_dump()
            session.connection().execute(insert(_STATES), row)
        said = f"{new.state}: {new.detail}" if new.detail else new.state
        self._note(session, "state", **subject.model_dump(), by=by, detail=said)

    @staticmethod
    def _replace_findings(session: Session, subject: Subject, findings: Iterable[Finding]) -> int:
        about = subject.model_dump()
        rows = [about | finding.model_dump(exclude={"student"}) for finding in findings]
        connection = session.connection()
        connection.execute(_NO_FINDINGS, about)
        if rows:
            connection.execute(insert(_FINDINGS), rows)
        return len(rows)


def _newest(brief: str, student: str | None = None) -> Select[Any]:
    newest = select(func.max(_GRADINGS.c.id)).where(_GRADINGS.c.brief == brief)
    if student is not None:
        newest = newest.where(_GRADINGS.c.student == student)
    newest = newest.group_by(_GRADINGS.c.student)
    return select(_GRADINGS).where(_GRADINGS.c.id.in_(newest)).order_by(_GRADINGS.c.student)


def _grading(row: RowMapping) -> Grading:
    return Grading.model_validate({name: row[name] for name in Grading.model_fields})
