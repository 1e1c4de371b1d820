"""The course's message service as a student's notebook sees it, and its implementation over HTTP.

    POST {service}/briefs/{brief}/messages                a message; answers {"id": its id}
    GET  {service}/briefs/{brief}/messages?since={time}   {"messages": [...]}

A message is the JSON of :class:`practicum.internship.Message`; its ``id`` makes sending it twice
the same as sending it once. Who the student is, the service knows by the token.
"""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Protocol

from pydantic import ValidationError

from practicum.errors import ServiceFailed
from practicum.internship import Message
from practicum_widgets.course_service import Connection

__all__ = ["HttpService", "MessageService"]

MOST: Final = 500


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


class HttpService:
    """A message service at an address; one attempt a call, with a short limit of time."""

    def __init__(self, address: str, brief: str, environ: Mapping[str, str] = os.environ) -> None:
        """Name the service and the brief; the token is taken from the environment.

        Raises:
            BadInput: The address is not that of a service.

        """
        self._connection = Connection(address, environ, "message service")
        self._place = f"briefs/{urllib.parse.quote(brief)}/messages"

    def send(self, message: Message) -> None:
        """Hand a message over (see :class:`MessageService`)."""
        said = self._connection.ask(self._place, message.model_dump_json(exclude={"sent"}).encode())
        # A page that asks to log in answers 200, too.
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            if json.loads(said)["id"] == message.id:
                return
        raise ServiceFailed("the message service did not say that it has taken the message")

    def fetch(self, since: datetime | None) -> tuple[Message, ...]:
        """Return the messages of others (see :class:`MessageService`)."""
        query = urllib.parse.urlencode({"since": since.isoformat()}) if since else ""
        said = self._connection.json(f"{self._place}?{query}" if query else self._place)
        try:
            entries: list[dict[str, Any]] = said["messages"][:MOST]
            found = [Message.model_validate(entry | {"sent": True}) for entry in entries]
        except (KeyError, TypeError, ValidationError):
            raise self._connection.unreadable() from None
        return tuple(message for message in found if message.author != "student")
