"""The control room in JupyterLab, as an instructor clicks: the commands that it runs are real."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.course.report.conftest import REPOSITORY
from tests.widgets.browser.conftest import grave_findings
from tests.widgets.browser.conftest import page as page_of_a_browser
from tests.widgets.browser.servers import jupyter, run_all

from practicum.course import Course
from practicum.status import status

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["page"]

page = page_of_a_browser

pytestmark = [pytest.mark.browser, pytest.mark.suite]
NOTEBOOK = "notebooks/instructor_desk.ipynb"
READY = 90_000


@pytest.fixture
def course(tiny: Any) -> Course:
    """The tiny course, not published, with the desk's notebook."""
    (tiny.root / "notebooks").mkdir()
    shutil.copy(REPOSITORY / NOTEBOOK, tiny.root / NOTEBOOK)
    found: Course = tiny.course
    return found


@pytest.fixture
def lab(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """JupyterLab on the course's folder."""
    paths = [str(Path(part).absolute()) for part in os.environ.get("PYTHONPATH", "").split(":")]
    if os.environ.get("PYTHONPATH"):
        monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    with jupyter(course.root, tmp_path / "home") as address:
        yield address


def opened(page: Page, lab: str) -> Locator:
    """Open the notebook, run it, and return the desk."""
    page.set_viewport_size({"width": 1300, "height": 900})
    page.goto(f"{lab}/lab/tree/{NOTEBOOK}?reset")
    run_all(page, lab, NOTEBOOK)
    desk = page.locator(".practicum-desk").first
    desk.get_by_role("heading", name="What to do next").wait_for(timeout=READY)
    return desk


def test_a_brief_is_published_by_clicks(page: Page, lab: str, course: Course) -> None:
    """Two clicks publish; the bar, the outcome and the renewed table come by themselves."""
    desk = opened(page, lab)
    assert desk.get_by_role("cell", name="not yet").count() == 1
    assert grave_findings(page, ".practicum-desk") == []

    desk.get_by_role("button", name="Publish tiny").click()
    desk.get_by_text("2 students will be able to fetch tiny").wait_for(timeout=READY)
    desk.get_by_role("button", name="Yes, publish to 2 students").click()

    desk.get_by_role("button", name="Stop").wait_for(timeout=READY)
    desk.get_by_text("practicum publish tiny: done.").wait_for(timeout=READY)
    desk.get_by_role("cell", name="yes", exact=True).wait_for(timeout=READY)
    assert status(course).briefs[0].published
    desk.get_by_role("button", name="Collect tiny").wait_for(timeout=READY)
    assert desk.evaluate("element => element.scrollWidth <= element.clientWidth")

    again = opened(page, lab)
    again.get_by_text("What ran here before").click()
    again.get_by_role("cell", name="practicum publish tiny").wait_for(timeout=READY)
