"""The hub's door in Chromium, which decides itself which cookies it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.course.review.hub_door.conftest import PASSWORD, REVIEW, Hub
from tests.widgets.browser.conftest import grave_findings
from tests.widgets.browser.conftest import page as page_of_a_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["page"]

page = page_of_a_browser

pytestmark = [pytest.mark.browser, pytest.mark.suite]


def test_a_link_on_another_site_leads_through_the_login(page: Page, hub: Hub) -> None:
    """Who follows a link from elsewhere logs in once, judges, and is not sent around in a ring."""
    page.set_content(f'<a href="{hub.address}{REVIEW}">The review room</a>')
    page.get_by_role("link", name="The review room").click()
    page.get_by_label("Username").fill("rita")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Review room").wait_for()
    assert page.url == f"{hub.address}{REVIEW}"
    assert grave_findings(page, "main") == []

    page.get_by_role("link", name="Which Saturdays?").click()
    page.locator(".pw-queue").first.wait_for()

    page.set_content(f'<a href="{hub.address}{REVIEW}demo/">My submissions</a>')
    page.get_by_role("link", name="My submissions").click()
    page.locator(".pw-queue").first.wait_for()
    assert page.url == f"{hub.address}{REVIEW}demo/"
    assert "service-review" not in page.evaluate("document.cookie")


def test_logging_out_leads_to_the_hub(page: Page, hub: Hub) -> None:
    """The link on the room's page logs out of hub and room at once."""
    page.goto(f"{hub.address}{REVIEW}")
    page.get_by_label("Username").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="the instructor’s desk").wait_for()

    page.get_by_role("link", name="Log out").click()
    page.wait_for_url("**/hub/**")
    page.goto(f"{hub.address}{REVIEW}")

    page.get_by_label("Username").wait_for()
