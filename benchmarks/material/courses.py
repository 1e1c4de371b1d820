"""The assignment as a course on disk: a plain nbgrader course, and one with a brief."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from material.rides import write_rides
from material.submissions import Submission, submissions
from practicum.course import Course
from practicum.gradebook import generate

__all__ = ["ASSIGNMENT", "NOTEBOOK", "nbgrader_course", "practicum_course"]

ASSIGNMENT = "cycle-hire"
NOTEBOOK = "rides"
HERE = Path(__file__).with_name(ASSIGNMENT)
DUE = datetime(2027, 1, 1, 12, tzinfo=UTC)

NBGRADER_CONFIG = '''\
"""A plain nbgrader course. A late submission loses a tenth for each day that has begun."""

from math import ceil

from nbgrader.plugins import LateSubmissionPlugin


class TenthADay(LateSubmissionPlugin):
    """Takes a tenth for each day, at most a half; a quarter of an hour is forgiven."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        days = ceil(total_seconds_late / 86400) if total_seconds_late > 900 else 0
        return round(score * min(0.5, 0.1 * days), 2)


c = get_config()
c.CourseDirectory.course_id = "cycle-hire"
c.AssignLatePenalties.plugin_class = TenthADay
c.Execute.timeout = 30
'''

COURSE_YML = """\
schema_version: 1
id: cycle-hire
title: A benchmark
briefs: [{brief: cycle-hire, due: 2027-01-01T12:00:00}]
policies: {late: {grace_minutes: 15, per_day: 0.1, at_most: 0.5}}
"""


def nbgrader_course(root: Path, count: int, seed: int = 1) -> None:
    """Lay out a course with nothing in it that nbgrader does not know, ready to autograde.

    Args:
        root: A folder that is made.
        count: How many submissions are collected in it.
        seed: Other seeds give other submissions.

    """
    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    shutil.copy(HERE / f"{NOTEBOOK}.ipynb", source)
    write_rides(source / "rides.csv")
    (root / "nbgrader_config.py").write_text(NBGRADER_CONFIG, encoding="utf-8")
    _nbgrader(root, "generate_assignment", ASSIGNMENT)
    _nbgrader(root, "db", "assignment", "add", ASSIGNMENT, f"--duedate={DUE:%Y-%m-%d %H:%M:%S} UTC")
    _hand_in(root / "submitted", root / "release" / ASSIGNMENT, count, seed)


def practicum_course(root: Path, count: int, seed: int = 1) -> None:
    """Lay out the same with a brief and a rubric, ready for ``practicum grade``.

    Args:
        root: A folder that is made.
        count: How many submissions are collected in it.
        seed: Other seeds give other submissions.

    """
    source = root / "assignments" / ASSIGNMENT
    source.mkdir(parents=True)
    for name in ("brief.yml", f"{NOTEBOOK}.ipynb"):
        shutil.copy(HERE / name, source)
    write_rides(source / "rides.csv")
    (root / "rubrics").mkdir()
    shutil.copy(HERE / "rubric.yml", root / "rubrics" / f"{ASSIGNMENT}.yml")
    (root / "course").mkdir()
    (root / "course" / "course.yml").write_text(COURSE_YML, encoding="utf-8")
    students = [{"id": _id(number), "name": f"Student {number}"} for number in range(count)]
    instructors = [{"id": "ines", "name": "Ines Instructor"}]
    roster = {"schema_version": 1, "students": students, "instructors": instructors}
    # JSON is YAML, and quick to write.
    (root / "course" / "roster.yml").write_text(json.dumps(roster, indent=1), encoding="utf-8")
    course = Course.find(root)
    course.prepare_work()
    generate(course, ASSIGNMENT, due=course.due(ASSIGNMENT))
    submitted, release = course.work / "submitted", course.station("release", brief=ASSIGNMENT)
    _hand_in(submitted, release, count, seed)


def _nbgrader(root: Path, *command: str) -> None:
    whole = [sys.executable, "-m", "nbgrader", *command]
    subprocess.run(whole, cwd=root, check=True, capture_output=True)  # noqa: S603 (our own)


def _id(number: int) -> str:
    return f"student-{number:05}"


def _hand_in(submitted: Path, release: Path, count: int, seed: int) -> None:
    notebook: dict[str, Any] = json.loads((release / f"{NOTEBOOK}.ipynb").read_bytes())
    for submission in submissions(notebook, count, seed):
        _write(submitted / submission.student / ASSIGNMENT, submission)


def _write(folder: Path, submission: Submission) -> None:
    folder.mkdir(parents=True)
    file = folder / f"{NOTEBOOK}.ipynb"
    file.write_text(json.dumps(submission.notebook, indent=1), encoding="utf-8")
    at = DUE + timedelta(hours=submission.hours_late or -1)
    (folder / "timestamp.txt").write_text(f"{at:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="ascii")
