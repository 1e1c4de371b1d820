"""The widgets in JupyterLab 4, Notebook 7 and Voilà, as students meet them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.widgets.browser.conftest import grave_findings
from tests.widgets.browser.filling import everything_is_there, fill
from tests.widgets.browser.servers import jupyter, run_all, voila
from tests.widgets.conftest import lay_desk

import practicum_widgets
from practicum.internship import read_internship

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.suite]
NAMES = [name for name in practicum_widgets.__all__ if name != "Desk"]
PROGRAMS = ("lab", "notebook", "voila")
READY = 60_000


def notebook_of(*sources: str) -> dict[str, Any]:
    """Return a notebook of code cells."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


class Student:
    """A student's folder, and the programs that it is opened in."""

    def __init__(self, folder: Path, address: str, voila_address: str) -> None:
        """Name the folder with the desk, and where it is served."""
        self.folder, self._address, self._voila = folder, address, voila_address

    def open(self, page: Page, program: str, name: str = "widgets.ipynb") -> None:
        """Open the notebook with all widgets, and run it where that is not done by itself."""
        place = f"first-steps/{name}"
        if program == "voila":
            page.goto(self._voila)
        else:
            way = "lab/tree" if program == "lab" else "notebooks"
            page.goto(f"{self._address}/{way}/{place}?reset")
            run_all(page, self._address, place)
        page.wait_for_selector(".pw h3", timeout=READY)

    def kept(self) -> Any:
        """Return what the student's file says."""
        return read_internship((self.folder / "first-steps.internship.json").read_bytes())


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Student]:
    """A desk with a notebook that has every widget, served by all three programs."""
    root, home = tmp_path_factory.mktemp("student"), tmp_path_factory.mktemp("home")
    folder = lay_desk(root).folder
    cells = [f"from practicum_widgets import {name}\n\n{name}()" for name in NAMES]
    notebook = json.dumps(notebook_of(*cells))
    for name in ("widgets.ipynb", "brief.ipynb"):
        (folder / name).write_text(notebook, encoding="utf-8")
    with (
        jupyter(root, home) as address,
        voila(folder / "widgets.ipynb", home) as voila_address,
    ):
        yield Student(folder, address, voila_address)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_widget_is_there_and_accessible(page: Page, student: Student, program: str) -> None:
    """All widgets are rendered, and axe-core has nothing serious or critical to say of any."""
    student.open(page, program)
    page.wait_for_function(
        f"document.querySelectorAll('.pw h3').length >= {len(NAMES)}", timeout=READY
    )

    assert grave_findings(page) == []


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_was_entered_is_there_again(page: Page, student: Student, program: str) -> None:
    """A goal that was acknowledged is on the disk, and is shown after the page was loaded again."""
    student.open(page, program)
    goals = page.get_by_role("region", name="My learning goals")
    goals.locator('[data-key="new-text"]').fill(f"learn in {program}")
    goals.get_by_role("button", name="Add goal").click()
    goals.get_by_text("Saved at").wait_for(timeout=READY)
    assert f"learn in {program}" in [goal.text for goal in student.kept().objectives]

    page.reload()
    student.open(page, program)

    page.get_by_text(f"learn in {program}", exact=True).first.wait_for(timeout=READY)


@pytest.mark.parametrize("program", ["notebook", "voila"])
def test_every_widget_is_filled_and_filled_again(
    page: Page, student: Student, program: str
) -> None:
    """All that was entered by clicks is shown by a new kernel, from the file alone."""
    (student.folder / "first-steps.internship.json").unlink(missing_ok=True)
    student.open(page, program)
    fill(page)
    kept = student.kept()

    page.goto("about:blank")
    student.open(page, program)

    everything_is_there(page)
    assert student.kept() == kept
    assert kept.contacts
    assert kept.messages
    assert kept.time


def test_a_restarted_kernel_goes_on(page: Page, student: Student) -> None:
    """After restarting the kernel and running all cells the clock runs on, in the same file."""
    student.open(page, "lab")
    board = page.get_by_role("region", name="Milestones and hours")
    board.get_by_role("button", name="Start the clock").click()
    board.get_by_role("button", name="Stop and log").wait_for(timeout=READY)
    begin = student.kept().timer.begin

    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel and Run All Cells…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_timeout(1_000)
    board.get_by_role("button", name="Stop and log").wait_for(timeout=READY)
    board.get_by_role("button", name="Stop and log").click()
    board.get_by_role("button", name="Start the clock").wait_for(timeout=READY)

    kept = student.kept()
    assert kept.timer is None
    assert begin in [entry.begin for entry in kept.time]


