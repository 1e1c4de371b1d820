"""Messages: kept without a service; with one sent once, fetched, and never lost."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.widgets.conftest import Lay

from practicum.errors import BadInput, ServiceFailed
from practicum_widgets import Desk, Messages, Milestones
from practicum_widgets.course_service import connection
from practicum_widgets.messages.service import HttpService

ANSWER = {
    "id": "answer-1",
    "author": "supervisor",
    "name": "Henrik Aalto",
    "text": "It is all we have.",
    "at": "2027-01-21T09:00:00+00:00",
    "answers": "q1",
}


@dataclass
class Course:
    """A small course service over real HTTP: it keeps what it gets, or fails when told to."""

    address: str = ""
    fault: str = ""
    got: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    answers: list[dict[str, Any]] = field(default_factory=list)
    dripped: int = 0


@pytest.fixture
def course() -> Iterator[Course]:  # noqa: C901 (a server is many small methods)
    """A service on a port of this machine."""
    state = Course()

    class Handler(BaseHTTPRequestHandler):
        def _say(self, body: bytes, code: int = 200) -> None:
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _fails(self) -> bool:
            failing = {
                "error": (b"{}", 500),
                "elsewhere": (b"", 302),
                "garbage": (b"<html>", 200),
                "huge": (b" " * 1_200_000, 200),
                "slow": (b'{"messages": []}', 200),
            }
            state.calls.append(f"{self.command} {self.path.partition('?')[0]}")
            state.tokens.add(str(self.headers.get("Authorization")))
            if state.fault == "slow":
                time.sleep(0.6)
            if state.fault == "drips":
                self._drip()
            elif state.fault:
                self._say(*failing[state.fault])
            return bool(state.fault)

        def _drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "30")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(30):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    state.dripped += 1
                    time.sleep(0.1)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self._fails():
                state.got[body["id"]] = body
                self._say(json.dumps({"id": body["id"]}).encode())

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not self._fails():
                state.got["progress"] = json.loads(body)
                self._say(b"{}")

        def do_GET(self) -> None:
            if not self._fails():
                self._say(json.dumps({"messages": state.answers}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}/services/course"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state
    server.shutdown()
    server.server_close()


def test_without_a_service_questions_are_kept(desk: Desk) -> None:
    """A question stays in the student's file, and the page says that it leaves with the work."""
    widget = Messages(desk)
    widget.do("ask", {"id": "q1", "text": "Is this all?"})

    assert [message.sent for message in desk.sidecar.read().messages] == [False]
    assert not widget.view["service"]


def test_a_question_is_sent_and_answered(lay: Lay, course: Course) -> None:
    """A question goes to the service at once; the answer stands below it."""
    desk = lay(service=course.address)
    widget = Messages(desk)
    course.answers = [ANSWER]

    widget.do("ask", {"id": "q1", "text": "Is this all?"})

    assert course.got["q1"]["text"] == "Is this all?"
    assert course.calls[0] == "POST /services/course/briefs/first-steps/messages"
    thread = [message["text"] for message in widget.view["threads"][0]]
    assert thread == ["Is this all?", "It is all we have."]
    assert all(message.sent for message in desk.sidecar.read().messages)


