"""What the room answers. Each answer about a submission goes through the guest's own desk."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from tornado.web import RequestHandler

from practicum.errors import BadInput, Conflict, IncompleteSheet, PracticumError
from practicum.records import Guest, Sheet
from practicum.review.room import Desk
from practicum.room.door import COOKIE, Door
from practicum.room.shown import ShownPages

__all__ = ["HANDLERS", "Room"]

LARGEST: Final = 512 * 1024
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
SUBMISSION_POLICY: Final = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)
STATIC: Final = {
    "room.js": "text/javascript",
    "start.js": "text/javascript",
    "room.css": "text/css",
    "words.json": "application/json",
}


@dataclass(frozen=True)
class Room:
    """What all handlers share."""

    base: str
    shell: bytes
    files: dict[str, bytes]
    door: Door
    desk: Callable[[Guest], Desk]
    pages: ShownPages
    secure: bool


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

    def desk_of_guest(self) -> Desk | None:
        """Return the desk of who asks, if the roster still has this reviewer."""
        guest = self.room.door.guest(self.get_cookie(COOKIE) or "")
        if guest is None:
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
        """Say what happened without a traceback."""
        error = about.get("exc_info", (None, None, None))[1]
        known = isinstance(error, PracticumError)
        self.refuse(status_code, str(error) if known else f"this did not work ({status_code})")

    def say(self, code: int, title: str, *lines: str) -> None:
        """Answer a person with a small page; ``lines`` are HTML of our own."""
        self.set_status(code)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        style = f'<link rel="stylesheet" href="{self.room.base}static/room.css">'
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
        """Show the button."""
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
        cookie, until = swapped
        self.set_cookie(
            COOKIE,
            cookie,
            expires=until,
            path=self.room.base,
            httponly=True,
            samesite="Strict",
            secure=self.room.secure,
        )
        self.redirect(self.room.base, status=303)


class Page(Handler):
    """The room itself."""

    links_welcome = True

    def get(self) -> None:
        """Show the page to a guest; it is the same for all."""
        if self.desk_of_guest() is None:
            _expired(self)
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.room.shell)


class Static(Handler):
    """The page's own script, style and words."""

    def get(self, name: str) -> None:
        """Give one of the files that are known by name."""
        self.set_header("Content-Type", f"{STATIC[name]}; charset=utf-8")
        self.finish(self.room.files[name])


class OfGuest(Handler):
    """An answer for a guest, and 401 for everybody else."""

    def prepare(self) -> None:
        """Find out who asks before anything else."""
        super().prepare()
        if self._finished:
            return
        desk = self.desk_of_guest()
        if desk is None:
            self.refuse(401, "your link has expired: ask the instructor for a new one")
            return
        self.desk = desk

    def student(self, code: str) -> str | None:
        """Return whose submission is meant; what a guest may not see does not exist."""
        student = self.desk.student(code)
        if student is None:
            self.refuse(404, "there is no such submission")
        return student


class Queue(OfGuest):
    """The brief, the criteria and the queue."""

    def get(self) -> None:
        """Give what the first view shows."""
        sizes = self.room.pages.sizes
        lines = [
            line.model_dump() | dict(zip(("words", "minutes"), sizes[line.code], strict=True))
            for line in self.desk.queue()
        ]
        self.answer(self.desk.about() | {"submissions": lines, "closed": False})


class Submission(OfGuest):
    """A submission's page, for an iframe in a sandbox."""

    def get(self, code: str) -> None:
        """Give the page that was made after grading."""
        if self.student(code) is None:
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", SUBMISSION_POLICY)
        self.set_header("X-Frame-Options", "SAMEORIGIN")
        self.finish(self.room.pages.page(code))


class OneSheet(OfGuest):
    """A sheet: read it, save it as it is written."""

    def get(self, code: str) -> None:
        """Give the draft and when it was submitted."""
        if (student := self.student(code)) is not None:
            self.answer(self.state(student))

    def put(self, code: str) -> None:
        """Save a draft."""
        self.change(code, self.desk.save)

    def state(self, student: str) -> dict[str, Any]:
        """Return a sheet as the page shows it."""
        draft, times = self.desk.draft(student), self.desk.submitted(student)
        state = "submitted" if times else "draft" if draft else "new"
        return {
            "sheet": (draft.sheet if draft else Sheet()).model_dump(),
            "revision": draft.revision if draft else 0,
            "state": state,
            "closed": self.desk.is_closed(student),
            "history": [at.isoformat() for at in times],
        }

    def change(self, code: str, act: Callable[[str, Sheet, int], Any]) -> None:
        """Read what is asked for, do it, and say how it ended."""
        student = self.student(code)
        if student is None:
            return
        try:
            body = json.loads(self.request.body)
            sheet, revision = Sheet.model_validate(body["sheet"]), int(body["revision"])
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
            self.refuse(400, "the page has sent something that is no sheet: load it again")
            return
        try:
            act(student, sheet, revision)
        except Conflict as error:
            self.refuse(409, str(error), **self.state(student))
        except IncompleteSheet as error:
            self.refuse(422, str(error), missing=error.missing)
        except BadInput as error:
            self.refuse(422, str(error), missing=[])
        except PracticumError as error:
            self.refuse(503, f"{error}: it is tried again")
        else:
            self.answer(self.state(student) | {"at": datetime.now(UTC).isoformat()})


class Submit(OneSheet):
    """Submitting a sheet."""

    def post(self, code: str) -> None:
        """Save and submit."""
        self.change(code, self.desk.submit)

    def put(self, code: str) -> None:  # noqa: ARG002 (tornado's signature)
        """Nothing is saved here."""
        self.refuse(405, "this did not work (405)")


class Nothing(Handler):
    """Whatever else is asked for."""

    def get(self) -> None:
        """Say that there is nothing."""
        self.refuse(404, "there is nothing here")


def _expired(handler: Handler) -> None:
    handler.say(
        401,
        "This link does not work any more",
        "<p>It was used already, has expired or was taken back. Ask your contact at the "
        "university for a new one. What you have written is kept.</p>",
    )


CODE: Final = r"([0-9A-Za-z-]{1,16})"
HANDLERS: Final = (
    (r"invite/([A-Za-z0-9_-]{10,64})", Invite),
    (r"", Page),
    (rf"static/({'|'.join(name.replace('.', '[.]') for name in STATIC)})", Static),
    (r"api/room", Queue),
    (rf"api/sheets/{CODE}", OneSheet),
    (rf"api/sheets/{CODE}/submit", Submit),
    (rf"submissions/{CODE}", Submission),
    (r".*", Nothing),
)


def static_files(own: Path, form: Path) -> dict[str, bytes]:
    """Read the page's files once: nothing else on the disk can be asked for."""
    return {
        name: (own if name == "start.js" else form).joinpath(name).read_bytes() for name in STATIC
    }
