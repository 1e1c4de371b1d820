"""The ledger of the exchange: what was released, handed in and given back, and by whom.

The files themselves lie in the depot. A course is named in each row: courses of plain nbgrader
exchange their files through the same service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from practicum.errors import Conflict
from practicum.records.base import Store, value_of
from practicum.records.handed import (
    AssignmentName,
    Given,
    HandedIn,
    Key,
    Kind,
    Offer,
    Person,
    SentFile,
    SoFar,
    Upload,
)
from practicum.records.service_tables import FEEDBACKS, OFFERS, SUBMISSIONS, UPLOADS
from practicum.values import ID_PATTERN

__all__ = [
    "AssignmentName",
    "Given",
    "HandedIn",
    "Key",
    "Kind",
    "Ledger",
    "Offer",
    "Person",
    "SentFile",
    "SoFar",
    "Upload",
]

TICK = timedelta(microseconds=1)


class Ledger(Store):
    """What went through the depot. Each call is one transaction, durable when it returns."""

    def offer(self, course: str, assignment: str) -> Offer | None:
        """Return what is released under a name, or None."""
        return next(iter(self.offers(course, assignment)), None)

    def offers(self, course: str, assignment: str | None = None) -> tuple[Offer, ...]:
        """Return what is released in a course, by name."""
        newest = select(func.max(OFFERS.c.id)).where(OFFERS.c.course == course)
        if assignment is not None:
            newest = newest.where(OFFERS.c.assignment == assignment)
        newest = newest.group_by(OFFERS.c.assignment)
        query = select(OFFERS).where(OFFERS.c.id.in_(newest)).order_by(OFFERS.c.assignment)
        with self._reading() as connection:
            found = (value_of(Offer, row) for row in connection.execute(query))
            return tuple(offer for offer in found if offer.files)

    def put_on_offer(self, wanted: Upload, sha256: str, *, replace: bool) -> Offer:
        """Release an assignment; the same files again change nothing.

        Raises:
            Conflict: Something else is released under that name, and is not to be replaced.

        """
        with self._writing() as connection:
            before = self._current(connection, wanted.course, wanted.assignment)
            if before and before.files and before.sha256 == sha256:
                _close(connection, wanted.id)
                return before
            if before and before.files and not replace:
                raise Conflict(
                    f"{wanted.assignment}: released already, with other files: add --force to "
                    "replace them"
                )
            offer = Offer(
                course=wanted.course,
                assignment=wanted.assignment,
                files=wanted.files,
                sha256=sha256,
                by=wanted.by,
                at=self._clock(),
            )
            connection.execute(insert(OFFERS), offer.model_dump())
            _close(connection, wanted.id)
            self._tell(connection, "exchange-release", offer, by=wanted.by)
            return offer

    def take_back(self, course: str, assignment: str, by: str) -> bool:
        """Take a release back; return whether there was one."""
        with self._writing() as connection:
            before = self._current(connection, course, assignment)
            if before is None or not before.files:
                return False
            gone = before.model_copy(update={"files": (), "by": by, "at": self._clock()})
            connection.execute(insert(OFFERS), gone.model_dump())
            self._tell(connection, "exchange-take-back", gone, by=by)
            return True

    def open_upload(self, wanted: Upload, most: int) -> tuple[Upload, tuple[Upload, ...]]:
        """Note that somebody begins to send; the same key finds what was begun before.

        Returns:
            The upload, and those of the same person that were given up for it, since nobody
            has more than ``most`` at a time.

        Raises:
            Conflict: The key was used for other files.

        """
        mine = select(UPLOADS).where(UPLOADS.c.by == wanted.by).order_by(UPLOADS.c.at)
        with self._writing() as connection:
            begun = [value_of(Upload, row) for row in connection.execute(mine)]
            for upload in begun:
                if _subject(upload) == _subject(wanted) and upload.key == wanted.key:
                    _check_same(upload.fingerprint, wanted.fingerprint)
                    return upload, ()
            given_up = tuple(begun[: max(0, len(begun) + 1 - most)])
            for upload in given_up:
                _close(connection, upload.id)
            connection.execute(insert(UPLOADS), wanted.model_dump())
            return wanted, given_up

    def upload(self, number: str) -> Upload | None:
        """Return what is being sent under a number, or None."""
        with self._reading() as connection:
            row = connection.execute(select(UPLOADS).where(UPLOADS.c.id == number)).first()
            return value_of(Upload, row) if row is not None else None

    def uploads(self) -> tuple[Upload, ...]:
        """Return all that is being sent, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(select(UPLOADS).order_by(UPLOADS.c.at))
            return tuple(value_of(Upload, row) for row in rows)

    def give_up(self, numbers: Iterable[str]) -> None:
        """Forget uploads that were never completed."""
        with self._writing() as connection:
            for number in numbers:
                _close(connection, number)

    def hand_in(
        self,
        wanted: Upload,
        sha256: str,
        *,
        accept: Callable[[datetime, SoFar], None],
        sign: Callable[[HandedIn], str],
    ) -> HandedIn:
        """Take a submission; with the same key again, return the one that was taken.

        Its time is the clock's, but never the newest one of the same student and assignment, or
        before it, also when the clock was set back.

        Args:
            wanted: What was sent.
            sha256: The digest of its names and contents.
            accept: Is told the time and what was handed in before; raises to refuse.
            sign: Returns the receipt.

        Raises:
            Conflict: The key was used for other files.

        """
        subject = (wanted.course, wanted.assignment, wanted.student)
        query = _submissions(*subject)
        with self._writing() as connection:
            row = connection.execute(query.where(SUBMISSIONS.c.key == wanted.key)).first()
            if row is not None:
                one = _handed(row)
                _check_same(one.fingerprint, wanted.fingerprint)
                _close(connection, wanted.id)
                return one
            # Only the newest is read whole: nobody is to wait while hundreds of lists are.
            newest = query.order_by(None).order_by(SUBMISSIONS.c.received_at.desc()).limit(1)
            row = connection.execute(newest).first()
            before = _handed(row) if row is not None else None
            at = self._clock()
            if before is not None:
                at = max(at, before.received_at + TICK)
            so_far = _so_far(connection, *subject)
            accept(at, so_far.model_copy(update={"newest": before.files if before else ()}))
            taken = HandedIn(
                sha256=sha256,
                size=sum(file.size for file in wanted.files),
                received_at=at,
                receipt="",
                **wanted.model_dump(exclude={"kind", "about", "at"}),
            )
            taken = taken.model_copy(update={"receipt": sign(taken)})
            connection.execute(
                insert(SUBMISSIONS), taken.model_dump(exclude={"removed"}) | {"removed_at": None}
            )
            _close(connection, wanted.id)
            self._tell(connection, "hand-in", taken, by=wanted.by)
            return taken

    def submission(self, number: str) -> HandedIn | None:
        """Return a submission, also one that was removed, or None."""
        query = select(SUBMISSIONS).where(SUBMISSIONS.c.id == number)
        with self._reading() as connection:
            row = connection.execute(query).first()
            return _handed(row) if row is not None else None

    def handed_in(
        self, course: str, assignment: str | None = None, student: str | None = None
    ) -> tuple[HandedIn, ...]:
        """Return submissions, oldest first, without those that were removed."""
        query = _submissions(course, assignment, student).where(SUBMISSIONS.c.removed_at.is_(None))
        with self._reading() as connection:
            return tuple(_handed(row) for row in connection.execute(query))

    def so_far(self, course: str, student: str, assignment: str | None = None) -> SoFar:
        """Return how much a student has handed in, for one assignment or for all of them."""
        with self._reading() as connection:
            return _so_far(connection, course, assignment, student)

    def by_key(self, wanted: Upload) -> HandedIn | None:
        """Return the submission that was taken with this key, or None.

        Raises:
            Conflict: The key was used for other files.

        """
        query = _submissions(wanted.course, wanted.assignment, wanted.student)
        with self._reading() as connection:
            row = connection.execute(query.where(SUBMISSIONS.c.key == wanted.key)).first()
            found = _handed(row) if row is not None else None
        if found is not None:
            _check_same(found.fingerprint, wanted.fingerprint)
        return found

    def remove(self, number: str, by: str) -> bool:
        """Leave a submission out of all lists, its files kept; tell whether it was in."""
        query = select(SUBMISSIONS).where(SUBMISSIONS.c.id == number)
        with self._writing() as connection:
            row = connection.execute(query.where(SUBMISSIONS.c.removed_at.is_(None))).first()
            if row is None:
                return False
            connection.execute(
                update(SUBMISSIONS)
                .where(SUBMISSIONS.c.id == number)
                .values(removed_at=self._clock())
            )
            self._tell(connection, "exchange-remove", _handed(row), by=by)
            return True

    def give_back(self, given: Upload, received_at: datetime, sha256: str) -> Given:
        """Give feedback; it takes the place of what was given on the same submission before."""
        feedback = Given(
            received_at=received_at,
            sha256=sha256,
            **given.model_dump(include={"course", "assignment", "student", "about", "files", "by"}),
            at=self._clock(),
        )
        with self._writing() as connection:
            connection.execute(insert(FEEDBACKS), feedback.model_dump())
            _close(connection, given.id)
            self._tell(connection, "give-back", feedback, by=given.by)
        return feedback

    def given_back(
        self, course: str, assignment: str | None = None, student: str | None = None
    ) -> tuple[Given, ...]:
        """Return the newest feedback on each submission, oldest submission first."""
        kept = FEEDBACKS.c
        newest = select(func.max(kept.id)).where(kept.course == course)
        if assignment is not None:
            newest = newest.where(kept.assignment == assignment)
        if student is not None:
            newest = newest.where(kept.student == student)
        newest = newest.group_by(kept.assignment, kept.student, kept.received_at)
        query = select(FEEDBACKS).where(kept.id.in_(newest)).order_by(kept.received_at)
        with self._reading() as connection:
            return tuple(value_of(Given, row) for row in connection.execute(query))

    def files_of(self, course: str, kind: Kind, student: str = "") -> frozenset[str]:
        """Return the digests of all files that are still needed there."""
        table = {"release": OFFERS, "submission": SUBMISSIONS, "feedback": FEEDBACKS}[kind]
        query = select(table.c.files).where(table.c.course == course)
        begun = select(UPLOADS.c.files).where(UPLOADS.c.course == course, UPLOADS.c.kind == kind)
        if kind != "release":
            query = query.where(table.c.student == student)
            begun = begun.where(UPLOADS.c.student == student)
        with self._reading() as connection:
            rows = [*connection.execute(query), *connection.execute(begun)]
            return frozenset(file["sha256"] for row in rows for file in row.files)

    def alone(self, work: Callable[[], None]) -> None:
        """Do something while nobody can hand in."""
        with self._writing():
            work()

    def _current(self, connection: Connection, course: str, assignment: str) -> Offer | None:
        mine = (OFFERS.c.course == course) & (OFFERS.c.assignment == assignment)
        row = connection.execute(select(OFFERS).where(mine).order_by(OFFERS.c.id.desc())).first()
        return value_of(Offer, row) if row is not None else None

    def _tell(
        self, connection: Connection, action: str, what: Offer | HandedIn | Given, *, by: str
    ) -> None:
        """Write to the log, which has ids alone; other names of the hub go into the detail."""
        student = getattr(what, "student", "")
        named = {"brief": what.assignment, "student": student, "by": by}
        ids = {k: v for k, v in named.items() if re.fullmatch(ID_PATTERN, v)}
        other = [f"{k} {v}" for k, v in named.items() if v and k not in ids]
        number = getattr(what, "id", "")
        detail = ", ".join(filter(None, (f"course {what.course}", number, *other)))
        self._note(connection, action, detail=detail, **ids)


