"""Links for reviewers: who may come in, for which brief, until when.

A link has 128 random bits and is good for one swap: at its first use it becomes a visit, whose
secret is a cookie. Of both only a digest is kept, so that nobody who reads the database gets in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, insert, select, update

from practicum.errors import BadInput
from practicum.records.base import Store, value_of
from practicum.records.tables import INVITATIONS, VISITS
from practicum.records.values import Moment
from practicum.values import Id, Value

__all__ = ["Guest", "Invitation", "Invitations"]

BYTES: Final = 16
VISIT: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=180)


class Guest(Value):
    """Who is in the room: one reviewer, for one brief, and for nothing else."""

    brief: Id
    reviewer: Id


class Invitation(Value):
    """An invitation as the instructor sees it; the link itself is not kept."""

    id: int
    brief: Id
    reviewer: Id
    at: Moment
    expires: Moment
    used: Moment | None = None
    revoked: Moment | None = None


class Invitations(Store):
    """Invitations and visits."""

    def invite(self, brief: str, reviewer: str, valid: timedelta) -> str:
        """Make a link's secret; it is told once, here, and cannot be looked up.

        Raises:
            BadInput: It would be valid for no time, or for more than half a year.

        """
        if not timedelta() < valid <= LONGEST:
            message = f"an invitation is valid for 1 to {LONGEST.days} days"
            raise BadInput(message)
        guest, secret, now = Guest(brief=brief, reviewer=reviewer), _secret(), self._clock()
        row = guest.model_dump() | {"digest": _digest(secret), "at": now, "expires": now + valid}
        with self._writing() as connection:
            connection.execute(insert(INVITATIONS), row)
            self._note(connection, "invite", brief=brief, by="", detail=reviewer)
        return secret

    def invitations(self, brief: str) -> tuple[Invitation, ...]:
        """Return all invitations for a brief, oldest first."""
        query = select(INVITATIONS).where(INVITATIONS.c.brief == brief)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(INVITATIONS.c.id))
            return tuple(value_of(Invitation, row) for row in rows)

    def revoke(self, brief: str, reviewer: str) -> int:
        """End all invitations and visits of a reviewer for a brief; return how many there were."""
        with self._writing() as connection:
            done = connection.execute(
                update(INVITATIONS)
                .where(
                    INVITATIONS.c.brief == brief,
                    INVITATIONS.c.reviewer == reviewer,
                    INVITATIONS.c.revoked.is_(None),
                )
                .values(revoked=self._clock())
            )
            self._note(connection, "revoke", brief=brief, detail=reviewer)
            return done.rowcount

    def come_in(self, secret: str) -> tuple[Guest, str, datetime] | None:
        """Swap an invitation for a visit: its guest, the cookie's secret, and until when.

        None if it does not exist, or is used, expired or revoked: a caller tells no difference.
        """
        now = self._clock()
        with self._writing() as connection:
            row = connection.execute(
                update(INVITATIONS)
                .where(INVITATIONS.c.digest == _digest(secret), _is_open(now))
                .where(INVITATIONS.c.used.is_(None))
                .values(used=now)
                .returning(
                    INVITATIONS.c.id,
                    INVITATIONS.c.brief,
                    INVITATIONS.c.reviewer,
                    INVITATIONS.c.expires,
                )
            ).first()
            if row is None:
                return None
            cookie, until = _secret(), min(now + VISIT, row.expires)
            connection.execute(
                insert(VISITS),
                {
                    "invitation_id": row.id,
                    "digest": _digest(cookie),
                    "at": now,
                    "expires": until,
                },
            )
            self._note(connection, "come in", brief=row.brief, detail=row.reviewer)
            return Guest(brief=row.brief, reviewer=row.reviewer), cookie, until

    def brief_of(self, secret: str) -> str | None:
        """Return the brief of a link that was used and still holds, or None.

        It lets nobody in: who comes back by it is shown where to go with the own cookie.
        """
        query = select(INVITATIONS.c.brief).where(
            INVITATIONS.c.digest == _digest(secret),
            INVITATIONS.c.used.is_not(None),
            _is_open(self._clock()),
        )
        with self._reading() as connection:
            return connection.scalar(query)

    def guest(self, cookie: str) -> Guest | None:
        """Return who holds a cookie, or None if it is none, expired, or its link revoked."""
        now = self._clock()
        query = (
            select(INVITATIONS.c.brief, INVITATIONS.c.reviewer)
            .join(VISITS, VISITS.c.invitation_id == INVITATIONS.c.id)
            .where(VISITS.c.digest == _digest(cookie), VISITS.c.expires > now, _is_open(now))
        )
        with self._reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            return Guest(brief=row.brief, reviewer=row.reviewer)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return INVITATIONS.c.revoked.is_(None) & (INVITATIONS.c.expires > now)


def _secret() -> str:
    return secrets.token_urlsafe(BYTES)


def _digest(secret: str) -> str:
    # 128 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
