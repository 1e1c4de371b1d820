"""The course's service as nbgrader's commands see it: files there and back, over HTTP.

Everything may be sent twice: a key or an offset makes it the same as once. So each request is
tried again while the service, or the way to it, is away for a moment.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import urllib.parse
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import requests
from nbgrader.exchange import ExchangeError
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError
from urllib3.util import Retry

from practicum.gradebook.service_exchange.answers import (
    Begun,
    Feedback,
    Offer,
    RemoteFile,
    Sent,
    Submission,
    many,
    one,
)
from practicum.gradebook.service_exchange.folders import LocalFile

__all__ = ["Client", "Told", "client_of"]

ADDRESS: Final = "PRACTICUM_SERVICE_URL"
TOKENS: Final = ("PRACTICUM_TOKEN", "JUPYTERHUB_API_TOKEN")
HUB: Final = "JUPYTERHUB_API_URL"
LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}
TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")

PROBLEM: Final = "application/problem+json"
"""What each refusal of the service is."""

SMALL: Final = 256 * 1024
"""A file up to so many bytes travels with the manifest ..."""
TOGETHER: Final = 4 * 1024 * 1024
"""... as long as all of them are no more than this."""
PIECE: Final = 4 * 1024 * 1024
CHUNK: Final = 1 << 20
PAGE: Final = 500
SECONDS: Final = (10, 120)
"""To reach the service, and between two parts of its answer."""
AGAIN: Final = Retry(
    total=9,
    backoff_factor=0.4,
    backoff_max=15,
    status_forcelist=(429, 502, 503, 504),
    allowed_methods=None,
    respect_retry_after_header=True,
    redirect=False,
    raise_on_status=False,
    retry_after_max=60,
)
"""A good minute: a hub looks after its services every half minute, and starts one that ended."""

Told = Callable[[str, int, int], None]
"""Told of a large file: its path, the bytes there, the bytes in all."""


class _Gone(ExchangeError):  # type: ignore[misc] # (nbgrader is untyped)
    """There is nothing at an address, or nothing for us."""


class _Bearer(requests.auth.AuthBase):
    """Sets the token itself, so that a .netrc does not put another in its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def client_of(environ: Mapping[str, str] | None = None) -> Client:
    """Return a client for the service and the person that the environment names.

    Raises:
        ExchangeError: It names none, or one to which a token must not be told.

    """
    environ = os.environ if environ is None else environ
    address = environ.get(ADDRESS, "").strip().rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise ExchangeError(
            f"{ADDRESS} names no service ({address!r}): start your server on the hub anew, or set "
            "it to the address that your instructor gives you"
        )
    variable = next((name for name in TOKENS if environ.get(name, "").strip()), "")
    token = environ.get(variable, "").strip()
    if not TOKEN.fullmatch(token):
        raise ExchangeError(
            f"{variable or TOKENS[0]} holds no token: make one on the hub's page `Token`, and set "
            f"{TOKENS[0]} to it"
        )
    if not _is_private(address, environ.get(HUB, "")):
        raise ExchangeError(
            f"{address}: begins with http://, where others could read your token: ask your "
            "instructor for an address with https://"
        )
    return Client(address, token)


