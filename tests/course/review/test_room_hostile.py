"""The review room under attack: by a reviewer, by a student's files, and by a broken course."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.course.review.visiting import FULL, MONTH, OURS, Browser, served, soon

from practicum.course import Course
from practicum.databases import file_of
from practicum.errors import BadInput
from practicum.records import Guest, Records, Said
from practicum.review import correspondence as questions
from practicum.review import room as desks
from practicum.review import set_anchors, take_in
from practicum.review.making import PageMaker

AT = datetime(2027, 2, 2, tzinfo=UTC)
Enter = Callable[[str], Browser]


@pytest.fixture
def enter(address: str, records: Records) -> Enter:
    """Return what lets a reviewer come in by a link."""

    def come(reviewer: str) -> Browser:
        browser = Browser(address)
        assert browser.enter(records.invite("demo", reviewer, MONTH)).status == 303
        return browser

    return come


@pytest.fixture
def code(records: Records) -> str:
    """The code of Ada's submission."""
    return records.blind_code("demo", "ada")


def test_an_anchor_is_not_given_back(
    enter: Enter, code: str, course: Course, gradebook: Any, table: Any
) -> None:
    """Nobody gets around the warm-up by declaring a conflict with the anchors."""
    rita = enter("rita")
    rows = table("ines,ada,analysis,4,All there.", "ines,ada,advice,2,No date.")
    set_anchors(course, "demo", rows, "ines", gradebook=gradebook)

    answer = rita.post(f"sheets/{code}/decline", {"why": "I know her."})

    assert (answer.status, "judge it as you can" in answer.json["why"]) == (422, True)
    lines = rita.room()["submissions"]
    assert [(line["kind"], line["locked"]) for line in lines] == [
        ("anchor", False),
        ("submission", True),
    ]


def test_what_is_closed_is_not_given_back(enter: Enter, code: str, records: Records) -> None:
    """After the release a submission stays where it was judged."""
    rita = enter("rita")
    records.released("demo", "ada", digest="0")

    assert rita.post(f"sheets/{code}/decline", {"why": "Late."}).status == 422
    assert records.allocations("demo") == ()


def test_a_reason_that_nobody_can_see(enter: Enter, code: str, records: Records) -> None:
    """Who gives a submission back says why, in characters that are there."""
    assert enter("rita").post(f"sheets/{code}/decline", {"why": "\u202e\x00\ud800"}).status == 422
    assert records.allocations("demo") == ()


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "1e999", "NaN"])
def test_a_revision_that_is_no_number(enter: Enter, code: str, number: str) -> None:
    """What JSON calls a number and is none is refused like any other nonsense."""
    body = f'{{"sheet": {{}}, "revision": {number}}}'.encode()

    assert enter("rita").ask("PUT", f"/demo/api/sheets/{code}", body, **OURS).status == 400


def test_a_broken_brief_tells_nothing(
    enter: Enter, code: str, course: Course, records: Records
) -> None:
    """While a brief cannot be read, no path is told, what was saved stays, and all comes back."""
    rita = enter("rita")
    rita.put(code, FULL)
    file = course.brief_folder("demo") / "brief.yml"
    content = file.read_text()
    file.write_text("people: [Ada Lovelace]\n")

    answers = [rita.ask("GET", "/demo/api/room"), rita.put(code, {"overall": "more"}, 1)]

    for answer in answers:
        assert answer.status == 503
        assert answer.json["why"] == "the room cannot do this at the moment"
    kept = records.draft("demo", "ada", "rita")
    assert (kept is not None and kept.sheet.levels) == FULL["levels"]
    file.write_text(content)
    assert rita.put(code, {"overall": "more"}, 1).status == 200


def test_another_brief_is_not_named(address: str, records: Records) -> None:
    """A guest of a brief that the room does not show learns no other brief's name."""
    omar = Browser(address, "elsewhere")
    omar.enter(records.invite("elsewhere", "omar", MONTH))

    for place in ("room", "messages"):
        answer = omar.ask("GET", f"/elsewhere/api/{place}")
        assert answer.status in {200, 503}
        assert b"demo" not in answer.body