@pytest.mark.parametrize("fault", ["error", "slow", "garbage", "huge", "elsewhere"])
def test_a_service_in_trouble_loses_nothing(
    lay: Lay, course: Course, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the service does, the question is kept, and is sent when it works again."""
    monkeypatch.setattr(connection, "SECONDS", 0.3)
    desk = lay(service=course.address)
    widget = Messages(desk)
    course.fault = fault
    widget.do("ask", {"id": "q1", "text": "Is this all?"})
    assert widget.view["trouble"]
    assert [message.text for message in desk.sidecar.read().messages] == ["Is this all?"]

    course.fault = ""
    widget.do("exchange", {})

    assert set(course.got) == {"q1"}
    assert widget.view["trouble"] == ""
    assert [message.sent for message in desk.sidecar.read().messages] == [True]


def test_a_service_that_is_gone_is_named(lay: Lay) -> None:
    """Where nobody listens the page says that it is tried again."""
    widget = Messages(lay(service="http://127.0.0.1:9/gone"))

    widget.do("ask", {"id": "q1", "text": "Hello?"})

    assert "cannot be reached" in widget.view["trouble"]


def test_sent_is_sent(lay: Lay, course: Course) -> None:
    """A message that was taken cannot be taken back; one that was not can."""
    desk = lay(service=course.address)
    widget = Messages(desk)
    widget.do("ask", {"id": "q1", "text": "Is this all?"})
    with pytest.raises(BadInput, match="cannot be taken back"):
        widget.do("remove", {"id": "q1"})

    course.fault = "error"
    widget.do("ask", {"id": "q2", "text": "Never mind"})
    widget.do("remove", {"id": "q2"})
    assert [message.id for message in desk.sidecar.read().messages] == ["q1"]


def test_asked_twice_is_sent_once(lay: Lay, course: Course) -> None:
    """The same request of a page, twice, is one message."""
    widget = Messages(lay(service=course.address))
    for _ in range(2):
        widget.do("ask", {"id": "q1", "text": "Is this all?"})

    assert [call.split()[0] for call in course.calls].count("POST") == 1


def test_the_token_goes_to_the_service_and_nowhere_else(course: Course) -> None:
    """The hub's token is sent as a header; it stands in no message, and follows no redirection."""
    client = HttpService(course.address, "first-steps", {"JUPYTERHUB_API_TOKEN": "tok"})
    client.fetch(None)
    assert course.tokens == {"Bearer tok"}

    course.fault = "elsewhere"
    with pytest.raises(ServiceFailed, match="302") as caught:
        client.fetch(None)
    assert "tok" not in str(caught.value).replace("token", "")


def test_whom_to_write_is_what_the_brief_says(lay: Lay) -> None:
    """Without a service the widget repeats the brief's own words on whom to ask."""
    widget = Messages(lay())

    assert widget.view["contact"] == widget.desk.brief.support.contact
    assert "{contact}" in widget.words["intro_alone"]


@pytest.mark.parametrize(
    ("address", "hub", "told"),
    [
        ("https://course.example/services/c", "", True),
        ("http://hub:8081/services/c", "http://hub:8081/hub/api", True),
        ("http://localhost:8000/services/c", "", True),
        ("http://course.example/services/c", "", False),
        ("http://course.example/services/c", "http://hub:8081/hub/api", False),
        ("http://localhost.evil.example/services/c", "", False),
        ("http://localhost@evil.example/services/c", "", False),
    ],
)
def test_the_token_is_told_where_nobody_else_reads(address: str, hub: str, told: object) -> None:
    """Over plain http a token goes only to this machine or to the hub's own network."""
    service = HttpService(address, "b", {"PRACTICUM_TOKEN": "secret", "JUPYTERHUB_API_URL": hub})

    if told:
        assert service._connection.headers()["Authorization"] == "Bearer secret"
    else:
        with pytest.raises(ServiceFailed, match="ask your instructor for one with https://"):
            service.fetch(None)


def test_answers_in_the_students_name_are_not_believed(lay: Lay, course: Course) -> None:
    """A service cannot put words into the student's mouth, nor replace what is there."""
    desk = lay(service=course.address)
    widget = Messages(desk)
    widget.do("ask", {"id": "q1", "text": "Is this all?"})
    course.answers = [ANSWER | {"id": "q1"}, ANSWER | {"id": "q9", "author": "student"}]

    widget.do("exchange", {})

    assert [(m.id, m.author) for m in desk.sidecar.read().messages] == [("q1", "student")]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://a.example/x", "//a.example"])
def test_only_http_is_a_service(address: str) -> None:
    """An address of another kind is refused: no file is read, and no token is sent there."""
    with pytest.raises(BadInput, match="no address of a message service"):
        HttpService(address, "first-steps", {})


@pytest.mark.parametrize("token", ["se\ncret", "se\r\nX-Other: cret", "sé\u2603cret"])
def test_a_bad_token_is_not_quoted(course: Course, token: str) -> None:
    """A token that cannot be sent is named by its variable, and never shown."""
    client = HttpService(course.address, "first-steps", {"PRACTICUM_TOKEN": token})

    with pytest.raises(ServiceFailed, match="PRACTICUM_TOKEN") as caught:
        client.fetch(None)

    assert "cret" not in str(caught.value)
    assert course.calls == []


def test_a_service_that_drips_is_given_up(
    lay: Lay, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then does not hold the notebook: the limit is for the whole answer."""
    monkeypatch.setattr(connection, "SECONDS", 0.3)
    course.fault = "drips"

    widget = Messages(lay(service=course.address))
    widget.do("ask", {"id": "q1", "text": "Is this all?"})

    assert "too slow" in widget.view["trouble"]
    assert course.dripped < 20
    assert [message.sent for message in widget.desk.sidecar.read().messages] == [False]


def test_the_hub_says_where_the_service_is(
    course: Course, lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the hub tells a server comes before the address in a notebook that was handed out."""
    monkeypatch.setenv("PRACTICUM_SERVICE_URL", course.address)
    desk = lay(service="http://127.0.0.1:9/old")
    Messages(desk).do("ask", {"id": "q1", "text": "Where?"})

    assert desk.terms.service == course.address
    assert course.got["q1"]["text"] == "Where?"
    monkeypatch.setenv("PRACTICUM_SERVICE_URL", "file:///etc/passwd")
    assert Desk.here(desk.folder).terms.service == "http://127.0.0.1:9/old"


def test_the_hubs_own_network_may_be_told_the_token() -> None:
    """The address that the hub tells its servers needs no https; another one does."""
    told = "http://proxy-public/services/practicum"
    environ = {"JUPYTERHUB_API_TOKEN": "tok", "PRACTICUM_SERVICE_URL": told}

    assert HttpService(told, "b", environ)._connection.headers()["Authorization"] == "Bearer tok"
    with pytest.raises(ServiceFailed, match="https"):
        HttpService(f"{told}x", "b", environ)._connection.headers()


def test_hours_reach_the_service(course: Course, lay: Lay) -> None:
    """What a student logs is handed on, and the file has it whether that works or not."""
    entry = {"begin": "2027-01-20T12:00:00Z", "minutes": 30}
    desk = lay(service=course.address)
    course.fault = "error"
    Milestones(desk).do("add", {"id": "t1"} | entry)
    assert _soon(lambda: len(course.calls) == 1)
    course.fault = ""
    widget = Milestones(desk)
    assert _soon(lambda: len(course.got.get("progress", {}).get("time", ())) == 1)
    widget.do("add", {"id": "t2"} | entry)

    assert _soon(lambda: len(course.got["progress"]["time"]) == 2)
    assert set(course.got["progress"]) == {"milestones", "time"}
    assert len(desk.sidecar.read().time) == 2
    assert set(course.calls) == {"PUT /services/course/briefs/first-steps/progress"}


def test_the_notebook_does_not_wait_for_the_service(course: Course, lay: Lay) -> None:
    """A slow service holds up no change, and gets the newest state in the end."""
    course.fault = "slow"
    widget = Milestones(lay(service=course.address))
    begun = time.monotonic()
    for number in range(5):
        entry = {"id": f"t{number}", "begin": "2027-01-20T12:00:00Z", "minutes": 30}
        widget.do("add", entry)
    spent = time.monotonic() - begun
    course.fault = ""

    assert spent < 0.5
    assert _soon(lambda: len(course.got.get("progress", {}).get("time", ())) == 5)
    assert len(course.calls) < 5


def _soon(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()
