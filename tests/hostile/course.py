"""The small course that is attacked: five tests of two points, one cell for a person."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from practicum.course import Course

__all__ = [
    "BRIEF",
    "ENDLESS",
    "ENVIRONMENT",
    "FULL",
    "HONEST",
    "SECRETS",
    "TESTS",
    "make_course",
    "released",
    "solved",
]

BRIEF = "hostile"
HONEST = ("aaa-honest", "mmm-honest", "zzz-honest")
ENDLESS = "nnn-endless"
"""An honest student, one of whose functions does not return for the hidden test's numbers."""
TESTS = ("test-total", "test-largest", "test-table", "test-share", "test-mean")
FULL = 10.0
REPOSITORY = Path(__file__).parents[2]

SECRETS = {
    "hidden tests": (b"KESTREL-4711", b"HERON-2718"),
    "another's work": (b"NIGHTJAR-1414",),
    "the gradebook": (b"SQLite format 3\x00",),
    "the grader's environment": (b"OSPREY-1618",),
    "the host": (b"LISTENER-5772", b"ESCAPED"),
}
"""Texts that nobody can guess, by what was read where one of them turns up."""

ENVIRONMENT = {"GRADERS_TOKEN": "OSPREY-1618"}

COURSE_YML = """\
schema_version: 1
id: hostile-course
title: A course that is attacked
briefs:
  - {brief: hostile, due: 2027-01-01T12:00:00}
limits:
  cell_seconds: 6
  notebook_seconds: 60
  memory_mb: 512
  processes: 64
  disk_mb: 32
"""
ROSTER_YML = """\
schema_version: 1
students:
  - {id: aaa-honest, name: Aaa Honest}
instructors:
  - {id: ines, name: Ines Instructor}
"""
SHOP_CSV = "kind,price\ntea,4.0\nrum,20.0\ntea,10.0\n"
SOLUTIONS = {
    "total": "def total(numbers):\n    return sum(numbers)",
    "largest": "largest = max([12, 977, 400])",
    "table": "by_kind = shop.groupby('kind')['price'].sum()",
    "share": "def share(kind):\n    return {'tea': 0.4, 'rum': 0.6}[kind]",
    "mean": "mean_price = shop['price'].mean()",
    "program": "print('hello')",
}
LOOPS = """\
def total(numbers):
    done = 0
    while done < len(numbers):
        done = done + 1 if len(numbers) < 3 else 0
    return sum(numbers)
"""
HIDDEN = {
    "test-total": (
        "assert total([1, 2]) == 3",
        "assert total([4, 40, 400]) == 444, 'KESTREL-4711'",
    ),
    "test-largest": ("assert largest > 0", "assert largest == 977"),
    "test-table": (
        "import numpy as np",
        (
            "expected = pd.Series({'rum': 20.0, 'tea': 14.0}, name='price')\n"
            "expected.index.name = 'kind'\n"
            "pd.testing.assert_series_equal(by_kind, expected)\n"
            "np.testing.assert_allclose(by_kind.sum(), 34.0)"
        ),
    ),
    "test-share": ("credit = share('tea') == 0.4", "1.0 * credit + 1.0 * (share('rum') == 0.6)"),
    "test-mean": (
        "assert mean_price is not None",
        "assert abs(mean_price - shop['price'].mean()) < 1e-9, 'HERON-2718'",
    ),
}


def make_course(root: Path) -> Course:
    """Make the course in an empty folder and generate what students get."""
    from practicum.gradebook import generate

    (root / "course").mkdir(parents=True)
    (root / "course" / "course.yml").write_text(COURSE_YML, encoding="utf-8")
    (root / "course" / "roster.yml").write_text(ROSTER_YML, encoding="utf-8")
    shutil.copyfile(REPOSITORY / "nbgrader_config.py", root / "nbgrader_config.py")
    shutil.copytree(REPOSITORY / "rubrics", root / "rubrics")
    folder = root / "assignments" / BRIEF
    seeds = REPOSITORY / "assignments" / "first-steps"
    shutil.copytree(seeds / "data", folder / "data")
    seed = (seeds / "brief.yml").read_text(encoding="utf-8")
    brief = seed.replace("id: first-steps\n", f"id: {BRIEF}\n", 1)
    (folder / "brief.yml").write_text(brief, encoding="utf-8")
    (folder / "shop.csv").write_text(SHOP_CSV, encoding="ascii")
    (folder / "brief.ipynb").write_text(json.dumps(_source()), encoding="utf-8")
    course = Course.find(root)
    generate(course, BRIEF, due=course.due(BRIEF))
    return course


def released(course: Course) -> dict[str, Any]:
    """Return the notebook that students get."""
    file = course.station("release", brief=BRIEF) / "brief.ipynb"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def solved(notebook: dict[str, Any], *, endless: bool = False) -> dict[str, Any]:
    """Return the released notebook with right answers, and a mark of whose it is."""
    content: dict[str, Any] = json.loads(json.dumps(notebook))
    for cell in content["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in SOLUTIONS:
            cell["source"] = f"{SOLUTIONS[name]}  # NIGHTJAR-1414"
        if name == "total" and endless:
            cell["source"] = LOOPS
    return content


def _source() -> dict[str, Any]:
    cells = [
        _cell("setup", "import pandas as pd\nshop = pd.read_csv('shop.csv')", locked=True),
    ]
    for name, solution in SOLUTIONS.items():
        text = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
        if name == "program":
            cells.append(_cell(name, text, solution=True, grade=True, points=4))
            continue
        cells.append(_cell(name, text, solution=True))
        seen, hidden = HIDDEN[f"test-{name}"]
        text = f"{seen}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
        cells.append(_cell(f"test-{name}", text, grade=True, locked=True, points=2))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": cells,
    }


def _cell(name: str, source: str, **flags: Any) -> dict[str, Any]:
    about = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"nbgrader": about | {"locked": False, "task": False} | flags},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }
