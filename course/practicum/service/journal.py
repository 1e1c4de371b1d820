"""The log of requests: which route, what came of it, how long it took; never who or what."""

from __future__ import annotations

import logging
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Journal"]

LOG: Final = logging.getLogger("practicum.service.access")
FAULT: Final = 500


class Journal:
    """Logs a line for each request.

    An address may name a student or hold a code, so that the route's pattern stands for it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), FAULT

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            role = scope.get("state", {}).get("role", "-")
            spent = 1000 * (time.perf_counter() - begun)
            LOG.info("%s %s %d %s %.0f ms", scope["method"], route, status, role, spent)
