"""The review room over real HTTP: who gets in, what is seen, what is kept."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.course.review.conftest import words as text_cell
from tests.course.review.visiting import FULL, MONTH, OURS, Browser, soon

from practicum.course import Course
from practicum.errors import BadInput
from practicum.records import Records
from practicum.review import apply_from_room, apply_marks
from practicum.room import serve, shell
from practicum.room.static import page_files


@pytest.fixture
def rita(address: str, records: Records) -> Browser:
    """A reviewer who has come in by a link."""
    browser = Browser(address)
    assert browser.enter(records.invite("demo", "rita", MONTH)).status == 303
    return browser


def test_a_link_is_swapped_once(address: str, records: Records) -> None:
    """Opening a link uses nothing up; its button does, and the second press is refused."""
    secret = records.invite("demo", "rita", MONTH)
    first, second = Browser(address), Browser(address)
    for _ in range(3):
        opened = first.ask("GET", f"/invite/{secret}", Sec_Fetch_Site="cross-site")
        assert (opened.status, "Set-Cookie" in opened.headers) == (200, False)

    entered = first.enter(secret)

    assert entered.headers["Location"] == "/demo/"
    for part in ("HttpOnly", "SameSite=Strict", "Path=/demo/"):
        assert part in entered.headers["Set-Cookie"]
    assert secret not in entered.headers["Set-Cookie"]
    assert first.ask("GET", "/demo/").status == 200
    refused = second.enter(secret)
    assert refused.status == 401
    assert "Ask your contact at the university for a new one" in refused.body.decode()
    assert second.ask("GET", "/demo/api/room").status == 401


def test_coming_back_by_the_link(address: str, records: Records) -> None:
    """A used link shows the way to the reviews, which only the browser with the cookie gets."""
    secret, browser = records.invite("demo", "rita", MONTH), Browser(address)
    browser.enter(secret)

    back = browser.ask("GET", f"/invite/{secret}", Sec_Fetch_Site="cross-site")

    assert b'action="/demo/"' in back.body
    assert "Set-Cookie" not in back.headers
    stranger = Browser(address)
    assert b"Go to your reviews" in stranger.ask("GET", f"/invite/{secret}").body
    assert stranger.ask("GET", "/demo/").status == 401
    records.revoke("demo", "rita")
    assert b"Go to your reviews" not in browser.ask("GET", f"/invite/{secret}").body


def test_neither_link_nor_cookie_is_in_the_database(
    rita: Browser, records: Records, course: Course
) -> None:
    """Who reads the database finds digests only."""
    secret = records.invite("demo", "vera", MONTH)

    content = b"".join(file.read_bytes() for file in course.work.glob("records.db*"))

    assert secret.encode() not in content
    assert rita.cookie.partition("=")[2].encode() not in content


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_link_that_is_taken_back(address: str, records: Records, when: str) -> None:
    """A revoked link lets nobody in, and shows those out who came in by it."""
    secret, browser = records.invite("demo", "rita", MONTH), Browser(address)
    if when == "after":
        assert browser.enter(secret).status == 303
        assert browser.ask("GET", "/demo/api/room").status == 200

    assert records.revoke("demo", "rita") == 1

    if when == "before":
        assert browser.enter(secret).status == 401
    assert browser.ask("GET", "/demo/api/room").status == 401
    assert browser.ask("GET", "/demo/").status == 401


def test_an_expired_link(course: Course) -> None:
    """After its end neither the link nor the cookie is good."""
    now = [datetime(2027, 1, 1, tzinfo=UTC)]
    with Records(course.records_url, clock=lambda: now[0]) as records:
        late = records.invite("demo", "rita", timedelta(days=1))
        used = records.invite("demo", "rita", timedelta(days=1))
        entered = records.come_in(used)
        assert entered is not None
        assert records.guest(entered[1]) is not None
        now[0] += timedelta(days=1, seconds=1)

        assert records.come_in(late) is None
        assert records.guest(entered[1]) is None


def test_guessed_secrets(address: str) -> None:
    """An invented link or cookie, and one in a header or a query, is nobody's."""
    browser = Browser(address)
    assert browser.enter("A" * 22).status == 401
    browser.cookie = "practicum-review=" + "A" * 22
    assert browser.ask("GET", "/demo/api/room").status == 401
    browser.cookie = ""
    for place in ("/demo/api/room?reviewer=rita", "/demo/api/room?token=x"):
        assert browser.ask("GET", place, X_Hub_User="rita", Authorization="Bearer x").status == 401


