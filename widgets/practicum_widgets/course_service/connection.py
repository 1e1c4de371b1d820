"""A service at an address: one attempt a call, with limits of time and size.

    service = Connection("https://hub.example/services/practicum")
    service.json("briefs")

The token is taken from the environment. It goes to the address that the course named, and nowhere
else: no redirection is followed, and over plain http it goes only where nobody else can read it.
What comes back is bytes or a JSON object, and nothing of it is believed.
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
from http.client import HTTPException
from typing import Any, Final

from practicum.errors import BadInput, ServiceFailed
from practicum_widgets.course_service.in_time import in_time

__all__ = ["SERVICE", "Connection", "Refused"]

SERVICE: Final = "PRACTICUM_SERVICE_URL"
"""The environment variable in which a hub tells where the course's service is."""
SECONDS: Final = 4.0
"""The time of one call, from the first byte to the last."""
LARGEST: Final = 1_000_000
LONGEST_REFUSAL: Final = 20_000
SHOWN: Final = 300
TOKENS: Final = ("PRACTICUM_TOKEN", "JUPYTERHUB_API_TOKEN")
HUB: Final = "JUPYTERHUB_API_URL"
LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}
TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class Refused(ServiceFailed):
    """The service says no: ``status`` is HTTP's, ``detail`` what it says itself, or ""."""

    def __init__(self, called: str, status: int, detail: str) -> None:
        super().__init__(f"the {called} refuses ({status}): {detail or 'try again later'}")
        self.status = status
        self.detail = detail


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the service that the course named, and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Connection:
    """Asks a service. ``called`` is what messages call it."""

    def __init__(
        self,
        address: str,
        environ: Mapping[str, str] = os.environ,
        called: str = "course's service",
    ) -> None:
        """Name the service; the token is taken from the environment.

        Raises:
            BadInput: The address is not that of a service.

        """
        if not address.startswith(("http://", "https://")) or not _has_host(address):
            message = f"{address!r} is no address of a {called}: it begins with https://"
            raise BadInput(message)
        self.address = address.rstrip("/")
        self._called = called
        self._variable = next((name for name in TOKENS if environ.get(name, "").strip()), "")
        self._token = environ.get(self._variable, "").strip()
        # What the hub itself tells its servers is on the hub's own network.
        told = environ.get(SERVICE, "").strip() == address
        self._may_tell = told or _is_private(address, environ.get(HUB, ""))
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask(
        self,
        path: str,
        body: bytes | None = None,
        method: str | None = None,
        *,
        seconds: float | None = None,
    ) -> bytes:
        """Return what the service answers to a request for ``path`` (quoted, no slash first).

        Args:
            path: Below the service's address.
            body: JSON to be sent.
            method: GET or, with a body, POST, if nothing else is said.
            seconds: How long it may take; by default SECONDS.

        Raises:
            Refused: The service says no.
            ServiceFailed: It cannot be reached, is too slow, or says too much.

        """
        limit = SECONDS if seconds is None else seconds
        request = urllib.request.Request(  # noqa: S310 (http and https only: see __init__)
            f"{self.address}/{path}", data=body, headers=self.headers(), method=method
        )
        until = time.monotonic() + limit
        try:
            return in_time(lambda: self._answer(request, until, limit), limit)
        except TimeoutError:
            message = f"the {self._called} is too slow: try again later"
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", "") or type(error).__name__
            message = f"the {self._called} cannot be reached ({reason}): try again later"
        except ValueError:  # its text might quote a header
            message = f"the address of the {self._called} is wrong: tell your instructor"
        raise ServiceFailed(message) from None

    def json(
        self,
        path: str,
        body: bytes | None = None,
        method: str | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, Any]:
        """Return a JSON object that the service answers with.

        Raises:
            ServiceFailed: As ``ask``, or the answer is no JSON object.

        """
        said = self.ask(path, body, method, seconds=seconds)
        with suppress(ValueError, RecursionError):
            found = json.loads(said)
            if isinstance(found, dict):
                return found
        raise self.unreadable()

    def unreadable(self) -> ServiceFailed:
        """Return the error for an answer that makes no sense."""
        return ServiceFailed(f"the {self._called} gives an answer that cannot be read")

    def headers(self) -> dict[str, str]:
        """Return the headers of a request, with the token if it may be told.

        Raises:
            ServiceFailed: The token is none, or others could read it on its way.

        """
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if not self._token:
            return headers
        if not TOKEN.fullmatch(self._token):
            message = f"{self._variable} holds something that is no token: set it again"
            raise ServiceFailed(message)
        if not self._may_tell:
            message = (
                f"the {self._called} has an address that begins with http://, where others could "
                "read your password for it: ask your instructor for one with https://"
            )
            raise ServiceFailed(message)
        return headers | {"Authorization": f"Bearer {self._token}"}

    def _answer(self, request: urllib.request.Request, until: float, limit: float) -> bytes:
        """Read an answer up to a size and a moment, so that no thread is left reading."""
        try:
            with self._opener.open(request, timeout=limit) as answer:
                return self._read(answer, until, LARGEST)
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(self._called, error.code, self._detail(error, until)) from None

    def _detail(self, error: urllib.error.HTTPError, until: float) -> str:
        """Return what a refusal (RFC 9457) says to do, in one line, or ""."""
        if "application/problem+json" not in str(error.headers.get("Content-Type", "")):
            return ""
        with suppress(ServiceFailed, ValueError, TypeError, KeyError, RecursionError, OSError):
            detail = json.loads(self._read(error, until, LONGEST_REFUSAL))["detail"]
            return " ".join(UNPRINTABLE.sub(" ", detail).split())[:SHOWN]
        return ""

    def _read(self, answer: Any, until: float, largest: int) -> bytes:  # noqa: ANN401 (what urllib opens has no common type)
        said = b""
        while part := answer.read1(1 << 16):
            said += part
            if len(said) > largest:
                raise ServiceFailed(f"the {self._called} answers with more than anybody would read")
            if time.monotonic() > until:
                raise TimeoutError
        return said


def _has_host(address: str) -> bool:
    try:
        return bool(urllib.parse.urlsplit(address).hostname)
    except ValueError:
        return False


def _is_private(address: str, hub: str) -> bool:
    """Whether nobody else can read what is sent: https, this machine, or the hub's own network."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https" or parts.hostname in LOOPBACK:
        return True
    return parts.hostname is not None and parts.hostname == urllib.parse.urlsplit(hub).hostname
