"""What is answered when something is refused or fails: problem details (RFC 9457), no more.

A fault of ours tells nothing of what it was: that stands in the log.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practicum.errors import (
    BadInput,
    BadSubmission,
    Busy,
    Conflict,
    DatabaseFailed,
    IncompleteSheet,
    NotReady,
    PracticumError,
    ServiceFailed,
    UnknownName,
)
from practicum.values import Value

__all__ = [
    "PROBLEM",
    "Faults",
    "Problem",
    "add_refusals",
    "problem",
    "refusal",
    "refused",
    "status_of",
]

LOG: Final = logging.getLogger("practicum.service")

PROBLEM: Final = "application/problem+json"
TOLD: Final = (BadInput, BadSubmission, Conflict, IncompleteSheet, NotReady)
"""Whose words are for whoever asked. Those of others name files, people, or other briefs."""
STATUSES: Final[tuple[tuple[type[PracticumError], int], ...]] = (
    (Busy, 503),
    (DatabaseFailed, 503),
    (ServiceFailed, 503),
    (Conflict, 409),
    (NotReady, 409),
    (UnknownName, 404),
)
"""The statuses of our errors; the first that fits counts."""
DETAILS: Final = {
    400: "the request cannot be read: send JSON in UTF-8",
    404: "there is nothing at this address, or nothing for you",
    405: "this address does not answer to that method",
    413: "the request is too large: send less at once",
    500: "something went wrong here; it stands in the service's log: tell your instructor",
    503: "the course is busy now: try again soon",
}
SOON: Final = {"Retry-After": "3"}
MOST_PLACES: Final = 20


class InvalidPlace(Value):
    """A place of a request that cannot be used, and why."""

    place: str
    detail: str


class Problem(Value):
    """The body of each answer with a status of 400 or more."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[InvalidPlace, ...] = ()


def refusal(
    status: int, detail: str = "", headers: Mapping[str, str] | None = None
) -> HTTPException:
    """Return what a route raises to refuse; ``detail`` says what to do."""
    return HTTPException(status, detail or DETAILS.get(status, ""), dict(headers or {}))


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: tuple[InvalidPlace, ...] = (),
) -> Response:
    """Return problem details as an answer."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    # In ASCII: what is quoted of a request may hold half characters.
    content = json.dumps(body.model_dump(exclude_defaults=True), ensure_ascii=True)
    return Response(content, status, dict(headers or {}), media_type=PROBLEM)


def status_of(error: PracticumError) -> int:
    """Return the status that an error of ours is answered with."""
    for kind, status in STATUSES:
        if isinstance(error, kind):
            return status
    return 422 if type(error) in TOLD else 500


def add_refusals(app: FastAPI) -> None:
    """Let the application answer everything that is refused, or fails, with problem details."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(PracticumError, _ours)
    app.add_exception_handler(NoConnection, _no_connection)


async def refused(request: Request, error: Exception) -> Response:
    """Return the answer to what was raised outside of the routes, the same as inside."""
    answer = _refused if isinstance(error, HTTPException) else _ours
    return await answer(request, error)


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError from error
    told = error.detail
    if not told or told == HTTPStatus(error.status_code).phrase:  # the framework's own words
        told = DETAILS.get(error.status_code, told)
    return problem(error.status_code, str(told), error.headers)


async def _invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError from error
    found = tuple(_place(one) for one in error.errors()[:MOST_PLACES])
    return problem(422, "the request does not fit: see `errors`", errors=found)


def _place(one: Mapping[str, Any]) -> InvalidPlace:
    """Say where and why, without what was sent."""
    place = ".".join(str(part) for part in one["loc"])
    return InvalidPlace(place=place[:200], detail=str(one["msg"])[:500])


async def _no_connection(_: Request, __: Exception) -> Response:
    LOG.warning("all connections to the database are taken: somebody is told to come again")
    return problem(503, DETAILS[503], SOON)


async def _ours(_: Request, error: Exception) -> Response:
    if not isinstance(error, PracticumError):
        raise TypeError from error
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.error("a request failed: %s", error)
    told = str(error) if type(error) in TOLD else DETAILS[status]
    return problem(status, told, SOON if status == HTTPStatus.SERVICE_UNAVAILABLE else None)


class Faults:
    """Answers what nobody foresaw, and logs it, so that the answer passes what others pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; an answer that has begun is broken off."""
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            LOG.exception("a request failed", exc_info=error)
            await problem(500, DETAILS[500])(scope, receive, send)
