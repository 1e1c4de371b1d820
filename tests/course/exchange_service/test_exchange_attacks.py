"""What a student may try against the exchange; all of it fails, and changes nothing of others."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ATTACK = b'{"cells": []}'


def manifest(files: Mapping[str, bytes], *, small: bool = True, **more: Any) -> dict[str, Any]:
    """Return what a client sends first."""
    entries = []
    for path, data in files.items():
        entry: dict[str, Any] = {
            "path": path,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
        }
        if small:
            entry["content"] = base64.b64encode(data).decode()
        entries.append(entry)
    return {"key": secrets.token_hex(8), "files": entries, **more}


@pytest.fixture(scope="module")
def there(shared_service: Any) -> Any:
    """The service with two releases, and one submission of bob's that has feedback."""
    for who, place in (
        ("ines", "tiny-course/assignments/tiny"),
        ("grader-abc101", "abc101/assignments/ps1"),
    ):
        done = shared_service.ask(who, "PUT", place, json=manifest({"brief.ipynb": b"{}"}))
        assert done.json()["complete"], done.text
    done = shared_service.ask("bob", "POST", SUBMIT, json=manifest({"brief.ipynb": b"bob's work"}))
    assert done.status_code == 200, done.text
    number = done.json()["id"]
    given = shared_service.ask(
        "ines",
        "PUT",
        f"tiny-course/submissions/{number}/feedback",
        json=manifest({"brief.html": b"well done, bob"}),
    )
    assert given.status_code == 200, given.text
    return shared_service


SUBMIT = "tiny-course/assignments/tiny/submissions"


def bobs(there: Any) -> dict[str, Any]:
    """Return bob's submission as the instructor sees it."""
    (one,) = there.ask("ines", "GET", "tiny-course/submissions?student=bob").json()
    return dict(one)


def refused(answer: Any, *statuses: int) -> str:
    """Check that something is refused with problem details; return what they say."""
    assert answer.status_code in statuses, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    detail: str = answer.json()["detail"]
    return detail


def test_the_forgery_of_the_folder_exchange_has_no_place(there: Any) -> None:
    """What nbgrader's folder took for bob's, with a later time in its name, stays ada's."""
    before = bobs(there)
    later = "2099-01-01 00:00:00.000000 UTC"
    forged = {
        "brief.ipynb": ATTACK,
        f"bob+tiny+{later}/brief.ipynb": ATTACK,
        "timestamp.txt": later.encode(),
    }
    done = there.ask("ada", "POST", SUBMIT, json=manifest(forged))

    assert done.status_code == 200
    assert done.json()["student"] == "ada"
    assert done.json()["received_at"] < "2099"
    assert bobs(there) == before


@pytest.mark.parametrize("name", ["bob", "ines", "../bob", "bob+tiny", "*", ""])
def test_nobody_hands_in_as_somebody_else(there: Any, name: str) -> None:
    """A student who names another one is refused."""
    before = bobs(there)
    answer = there.ask("ada", "POST", SUBMIT, json=manifest({"brief.ipynb": ATTACK}, student=name))

    refused(answer, 403, 422)
    assert bobs(there) == before


def test_headers_and_queries_are_no_evidence(there: Any) -> None:
    """A name in a header or a query changes nothing: the token alone counts."""
    headers = {"X-Forwarded-User": "bob", "X-Hub-User": "bob", "Remote-User": "bob"}
    found = there.ask("ada", "GET", "tiny-course/submissions?student=bob", headers=headers)

    assert {one["student"] for one in found.json()} <= {"ada"}


def test_another_ones_submission_feedback_and_receipt_are_not_there(there: Any) -> None:
    """Whoever knows every number and digest of bob's still gets nothing of it."""
    one = bobs(there)
    sha = one["files"][0]["sha256"]
    page = hashlib.sha256(b"well done, bob").hexdigest()
    base = f"tiny-course/submissions/{one['id']}"
    for place in (
        base,
        f"{base}/files/{sha}",
        f"tiny-course/feedback/files/{page}",
        f"tiny-course/feedback/files/{page}?student=bob",
    ):
        refused(there.ask("ada", "GET", place), 404)
        refused(there.ask("pat", "GET", place), 404)
        refused(there.ask("rita", "GET", place), 404)
    refused(there.ask("ada", "POST", f"uploads/{one['id']}/commit"), 404)
    assert there.ask("ada", "GET", "tiny-course/feedback?student=bob").json() == []
    assert there.ask("bob", "GET", f"{base}/files/{sha}").content == b"bob's work"