@pytest.mark.usefixtures("enter")
def test_a_fault_tells_the_log_no_link(
    address: str,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A link that could not be used, as the records failed, is good still: no log holds it."""
    secret, browser = records.invite("demo", "rita", MONTH), Browser(address)

    def fails(*_: object) -> None:
        message = "the disk"
        raise OSError(message)

    with monkeypatch.context() as patched, caplog.at_level(logging.DEBUG):
        patched.setattr(Records, "come_in", fails)
        assert browser.enter(secret).status == 500

    assert "the disk" in caplog.text
    assert secret not in caplog.text
    assert browser.enter(secret).status == 303


def test_a_lock_holds_up_nobody_for_long(
    enter: Enter, code: str, course: Course, records: Records
) -> None:
    """While a command writes, the room says soon that nothing was kept, and keeps it afterwards."""
    rita, file = enter("rita"), file_of(course.records_url)
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()

    refused = rita.put(code, FULL)

    assert time.monotonic() - begun < 10
    assert (refused.status, str(course.root) in refused.json["why"]) == (503, False)
    other.execute("ROLLBACK")
    other.close()
    assert rita.put(code, FULL).status == 200
    assert records.draft("demo", "ada", "rita") is not None


def test_a_flood_of_sheets_and_answers_ends(
    enter: Enter, code: str, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept for ever is kept a number of times; what was kept stays."""
    monkeypatch.setattr(desks, "MOST_SENT", 2)
    monkeypatch.setattr(questions, "MOST_ANSWERS", 2)
    records.say("demo", [Said(student="ada", key="q1", author="student", text="?", at=AT)])
    rita, hugo = enter("rita"), enter("hugo")

    sent = [rita.submit(code, FULL, n).status for n in range(3)]
    said = [
        rita.post("messages", {"code": code, "id": f"a{n}", "answers": "q1", "text": "x"}).status
        for n in range(3)
    ]

    assert (sent, said) == ([200, 200, 422], [200, 200, 422])
    assert len(records.sheets("demo")) == 2
    assert hugo.submit(code, FULL).status == 200
    body = {"code": code, "id": "a9", "answers": "q1", "text": "x"}
    assert hugo.post("messages", body).status == 200


def test_an_instructor_who_says_the_name(enter: Enter, records: Records) -> None:
    """A reviewer reads an instructor's answer without the student's name in it."""
    records.say(
        "demo",
        [
            Said(student="ada", key="q1", author="student", text="Which year?", at=AT),
            Said(student="ada", key="i1", author="instructor", by="ines", text="Ada, 2026.", at=AT),
        ],
    )

    thread = enter("rita").ask("GET", "/demo/api/messages").json["threads"][0]

    assert [one["text"] for one in thread["messages"]] == ["Which year?", "[name], 2026."]


@pytest.mark.parametrize("content", ['{"items": 5, "brief": "demo"}', '{"items": null}'])
def test_a_students_file_stops_nobody_elses(course: Course, records: Records, content: str) -> None:
    """A file at which reading itself fails is left out; another student's question comes in."""
    message = {"id": "q1", "text": "Which year?", "at": "2027-01-01T00:00:00Z"}
    good = json.dumps({"schema_version": 1, "brief": "demo", "messages": [message]})
    for student, text in (("ada", content), ("grace", good)):
        folder = course.station("submitted", student=student, brief="demo")
        folder.mkdir(parents=True)
        (folder / "demo.internship.json").write_text(text)

    taken = take_in(course, "demo", records)

    assert (taken.questions, taken.unreadable) == (1, ("ada",))


@pytest.mark.parametrize("poison", ["{", '{"cells": ' + "[" * 100_000])
def test_a_poisoned_notebook_stops_nobody_elses(
    enter: Enter, code: str, course: Course, graded: Any, records: Records, poison: str
) -> None:
    """The page that cannot be made is gone, the others are renewed, and it comes back mended."""
    rita, other = enter("rita"), records.blind_code("demo", "grace")
    notebook = course.station("autograded", student="ada", brief="demo") / "brief.ipynb"
    notebook.write_text(poison)

    graded("grace", text="We book Saturday 12.")

    page = f"/demo/submissions/{other}"
    assert soon(lambda: b"Saturday 12" in rita.ask("GET", page).body)
    assert soon(lambda: [line["code"] for line in rita.room()["submissions"]] == [other])
    assert rita.ask("GET", f"/demo/submissions/{code}").status == 404
    graded("ada")
    assert soon(lambda: len(rita.room()["submissions"]) == 2)


def test_a_room_opens_beside_a_poisoned_notebook(
    course: Course,
    gradebook: Any,
    graded: Any,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A notebook at which the page maker itself fails leaves the room open with all others."""
    graded("ada")
    graded("grace")
    made = PageMaker.page

    def page(self: PageMaker, code: str, student: str) -> tuple[str, bytes]:
        if student == "ada":
            raise RecursionError
        return made(self, code, student)

    monkeypatch.setattr(PageMaker, "page", page)
    with served(course, gradebook) as address:
        rita = Browser(address)
        rita.enter(records.invite("demo", "rita", MONTH))

        codes = [line["code"] for line in rita.room()["submissions"]]

    assert codes == [records.blind_code("demo", "grace")]


def test_an_address_of_another_host(address: str) -> None:
    """Who asks for a whole address gets nothing, and the room's own headers."""
    answer = Browser(address).ask("GET", "http://evil.example/")

    assert answer.status == 404
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Server"] == "practicum"


def test_a_desk_refuses_what_is_not_its_own(course: Course, records: Records) -> None:
    """Somebody whom the roster does not name for a brief has no desk, and no questions there."""
    desk = desks.Desk(course, records, Guest(brief="demo", reviewer="omar"), {"AAAA": "ada"})

    assert (desk.is_known, desk.queue(), desk.student("AAAA")) == (False, (), None)
    with pytest.raises(BadInput, match="no questions for you"):
        _ = desk.correspondence
