"""What a widget says when its kernel does not answer, and what it keeps of what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FIELD = '[data-key="new-text"]'


def _open(page: Page, address: str) -> None:
    page.goto(f"{address}/objectives/page.html")
    page.wait_for_selector(".pw h3")


def _unanswered(page: Page, address: str, kernel: str) -> str:
    """Return what is said after five seconds without an answer, in a program that says a status."""
    page.clock.install()
    _open(page, address)
    page.evaluate(
        "status => Object.assign(model, { send() {}, widget_manager: { kernel: { status } } })",
        kernel,
    )
    page.locator(FIELD).fill("learn SQL")
    page.keyboard.press("Enter")
    page.clock.run_for(5_000)
    return page.locator(".pw-status").inner_text()


def test_an_idle_kernel_that_does_not_answer(page: Page, pages: str) -> None:
    """A kernel that has nothing to do and does not answer was restarted, and that is said."""
    assert "Run this cell again" in _unanswered(page, pages, "idle")


@pytest.mark.parametrize("status", ["busy", "starting", "unknown"])
def test_a_kernel_that_may_still_answer(page: Page, pages: str, status: str) -> None:
    """As long as the kernel is not known to be idle, its answer is waited for."""
    assert "the notebook is busy" in _unanswered(page, pages, status)


def test_what_was_typed_comes_back(page: Page, pages: str) -> None:
    """What was typed and not saved is in its field when the widget is drawn anew."""
    _open(page, pages)
    page.locator(FIELD).fill("learn SQL")
    page.wait_for_function("sessionStorage.length === 1")

    page.reload()

    page.wait_for_selector(".pw h3")
    assert page.locator(FIELD).input_value() == "learn SQL"


def test_what_was_saved_does_not_come_back(page: Page, pages: str) -> None:
    """What was saved, or taken out again, is not typed once more into a widget drawn anew."""
    _open(page, pages)
    page.locator(FIELD).fill("learn SQL")
    page.keyboard.press("Enter")
    page.wait_for_function("sessionStorage.length === 0")
    page.locator('[data-key="new-measure"]').fill("never mind")
    page.wait_for_function("sessionStorage.length === 1")
    page.locator('[data-key="new-measure"]').fill("")
    page.wait_for_function("sessionStorage.length === 0")

    page.reload()

    page.wait_for_selector(".pw h3")
    assert page.locator(FIELD).input_value() == ""
    assert page.locator('[data-key="new-measure"]').input_value() == ""
