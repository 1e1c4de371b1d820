"""The hub's word on tokens, the roles that come of it, and the service as a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from jupyterhub.services.auth import HubAuth

from practicum.errors import BadInput, ServiceFailed
from practicum.internship import Message
from practicum.service import HubIdentity, HubUser
from practicum.service.callers import caller_of
from practicum.service.identity import REMEMBERED
from practicum.service.running import address_of
from practicum_widgets.messages.service import HttpService

from .conftest import NOW, Place, finished

SCOPE = "access:services!service=practicum"
KNOWN: dict[str, dict[str, Any]] = {
    "token-ada": {"name": "ada", "kind": "user", "groups": ["nbgrader-x"], "scopes": [SCOPE]},
    "token-ines": {"name": "ines", "kind": "user", "groups": [], "scopes": ["access:services"]},
    "token-review": {"name": "review", "kind": "service", "scopes": [SCOPE]},
    "token-other": {"name": "ada", "kind": "user", "scopes": [f"{SCOPE}-other", "self"]},
    "token-none": {"name": "ada", "kind": "user"},
    "token-odd": {"name": ["ada"], "kind": "user", "scopes": [SCOPE]},
}


class Hub(ThreadingHTTPServer):
    """The part of a hub's API that says whose a token is."""

    asked = 0
    broken = False

    @property
    def address(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.server_address[1]}/hub/api"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Hub)
        self.server.asked += 1
        token = self.headers["Authorization"].removeprefix("token ")
        known = KNOWN.get(token)
        status = 500 if self.server.broken else 200 if known and self.path.endswith("user") else 403
        body = json.dumps(known or {}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Run a hub that knows a few tokens."""
    server = Hub(("127.0.0.1", 0), _Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ask(hub: Hub, *tokens: str) -> list[HubUser | None]:
    """Ask about tokens, one after the other, as the service does."""
    auth = HubAuth(api_url=hub.address, api_token="own", cache_max_age=REMEMBERED)  # noqa: S106 (of no hub)
    identity = HubIdentity("practicum", auth)

    async def asked() -> list[HubUser | None]:
        return [await identity.user_of(token) for token in tokens]

    return finished(asked())


def test_a_token_is_its_owners(hub: Hub) -> None:
    """The hub's answer names the user or service, and the groups."""
    assert ask(hub, "token-ada", "token-ines", "token-review", "unknown") == [
        HubUser(name="ada", groups=("nbgrader-x",)),
        HubUser(name="ines"),
        HubUser(name="review", kind="service"),
        None,
    ]


def test_a_token_has_to_open_this_service(hub: Hub) -> None:
    """A token for something else is nobody's here, although the hub knows its owner."""
    assert ask(hub, "token-other", "token-none") == [None, None]


def test_the_hub_is_asked_once_a_minute(hub: Hub) -> None:
    """What the hub said is remembered, for a minute at most."""
    ask(hub, *["token-ada"] * 5, *["unknown"] * 5)

    assert hub.asked == 2
    assert REMEMBERED <= 60


def test_a_hub_that_fails_is_no_refusal(hub: Hub) -> None:
    """While the hub fails, or answers nonsense, nobody is taken for anybody."""
    with pytest.raises(ServiceFailed):
        ask(hub, "token-odd")
    hub.broken = True
    with pytest.raises(ServiceFailed):
        ask(hub, "token-ada")


@pytest.mark.parametrize(
    ("user", "role"),
    [
        (HubUser(name="ada"), "student"),
        (HubUser(name="ines"), "instructor"),
        (HubUser(name="rita"), "reviewer"),
        (HubUser(name="grader-tiny-course"), "course"),
        (HubUser(name="tiny-course", kind="service"), "course"),
        (HubUser(name="gil", groups=("formgrade-stats101",)), "guest"),
        (HubUser(name="ada", groups=("formgrade-tiny-course",)), "student"),
        (HubUser(name="tiny-course"), None),
        (HubUser(name="ines", kind="service"), None),
        (HubUser(name="grader-tiny-course", kind="service"), None),
        (HubUser(name="gil", groups=("formgrade-tiny-course", "formgrade-other")), None),
        (HubUser(name="gil", kind="service", groups=("formgrade-stats101",)), None),
        (HubUser(name="grader-other"), None),
    ],
)
def test_the_roster_says_the_role(place: Place, user: HubUser, role: str | None) -> None:
    """A name counts as a user's only; groups of the hub make nobody an instructor of the course."""
    found = caller_of(user, place.course)

    assert (found.role if found else None) == role


@pytest.mark.parametrize("url", ["", "http://127.0.0.1", "https://h:1", "http://h:x", "http://:1"])
def test_without_the_hubs_address_it_says_so(url: str) -> None:
    """Started by hand, the service tells that a hub starts it, and what is missing."""
    with pytest.raises(BadInput, match="JUPYTERHUB_SERVICE_URL"):
        address_of({"JUPYTERHUB_SERVICE_URL": url})


def test_a_wrong_start_has_no_traceback(tmp_path: Path) -> None:
    """Started without a course or a hub, it says what is wrong, with exit code 2."""
    for extra in ({}, {"JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9"}):
        environ = os.environ | {"PRACTICUM_COURSE": str(tmp_path)} | extra
        done = subprocess.run(
            [sys.executable, "-m", "practicum.service"],
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@contextmanager
def running(root: Path, hub: Hub) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the service as the hub does; yield its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    environ = os.environ | {
        "JUPYTERHUB_SERVICE_URL": url,
        "JUPYTERHUB_SERVICE_PREFIX": "/services/practicum/",
        "JUPYTERHUB_SERVICE_NAME": "practicum",
        "JUPYTERHUB_API_URL": hub.address,
        "JUPYTERHUB_API_TOKEN": "own",
        "PRACTICUM_COURSE": str(root),
    }
    command = [sys.executable, "-m", "practicum.service"]
    log = root / "log"  # a pipe that nobody reads would hold the service up
    with log.open("w") as out, subprocess.Popen(command, env=environ, stderr=out) as process:
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    httpx.get(f"{url}/services/practicum/health").raise_for_status()
                    break
                except httpx.HTTPError:
                    assert process.poll() is None, log.read_text()
                    assert time.monotonic() < until
                    time.sleep(0.1)
            yield f"{url}/services/practicum", process
        finally:
            process.kill()


@pytest.mark.slow
def test_the_widget_speaks_with_the_running_service(root: Path, hub: Hub) -> None:
    """A student's widget sends a question to the process that a hub runs, and gets the answer."""
    with running(root, hub) as (address, process):
        widget = HttpService(address, "tiny", {"JUPYTERHUB_API_TOKEN": "token-ada"})
        widget.send(Message(id="q1", text="Which year?", at=NOW))
        assert widget.fetch(None) == ()
        answer = httpx.post(
            f"{address}/briefs/tiny/messages",
            json={"id": "a1", "text": "2024.", "thread": "ada", "answers": "q1"},
            headers={"Authorization": "Bearer token-ines"},
        )
        assert answer.status_code == 200
        (message,) = widget.fetch(None)
        assert (message.text, message.author, message.answers) == ("2024.", "instructor", "q1")
        assert widget.fetch(message.at) == ()
        with pytest.raises(ServiceFailed, match="401"):
            HttpService(address, "tiny", {"JUPYTERHUB_API_TOKEN": "token-no"}).fetch(None)

        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, -signal.SIGTERM}
        log = (root / "log").read_text()
    assert "POST /briefs/{brief}/messages 200 student" in log
    for secret in ("token-", "ada", "Which year", "2024", "Traceback"):
        assert secret not in log, log
