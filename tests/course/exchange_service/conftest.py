"""A tiny course on a hub, its service as a process on loopback, and people with tokens."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from practicum.course import Course

SERVING = Path(__file__).with_name("serving.py")
PLAIN = ("abc101", "abc102", "xyz200")
HUB_YML = """\
hub:
  files: course/work/depot
  plain_courses: [abc101, abc102, xyz200]
"""
PEOPLE: dict[str, tuple[str, ...]] = {
    "ada": (),
    "bob": (),
    "ines": (),
    "rita": (),
    "grader-tiny-course": (),
    "pat": ("nbgrader-abc101",),
    "quinn": ("nbgrader-abc101",),
    "grader-abc101": tuple(f"formgrade-{name}" for name in PLAIN),
    "other-grader": ("formgrade-abc102",),
    "nobody": (),
}
"""Everybody, with their groups on the hub; the roster says what the first ones are."""


def token_of(name: str) -> str:
    """Return the token of somebody."""
    return f"token-of-{name}"


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Service:
    """The service of a course, as a process that may be killed and started again."""

    course: Path
    tokens: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address that PRACTICUM_SERVICE_URL names."""
        return f"http://127.0.0.1:{self.port}/services/practicum"

    def start(self, **environ: str) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, str(SERVING), str(self.course), str(self.port), str(self.tokens)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, env={**os.environ, **environ}
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            assert self.process.poll() is None, "the service ended"
            with suppress(requests.RequestException):
                if requests.get(f"{self.url}/health", timeout=2).ok:
                    return
            time.sleep(0.1)
        raise AssertionError("the service does not answer")

    def kill(self) -> None:
        """End it with SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def ask(self, who: str, method: str, path: str, **what: Any) -> requests.Response:
        """Ask for something below ``exchange/`` as somebody."""
        headers = {"Authorization": f"Bearer {token_of(who)}", **what.pop("headers", {})}
        url = f"{self.url}/exchange/{path}"
        return requests.request(method, url, headers=headers, timeout=60, **what)

    def environ(self, who: str, home: Path) -> dict[str, str]:
        """Return the environment of somebody's server on the hub."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PRACTICUM"))}
        return kept | {
            "PRACTICUM_SERVICE_URL": self.url,
            "JUPYTERHUB_API_TOKEN": token_of(who),
            "JUPYTERHUB_USER": who,
            "USER": who,
            "LOGNAME": who,
            "HOME": str(home),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
        }


def tokens_file(folder: Path) -> Path:
    """Write whose each token is."""
    people = {token_of(name): {"name": name, "groups": groups} for name, groups in PEOPLE.items()}
    file = folder / "tokens.json"
    file.write_text(json.dumps(people), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def make_course(tiny_files: Path) -> Callable[[Path], Path]:
    """Return what makes a tiny course on a hub at a place."""

    def make(place: Path, more: str = HUB_YML) -> Path:
        shutil.copytree(tiny_files, place)
        file = place / "course" / "course.yml"
        file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
        Course.find(place).prepare_work()
        return place

    return make


@pytest.fixture
def service(tmp_path: Path, make_course: Callable[[Path], Path]) -> Iterator[Service]:
    """A course of its own, and its service."""
    one = Service(make_course(tmp_path / "course"), tokens_file(tmp_path))
    one.start()
    yield one
    one.kill()


@pytest.fixture(scope="module")
def shared_service(
    tmp_path_factory: pytest.TempPathFactory, make_course: Callable[[Path], Path]
) -> Iterator[Service]:
    """A service that the tests of a file share, since none minds what the others do."""
    place = tmp_path_factory.mktemp("shared-service")
    one = Service(make_course(place / "course"), tokens_file(place))
    one.start()
    yield one
    one.kill()
