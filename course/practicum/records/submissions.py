"""Submissions on the road: receipts and states, publications, findings and releases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from practicum.errors import BadInput
from practicum.records.base import Store
from practicum.records.tables import (
    FindingRow,
    PublicationRow,
    ReceiptRow,
    ReleaseRow,
    StateRow,
)
from practicum.records.values import Finding, Publication, Receipt, Release, State

__all__ = ["Submissions"]


class Submissions(Store):
    """What happened to briefs and submissions, from publication to release."""

    def publish(self, brief: str, *, digest: str, proofs: Iterable[dict[str, Any]]) -> None:
        """Note that a brief was published, with the proofs that held (plain JSON data)."""
        value = Publication(brief=brief, digest=digest, proofs=tuple(proofs), at=self._clock())
        with self._writing() as session:
            session.add(PublicationRow(**value.model_dump() | {"proofs": list(value.proofs)}))
            self._note(session, "publish", brief=brief, detail=digest)

    def publication(self, brief: str) -> Publication | None:
        """Return the newest publication of a brief, or None."""
        query = select(PublicationRow).where(PublicationRow.brief == brief)
        with self._reading() as session:
            row = session.scalar(query.order_by(PublicationRow.id.desc()).limit(1))
            if row is None:
                return None
            return Publication(
                brief=row.brief, digest=row.digest, proofs=tuple(row.proofs), at=row.at
            )

    def receive(  # noqa: PLR0913 (what there is to know about a submission)
        self,
        brief: str,
        student: str,
        *,
        received_at: datetime,
        sha256: str,
        source: str,
        files: int,
        size: int,
    ) -> Receipt:
        """Note a submission that has come in; it takes the place of the one before.

        The one before stays in the history. The same submission again (time, content and
        source) changes nothing and keeps its state.

        Args:
            brief: The brief's id.
            student: The student's id.
            received_at: When the server received it (aware).
            sha256: The digest of its content, 64 hexadecimal digits.
            source: Where it came from.
            files: How many files it has.
            size: Their size in bytes.

        """
        new = Receipt(
            brief=brief,
            student=student,
            received_at=received_at,
            sha256=sha256,
            source=source,
            files=files,
            size=size,
            since=self._clock(),
        )
        with self._writing() as session:
            current = session.execute(_receipts(brief, student)).first()
            if current is not None and _same(_receipt(*current), new):
                return _receipt(*current)
            row = ReceiptRow(**new.model_dump(exclude={"state", "detail", "since"}))
            session.add(row)
            session.flush()
            session.add(_state_row(row.id, new))
            self._note(session, "receive", brief=brief, student=student, detail=new.source)
            return new

    def receipt(self, brief: str, student: str) -> Receipt | None:
        """Return the submission that counts, or None when nothing has come in."""
        with self._reading() as session:
            row = session.execute(_receipts(brief, student)).first()
            return _receipt(*row) if row is not None else None

    def receipts(self, brief: str) -> tuple[Receipt, ...]:
        """Return the submission of each student that counts, ordered by student."""
        with self._reading() as session:
            return tuple(_receipt(*row) for row in session.execute(_receipts(brief)))

    def set_state(self, brief: str, student: str, state: State, detail: str = "") -> None:
        """Note how far the submission that counts has come.

        Raises:
            BadInput: Nothing has come in from that student.

        """
        with self._writing() as session:
            current = session.execute(_receipts(brief, student)).first()
            if current is None:
                raise BadInput(
                    f"{brief}: nothing has come in from {student!r}: run `practicum collect` first"
                )
            now = {"state": state, "detail": detail, "since": self._clock()}
            new = Receipt.model_validate(_receipt(*current).model_dump() | now)
            session.add(_state_row(current[0].id, new))
            said = f"{new.state}: {new.detail}" if new.detail else new.state
            self._note(session, "state", brief=brief, student=student, detail=said)

    def findings(self, brief: str, student: str | None = None) -> tuple[Finding, ...]:
        """Return what grading noticed about one submission, or about all of a brief."""
        query = select(FindingRow).where(FindingRow.brief == brief)
        if student is not None:
            query = query.where(FindingRow.student == student)
        with self._reading() as session:
            rows = session.scalars(query.order_by(FindingRow.student, FindingRow.id))
            return tuple(
                Finding(cell=row.cell, kind=row.kind, message=row.message, student=row.student)
                for row in rows
            )

    def released(self, brief: str, student: str, *, digest: str) -> None:
        """Note that a student was given feedback with that content."""
        value = Release(brief=brief, student=student, digest=digest, at=self._clock())
        with self._writing() as session:
            session.add(ReleaseRow(**value.model_dump()))
            self._note(session, "release", brief=brief, student=student, detail=digest)

    def release_of(self, brief: str, student: str) -> Release | None:
        """Return the newest release of feedback to a student, or None."""
        query = select(ReleaseRow).where(ReleaseRow.brief == brief, ReleaseRow.student == student)
        with self._reading() as session:
            row = session.scalar(query.order_by(ReleaseRow.id.desc()).limit(1))
            if row is None:
                return None
            return Release(brief=row.brief, student=row.student, digest=row.digest, at=row.at)


def _receipts(brief: str, student: str | None = None) -> Select[ReceiptRow, StateRow]:
    """Ask for the newest receipt of each student, each with its newest state."""
    newest = select(func.max(ReceiptRow.id)).where(ReceiptRow.brief == brief)
    if student is not None:
        newest = newest.where(ReceiptRow.student == student)
    state = select(func.max(StateRow.id)).group_by(StateRow.receipt_id)
    return (
        select(ReceiptRow, StateRow)
        .join(StateRow, StateRow.receipt_id == ReceiptRow.id)
        .where(ReceiptRow.id.in_(newest.group_by(ReceiptRow.student)), StateRow.id.in_(state))
        .order_by(ReceiptRow.student)
    )


def _receipt(row: ReceiptRow, state: StateRow) -> Receipt:
    return Receipt.model_validate(
        {
            "brief": row.brief,
            "student": row.student,
            "received_at": row.received_at,
            "sha256": row.sha256,
            "source": row.source,
            "files": row.files,
            "size": row.size,
            "state": state.state,
            "detail": state.detail,
            "since": state.at,
        }
    )


def _state_row(receipt_id: int, receipt: Receipt) -> StateRow:
    return StateRow(
        receipt_id=receipt_id, state=receipt.state, detail=receipt.detail, at=receipt.since
    )


def _same(one: Receipt, other: Receipt) -> bool:
    moving = {"state", "detail", "since"}
    return one.model_dump(exclude=moving) == other.model_dump(exclude=moving)
