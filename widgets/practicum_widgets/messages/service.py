"""The course's message service as a student's notebook sees it, and its implementation over HTTP.

    POST {service}/briefs/{brief}/messages                a message; answers {"id": its id}
    GET  {service}/briefs/{brief}/messages?since={time}   {"messages": [...]}

A message is the JSON of :class:`practicum.internship.Message`; its ``id`` makes sending it twice
the same as sending it once. Who the student is, the service knows by the token.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from http.client import HTTPException
from typing import Any, Final, Protocol

from pydantic import ValidationError

from practicum.errors import ServiceFailed
from practicum.internship import Message

__all__ = ["HttpService", "MessageService"]

SECONDS: Final = 4.0
LARGEST: Final = 1_000_000
MOST: Final = 500
TOKENS: Final = ("PRACTICUM_TOKEN", "JUPYTERHUB_API_TOKEN")


class MessageService(Protocol):
    """Takes a student's messages, and has the answers."""

    def send(self, message: Message) -> None:
        """Hand a message over; the same one twice is once.

        Raises:
            ServiceFailed: It was not taken.

        """

    def fetch(self, since: datetime | None) -> tuple[Message, ...]:
        """Return the messages of others, those after a time if one is given.

        Raises:
            ServiceFailed: There is no answer, or none that can be read.

        """


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the service that the course named, and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class HttpService:
    """A service at an address; one attempt a call, with a short limit of time."""

    def __init__(self, address: str, brief: str, environ: Mapping[str, str] = os.environ) -> None:
        """Name the service and the brief; the token is taken from the environment."""
        self._place = f"{address.rstrip('/')}/briefs/{urllib.parse.quote(brief)}/messages"
        self._token = next((environ[name] for name in TOKENS if environ.get(name)), "")
        self._opener = urllib.request.build_opener(_NoRedirect)

    def send(self, message: Message) -> None:
        """Hand a message over (see :class:`MessageService`)."""
        said = self._ask(self._place, message.model_dump_json(exclude={"sent"}).encode())
        # A page that asks to log in answers 200, too.
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            if json.loads(said)["id"] == message.id:
                return
        raise ServiceFailed("the message service did not say that it has taken the message")

    def fetch(self, since: datetime | None) -> tuple[Message, ...]:
        """Return the messages of others (see :class:`MessageService`)."""
        query = urllib.parse.urlencode({"since": since.isoformat()}) if since else ""
        said = self._ask(f"{self._place}?{query}" if query else self._place)
        try:
            entries: list[dict[str, Any]] = json.loads(said)["messages"][:MOST]
            found = [Message.model_validate(entry | {"sent": True}) for entry in entries]
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
            raise ServiceFailed("the message service gives an answer that cannot be read") from None
        return tuple(message for message in found if message.author != "student")

    def _ask(self, place: str, body: bytes | None = None) -> bytes:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(place, data=body, headers=headers)  # noqa: S310 (Terms takes http and https only)
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                said: bytes = answer.read(LARGEST + 1)
        except urllib.error.HTTPError as error:
            message = f"the message service refuses ({error.code}): try again later"
            raise ServiceFailed(message) from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", "") or type(error).__name__
            message = f"the message service cannot be reached ({reason}): try again later"
            raise ServiceFailed(message) from None
        if len(said) > LARGEST:
            raise ServiceFailed("the message service answers with more than anybody would read")
        return said
