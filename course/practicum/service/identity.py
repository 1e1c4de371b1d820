"""Who a token belongs to: the hub says it, and nothing that a request says of itself counts."""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

from jupyterhub.services.auth import HubAuth, check_scopes
from pydantic import ValidationError
from tornado.web import HTTPError

from practicum.errors import ServiceFailed
from practicum.values import Value

__all__ = ["HubIdentity", "HubUser", "Identity"]

REMEMBERED: Final = 60
"""Seconds for which the hub's answer about a token holds: as long a revoked one still works."""
MOST_GROUPS: Final = 1_000


class HubUser(Value):
    """Somebody whom the hub knows: a user, or a service of the hub itself."""

    name: str
    kind: Literal["user", "service"] = "user"
    groups: tuple[str, ...] = ()


class Identity(Protocol):
    """Tells whose a token is."""

    async def user_of(self, token: str) -> HubUser | None:
        """Return whose the token is; None if nobody's, or if it does not open this service.

        Raises:
            ServiceFailed: The hub cannot be asked now.

        """


class HubIdentity:
    """The hub that started this service, asked at most once a minute about each token.

    Args:
        service: The name of this service on the hub. A token has to carry the scope
            ``access:services!service=<name>``.
        auth: How the hub is asked; from the environment that the hub gave us if None.

    """

    def __init__(self, service: str, auth: HubAuth | None = None) -> None:
        self._auth = HubAuth(cache_max_age=REMEMBERED) if auth is None else auth
        self._wanted = {f"access:services!service={service}"}

    async def user_of(self, token: str) -> HubUser | None:
        """Return whose the token is (see :class:`Identity`)."""
        try:
            about = await self._auth.user_for_token(token, sync=False)
        except HTTPError:
            # Its text is for the hub's own log, where it stands already.
            raise ServiceFailed("the hub cannot be asked who you are: try again soon") from None
        return self._user(about) if about else None

    def _user(self, about: dict[str, Any]) -> HubUser | None:
        if not check_scopes(self._wanted, set(about.get("scopes", ()))):
            return None
        try:
            return HubUser(
                name=about["name"],
                kind=about.get("kind", "user"),
                groups=tuple(about.get("groups") or ())[:MOST_GROUPS],
            )
        except (KeyError, ValidationError):
            raise ServiceFailed(
                "the hub's answer about you cannot be read: tell its admin"
            ) from None
