"""`nbgrader generate_feedback` and `practicum release` on the same graded submissions.

    python benchmarks/bench_feedback.py [SUBMISSIONS]

Release does more: it checks that everything is marked, leaves hidden tests out, and hands
each page to the exchange. The last line is one JSON object.
"""

from __future__ import annotations

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from cohort import BRIEF, cohort, run, show
from practicum.course import Course
from practicum.grade import grade
from practicum.gradebook import CourseGradebook
from practicum.marks import level_points
from practicum.records import Assessment, Records

NOW = datetime(2027, 1, 2, tzinfo=UTC)


def main(count: int) -> None:
    """Measure both and print what came of it."""
    with cohort(count) as root:
        _finish(root)
        other = root.with_name("other")
        shutil.copytree(root, other)
        peer = run(other, "nbgrader", "generate_feedback", BRIEF)
        ours = run(root, "practicum", "release", BRIEF)
        for place in (root, other):
            assert len(_pages(place)) == count, "a page is missing"
    names = ("nbgrader generate_feedback", "practicum release")
    figures = show("Feedback on first-steps", names, (peer, ours), count, "page")
    print(json.dumps({"benchmark": "feedback", **figures}))


def _pages(root: Path) -> list[Path]:
    return [*(Course.find(root).work / "feedback").rglob("brief.html")]


def _finish(root: Path) -> None:
    """Grade, mark and judge everything, so that it can be released."""
    course = Course.find(root)
    students = [student.id for student in course.roster.students]
    with Records(course.records_url) as records:
        for student in students:
            folder = course.station("submitted", student=student, brief=BRIEF)
            size = (folder / "brief.ipynb").stat().st_size
            records.receive(
                BRIEF,
                student,
                received_at=NOW,
                sha256="0" * 64,
                source="benchmark",
                files=1,
                size=size,
            )
    grade(course, BRIEF)
    rubric = course.rubric(BRIEF)
    with Records(course.records_url) as records, CourseGradebook(course) as store:
        points = {cell.cell: cell.max_points for cell in store.cells(BRIEF)}
        for student in students:
            for cell in store.cells(BRIEF):
                if cell.kind == "written":
                    store.set_mark(BRIEF, student, cell.cell, cell.max_points / 2, "Well said.")
            for criterion in rubric.criteria:
                records.assess(
                    Assessment(
                        brief=BRIEF,
                        student=student,
                        criterion=criterion.id,
                        reviewer="rita",
                        level=3,
                        words="Clear.",
                        at=NOW,
                    )
                )
                most = level_points(3, points[criterion.cell])
                store.set_mark(BRIEF, student, criterion.cell, most, "Clear.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12)
