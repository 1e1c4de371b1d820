"""Each route as each role: who gets through, and that nobody gets what is another's."""

import base64
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from practicum.service.routes import ROUTERS

from .conftest import MARK, Place

WHO = ("", "olga", "gil", "bob", "cleo", "rita", "ron", "ada", "ines", "grader")
"""No token; on the hub only; in a plain course; two other students, the second one not placed;
a reviewer, and one of another brief; whose everything is; the two who run the course."""


def content(text: str) -> dict[str, Any]:
    """Return a small file of a manifest, with its content."""
    said = text.encode()
    sha256 = hashlib.sha256(said).hexdigest()
    about = {"path": "brief.ipynb", "sha256": sha256, "size": len(said)}
    return about | {"content": base64.b64encode(said).decode()}


RELEASED = content("what everybody gets")
HANDED_IN = content(f"{MARK} work")
RETURNED = content(f"{MARK} feedback")
RELEASE = {"key": "release-1", "files": [RELEASED]}
SUBMISSION = {"key": "key-of-ada-1", "files": [HANDED_IN]}
FEEDBACK = {"key": "feedback-1", "files": [RETURNED]}
LATER = {"path": "large.csv", "sha256": "a" * 64, "size": 40}
BEGUN = {"key": "key-of-ada-2", "files": [LATER]}


class Row(NamedTuple):
    """What is asked for, and the status for each of ``WHO``."""

    path: str
    expected: str
    more: Mapping[str, Any] = MappingProxyType({})


MESSAGES, PROGRESS = "/briefs/tiny/messages", "/briefs/tiny/progress"
COURSE = "/exchange/tiny-course"
TINY, TAKEN = f"{COURSE}/assignments/tiny", f"{COURSE}/submissions/{{number}}"
PIECE = f"/exchange/uploads/{{upload}}/files/{'a' * 64}"
TABLE = {
    "GET /health": Row("/health", "200 200 200 200 200 200 200 200 200 200"),
    "GET /me": Row("/me", "401 403 200 200 200 200 200 200 200 200"),
    "GET /briefs": Row("/briefs", "401 403 403 200 200 200 200 200 200 200"),
    "GET /briefs/{brief}": Row("/briefs/tiny", "401 403 403 200 200 200 404 200 200 200"),
    "GET /placements": Row("/placements", "401 403 403 200 200 403 403 200 200 200"),
    "POST /placements": Row(
        "/placements",
        "401 403 403 200 200 403 403 200 403 403",
        {"json": {"brief": "other", "wish": "apply"}},
    ),
    "POST /briefs/{brief}/messages": Row(
        MESSAGES,
        "401 403 403 200 403 422 404 200 422 422",
        {"json": {"id": "m1", "text": "Well?"}},
    ),
    "GET /briefs/{brief}/messages": Row(MESSAGES, "401 403 403 200 403 200 404 200 200 200"),
    "GET /briefs/{brief}/progress": Row(
        f"{PROGRESS}?student=ada", "401 403 403 200 403 403 404 200 200 200"
    ),
    "PUT /briefs/{brief}/progress": Row(
        PROGRESS, "401 403 403 200 403 403 404 200 403 403", {"json": {}}
    ),
    "GET /briefs/{brief}/results": Row(
        "/briefs/tiny/results", "401 403 403 200 403 403 404 200 403 403"
    ),
    "GET /briefs/{brief}/assessments": Row(
        "/briefs/tiny/assessments", "401 403 403 200 200 200 404 200 200 200"
    ),
    "GET /briefs/{brief}/feedback": Row(
        "/briefs/tiny/feedback", "401 403 403 200 200 403 404 200 403 403"
    ),
    "GET /briefs/{brief}/feedback/{name}": Row(
        "/briefs/tiny/feedback/brief.ipynb.html", "401 403 403 404 404 403 404 200 403 403"
    ),
    "GET /receipts": Row("/receipts?student=ada", "401 403 403 200 200 403 403 200 200 200"),
    "GET /receipts/key": Row("/receipts/key", "401 403 200 200 200 200 200 200 200 200"),
    "GET /receipts/{number}": Row("/receipts/{number}", "401 403 403 404 404 403 403 200 200 200"),
    "GET /audit": Row("/audit", "401 403 403 403 403 403 403 403 200 200"),
    "GET /exchange/courses": Row("/exchange/courses", "401 403 200 200 200 200 200 200 200 200"),
    "GET /exchange/key": Row("/exchange/key", "401 403 200 200 200 200 200 200 200 200"),
    "GET /exchange/{course}/assignments": Row(
        f"{COURSE}/assignments", "401 403 404 200 200 404 404 200 200 200"
    ),
    "GET /exchange/{course}/assignments/{name}": Row(
        TINY, "401 403 404 200 200 404 404 200 200 200"
    ),
    "PUT /exchange/{course}/assignments/{name}": Row(
        TINY, "401 403 404 403 403 404 404 403 200 200", {"json": RELEASE}
    ),
    "DELETE /exchange/{course}/assignments/{name}": Row(
        TINY, "401 403 404 403 403 404 404 403 204 404"
    ),
    "GET /exchange/{course}/assignments/{name}/files/{sha256}": Row(
        f"{TINY}/files/{RELEASED['sha256']}", "401 403 404 200 200 404 404 200 200 200"
    ),
    "POST /exchange/{course}/assignments/{name}/submissions": Row(
        f"{TINY}/submissions",
        "401 403 404 403 403 404 404 200 200 200",
        {"json": SUBMISSION | {"student": "ada"}},
    ),
    "GET /exchange/uploads/{upload}/files/{sha256}": Row(
        PIECE, "401 403 404 404 404 404 404 200 404 404"
    ),
    "PUT /exchange/uploads/{upload}/files/{sha256}": Row(
        PIECE, "401 403 404 404 404 404 404 200 404 404", {"content": b"x"}
    ),
    "POST /exchange/uploads/{upload}/commit": Row(
        "/exchange/uploads/{upload}/commit", "401 403 404 404 404 404 404 422 404 404"
    ),
    "GET /exchange/{course}/submissions": Row(
        f"{COURSE}/submissions?student=ada", "401 403 404 200 200 404 404 200 200 200"
    ),
    "GET /exchange/{course}/submissions/{number}": Row(
        TAKEN, "401 403 404 404 404 404 404 200 200 200"
    ),
    "DELETE /exchange/{course}/submissions/{number}": Row(
        TAKEN, "401 403 404 403 403 404 404 403 204 204"
    ),
    "GET /exchange/{course}/submissions/{number}/files/{sha256}": Row(
        f"{TAKEN}/files/{HANDED_IN['sha256']}", "401 403 404 404 404 404 404 200 200 200"
    ),
    "PUT /exchange/{course}/submissions/{number}/feedback": Row(
        f"{TAKEN}/feedback", "401 403 404 403 403 404 404 403 200 200", {"json": FEEDBACK}
    ),
    "GET /exchange/{course}/feedback": Row(
        f"{COURSE}/feedback?student=ada", "401 403 404 200 200 404 404 200 200 200"
    ),
    "GET /exchange/{course}/feedback/files/{sha256}": Row(
        f"{COURSE}/feedback/files/{RETURNED['sha256']}?student=ada",
        "401 403 404 404 404 404 404 200 200 200",
    ),
}
MAY_READ = {"ada", "ines", "grader"}
"""Who may read what is ada's; a reviewer reads the own words about it besides."""


