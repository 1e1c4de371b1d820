"""What somebody with an account of the hub is answered: coming in, and the list of briefs."""

from __future__ import annotations

from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from jupyterhub.services.auth import HubOAuthCallbackHandler
from tornado.web import HTTPError

from practicum.errors import InvalidDocument
from practicum.room.handlers import Entrance, Handler
from practicum.room.hub_door import HubDoor

__all__ = ["HUB_HANDLERS", "Back", "Lobby", "LogIn"]

SERVER_FAULT: Final = 500


class OfAccount(Handler):
    """An answer for somebody who comes from the hub's login."""

    links_welcome = True

    @property
    def hub(self) -> HubDoor:
        """The door by accounts; these addresses are there with it alone."""
        if self.room.hub is None:
            raise HTTPError(404)
        return self.room.hub

    def write_error(self, status_code: int, **_about: Any) -> None:  # noqa: ANN401 (tornado's signature)
        """Say to a person what did not work, and what to do."""
        if status_code >= SERVER_FAULT:
            self.say(503, "The hub does not answer", "<p>Please try again in a minute.</p>")
        elif status_code == 403:  # noqa: PLR2004 (what HTTP calls it)
            _nobodys(self)
        else:
            again = f'<p><a href="{self.room.base}">Log in again</a></p>'
            self.say(status_code, "Logging in did not work", again)


class Lobby(OfAccount, Entrance):
    """The address without a brief: the briefs of who has an account."""

    async def get(self) -> None:  # type: ignore[override] # (tornado waits for it)
        """Show the briefs of a reviewer, the way to an instructor, and the login to others."""
        name = await self.hub.account(self)
        if name is None:
            _log_in(self, self.hub, self.room.base)
            return
        briefs, desk = self.hub.briefs_of(name), self.hub.desk_of(name)
        if not briefs and desk is None:
            _nobodys(self)
            return
        rows = "".join(
            f'<li><a href="{self.room.base}{brief}/">{escape(_title(self.hub, brief))}</a></li>'
            for brief in briefs
        )
        lines = [f"<p>Choose a brief to judge its submissions.</p><ul>{rows}</ul>"] if rows else []
        if desk is not None:
            lines.append(
                "<p>Reviewers judge here. How far they are, and what you have to decide, stands "
                f'on <a href="{escape(desk)}">the instructor’s desk</a>.</p>'
            )
        lines.append(f'<p><a href="{self.hub.site}hub/logout">Log out</a> ({escape(name)})</p>')
        self.say(200, "Review room", *lines)


class LogIn(OfAccount):
    """The login, for who was about to look at a brief."""

    async def get(self, brief: str) -> None:
        """Go to the hub's login, and from there to the brief."""
        _log_in(self, self.hub, f"{self.room.base}{brief}/")


class Back(HubOAuthCallbackHandler, OfAccount):  # type: ignore[misc] # (both are handlers)
    """Where the hub sends a browser after the login: the state is checked, the cookie set."""

    def initialize(self, room: Any) -> None:  # noqa: ANN401 (tornado's signature)
        """Take what all handlers share, and the one speaker to the hub."""
        super().initialize(room)
        self.hub_auth = self.hub.auth

    def check_xsrf_cookie(self) -> None:
        """Nothing but a GET comes here: the login's own state guards it."""


HUB_HANDLERS: Final = (
    (r"", Lobby),
    (r"oauth_callback", Back),
    (r"login/([a-z0-9][a-z0-9._-]{0,63})", LogIn),
)


def _log_in(handler: Handler, hub: HubDoor, place: str) -> None:
    """Send a browser to the hub's login, with a state and a challenge (PKCE) of its own."""
    verifier, challenge, method = hub.auth.generate_pkce_code_challenge()
    state = hub.auth.set_state_cookie(handler, next_url=place, code_verifier=verifier)
    asked = {"code_challenge": challenge, "code_challenge_method": method, "state": state}
    handler.redirect(f"{hub.auth.login_url}&{urlencode(asked)}")


def _title(hub: HubDoor, brief: str) -> str:
    try:
        return hub.title_of(brief)
    except InvalidDocument:
        return brief


def _nobodys(handler: Handler) -> None:
    site = handler.room.hub.site if handler.room.hub else "/"
    handler.say(
        403,
        "This room is for reviewers",
        "<p>Your account is not among the reviewers of this course. If it should be, write to the "
        "instructor. If you were sent a link, open that link.</p>",
        f'<p><a href="{site}hub/home">Go to the hub</a></p>',
    )
