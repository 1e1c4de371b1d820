"""Submissions on the road: receipts and states, publications, findings and releases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from practicum.errors import BadInput
from practicum.records.base import Store, value_of
from practicum.records.tables import FINDINGS, PUBLICATIONS, RECEIPTS, RELEASES, STATES
from practicum.records.values import Finding, Publication, Receipt, Release, State

__all__ = ["Submissions"]

_MOVING = {"state", "detail", "since"}
"""What of a receipt changes while the submission is on the road."""


class Submissions(Store):
    """What happened to briefs and submissions, from publication to release."""

    def publish(self, brief: str, *, digest: str, proofs: Iterable[dict[str, Any]]) -> None:
        """Note that a brief was published, with the proofs that held (plain JSON data)."""
        value = Publication(brief=brief, digest=digest, proofs=tuple(proofs), at=self._clock())
        with self._writing() as connection:
            connection.execute(insert(PUBLICATIONS), value.model_dump())
            self._note(connection, "publish", brief=brief, detail=digest)

    def publication(self, brief: str) -> Publication | None:
        """Return the newest publication of a brief, or None."""
        query = select(PUBLICATIONS).where(PUBLICATIONS.c.brief == brief)
        with self._reading() as connection:
            row = connection.execute(query.order_by(PUBLICATIONS.c.id.desc()).limit(1)).first()
            return value_of(Publication, row) if row is not None else None

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
        with self._writing() as connection:
            current = connection.execute(_receipts(brief, student)).first()
            if current is not None and _same(value_of(Receipt, current), new):
                return value_of(Receipt, current)
            row = new.model_dump(exclude=_MOVING)
            receipt_id = connection.execute(
                insert(RECEIPTS).returning(RECEIPTS.c.id), row
            ).scalar_one()
            _enter_state(connection, receipt_id, new)
            self._note(connection, "receive", brief=brief, student=student, detail=new.source)
            return new

    def receipt(self, brief: str, student: str) -> Receipt | None:
        """Return the submission that counts, or None when nothing has come in."""
        with self._reading() as connection:
            row = connection.execute(_receipts(brief, student)).first()
            return value_of(Receipt, row) if row is not None else None

    def receipts(self, brief: str) -> tuple[Receipt, ...]:
        """Return the submission of each student that counts, ordered by student."""
        with self._reading() as connection:
            rows = connection.execute(_receipts(brief))
            return tuple(value_of(Receipt, row) for row in rows)

    def set_state(self, brief: str, student: str, state: State, detail: str = "") -> None:
        """Note how far the submission that counts has come.

        Raises:
            BadInput: Nothing has come in from that student.

        """
        with self._writing() as connection:
            current = connection.execute(_receipts(brief, student)).first()
            if current is None:
                raise BadInput(
                    f"{brief}: nothing has come in from {student!r}: run `practicum collect` first"
                )
            now = {"state": state, "detail": detail, "since": self._clock()}
            new = Receipt.model_validate(value_of(Receipt, current).model_dump() | now)
            _enter_state(connection, current.id, new)
            said = f"{new.state}: {new.detail}" if new.detail else new.state
            self._note(connection, "state", brief=brief, student=student, detail=said)

    def findings(self, brief: str, student: str | None = None) -> tuple[Finding, ...]:
        """Return what grading noticed about one submission, or about all of a brief."""
        query = select(FINDINGS).where(FINDINGS.c.brief == brief)
        if student is not None:
            query = query.where(FINDINGS.c.student == student)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(FINDINGS.c.student, FINDINGS.c.id))
            return tuple(value_of(Finding, row) for row in rows)

    def released(self, brief: str, student: str, *, digest: str) -> None:
        """Note that a student was given feedback with that content."""
        value = Release(brief=brief, student=student, digest=digest, at=self._clock())
        with self._writing() as connection:
            connection.execute(insert(RELEASES), value.model_dump())
            self._note(connection, "release", brief=brief, student=student, detail=digest)

    def release_of(self, brief: str, student: str) -> Release | None:
        """Return the newest release of feedback to a student, or None."""
        return self._releases(brief, student).get(student)

    def releases(self, brief: str) -> dict[str, Release]:
        """Return the newest release of feedback on a brief to each student, by student."""
        return self._releases(brief)

    def first_released(self, brief: str) -> dict[str, datetime]:
        """Return when each student was first given feedback, by student."""
        query = (
            select(RELEASES.c.student, func.min(RELEASES.c.at).label("at"))
            .where(RELEASES.c.brief == brief)
            .group_by(RELEASES.c.student)
        )
        with self._reading() as connection:
            return {row.student: row.at for row in connection.execute(query)}

    def _releases(self, brief: str, student: str | None = None) -> dict[str, Release]:
        newest = select(func.max(RELEASES.c.id)).where(RELEASES.c.brief == brief)
        if student is not None:
            newest = newest.where(RELEASES.c.student == student)
        newest = newest.group_by(RELEASES.c.student)
        query = select(RELEASES).where(RELEASES.c.id.in_(newest)).order_by(RELEASES.c.student)
        with self._reading() as connection:
            return {row.student: value_of(Release, row) for row in connection.execute(query)}


def _receipts(brief: str, student: str | None = None) -> Select[Any]:
    """Ask for the newest receipt of each student, each with its newest state."""
    newest = select(func.max(RECEIPTS.c.id)).where(RECEIPTS.c.brief == brief)
    if student is not None:
        newest = newest.where(RECEIPTS.c.student == student)
    newest = newest.group_by(RECEIPTS.c.student)
    state = select(func.max(STATES.c.id)).where(STATES.c.receipt_id.in_(newest))
    return (
        select(RECEIPTS, STATES.c.state, STATES.c.detail, STATES.c.at.label("since"))
        .join(STATES, STATES.c.receipt_id == RECEIPTS.c.id)
        .where(STATES.c.id.in_(state.group_by(STATES.c.receipt_id)))
        .order_by(RECEIPTS.c.student)
    )


def _enter_state(connection: Connection, receipt_id: int, receipt: Receipt) -> None:
    row = {
        "receipt_id": receipt_id,
        "state": receipt.state,
        "detail": receipt.detail,
        "at": receipt.since,
    }
    connection.execute(insert(STATES), row)


def _same(one: Receipt, other: Receipt) -> bool:
    return one.model_dump(exclude=_MOVING) == other.model_dump(exclude=_MOVING)
