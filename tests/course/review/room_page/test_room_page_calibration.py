"""The warm-up in Chromium: anchors first, compared with what was agreed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from practicum.records import Records

if TYPE_CHECKING:
    from tests.course.review.room_page.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.suite]

LEVELS = {"analysis": 3, "advice": 2}
WHY = "It shows the rain, <img src=x onerror=alert(1)> but not how sure that is."


@pytest.fixture
def visit(visit: Visit, records: Records) -> Visit:
    """Rita, for whom Ada's submission is an anchor."""
    records.set_anchors("demo", [("ada", LEVELS, {"analysis": WHY})], "ines")
    return visit


def test_the_whole_warm_up(rita: Visit, records: Records) -> None:
    """An anchor is scored, compared, scored again; then the queue opens; no mark has changed."""
    rita.sees("First, one submission to warm up", "Warm-up: 0 of 1 done", "locked until you")
    assert rita.page.get_by_role("button", name=rita.code("grace")).count() == 0

    rita.open("ada")
    rita.levels(4, 2)
    rita.button("Send and compare").click()
    rita.sees("Yours is one level above the agreed one.", "The same.", WHY, "4 - All of it.")
    rita.sees("3 - Most of it.", "Warm-up: 1 of 1 done")

    rita.button("Score it again").click()
    rita.sees(f"Agreed: level 3. {WHY}", "Agreed: level 2. No reason was written down.")
    rita.criterion("Sound analysis").get_by_text("agreed", exact=True).wait_for()
    rita.levels(3, 2)
    rita.button("Send and compare").click()
    rita.sees("Your tries so far: 4, 3.", "1 of your 2 first levels were the agreed ones.")
    rita.sees("milder, by 0.5 of a level")

    rita.button("Go on").click()
    rita.sees("The warm-up is done", "1 of your 2 first levels", "0 of 1 done")
    rita.open("grace")
    rita.sees("would you work with this student?")
    assert records.assessments("demo") == ()


def test_go_on_leads_to_the_next_anchor(visit: Visit, address: str, records: Records) -> None:
    """After an anchor comes the next one; when all are done, it is said how far off one was."""
    records.set_anchors("demo", [("ada", LEVELS, {}), ("grace", LEVELS, {})], "ines")
    visit.enter(address)
    visit.sees("First, two submissions to warm up")
    visit.page.locator("[data-key=next]").click()
    for done in (1, 2):
        visit.page.locator("iframe").wait_for()
        visit.levels(2, 1)
        visit.button("Send and compare").click()
        visit.sees("Yours is one level below the agreed one.", f"Warm-up: {done} of 2 done")
        if done == 1:
            visit.button("Go on").click()

    visit.sees("0 of your 4 first levels", "stricter, by 1 of a level on average")
    visit.sees("There is no other submission for you yet.")


def test_practice_asks_for_less(rita: Visit) -> None:
    """An anchor's form says what it is for, and has no words for the student or the instructor."""
    rita.open("ada")

    rita.sees("This one is for practice")
    for name in ("Words for the student", "Private note", "I should not judge this one"):
        assert rita.page.get_by_text(name).count() == 0
    assert rita.page.get_by_role("group", name="Would you work").count() == 0


def test_what_is_locked_says_why(rita: Visit) -> None:
    """A link to a locked submission leads to the reason, not to the submission."""
    rita.page.goto(f"{rita.place}#{rita.code('grace')}")

    rita.sees("the warm-up comes before this one: 1 of 1 are left")
    assert rita.page.locator("iframe").count() == 0


@pytest.mark.parametrize("width", [1300, 820, 375])
def test_accessible(rita: Visit, width: int) -> None:
    """axe-core finds nothing serious and no text is cut in queue, comparison and second form."""
    rita.page.set_viewport_size({"width": width, "height": 800})
    assert (rita.grave(), rita.cut()) == ([], [])
    rita.open("ada")
    rita.levels(4, 2)
    rita.button("Send and compare").click()
    rita.sees("The same.")
    assert (rita.grave(), rita.cut()) == ([], [])
    rita.button("Score it again").click()
    rita.sees("Agreed: level 2.")
    assert (rita.grave(), rita.cut()) == ([], [])
