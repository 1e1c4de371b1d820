"""An employer's whole way in Chromium: from the link to thanks, and what may go wrong on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from practicum.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser]
MONTH = timedelta(days=30)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a new browser context; a fault of the page's own script fails the test."""
    context = chromium.new_context(viewport={"width": 1300, "height": 850})
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
    assert faults == []


def _grave(page: Page) -> list[str]:
    """Return axe-core's serious and critical findings."""
    from axe_playwright_python.sync_playwright import Axe

    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{finding['id']}: {finding['nodes'][0]['html'][:200]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
    ]


@pytest.fixture
def room(page: Page, address: str, records: Records) -> Page:
    """A page on which Rita has come in by her link."""
    link = f"{address}invite/{records.invite('demo', 'rita', MONTH)}"
    page.goto(link)
    page.get_by_role("button", name="Enter the review room").click()
    page.get_by_role("heading", name="Which Saturdays?").wait_for()
    return page


def _open(room: Page, code: str) -> None:
    room.get_by_role("button", name=code).or_(room.get_by_role("link", name=code)).first.click()
    room.locator("iframe").wait_for()


def _levels(room: Page, **levels: int) -> None:
    for title, level in levels.items():
        group = room.get_by_role("group", name=title.replace("_", " "))
        group.get_by_role("radio").and_(room.locator(f'[value="{level}"]')).check()


def test_from_the_link_to_thanks(room: Page, records: Records) -> None:
    """A reviewer reads, judges both submissions by clicks, and is thanked; all of it is kept."""
    for student in ("ada", "grace"):
        code = records.blind_code("demo", student)
        _open(room, code)
        frame = room.frame_locator("iframe")
        frame.get_by_text("We book Saturday 3.").wait_for()
        _levels(room, Sound_analysis=3, Useful_advice=4)
        words = room.get_by_role("group", name="Useful advice").get_by_role("textbox")
        words.fill("You say which Saturday and why; next time add what it costs.")
        room.get_by_text("Saved at").wait_for()
        room.get_by_role("button", name="Send", exact=True).click()
        skip = room.get_by_role("button", name="Send as it is")
        thanks = room.get_by_role("heading", name="Thank you")
        skip.or_(thanks).first.wait_for()
        if skip.is_visible():
            skip.click()
        thanks.first.wait_for()
        if student == "ada":
            room.goto(room.url.partition("#")[0])
            room.get_by_text("1 of 2 done").wait_for()

    said = {(a.student, a.criterion, a.level) for a in records.assessments("demo")}
    assert said == {
        (student, criterion, level)
        for student in ("ada", "grace")
        for criterion, level in (("analysis", 3), ("advice", 4))
    }


def test_closed_in_the_middle_of_a_sentence(room: Page, records: Records) -> None:
    """What was typed when the tab was closed is there when it is opened again."""
    code = records.blind_code("demo", "ada")
    _open(room, code)
    room.get_by_role("group", name="Useful advice").get_by_role("textbox").fill("Half a sent")
    place, context = room.url.partition("#")[0], room.context
    room.close()

    again = context.new_page()
    again.goto(f"{place}#{code}")
    words = again.get_by_role("group", name="Useful advice").get_by_role("textbox")
    words.wait_for()
    written = (
        "() => [...document.querySelectorAll('textarea')].some(a => a.value === 'Half a sent')"
    )
    again.wait_for_function(written)


def test_offline_for_a_while(room: Page, records: Records) -> None:
    """What is typed without a network is said to be kept, and arrives when there is one again."""
    code = records.blind_code("demo", "ada")
    _open(room, code)
    room.context.set_offline(True)
    room.get_by_role("group", name="Useful advice").get_by_role("textbox").fill("Typed offline.")
    room.get_by_text("offline").first.wait_for()
    assert records.draft("demo", "ada", "rita") is None
    room.context.set_offline(False)

    room.get_by_text("Saved at").wait_for()
    draft = records.draft("demo", "ada", "rita")
    assert draft is not None
    assert draft.sheet.words == {"advice": "Typed offline."}


def test_a_notebook_of_script_runs_nothing(page: Page, address: str, records: Records) -> None:
    """A hostile submission neither runs nor leaves its frame, nor asks for anything."""
    asked: list[str] = []
    page.add_init_script("window.heard = 0; window.addEventListener('message', () => heard++);")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}invite/{records.invite('demo', 'rita', MONTH)}")
    page.get_by_role("button", name="Enter the review room").click()
    page.get_by_role("heading", name="Which Saturdays?").wait_for()
    _open(page, records.blind_code("demo", "ada"))
    page.wait_for_timeout(500)

    assert all(url.startswith((address, "data:", "blob:")) for url in asked), asked
    assert page.locator("iframe").get_attribute("sandbox") == ""
    assert page.evaluate("window.heard") == 0


def test_a_revoked_link_is_said(room: Page, records: Records) -> None:
    """Somebody who is shown out while at work is told whom to ask, and that nothing is lost."""
    _open(room, records.blind_code("demo", "ada"))
    records.revoke("demo", "rita")

    room.get_by_role("group", name="Useful advice").get_by_role("textbox").fill("Anything")

    room.get_by_text("Your link has expired").first.wait_for()


@pytest.mark.parametrize("width", [1300, 375])
def test_accessible(room: Page, records: Records, width: int) -> None:
    """axe-core has nothing serious or critical to say, on a laptop and on a phone."""
    room.set_viewport_size({"width": width, "height": 800})
    assert _grave(room) == []
    _open(room, records.blind_code("demo", "ada"))
    assert _grave(room) == []
