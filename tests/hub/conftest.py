"""A real hub with a small course on free ports of this machine, and people who use it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from websocket import create_connection

from practicum.course import Course
from practicum.hub import COURSE_SERVICE, REVIEW_SERVICE, Names

PASSWORD = "correct horse"  # noqa: S105 (of hubs that live for a test)
ADMIN_PASSWORD = "correct horse battery staple and more of it"  # noqa: S105 (as above)
STUDENT, OTHER, INSTRUCTOR, REVIEWER = "ada", "bob", "ines", "rita"
ADMIN = "root-admin"
COURSE = "tiny-course"
PATIENCE = 90.0
START = "student_start.ipynb"
TOKEN_SCOPES = [
    "users:activity!user",
    "read:users:name!user",
    "read:users:groups!user",
    "access:services!service=practicum",
]
"""What the token in a user's server may do, but for opening that server."""

COURSE_YML = """\
schema_version: 1
id: tiny-course
title: A course to test with
briefs:
  - {brief: tiny, due: 2027-02-01T12:00:00}
"""
ROSTER_YML = """\
schema_version: 1
students:
  - {id: ada, name: "Lovelace, Ada"}
  - {id: bob, name: Bob Beispiel}
instructors:
  - {id: ines, name: Ines Instructor}
reviewers:
  - {id: rita, name: Rita Reviewer, employer: Tiny Trust, briefs: [tiny]}
"""


def services_here() -> set[str]:
    """Name the services that this practicum has; a hub does not start with one that fails."""
    found = {"course"}
    if find_spec("practicum.service") is not None:
        found.add(COURSE_SERVICE)
    if find_spec("practicum.room.hub_door") is not None:
        found.add(REVIEW_SERVICE)
    return found


def free_ports(count: int) -> int:
    """Return the first of some free ports that follow one another."""
    for first in range(20_000 + os.getpid() % 9_000, 60_000, count):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    taken = stack.enter_context(socket.socket())
                    taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    pytest.fail("no free ports")


