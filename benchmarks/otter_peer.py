"""The same submissions through otter-grader, where an interpreter has it.

otter cannot read nbgrader's cells, so each test cell becomes a test file of otter's, with the
same code and points, and in the student's notebook a ``grader.check`` stands in its place.
``otter grade`` needs Docker; ``otter.api.grade_submission``, which is what runs inside of its
containers, does not, and is measured here, one submission after the other in one process.

    python -m venv build/otter && build/otter/bin/pip install otter-grader matplotlib ipykernel
    python benchmarks/grade.py --otter build/otter/bin/python
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradebooks import marks
from material import ASSIGNMENT, NOTEBOOK
from measuring import run

__all__ = ["Otter", "measure"]

TEST = """\
OK_FORMAT = False
from otter.test_files import test_case
name = {name!r}
points = None
BODY = {body!r}
"""
ALL_OR_NOTHING = """
@test_case(points={points})
def passes(env):
    exec(BODY, env)
"""
POINT = """
@test_case(points=1)
def earns_{number}(env):
    exec(BODY, env)
    assert eval({value!r}, env) >= {number}
"""
GRADE_ALL = """\
import json, sys
from pathlib import Path
from otter.api import grade_submission

for file in sorted(Path("submissions").glob("*.ipynb")):
    results = grade_submission(str(file), "autograder.zip", quiet=True)
    scores = {name: float(result.score or 0) for name, result in results.results.items()}
    print(json.dumps({"student": file.stem, "scores": scores}), file=sys.stderr)
"""


@dataclass(frozen=True)
class Otter:
    """A sentence for the table, and figures for the JSON object."""

    said: str
    figures: dict[str, Any] = field(default_factory=dict)


def measure(place: Path, python: str | None, count: int) -> Otter:
    """Grade the first ``count`` submissions of ``place``/nbgrader with otter.

    Args:
        place: The folder of the benchmark; nbgrader has graded in it.
        python: An interpreter that has otter-grader, or None.
        count: How many submissions: each takes seconds.

    """
    if python is None:
        return Otter("  otter: not installed, left out (see benchmarks/otter_peer.py)")
    interpreter = str(Path(python).absolute())
    root = place / "otter"
    students = sorted(folder.name for folder in (place / "nbgrader" / "submitted").iterdir())
    count = min(count, len(students))
    tests = _lay_out(root, place / "nbgrader", students[:count])
    _generate(root, interpreter)
    took = run(root, "grade_all", python=interpreter)
    given = _scores(root)
    expected = marks(place / "nbgrader" / "gradebook.db")
    agree = sum(
        given.get(student, {}).get(test) == expected[student, test].points
        for student in students[:count]
        for test in tests
    )
    each = took.seconds / count
    said = (
        f"  otter.api.grade_submission     {count:5}  {took.seconds:7.1f} s  {each:7.3f} s each"
        f"  {agree} of {len(tests) * count} marks as nbgrader's"
    )
    figures = {"otter_submissions": count, "otter_seconds": round(each, 4), "otter_marks": agree}
    return Otter(said, figures)


def _lay_out(root: Path, peer: Path, students: list[str]) -> dict[str, str]:
    """Write tests and notebooks in otter's forms; return the tests' code by name."""
    (root / "tests").mkdir(parents=True)
    (root / "submissions").mkdir()
    source = peer / "source" / ASSIGNMENT
    shutil.copy(source / "rides.csv", root)
    tests = {}
    for cell in json.loads((source / f"{NOTEBOOK}.ipynb").read_bytes())["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade") and about.get("locked"):
            name, code = about["grade_id"], "".join(cell["source"])
            tests[name] = code
            test = _test_file(name, code, about["points"])
            (root / "tests" / f"{name}.py").write_text(test, encoding="utf-8")
    for student in students:
        notebook = json.loads(
            (peer / "submitted" / student / ASSIGNMENT / f"{NOTEBOOK}.ipynb").read_bytes()
        )
        text = json.dumps(_for_otter(notebook, tests))
        (root / "submissions" / f"{student}.ipynb").write_text(text, encoding="utf-8")
    (root / "grade_all.py").write_text(GRADE_ALL, encoding="utf-8")
    return tests


def _test_file(name: str, code: str, points: int) -> str:
    """Return a test of otter's; where the cell ends in a value, one case for each point."""
    *body, last = ast.parse(code).body
    if not isinstance(last, ast.Expr):
        return TEST.format(name=name, body=code) + ALL_OR_NOTHING.format(points=points)
    first = "\n".join(map(ast.unparse, body))
    value = ast.unparse(last)
    cases = [POINT.format(number=number, value=value) for number in range(1, points + 1)]
    return TEST.format(name=name, body=first) + "".join(cases)


def _for_otter(notebook: dict[str, Any], tests: dict[str, str]) -> dict[str, Any]:
    start: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "otter",
        "metadata": {},
        "outputs": [],
        "source": "import otter\ngrader = otter.Notebook()",
    }
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in tests:
            cell["source"] = f'grader.check("{name}")'
        cell["metadata"] = {}
    return notebook | {"cells": [start, *notebook["cells"]]}


def _generate(root: Path, python: str) -> None:
    options = ("--no-config", "--no-requirements", "--no-environment")
    command = [python, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip", *options]
    done = subprocess.run(  # noqa: S603 (our own command)
        [*command, "rides.csv"], cwd=root, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"otter generate: exit code {done.returncode}\n{done.stderr[-2000:]}")


def _scores(root: Path) -> dict[str, dict[str, float]]:
    said = (root / "said.txt").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in said.splitlines() if line.startswith('{"student"')]
    return {line["student"]: line["scores"] for line in lines}
