"""What each answer carries: headers for safety, and a tag by which it is not sent twice."""

from __future__ import annotations

import hashlib
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Answers"]

HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Authorization",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Set where a route has not set its own."""
OK: Final = 200
TAGGED: Final = (b"application/json", b"text/html")
"""What is short enough to be held until its tag is known; files are sent as they come."""


class Answers:
    """Sets headers, and answers 304 to whoever has the same answer already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; see to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(scope, send))


class _Answer:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._reads = scope["method"] == "GET"
        self._asked = Headers(scope=scope).get("if-none-match", "")
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            kind = headers.get("content-type", "").encode()
            if self._reads and message["status"] == OK and kind.startswith(TAGGED):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._tagged(self._start)
            return
        await self._send(message)

    async def _tagged(self, start: Message) -> None:
        headers = MutableHeaders(raw=start["headers"])
        digest = hashlib.sha256(self._body).hexdigest()[:32]
        tag = headers.setdefault("ETag", f'"{digest}"')
        body = bytes(self._body)
        if _has(self._asked, tag):
            for name in ("content-length", "content-type"):
                del headers[name]
            start["status"], body = 304, b""
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _has(asked: str, tag: str) -> bool:
    """Tell whether a tag is among those that were asked for."""
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return tag.removeprefix("W/") in tags or "*" in tags
