"""One student's whole way in JupyterLab: from an empty home to a graded submission."""

from __future__ import annotations

import getpass
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.widgets.browser.filling import everything_is_there, fill
from tests.widgets.browser.servers import await_kernel, jupyter, run_all
from tests.widgets.conftest import REPOSITORY

from practicum.internship import read_internship

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.suite]
READY = 90_000
BRIEF = "first-steps"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with one published brief, and the account that runs the tests as its student."""
    root = tmp_path_factory.mktemp("course") / "course"
    _practicum("init", str(root))
    roster = root / "course" / "roster.yml"
    text = roster.read_text(encoding="utf-8")
    student = f"  - {{id: {getpass.getuser()}, name: Ada Example, email: ada@uni.example}}\n"
    assert "students:\n" in text
    roster.write_text(text.replace("students:\n", f"students:\n{student}", 1), encoding="utf-8")
    _practicum("publish", BRIEF, "--course", str(root))
    return root


@pytest.fixture(scope="module")
def lab(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """JupyterLab on a student's home, which holds the start notebook and nothing else."""
    home, folder = tmp_path_factory.mktemp("settings"), tmp_path_factory.mktemp("home")
    shutil.copy(REPOSITORY / "notebooks" / "student_start.ipynb", folder)
    exchange = course / "course" / "work" / "exchange"
    lines = ["c = get_config()", f"c.Exchange.root = {str(exchange)!r}", ""]
    (folder / "nbgrader_config.py").write_text("\n".join(lines), encoding="utf-8")
    about = {"JUPYTER_DATA_DIR": str(home / "data"), "IPYTHONDIR": str(home / "ipython")}
    with jupyter(folder, home, about) as address:
        yield address, folder


def _practicum(*arguments: str) -> str:
    command = [sys.executable, "-m", "practicum", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _run_widgets(page: Page, address: str) -> None:
    """Run the cells of the widgets; "Run All" ends at the first task that is not solved."""
    await_kernel(page, address, f"{BRIEF}/brief.ipynb")
    cells = page.locator(".jp-CodeCell").filter(has_text="practicum_widgets")
    for number in range(cells.count()):
        cell = cells.nth(number)
        cell.locator(".jp-InputArea-editor").click()
        page.keyboard.press("Shift+Enter")
        cell.locator(".pw h3").first.wait_for(timeout=READY)


def _restart_and_reload(page: Page, address: str) -> None:
    """End the kernel, load the page again, and run the widgets' cells in the new kernel."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel…").click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    await_kernel(page, address, f"{BRIEF}/brief.ipynb")
    page.reload()
    _run_widgets(page, address)


def test_from_an_empty_home_to_a_graded_submission(
    page: Page, lab: tuple[str, Path], course: Path
) -> None:
    """Fetched, filled, checked, handed in by clicks; the graded submission has the same state."""
    address, folder = lab
    page.goto(f"{address}/lab/tree/student_start.ipynb?reset")
    run_all(page, address, "student_start.ipynb")
    home = page.get_by_role("region", name="My internships")
    home.get_by_role("button", name="Look for assignments").click()
    home.get_by_role("button", name=f"Fetch {BRIEF}").click(timeout=READY)
    link = home.get_by_role("link", name="Open Which penguins need a census?")
    link.wait_for(timeout=READY)
    assert link.get_attribute("href") == f"/lab/tree/{BRIEF}/brief.ipynb"

    page.goto(f"{address}/lab/tree/{BRIEF}/brief.ipynb?reset")
    _run_widgets(page, address)
    page.get_by_role("region", name="Check and hand in").wait_for(timeout=READY)
    fill(page)
    page.keyboard.press("Control+s")
    _restart_and_reload(page, address)
    everything_is_there(page)
    hand_in = page.get_by_role("region", name="Check and hand in")
    hand_in.get_by_role("button", name="Check", exact=True).click()
    hand_in.get_by_text("0 of 5 visible tests pass").wait_for(timeout=READY)
    assert hand_in.get_by_text("you have not written any code yet (bird-counts)").count() == 1
    hand_in.get_by_role("button", name="Hand in to my course").click()
    hand_in.get_by_text("tick the box above").wait_for(timeout=READY)
    hand_in.locator('[data-key="confirm"]').check()
    hand_in.get_by_role("button", name="Hand in to my course").click()
    hand_in.get_by_text("This one counts.").wait_for(timeout=READY)

    kept = read_internship((folder / BRIEF / f"{BRIEF}.internship.json").read_bytes())
    assert _state(kept) == {
        "objectives": ["Compare groups <b>myself</b>"],
        "milestones": [("explore", "done")],
        "time": 1,
        "messages": ["Is the table complete?"],
        "achievements": ["Found the two birds without a mass"],
        "contacts": ["Ines"],
        "reflection": {"was-hard": "Missing values."},
        "self_assessment": [("advice", 3, "Both islands have a number.")],
        "hand_ins": ["nbgrader"],
    }

    _practicum("collect", BRIEF, "--course", str(course))
    _practicum("grade", BRIEF, "--course", str(course))
    graded = course / "course" / "work" / "autograded" / getpass.getuser() / BRIEF
    assert read_internship((graded / f"{BRIEF}.internship.json").read_bytes()) == kept
    notebook = json.loads((graded / "brief.ipynb").read_text(encoding="utf-8"))
    cell = next(c for c in notebook["cells"] if "Objectives()" in "".join(c["source"]))
    twin = "".join(cell["outputs"][0]["data"]["text/html"])
    assert "Compare groups &lt;b&gt;myself&lt;/b&gt;" in twin


def _state(kept: Any) -> dict[str, Any]:
    """Return what a student entered, without keys and times."""
    return {
        "objectives": [goal.text for goal in kept.objectives],
        "milestones": [(state.milestone, state.state) for state in kept.milestones],
        "time": len(kept.time),
        "messages": [message.text for message in kept.messages],
        "achievements": [entry.text for entry in kept.achievements],
        "contacts": [entry.name for entry in kept.contacts],
        "reflection": kept.reflection,
        "self_assessment": [(s.criterion, s.level, s.evidence) for s in kept.self_assessment],
        "hand_ins": [receipt.way for receipt in kept.hand_ins],
    }