def _submissions(course: str, assignment: str | None, student: str | None) -> Select[Any]:
    query = select(SUBMISSIONS).where(SUBMISSIONS.c.course == course)
    if assignment is not None:
        query = query.where(SUBMISSIONS.c.assignment == assignment)
    if student is not None:
        query = query.where(SUBMISSIONS.c.student == student)
    return query.order_by(SUBMISSIONS.c.received_at)


def _so_far(connection: Connection, course: str, assignment: str | None, student: str) -> SoFar:
    columns = SUBMISSIONS.c
    query = select(
        func.count(),
        func.coalesce(func.sum(columns.size), 0),
        func.coalesce(func.sum(func.json_array_length(columns.files)), 0),
    ).where(columns.course == course, columns.student == student)
    if assignment is not None:
        query = query.where(columns.assignment == assignment)
    count, size, files = connection.execute(query).one()
    return SoFar(count=count, size=int(size), files=int(files))


def _handed(row: Any) -> HandedIn:  # noqa: ANN401 (a row of SQLAlchemy)
    columns = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public name for it)
    removed = columns.pop("removed_at") is not None
    return HandedIn.model_validate(columns | {"removed": removed})


def _subject(upload: Upload) -> tuple[str, ...]:
    return (upload.kind, upload.course, upload.assignment, upload.student, upload.about)


def _check_same(one: str, other: str) -> None:
    if one != other:
        raise Conflict("this key was used for other files: choose a new one, and send again")


def _close(connection: Connection, number: str) -> None:
    connection.execute(delete(UPLOADS).where(UPLOADS.c.id == number))
