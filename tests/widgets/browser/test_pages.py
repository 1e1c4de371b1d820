"""The widgets' own pages in Chromium: usable, accessible, and patient with who is typing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.widgets.browser.conftest import SOURCES, grave_findings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
# The review room is a page of its own: tests/course/review/room_page.
FOLDERS = sorted(file.parent.name for file in SOURCES.glob("*/view.json"))


def _open(page: Page, address: str, folder: str) -> None:
    page.goto(f"{address}/{folder}/page.html")
    page.wait_for_selector(".pw h3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 375])
@pytest.mark.parametrize("folder", FOLDERS)
def test_accessible(chromium: Browser, pages: str, folder: str, width: int, scheme: str) -> None:
    """No serious or critical finding of axe-core, and nothing wider than a phone."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    _open(page, pages, folder)
    page.add_style_tag(content=":root { color-scheme: light dark; }")
    for details in page.locator(".pw details").all():
        details.evaluate("element => { element.open = true; }")

    assert grave_findings(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    context.close()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_control_has_a_name_and_can_be_reached(page: Page, pages: str, folder: str) -> None:
    """Tab reaches each control that can be seen, and each has a key by which it is kept."""
    _open(page, pages, folder)
    expected = page.evaluate(
        """() => [...document.querySelectorAll(
            '.pw :is(button, input, select, textarea, a, summary)')]
            .filter(e => e.checkVisibility() && !e.disabled).length"""
    )
    groups = page.evaluate(
        """() => new Set([...document.querySelectorAll('.pw input[type=radio]')]
            .map(e => e.name)).size"""
    )
    radios = page.locator(".pw input[type=radio]").count()
    reached = page.evaluate("() => { window.reached = new Set(); return 0; }")
    for _ in range(expected * 6 + 10):
        page.keyboard.press("Tab")
        reached = page.evaluate(
            """() => {
                const e = document.activeElement;
                if (e && e.closest('.pw') && e.matches(
                    'button, input, select, textarea, a, summary'))
                    window.reached.add(e);
                return window.reached.size;
            }"""
        )
        if reached == expected - radios + groups:
            break

    # Of a group of radio buttons Tab reaches one, and the arrows the others.
    assert reached == expected - radios + groups
    unkeyed = page.locator(".pw :is(button, input, select, textarea):not([data-key])").count()
    assert unkeyed == 0


def _change_elsewhere(page: Page) -> None:
    """Let the view change as when another window has written the file."""
    view = json.loads((SOURCES / "objectives" / "view.json").read_text(encoding="utf-8"))
    view["goals"][0]["measure"] = "changed elsewhere"
    page.evaluate("view => window.model.set('view', view)", view)


def test_typing_survives_a_change_from_elsewhere(page: Page, pages: str) -> None:
    """A change by another window comes in, and half a word with its caret stays."""
    _open(page, pages, "objectives")
    field = page.locator('[data-key="new-text"]')
    field.fill("half a wo")
    field.press("ArrowLeft")

    _change_elsewhere(page)

    field = page.locator('[data-key="new-text"]')
    assert field.input_value() == "half a wo"
    assert page.evaluate("document.activeElement.dataset.key") == "new-text"
    assert page.evaluate("document.activeElement.selectionStart") == 8
    assert page.locator('[data-key="goal-1-measure"]').input_value() == "changed elsewhere"


def test_a_saved_field_follows_the_file_again(page: Page, pages: str) -> None:
    """Once a field was saved it is no draft any more: a later change from elsewhere is shown."""
    _open(page, pages, "objectives")
    field = page.locator('[data-key="goal-1-measure"]')
    field.fill("mine")
    field.press("Tab")
    page.wait_for_function(
        "document.querySelector('[role=status]').textContent.startsWith('Saved')"
    )

    _change_elsewhere(page)

    assert page.locator('[data-key="goal-1-measure"]').input_value() == "changed elsewhere"


def test_a_form_is_empty_after_it_was_sent(page: Page, pages: str) -> None:
    """What was added leaves an empty form, and was asked for once, with a key."""
    _open(page, pages, "objectives")
    page.locator('[data-key="new-text"]').fill("learn SQL")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "document.querySelector('[role=status]').textContent.startsWith('Saved')"
    )

    assert page.locator('[data-key="new-text"]').input_value() == ""
    asked = [entry for entry in page.evaluate("window.asked") if entry["do"] == "add"]
    assert [entry["text"] for entry in asked] == ["learn SQL"]
    assert asked[0]["id"]


def test_a_busy_notebook_is_told(page: Page, pages: str) -> None:
    """When no answer comes the page says so, and what was typed stays."""
    page.clock.install()
    _open(page, pages, "objectives")
    page.evaluate("window.model.send = () => {}")
    page.locator('[data-key="new-text"]').fill("learn SQL")
    page.keyboard.press("Enter")
    page.clock.run_for(5_000)
    assert "the notebook is busy" in page.locator(".pw-status").inner_text()

    page.clock.run_for(60_000)
    assert "Run this cell again" in page.locator(".pw-status").inner_text()
    assert page.locator('[data-key="new-text"]').input_value() == "learn SQL"


@pytest.mark.parametrize("folder", FOLDERS)
def test_texts_are_never_markup(page: Page, pages: str, folder: str) -> None:
    """Markup in every text of a view is shown as text, and nothing of it runs."""
    _open(page, pages, folder)
    hostile = "<img src=x onerror=window.hit=1><script>window.hit=1</script>"
    view = json.loads((SOURCES / folder / "view.json").read_text(encoding="utf-8"))

    page.evaluate("view => window.model.set('view', view)", _poisoned(view, hostile))
    page.wait_for_timeout(200)

    assert page.evaluate("window.hit") is None
    assert page.locator(".pw img, .pw script").count() == 0
    assert "onerror" in page.locator(".pw").inner_text() or folder == "hand_in"


def _poisoned(value: object, text: str) -> object:
    """Return a view with markup behind every text that people write."""
    if isinstance(value, dict):
        kept = ("id", "kind", "state", "reached", "rater", "author", "step", "due", "at", "begin")
        return {
            key: entry if key in kept else _poisoned(entry, text) for key, entry in value.items()
        }
    if isinstance(value, list):
        return [_poisoned(entry, text) for entry in value]
    return f"{value}{text}" if isinstance(value, str) and " " in value else value


def test_what_was_said_stands_in_the_feedback(page: Page, pages: str) -> None:
    """Words about each criterion are paragraphs and quotations; two people's words are two."""
    _open(page, pages, "feedback")
    criterion = {"title": "Clear chart", "level": 3, "points": 4.5, "most": 6, "rater": "employer"}
    said = [
        criterion | {"words": ["One look is enough.", "Name the unit."], "decision": ""},
        criterion | {"title": "Useful advice", "words": [], "decision": "3: it has a next step"},
    ]
    released = {"total": 9, "most": 12, "percent": 75, "rows": [], "steps": [], "criteria": said}
    view = {"released": released, "page": "", "fault": "", "handed_in": True, "command": ""}

    page.evaluate("view => window.model.set('view', view)", view)

    quoted = page.locator(".pw blockquote")
    quoted.first.wait_for()
    assert quoted.all_inner_texts() == ["One look is enough.", "Name the unit."]
    assert "decided on level 3: it has a next step" in page.locator(".pw").inner_text()
    assert "[object" not in page.locator(".pw").inner_text()
