"""What is found in a notebook and in the student's file, without running anything."""

from __future__ import annotations

import pytest
from tests.widgets.hand_in.conftest import Notebook, cell, released

from practicum.internship import Internship, Objective
from practicum_widgets import Desk
from practicum_widgets.hand_in.findings import in_notebook, in_the_file

GIVEN = "# YOUR CODE HERE\nraise NotImplementedError()"


@pytest.fixture(scope="module")
def fresh() -> Notebook:
    """The notebook as a student fetches it."""
    return released()


def _found(desk: Desk, notebook: Notebook, name: str) -> list[tuple[str, bool]]:
    found = in_notebook(desk, notebook)
    return [(entry.key, entry.grave) for entry in found if entry.about.get("cell") == name]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (GIVEN, [("no_code", True)]),
        ("", [("no_code", True)]),
        ("# later", [("no_code", True)]),
        (f"counts = 1\n{GIVEN}", [("placeholder", True)]),
        ("counts = 1", []),
        ("# raise NotImplementedError()\ncounts = 1", []),
    ],
)
def test_what_code_lacks(
    desk: Desk, fresh: Notebook, source: str, expected: list[tuple[str, bool]]
) -> None:
    """No code is told from a placeholder that was left in; a comment is neither."""
    cell(fresh, "bird-counts")["source"] = source

    assert _found(desk, fresh, "bird-counts") == expected


def test_a_function_as_it_was_handed_out(desk: Desk) -> None:
    """Code around a placeholder is an answer only where something was written into it."""
    notebook = released()
    given = cell(notebook, "watch-rule")
    before = _found(desk, notebook, "watch-rule")
    given["source"] = "x = 1\n" + "".join(given["source"])

    assert before == [("no_code", True)]
    assert _found(desk, notebook, "watch-rule") == [("placeholder", True)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("YOUR ANSWER HERE", [("no_words", True)]),
        ("  \n", [("no_words", True)]),
        ("YOUR ANSWER HERE\n\nI learned a lot.", [("words_around", False)]),
        ("I learned a lot.", []),
    ],
)
def test_what_words_lack(
    desk: Desk, fresh: Notebook, source: str, expected: list[tuple[str, bool]]
) -> None:
    """An answer that was written beside its placeholder is an answer."""
    cell(fresh, "reflection")["source"] = source
    found = [entry for entry in _found(desk, fresh, "reflection") if entry[0] != "word_count"]

    assert found == expected


def test_a_cell_that_is_there_twice(desk: Desk) -> None:
    """A copy of a graded cell, which nbgrader refuses, is named."""
    notebook = released()
    notebook["cells"].append(cell(notebook, "test-mean-mass"))

    assert _found(desk, notebook, "test-mean-mass") == [("cell_twice", True)]


def test_points_that_are_no_number(desk: Desk) -> None:
    """A locked cell whose points somebody has changed to nonsense is a changed cell."""
    notebook = released()
    cell(notebook, "test-mean-mass")["metadata"]["nbgrader"]["points"] = "many"

    assert _found(desk, notebook, "test-mean-mass") == [("locked_changed", False)]


def test_goals_are_looked_back_at_one_by_one(desk: Desk) -> None:
    """The goals that nobody has looked back at are named, and only those."""
    goals = (Objective(id="a", text="Group"), Objective(id="b", text="Plot", reached="yes"))
    internship = Internship(brief="first-steps", objectives=goals)

    found = [f.about["names"] for f in in_the_file(desk, internship) if f.key == "goals_open"]

    assert found == ["Group"]
