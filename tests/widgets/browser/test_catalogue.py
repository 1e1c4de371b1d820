"""The catalogue of the start page in Chromium: filters, interests, applying."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.widgets.browser.conftest import SOURCES, grave_findings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FOLDER = "home"


def _open(page: Page, address: str) -> None:
    page.goto(f"{address}/{FOLDER}/page.html")
    page.wait_for_selector(".pw h3")


def _view() -> dict[str, Any]:
    view: dict[str, Any] = json.loads((SOURCES / FOLDER / "view.json").read_text(encoding="utf-8"))
    return view


def _titles(page: Page) -> list[str]:
    return page.locator("article[data-said] h5").all_inner_texts()


def _asked(page: Page, action: str) -> list[dict[str, Any]]:
    page.wait_for_timeout(100)
    return [entry for entry in page.evaluate("window.asked || []") if entry["do"] == action]


@pytest.mark.parametrize("width", [1300, 375])
def test_the_catalogue_is_accessible(chromium: Browser, pages: str, width: int) -> None:
    """Unfolded, it has nothing that axe-core calls grave, and fits into the window."""
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    _open(page, pages)
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")

    assert grave_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_filters_narrow_the_list(page: Page, pages: str) -> None:
    """Words, topic, hours and pay each leave the briefs that fit, and the page says how many."""
    _open(page, pages)
    assert len(_titles(page)) == 4
    page.get_by_label("With the words").fill("bikes night")
    assert _titles(page) == ["Where do the bikes go at night?"]
    assert page.get_by_text("1 of 4 briefs are shown.").is_visible()
    page.get_by_label("With the words").fill("")
    page.get_by_label("On the topic").select_option("maps")
    assert len(_titles(page)) == 2
    page.get_by_label("Hours, at most").fill("10")
    assert _titles(page) == ["When should the market stalls stay at home?"]
    page.get_by_label("On the topic").select_option("")
    page.get_by_label("Pay an hour, at least").fill("1")
    assert len(_titles(page)) == 2


def test_a_filter_survives_a_change_from_elsewhere(page: Page, pages: str) -> None:
    """What the notebook sends while somebody filters leaves the words, the caret and the choice."""
    _open(page, pages)
    field = page.get_by_label("With the words")
    field.press_sequentially("bikes")
    field.press("ArrowLeft")
    view = _view()
    view["catalogue"]["offers"][0]["state"] = "withdrawn"

    page.evaluate("view => window.model.set('view', view)", view)

    assert page.get_by_label("With the words").input_value() == "bikes"
    assert page.evaluate("document.activeElement.dataset.key") == "only-text"
    assert page.evaluate("document.activeElement.selectionStart") == 4
    assert _titles(page) == ["Where do the bikes go at night?"]


def test_apply_with_a_few_words(page: Page, pages: str) -> None:
    """Apply asks once, with the words; what came of it stands in the same card."""
    _open(page, pages)
    card = page.locator("article[data-said='library-queues']")
    card.get_by_text("A few words with it").click()
    card.get_by_label("A few words with the application").fill("I read.\nA lot.")
    card.get_by_role("button", name="Apply for").dblclick()

    card.get_by_text("Applied at 12:00.").wait_for()
    assert [(one["brief"], one["words"]) for one in _asked(page, "apply")] == [
        ("library-queues", "I read.\nA lot.")
    ]
    assert card.locator("textarea").input_value() == ""


def test_half_a_text_survives_filtering(page: Page, pages: str) -> None:
    """Words that were not sent are kept while the list around them changes."""
    _open(page, pages)
    card = page.locator("article[data-said='library-queues']")
    card.get_by_text("A few words with it").click()
    card.locator("textarea").fill("half a")
    page.get_by_label("With the words").fill("book")
    page.evaluate("view => window.model.set('view', view)", _view() | {"achievements": []})

    assert card.locator("textarea").input_value() == "half a"


def test_withdraw_and_fetch_where_they_make_sense(page: Page, pages: str) -> None:
    """Each card offers what can be done now: withdraw what was sent, nothing of what is fixed."""
    _open(page, pages)
    applied = page.locator("article[data-said='rainy-days']")
    applied.get_by_role("button", name="Withdraw the application").click()
    assert [one["brief"] for one in _asked(page, "withdraw")] == ["rainy-days"]
    assert page.locator("article[data-said='first-steps'] button").count() == 0

    view = _view()
    view["catalogue"] |= {"applies": False, "everybody": "everybody works on every brief"}
    for offer in view["catalogue"]["offers"]:
        offer |= {"placed": True, "here": False, "published": True, "state": ""}
    page.evaluate("view => window.model.set('view', view)", view)
    assert page.get_by_role("button", name="Apply for").count() == 0
    page.get_by_role("button", name="Fetch the brief: Who waits").click()
    assert [(one["course"], one["brief"]) for one in _asked(page, "fetch")] == [
        ("practicum-sample", "library-queues")
    ]


def test_interests_are_noted_by_themselves(page: Page, pages: str) -> None:
    """A topic that is ticked and hours that are typed are sent together, without a button."""
    _open(page, pages)
    page.get_by_text("What interests me").click()
    page.get_by_role("checkbox", name="weather").check()
    page.locator("[data-said=interests]").get_by_text("Noted at").wait_for()
    page.get_by_label("Hours that I have").fill("6.5")
    page.get_by_label("Hours that I have").press("Tab")

    last = _asked(page, "interests")[-1]
    assert (last["topics"], last["hours"]) == (["maps", "weather"], 6.5)


def test_markup_of_an_employer_is_text(page: Page, pages: str) -> None:
    """Markup in an offer, in a topic and in the service's words is shown, and runs nothing."""
    _open(page, pages)
    hostile = "<img src=x onerror=window.hit=1>"
    view = _view()
    view["catalogue"] |= {"trouble": hostile, "everybody": hostile, "topics": [hostile]}
    view["catalogue"]["offers"][0] |= {"title": hostile, "question": hostile, "words": hostile}

    page.evaluate("view => window.model.set('view', view)", view)
    page.wait_for_timeout(200)

    assert page.evaluate("window.hit") is None
    assert page.locator(".pw img").count() == 0


def test_what_came_of_a_hand_in(page: Page, pages: str) -> None:
    """The hand-in page has the receipt's number, the tests by name, and a button to look again."""
    page.goto(f"{pages}/hand_in/page.html")
    page.get_by_text("1 of 2 tests that you can see passed.").wait_for()
    assert page.get_by_text("Receipt number 5f0c3e").is_visible()
    page.get_by_role("button", name="Look what came of it").click()
    assert len(_asked(page, "results")) == 1
