"""No request is larger, or slower, than what its route has any use for."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from practicum.service.refusals import DETAILS, problem

__all__ = ["LARGEST", "LARGEST_MANIFEST", "LARGEST_UPLOAD", "Bodies"]

LARGEST: Final = 2_000_000
"""Bytes of a request: a logbook with a thousand long notes is about half of that."""
LARGEST_UPLOAD: Final = 32 * 1024 * 1024
"""Bytes of a piece of a file; it is kept as it comes."""
LARGEST_MANIFEST: Final = 12 * 1024 * 1024
"""Bytes of a manifest with small files in it: as objects it takes ten times as much memory."""
PATIENCE: Final = 30.0
"""Seconds between two parts of a body; then somebody only holds a line."""


class Bodies:
    """Cuts a body off at its limit while it comes in; it is never read whole first.

    Args:
        app: What is asked.
        exchange: The beginning of the addresses that take files.

    """

    def __init__(self, app: ASGIApp, exchange: str) -> None:
        self._app, self._exchange = app, exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with a limit on what it may send."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["path"])
        said = dict(scope["headers"]).get(b"content-length", b"")
        if said.isdigit() and int(said[:20]) > most:
            await problem(413, DETAILS[413], {"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, _Limited(receive, most), send)

    def _most(self, path: str) -> int:
        if path.startswith(f"{self._exchange}uploads/"):
            return LARGEST_UPLOAD
        return LARGEST_MANIFEST if path.startswith(self._exchange) else LARGEST


class _Limited:
    """Hands on what comes in until it is too much, or too slow."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left, self._whole = receive, most, False

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is that the line is closed, whenever that is
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), PATIENCE)
        except TimeoutError:
            raise HTTPException(408, "the request came too slowly: send it again") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, DETAILS[413], {"Connection": "close"})
        self._whole = not message.get("more_body", False)
        return message
