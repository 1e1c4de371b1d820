"""What is done to each request and answer: sizes, rates, tags, headers, refusals, the log."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import TimeoutError as NoConnection

from practicum.errors import Busy
from practicum.records import Records
from practicum.service.bodies import LARGEST, LARGEST_MANIFEST, LARGEST_UPLOAD
from practicum.service.rates import ANONYMOUS, PER_MINUTE, Rates

from .conftest import MARK, PREFIX, Place, finished

MESSAGES = "/briefs/tiny/messages"
HOSTILE = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b'{"id": "m1", "text": "\\ud800"}',
    b'{"id": "m1", "text": "\\u0000"}',
    b'{"id": "m1", "text": " \\u0001 "}',
    b'{"id": "m1", "text": "a", "\\ud800": 1}',
    b'{"id": "../m1", "text": "a"}',
    b'{"id": "m1", "text": 1e999}',
    b'{"id": "m1", "text": ' + b"9" * 5_000 + b"}",
    b"[" * 100_000 + b"]" * 100_000,
    b'{"id": "m1", "text": "a", "at": "0001-01-01T00:00:00+23:59"}{}',
    json.dumps({"id": "m1", "text": "a", "by": "ines", "student": "ada"}).encode(),
    json.dumps({"id": "m" * 41, "text": "a"}).encode(),
    json.dumps({"id": "m1", "text": "a" * 5_001}).encode(),
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_are_refused(place: Place, body: bytes) -> None:
    """What is no message is refused with problem details that do not repeat it; nothing is kept."""
    answer = place.ask(
        "ada", "POST", MESSAGES, content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert len(answer.content) < 3_000
    assert not place.records.messages("tiny")


def test_problem_details_tell_what_to_do(place: Place) -> None:
    """A refusal has a title, a status, and words that lead on, in no other form."""
    for who, method, path, status in (
        ("", "GET", "/me", 401),
        ("ada", "GET", "/audit", 403),
        ("ada", "GET", "/nowhere", 404),
        ("ada", "DELETE", "/me", 405),
        ("ada", "GET", "/briefs?limit=0", 422),
        ("ada", "GET", "/briefs/No%20Id", 422),
        ("ada", "GET", "/briefs/unknown", 404),
    ):
        answer = place.ask(who, method, path)
        about = answer.json()
        assert answer.status_code == about["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert about["title"]
        assert len(about["detail"]) > 20


def test_a_fault_tells_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is answered with 500 and stands in the log alone."""
    monkeypatch.setattr(Records, "messages", lambda *_: 1 // 0)
    answer = place.get("ada", MESSAGES)

    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "ZeroDivisionError" in caplog.text


def test_a_hub_that_is_away_is_told(place: Place) -> None:
    """While the hub cannot be asked, the answer is 503 and when to come again."""
    place.hub.away = True
    answer = place.get("ada", "/me")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("error", [Busy("secret/records.db: locked"), NoConnection("pool")])
def test_a_database_that_is_busy_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """While a command holds the database, the answer is 503, when to come again, and no path."""

    def busy(*_: object) -> None:
        raise error

    monkeypatch.setattr(Records, "messages", busy)
    answer = place.get("ada", MESSAGES)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "records.db" not in answer.text


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Basic token-ada", "token-ada", "Bearer token-ada x", "Bearer é"],
)
def test_what_is_no_token_is_refused(place: Place, header: str) -> None:
    """Only a token in the header's own form is looked at."""
    answer = place.get("", "/me", headers={"Authorization": header.encode()})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_hubs_own_form_of_a_token_is_known(place: Place) -> None:
    """JupyterHub's clients write `token` where others write `Bearer`."""
    assert place.get("", "/me", headers={"Authorization": "token token-ada"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (MESSAGES, LARGEST),
        ("/exchange/tiny-course/assignments/tiny/submissions", LARGEST_MANIFEST),
        ("/exchange/uploads/x/commit", LARGEST_UPLOAD),
    ],
)
def test_a_length_that_is_too_large_is_refused_at_once(place: Place, path: str, most: int) -> None:
    """A body that says that it is too large is not read at all."""
    reads = finished(_raw(place, path, [], length=most + 1))

    assert reads == (413, 0)


