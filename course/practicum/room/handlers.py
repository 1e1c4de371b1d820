"""What all answers of the room have in common, and those that need no guest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tornado.web import RequestHandler

from practicum.errors import PracticumError
from practicum.records import Guest
from practicum.review.room import Desk
from practicum.room.door import COOKIE, Door
from practicum.room.faults import log_fault
from practicum.room.shown import ShownPages
from practicum.room.static import KINDS, PageFiles

if TYPE_CHECKING:
    from practicum.room.hub_door import HubDoor

__all__ = ["LARGEST", "Entrance", "Handler", "Invite", "Nothing", "Page", "Room", "Static"]

LARGEST: Final = 512 * 1024
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Room:
    """What all handlers share; ``supervision`` is what students said, once that is opened.

    ``hub`` is the door by accounts, where the room is the service of a hub.
    """

    base: str
    shell: bytes
    files: PageFiles
    door: Door
    desk: Callable[[Guest], Desk]
    pages: Callable[[str], ShownPages]
    supervision: Callable[[str], dict[str, Any] | None]
    secure: bool
    hub: HubDoor | None = None


class Handler(RequestHandler):
    """Headers, errors, and who asks."""

    def initialize(self, room: Room) -> None:
        """Take what all handlers share."""
        self.room = room

    def set_default_headers(self) -> None:
        """Send nothing to anybody else, and keep nothing."""
        self.set_header("Server", "practicum")
        self.set_header("Content-Security-Policy", PAGE_POLICY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    def check_xsrf_cookie(self) -> None:
        """Another site can send neither this header nor, with SameSite=Strict, the cookie."""

    def prepare(self) -> None:
        """Refuse what another site has made a browser send."""
        if self.request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            # A link in a mail is followed from elsewhere; it changes nothing.
            if self.request.method != "GET" or not self.links_welcome:
                self.refuse(403, "this request came from another site")
        elif self.request.method not in {"GET", "HEAD"} and not self.is_own_form():
            self.refuse(403, "this request did not come from the review room's page")

    links_welcome = False

    def is_own_form(self) -> bool:
        """Whether the room's own page has sent this."""
        return self.request.headers.get("X-Practicum") == "room"

    async def desk_of_guest(self) -> Desk | None:
        """Return the desk of who asks for a brief, if the roster still has this reviewer.

        A link counts before an account: who opened one has said what for.
        """
        brief = self.path_args[0]
        desk = self._desk(self.room.door.guest(self.get_cookie(COOKIE) or ""), brief)
        if desk is None and self.room.hub is not None:
            desk = self._desk(await self.room.hub.guest(self, brief), brief)
        return desk

    def _desk(self, guest: Guest | None, brief: str) -> Desk | None:
        if guest is None or guest.brief != brief:
            return None
        desk = self.room.desk(guest)
        return desk if desk.is_known else None

    def refuse(self, code: int, why: str, **more: object) -> None:
        """Answer with a reason, and end."""
        self.set_status(code)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"why": why} | more))

    def answer(self, content: dict[str, Any]) -> None:
        """Answer with JSON."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(content))

    def write_error(self, status_code: int, **about: Any) -> None:  # noqa: ANN401 (tornado's signature)
        """Say that it did not work; why stands in the log, as it may name files or people."""
        if isinstance(about.get("exc_info", (None, None))[1], PracticumError):
            self.fail()
        else:
            self.refuse(status_code, f"this did not work ({status_code})")

    def fail(self) -> None:
        """Say that the room itself cannot do it now."""
        self.refuse(503, "the room cannot do this at the moment")

    def log_exception(self, *fault: Any) -> None:  # noqa: ANN401 (tornado's signature)
        """Log a fault, but not the address, as tornado would."""
        log_fault(*fault)

    def say(self, code: int, title: str, *lines: str) -> None:
        """Answer a person with a small page; ``lines`` are HTML of our own."""
        self.set_status(code)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        style = f'<link rel="stylesheet" href="{self.room.base}{self.room.files.place}room.css">'
        self.finish(
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)}</title>{style}<main class='pw-room'><h1>{escape(title)}</h1>"
            f"{''.join(lines)}</main></html>"
        )


class Invite(Handler):
    """The link: opening it changes nothing, so that a mail scanner does not use it up."""

    links_welcome = True

    def is_own_form(self) -> bool:
        """Whether the button was pressed on the room's own page.

        By our referrer policy a browser tells no origin with the form, but where it came from.
        """
        if self.request.headers.get("Sec-Fetch-Site") == "same-origin":
            return True
        origin = self.request.headers.get("Origin", "")
        return origin == f"{self.request.protocol}://{self.request.host}"

    def get(self, secret: str) -> None:
        """Show the button, or the way for somebody who has come in by this link before."""
        brief = self.room.door.used_for(secret)
        if brief is not None:
            self.say(
                200,
                "Welcome back",
                "<p>This link was used before. In the browser in which that was, you are still "
                "logged in.</p>",
                # A button: a page that is followed from a mail has no cookie of SameSite=Strict.
                f'<form method="get" action="{self.room.base}{brief}/">'
                "<button>Go to your reviews</button></form>",
            )
            return
        self.say(
            200,
            "Review room",
            "<p>You are invited to judge students’ work. This link works once, in this browser; "
            "afterwards you stay logged in here.</p>",
            f'<form method="post" action="{self.room.base}invite/{escape(secret)}">'
            "<button>Enter the review room</button></form>",
        )

    def post(self, secret: str) -> None:
        """Swap the link for a cookie."""
        swapped = self.room.door.swap(secret)
        if swapped is None:
            _expired(self)
            return
        guest, cookie, until = swapped
        # A place for each brief: who judges two of them is logged in to both.
        place = f"{self.room.base}{guest.brief}/"
        self.set_cookie(
            COOKIE,
            cookie,
            expires=until,
            path=place,
            httponly=True,
            samesite="Strict",
            secure=self.room.secure,
        )
        self.redirect(place, status=303)


class Entrance(Handler):
    """The address without a brief."""

    links_welcome = True

    def get(self) -> None:
        """Say how one gets in."""
        self.say(200, "Review room", "<p>Please open the link that you were sent.</p>")


class Page(Handler):
    """The room itself."""

    links_welcome = True

    async def get(self, brief: str) -> None:
        """Show the page to a guest; it is the same for all."""
        if await self.desk_of_guest() is None:
            _expired(self, brief)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.room.shell)

    def write_error(self, status_code: int, **about: Any) -> None:  # noqa: ANN401 (tornado's signature)
        """Send an account that does not review this brief to the page that says what it may do."""
        if status_code == 403 and self.room.hub is not None:  # noqa: PLR2004 (what HTTP calls it)
            self.redirect(self.room.base, status=303)
        else:
            super().write_error(status_code, **about)


class Static(Handler):
    """The page's own script, style and words."""

    def get(self, digest: str, name: str) -> None:
        """Give one of the files that are known by name; they are the same for all."""
        content = self.room.files.content.get(name)
        if content is None:
            self.refuse(404, "there is nothing here")
            return
        self.set_header("Content-Type", f"{KINDS[Path(name).suffix]}; charset=utf-8")
        # A page from before an update gets what there is now, and is not to keep it.
        is_same = digest == self.room.files.digest
        kept = "public, max-age=31536000, immutable" if is_same else "no-store"
        self.set_header("Cache-Control", kept)
        self.finish(content)


class Nothing(Handler):
    """Whatever else is asked for."""

    def get(self) -> None:
        """Say that there is nothing."""
        self.refuse(404, "there is nothing here")


def _expired(handler: Handler, brief: str = "") -> None:
    place = f"{handler.room.base}login/{brief}" if brief and handler.room.hub else ""
    handler.say(
        401,
        "This link does not work any more",
        "<p>It was used already, has expired or was taken back. Ask your contact at the "
        "university for a new one. What you have written is kept.</p>",
        f'<p>Or <a href="{place}">log in with your account</a>, if you have one.</p>' * bool(place),
    )
