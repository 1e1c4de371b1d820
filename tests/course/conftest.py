"""A tiny course that is quick to publish: two tests, one written answer, two criteria."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course

BRIEF = "tiny"

COURSE_YML = """\
schema_version: 1
id: tiny-course
title: A course to test with
briefs:
  - {brief: tiny, due: 2027-02-01T12:00:00}
policies: {employer_share: 0.3}
limits: {cell_seconds: 20, notebook_seconds: 60, memory_mb: 2048, submission_mb: 5}
"""

ROSTER_YML = """\
schema_version: 1
students:
  - {id: ada, name: "Lovelace, Ada", email: ada@university.example}
  - {id: bob, name: Bob Beispiel}
instructors:
  - {id: ines, name: Ines Instructor}
reviewers:
  - {id: rita, name: Rita Reviewer, employer: Tiny Trust, briefs: [tiny]}
"""

RUBRIC_YML = """\
schema_version: 1
id: tiny
title: Tiny rubric
criteria:
  - id: sound
    title: Sound
    question: Can I rely on it?
    weight: 2
    levels: {0: none, 1: some, 2: more, 3: most, 4: all}
  - id: clear
    title: Clear
    question: Do I understand it?
    weight: 1
    levels: {0: none, 1: some, 2: more, 3: most, 4: all}
"""

BRIEF_YML = """\
schema_version: 1
id: tiny
title: Which numbers add up?
sample: true
employer: {name: Tiny Trust, about: A sample employer., industry: Testing}
people:
  champion: {name: Chris, role: Champion, email: chris@tiny.example}
  supervisor: {name: Sam, role: Supervisor, email: sam@tiny.example}
situation: There are numbers.
question: What do they come to?
scope: Sums only.
tools: [Python]
data: []
hours: 8
duration_weeks: 1
pay: {kind: fixed, amount: 200, currency: USD}
credit_bearing: true
milestones:
  - {id: all, title: All of it, hours: 8, due_day: 7}
deliverables:
  - id: sums
    title: The sums
    acceptance: They are right.
    criteria: [sound]
    cells: [test-total, test-parts]
  - id: advice
    title: One piece of advice
    acceptance: It says what to do.
    criteria: [clear]
    cells: [advice]
rubric: tiny
support: {kick_off: A call., check_in: A call., contact: Write to Chris., response_days: 2}
legal:
  ip: The student's.
  confidentiality: none
  portfolio: {allowed: true, wording: You may show it.}
safety: {patient_care: false, hazards: false, vulnerable_people: false}
matching:
  topics: [sums]
  prerequisites: [Python]
  location: remote
  hiring_potential: none
ai_policy: {use: disclosed, text: Say what you used.}
grading: {notebook: brief, untouched_points: 0}
"""

SOLVED = "running_sum = running_sum + number"
HIDDEN = "assert total([4, 40, 400]) == 444"
SOURCES: dict[str, str] = {
    "total": f'''\
def total(numbers):
    """Return the sum of the numbers."""
    ### BEGIN SOLUTION
    running_sum = 0
    for number in numbers:
        {SOLVED}
    return running_sum
    ### END SOLUTION''',
    "test-total": f"""\
assert total([1, 2]) == 3
### BEGIN HIDDEN TESTS
{HIDDEN}
### END HIDDEN TESTS""",
    "parts": """\
parts = []
### BEGIN SOLUTION
parts = ["first part", "second part"]
### END SOLUTION""",
    "test-parts": "2 * len(parts)",
    "advice": "Add up the numbers twice, then believe the sum.",
    "criterion-sound": "Can the employer rely on it?",
    "criterion-clear": "Does the employer understand it?",
}
POINTS = {"test-total": 8, "test-parts": 4, "advice": 2, "criterion-sound": 1, "criterion-clear": 1}


def source_cell(name: str) -> dict[str, Any]:
    """One cell of the source notebook, with nbgrader's metadata."""
    task = name.startswith("criterion-")
    solution = name in ("total", "parts", "advice")
    grade = name.startswith("test-") or name == "advice"
    about: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "task": task,
    }
    if name in POINTS:
        about["points"] = POINTS[name]
    kind = "markdown" if task or name == "advice" else "code"
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": name,
        "metadata": {"nbgrader": about},
        "source": SOURCES[name],
    }
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


