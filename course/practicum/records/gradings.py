"""Gradings: who graded which submission with what, and what came of it.

Each method is one transaction, so that a submission's state, findings and log never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from practicum.records.base import Store, value_of
from practicum.records.tables import FINDINGS, GRADINGS, RECEIPTS, STATES
from practicum.records.values import Finding, Grading, Progressed, State, Subject

__all__ = ["Gradings"]

_RECEIPT = select(func.max(RECEIPTS.c.id)).where(
    RECEIPTS.c.brief == bindparam("brief"), RECEIPTS.c.student == bindparam("student")
)
_NOFINDINGS = delete(FINDINGS).where(
    FINDINGS.c.brief == bindparam("brief"), FINDINGS.c.student == bindparam("student")
)


class Gradings(Store):
    """What grading did to submissions, in an append-only table and in the audit log."""

    def running(self, brief: str, students: Iterable[str], *, by: str = "") -> None:
        """Note that the grading of these submissions has begun.

        Submissions without a receipt (nbgrader's own collect leaves none) have no state.
        """
        with self._writing() as connection:
            for student in students:
                subject = Subject(brief=brief, student=student)
                self._enter(connection, subject, "running", "", by)

    def graded(self, grading: Grading, findings: Iterable[Finding] = ()) -> None:
        """Note a finished grading: its state, its findings, and who did it with what.

        The findings take the place of what was noticed before. The state's detail is the
        grading's basis.
        """
        subject = Subject(brief=grading.brief, student=grading.student)
        with self._writing() as connection:
            self._enter(connection, subject, "graded", grading.basis, grading.by)
            self._replace_findings(connection, subject, findings)
            connection.execute(insert(GRADINGS), grading.model_dump())
            about = ", ".join(f"{name} {value}" for name, value in grading.versions.items())
            self._note(connection, "grade", **subject.model_dump(), by=grading.by, detail=about)

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
        with self._writing() as connection:
            self._enter(connection, subject, "error", detail, by)
            about = "".join(f", {name} {value}" for name, value in (versions or {}).items())
            text = f"failed: {detail}{about}"
            self._note(connection, "grade", **subject.model_dump(), by=by, detail=text)

    def grading(self, brief: str, student: str) -> Grading | None:
        """Return the newest grading of a submission, or None."""
        with self._reading() as connection:
            row = connection.execute(_newest(brief, student)).first()
            return value_of(Grading, row) if row is not None else None

    def gradings(self, brief: str) -> dict[str, Grading]:
        """Return the newest grading of each submission for a brief, by student."""
        with self._reading() as connection:
            rows = connection.execute(_newest(brief))
            return {row.student: value_of(Grading, row) for row in rows}

    def set_findings(self, brief: str, student: str, findings: Iterable[Finding]) -> None:
        """Replace what grading noticed about a submission."""
        subject = Subject(brief=brief, student=student)
        with self._writing() as connection:
            number = self._replace_findings(connection, subject, findings)
            self._note(connection, "findings", **subject.model_dump(), detail=str(number))

    def _enter(
        self, connection: Connection, subject: Subject, state: State, detail: str, by: str
    ) -> None:
        """Add a state to the submission that counts, if it has a receipt."""
        new = Progressed(state=state, detail=detail, at=self._clock())
        receipt = connection.scalar(_RECEIPT, subject.model_dump())
        if receipt is not None:
            row = {"receipt_id": receipt} | new.model_dump()
            connection.execute(insert(STATES), row)
        said = f"{new.state}: {new.detail}" if new.detail else new.state
        self._note(connection, "state", **subject.model_dump(), by=by, detail=said)

    @staticmethod
    def _replace_findings(
        connection: Connection, subject: Subject, findings: Iterable[Finding]
    ) -> int:
        about = subject.model_dump()
        rows = [about | finding.model_dump(exclude={"student"}) for finding in findings]
        connection.execute(_NOFINDINGS, about)
        if rows:
            connection.execute(insert(FINDINGS), rows)
        return len(rows)


def _newest(brief: str, student: str | None = None) -> Select[Any]:
    newest = select(func.max(GRADINGS.c.id)).where(GRADINGS.c.brief == brief)
    if student is not None:
        newest = newest.where(GRADINGS.c.student == student)
    newest = newest.group_by(GRADINGS.c.student)
    return select(GRADINGS).where(GRADINGS.c.id.in_(newest)).order_by(GRADINGS.c.student)
