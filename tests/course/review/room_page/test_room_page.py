"""An employer's whole way in Chromium: from the link to thanks, and what may go wrong on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from practicum.records import Records

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from tests.course.review.room_page.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.suite]


def test_from_the_link_to_thanks(rita: Visit, records: Records) -> None:
    """A reviewer reads, judges both submissions by clicks, and is thanked; all of it is kept."""
    for student in ("ada", "grace"):
        rita.open(student)
        rita.page.frame_locator("iframe").get_by_text("We book Saturday 3.").wait_for()
        rita.levels(3, 4)
        rita.words("Useful advice").fill("You say which Saturday; next time add what it costs.")
        rita.sees("Saved at")
        rita.send()
        if student == "ada":
            rita.to_queue()
            rita.sees("1 of 2 done")

    said = {(a.student, a.criterion, a.level) for a in records.assessments("demo")}
    assert said == {
        (student, criterion, level)
        for student in ("ada", "grace")
        for criterion, level in (("analysis", 3), ("advice", 4))
    }


def test_closed_in_the_middle_of_a_sentence(rita: Visit) -> None:
    """What was typed when the tab was closed is there when it is opened again."""
    rita.open("ada")
    rita.words("Useful advice").fill("Half a sent")
    place, context = f"{rita.place}#{rita.code('ada')}", rita.page.context
    rita.page.close()

    again = context.new_page()
    again.goto(place)
    again.wait_for_function(
        "() => [...document.querySelectorAll('textarea')].some(a => a.value === 'Half a sent')"
    )


def test_offline_for_a_while(rita: Visit, records: Records) -> None:
    """What is typed without a network is said to be kept, and arrives when there is one again."""
    rita.open("ada")
    rita.page.context.set_offline(True)
    rita.words("Useful advice").fill("Typed offline.")
    rita.sees("offline")
    assert records.draft("demo", "ada", "rita") is None
    rita.page.context.set_offline(False)

    rita.sees("Saved at")
    draft = records.draft("demo", "ada", "rita")
    assert draft is not None
    assert draft.sheet.words == {"advice": "Typed offline."}


def test_a_notebook_of_script_runs_nothing(visit: Visit, page: Page, address: str) -> None:
    """A hostile submission neither runs nor leaves its frame, nor asks for anything."""
    asked: list[str] = []
    page.add_init_script("window.heard = 0; window.addEventListener('message', () => heard++);")
    page.on("request", lambda request: asked.append(request.url))
    visit.enter(address)
    visit.open("ada")
    page.wait_for_timeout(500)

    assert all(url.startswith((address, "data:", "blob:")) for url in asked), asked
    assert page.locator("iframe").get_attribute("sandbox") == ""
    assert page.evaluate("window.heard") == 0


def test_a_revoked_link_is_said(rita: Visit, records: Records) -> None:
    """Somebody who is shown out while at work is told whom to ask, and that nothing is lost."""
    rita.open("ada")
    records.revoke("demo", "rita")

    rita.words("Useful advice").fill("Anything")

    rita.sees("Your link has expired")


def test_changed_and_not_sent_is_said_after_a_reload(rita: Visit, records: Records) -> None:
    """A sheet that was changed after it was sent says so, in the queue and in the form."""
    rita.open("ada")
    rita.levels(3, 4)
    rita.send()
    rita.button(f"Open {rita.code('ada')} again").click()
    rita.words("Useful advice").fill("One more thing.")
    rita.sees("Saved at", "You changed this since")

    rita.to_queue()
    line = rita.page.get_by_role("button", name=rita.code("ada"))
    line.get_by_text("changed, not sent yet").wait_for()
    line.click()
    rita.sees("You changed this since")

    rita.page.get_by_role("button", name="Send the changes").wait_for()
    rita.send()
    rita.to_queue()
    assert line.get_by_text("sent", exact=True).is_visible()
    newest = records.sheets("demo", "rita")[-1]
    assert newest.sheet.words == {"advice": "One more thing."}


def test_taken_back_is_sent(rita: Visit) -> None:
    """A change that is undone again is no change."""
    rita.open("ada")
    rita.levels(3, 4)
    rita.send()
    rita.button(f"Open {rita.code('ada')} again").click()
    for level in (1, 4):
        with rita.page.expect_response(lambda answer: answer.request.method == "PUT"):
            rita.levels(3, level)
        rita.sees("Saved at")

    rita.page.get_by_text("You changed this since").wait_for(state="hidden")
    rita.to_queue()
    assert rita.page.get_by_text("not sent yet").count() == 0


def test_given_back(rita: Visit, records: Records) -> None:
    """Who should not judge a submission says why, and has it no longer; nothing of it is kept."""
    code = rita.code("ada")
    rita.open("ada")
    rita.page.route("**/api/sheets/*", lambda route: route.abort())
    rita.words("Useful advice").fill("I know this hand.")
    rita.sees("you are offline; it is kept in this browser")
    rita.page.get_by_text("I should not judge this one").click()
    rita.button("Give it back").click()
    rita.sees("Write a few words first.")
    rita.page.get_by_label("Why not?").fill("She is my niece.")
    rita.button("Give it back").click()

    rita.sees(f"You gave {code} back.", "0 of 1 done")
    assert rita.page.get_by_role("button", name=code).count() == 0
    [barred] = records.allocations("demo")
    assert (barred.student, barred.reviewer, barred.state) == ("ada", "rita", "conflict")
    assert barred.detail == "She is my niece."
    rita.page.goto(f"{rita.place}#{code}")
    rita.sees("There is no such submission for you.")
    assert rita.page.evaluate("JSON.stringify({ ...localStorage })") == "{}"


@pytest.mark.parametrize("width", [1300, 820, 375])
def test_accessible(rita: Visit, width: int) -> None:
    """axe-core finds nothing serious and no text is cut: laptop, tablet and phone."""
    rita.page.set_viewport_size({"width": width, "height": 800})
    assert (rita.grave(), rita.cut()) == ([], [])
    rita.open("ada")
    rita.page.get_by_text("I should not judge this one").click()
    assert (rita.grave(), rita.cut()) == ([], [])


def test_by_keyboard_alone(rita: Visit, records: Records) -> None:
    """A submission is opened, judged and sent without a pointer."""
    rita.page.get_by_role("button", name=rita.code("ada")).last.focus()
    rita.page.keyboard.press("Enter")
    rita.page.locator("iframe").wait_for()
    assert rita.page.evaluate("document.activeElement.textContent").startswith("Submission")
    for criterion, steps in (("levels:analysis", 1), ("levels:advice", 2)):
        _tab_to(rita.page, criterion)
        rita.page.keyboard.press("Space")
        for _ in range(steps):
            rita.page.keyboard.press("ArrowDown")
    rita.page.keyboard.press("Tab")
    rita.page.keyboard.type(
        "You name a Saturday, and the chart shows why; next time, say the cost."
    )
    rita.page.locator("form [type=submit]").focus()
    rita.page.keyboard.press("Enter")
    rita.sees("Before you send")
    for _ in range(2):  # the first button is "Improve it"
        rita.page.keyboard.press("Tab")
    rita.page.keyboard.press("Enter")

    rita.sees("Your review of")
    said = {(a.criterion, a.level) for a in records.assessments("demo")}
    assert said == {("analysis", 3), ("advice", 2)}


def _tab_to(page: Page, key: str) -> None:
    """Press Tab until a field has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset.key") == key:
            return
    pytest.fail(f"Tab never comes to {key}")


def test_back_by_the_same_link(visit: Visit, address: str, records: Records) -> None:
    """Who closes the tab and opens the link from the mail again comes back to the reviews."""
    link = f"{address}invite/{records.invite('demo', 'rita', timedelta(days=1))}"
    visit.page.goto(link)
    visit.page.get_by_role("button", name="Enter the review room").click()
    visit.page.get_by_role("heading", name="Which Saturdays?").wait_for()
    visit.page.goto("about:blank")

    visit.page.goto(link)
    visit.page.get_by_role("button", name="Go to your reviews").click()

    visit.page.get_by_role("heading", name="Which Saturdays?").wait_for()
    visit.sees("If something is unclear, ask Ines Instructor")