class Client:
    """The service at an address, asked with a token."""

    def __init__(self, address: str, token: str, again: Retry = AGAIN) -> None:
        self._base = f"{address}/exchange"
        self._again = again
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.max_redirects = 0
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=again))

    def courses(self) -> dict[str, str]:
        """Return the courses of whoever asks, with ``student`` or ``course`` (who runs it)."""
        return {str(each["course"]): str(each["role"]) for each in self._json("GET", "courses")}

    def offers(self, course: str) -> tuple[Offer, ...]:
        """Return what is released in a course."""
        return many(Offer, self._json("GET", _path(course, "assignments")))

    def offer(self, course: str, name: str) -> Offer | None:
        """Return a released assignment, or None."""
        try:
            return one(Offer, self._json("GET", _path(course, "assignments", name)))
        except _Gone:
            return None

    def release(
        self, course: str, name: str, files: Sequence[LocalFile], *, replace: bool, told: Told
    ) -> Sent:
        """Release an assignment, in the place of an older one if that is meant."""
        path = _path(course, "assignments", name)
        return self._send("PUT", path, files, told, {"replace": replace})

    def take_back(self, course: str, name: str) -> None:
        """Take a release back."""
        self._ask("DELETE", _path(course, "assignments", name))

    def hand_in(  # noqa: PLR0913 (what there is to know)
        self,
        course: str,
        name: str,
        files: Sequence[LocalFile],
        *,
        key: str,
        student: str | None,
        told: Told,
    ) -> Sent:
        """Hand in; the same key and files again answer with the receipt of the first time."""
        path = _path(course, "assignments", name, "submissions")
        return self._send("POST", path, files, told, {"student": student, "key": key})

    def submissions(
        self, course: str, assignment: str | None = None, student: str | None = None
    ) -> tuple[Submission, ...]:
        """Return submissions, oldest first: all of them for who runs the course, else one's own."""
        found: list[Submission] = []
        while True:
            asked = {
                "assignment": assignment,
                "student": student,
                "limit": PAGE,
                "after": found[-1].id if found else None,
            }
            page = many(Submission, self._json("GET", _path(course, "submissions"), params=asked))
            found += page
            if len(page) < PAGE:
                return tuple(found)

    def remove(self, course: str, number: str) -> None:
        """Leave a submission out of the lists."""
        self._ask("DELETE", _path(course, "submissions", number))

    def give_back(self, course: str, number: str, files: Sequence[LocalFile], told: Told) -> Sent:
        """Give feedback on a submission."""
        return self._send("PUT", _path(course, "submissions", number, "feedback"), files, told, {})

    def feedback(self, course: str, assignment: str | None = None) -> tuple[Feedback, ...]:
        """Return the feedback of whoever asks."""
        asked = {"assignment": assignment}
        return many(Feedback, self._json("GET", _path(course, "feedback"), params=asked))

    def fetch_release(self, offer: Offer, file: RemoteFile, place: Path) -> None:
        """Write a file of a released assignment to a new place."""
        path = _path(offer.course, "assignments", offer.assignment, "files", file.sha256)
        self._download(path, file, place)

    def fetch_submitted(self, submission: Submission, file: RemoteFile, place: Path) -> None:
        """Write a file of a submission to a new place."""
        path = _path(submission.course, "submissions", submission.id, "files", file.sha256)
        self._download(path, file, place)

    def fetch_feedback(self, course: str, file: RemoteFile, place: Path) -> None:
        """Write a file of one's feedback to a new place."""
        self._download(_path(course, "feedback", "files", file.sha256), file, place)

    def _send(
        self,
        method: str,
        path: str,
        files: Sequence[LocalFile],
        told: Told,
        more: Mapping[str, Any],
    ) -> Sent:
        """Send a manifest, then what the service lacks, then complete it."""
        manifest = {"key": secrets.token_hex(16), "files": list(_manifest(files)), **more}
        for attempt in range(3):
            begun = one(Begun, self._json(method, path, json=manifest))
            if begun.complete:
                return begun
            try:
                by_digest = {file.sha256: file for file in files}
                for missing in begun.missing:
                    self._send_file(begun.id, by_digest[missing.sha256], missing.have, told)
                return one(Sent, self._json("POST", f"uploads/{begun.id}/commit"))
            except _Gone:
                if attempt:  # given up by the service in favour of others, twice
                    raise
        raise ExchangeError(f"{path}: the service gives this upload up again and again")

    def _send_file(self, upload: str, file: LocalFile, have: int, told: Told) -> None:
        path = f"uploads/{upload}/files/{file.sha256}"
        with file.place.open("rb") as content:
            while have < file.size:
                content.seek(have)
                piece = content.read(PIECE)
                if not piece:
                    raise ExchangeError(f"{file.path}: it changed while it was sent: submit again")
                answer = self._json("PUT", path, params={"offset": have}, data=piece)
                there = int(answer["have"])
                if there == have:
                    raise ExchangeError(f"{file.path}: the service takes no more of it: try again")
                have = there
                told(file.path, have, file.size)

    def _download(self, path: str, file: RemoteFile, place: Path) -> None:
        """Fetch a file, going on where a line broke, and check what came."""
        with place.open("xb") as out:
            for _ in range(5):
                with suppress(requests.RequestException):
                    for chunk in self._chunks(path, out.tell()):
                        out.write(chunk)
                        if out.tell() > file.size:
                            break
                if out.tell() >= file.size:
                    break
        sha = hashlib.sha256()
        with place.open("rb") as content:
            while chunk := content.read(CHUNK):
                sha.update(chunk)
        if sha.hexdigest() != file.sha256:
            place.unlink()
            raise ExchangeError(f"{file.path}: it came damaged or not at all: fetch again")

    def _chunks(self, path: str, start: int) -> Iterator[bytes]:
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._ask("GET", path, headers=headers, stream=True) as answer:
            yield from answer.iter_content(CHUNK)

    def _json(self, method: str, path: str, **what: Any) -> Any:  # noqa: ANN401 (JSON is any data)
        try:
            return self._ask(method, path, **what).json()
        except requests.JSONDecodeError:
            raise ExchangeError(
                f"{self._base}: answers something that is not the course's service: check "
                f"{ADDRESS}, or tell your instructor"
            ) from None

    def _ask(self, method: str, path: str, **what: Any) -> requests.Response:  # noqa: ANN401 (as requests)
        try:
            answer = self._answer(method, path, **what)
        except requests.RequestException as error:
            raise ExchangeError(
                f"{self._base}: the course's service cannot be reached ({_reason(error)}): what "
                "you have is unchanged; try the same command again in a minute"
            ) from None
        if answer.status_code < requests.codes.multiple_choices:
            return answer
        said = _detail(answer)
        kind = _Gone if answer.status_code == requests.codes.not_found else ExchangeError
        raise kind(f"the course's service refuses ({answer.status_code}): {said}")

    def _answer(self, method: str, path: str, **what: Any) -> requests.Response:  # noqa: ANN401 (as requests)
        """Ask, and again while the way is not known: a proxy that has just started learns it."""
        again = self._again
        while True:
            answer = self._session.request(
                method, f"{self._base}/{path}", timeout=SECONDS, allow_redirects=False, **what
            )
            if not _is_lost(answer):
                return answer
            try:
                again = again.increment(method)
            except MaxRetryError:
                return answer
            answer.close()
            again.sleep()


