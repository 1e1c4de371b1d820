"""A desk with the notebook that students fetch, and one with the solved notebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from tests.widgets.conftest import REPOSITORY, Lay

from practicum.demo.mistakes import read_notebook
from practicum_widgets import Desk

SOLUTION = REPOSITORY / "assignments" / "first-steps"
Notebook = dict[str, Any]
Change = Callable[[Notebook], object]
Fill = Callable[..., Desk]


def cell(notebook: Notebook, name: str) -> dict[str, Any]:
    """Return the cell of a grade_id."""
    found: dict[str, Any] = next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found


def released() -> Notebook:
    """Return the first brief's notebook as nbgrader hands it out, by its own preprocessors."""
    import nbformat
    from nbgrader.preprocessors import (
        ClearHiddenTests,
        ClearOutput,
        ClearSolutions,
        ComputeChecksums,
        LockCells,
    )

    notebook = nbformat.read(SOLUTION / "brief.ipynb", as_version=4)
    for step in (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests, ComputeChecksums):
        notebook, _ = step().preprocess(notebook, {})
    content: Notebook = json.loads(nbformat.writes(notebook))
    return content


@pytest.fixture
def solved(lay: Lay) -> Fill:
    """Lay a desk with the solved notebook, changed as a student would."""

    def fill(change: Change = lambda _: None, **terms: Any) -> Desk:
        desk = lay(**terms)
        write(desk, read_notebook(SOLUTION / "brief.ipynb"), change)
        shutil.copytree(SOLUTION / "data", desk.folder / "data")
        return desk

    return fill


@pytest.fixture
def fetched(lay: Lay) -> Fill:
    """Lay a desk with the notebook that a student fetches, changed as a student would."""

    def fill(change: Change = lambda _: None, **terms: Any) -> Desk:
        desk = lay(**terms)
        write(desk, released(), change)
        shutil.copytree(SOLUTION / "data", desk.folder / "data")
        return desk

    return fill


def write(desk: Desk, notebook: Notebook, change: Change = lambda _: None) -> None:
    """Save a notebook on a desk."""
    change(notebook)
    (desk.folder / "brief.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