def test_an_upload_is_for_the_one_who_began_it(there: Any) -> None:
    """Another one can neither look at it, add to it, nor complete it."""
    data = secrets.token_bytes(1000)
    sha = hashlib.sha256(data).hexdigest()
    begun = there.ask(
        "bob", "POST", SUBMIT, json=manifest({"brief.ipynb": data}, small=False)
    ).json()
    place = f"uploads/{begun['id']}"

    refused(there.ask("ada", "GET", f"{place}/files/{sha}"), 404)
    refused(there.ask("ada", "PUT", f"{place}/files/{sha}", data=data), 404)
    refused(there.ask("ada", "POST", f"{place}/commit"), 404)
    assert there.ask("bob", "GET", f"{place}/files/{sha}").json() == {"have": 0}


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "..",
        "a//b",
        "./a",
        "C:\\x",
        "a\\b",
        "a\x00b",
        "a\nb",
        "\u202eipynb.exe",
        "x" * 256,
        "/".join(["d"] * 13),
        "é" * 200,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(there: Any, path: str) -> None:
    """Traversal, absolute names, control characters and overlong names are not taken."""
    answer = there.ask("ada", "POST", SUBMIT, json=manifest({"brief.ipynb": b"1", path: b"2"}))

    refused(answer, 422)


def test_two_names_that_become_one_are_refused(there: Any) -> None:
    """What would overwrite itself on another computer is not taken."""
    for other in ("BRIEF.ipynb", "brief.ipynb/x"):
        answer = there.ask("ada", "POST", SUBMIT, json=manifest({"brief.ipynb": b"1", other: b"2"}))
        assert "cannot lie beside each other" in refused(answer, 422)


def test_an_archive_of_links_is_only_bytes(there: Any) -> None:
    """A manifest has no links: what claims a kind of file is refused, not obeyed."""
    sent = manifest({"brief.ipynb": b"1"})
    sent["files"][0] |= {"mode": "120777", "target": "/etc/passwd"}

    refused(there.ask("ada", "POST", SUBMIT, json=sent), 422)


def test_a_content_must_be_what_its_digest_says(there: Any) -> None:
    """Another content, or another size, is refused; then the right one is taken."""
    for change in ({"sha256": "0" * 64}, {"size": 2}, {"size": 10**9}):
        sent = manifest({"brief.ipynb": b"abc"})
        sent["files"][0] |= change
        refused(there.ask("ada", "POST", SUBMIT, json=sent), 422)
    sent = manifest({"brief.ipynb": b"abc"})
    sent["files"][0]["content"] = "!!!"
    refused(there.ask("ada", "POST", SUBMIT, json=sent), 422)


def test_pieces_are_checked_as_a_whole(there: Any) -> None:
    """Wrong bytes are thrown away at the end, too many are refused, and it can begin again."""
    data = b"0123456789"
    sha = hashlib.sha256(data).hexdigest()
    begun = there.ask(
        "ada", "POST", SUBMIT, json=manifest({"brief.ipynb": data}, small=False)
    ).json()
    place = f"uploads/{begun['id']}/files/{sha}"

    refused(there.ask("ada", "PUT", place, data=data + b"x"), 422)
    assert there.ask("ada", "PUT", f"{place}?offset=5", data=b"56789").json() == {"have": 0}
    assert there.ask("ada", "PUT", place, data=data[:5]).json() == {"have": 5}
    refused(there.ask("ada", "PUT", f"{place}?offset=5", data=b"wrong"), 422)
    assert there.ask("ada", "GET", place).json() == {"have": 0}
    refused(there.ask("ada", "POST", f"uploads/{begun['id']}/commit"), 422)
    assert there.ask("ada", "PUT", place, data=data).json() == {"have": 10}
    assert there.ask("ada", "POST", f"uploads/{begun['id']}/commit").json()["receipt"]