def wait_for(get: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Return what ``get`` returns as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = get()
        if found:
            return found
        time.sleep(0.2)
    pytest.fail(f"not within {seconds:.0f} s: {what}")


@dataclass
class Visitor:
    """Somebody at a browser: cookies are kept, links are followed, nothing is known inside."""

    hub: "RunningHub"
    name: str
    client: httpx.Client

    def log_in(self, password: str = PASSWORD) -> httpx.Response:
        """Fill in the form; return the page on which it ends."""
        page = self.client.get("hub/login")
        form = {"username": self.name, "password": password, "_xsrf": self.xsrf("/hub/")}
        assert page.status_code == 200, page.text
        return self.client.post("hub/login", data=form, follow_redirects=False)

    def xsrf(self, path: str) -> str:
        """Return the token against forged requests, as a page's script would read it."""
        found = [one.value for one in self.client.cookies.jar if one.name == "_xsrf"]
        for cookie in self.client.cookies.jar:
            if cookie.name == "_xsrf" and cookie.path.rstrip("/") == path.rstrip("/"):
                return cookie.value or ""
        return found[0] or "" if found else ""

    def api(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call the hub's interface as the hub's own pages do."""
        self.client.get("hub/home")
        headers = {"X-XSRFToken": self.xsrf("/hub/"), "Referer": f"{self.hub.address}hub/home"}
        if method != "GET":
            more.setdefault("json", {})
        return self.client.request(method, f"hub/api/{path}", headers=headers, **more)

    def start_server(self) -> str:
        """Start one's own server, wait for it, and return its address on the hub."""
        answer = self.api("POST", f"users/{self.name}/server")
        assert answer.status_code in {201, 202, 400}, answer.text
        wait_for(
            lambda: (
                (self.api("GET", f"users/{self.name}").json().get("servers") or {})
                .get("", {})
                .get("ready")
            ),
            f"the server of {self.name}",
        )
        page = self.client.get(f"user/{self.name}/lab")  # goes through the log-in of the server
        assert page.status_code == 200, page.text
        return f"user/{self.name}/"

    def stop_server(self) -> None:
        """Stop one's own server and wait until it is gone."""
        self.api("DELETE", f"users/{self.name}/server")
        wait_for(
            lambda: not self.api("GET", f"users/{self.name}").json().get("servers"),
            f"the end of {self.name}'s server",
        )

    def run(self, code: str, base: str | None = None) -> str:
        """Run code in a notebook's kernel in a server; return all that it prints."""
        base = base or f"user/{self.name}/"
        path = f"/{base}"
        headers = {"X-XSRFToken": self.xsrf(path), "Referer": f"{self.hub.address}{base}lab"}
        started = self.client.post(f"{base}api/kernels", headers=headers, json={"name": "python3"})
        assert started.status_code == 201, started.text
        kernel = started.json()["id"]
        try:
            return self._executed(f"{base}api/kernels/{kernel}/channels", code)
        finally:
            self.client.delete(f"{base}api/kernels/{kernel}", headers=headers)

    def _executed(self, place: str, code: str) -> str:
        where = f"{self.hub.address}{place}".replace("http://", "ws://")
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.client.cookies.jar)
        channel = create_connection(
            where, cookie=cookies, timeout=PATIENCE, origin=self.hub.address.rstrip("/")
        )
        number = uuid.uuid4().hex
        header = {
            "msg_id": number,
            "msg_type": "execute_request",
            "username": "",
            "session": number,
        }
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": header | {"version": "5.3"}, "content": content, "channel": "shell"}
        channel.send(json.dumps(message | {"parent_header": {}, "metadata": {}}))
        printed = []
        while True:
            got = json.loads(channel.recv())
            if got["parent_header"].get("msg_id") != number:
                continue
            printed += [got["content"]["text"]] if got["msg_type"] == "stream" else []
            if got["msg_type"] == "error":
                printed.append("\n".join(got["content"]["traceback"]))
            if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                channel.close()
                return "".join(printed)


@dataclass
class RunningHub:
    """A hub that runs: its course, its addresses, and ways to be somebody there."""

    root: Path
    address: str
    process: "subprocess.Popen[bytes]"
    log: Path
    services: set[str]
    visitors: list[Visitor] = field(default_factory=list)

    @property
    def course(self) -> Course:
        """The course as it is on disk."""
        return Course.find(self.root)

    @property
    def state(self) -> Path:
        """The hub's own folder."""
        return self.root / "course" / "work" / "hub"

    @property
    def names(self) -> Names:
        """What groups and accounts are called."""
        return Names(COURSE)

    def visitor(self, name: str) -> Visitor:
        """Return somebody who has not logged in."""
        client = httpx.Client(base_url=self.address, follow_redirects=True, timeout=60)
        visitor = Visitor(self, name, client)
        self.visitors.append(visitor)
        return visitor

    def log_in(self, name: str, password: str = PASSWORD) -> Visitor:
        """Return somebody who has logged in."""
        visitor = self.visitor(name)
        answer = visitor.log_in(password)
        assert answer.status_code == 302, f"{name} cannot log in: {answer.status_code}"
        return visitor

    def with_token(self, token: str) -> httpx.Client:
        """Return a program that shows a token, without any cookie."""
        headers = {"Authorization": f"token {token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)

    def server_token(self, name: str) -> str:
        """Return the token in a user's server, as its notebooks see it."""
        return self._environment_of("JUPYTERHUB_USER", name)["JUPYTERHUB_API_TOKEN"]

    def service_token(self, name: str) -> str:
        """Return the token of a service that the hub has started."""
        return self._environment_of("JUPYTERHUB_SERVICE_NAME", name)["JUPYTERHUB_API_TOKEN"]

    def made_tokens(self, *names: str) -> dict[str, str]:
        """Let the hub make a token for each, with what one in a user's server may do.

        The hub's admin asks for them, through the hub's own interface.
        """
        admin = self.log_in(ADMIN, ADMIN_PASSWORD)
        admin.client.get("hub/home")
        headers = {"X-XSRFToken": admin.xsrf("/hub/"), "Referer": f"{self.address}hub/home"}
        about = {"note": "as a server's", "scopes": TOKEN_SCOPES, "expires_in": 86_400}
        found = {}
        for name in names:
            place = f"hub/api/users/{name}/tokens"
            answer = admin.client.post(place, headers=headers, json=about)
            assert answer.status_code == 201, f"{name}: {answer.status_code} {answer.text}"
            found[name] = str(answer.json()["token"])
        return found

    def _environment_of(self, variable: str, value: str) -> dict[str, str]:
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                found: dict[str, str] = process.environ()
                is_service = "JUPYTERHUB_SERVICE_NAME" in found
                if found.get(variable) == value and "JUPYTERHUB_API_TOKEN" in found:
                    if variable == "JUPYTERHUB_USER" and is_service:
                        continue
                    return found
        pytest.fail(f"no process with {variable}={value}")

    def processes(self) -> list[psutil.Process]:
        """Return all processes of the hub: proxy, services, users' servers and their kernels."""
        whole = psutil.Process(self.process.pid).children(recursive=True)
        return [psutil.Process(self.process.pid), *whole]

    def hub_pid(self) -> int:
        """Return the number of the hub's own process."""
        return int((self.state / "jupyterhub.pid").read_text())

    def stop(self) -> int:
        """Ask it to stop as Ctrl+C does, wait, and return its exit code."""
        for visitor in self.visitors:
            visitor.client.close()
        left = self.processes() if self.process.poll() is None else []
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(60)
        finally:
            for process in left:
                with contextlib.suppress(psutil.Error):
                    if process.is_running():
                        process.kill()
        return code


def lay_course(root: Path, first: int, **hub: Any) -> Path:
    """Make a small course with a hub section whose ports begin at ``first``."""
    (root / "course").mkdir(parents=True)
    section = {
        "address": f"http://127.0.0.1:{first}",
        "hub_port": first + 1,
        "first_service_port": first + 2,
        "admins": [ADMIN],
        **hub,
    }
    text = f"{COURSE_YML}hub: {json.dumps(section)}\n"
    (root / "course" / "course.yml").write_text(text)
    (root / "course" / "roster.yml").write_text(ROSTER_YML)
    (root / "nbgrader_config.py").write_text(
        "from practicum.gradebook import configure\n\nconfigure(get_config(), __file__)\n"
    )
    return root


def run_hub(root: Path, services: set[str] | None = None) -> RunningHub:
    """Start the hub of a course with `practicum hub start`, and wait until it answers."""
    services = services_here() if services is None else services
    hosting = Course.find(root).settings.hub
    assert hosting is not None
    environment = {
        **os.environ,
        "PRACTICUM_HUB_PASSWORD": PASSWORD,
        "PRACTICUM_HUB_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "PRACTICUM_HUB_SERVICES": ",".join(sorted(services)),
    }
    log = root / "start.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "practicum", "hub", "start", "--course", str(root)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    running = RunningHub(root, f"{hosting.address.rstrip('/')}/", process, log, services)

    def answers() -> bool:
        if process.poll() is not None:
            pytest.fail(f"the hub did not start:\n{log.read_text()}")
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{running.address}hub/api/").status_code == 200
        return False

    try:
        wait_for(answers, "the hub's answer")
    except BaseException:
        running.stop()
        raise
    return running


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with the small course; all who use it share it, so leave it as you found it."""
    if shutil.which("bwrap") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("bwrap is missing; `scripts/debian-packages` installs it", pytrace=False)
        pytest.skip("bwrap is missing; `scripts/debian-packages` installs it")
    root = lay_course(tmp_path_factory.mktemp("hub") / "course", free_ports(8))
    running = run_hub(root)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def ada(running_hub: RunningHub) -> Visitor:
    """A student who has logged in and whose server runs."""
    visitor = running_hub.log_in(STUDENT)
    visitor.start_server()
    return visitor


@pytest.fixture(scope="session")
def bob(running_hub: RunningHub) -> Visitor:
    """Another student whose server runs."""
    visitor = running_hub.log_in(OTHER)
    visitor.start_server()
    return visitor


@pytest.fixture(scope="session")
def ines(running_hub: RunningHub) -> Visitor:
    """An instructor who has logged in."""
    return running_hub.log_in(INSTRUCTOR)


@pytest.fixture(scope="session")
def rita(running_hub: RunningHub) -> Visitor:
    """An employer's reviewer who has logged in."""
    return running_hub.log_in(REVIEWER)


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[Callable[..., RunningHub]]:
    """Start a hub of one's own: for tests that stop it, or that need another hub section."""
    running: list[RunningHub] = []

    def begin(services: set[str] | None = None, **hub: Any) -> RunningHub:
        root = tmp_path / "course"
        if not root.exists():
            lay_course(root, free_ports(8), **hub)
        running.append(run_hub(root, services))
        return running[-1]

    yield begin
    for hub in running:
        hub.stop()