def test_the_queue(rita: Browser, records: Records) -> None:
    """A reviewer sees the brief, the employer's criteria, and the codes."""
    seen = rita.ask("GET", "/demo/api/room").json

    codes = {records.blind_code("demo", student) for student in ("ada", "grace")}
    assert {line["code"] for line in seen["submissions"]} == codes
    assert {line["state"] for line in seen["submissions"]} == {"new"}
    assert all(line["words"] > 5 for line in seen["submissions"])
    assert [criterion["id"] for criterion in seen["criteria"]] == ["analysis", "advice"]
    assert seen["reviewer"] == {"name": "Rita Reviewer"}


def test_nothing_that_is_served_names_a_student(rita: Browser, records: Records) -> None:
    """No answer of the room holds a name or id of the roster, a test, a mark or a scheme."""
    code = records.blind_code("demo", "ada")
    rita.put(code, FULL)
    places = ["/", "/demo/api/room", f"/demo/submissions/{code}", f"/demo/api/sheets/{code}"]
    files = ("room.js", "start.js", "room.css", "words.json")
    places.extend(f"/{page_files().place}{name}" for name in files)

    for place in places:
        answer = rita.ask("GET", place)
        assert answer.status == 200, place
        text = answer.body.decode().lower()
        for token in ("lovelace", "hopper", "grace", "canary", "mark scheme", "12 points"):
            assert token not in text, (place, token)


def test_other_briefs_do_not_exist(address: str, records: Records) -> None:
    """Somebody invited for another brief finds no submission here, whatever is asked for."""
    omar = Browser(address)
    omar.enter(records.invite("elsewhere", "omar", MONTH))
    code = records.blind_code("demo", "ada")

    for answer in (
        omar.ask("GET", f"/demo/submissions/{code}"),
        omar.ask("GET", f"/demo/api/sheets/{code}"),
        omar.put(code, FULL),
        omar.submit(code, FULL),
        omar.ask("GET", "/demo/"),
        omar.ask("GET", "/demo/api/room"),
        omar.ask("GET", "/demo/api/messages"),
    ):
        assert answer.status == 401
    assert omar.ask("GET", f"/elsewhere/submissions/{code}").status == 404
    assert records.assessments("demo") == ()


@pytest.mark.parametrize(
    "place",
    [
        "/demo/submissions/ada",
        "/demo/submissions/AAAAAAAA",
        "/demo/submissions/../roster.yml",
        "/demo/submissions/%2e%2e%2froster",
        "/demo/api/sheets/ada",
        "/static/../serving.py",
        "/static/handlers.py",
        "/static/0123456789ab/handlers.py",
        "/static/0123456789ab/../../roster.yml",
        "/voila/files/x",
        "/demo/api/kernels",
        "/course/work/records.db",
    ],
)
def test_guessed_places(rita: Browser, place: str) -> None:
    """Ids, invented codes, paths and a Jupyter server's own addresses lead nowhere."""
    assert rita.ask("GET", place).status == 404


def test_a_submission_is_inert(rita: Browser, records: Records) -> None:
    """Its page may run, load and send nothing, and only the room may frame it."""
    answer = rita.ask("GET", f"/demo/submissions/{records.blind_code('demo', 'ada')}")

    policy = answer.headers["Content-Security-Policy"]
    for part in ("sandbox;", "default-src 'none'", "frame-ancestors 'self'"):
        assert part in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_submission_stands_alone(rita: Browser, records: Records) -> None:
    """In the room a page has no link to the folder's first page or table, which are not there."""
    page = rita.ask("GET", f"/demo/submissions/{records.blind_code('demo', 'ada')}").body

    assert b"index.html" not in page
    assert b"In the table" not in page
    assert b"Which Saturdays?" in page


def test_the_pages_own_files_are_kept(rita: Browser) -> None:
    """Browsers keep script and style until one changes; a page from before gets the new ones."""
    files = page_files()
    page = rita.ask("GET", "/demo/").body.decode()
    for name in ("start.js", "room.js", "room.css"):
        assert f"../{files.place}{name}" in page
        kept = rita.ask("GET", f"/{files.place}{name}")
        assert (kept.status, kept.body) == (200, files.content[name])
        assert "immutable" in kept.headers["Cache-Control"]
        older = rita.ask("GET", f"/static/0123456789ab/{name}")
        assert (older.body, older.headers["Cache-Control"]) == (files.content[name], "no-store")


def test_how_long_it_takes(rita: Browser, records: Records, graded: Any, gradebook: Any) -> None:
    """The minutes are those of what was asked for, not of tables, code or the whole notebook."""
    gradebook.graded.append("late")
    graded("late", text_cell("padding " * 5000), text="word " * 900)
    code = records.blind_code("demo", "late")

    assert soon(lambda: code in {line["code"] for line in rita.room()["submissions"]})

    line = next(line for line in rita.room()["submissions"] if line["code"] == code)
    assert 900 < line["words"] < 1000
    assert line["minutes"] == 5


