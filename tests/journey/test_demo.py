"""The finished course of `practicum demo`, when PRACTICUM_DEMO names its folder."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = os.environ.get("PRACTICUM_DEMO", "")
REPOSITORY = Path(__file__).parents[2]
FULL = ("right", "late", "missing-cell", "duplicated-cell", "output-flood")
"""Kinds that lose no autograded point."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="set PRACTICUM_DEMO to the folder of `practicum demo`"),
]


def test_nbgrader_exports_our_marks_for_the_whole_cohort(tmp_path: Path) -> None:
    """What the real `nbgrader export` prints equals our marks for all 32 students."""
    from practicum.course import Course
    from practicum.demo.cohort import cohort
    from practicum.demo.setting import BRIEFS
    from practicum.gradebook import CourseGradebook

    course = Course.find(Path(FOLDER))
    table = tmp_path / "grades.csv"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", f"--CsvExportPlugin.to={table}"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with table.open(encoding="utf-8", newline="") as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    members = cohort(BRIEFS)
    assert len(members) == 32
    with CourseGradebook(course) as store:
        for member in members:
            marks, row = store.marks(member.brief, member.id), rows[member.brief, member.id]
            assert not marks.missing, member
            assert float(row["score"]) == pytest.approx(marks.total, abs=1e-9), member
            assert float(row["max_score"]) == pytest.approx(marks.max_points(), abs=1e-9), member
            penalty = float(row["late_submission_penalty"] or 0)
            assert penalty == pytest.approx(marks.penalty, abs=1e-9), member


def test_every_mistake_earns_what_it_says() -> None:
    """The autograded points of each student are those that course/cohort says of his kind."""
    from practicum.course import Course
    from practicum.demo.cohort import cohort
    from practicum.demo.mistakes import OWN, read_answers
    from practicum.demo.setting import BRIEFS
    from practicum.gradebook import CourseGradebook

    course = Course.find(Path(FOLDER))
    compared = 0
    with CourseGradebook(course) as store:
        for member in cohort(BRIEFS):
            answers = read_answers(REPOSITORY / "course" / "cohort" / f"{member.brief}.yml")
            marks = store.marks(member.brief, member.id)
            if mistake := answers.mistakes.get(OWN.get(member.kind, member.kind)):
                expected = mistake.earns
            elif member.kind in FULL:
                expected = marks.max_points("autograded")
            elif member.kind == "empty":
                expected = course.brief(member.brief).grading.untouched_points
            else:
                continue
            assert marks.points("autograded") == pytest.approx(expected), member
            compared += 1
    assert compared >= 20


def test_what_students_kept_is_beside_their_marks() -> None:
    """Each student's file came through, and its twin stands in notebook and feedback."""
    from practicum.course import Course
    from practicum.demo.cohort import cohort
    from practicum.demo.setting import BRIEFS
    from practicum.internship import read_internship

    course = Course.find(Path(FOLDER))
    for member in cohort(BRIEFS):
        graded = course.station("autograded", student=member.id, brief=member.brief)
        kept = read_internship((graded / f"{member.brief}.internship.json").read_bytes())
        if member.kind == "empty":
            assert kept.objectives == ()
            continue
        notebook = json.loads((graded / "brief.ipynb").read_text(encoding="utf-8"))
        page = course.station("feedback", student=member.id, brief=member.brief) / "brief.html"
        cell = next(c for c in notebook["cells"] if "Objectives()" in "".join(c["source"]))
        twin = "".join(cell["outputs"][0]["data"]["text/html"])
        for goal in kept.objectives:
            assert goal.measure in twin
            assert goal.measure in page.read_text(encoding="utf-8")
