"""What the page and the twin say: old checks, work that was not saved, texts of others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.widgets.conftest import Lay
from tests.widgets.hand_in.conftest import Fill, cell, write

from practicum.demo.mistakes import read_notebook
from practicum.errors import BadInput
from practicum.internship import Internship, Objective, SelfLevel, TimeEntry
from practicum_widgets import Desk, HandIn, Milestones, Objectives
from practicum_widgets.hand_in.checking import Check, digest_of
from practicum_widgets.hand_in.findings import Finding
from practicum_widgets.hand_in.saved import has_unsaved, watch
from practicum_widgets.hand_in.telling import sentence

NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def shell() -> Iterator[Any]:
    """An IPython shell, as a kernel has one."""
    from IPython.core.interactiveshell import InteractiveShell

    watch.cache_clear()
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()
    watch.cache_clear()


def _checked(widget: HandIn, *findings: Finding) -> None:
    digest = digest_of(widget.desk)
    widget._checked = Check(widget.now(), findings, 5, 5, digest)
    widget.refresh()


def test_a_clean_check_needs_no_consent(solved: Fill) -> None:
    """After a check that found nothing grave one hands in without a tick."""
    widget = HandIn(solved())
    _checked(widget, Finding("words_around", grave=False))

    widget.do("pack", {"id": "a"})

    assert len(widget.view["receipts"]) == 1


def test_a_check_of_an_older_notebook_is_told(solved: Fill) -> None:
    """A notebook that was saved anew makes the check old, on the page and for the hand-in."""
    desk = solved()
    widget = HandIn(desk)
    _checked(widget)
    assert not widget.view["checked"]["outdated"]

    write(desk, read_notebook(desk.folder / "brief.ipynb"), lambda n: n["cells"].pop())
    widget.look()

    assert widget.view["checked"]["outdated"]
    with pytest.raises(BadInput, match="Check it, or tick"):
        widget.do("pack", {"id": "a"})
    assert widget.view["insist"]


def test_a_page_that_knows_of_unsaved_work(solved: Fill) -> None:
    """Where the program says that the notebook is not saved, handing in asks first."""
    widget = HandIn(solved())
    _checked(widget)

    with pytest.raises(BadInput, match="changes that are not saved"):
        widget.do("pack", {"id": "a", "dirty": True})

    assert widget.view["insist"]
    assert widget.view["receipts"] == []


def test_code_that_was_run_and_not_saved(solved: Fill, shell: Any) -> None:
    """Code that was run after the last saving and is not in the file is unsaved work."""
    desk = solved()
    source = "x_of_mine = 1"
    HandIn(desk)
    saved = "".join(cell(read_notebook(desk.folder / "brief.ipynb"), "parameters")["source"])
    shell.run_cell(saved, store_history=True)
    shell.run_cell("look_at = 2", store_history=False)
    assert not has_unsaved(desk)

    shell.run_cell(source, store_history=True)
    assert has_unsaved(desk)

    change = {"source": source}
    write(
        desk,
        read_notebook(desk.folder / "brief.ipynb"),
        lambda n: cell(n, "bird-counts").update(change),
    )
    assert not has_unsaved(desk)


def test_code_that_was_run_before_the_last_saving(solved: Fill, shell: Any) -> None:
    """What was tried, deleted, and then saved without it is no unsaved work."""
    desk = solved()
    HandIn(desk)
    shell.run_cell("tried = 1", store_history=True)
    later = watch()["tried = 1"] + 5
    os.utime(desk.folder / "brief.ipynb", (later, later))

    assert not has_unsaved(desk)


def test_the_twin_shows_check_and_receipts(solved: Fill) -> None:
    """Without JavaScript the last check and every receipt can be read, with what changed."""
    desk = solved()
    widget = HandIn(desk)
    _checked(widget, Finding("words_around", grave=False, about={"cell": "reflection"}))
    widget.do("pack", {"id": "a"})
    (desk.folder / "more.csv").write_text("x")
    widget.do("pack", {"id": "b"})

    twin = widget.still().html

    assert "5 of 5 visible tests pass" in twin
    assert "YOUR ANSWER HERE is still in your answer (reflection)" in twin
    assert "Added: more.csv" in twin
    for receipt in desk.sidecar.read().hand_ins:
        assert receipt.sha256 in twin
        assert receipt.place in twin


def _reminders(widget: HandIn) -> tuple[list[str], list[str]]:
    """Return the reminders of the own file that the page shows, and those of the twin."""
    twin, keys = widget.still().html, ("no_hours", "no_goals", "clock_runs")
    page = [key for key, _, _ in widget.view["checked"]["findings"]]
    return [k for k in keys if k in page], [k for k in keys if widget.words[k] in twin]


def test_page_and_twin_remind_of_the_same(solved: Fill) -> None:
    """What is done after the check, or left undone, is told as it is now on page and twin."""
    desk = solved()
    widget = HandIn(desk)
    _checked(widget)
    assert _reminders(widget) == (["no_hours", "no_goals"],) * 2

    Objectives(desk).do("add", {"id": "a", "text": "learn SQL"})
    Milestones(desk).do("start", {"id": "t"})

    assert _reminders(widget) == (["no_hours", "clock_runs"],) * 2


def _complete(desk: Desk) -> Internship:
    """Return a student's file in which nothing is left to do."""
    assert desk.rubric is not None
    return Internship(
        brief="first-steps",
        objectives=(Objective(id="a", text="learn SQL", reached="yes"),),
        time=(TimeEntry(id="a", begin=NOW, minutes=90),),
        self_assessment=tuple(SelfLevel(criterion=c.id, level=3) for c in desk.rubric.criteria),
    )


