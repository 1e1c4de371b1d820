"""A course's service on loopback, as a student's server on the hub sees it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from tests.course.conftest import tiny, tiny_files
from tests.course.exchange_service.conftest import free_port
from tests.course.service.conftest import PREFIX, Place, make, place, root

__all__ = ["make", "place", "root", "tiny", "tiny_files"]

Be = Callable[[str], None]


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an app on a port of this machine; yield the service's address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until, "the service does not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}{PREFIX}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return what makes this process somebody's server on the hub."""

    def somebody(address: str, who: str) -> None:
        monkeypatch.setenv("PRACTICUM_SERVICE_URL", address)
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", f"token-{who}")
        monkeypatch.delenv("PRACTICUM_TOKEN", raising=False)

    return somebody


@pytest.fixture
def on_the_hub(place: Place, be: Callable[[str, str], None]) -> Iterator[Be]:
    """Return what makes this process the server of somebody, with the course's real service."""
    with serving(place.app) as address:
        yield lambda who: be(address, who)


@dataclass
class Stub:
    """Says what a test tells it to say, by the end of the path, with a pause before each part."""

    address: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    kind: str = "application/json"
    pause: float = 0.0
    asked: list[str] = field(default_factory=list)

    def says(self, **answers: object) -> None:
        """Set answers, as JSON, by the last part of the path."""
        self.answers |= {name: json.dumps(said).encode() for name, said in answers.items()}


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A service that anybody may have written."""
    state = Stub()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            path = self.path.partition("?")[0]
            state.asked.append(f"{self.command} {path}")
            body = state.answers.get(path.rsplit("/", 1)[-1], b"{}")
            self.send_response(state.status)
            self.send_header("Content-Type", state.kind)
            if state.status == 302:
                self.send_header("Location", f"{state.address}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            time.sleep(state.pause)
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 (names that http.server asks for)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}/services/practicum"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()