def test_only_the_keyboard(page: Page, student: Student) -> None:
    """A goal is added, the clock started and stopped, a level chosen and saved, without a mouse."""
    student.open(page, "lab")
    goals = page.get_by_role("region", name="My learning goals")
    goals.locator('[data-key="new-text"]').focus()
    page.keyboard.type("by keyboard")
    page.keyboard.press("Enter")
    goals.get_by_text("Saved at").wait_for(timeout=READY)

    board = page.get_by_role("region", name="Milestones and hours")
    board.locator('[data-key="clock-milestone"]').focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    board.get_by_role("button", name="Stop and log").wait_for(timeout=READY)
    page.keyboard.press("Enter")
    board.get_by_role("button", name="Start the clock").wait_for(timeout=READY)

    page.locator('[data-key="analysis-0"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    own = page.get_by_role("region", name="How I judge my own work")
    own.get_by_text("Saved at").wait_for(timeout=READY)

    kept = student.kept()
    assert "by keyboard" in [goal.text for goal in kept.objectives]
    assert kept.timer is None
    judged = {entry.criterion: entry.level for entry in kept.self_assessment}
    assert judged["analysis"] == 2


def test_a_restart_is_said_and_what_was_typed_comes_back(page: Page, student: Student) -> None:
    """A widget of a kernel that is gone says so in seconds; run again, it has the typed text."""
    student.open(page, "lab")
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_timeout(2_000)
    goals = page.get_by_role("region", name="My learning goals")
    goals.locator('[data-key="new-text"]').fill("typed after the restart")
    page.keyboard.press("Enter")
    goals.get_by_text("the notebook was restarted. Run this cell again").wait_for(timeout=30_000)
    file = student.folder / "first-steps.internship.json"
    assert not file.exists() or "typed after the restart" not in file.read_text("utf-8")

    student.open(page, "lab")

    field = goals.locator('[data-key="new-text"]')
    assert field.input_value() == "typed after the restart"
    goals.get_by_role("button", name="Add goal").click()
    goals.get_by_text("Saved at").wait_for(timeout=READY)
    assert "typed after the restart" in [goal.text for goal in student.kept().objectives]
    assert not field.input_value()


def test_another_notebook_may_be_busy(page: Page, student: Student) -> None:
    """That the kernel was restarted is said in seconds, whatever another notebook is doing."""
    busy = json.dumps(notebook_of("import time\n\ntime.sleep(90)"))
    (student.folder / "busy.ipynb").write_text(busy, encoding="utf-8")
    show = """async (path) => {
        const shown = await window.jupyterapp.commands.execute("docmanager:open", { path });
        await shown.context.sessionContext.ready;
    }"""
    student.open(page, "lab")
    page.evaluate(show, "first-steps/busy.ipynb")
    cell = page.locator(".jp-CodeCell").filter(has_text="time.sleep")
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Shift+Enter")
    cell.locator(".jp-InputPrompt").filter(has_text="[*]:").wait_for(timeout=READY)
    page.evaluate(show, "first-steps/widgets.ipynb")
    goals = page.get_by_role("region", name="My learning goals")
    goals.wait_for()
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.wait_for_timeout(2_000)

    goals.locator('[data-key="new-text"]').fill("beside a busy notebook")
    page.keyboard.press("Enter")

    goals.get_by_text("the notebook was restarted. Run this cell again").wait_for(timeout=30_000)
    assert page.locator('[data-status="busy"]').count() == 1


def test_the_focus_stays_where_something_is_removed(page: Page, student: Student) -> None:
    """After an entry was removed by keyboard, the focus is on the next control of the widget."""
    student.open(page, "lab")
    goals = page.get_by_role("region", name="My learning goals")
    goals.locator('[data-key="new-text"]').fill("will be removed")
    goals.get_by_role("button", name="Add goal").click()
    remove = goals.get_by_role("button", name="Remove will be removed")
    remove.focus()
    page.keyboard.press("Enter")
    remove.wait_for(state="detached", timeout=READY)

    inside = "document.activeElement.closest('section')?.getAttribute('aria-label')"
    assert page.evaluate(inside) == "My learning goals"


def test_two_windows_keep_both(page: Page, student: Student) -> None:
    """Two windows each add a goal, and both goals are in the file and on the page."""
    student.open(page, "lab")
    other = page.context.new_page()
    student.open(other, "notebook")
    for window, text in ((page, "first window"), (other, "second window")):
        goals = window.get_by_role("region", name="My learning goals")
        goals.locator('[data-key="new-text"]').fill(text)
        goals.get_by_role("button", name="Add goal").click()
        goals.get_by_text("Saved at").wait_for(timeout=READY)

    assert {"first window", "second window"} <= {g.text for g in student.kept().objectives}
    page.bring_to_front()
    page.get_by_text("second window", exact=True).first.wait_for(timeout=READY)
