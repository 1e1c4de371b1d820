"""A small course on disk, and its gradebook; names and titles try to be markup."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from practicum.course import Course
from practicum.gradebook import CourseGradebook
from practicum.gradebook.generation import generate
from practicum.gradebook.scoring import AutoScore
from practicum.records import Assessment, Finding, Records

BRIEF = "first-steps"
NOW = datetime(2027, 1, 30, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[3]
COURSE = """\
schema_version: 1
id: small
title: "Costs $5 & <script>alert(1)</script>"
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


def lay_down(root: Path) -> Course:
    """Make the course in an empty folder; its databases do not exist."""
    shutil.copytree(REPOSITORY / "assignments" / BRIEF, root / "assignments" / BRIEF)
    (root / "rubrics").mkdir()
    shutil.copy(REPOSITORY / "rubrics" / "first-steps.yml", root / "rubrics")
    (root / "course").mkdir()
    (root / "course" / "course.yml").write_text(COURSE, encoding="utf-8")
    (root / "course" / "roster.yml").write_text(ROSTER, encoding="utf-8")
    return Course.find(root)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Lay down the course, where nothing has happened yet."""
    return lay_down(tmp_path)


@pytest.fixture
def graded(tmp_path: Path, graded_once: Path) -> Course:
    """Give a copy of the course that has been graded."""
    shutil.copytree(graded_once, tmp_path, dirs_exist_ok=True)
    return Course.find(tmp_path)


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish, and take two students to their marks: Alice has all points, Bob has half."""
    course = lay_down(tmp_path_factory.mktemp("graded"))
    course.work.mkdir(parents=True)
    generate(course, BRIEF, due=course.due(BRIEF))
    with Records(course.records_url) as records, CourseGradebook(course) as gradebook:
        records.publish(BRIEF, digest="0", proofs=())
        for student, share in (("alice", 1.0), ("bob", 0.5)):
            records.receive(
                BRIEF, student, received_at=NOW, sha256="a" * 64, source="zip", files=1, size=1
            )
            cells = gradebook.cells(BRIEF)
            scores = tuple(
                AutoScore(c.cell, c.max_points * share, no_response=False)
                for c in cells
                if c.kind == "autograded"
            )
            gradebook.record(BRIEF, student, scores, received_at=NOW)
            for cell in cells:
                if cell.kind != "autograded":
                    gradebook.set_mark(BRIEF, student, cell.cell, cell.max_points * share)
            records.set_state(BRIEF, student, "graded", "digest")
            for reviewer, level in (("rita", 4), ("rolf", 3)):
                records.assess(
                    Assessment(
                        brief=BRIEF,
                        student=student,
                        criterion="advice",
                        reviewer=reviewer,
                        level=round(level * share),
                        at=NOW,
                    )
                )
        message = "<img src=https://evil.example/x onerror=alert(1)>"
        records.set_findings(
            BRIEF, "bob", [Finding(cell="recommendation", kind="x", message=message)]
        )
        records.released(BRIEF, "alice", digest="1")
    return course.root
