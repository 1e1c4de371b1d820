"""What in a student's code is named for an instructor to look at."""

from __future__ import annotations

import json
from typing import Any

import pytest

from practicum.grade.suspicious import suspicious_cells


def _notebook(*cells: tuple[str, dict[str, Any]]) -> str:
    made = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": about} if about else {}}
        for source, about in cells
    ]
    return json.dumps({"cells": made, "metadata": {}})


ANSWER = {"grade_id": "answer", "solution": True, "grade": False, "locked": False}
TEST = {"grade_id": "test", "solution": False, "grade": True, "locked": True}


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("get_ipython().ast_transformers.append(x)", "uses `ast_transformers`"),
        ("get_ipython().events.register('pre_run_cell', f)", "registers a hook"),
        ("import sys\nsys.settrace(f)", "uses `settrace`"),
        ("import builtins\nbuiltins.len = f", "imports builtins"),
        ("from ctypes import CDLL", "imports from ctypes"),
        ("import sys\nsys.modules['numpy'] = me", "writes into `modules`"),
        ("pd.Series.notna = lambda s: s == s", "replaces `pd.Series.notna`"),
        ("%matplotlib inline\nimport sys\nsys._getframe(1)", "uses `_getframe`"),
    ],
)
def test_what_reaches_for_the_machinery_is_named(source: str, note: str) -> None:
    """A cell that touches hooks, builtins, frames or a library's own parts has a finding."""
    ((cell, message),) = suspicious_cells(_notebook((source, ANSWER)))
    assert cell == "answer"
    assert note in message


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd\nframe = pd.read_csv('a.csv')\nframe['b'] = frame.a * 2",
        "frame.columns = ['a']\nplt.rcParams['figure.dpi'] = 80",
        "!ls",
        "def f(:",
        "\x00",
        "(" * 2000,
    ],
)
def test_plain_work_is_not_named(source: str) -> None:
    """Ordinary cells, and cells that are no Python at all, have no finding."""
    assert suspicious_cells(_notebook((source, ANSWER))) == ()


def test_the_courses_own_cells_are_not_read() -> None:
    """A test that looks at frames is the course's own affair; an own cell of a student counts."""
    source = "import inspect"
    assert suspicious_cells(_notebook((source, TEST))) == ()
    assert suspicious_cells(_notebook((source, {})))[0][0] == ""