def test_all_is_released(rita: Browser, records: Records) -> None:
    """Once everybody has feedback, the queue says that the review is closed."""
    records.released("demo", "ada", digest="0")
    assert rita.room()["closed"] is False

    records.released("demo", "grace", digest="0")

    assert rita.room()["closed"] is True


def test_saved_and_read_again(rita: Browser, address: str, records: Records) -> None:
    """A draft is there again on the reviewer's other machine, and for nobody else."""
    code = records.blind_code("demo", "ada")
    saved = rita.put(code, FULL)
    assert (saved.status, saved.json["revision"], saved.json["state"]) == (200, 1, "draft")

    again, vera = Browser(address), Browser(address)
    again.enter(records.invite("demo", "rita", MONTH))
    vera.enter(records.invite("demo", "vera", MONTH))

    assert again.ask("GET", f"/demo/api/sheets/{code}").json["sheet"]["levels"] == FULL["levels"]
    assert vera.ask("GET", f"/demo/api/sheets/{code}").json["sheet"]["levels"] == {}
    assert records.assessments("demo") == ()


def test_two_windows(rita: Browser, records: Records) -> None:
    """Who saves what was made from an older state is told, with the newer text."""
    code = records.blind_code("demo", "ada")
    rita.put(code, FULL)

    late = rita.put(code, {"overall": "from the second window"})

    assert late.status == 409
    assert late.json["sheet"]["levels"] == FULL["levels"]
    assert rita.put(code, {"overall": "merged"}, late.json["revision"]).status == 200


def test_what_is_submitted_becomes_marks(
    rita: Browser, records: Records, course: Course, gradebook: Any
) -> None:
    """Levels and words become assessments, of which the next command makes marks."""
    code = records.blind_code("demo", "ada")
    some = rita.submit(code, {"levels": {"advice": 2}})
    assert (some.status, some.json["missing"]) == (422, ["analysis"])
    assert "Sound analysis" in some.json["why"]
    assert records.assessments("demo") == ()

    done = rita.submit(
        code, FULL | {"note": "Hire?", "overall": "Good.", "again": "yes", "minutes": 7}
    )

    assert (done.status, done.json["state"]) == (200, "submitted")
    said = {(a.criterion, a.reviewer, a.level, a.words) for a in records.assessments("demo")}
    assert said == {
        ("analysis", "rita", 3, ""),
        ("advice", "rita", 2, "Name a date.\n\nAll in all: Good."),
    }
    report = apply_from_room(course, "demo", gradebook=gradebook)
    assert report.changed == 2
    assert gradebook.score("ada", "advice") == 6
    assert "Hire?" not in gradebook.comment("ada", "advice")
    assert "All in all: Good." in gradebook.comment("ada", "advice")
    long = {"words": {"advice": "a" * 9_000}, "overall": "b" * 9_000}
    refused = rita.submit(code, FULL | long, done.json["revision"])
    assert (refused.status, "too long" in refused.json["why"]) == (422, True)


def test_amended_until_release(
    rita: Browser, records: Records, course: Course, gradebook: Any
) -> None:
    """A sheet can be sent again, with its history kept; after the release it cannot."""
    code = records.blind_code("demo", "ada")
    first = rita.submit(code, FULL)
    better = {"levels": {"analysis": 4, "advice": 2}}

    assert rita.submit(code, better, first.json["revision"]).json["history"].__len__() == 2
    assert [s.sheet.levels["analysis"] for s in records.sheets("demo", "rita")] == [3, 4]
    assert [a.level for a in records.history("demo", "ada", "analysis")] == [3, 4]

    apply_marks(course, gradebook, records, "demo")
    records.released("demo", "ada", digest="d1")
    late = rita.submit(code, FULL, 2)
    assert late.status == 422
    assert "cannot be changed any more" in late.json["why"]
    assert len(records.sheets("demo", "rita")) == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec_Fetch_Site": "cross-site", "X_Practicum": "room"}, 403),
        ({"Sec_Fetch_Site": "same-site", "X_Practicum": "room"}, 403),
        ({"Sec_Fetch_Site": "same-origin", "X_Practicum": "room"}, 200),
    ],
)
def test_other_sites(rita: Browser, records: Records, headers: dict[str, str], status: int) -> None:
    """A change that the room's own page has not sent is refused, although the cookie is there."""
    code = records.blind_code("demo", "ada")
    body = {"sheet": FULL, "revision": 0}

    assert rita.ask("PUT", f"/demo/api/sheets/{code}", body, **headers).status == status
    assert (records.draft("demo", "ada", "rita") is not None) == (status == 200)


