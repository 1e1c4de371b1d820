"""The notebook in JupyterLab, as an instructor clicks and types; gradebook and records are real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.course.report.conftest import BRIEF, NOW, REPOSITORY, graded_once
from tests.widgets.browser.conftest import grave_findings
from tests.widgets.browser.conftest import page as page_of_a_browser
from tests.widgets.browser.servers import jupyter, run_all

from practicum.course import Course
from practicum.gradebook import CourseGradebook
from practicum.records import Assessment, Records, Sheet

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["graded_once", "page"]

page = page_of_a_browser

pytestmark = [pytest.mark.browser, pytest.mark.suite]
NOTEBOOK = "notebooks/instructor_desk.ipynb"
READY = 90_000
REVIEWERS = """\
reviewers:
  - {id: rita, name: Rita Maria Rodriguez-Lindqvist, employer: Trust, briefs: [first-steps]}
  - {id: hugo, name: Hugo Hirer, employer: Trust, briefs: [first-steps]}
"""
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"> costs $5 or $6"
FEW = ("alice", "bob")
MANY = tuple(f"s{number:02}" for number in range(14))


def judge(records: Records, student: str, reviewer: str, criterion: str, level: int) -> None:
    """Let a reviewer give a level, with words that try to be markup."""
    records.assess(
        Assessment(
            brief=BRIEF,
            student=student,
            criterion=criterion,
            reviewer=reviewer,
            level=level,
            words=f"{HOSTILE} for {criterion}",
            at=NOW,
        )
    )


@pytest.fixture(scope="module")
def course(graded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded course with two cases, fourteen more submissions that were judged, and anchors."""
    root = tmp_path_factory.mktemp("desk") / "course"
    shutil.copytree(graded_once, root)
    roster = root / "course" / "roster.yml"
    roster.write_text(roster.read_text("utf-8").split("reviewers:")[0] + REVIEWERS, "utf-8")
    (root / "notebooks").mkdir()
    shutil.copy(REPOSITORY / NOTEBOOK, root / NOTEBOOK)
    course = Course.find(root)
    with Records(course.records_url) as records:
        for student in FEW:
            judge(records, student, "rita", "advice", 4)
            judge(records, student, "hugo", "advice", 1)
        for number, student in enumerate(MANY):
            for place, criterion in enumerate(("analysis", "advice")):
                level = (number + place * number) % 4
                judge(records, student, "hugo", criterion, level)
                judge(records, student, "rita", criterion, min(4, level + number % 2))
        sheet = Sheet(levels={"advice": 4, "analysis": 3}, note=HOSTILE, minutes=14)
        records.submit_sheet(BRIEF, "alice", "rita", sheet)
        agreed = {"advice": 3, "analysis": 3}
        records.set_anchors(BRIEF, [(student, agreed, {}) for student in MANY[:3]], "lehmann")
        for student in MANY[:3]:
            records.submit_sheet(BRIEF, student, "rita", sheet)
    for student in FEW:
        folder = course.station("autograded", student=student, brief=BRIEF)
        shutil.copytree(REPOSITORY / "assignments" / BRIEF, folder)
    return course


@pytest.fixture(scope="module")
def lab(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on the course's folder."""
    with jupyter(course.root, tmp_path_factory.mktemp("home")) as address:
        yield address


def opened(page: Page, lab: str) -> Locator:
    """Open the notebook, run it, and return the desk."""
    page.set_viewport_size({"width": 1000, "height": 900})
    page.goto(f"{lab}/lab/tree/{NOTEBOOK}?reset")
    run_all(page, lab, NOTEBOOK)
    desk = page.locator(".practicum-desk")
    desk.get_by_role("heading", name="Moderation").wait_for(timeout=READY)
    return desk


def test_a_case_is_decided_by_clicks(page: Page, lab: str, course: Course) -> None:
    """A case is read and decided: it stands in records, log and marks, and the next one is open."""
    desk = opened(page, lab)
    assert desk.get_by_text(HOSTILE).count() > 0
    assert page.title() != "hacked"
    assert grave_findings(page, ".practicum-desk") == []
    assert desk.evaluate("element => element.scrollWidth <= element.clientWidth")

    desk.get_by_role("button", name="Decide").click()
    desk.get_by_text("Before you decide: choose a level").wait_for(timeout=READY)
    desk.get_by_role("radio", name="3:").check()
    desk.get_by_role("textbox", name="Reason").fill("It names the next step.")
    desk.get_by_role("button", name="Decide").click()
    desk.get_by_text("alice, Useful advice: decided, level 3.").wait_for(timeout=READY)

    desk.get_by_role("heading", name="of bob").wait_for(timeout=READY)
    assert desk.get_by_role("textbox", name="Reason").input_value() == ""
    assert desk.get_by_role("radio", checked=True).count() == 0
    with closing(Records(course.records_url)) as records:
        (kept,) = records.decisions(BRIEF)
        logged = [entry for entry in records.audit() if entry.action == "decide"]
    assert (kept.student, kept.criterion, kept.level, kept.by) == ("alice", "advice", 3, "lehmann")
    assert kept.reason == "It names the next step."
    assert [(entry.by, entry.detail) for entry in logged] == [("lehmann", "advice: level 3")]
    with CourseGradebook(course) as gradebook:
        (cell,) = [
            cell
            for cell in gradebook.marks(BRIEF, "alice").cells
            if cell.cell == "criterion-advice"
        ]
    assert cell.score == pytest.approx(cell.max_points * 0.75)


def test_the_graded_notebook_opens_in_jupyterlab(page: Page, lab: str) -> None:
    """The link in a case opens the graded notebook beside the desk."""
    desk = opened(page, lab)

    desk.get_by_role("link", name="Open the graded notebook").click()

    page.get_by_role("tab", name="brief.ipynb").wait_for(timeout=READY)
