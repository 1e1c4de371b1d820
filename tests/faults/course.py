"""A small course that is quick to grade, its cohort, and what a run may leave of itself."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from practicum.course import Course
from practicum.records import Records

__all__ = ["BRIEF", "DUE", "Cohort", "dump_of"]

BRIEF = "sums"
DUE = datetime(2027, 1, 1, 12, tzinfo=UTC)
EARLY = datetime(2027, 1, 1, 11, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[2]
COURSE_YML = """\
schema_version: 1
id: faults-course
title: A course on a machine that fails
timezone: {zone}
briefs:
  - {{brief: sums, due: {due}}}
limits: {{cell_seconds: 10, notebook_seconds: 60, memory_mb: 512, processes: 32, disk_mb: 32}}
"""
ROSTER_YML = """\
schema_version: 1
students:
{students}
instructors:
  - {{id: ines, name: Ines Instructor}}
"""
SOLUTION = "def total(numbers):\n    return sum(numbers)"
HALF = "def total(numbers):\n    return sum(numbers[:2])"
WRONG = "def total(numbers):\n    return -1"
ANSWERS = (SOLUTION, HALF, WRONG)
EARNED = (5.0, 2.0, 0.0)
"""What the tests give for the three answers."""

CLOCKS = {"autograde", "timestamp", "seconds"}


def _cell(name: str, source: str, kind: str = "code", **flags: Any) -> dict[str, Any]:
    about = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False}
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": name,
        "metadata": {"nbgrader": about | {"locked": False, "task": False} | flags},
        "source": source,
    }
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _source() -> dict[str, Any]:
    hidden = "### BEGIN HIDDEN TESTS\nassert total([4, 40, 400]) == 444\n### END HIDDEN TESTS"
    test: dict[str, Any] = {"grade": True, "locked": True}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        "cells": [
            _cell("total", f"### BEGIN SOLUTION\n{SOLUTION}\n### END SOLUTION", solution=True),
            _cell("test-two", "assert total([1, 2]) == 3", points=2, **test),
            _cell("test-more", f"assert total([]) is not None\n{hidden}", points=3, **test),
            _cell("advice", "Say it.", "markdown", grade=True, solution=True, points=4),
        ],
    }


@dataclass(frozen=True)
class Cohort:
    """The course on disk, with what its students have handed in."""

    root: Path

    @classmethod
    def make(
        cls, root: Path, students: int, *, zone: str = "UTC", due: str = "2027-01-01T12:00:00"
    ) -> Cohort:
        """Make the course in an empty folder; students ``s00``, ... hand in, each on time."""
        from practicum.gradebook import generate

        names = [f"s{number:02}" for number in range(students)]
        (root / "course").mkdir(parents=True)
        (root / "course" / "course.yml").write_text(
            COURSE_YML.format(zone=zone, due=due), encoding="utf-8"
        )
        rows = "\n".join(f"  - {{id: {name}, name: Student {name}}}" for name in names)
        (root / "course" / "roster.yml").write_text(
            ROSTER_YML.format(students=rows), encoding="utf-8"
        )
        shutil.copyfile(REPOSITORY / "nbgrader_config.py", root / "nbgrader_config.py")
        shutil.copytree(REPOSITORY / "rubrics", root / "rubrics")
        seeds, folder = REPOSITORY / "assignments" / "first-steps", root / "assignments" / BRIEF
        shutil.copytree(seeds / "data", folder / "data")
        brief = (seeds / "brief.yml").read_text(encoding="utf-8")
        brief = brief.replace("id: first-steps\n", f"id: {BRIEF}\n", 1)
        (folder / "brief.yml").write_text(brief, encoding="utf-8")
        (folder / "brief.ipynb").write_text(json.dumps(_source()), encoding="utf-8")
        cohort = cls(root)
        course = cohort.course
        generate(course, BRIEF, due=course.due(BRIEF))
        with Records(course.records_url) as records:
            for number, name in enumerate(names):
                cohort.put(records, name, ANSWERS[number % len(ANSWERS)], EARLY)
        return cohort

    @property
    def course(self) -> Course:
        """The course as it is on disk now."""
        return Course.find(self.root)

    @property
    def work(self) -> Path:
        """Where the databases and the stations are."""
        return self.course.work

    def copy(self, root: Path) -> Cohort:
        """Return the same course in another place."""
        shutil.copytree(self.root, root, symlinks=True)
        return Cohort(root)

    def hand_in(self, student: str, answer: str, *, at: datetime = EARLY) -> Path:
        """Put a submission into its station, with the server's receipt."""
        with Records(self.course.records_url) as records:
            return self.put(records, student, answer, at)

    def put(self, records: Records, student: str, answer: str, at: datetime) -> Path:
        """Put a submission into its station and note its receipt in open records."""
        release = self.course.station("release", brief=BRIEF)
        target = self.course.station("submitted", student=student, brief=BRIEF)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(release, target)
        notebook = json.loads((target / "brief.ipynb").read_text(encoding="utf-8"))
        notebook["cells"][0]["source"] = f"{answer}\n# {student}"
        data = json.dumps(notebook).encode()
        (target / "brief.ipynb").write_bytes(data)
        (target / "timestamp.txt").write_text(f"{at:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="ascii")
        records.receive(
            BRIEF,
            student,
            received_at=at,
            sha256=hashlib.sha256(data).hexdigest(),
            source="test",
            files=1,
            size=len(data),
        )
        return target

    def rows(self, database: str, query: str) -> list[tuple[Any, ...]]:
        """Ask one of the databases, read only, as another program does."""
        with closing(sqlite3.connect(f"file:{self.work / database}?mode=ro", uri=True)) as opened:
            return [tuple(row) for row in opened.execute(query)]

    def log(self) -> list[tuple[Any, ...]]:
        """The append-only log of gradings: student, and basis."""
        return self.rows("records.db", "SELECT student, basis FROM gradings ORDER BY id")

    def states(self) -> dict[str, str]:
        """How far each submission has come."""
        with Records(self.course.records_url) as records:
            return {receipt.student: receipt.state for receipt in records.receipts(BRIEF)}

    def marks(self) -> dict[str, float]:
        """What the autograder gives each student."""
        from practicum.gradebook import CourseGradebook

        with CourseGradebook(self.course) as store:
            marks = store.all_marks(BRIEF)
        return {student: mark.points("autograded") for student, mark in marks.items()}

    def penalty(self, student: str) -> float:
        """What a student loses for being late."""
        from practicum.gradebook import CourseGradebook

        with CourseGradebook(self.course) as store:
            return store.all_marks(BRIEF)[student].penalty

    def notebooks(self) -> dict[str, str]:
        """The digests of the executed notebooks."""
        files = sorted((self.work / "autograded").glob(f"*/{BRIEF}/brief.ipynb"))
        return {file.parts[-3]: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def folders(self) -> dict[str, str]:
        """The digests of all that lies in the autograded station, but for secrets."""
        root = self.work / "autograded"
        return {
            file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(root.rglob("*"))
            if file.is_file() and file.name != "submission_secret.txt"
        }

    def whole(self) -> dict[str, str]:
        """The digests of all files of the course but the lock, by name."""
        return {
            file.relative_to(self.root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.root.rglob("*"))
            if file.is_file() and file.name != ".lock"
        }

    def drafts(self) -> list[str]:
        """Folders that only an unfinished run has."""
        found = (self.work / "autograded").rglob("*")
        return [
            file.name
            for file in found
            if file.is_dir() and (file.name.startswith(".grading-") or file.name.endswith(".old"))
        ]

    def expected(self) -> dict[str, float]:
        """The points that each student earns in an undisturbed run."""
        names = sorted(folder.name for folder in (self.work / "submitted").iterdir())
        return {name: EARNED[number % len(EARNED)] for number, name in enumerate(names)}


def dump_of(cohort: Cohort) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of the gradebook by names instead of ids, and without clocks.

    What may differ between two runs: primary and foreign keys, which nbgrader draws at
    random, and ``timestamp`` columns. Everything else has to be the same.
    """
    with closing(sqlite3.connect(cohort.work / "gradebook.db")) as database:
        names = [
            str(name)
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
        ]
        dump: dict[str, list[tuple[Any, ...]]] = {}
        for name in names:
            rows = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 (a table's own name)
            columns = [column[0] for column in rows.description]
            kept = [
                index
                for index, column in enumerate(columns)
                if column != "id" and not column.endswith("_id") and column not in CLOCKS
            ]
            dump[name] = sorted((tuple(row[i] for i in kept) for row in rows), key=repr)
        # Joined by the students' names: who has which mark.
        dump["marks by name"] = database.execute(
            "SELECT s.student_id, b.name, g.auto_score, g.manual_score, g.extra_credit, "
            "g.needs_manual_grade FROM grade g JOIN submitted_notebook n ON g.notebook_id = n.id "
            "JOIN submitted_assignment s ON n.assignment_id = s.id "
            "JOIN base_cell b ON g.cell_id = b.id ORDER BY 1, 2"
        ).fetchall()
        return dump
