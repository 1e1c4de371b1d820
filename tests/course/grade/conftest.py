"""A course whose submissions nbgrader and practicum grade side by side, and what is in it."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.execution import Executed
from practicum.grade import run

REPOSITORY = Path(__file__).parents[3]
FIRST = "first-steps"
PROBE = "probe"

Notebook = dict[str, Any]
Change = Callable[[Notebook], None]


def cell(name: str, source: str, kind: str = "code", **flags: Any) -> Notebook:
    """A cell of nbgrader's third schema."""
    meta = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False}
    meta |= {"locked": False, "task": False} | flags
    extra: Notebook = {"outputs": [], "execution_count": None} if kind == "code" else {}
    metadata = {"nbgrader": meta}
    return {"cell_type": kind, "id": name, "metadata": metadata, "source": source} | extra


def solved(text: str) -> str:
    """A solution between nbgrader's markers."""
    return f"### BEGIN SOLUTION\n{text}\n### END SOLUTION"


HIDDEN = "### BEGIN HIDDEN TESTS\nassert answer == 42\n### END HIDDEN TESTS"
SCHEME = "Do it.\n=== BEGIN MARK SCHEME ===\nSecret.\n=== END MARK SCHEME ==="
PARTS = [2, 1.5, 3, 0, 1, 0.5, 3, 2]
PROBE_SOURCE: Notebook = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    },
    "cells": [
        cell("intro", "Read only.", "markdown", locked=True),
        cell("answer", solved("answer = 42"), solution=True),
        cell("test-answer", f"assert answer > 0\n{HIDDEN}", grade=True, locked=True, points=3),
        cell("parts", solved(f"parts = {PARTS}"), solution=True),
        *(
            cell(f"test-part-{number}", f"parts[{number}]", grade=True, locked=True, points=3)
            for number in range(len(PARTS))
        ),
        cell("program", solved("print('hi')"), grade=True, solution=True, points=2),
        cell("essay", "Write here.", "markdown", grade=True, solution=True, points=4),
        cell("task", SCHEME, "markdown", task=True, locked=True, points=5),
    ],
}

WORK = {
    "answer": "answer = 42",
    "parts": f"parts = {PARTS}",
    "program": "print('hello')",
    "essay": "A thought.",
}


@dataclass
class Desk:
    """A course on disk, with what is handed in lying in its station."""

    course: Course

    def add_brief(self, name: str, source: Path | Notebook, notebook: str = "brief") -> None:
        """Add an assignment that has only what grading needs, and generate its release."""
        from practicum.gradebook import generate

        folder = self.course.root / "assignments" / name
        folder.mkdir(parents=True)
        shutil.copytree(REPOSITORY / "assignments" / FIRST / "data", folder / "data")
        brief = (REPOSITORY / "assignments" / FIRST / "brief.yml").read_text(encoding="utf-8")
        brief = brief.replace(f"id: {FIRST}\n", f"id: {name}\n", 1)
        brief = brief.replace("notebook: brief,", f"notebook: {notebook},")
        (folder / "brief.yml").write_text(brief, encoding="utf-8")
        target = folder / f"{notebook}.ipynb"
        if isinstance(source, Path):
            shutil.copyfile(source, target)
        else:
            target.write_text(json.dumps(source), encoding="utf-8")
        generate(self.course, name, due=self.course.due(name))

    def release(self, brief: str, notebook: str = "brief") -> Notebook:
        """Return the notebook that students get."""
        file = self.course.station("release", brief=brief) / f"{notebook}.ipynb"
        released: Notebook = json.loads(file.read_text(encoding="utf-8"))
        return released

    def hand_in(
        self,
        brief: str,
        student: str,
        content: Notebook | str | None,
        *,
        notebook: str = "brief",
        at: str = "2027-01-01 11:00:00.000000 UTC",
    ) -> Path:
        """Put a submission into its station, as `nbgrader collect` leaves it."""
        folder = self.course.station("submitted", student=student, brief=brief)
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(at, encoding="ascii")
        file = folder / f"{notebook}.ipynb"
        if content is not None:
            text = content if isinstance(content, str) else json.dumps(content)
            file.write_text(text, encoding="utf-8")
        return file

    def answered(self, work: Mapping[str, str] | None = None, change: Change | None = None) -> Any:
        """Return the probe's release with answers, and with a change to it."""
        notebook = copy.deepcopy(self.release(PROBE))
        for entry in notebook["cells"]:
            name = entry["metadata"]["nbgrader"]["grade_id"]
            entry["source"] = (WORK | dict(work or {})).get(name, entry["source"])
        if change is not None:
            change(notebook)
        return notebook


@pytest.fixture(scope="module")
def make_desk(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Desk]:
    """Return a maker of courses with some briefs, all due on 1 January 2027 at noon."""

    def make(*briefs: str, cell_seconds: int = 20) -> Desk:
        root = tmp_path_factory.mktemp("course")
        (root / "course").mkdir()
        lines = ["schema_version: 1", "id: testing", "title: A course to test with", "briefs:"]
        lines += [f"  - {{brief: {brief}, due: 2027-01-01T12:00:00}}" for brief in briefs]
        lines += [f"limits: {{cell_seconds: {cell_seconds}}}"]
        (root / "course" / "course.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        people = (
            "schema_version: 1\nstudents:\n  - {id: ada, name: Ada Lovelace}\n"
            "instructors:\n  - {id: ines, name: Ines Instructor}\n"
        )
        (root / "course" / "roster.yml").write_text(people, encoding="utf-8")
        shutil.copyfile(REPOSITORY / "nbgrader_config.py", root / "nbgrader_config.py")
        shutil.copytree(REPOSITORY / "rubrics", root / "rubrics")
        return Desk(Course.find(root))

    return make


@pytest.fixture(scope="module")
def probe_source() -> Notebook:
    """A small assignment that imports nothing: tests, partial credit, prose, a task."""
    return copy.deepcopy(PROBE_SOURCE)


@pytest.fixture
def unrun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no kernel start: each notebook comes back as it is."""

    def run_all(_engine: object, jobs: Iterable[Any], workers: int) -> Iterator[Executed]:
        for job in jobs:
            yield Executed(job.name, job.notebook, 0.1, "")

    monkeypatch.setattr(run, "run_all", run_all)
