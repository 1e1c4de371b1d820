"""Who somebody is: one interface, of which links by invitation are one implementation.

A query string, a header that a browser sends, or a name in a body is never evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from practicum.records import Guest, Records

__all__ = ["COOKIE", "Door", "InvitationDoor"]

COOKIE = "practicum-review"


class Door(Protocol):
    """Tells who is in the room. Another implementation asks a JupyterHub."""

    def guest(self, cookie: str) -> Guest | None:
        """Return the guest whose cookie this is, or None."""

    def swap(self, secret: str) -> tuple[Guest, str, datetime] | None:
        """Swap a link for a guest, a cookie's secret and its end; None if it is no good."""

    def used_for(self, secret: str) -> str | None:
        """Return the brief of a link that was swapped before and still holds, or None."""


class InvitationDoor:
    """Lets in who has an invitation (see :mod:`practicum.records.invitations`)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def guest(self, cookie: str) -> Guest | None:
        """Return the guest whose cookie this is, or None."""
        return self._records.guest(cookie) if cookie else None

    def swap(self, secret: str) -> tuple[Guest, str, datetime] | None:
        """Swap a link's secret for a guest and a cookie's secret."""
        return self._records.come_in(secret)

    def used_for(self, secret: str) -> str | None:
        """Return the brief of a link that was swapped before and still holds, or None."""
        return self._records.brief_of(secret)
