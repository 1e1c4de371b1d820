"""The course's message service as a student's notebook sees it, and its implementation over HTTP.

    POST {service}/briefs/{brief}/messages                a message; answers {"id": its id}
    GET  {service}/briefs/{brief}/messages?since={time}   {"messages": [...]}
    PUT  {service}/briefs/{brief}/progress                milestones and hours

A message is the JSON of :class:`practicum.internship.Message`; its ``id`` makes sending it twice
the same as sending it once. Who the student is, the service knows by the token.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from http.client import HTTPException
from typing import Any, Final, Protocol

from pydantic import ValidationError

from practicum.errors import BadInput, ServiceFailed
from practicum.internship import Message
from practicum_widgets.messages.in_time import in_time

__all__ = ["HttpService", "MessageService"]

SECONDS: Final = 4.0
"""The time of one call, from the first byte to the last."""
LARGEST: Final = 1_000_000
MOST: Final = 500
TOKENS: Final = ("PRACTICUM_TOKEN", "JUPYTERHUB_API_TOKEN")
HUB: Final = "JUPYTERHUB_API_URL"
TOLD: Final = "PRACTICUM_SERVICE_URL"
LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}
TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")


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
        """Name the service and the brief; the token is taken from the environment.

        Raises:
            BadInput: The address is not that of a service.

        """
        if not address.startswith(("http://", "https://")):
            message = f"{address!r} is no address of a message service: it begins with https://"
            raise BadInput(message)
        brief_address = f"{address.rstrip('/')}/briefs/{urllib.parse.quote(brief)}"
        self._place, self._progress = f"{brief_address}/messages", f"{brief_address}/progress"
        self._variable = next((name for name in TOKENS if environ.get(name, "").strip()), "")
        self._token = environ.get(self._variable, "").strip()
        # What the hub itself tells its servers is on the hub's own network.
        told = environ.get(TOLD, "").strip() == address
        self._may_tell = told or _is_private(address, environ.get(HUB, ""))
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

    def log_work(self, work: bytes) -> None:
        """Replace what the service knows of milestones and hours (JSON).

        Raises:
            ServiceFailed: It was not taken.

        """
        self._ask(self._progress, work, "PUT")

    def _ask(self, place: str, body: bytes | None = None, method: str | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 (http and https only: see __init__)
            place, data=body, headers=self._headers(), method=method
        )
        until = time.monotonic() + SECONDS
        try:
            return in_time(lambda: self._answer(request, until), SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            message = f"the message service refuses ({error.code}): try again later"
        except TimeoutError:
            message = "the message service is too slow: try again later"
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", "") or type(error).__name__
            message = f"the message service cannot be reached ({reason}): try again later"
        except ValueError:  # its text might quote a header
            message = "the address of the message service is wrong: tell your instructor"
        raise ServiceFailed(message) from None

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if not self._token:
            return headers
        if not TOKEN.fullmatch(self._token):
            message = f"{self._variable} holds something that is no token: set it again"
            raise ServiceFailed(message)
        if not self._may_tell:
            message = (
                "the message service has an address that begins with http://, where others could "
                "read your password for it: ask your instructor for one with https://"
            )
            raise ServiceFailed(message)
        return headers | {"Authorization": f"Bearer {self._token}"}

    def _answer(self, request: urllib.request.Request, until: float) -> bytes:
        """Read an answer up to a size and a moment, so that no thread is left reading."""
        said = b""
        with self._opener.open(request, timeout=SECONDS) as answer:
            while part := answer.read1(1 << 16):
                said += part
                if len(said) > LARGEST:
                    message = "the message service answers with more than anybody would read"
                    raise ServiceFailed(message)
                if time.monotonic() > until:
                    raise TimeoutError
        return said


def _is_private(address: str, hub: str) -> bool:
    """Whether nobody else can read what is sent: https, this machine, or the hub's own network."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https" or parts.hostname in LOOPBACK:
        return True
    return parts.hostname is not None and parts.hostname == urllib.parse.urlsplit(hub).hostname