def test_the_twin_says_what_the_page_says_of_a_check(solved: Fill) -> None:
    """The twin says that nothing is open, or that the notebook was saved after the check."""
    desk = solved()
    widget = HandIn(desk)
    _checked(widget)
    desk.sidecar.change(lambda _: _complete(desk))
    assert widget.words["all_well"] in widget.still().html

    write(desk, read_notebook(desk.folder / "brief.ipynb"), lambda n: n["cells"].pop())

    assert widget.words["all_well"] not in widget.still().html
    assert widget.words["outdated"] in widget.still().html


@pytest.mark.parametrize(
    ("language", "course", "zipped"),
    [
        ("en", "to the course: birds-101", "as a zip: first-steps.zip"),
        ("de", "im Kurs: birds-101", "als Zip: first-steps.zip"),
    ],
)
def test_the_twin_says_the_way(lay: Lay, language: str, course: str, zipped: str) -> None:
    """A receipt in the twin says which way, and to which place; without a place it says the way."""
    desk = lay(language=language)
    places = (("nbgrader", "birds-101"), ("zip", "first-steps.zip"), ("zip", ""))
    receipts = [
        {
            "id": f"r{n}",
            "at": f"2027-01-2{n}T12:00Z",
            "way": way,
            "place": place,
            "sha256": "0" * 64,
        }
        for n, (way, place) in enumerate(places)
    ]
    kept = Internship.model_validate({"brief": "first-steps", "hand_ins": receipts})
    desk.sidecar.change(lambda _: kept)

    twin = HandIn(desk).still().html

    assert f"<td>{course}</td>" in twin
    assert f"<td>{zipped}</td>" in twin
    assert f"<td>{zipped.partition(':')[0]}</td>" in twin


def test_texts_of_others_are_escaped(solved: Fill) -> None:
    """An error message of the student's code, or a file's name, is text and never markup."""
    desk = solved()
    (desk.folder / f"{HOSTILE}.csv").write_text("x")
    widget = HandIn(desk)
    about = {"cell": HOSTILE, "heading": HOSTILE, "error": HOSTILE}
    _checked(widget, Finding("test_fails", grave=True, about=about))
    widget.do("pack", {"id": "a", "confirmed": True})
    (desk.folder / f"{HOSTILE}.csv").unlink()
    widget.do("pack", {"id": "b", "confirmed": True})

    twin = widget.still().html

    assert "<img" not in twin
    assert twin.count("&lt;img") >= 4


def test_a_value_is_no_template(desk: Desk) -> None:
    """Braces in an error message stay as they are, and a heading that is missing is named."""
    words = HandIn(desk).words
    about = {"heading": "", "cell": "t", "error": "{cell} {nothing}", "n": "3"}

    assert sentence(words, "cell_fails", about) == (
        "At the top of the notebook: cell 3 ends with an error. {cell} {nothing}"
    )


def test_a_page_that_says_nonsense_is_answered(solved: Fill) -> None:
    """A hand-in without a name, or with an impossible one, is refused with a message."""
    desk = solved()
    for key in ({}, {"id": None}, {"id": "A B"}, {"id": ["x"]}):
        with pytest.raises(BadInput, match="run its cell again"):
            HandIn(desk).do("pack", {"confirmed": True, **key})
    assert desk.sidecar.read().hand_ins == ()
