"""Running the room: pages first, then a server that answers until it is interrupted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Final

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from practicum.course import Course
from practicum.errors import BadInput
from practicum.progress import Progress, silent
from practicum.records import Guest, Records
from practicum.review import Gradebook, codes_shown, pages
from practicum.review.room import Desk
from practicum.room.door import InvitationDoor
from practicum.room.handlers import HANDLERS, LARGEST, Room, static_files
from practicum.room.shell import shell
from practicum.room.shown import ShownPages
from practicum.values import Value

__all__ = ["Serving", "serve"]

LOG: Final = logging.getLogger("practicum.room")


class Serving(Value):
    """Where the room is served."""

    brief: str
    address: str
    submissions: int


def serve(  # noqa: PLR0913 (what a server is told)
    course: Course,
    brief: str,
    *,
    port: int = 8870,
    host: str = "127.0.0.1",
    base: str = "/",
    secure: bool = False,
    notebook: Path | None = None,
    gradebook: Gradebook | None = None,
    progress: Progress = silent,
    ready: Callable[[Serving], None] = lambda _: None,
) -> None:
    """Make the pages of a brief's graded submissions, and serve the room until interrupted.

    Args:
        course: The course.
        brief: The brief's id; guests of other briefs find nothing here.
        port: The port; 0 takes any.
        host: The address to listen at; 127.0.0.1 is this machine alone.
        base: The prefix of all addresses, where a proxy gives the room one.
        secure: Whether it is reached by https, so that cookies are sent by https alone.
        notebook: The page around the form; the course's ``employer_review.ipynb`` if None.
        gradebook: The gradebook; the course's own one if None.
        progress: Told each page.
        ready: Called when the room answers.

    Raises:
        BadInput: The port is taken, or the notebook cannot be used.
        NotReady: Nothing is graded yet.
        UnknownName: The course has no such brief.

    """
    folder = course.work / "review" / brief
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    report = pages(course, brief, folder, gradebook=gradebook, progress=progress)
    page = shell(notebook or course.root / "notebooks" / "employer_review.ipynb", base)
    with Records(course.records_url) as records:
        students = codes_shown(course, brief, records, report.codes, gradebook=gradebook)

        def desk(guest: Guest) -> Desk:
            return Desk(course, records, guest, students if guest.brief == brief else {})

        room = Room(
            base=base,
            shell=page.encode(),
            files=_files(),
            door=InvitationDoor(records),
            desk=desk,
            pages=ShownPages(folder, report.codes),
            secure=secure,
        )
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_answer(room, host, port, brief, len(report.codes), ready))


async def _answer(  # noqa: PLR0913, PLR0917 (see serve)
    room: Room,
    host: str,
    port: int,
    brief: str,
    submissions: int,
    ready: Callable[[Serving], None],
) -> None:
    routes = [(room.base + pattern, handler, {"room": room}) for pattern, handler in HANDLERS]
    application = Application(routes, log_function=_log, compress_response=True)
    server = HTTPServer(application, max_body_size=LARGEST, max_buffer_size=LARGEST * 2)
    try:
        sockets = bind_sockets(port, host)
    except OSError as error:
        message = f"{host}:{port} cannot be used ({error.strerror}): give another --port"
        raise BadInput(message) from None
    server.add_sockets(sockets)
    port = sockets[0].getsockname()[1]
    ready(Serving(brief=brief, address=f"http://{host}:{port}{room.base}", submissions=submissions))
    await asyncio.Event().wait()


def _log(handler: RequestHandler) -> None:
    """Log what was asked for, but never a link's secret, a code, or who asked."""
    place = (handler.request.path or "").split("/")
    LOG.info("%s %s %s", handler.request.method, place[1:2], handler.get_status())


def _files() -> dict[str, bytes]:
    with (
        resources.as_file(resources.files("practicum.room")) as own,
        resources.as_file(resources.files("practicum_widgets") / "review_room") as form,
    ):
        return static_files(own, form)
