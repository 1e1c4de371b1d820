"""Progress, assessments, feedback and receipts: each person's own, and only when it is time."""

import json
from typing import Any

import pytest

from practicum.depot import check_receipt

from .conftest import MARK, NOW, Place
from .test_access import COURSE, RELEASE, SUBMISSION, TINY

PATH = "/briefs/tiny/progress"
ENTRY = {"id": "t1", "milestone": "all", "begin": NOW.isoformat(), "minutes": 45, "note": "sums"}
WORK = {"milestones": [{"milestone": "all", "state": "doing"}], "time": [ENTRY]}


def put(place: Place, work: Any = WORK, tag: str | None = None, who: str = "ada") -> Any:
    """Log work; ``tag`` is what it was made from."""
    headers = {"If-Match": tag} if tag is not None else {}
    return place.ask(who, "PUT", PATH, json=work, headers=headers)


def test_hours_and_milestones_are_kept(place: Place) -> None:
    """What a student logs is read by the student and the instructors, with the time it came."""
    answer = put(place, tag='"0"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    mine = place.get("ada", PATH)
    assert mine.headers["etag"] == '"1"'
    (shown,) = mine.json()["items"]
    assert (shown["hours"], shown["revision"], shown["time"][0]["note"]) == (0.75, 1, "sums")
    (seen,) = place.get("ines", PATH).json()["items"]
    assert seen == shown
    assert seen["last_active"]


def test_a_change_from_an_older_state_is_refused(place: Place) -> None:
    """Two windows do not overwrite each other unnoticed; the same again changes nothing."""
    put(place)
    assert put(place, {"time": []}, '"1"').headers["etag"] == '"2"'
    assert put(place, WORK, '"1"').status_code == 412
    assert put(place, WORK, "nonsense").status_code == 412
    assert put(place, {"time": []}).headers["etag"] == '"2"'
    assert put(place, WORK).headers["etag"] == '"3"'


@pytest.mark.parametrize(
    "work",
    [
        {"milestones": [{"milestone": "none"}]},
        {"time": [ENTRY | {"milestone": "none"}]},
        {"time": [ENTRY, ENTRY]},
        {"time": [ENTRY | {"minutes": 10_000}]},
        {"time": [ENTRY | {"begin": "2027-01-01"}]},
        {"time": [ENTRY | {"id": f"t{n}"} for n in range(1_001)]},
        {"student": "bob"},
    ],
)
def test_what_does_not_fit_the_brief_is_refused(place: Place, work: Any) -> None:
    """Unknown milestones, double entries and too many of them are not kept."""
    assert put(place, work).status_code == 422
    assert place.records.logbook("tiny", "ada") is None


def test_nothing_before_release(place: Place, busy: Place) -> None:
    """A page that lies ready but was not released is not there for its student."""
    folder = busy.course.station("feedback", student="bob", brief="tiny")
    folder.mkdir(parents=True)
    (folder / "brief.html").write_text("<p>not yet")

    assert busy.get("bob", "/briefs/tiny/feedback").json() == {"items": []}
    assert busy.get("bob", "/briefs/tiny/feedback/brief.html").status_code == 404
    assert busy.get("bob", "/briefs/tiny/assessments").json()["items"] == []


def test_feedback_is_shut_in(busy: Place) -> None:
    """A page that holds others' words runs no script and reaches nothing."""
    answer = busy.get("ada", "/briefs/tiny/feedback/brief.html")

    assert MARK in answer.text
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["..%2f..%2fcourse.yml", "%2e%2e", "brief.html%00", "other.html"])
def test_pages_are_named_and_never_paths(busy: Place, name: str) -> None:
    """No name leads out of the student's own pages."""
    assert busy.get("ada", f"/briefs/tiny/feedback/{name}").status_code == 404


def test_students_read_what_was_released(busy: Place) -> None:
    """A student's assessments are those of the page: no names, nothing said since."""
    items = busy.get("ada", "/briefs/tiny/assessments").json()["items"]

    assert [(one["criterion"], one["level"], one["words"]) for one in items] == [
        ("sound", 3, f"{MARK} released")
    ]
    assert "rita" not in json.dumps(items)


def test_receipts_can_be_checked(place: Place) -> None:
    """A receipt is signed with the key that the service gives out, also to whoever checks it."""
    place.ask("ines", "PUT", TINY, json=RELEASE)
    taken = place.ask("ada", "POST", f"{TINY}/submissions", json=SUBMISSION).json()
    (mine,) = place.get("ada", "/receipts?assignment=tiny").json()["items"]
    key = place.get("rita", "/receipts/key").json()
    said = check_receipt(mine["receipt"], key["pem"])

    assert mine["id"] == taken["id"]
    assert said["student"] == "ada"
    assert said["sha256"] == mine["sha256"]
    assert place.get("ada", f"/receipts/{taken['id']}").json() == mine
    place.ask("ines", "DELETE", f"{COURSE}/submissions/{taken['id']}")
    assert place.get("ada", f"/receipts/{taken['id']}").json() == mine
    assert place.get("bob", "/receipts?student=ada").json()["items"] == []