def test_a_streamed_body_is_cut_off(place: Place) -> None:
    """A body without a length is read up to the limit and no further."""
    parts = [b" " * 100_000] * 1_000
    status, reads = finished(_raw(place, MESSAGES, parts))

    assert status == 413
    assert reads == LARGEST // 100_000 + 1


def test_a_slow_body_is_given_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only holds a line is told so, and the line is free again."""
    monkeypatch.setattr("practicum.service.bodies.PATIENCE", 0.05)

    assert finished(_raw(place, MESSAGES, [b"{"], hold=True)) == (408, 1)


def test_nothing_is_read_of_somebody_without_a_token(place: Place) -> None:
    """Whoever has no token that opens the service is refused before the body is looked at."""
    path = "/exchange/tiny-course/assignments/tiny/submissions"

    assert finished(_raw(place, path, [b"{}"], token="wrong")) == (401, 0)  # noqa: S106 (none)


def test_large_bodies_of_one_person_come_one_after_the_other(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A third large body at once is refused unread; another person's is taken."""
    monkeypatch.setattr("practicum.service.bodies.PATIENCE", 0.5)
    length = LARGEST + 1

    async def at_once() -> list[tuple[int, int]]:
        path = "/exchange/tiny-course/assignments/tiny/submissions"
        slow = [
            asyncio.create_task(_raw(place, path, [b" "], length=length, hold=True))
            for _ in range(2)
        ]
        await asyncio.sleep(0.1)
        third = await _raw(place, path, [b" "], length=length)
        other = await _raw(place, path, [b" "], length=length, token="token-bob")  # noqa: S106 (none)
        return [third, other, *await asyncio.gather(*slow)]

    third, other, *slow = finished(at_once())

    assert third == (429, 0)
    assert other == (422, 1)
    assert slow == [(408, 1), (408, 1)]


async def _raw(
    place: Place,
    path: str,
    parts: list[bytes],
    *,
    length: int | None = None,
    hold: bool = False,
    token: str = "token-ada",  # noqa: S107 (of the stand-in for a hub)
) -> tuple[int, int]:
    """Send parts of a body below httpx; return the status, and how many were asked for."""
    left, reads, statuses = list(parts), 0, []

    async def receive() -> dict[str, Any]:
        nonlocal reads
        if not left:
            await asyncio.sleep(60 if hold else 0)
            return {"type": "http.disconnect"}
        reads += 1
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left) or hold}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [
        (b"authorization", f"Bearer {token}".encode()),
        (b"content-type", b"application/json"),
    ]
    headers += [(b"content-length", str(length).encode())] if length else []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"{PREFIX}{path}",
        "raw_path": f"{PREFIX}{path}".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("hub.test", 80),
    }
    await place.app(scope, receive, send)  # type: ignore[arg-type]
    return statuses[0], reads