def _manifest(files: Sequence[LocalFile]) -> Iterator[dict[str, Any]]:
    left = TOGETHER
    for file in files:
        entry: dict[str, Any] = {"path": file.path, "sha256": file.sha256, "size": file.size}
        if file.size <= min(SMALL, left):
            left -= file.size
            content = file.place.read_bytes()
            if hashlib.sha256(content).hexdigest() != file.sha256:
                raise ExchangeError(f"{file.path}: it changed while it was sent: submit again")
            entry["content"] = b64encode(content).decode("ascii")
        yield entry


def _path(*parts: str) -> str:
    return "/".join(urllib.parse.quote(part, safe="") for part in parts)


def _detail(answer: requests.Response) -> str:
    """Return what the service says of a refusal, as one line of plain text."""
    try:
        said = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        said = answer.reason
    plain = " ".join(str(said).split())
    return "".join(c for c in plain if c.isprintable())[:500]


def _is_lost(answer: requests.Response) -> bool:
    """Whether not the service has answered, but something on the way that does not know it."""
    lost = (requests.codes.found, requests.codes.not_found)
    kind = answer.headers.get("Content-Type", "")
    return answer.status_code in lost and not kind.startswith(PROBLEM)


def _reason(error: Exception) -> str:
    """Say why in a few words; the library's text holds addresses of objects."""
    inner = getattr(error.args[0], "reason", None) if error.args else None
    return type(inner or error).__name__


def _is_private(address: str, hub: str) -> bool:
    """Whether nobody else can read what is sent: https, this machine, or the hub's own network."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme == "https" or parts.hostname in LOOPBACK:
        return True
    return parts.hostname is not None and parts.hostname == urllib.parse.urlsplit(hub).hostname
