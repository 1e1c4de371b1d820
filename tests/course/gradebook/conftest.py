"""An answer key, and executed notebooks, made by hand."""

import json
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from practicum.gradebook import AnswerKey, KeyCell

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# name: (type, source, grade, solution, locked flag, task)
CELLS: dict[str, tuple[Any, str, bool, bool, bool, bool]] = {
    "intro": ("markdown", "Read this.", False, False, True, False),
    "answer": ("code", "answer = None", False, True, False, False),
    "test-answer": ("code", "assert answer == 42\nassert hidden == 1", True, False, True, False),
    # The flags contradict nbgrader's rule here: a test is locked, a solution never is.
    "test-open": ("code", "assert answer", True, False, False, False),
    "sealed": ("code", "sealed = None", False, True, True, False),
    "essay": ("markdown", "YOUR ANSWER HERE", True, True, False, False),
    "criterion-sound": ("markdown", "Is it sound?", False, False, True, True),
}
LOCKED = {"intro", "test-answer", "test-open", "criterion-sound"}


def key_cell(name: str) -> KeyCell:
    """One cell of the answer key."""
    cell_type, source, grade, solution, locked, task = CELLS[name]
    about = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": task,
        "checksum": "0" * 32,
    } | ({"points": 5.0} if grade or task else {})
    return KeyCell(id=name, cell_type=cell_type, source=source, metadata_json=json.dumps(about))


@pytest.fixture(scope="session")
def key() -> AnswerKey:
    """The answer key of a notebook with every kind of cell."""
    return AnswerKey(
        brief="case",
        notebook="brief",
        kernelspec_json=json.dumps(KERNEL),
        cells=tuple(key_cell(name) for name in CELLS),
    )


@pytest.fixture(scope="session")
def notebook_of() -> Callable[..., str]:
    """Make a notebook of code cells: the sources, as JSON text."""

    def make(*sources: str) -> str:
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNEL})
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        return str(nbformat.writes(notebook))

    return make