@pytest.fixture
def full(busy: Place) -> tuple[Place, dict[str, str]]:
    """Return the service with a release, ada's submission, its feedback, and an upload of hers."""

    def sent(who: str, method: str, path: str, body: dict[str, Any]) -> str:
        answer = busy.ask(who, method, path, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    sent("ines", "PUT", TINY, RELEASE)
    number = sent("ada", "POST", f"{TINY}/submissions", SUBMISSION)
    page = content(f"<p>{MARK} page") | {"path": "brief.ipynb.html"}
    returned = {"key": "feedback-0", "files": [page, RETURNED]}
    sent("grader", "PUT", f"{COURSE}/submissions/{number}/feedback", returned)
    upload = sent("ada", "POST", f"{TINY}/submissions", BEGUN)
    return busy, {"number": number, "upload": upload}


def test_each_route_is_in_the_table() -> None:
    """A route that is added to the service needs a row here, or this fails."""
    routes = {
        f"{method} {route.path}"  # type: ignore[attr-defined]
        for router in ROUTERS
        for route in router.routes
        for method in route.methods  # type: ignore[attr-defined]
    }

    assert routes == set(TABLE)


def test_the_service_has_no_other_routes(place: Place) -> None:
    """What the service describes is what the routers have, under its own prefix."""
    described = {
        f"{method.upper()} {path.removeprefix('/services/practicum')}"
        for path, methods in place.app.openapi()["paths"].items()
        for method in methods
    }

    assert described == set(TABLE)


@pytest.mark.parametrize("row", TABLE)
def test_roles(full: tuple[Place, dict[str, str]], row: str) -> None:
    """Each route lets through who it is for, refuses the others, and tells them nothing."""
    place, names = full
    path, expected, more = TABLE[row]
    method = row.partition(" ")[0]
    for who, status in zip(WHO, expected.split(), strict=True):
        answer = place.ask(who, method, path.format(**names), **more)
        assert answer.status_code == int(status), (who, answer.text)
        if who not in MAY_READ:
            told = answer.text.replace(f"{MARK} of {who}", "")
            assert MARK not in told, who
            assert names["number"] not in told, who


@pytest.mark.parametrize("header", ["X-Remote-User", "Remote-User", "X-Forwarded-User", "Cookie"])
def test_names_that_are_sent_are_no_evidence(busy: Place, header: str) -> None:
    """A header or cookie that names somebody else changes nothing."""
    headers = {header: "ines" if header != "Cookie" else "token=token-ines"}

    assert busy.get("", "/audit", headers=headers).status_code == 401
    assert busy.get("bob", "/audit", headers=headers).status_code == 403
    assert (
        busy.get("bob", "/me?name=ines&token=token-ines", headers=headers).json()["name"] == "bob"
    )


def test_a_student_sees_only_the_own_thread(busy: Place) -> None:
    """Whatever another student asks for, ada's thread and progress are not in it."""
    for query in ("", "?thread=ada", "?student=ada"):
        assert busy.get("bob", f"{MESSAGES}{query}").json() == {"messages": []}
        shown = busy.get("bob", f"{PROGRESS}{query}").json()["items"]
        assert [one["student"] for one in shown] == ["bob"]


def test_reviewers_read_codes(busy: Place) -> None:
    """A reviewer finds no name and no id of a student, and no other reviewer's words."""
    for path in ("messages", "assessments"):
        answer = busy.get("rita", f"/briefs/tiny/{path}").text
        told = answer.replace(f"{MARK} of rita", "")
        assert "ada" not in told
        assert "Lovelace" not in told
        assert "of ines" not in told
