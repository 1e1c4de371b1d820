"""A browser without a screen: sends to the review room what a browser would."""

import asyncio
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from practicum.course import Course
from practicum.room import Serving, serve

REPOSITORY = Path(__file__).parents[3]
SERVE = """
import sys
from practicum.course import Course
from practicum.room import serve
from tests.course.review.conftest import MemoryGradebook
serve(Course.find(sys.argv[1]), ["demo"], port=int(sys.argv[2]), gradebook=MemoryGradebook(),
      renewed=0.2, ready=lambda serving: print(serving.address, flush=True))
"""
MONTH = timedelta(days=30)
OURS = {"X_Practicum": "room", "Content_Type": "application/json"}
FULL: dict[str, Any] = {"levels": {"analysis": 3, "advice": 2}, "words": {"advice": "Name a date."}}


class Answer:
    """What the server said."""

    def __init__(self, got: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = got.status, got.headers, got.read()

    @property
    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)


class Browser:
    """Sends requests as a browser would, with the cookie that it was given."""

    def __init__(self, address: str, brief: str = "demo") -> None:
        self.host, self.brief, self.cookie = urlsplit(address).netloc, brief, ""

    def ask(self, method: str, place: str, body: Any = None, **headers: str) -> Answer:
        """Send one request; an underscore in a header's name is a dash."""
        line = http.client.HTTPConnection(self.host, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent["Cookie"] = self.cookie
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        line.request(method, place, data, sent)
        answer = Answer(line.getresponse())
        line.close()
        return answer

    def enter(self, secret: str) -> Answer:
        """Press the button of a link, and keep the cookie."""
        answer = self.ask("POST", f"/invite/{secret}", b"", Origin=f"http://{self.host}")
        if answer.status == 303:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    def put(self, code: str, sheet: Any, revision: int = 0) -> Answer:
        """Save a sheet, as the page does."""
        return self.ask(
            "PUT",
            f"/{self.brief}/api/sheets/{code}",
            {"sheet": sheet, "revision": revision},
            **OURS,
        )

    def submit(self, code: str, sheet: Any, revision: int = 0) -> Answer:
        """Submit a sheet, as the page does."""
        body = {"sheet": sheet, "revision": revision}
        return self.ask("POST", f"/{self.brief}/api/sheets/{code}/submit", body, **OURS)

    def room(self) -> Any:
        """Return what the first view shows."""
        return self.ask("GET", f"/{self.brief}/api/room").json

    def sheet(self, code: str) -> Any:
        """Return a sheet as the page gets it."""
        return self.ask("GET", f"/{self.brief}/api/sheets/{code}").json

    def post(self, place: str, body: Any) -> Answer:
        """Send something to one of the brief's addresses, as the page does."""
        return self.ask("POST", f"/{self.brief}/api/{place}", body, **OURS)


@contextmanager
def served(course: Course, gradebook: Any = None, brief: str = "demo") -> Iterator[str]:
    """Serve the room of a brief in a thread; yield its address."""
    said: dict[str, Any] = {}
    up = threading.Event()

    def ready(serving: Serving) -> None:
        said.update(address=serving.address, loop=asyncio.get_running_loop())
        said["task"] = asyncio.current_task()
        up.set()

    def run() -> None:
        serve(course, [brief], port=0, gradebook=gradebook, renewed=0.2, ready=ready)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert up.wait(60)
    try:
        yield said["address"]
    finally:
        said["loop"].call_soon_threadsafe(said["task"].cancel)
        thread.join(20)
    assert not thread.is_alive()


class Server:
    """A room in a process of its own, which can be killed and started again at its address."""

    def __init__(self, course: Course) -> None:
        self._course, self._port = course, 0
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-c", SERVE, str(self._course.root), str(self._port)]
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self._port = int(self.address.rstrip("/").rpartition(":")[2])

    def kill(self) -> None:
        """Kill it without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)


def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; give up after twenty seconds."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False
