"""`nbgrader generate_feedback` and `practicum release` on the same graded submissions.

    python benchmarks/bench_feedback.py [SUBMISSIONS]

Both commands are measured whole, from their start on, and once more with a single page: what
the other pages take is the warm figure. Every student writes, prints and draws something of
his own, so that no page is another one's copy. Refuses to report figures when outputs, scores
or comments of a student are missing from one of the two pages.

Release does more: it checks that everything is marked, leaves hidden tests out, searches the
outputs for them, and hands each page to the exchange. The last line is one JSON object.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from personal import lines_of, personalise, words_of

from cohort import BRIEF, Took, cohort, run, show
from practicum.course import Course
from practicum.grade import grade
from practicum.gradebook import CourseGradebook
from practicum.marks import Marks, level_points
from practicum.records import Assessment, Records

NOW = datetime(2027, 1, 2, tzinfo=UTC)
PEER = ("nbgrader", "generate_feedback", BRIEF)
OURS = ("practicum", "release", BRIEF)


_SCORE = {
    "peer": re.compile(r"\(Score: ([\d.]+) / ([\d.]+)\)"),
    "ours": re.compile(r"([\d.]+) / ([\d.]+) points"),
}
_PICTURE = "data:image/png;base64,"


def main(count: int) -> None:
    """Measure both and print what came of it."""
    with cohort(count) as root:
        personalise(root)
        marks = _finish(root)
        places = {name: root.with_name(name) for name in ("peer", "ours", "peer-one", "ours-one")}
        for place in places.values():
            shutil.copytree(root, place)
        took = _measure(places, next(iter(marks)))
        for student, mark in marks.items():
            _compare(places, student, mark)
    names = ("nbgrader generate_feedback", "practicum release")
    figures = show("Feedback on first-steps", names, (took["peer"], took["ours"]), count, "page")
    warm = {
        name: (took[name].seconds - took[f"{name}-one"].seconds) / max(1, count - 1)
        for name in ("peer", "ours")
    }
    print(f"  warm, without the start: {warm['peer']:.4f} and {warm['ours']:.4f} s a page")
    print(f"  all {count} pages of both hold the same outputs, scores and comments")
    figures["ratio_nbgrader"] = figures.pop("ratio")
    figures["peer_warm_page_seconds"] = round(warm["peer"], 4)
    figures["practicum_warm_page_seconds"] = round(warm["ours"], 4)
    print(json.dumps({"benchmark": "feedback", **figures}))


def _measure(places: dict[str, Path], one: str) -> dict[str, Took]:
    return {
        "peer": run(places["peer"], *PEER),
        "ours": run(places["ours"], *OURS),
        "peer-one": run(places["peer-one"], *PEER, f"--student={one}"),
        "ours-one": run(places["ours-one"], *OURS, "--student", one),
    }


def _finish(root: Path) -> dict[str, Marks]:
    """Grade, mark and judge everything, so that it can be released; return the marks."""
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
    with Records(course.records_url) as records, CourseGradebook(course) as store:
        for student in students:
            _judge(course, records, store, student)
        return {student: store.marks(BRIEF, student) for student in students}


def _judge(course: Course, records: Records, store: CourseGradebook, student: str) -> None:
    cells = store.cells(BRIEF)
    points = {cell.cell: cell.max_points for cell in cells}
    for cell in cells:
        if cell.kind == "written":
            words = f"Well said in {cell.cell}, {student}."
            store.set_mark(BRIEF, student, cell.cell, cell.max_points / 2, words)
    for criterion in course.rubric(BRIEF).criteria:
        words = f"Clear in {criterion.id}, {student}."
        records.assess(
            Assessment(
                brief=BRIEF,
                student=student,
                criterion=criterion.id,
                reviewer="rita",
                level=3,
                words=words,
                at=NOW,
            )
        )
        reached = level_points(3, points[criterion.cell])
        store.set_mark(BRIEF, student, criterion.cell, reached, words)


def _compare(places: dict[str, Path], student: str, marks: Marks) -> None:
    """Refuse pages that do not both hold what this student printed, earned and was told."""
    notebook = Course.find(places["ours"]).station("autograded", student=student, brief=BRIEF)
    cells = json.loads((notebook / "brief.ipynb").read_bytes())["cells"]
    pictures = {}
    for name in ("peer", "ours"):
        folder = Course.find(places[name]).station("feedback", student=student, brief=BRIEF)
        page = (folder / "brief.html").read_text(encoding="utf-8")
        said = words_of(page)
        for line in lines_of(cells):
            assert line in said, f"{name}: {student}: {line!r} is missing"
        scores = {(float(got), float(most)) for got, most in _SCORE[name].findall(page)}
        for mark in marks.cells:
            assert (mark.score, mark.max_points) in scores, f"{name}: {student}: {mark.cell}"
            assert words_of(mark.comment) in said, f"{name}: {student}: comment on {mark.cell}"
        pictures[name] = page.count(_PICTURE)
    assert pictures["peer"] == pictures["ours"], f"{student}: {pictures}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
