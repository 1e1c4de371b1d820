"""No body is read of somebody whose token opens nothing, and few large ones of anybody at once.

The framework reads a body, and makes objects of it, before a route asks who sends it.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from practicum.errors import PracticumError
from practicum.service.bodies import LARGEST
from practicum.service.callers import user_of
from practicum.service.refusals import refusal, refused

__all__ = ["AT_ONCE", "Gate"]

AT_ONCE: Final = 2
"""So many large bodies of one person are read at a time; a program that sends them has one."""
SENDING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MANY: Final = "you are sending too much at once: wait until something has been taken, then go on"


class Gate:
    """Asks for the token before the body is read, and notes whose it is for the route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._sending: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it unread."""
        if scope["type"] != "http" or scope["method"] not in SENDING:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            user = await user_of(request, request.app.state.shared)
            if _is_large(request) and self._sending[user.name] >= AT_ONCE:
                raise refusal(429, MANY, {"Retry-After": "1"})
        except (HTTPException, PracticumError) as error:
            await (await refused(request, error))(scope, receive, send)
            return
        request.state.user = user
        if not _is_large(request):
            await self._app(scope, receive, send)
            return
        self._sending[user.name] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._sending[user.name] -= 1
            self._sending += Counter()  # forgets whoever sends nothing now


def _is_large(request: Request) -> bool:
    """Whether a body is large, or does not say how large it is."""
    if "transfer-encoding" in request.headers:
        return True
    said = request.headers.get("content-length", "0")
    return not said.isdigit() or int(said[:20]) > LARGEST
