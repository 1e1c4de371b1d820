"""A real JupyterHub whose service is the review room, and a browser without a screen."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.course.review.conftest import lay_course, notebook_of
from tests.course.review.visiting import OURS, REPOSITORY

from practicum.course import Course
from practicum.records import Records

PASSWORD = "a-password-for-these-tests"  # noqa: S105 (of a hub that lives for a test)
REVIEW = "/services/review/"
ROOM = """
import functools, os, sys
import practicum.room
from practicum.cli import main
from tests.course.review.conftest import MemoryGradebook
practicum.room.serve = functools.partial(
    practicum.room.serve, gradebook=MemoryGradebook(), renewed=0.2)
sys.argv = ["practicum", "room", "serve", "--hub", "--course", sys.argv[1]]
main()
"""
CONFIG = """
import sys
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.command = [{chp!r}]
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.Authenticator.allowed_users = {{"rita", "hugo", "ada", "ines", "zoe"}}
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self"]}},
    {{"name": "review", "users": ["rita", "hugo", "ines", "zoe"],
      "scopes": ["access:services!service=review"]}},
    {{"name": "tokens", "services": ["tests"], "scopes": ["tokens", "read:users"]}},
]
c.JupyterHub.services = [
    {{"name": "tests", "api_token": "{token}"}},
    {{"name": "review", "url": "http://127.0.0.1:{review}", "oauth_no_confirm": True,
      "command": [sys.executable, "-c", {room!r}, {course!r}], "cwd": {cwd!r},
      "environment": {{"PYTHONPATH": {path!r}, "PATH": {bin!r}}}}},
]
"""


class _Form(HTMLParser):
    """The hidden fields of a form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a field."""
        found = dict(attrs)
        if tag == "input" and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""


class Visitor(httpx.Client):
    """A browser: keeps cookies, follows redirects, and logs in to the hub."""

    def __init__(self, address: str) -> None:
        super().__init__(base_url=address, follow_redirects=True, timeout=30)

    def log_in(self, name: str, at: str = REVIEW) -> httpx.Response:
        """Go to a page of the room, fill in the hub's form, and return where one comes to."""
        page = self.get(at)
        assert "/hub/login" in str(page.url), page.text
        fields = _Form(page.text).fields | {"username": name, "password": PASSWORD}
        return self.post(str(page.url), data=fields)

    def put_in(self, method: str, place: str, body: Any, **headers: str) -> httpx.Response:
        """Send something as the room's page does."""
        sent = {name.replace("_", "-"): value for name, value in (OURS | headers).items()}
        return self.request(method, f"{REVIEW}demo/api/{place}", json=body, headers=sent)


class Hub:
    """A hub in processes of its own."""

    def __init__(self, course: Course, folder: Path) -> None:
        self.course, self.folder = course, folder
        proxy, hub, api, review = _free_ports(4)
        self.token = "t" * 32
        self.address = f"http://127.0.0.1:{proxy}"
        config = folder / "jupyterhub_config.py"
        here = Path(sys.executable).parent
        config.write_text(
            CONFIG.format(
                proxy=proxy,
                hub=hub,
                api=api,
                review=review,
                folder=folder,
                chp=str(here / "configurable-http-proxy"),
                password=PASSWORD,
                token=self.token,
                room=ROOM,
                course=str(course.root),
                cwd=str(REPOSITORY),
                path=os.environ.get("PYTHONPATH", ""),
                bin=f"{here}{os.pathsep}{os.environ['PATH']}",
            )
        )
        self.log = folder / "hub.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(config)],
                cwd=folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"},
            )

    def wait(self) -> None:
        """Wait until the room answers through the hub's proxy."""
        until = time.monotonic() + 90
        while time.monotonic() < until and self.process.poll() is None:
            try:
                answer = httpx.get(f"{self.address}{REVIEW}demo/", timeout=5)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 401:
                return
            time.sleep(0.3)
        raise AssertionError(self.log.read_text()[-4000:])

    def api(self, method: str, place: str) -> httpx.Response:
        """Ask the hub's API as an administrator's service would."""
        headers = {"Authorization": f"token {self.token}"}
        return httpx.request(method, f"{self.address}/hub/api/{place}", headers=headers, timeout=20)

    def stop(self) -> None:
        """Stop the hub, which stops its proxy and its service."""
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at now."""
    taken = [socket.socket() for _ in range(count)]
    for one in taken:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with the room of a course in which Ada's and Grace's work is graded."""
    folder = tmp_path_factory.mktemp("hub")
    course = lay_course(folder / "course-of-tests")
    for student in ("ada", "grace"):
        place = course.station("autograded", student=student, brief="demo")
        place.mkdir(parents=True)
        (place / "brief.ipynb").write_text(json.dumps(notebook_of()))
    (course.root / "notebooks").mkdir()
    for name in ("employer_review.ipynb", "instructor_desk.ipynb"):
        source = REPOSITORY / "notebooks" / name
        (course.root / "notebooks" / name).write_bytes(source.read_bytes())
    found = Hub(course, folder)
    try:
        found.wait()
        yield found
    finally:
        found.stop()


@pytest.fixture
def visitor(hub: Hub) -> Iterator[Callable[[], Visitor]]:
    """Return what opens browsers that know nothing of each other."""
    opened: list[Visitor] = []

    def new() -> Visitor:
        opened.append(Visitor(hub.address))
        return opened[-1]

    yield new
    for one in opened:
        one.close()


@pytest.fixture
def noted(hub: Hub) -> Iterator[Records]:
    """The records of the hub's course."""
    with Records(hub.course.records_url) as records:
        yield records
