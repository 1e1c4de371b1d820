"""The rating of the supervision in Chromium: native choices, by keyboard, and nobody's at first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.widgets.browser.conftest import SOURCES, grave_findings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
GIVEN: dict[str, Any] = {
    "levels": [["clear", 3], ["reachable", None], ["helpful", 0], ["respectful", None]],
    "recommend": "perhaps",
    "words": "Quick <b>answers</b>.",
    "empty": False,
}


def _show(page: Page, address: str, **changes: Any) -> None:
    """Open the widget's page as it is once somebody has opened the rating."""
    page.goto(f"{address}/contacts/page.html")
    page.wait_for_selector(".pw h3")
    view = json.loads((SOURCES / "contacts" / "view.json").read_text(encoding="utf-8"))
    page.evaluate("view => window.model.set('view', view)", view | {"rating": GIVEN} | changes)


def _asked(page: Page) -> list[dict[str, Any]]:
    """What the page has asked the notebook for, without its number."""
    asked: list[dict[str, Any]] = page.evaluate("window.asked || []")
    return [{k: v for k, v in one.items() if k != "ask"} for one in asked if one["do"] != "look"]


def test_it_is_closed_at_first(page: Page, pages: str) -> None:
    """Who passes by sees who reads it, and no answer; a button opens it."""
    page.goto(f"{pages}/contacts/page.html")
    page.wait_for_selector(".pw h3")

    assert page.locator(".pw input[type=radio]").count() == 0
    assert page.get_by_text("only if at least three students have answered").is_visible()
    page.get_by_role("button", name="Open my rating").click()
    assert _asked(page) == [{"do": "open_rating"}]


def test_each_statement_has_five_native_levels(page: Page, pages: str) -> None:
    """Four groups of five radio buttons and one of four, each with its legend and labels."""
    _show(page, pages)

    for name in (
        "The task was clear",
        "Answers came in time",
        "What I was told helped me",
        "I was treated with respect",
    ):
        group = page.get_by_role("group", name=name)
        labels = ["not at all", "a little", "half", "mostly", "entirely"]
        assert [label.strip() for label in group.locator("label").all_inner_texts()] == labels
    group = page.get_by_role("group", name="Would you recommend this placement to a friend?")
    assert group.get_by_role("radio", name="perhaps").is_checked()
    assert group.get_by_role("radio").count() == 4
    checked = page.locator(".pw input[type=radio]:checked").count()
    assert checked == 3
    assert page.get_by_label("In your words").input_value() == "Quick <b>answers</b>."


def test_arrows_choose_a_level(page: Page, pages: str) -> None:
    """By keyboard a level is chosen as in any form, and asked for at once."""
    _show(page, pages)
    page.get_by_role("group", name="The task was clear").get_by_role("radio", name="mostly").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Clear my rating").click()

    assert _asked(page) == [
        {"do": "rate", "statement": "clear", "level": 4},
        {"do": "clear_rating"},
    ]


def test_the_focus_stays_when_the_file_has_changed(page: Page, pages: str) -> None:
    """A choice that was saved is painted anew under the same focus."""
    _show(page, pages)
    page.locator('[data-key="rate-helpful.0"]').focus()
    view = json.loads((SOURCES / "contacts" / "view.json").read_text(encoding="utf-8"))
    page.evaluate(
        "view => window.model.set('view', view)", view | {"rating": GIVEN | {"recommend": "yes"}}
    )

    assert page.evaluate("document.activeElement.dataset.key") == "rate-helpful.0"
    assert page.locator('[data-key="rate-recommend.yes"]').is_checked()


def test_after_the_feedback_nothing_can_be_chosen(page: Page, pages: str) -> None:
    """Once feedback is there the choices are shown, and cannot be changed or cleared."""
    _show(page, pages, released=True)

    assert page.locator(".pw input[type=radio]:not([disabled])").count() == 0
    assert page.get_by_label("In your words").is_disabled()
    assert page.get_by_role("button", name="Clear my rating").count() == 0
    assert page.get_by_text("Your feedback is out").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 375])
def test_accessible(chromium: Browser, pages: str, width: int, scheme: str) -> None:
    """Open, it has no serious finding of axe-core, and is no wider than a phone."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    _show(page, pages)
    page.add_style_tag(content=":root { color-scheme: light dark; }")

    assert grave_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