def test_too_many_or_too_large_files_are_refused(there: Any) -> None:
    """A manifest of thousands of files, or of gigabytes, is refused before anything is sent."""
    many = manifest({f"f{number}": b"" for number in range(501)})
    assert "501 files" in refused(there.ask("ada", "POST", SUBMIT, json=many), 422)
    far_too_many = manifest({f"f{number}": b"" for number in range(5_001)}, small=False)
    refused(there.ask("ada", "POST", SUBMIT, json=far_too_many), 422)
    large = manifest({"brief.ipynb": b"1"}, small=False)
    large["files"][0]["size"] = 6_000_000
    assert "5 MB" in refused(there.ask("ada", "POST", SUBMIT, json=large), 422)


def test_a_key_with_other_content_is_a_conflict(there: Any) -> None:
    """The same key again is the same receipt; with other files it is refused."""
    first = manifest({"brief.ipynb": b"one"})
    taken = there.ask("ada", "POST", SUBMIT, json=first).json()
    again = there.ask("ada", "POST", SUBMIT, json=first).json()
    other = manifest({"brief.ipynb": b"two"}) | {"key": first["key"]}

    assert again == taken
    refused(there.ask("ada", "POST", SUBMIT, json=other), 409)
    assert there.ask("ada", "POST", f"uploads/{taken['id']}/commit").json() == taken


def test_what_others_have_cannot_be_found_out(there: Any) -> None:
    """A digest that bob has, or that was released, is as missing for ada as any other."""
    data = b"a solution that bob has"
    there.ask("bob", "POST", SUBMIT, json=manifest({"brief.ipynb": data}))
    for known in (data, b"{}", secrets.token_bytes(23)):
        sent = manifest({"brief.ipynb": known}, small=False)
        answer = there.ask("ada", "POST", SUBMIT, json=sent).json()
        assert [one["have"] for one in answer["missing"]] == [0]
        assert not answer["complete"]


@pytest.mark.parametrize("who", ["ada", "pat", "rita", "other-grader", "nobody"])
def test_what_runs_the_course_is_not_for_others(there: Any, who: str) -> None:
    """Nobody else releases, takes back, removes, or gives feedback."""
    one = bobs_first(there)
    body = manifest({"brief.ipynb": ATTACK}, replace=True)
    refused(there.ask(who, "PUT", "tiny-course/assignments/tiny", json=body), 403, 404)
    refused(there.ask(who, "DELETE", "tiny-course/assignments/tiny"), 403, 404)
    refused(there.ask(who, "DELETE", f"tiny-course/submissions/{one}"), 403, 404)
    refused(there.ask(who, "PUT", f"tiny-course/submissions/{one}/feedback", json=body), 403, 404)
    refused(there.ask(who, "PUT", "abc101/assignments/ps1", json=body), 403, 404)


def bobs_first(there: Any) -> str:
    """Return the number of bob's first submission."""
    number: str = there.ask("bob", "GET", "tiny-course/submissions").json()[0]["id"]
    return number


def test_without_a_token_there_is_nothing(there: Any) -> None:
    """No token, or one that nobody has, opens nothing."""
    for authorization in ("", "Bearer wrong", "token wrong"):
        headers = {"Authorization": authorization}
        refused(there.ask("ada", "GET", "courses", headers=headers), 401)


def test_courses_are_the_rosters_and_the_groups(there: Any) -> None:
    """Everybody sees the courses that the roster and the hub's groups give them, and the part."""
    seen = {
        who: {one["course"]: one["role"] for one in there.ask(who, "GET", "courses").json()}
        for who in ("ada", "ines", "pat", "grader-abc101", "rita", "grader-tiny-course")
    }

    assert seen == {
        "ada": {"tiny-course": "student"},
        "ines": {"tiny-course": "course"},
        "pat": {"abc101": "student"},
        "grader-abc101": {"abc101": "course", "abc102": "course", "xyz200": "course"},
        "rita": {},
        "grader-tiny-course": {"tiny-course": "course"},
    }


def test_nothing_of_it_came_to_lie_outside_of_the_depot(there: Any) -> None:
    """After all of this, the depot holds digests alone, and nobody else may read it."""
    depot = there.course / "course" / "work" / "depot"
    names = {file.name for file in depot.rglob("*") if file.is_file()}

    assert all(len(name) in {64, 15} for name in names), names
    assert oct(depot.stat().st_mode & 0o777) == "0o700"
    key = Path(there.course / "course" / "work" / "hub" / "receipt_key.pem")
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    assert "PRIVATE" not in json.dumps(there.ask("ada", "GET", "key").text)