def test_another_site_cannot_press_the_button(address: str, records: Records) -> None:
    """A link is not swapped by a form on another site."""
    secret, browser = records.invite("demo", "rita", MONTH), Browser(address)
    for origin in ("https://evil.example", "null", ""):
        assert browser.ask("POST", f"/invite/{secret}", b"", Origin=origin).status == 403
    assert browser.enter(secret).status == 303


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        json.dumps({"sheet": {"levels": {"analysis": 7}}, "revision": 0}).encode(),
        json.dumps({"sheet": {"levels": {"analysis": 2.5}}, "revision": 0}).encode(),
        json.dumps({"sheet": {"levels": {"habits": 2}}, "revision": 0}).encode(),
        json.dumps({"sheet": {"words": {"../x": "a"}}, "revision": 0}).encode(),
        json.dumps({"sheet": {"words": {"advice": "x" * 20_000}}, "revision": 0}).encode(),
        json.dumps({"sheet": {"student": "ada"}, "revision": 0}).encode(),
        json.dumps({"sheet": {"again": "<script>"}, "revision": 0}).encode(),
        json.dumps({"sheet": {}, "revision": "many"}).encode(),
        json.dumps({"sheet": {}, "revision": 10**30}).encode(),
        b'{"sheet": {"minutes": 1e999}, "revision": 0}',
        b'{"sheet": {"overall": "\\ud800"}, "revision": 99}',
    ],
    ids=lambda body: body[:40].decode(),
)
def test_hostile_bodies(rita: Browser, records: Records, body: bytes) -> None:
    """What is no sheet is refused in words; nothing is kept, and nothing breaks."""
    code = records.blind_code("demo", "ada")

    answer = rita.ask("PUT", f"/demo/api/sheets/{code}", body, **OURS)

    assert 400 <= answer.status < 500
    assert answer.json["why"]
    assert b"Traceback" not in answer.body
    assert records.draft("demo", "ada", "rita") is None


def test_words_with_markup_stay_words(rita: Browser, records: Records) -> None:
    """Script in a reviewer's words is kept and given back as the text that it is."""
    code = records.blind_code("demo", "ada")
    hostile = "</script><script>alert(1)</script>\u202egnp.exe"
    rita.put(code, {"overall": hostile})

    answer = rita.ask("GET", f"/demo/api/sheets/{code}")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json["sheet"]["overall"] == hostile.replace("\u202e", "")


def test_the_log_tells_no_secret(
    address: str, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a link nor a code stands in the log."""
    secret, code = records.invite("demo", "rita", MONTH), records.blind_code("demo", "ada")
    browser = Browser(address)
    with caplog.at_level(logging.DEBUG):
        browser.ask("GET", f"/invite/{secret}")
        browser.enter(secret)
        browser.ask("GET", f"/demo/submissions/{code}")
        browser.ask("GET", f"/nothing/{secret}")

    assert "invite" in caplog.text
    assert secret not in caplog.text
    assert code not in caplog.text


def test_a_page_that_cannot_be_made(course: Course, gradebook: Any, graded: Any) -> None:
    """A notebook without a place for the form, one that fails, and none at all are said so."""
    graded("ada")
    file = course.root / "page.ipynb"
    for content, words in (
        (None, "is no notebook"),
        ("{", "is no notebook"),
        (_notebook("1 / 0", tags=["review-room"]), "ZeroDivisionError"),
        (_notebook("1"), "no cell has the tag review-room"),
    ):
        if content is not None:
            file.write_text(content)
        with pytest.raises(BadInput, match=words):
            serve(course, ["demo"], port=0, gradebook=gradebook, notebook=file)


def test_the_instructors_own_cells(tmp_path: Path) -> None:
    """What a cell of the page prints is shown to everybody; comments alone need no kernel."""
    file = tmp_path / "page.ipynb"
    content = json.loads(_notebook("print('Dear ' + 'reviewers')", tags=["welcome"]))
    form = json.loads(_notebook("# the form", tags=["review-room"]))["cells"][0] | {"id": "c2"}
    content["cells"].append(form)
    file.write_text(json.dumps(content))

    page = shell(file)

    assert "Dear reviewers" in page
    assert page.index("Dear reviewers") < page.index('id="review-room"')


def test_the_page_is_made_within_a_loop_too(tmp_path: Path) -> None:
    """Where an event loop runs already, as in a notebook, the page is made all the same."""
    file = tmp_path / "page.ipynb"
    file.write_text(_notebook("# the form", tags=["review-room"]))

    async def make() -> str:
        return shell(file)

    with ThreadPoolExecutor(1) as elsewhere:
        assert 'id="review-room"' in elsewhere.submit(lambda: asyncio.run(make())).result(60)


def _notebook(source: str, tags: list[str] | None = None) -> str:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": "c1",
        "metadata": {"tags": tags or []},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )
