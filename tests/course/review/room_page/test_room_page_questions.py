"""What students ask and say, in Chromium: questions are answered, the supervision is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from practicum.internship import Supervision
from practicum.records import Records, Said

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Route
    from tests.course.review.room_page.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.suite]

HOSTILE = "Is it <img src=x onerror='window.hit=1'><script>window.hit=1</script> or not?"


def _asked(student: str, text: str) -> Said:
    at = datetime(2027, 2, 20, 10, tzinfo=UTC)
    return Said(student=student, key=f"q-{student}", author="student", text=text, at=at)


def _answers(records: Records) -> list[tuple[str, str, str]]:
    said = records.messages("demo")
    return [(one.student, one.by, one.text) for one in said if one.author == "supervisor"]


@pytest.fixture
def visit(visit: Visit, records: Records) -> Visit:
    """Rita, whom Ada and Grace have asked something."""
    records.say("demo", [_asked("ada", HOSTILE), _asked("grace", "May I leave out Sundays?")])
    return visit


def _thread(visit: Visit, student: str) -> Locator:
    return visit.page.get_by_role("article", name=visit.code(student))


def test_a_hostile_question_is_answered(rita: Visit, records: Records) -> None:
    """A question is text and nothing else; the answer stands below it, and the count goes down."""
    rita.sees("Questions from students (2 open)", HOSTILE, "do not ask who it is")
    thread = _thread(rita, "ada")
    thread.get_by_role("button", name="Answer").click()
    thread.get_by_text("Write an answer first.").wait_for()
    thread.get_by_role("textbox").fill("It <b>is</b>.")
    thread.get_by_role("button", name="Answer").click()

    thread.get_by_text("Sent.").wait_for()
    thread.get_by_text("It <b>is</b>.", exact=True).wait_for()
    rita.sees("Questions from students (1 open)", "1 question from a student waits")
    assert _answers(records) == [("ada", "rita", "It <b>is</b>.")]
    assert rita.page.evaluate("window.hit") is None


def test_an_answer_that_is_not_sent_is_kept(rita: Visit, records: Records) -> None:
    """What was typed as an answer is there after a reload, and after being offline."""
    _thread(rita, "grace").get_by_role("textbox").fill("Yes, leave th")
    rita.to_queue()
    field = _thread(rita, "grace").get_by_role("textbox")
    field.wait_for()
    assert field.input_value() == "Yes, leave th"
    rita.sees("Kept in this browser, not sent yet.")

    rita.page.context.set_offline(True)
    _thread(rita, "grace").get_by_role("button", name="Answer").click()
    rita.sees("Not sent: you are offline.")
    rita.page.context.set_offline(False)
    _thread(rita, "grace").get_by_role("button", name="Answer").click()

    _thread(rita, "grace").get_by_text("Sent.").wait_for()
    assert _answers(records) == [("grace", "rita", "Yes, leave th")]
    rita.to_queue()
    rita.sees("Questions from students (1 open)")
    assert _thread(rita, "grace").get_by_role("textbox").count() == 0


def test_an_answer_that_is_sent_twice_is_one(rita: Visit, records: Records) -> None:
    """Sending again after a lost reply adds nothing; other words are another answer."""

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
        route.abort()

    field = _thread(rita, "ada").get_by_role("textbox")
    rita.page.route("**/api/messages", lose)
    field.fill("Yes.")
    _thread(rita, "ada").get_by_role("button", name="Answer").click()
    rita.sees("Not sent: you are offline.")
    assert len(_answers(records)) == 1
    _thread(rita, "ada").get_by_role("button", name="Answer").click()
    rita.sees("Not sent: you are offline.")
    field.fill("Yes, both.")
    rita.page.unroute("**/api/messages")
    _thread(rita, "ada").get_by_role("button", name="Answer").click()
    _thread(rita, "ada").get_by_text("Sent.").wait_for()

    assert [text for _, _, text in _answers(records)] == ["Yes.", "Yes, both."]


def test_typing_outlives_another_answer(rita: Visit) -> None:
    """Whoever answers one question loses nothing of what is being typed about another."""
    ada, grace = _thread(rita, "ada"), _thread(rita, "grace")
    grace.get_by_role("textbox").fill("Half")
    ada.get_by_role("textbox").fill("Yes.")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    rita.page.route("**/api/messages", hold)
    with rita.page.expect_request("**/api/messages"):
        ada.get_by_role("button", name="Answer").click()
    grace.get_by_role("textbox").focus()
    held[0].continue_()
    ada.get_by_text("Sent.").wait_for()

    rita.page.keyboard.press("End")
    rita.page.keyboard.type(" a word")
    assert grace.get_by_role("textbox").input_value() == "Half a word"


def _rate(records: Records, *students: str) -> None:
    levels: Any = {"clear": 4, "reachable": 2, "helpful": 3, "respectful": 4}
    for student in students:
        words = f"<b>Too large</b> for {len(student)} hours."
        rating = Supervision(levels=levels, words=words, recommend="perhaps")
        records.rate("demo", student, rating)
        records.released("demo", student, digest="d")


def test_supervision_after_the_release(visit: Visit, address: str, records: Records) -> None:
    """Numbers stand in tables with bars beside them, and words are quoted as text."""
    _rate(records, "ada", "grace", "late")
    visit.enter(address)

    visit.sees("What students said of the supervision", "3 students have answered.")
    table = visit.page.get_by_role("table", name="The task was clear")
    assert table.get_by_role("row").all_inner_texts() == [
        f"{words}\t{n}\t"
        for words, n in (
            ("4 - entirely", 3),
            ("3 - mostly", 0),
            ("2 - partly", 0),
            ("1 - a little", 0),
            ("0 - not at all", 0),
        )
    ]
    assert visit.page.locator("blockquote").all_inner_texts() == [
        "<b>Too large</b> for 3 hours.",
        "<b>Too large</b> for 4 hours.",
        "<b>Too large</b> for 5 hours.",
    ]


def test_few_stay_unseen(visit: Visit, address: str, records: Records) -> None:
    """Of two students nothing is shown but that they are two."""
    _rate(records, "ada", "grace")
    visit.enter(address)

    visit.sees("So few students have answered (2)")
    assert visit.page.get_by_role("table").count() == 0


@pytest.mark.parametrize("width", [1300, 820, 375])
def test_accessible(visit: Visit, address: str, records: Records, width: int) -> None:
    """axe-core finds nothing serious and no text is cut in questions and supervision."""
    _rate(records, "ada", "grace", "late")
    records.say("demo", [_asked("late", f"Where is {'https://long.example/' * 20}?")])
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.enter(address)
    visit.sees("Questions from students (3 open)")

    assert (visit.grave(), visit.cut()) == ([], [])
