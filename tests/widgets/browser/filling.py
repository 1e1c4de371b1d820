"""A student's entries in every widget, by clicks, and the look whether they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["everything_is_there", "fill"]

READY = 90_000


def saved(widget: Locator, *steps: Any) -> None:
    """Make one entry after the other, and wait each time until it is on the disk."""
    for step in steps:
        widget.locator(".pw-status").evaluate("element => { element.textContent = ''; }")
        step()
        widget.get_by_text("Saved at").wait_for(timeout=READY)


def fill(page: Page) -> None:
    """Fill each widget as a student would."""

    def of(name: str) -> Locator:
        return page.get_by_role("region", name=name)

    def enter(widget: Locator, key: str, text: str) -> None:
        field = widget.locator(f'[data-key="{key}"]')
        field.fill(text)
        field.press("Tab")

    goals = of("My learning goals")
    goals.locator('[data-key="new-text"]').fill("Compare groups <b>myself</b>")
    saved(goals, goals.get_by_role("button", name="Add goal").click)
    board = of("Milestones and hours")
    choice = board.locator('[data-key="state-explore"]')
    saved(board, lambda: choice.select_option("done"))
    saved(board, board.get_by_role("button", name="Start the clock").click)
    saved(board, board.get_by_role("button", name="Stop and log").click)
    messages = of("Messages")
    messages.locator('[data-key="question"]').fill("Is the table complete?")
    saved(messages, messages.get_by_role("button", name="Keep the question").click)
    log = of("What I have achieved")
    log.locator('[data-key="new-text"]').fill("Found the two birds without a mass")
    saved(log, log.get_by_role("button", name="Note it").click)
    people = of("People and reflection")
    people.locator('[data-key="new-name"]').fill("Ines")
    saved(people, people.get_by_role("button", name="Add person").click)
    saved(people, lambda: enter(people, "prompt-was-hard", "Missing values."))
    own = of("How I judge my own work")
    saved(own, own.locator('[data-key="advice-3"]').check)
    saved(own, lambda: enter(own, "advice-evidence", "Both islands have a number."))


def everything_is_there(page: Page) -> None:
    """What was filled in is shown by each widget, from the file alone."""

    def value(key: str) -> str:
        return page.locator(f'[data-key="{key}"]').first.input_value(timeout=READY)

    for name, text in (
        ("My learning goals", "Compare groups <b>myself</b>"),
        ("Messages", "Is the table complete?"),
        ("What I have achieved", "Found the two birds without a mass"),
        ("People and reflection", "Ines"),
    ):
        region = page.get_by_role("region", name=name)
        shown = region.get_by_text(text).or_(region.locator(f'input[value="{text}"]'))
        shown.first.wait_for(timeout=READY)
    assert value("state-explore") == "done"
    assert value("prompt-was-hard") == "Missing values."
    assert value("advice-evidence") == "Both islands have a number."
    assert page.locator('[data-key="advice-3"]').is_checked()