def test_a_caller_who_asks_too_often_waits(make: Callable[..., Place]) -> None:
    """Beyond the rate a caller is told how long to wait, and others are not held up."""
    place = make(Rates(dict(PER_MINUTE) | {"student": 3}))
    statuses = [place.get("ada", "/me").status_code for _ in range(5)]
    refused = place.get("ada", "/me")

    assert statuses == [200, 200, 200, 429, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert place.get("bob", "/me").status_code == 200


def test_a_student_does_not_shut_the_others_out(place: Place) -> None:
    """Wrong tokens from one server do not keep the service from looking at the others' tokens."""
    place.app.state.shared = replace(place.app.state.shared, rates=Rates())
    for n in range(ANONYMOUS + 10):
        place.get(f"guess-{n}", "/me")

    assert place.get("bob", "/me").status_code == 200


def test_guessing_tokens_is_slowed_down(
    make: Callable[..., Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who tries tokens is stopped before the hub is asked; a known token from there still works."""
    monkeypatch.setattr("practicum.service.rates.NEAR", 1)
    place = make(Rates(anonymous=3))
    assert place.get("ada", "/me").status_code == 200
    statuses = [place.get(f"guess-{n}", "/me").status_code for n in range(5)]
    asked = place.hub.asked
    assert statuses == [401, 401, 401, 429, 429]

    assert place.get("guess-9", "/me").status_code == 429
    assert place.hub.asked == asked
    assert place.get("ada", "/me").status_code == 200


def test_what_is_known_is_not_sent_again(busy: Place) -> None:
    """With the tag of an answer the next one is empty, until something has changed."""
    first = busy.get("ada", MESSAGES)
    known = {"If-None-Match": f'"other", {first.headers["etag"]}'}
    again = busy.get("ada", MESSAGES, headers=known)
    busy.ask("ada", "POST", MESSAGES, json={"id": "m1", "text": "Another."})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert busy.get("ada", MESSAGES, headers=known).status_code == 200
    assert busy.get("ada", "/audit", headers={"If-None-Match": "*"}).status_code == 403


def test_safe_headers_are_on_each_answer(busy: Place) -> None:
    """No answer may be framed, sniffed, shared by caches, or read by another site's page."""
    origin = {"Origin": "https://evil.example"}
    for who, path in (("ada", "/me"), ("", "/me"), ("ada", "/nowhere"), ("", "/openapi.json")):
        headers = busy.get(who, path, headers=origin).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, no-cache"
        assert headers["vary"] == "Authorization"
        assert not [name for name in headers if name.startswith("access-control-")]
    assert busy.ask("", "OPTIONS", "/me", headers=origin).status_code == 405


def test_the_log_names_nobody(busy: Place, caplog: pytest.LogCaptureFixture) -> None:
    """The log tells route, status and role: no token, no name, no code, no words."""
    caplog.set_level(logging.INFO)
    busy.ask("ada", "POST", MESSAGES, json={"id": "m1", "text": MARK})
    busy.get("ines", f"{MESSAGES}?thread=ada")
    busy.get("wrong", "/me")

    lines = [r.getMessage() for r in caplog.records if r.name == "practicum.service.access"]
    assert lines[0].startswith("POST /briefs/{brief}/messages 200 student ")
    assert lines[1].startswith("GET /briefs/{brief}/messages 200 instructor ")
    assert lines[2].startswith("GET /me 401 - ")
    for secret in ("token", "ada", "ines", MARK):
        assert secret not in "\n".join(lines)


def test_pages_lead_on(busy: Place) -> None:
    """A list in pages is the whole list, in order, each entry once."""
    for number in range(7):
        busy.records.log("note", detail=str(number))
    whole = [one["number"] for one in busy.get("ines", "/audit?limit=500").json()["items"]]
    found, after = [], ""
    while True:
        page = busy.get("ines", f"/audit?limit=3{after}").json()
        found += [one["number"] for one in page["items"]]
        if not page["next"]:
            break
        after = f"&after={page['next']}"

    assert found == whole == sorted(whole, reverse=True)
    first = busy.get("ines", "/placements?limit=1").json()
    second = busy.get("ines", f"/placements?limit=1&after={first['next']}").json()
    assert [one["student"] for one in first["items"] + second["items"]] == ["ada", "bob"]
    assert second["next"] == ""


def test_who_is_in_the_course_is_read_again(place: Place) -> None:
    """A roster that is changed counts at once; one that cannot be read changes nothing."""
    file = place.course.root / "course" / "roster.yml"
    text = file.read_text()
    file.write_text(text.replace("id: ines", "id: olga"))
    assert place.get("olga", "/audit").status_code == 200
    assert place.get("ines", "/audit").status_code == 403

    for broken in (file, file.with_name("placements.yml")):
        broken.write_text("students: {")
        assert place.get("olga", "/audit").status_code == 200
        assert place.get("ada", "/me").json()["briefs"] == ["tiny"]
        assert place.get("olga", "/placements").status_code == 200
