"""Running the room: pages first, then a server that answers until it is interrupted."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from practicum.course import Course
from practicum.databases import Patience
from practicum.errors import BadInput
from practicum.progress import Progress, silent
from practicum.records import Guest, Records
from practicum.review import Gradebook, supervision_of
from practicum.review.room import Desk
from practicum.room.door import InvitationDoor
from practicum.room.handlers import LARGEST, Nothing, Room
from practicum.room.routes import HANDLERS
from practicum.room.shelf import Shelf
from practicum.room.shell import shell
from practicum.room.static import PageFiles, page_files
from practicum.shipped import course_notebook
from practicum.values import Value

if TYPE_CHECKING:
    from practicum.room.hub_door import HubDoor, HubPlace

__all__ = ["Serving", "serve"]

LOG: Final = logging.getLogger("practicum.room")


WAIT: Final = Patience(seconds=3.0, step=0.5)
"""While one guest waits for a command that writes, all do: soon the page is told to try again."""
IDLE: Final = 120.0
"""Seconds for the head, and as many for the body, of a request; then somebody holds a line."""
RENEWED: Final = 15.0
"""Seconds between two looks at what was graded or changed since."""


class Serving(Value):
    """Where the room is served, for which briefs, and how many submissions there are."""

    briefs: tuple[str, ...]
    address: str
    submissions: int


def serve(  # noqa: PLR0913 (what a server is told)
    course: Course,
    briefs: Sequence[str] = (),
    *,
    port: int = 8870,
    host: str = "127.0.0.1",
    base: str = "/",
    secure: bool = False,
    notebook: Path | None = None,
    gradebook: Gradebook | None = None,
    hub: HubPlace | None = None,
    renewed: float = RENEWED,
    progress: Progress = silent,
    ready: Callable[[Serving], None] = lambda _: None,
) -> None:
    """Make the pages of the graded submissions, and serve the room until interrupted.

    What is graded meanwhile comes in by itself, and so do changes of the roster.

    Args:
        course: The course.
        briefs: The briefs that are shown; all of the course's that have reviewers if none.
        port: The port; 0 takes any.
        host: The address to listen at; 127.0.0.1 is this machine alone.
        base: The prefix of all addresses, where a proxy gives the room one.
        secure: Whether it is reached by https, so that cookies are sent by https alone.
        notebook: The page around the form; the course's ``employer_review.ipynb`` if None.
        gradebook: The gradebook; the course's own one if None.
        hub: The hub whose service the room is: its accounts come in, too, all briefs are shown
            if none is named, and the room answers before the pages are made, as hubs expect.
        renewed: Seconds between two looks at what has changed.
        progress: Told each page.
        ready: Called when the room answers.

    Raises:
        BadInput: The port is taken, the notebook cannot be used, or nobody is to review anything.
        UnknownName: The course has no such brief.

    """
    wanted = _briefs(course, briefs, may_be_nobodys=hub is not None)
    files = page_files()
    page = _page(course, notebook, base, files)
    with Records(course.records_url, patience=WAIT) as records:
        shelf = Shelf(course, records, wanted, gradebook)
        if hub is None:
            shelf.fill(progress)
        else:
            shelf.recall()

        def desk(guest: Guest) -> Desk:
            return Desk(shelf.course, records, guest, shelf.students(guest.brief))

        def supervision(brief: str) -> dict[str, Any] | None:
            view = supervision_of(shelf.course, brief, records)
            return view.as_shown() if view else None

        room = Room(
            base=base,
            shell=page.encode(),
            files=files,
            door=InvitationDoor(records),
            desk=desk,
            pages=shelf.pages,
            supervision=supervision,
            secure=secure,
            hub=_hub_door(hub, shelf, secure=secure),
        )
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_answer(room, shelf, host, port, renewed, ready))


def _page(course: Course, notebook: Path | None, base: str, files: PageFiles) -> str:
    if notebook is not None:
        return shell(notebook, base, files)
    with resources.as_file(course_notebook(course, "employer_review")[0]) as file:
        return shell(file, base, files)


def _hub_door(hub: HubPlace | None, shelf: Shelf, *, secure: bool) -> HubDoor | None:
    if hub is None:
        return None
    from practicum.room.hub_door import HubDoor  # noqa: PLC0415 (needs the extra hub)

    return HubDoor(hub, lambda: shelf.course, secure=secure)


def _briefs(course: Course, asked: Sequence[str], *, may_be_nobodys: bool) -> tuple[str, ...]:
    for brief in asked:
        course.brief(brief)
    found = tuple(dict.fromkeys(asked)) or tuple(
        brief for brief in course.brief_names if may_be_nobodys or course.roster.reviewers_of(brief)
    )
    if not found:
        message = "the roster names no reviewers for any brief: add them under `reviewers:`"
        raise BadInput(message)
    return found


async def _answer(  # noqa: PLR0913, PLR0917 (see serve)
    room: Room,
    shelf: Shelf,
    host: str,
    port: int,
    renewed: float,
    ready: Callable[[Serving], None],
) -> None:
    application = Application(
        [(room.base + pattern, handler, {"room": room}) for pattern, handler in _handlers(room)],
        cookie_secret=secrets.token_bytes(32),  # of the hub's cookies: a restart asks the hub again
        log_function=_log,
        compress_response=True,
        default_handler_class=Nothing,  # an address of another host: with our headers, too
        default_handler_args={"room": room},
    )
    server = HTTPServer(
        application,
        max_body_size=LARGEST,
        max_buffer_size=LARGEST * 2,
        idle_connection_timeout=IDLE,
        body_timeout=IDLE,
    )
    try:
        sockets = bind_sockets(port, host)
    except OSError as error:
        message = f"{host}:{port} cannot be used ({error.strerror}): give another --port"
        raise BadInput(message) from None
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    ready(
        Serving(
            briefs=shelf.briefs,
            address=f"http://{host}:{port}{room.base}",
            submissions=sum(len(shelf.students(brief)) for brief in shelf.briefs),
        )
    )
    try:
        if room.hub is not None:
            await _renew(shelf)
        while True:
            await asyncio.sleep(renewed)
            await _renew(shelf)
    finally:
        server.stop()


def _handlers(room: Room) -> tuple[tuple[str, type[RequestHandler]], ...]:
    if room.hub is None:
        return HANDLERS
    from practicum.room.hub_handlers import HUB_HANDLERS  # noqa: PLC0415 (needs the extra hub)

    return (*HUB_HANDLERS, *HANDLERS)


async def _renew(shelf: Shelf) -> None:
    try:
        await shelf.renew()
    except Exception:
        LOG.exception("the room goes on with what it has")


def _log(handler: RequestHandler) -> None:
    """Log what was asked for, but never a link's secret, a code, or who asked."""
    place = (handler.request.path or "").split("/")
    LOG.info("%s %s %s", handler.request.method, place[1:2], handler.get_status())
