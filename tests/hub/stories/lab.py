"""JupyterLab as people use it: by its menus, by clicks into cells, and by keys."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError, expect  # noqa: A004 (what playwright calls it)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = [
    "await_kernel",
    "in_terminal",
    "region",
    "run_all",
    "save",
    "saved",
    "show",
    "work_through",
]

READY = 90_000
GLANCE = 400
"""Milliseconds for which one looks at a part of a notebook before scrolling on."""
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"


def await_kernel(page: "Page") -> None:
    """Wait until the notebook that is shown has a kernel, and the kernel nothing to do."""
    page.locator(f"{SHOWN} .jp-Cell").first.wait_for(timeout=READY)
    idle = page.locator("#jp-main-statusbar").get_by_text("| Idle")
    idle.wait_for(timeout=READY)


def region(page: "Page", name: str) -> "Locator":
    """Scroll through the notebook to a widget, by its heading, and return it.

    JupyterLab takes cells that are far from what is shown out of the page.
    """
    widget = page.get_by_role("region", name=name)
    notebook = page.locator(f"{SHOWN} .jp-WindowedPanel-outer")
    until = time.monotonic() + READY / 1000
    while not widget.count() and time.monotonic() < until:
        notebook.evaluate(
            """element => {
                const before = element.scrollTop;
                element.scrollBy(0, 500);
                if (element.scrollTop === before) element.scrollTo(0, 0);
            }"""
        )
        with suppress(TimeoutError):
            widget.wait_for(state="attached", timeout=GLANCE)
    widget.wait_for(timeout=READY)
    return widget


def run_all(page: "Page") -> None:
    """Run all cells by the menu."""
    await_kernel(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def work_through(page: "Page", cells: int, answers: Mapping[int, str]) -> None:
    """Go through a notebook by Shift+Enter, and write the answers into their cells."""
    await_kernel(page)
    page.locator(f"{SHOWN} .jp-Cell").first.click()
    page.keyboard.press("Escape")
    for number in range(cells):
        if number in answers:
            page.keyboard.press("Enter")
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(answers[number])
        page.keyboard.press("Control+Enter" if number == cells - 1 else "Shift+Enter")


def saved(widget: "Locator", *steps: Callable[[], object]) -> None:
    """Make one entry after the other, and wait each time until it is on the disk."""
    for step in steps:
        widget.locator(".pw-status").evaluate("element => { element.textContent = ''; }")
        step()
        widget.get_by_text("Saved at").wait_for(timeout=READY)


def save(page: "Page") -> None:
    """Save the notebook, and wait until JupyterLab says that it is."""
    page.keyboard.press("Control+s")
    dirty = page.locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current.jp-mod-dirty")
    expect(dirty).to_have_count(0, timeout=READY)


def show(place: "Locator") -> None:
    """Scroll so that something stands at the top."""
    place.evaluate("element => element.scrollIntoView({ block: 'start' })")


def in_terminal(page: "Page", command: str) -> None:
    """Open a terminal from the launcher, and type a command into it."""
    page.get_by_role("button", name="New Launcher").first.click()
    page.locator(".jp-LauncherCard").filter(has_text="Terminal").click()
    screen = page.locator(".jp-Terminal .xterm-screen")
    screen.wait_for(timeout=READY)
    screen.click()
    page.keyboard.type(f"{command}\n")
