"""A small course on disk: the first-steps brief, three students, nothing has happened."""

import shutil
from pathlib import Path

import pytest

from practicum.course import Course

REPOSITORY = Path(__file__).parents[3]
COURSE = """\
schema_version: 1
id: small
title: A small course
timezone: Europe/Berlin
briefs: [{brief: first-steps, due: 2027-02-01T23:59:00}]
"""
ROSTER = """\
schema_version: 1
instructors: [{id: lehmann, name: Petra Lehmann}]
students:
  - {id: alice, name: Alice Andersson}
  - {id: bob, name: Bob Brown}
  - {id: carol, name: Carol Chen}
reviewers:
  - {id: rita, name: Rita, employer: Trust, briefs: [first-steps]}
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Lay down the course; its databases do not exist."""
    shutil.copytree(
        REPOSITORY / "assignments" / "first-steps", tmp_path / "assignments/first-steps"
    )
    (tmp_path / "rubrics").mkdir()
    shutil.copy(REPOSITORY / "rubrics" / "first-steps.yml", tmp_path / "rubrics")
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.yml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "course" / "roster.yml").write_text(ROSTER, encoding="utf-8")
    return Course.find(tmp_path)
