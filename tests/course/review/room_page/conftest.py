"""Rita's visits to the review room in Chromium, served over real HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from practicum.course import Course
from practicum.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

MONTH = timedelta(days=30)


class Visit:
    """What a reviewer does in the room by clicks, and what can be asked of the page."""

    def __init__(self, page: Page, records: Records) -> None:
        self.page, self.records = page, records

    def enter(self, address: str, reviewer: str = "rita") -> None:
        """Come in by a link."""
        self.page.goto(f"{address}invite/{self.records.invite('demo', reviewer, MONTH)}")
        self.page.get_by_role("button", name="Enter the review room").click()
        self.page.get_by_role("heading", name="Which Saturdays?").wait_for()

    @property
    def place(self) -> str:
        """The room's address without the submission that is open."""
        return self.page.url.partition("#")[0]

    def code(self, student: str) -> str:
        """Return the blind code of a student's submission."""
        return self.records.blind_code("demo", student)

    def button(self, name: str) -> Locator:
        """Return a button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def sees(self, *texts: str) -> None:
        """Wait until each of these texts is shown somewhere."""
        for text in texts:
            self.page.get_by_text(text).locator("visible=true").first.wait_for()

    def open(self, student: str) -> None:
        """Open a submission from the queue."""
        self.page.get_by_role("button", name=self.code(student)).last.click()
        self.page.locator("iframe").wait_for()

    def criterion(self, title: str) -> Locator:
        """Return what the form asks about one criterion."""
        return self.page.get_by_role("group", name=title)

    def words(self, title: str) -> Locator:
        """Return the field for the words about one criterion."""
        return self.criterion(title).get_by_role("textbox")

    def levels(self, analysis: int, advice: int) -> None:
        """Choose a level for each criterion."""
        for title, level in (("Sound analysis", analysis), ("Useful advice", advice)):
            self.criterion(title).locator(f'[value="{level}"]').check()

    def send(self) -> None:
        """Send a sheet as it is, and wait for the thanks."""
        self.page.locator("form [type=submit]").click()
        skip = self.button("Send as it is")
        thanks = self.page.get_by_role("heading", name="Thank you")
        skip.or_(thanks).first.wait_for()
        if skip.is_visible():
            skip.click()
        thanks.first.wait_for()

    def to_queue(self) -> None:
        """Load the page anew, at its first view."""
        self.page.goto(self.place)
        self.page.get_by_role("heading", name="Which Saturdays?").wait_for()

    def grave(self) -> list[str]:
        """Return axe-core's serious and critical findings."""
        from axe_playwright_python.sync_playwright import Axe

        found: dict[str, Any] = Axe().run(self.page).response
        return [
            f"{finding['id']}: {finding['nodes'][0]['html'][:200]}"
            for finding in found["violations"]
            if finding["impact"] in ("serious", "critical")
        ]

    def cut(self) -> list[str]:
        """Return what is wider than the window, or than the place that it has."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll("main, main *")]
                .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
                    && !["IFRAME", "TEXTAREA", "INPUT"].includes(one.tagName)
                    && getComputedStyle(one).display !== "inline")
                .map((one) => one.outerHTML.slice(0, 200))"""
        )
        return found


@pytest.fixture
def settings() -> dict[str, str]:
    """What course.yml says otherwise: texts in it, and what stands there instead."""
    return {}


@pytest.fixture
def course(course: Course, settings: dict[str, str]) -> Course:
    """The course of the other tests, with these settings."""
    file = course.root / "course" / "course.yml"
    text = file.read_text()
    for before, after in settings.items():
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    return Course.find(course.root)


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


@pytest.fixture
def visit(page: Page, records: Records) -> Visit:
    """Rita, before she has come in: what the room holds is laid first."""
    return Visit(page, records)


@pytest.fixture
def rita(visit: Visit, address: str) -> Visit:
    """Rita, who has come in by her link."""
    visit.enter(address)
    return visit