@dataclass(frozen=True)
class Tiny:
    """The tiny course on disk, and the ways in which tests change it or look at it."""

    root: Path
    brief: str = BRIEF
    secret: str = SOLVED
    hidden: str = HIDDEN

    @property
    def course(self) -> Course:
        """The course as it is on disk now."""
        return Course.find(self.root)

    @property
    def notebook(self) -> Path:
        """The source notebook, with its solutions."""
        return self.root / "assignments" / BRIEF / "brief.ipynb"

    def rewrite(self, file: str, old: str, new: str) -> None:
        """Replace a text that occurs once in a file of the course."""
        place = self.root / file
        text = place.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        place.write_text(text.replace(old, new), encoding="utf-8")

    def edit(self, change: Callable[[dict[str, dict[str, Any]], dict[str, Any]], object]) -> None:
        """Change the source notebook: given its cells by name, and the whole."""
        content = json.loads(self.notebook.read_text(encoding="utf-8"))
        change({cell["id"]: cell for cell in content["cells"]}, content)
        self.notebook.write_text(json.dumps(content), encoding="utf-8")

    def set_source(self, name: str, source: str) -> None:
        """Give a cell of the source notebook another text."""
        self.edit(lambda cells, _: cells[name].update(source=source))

    def hand_in(self, student: str, *, solved: bool = True) -> None:
        """Put a submission where collecting would put it: the solution, or the release."""
        release = self.course.station("release", brief=BRIEF)
        target = self.course.station("submitted", student=student, brief=BRIEF)
        shutil.copytree(release, target)
        if solved:
            content = json.loads((target / "brief.ipynb").read_text(encoding="utf-8"))
            for cell in content["cells"]:
                name = cell["metadata"].get("nbgrader", {}).get("grade_id")
                if cell["metadata"].get("nbgrader", {}).get("solution"):
                    lines = SOURCES[name].splitlines()
                    cell["source"] = "\n".join(line for line in lines if "###" not in line)
            (target / "brief.ipynb").write_text(json.dumps(content), encoding="utf-8")
        (target / "timestamp.txt").write_text("2027-02-01 11:00:00.000000 UTC", encoding="ascii")

    def state(self) -> dict[str, str]:
        """What publishing may change: gradebook and records as text, release and exchange."""
        work = self.root / "course" / "work"
        found = {}
        for name in ("gradebook.db", "records.db"):
            if (work / name).exists():
                with closing(sqlite3.connect(work / name)) as database:
                    found[name] = "\n".join(database.iterdump())
        for name in ("release", "exchange"):
            for file in sorted((work / name).rglob("*")):
                digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
                found[str(file.relative_to(work))] = f"{file.stat().st_mode:o} {digest}"
        return found

    def leftovers(self) -> list[str]:
        """Hidden folders in the work folder that a finished command must not leave."""
        work = self.root / "course" / "work"
        return sorted(file.name for file in work.glob(".*") if file.is_dir())


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, not published; no test may change it."""
    root = tmp_path_factory.mktemp("tiny-files") / "course"
    (root / "course").mkdir(parents=True)
    (root / "rubrics").mkdir()
    (root / "assignments" / BRIEF).mkdir(parents=True)
    (root / "course" / "course.yml").write_text(COURSE_YML, encoding="utf-8")
    (root / "course" / "roster.yml").write_text(ROSTER_YML, encoding="utf-8")
    (root / "rubrics" / "tiny.yml").write_text(RUBRIC_YML, encoding="utf-8")
    (root / "assignments" / BRIEF / "brief.yml").write_text(BRIEF_YML, encoding="utf-8")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "cells": [source_cell(name) for name in SOURCES],
    }
    (root / "assignments" / BRIEF / "brief.ipynb").write_text(json.dumps(notebook))
    return root


@pytest.fixture(scope="session")
def tiny_published_files(tiny_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny course, published once for all tests; no test may change it."""
    from practicum.publish import publish

    root = tmp_path_factory.mktemp("tiny-published") / "course"
    shutil.copytree(tiny_files, root)
    publish(Course.find(root), BRIEF)
    return root


@pytest.fixture
def tiny(tiny_files: Path, tmp_path: Path) -> Tiny:
    """A copy of the tiny course that is not published."""
    shutil.copytree(tiny_files, tmp_path / "tiny")
    return Tiny(tmp_path / "tiny")


@pytest.fixture
def tiny_published(tiny_published_files: Path, tmp_path: Path) -> Tiny:
    """A copy of the tiny course that is published."""
    shutil.copytree(tiny_published_files, tmp_path / "tiny-published")
    return Tiny(tmp_path / "tiny-published")
