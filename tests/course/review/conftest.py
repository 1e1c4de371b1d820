"""A small course with submissions, a gradebook in memory, and files of assessments."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.course.review.visiting import Server, served

from practicum.course import Course
from practicum.errors import NotReady
from practicum.gradebook.answer_key import AnswerKey, KeyCell
from practicum.marks import CellMark, Kind, Marks
from practicum.records import Records

REPOSITORY = Path(__file__).parents[3]

COURSE = """\
schema_version: 1
id: testing
title: A course to test with
briefs: [{brief: demo}]
"""

ROSTER = """\
schema_version: 1
students:
  - {id: ada, name: Ada Lovelace}
  - {id: grace, name: Grace Hopper}
  - {id: late, name: Late Larry}
instructors:
  - {id: ines, name: Ines Instructor}
reviewers:
  - {id: rita, name: Rita Reviewer, employer: Market Hall, briefs: [demo]}
  - {id: hugo, name: Hugo Hirer, employer: Market Hall, briefs: [demo, elsewhere]}
  - {id: vera, name: Vera Visitor, employer: Market Hall, briefs: [demo]}
  - {id: omar, name: Omar Other, employer: Elsewhere, briefs: [elsewhere]}
"""

BRIEF = """\
schema_version: 1
id: demo
title: Which Saturdays?
employer: {name: Market Hall, about: Markets., industry: Events}
people:
  champion: {name: Rita Reviewer, role: Manager, email: rita@market.example}
  supervisor: {name: Hugo Hirer, role: Head, email: hugo@market.example}
situation: It rains.
question: Which Saturdays should we book?
scope: A short analysis.
tools: [Python]
hours: 8
duration_weeks: 1
pay: {kind: fixed, amount: 200, currency: USD}
credit_bearing: true
milestones: [{id: all, title: All of it, hours: 8, due_day: 7}]
deliverables:
  - {id: plot, title: A chart, acceptance: It is drawn., criteria: [analysis], cells: [test-1]}
  - {id: text, title: A text, acceptance: It is there., criteria: [advice, habits], cells: [text]}
rubric: demo
support: {kick_off: A call, check_in: A call, contact: Rita, response_days: 2}
legal: {ip: The student's., confidentiality: none, portfolio: {allowed: false}}
safety: {patient_care: false, hazards: false, vulnerable_people: false}
matching: {topics: [weather], location: remote, hiring_potential: none}
ai_policy: {use: disclosed, text: Say which.}
"""

RUBRIC = """\
schema_version: 1
id: demo
title: How the work is judged
criteria:
"""

CRITERION = """\
  - id: {id}
    title: {title}
    question: Is it good?
    rater: {rater}
    weight: 1
    levels: {{0: None at all., 1: A little., 2: Half of it., 3: Most of it., 4: All of it.}}
"""

CRITERIA = (
    ("analysis", "Sound analysis", "employer"),
    ("advice", "Useful advice", "employer"),
    ("habits", "Professional habits", "instructor"),
)


KINDS: dict[str, Kind] = {"analysis": "employer", "advice": "employer", "habits": "instructor"}


CANARY = "canary-of-the-hidden-tests"
SCHEME = "The mark scheme says so"


def key_cell(name: str, source: str, cell_type: Any = "code", **flags: bool) -> KeyCell:
    """Return a cell as it was released."""
    metadata = {"grade": False, "solution": False, "locked": False, "task": False} | flags
    return KeyCell(
        id=name,
        cell_type=cell_type,
        source=source,
        metadata_json=json.dumps({"grade_id": name, **metadata}),
    )


TEST = f"""\
assert answer > 0
### BEGIN HIDDEN TESTS
assert answer == "{CANARY}"
### END HIDDEN TESTS"""
KEY = AnswerKey(
    brief="demo",
    notebook="brief",
    kernelspec_json="{}",
    cells=(
        key_cell("answer", "# YOUR CODE HERE", solution=True),
        key_cell("test-1", TEST, grade=True, locked=True),
        key_cell("text", "YOUR ANSWER HERE", "markdown", grade=True, solution=True),
        key_cell(
            "criterion-advice",
            f"### Advice (12 points)\n=== BEGIN MARK SCHEME ===\n{SCHEME}\n=== END MARK SCHEME ===",
            "markdown",
            locked=True,
            task=True,
        ),
    ),
)


@dataclass
class MemoryGradebook:
    """A gradebook in memory: the methods that reviewing needs, and a count of writes."""

    graded: list[str] = field(default_factory=lambda: ["ada", "grace"])
    published: tuple[str, ...] = ("demo",)
    points: float = 12.0
    given: dict[tuple[str, str], tuple[float | None, str]] = field(default_factory=dict)
    writes: int = 0

    def briefs(self) -> tuple[str, ...]:
        """Return the published briefs."""
        return self.published

    def cells(self, brief: str) -> tuple[CellMark, ...]:
        """Return a test cell and a cell for each criterion."""
        assert brief == "demo"
        return (
            CellMark(cell="test-1", kind="autograded", max_points=10, score=None),
            *(
                CellMark(cell=f"criterion-{name}", kind=kind, max_points=self.points, score=None)
                for name, kind in KINDS.items()
            ),
        )

    def answer_key(self, brief: str) -> AnswerKey:
        """Return the released cells: a task, a test with a hidden part, and a written answer."""
        assert brief == "demo"
        return KEY

    def students(self, brief: str) -> tuple[str, ...]:
        """Return who is graded."""
        assert brief == "demo"
        return tuple(self.graded)

    def marks(self, brief: str, student: str) -> Marks:
        """Return what was given so far."""
        cells = [
            cell.model_copy(update={"score": self.given.get((student, cell.cell), (None, ""))[0]})
            for cell in self.cells(brief)
        ]
        return Marks(student=student, brief=brief, cells=tuple(cells))

    def set_mark(
        self, brief: str, student: str, cell: str, score: float | None, comment: str
    ) -> bool:
        """Give a mark, or take it back."""
        if student not in self.students(brief):
            message = f"{student} is not graded"
            raise NotReady(message)
        assert cell in {known.cell for known in self.cells(brief)}
        changed = self.given.get((student, cell), (None, "")) != (score, comment)
        self.writes += changed
        self.given[student, cell] = (score, comment)
        return changed

    def score(self, student: str, criterion: str) -> float | None:
        """Return the points of a criterion."""
        return self.given.get((student, f"criterion-{criterion}"), (None, ""))[0]

    def comment(self, student: str, criterion: str) -> str:
        """Return the comment on a criterion."""
        return self.given.get((student, f"criterion-{criterion}"), (None, ""))[1]


def lay_course(root: Path) -> Course:
    """Lay a course in which Ada and Grace have handed in, and Larry has not."""
    for folder in ("course", "assignments/demo", "rubrics"):
        (root / folder).mkdir(parents=True)
    (root / "course" / "course.yml").write_text(COURSE)
    (root / "course" / "roster.yml").write_text(ROSTER)
    (root / "assignments" / "demo" / "brief.yml").write_text(BRIEF)
    criteria = [CRITERION.format(id=name, title=title, rater=who) for name, title, who in CRITERIA]
    (root / "rubrics" / "demo.yml").write_text(RUBRIC + "".join(criteria))
    course = Course.find(root)
    with Records(course.records_url) as records:
        for student in ("ada", "grace"):
            records.receive(
                "demo",
                student,
                received_at=datetime(2027, 2, 1, tzinfo=UTC),
                sha256="0" * 64,
                source="test",
                files=1,
                size=1,
            )
    return course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """Return a course in which Ada and Grace have handed in, and Larry has not."""
    return lay_course(tmp_path / "course-of-tests")


@pytest.fixture
def gradebook() -> MemoryGradebook:
    """Return an empty gradebook in which Ada and Grace are graded."""
    return MemoryGradebook()


@pytest.fixture
def records(course: Course) -> Iterator[Records]:
    """Open the course's records beside the command that is tested."""
    with Records(course.records_url) as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of CSV files: ``table("rita,ada,advice,3,Good.", ...)``."""

    def write(*rows: str, name: str = "reviews.csv") -> Path:
        file = tmp_path / name
        lines = ("reviewer,submission,criterion,level,words", *rows)
        file.write_text("".join(f"{line}\n" for line in lines))
        return file

    return write


def code(source: str, *outputs: dict[str, Any], name: str = "") -> dict[str, Any]:
    """Return a code cell; with a name it is one of the released cells."""
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": metadata}


def words(source: str, *, name: str = "") -> dict[str, Any]:
    """Return a text cell."""
    return code(source, name=name) | {"cell_type": "markdown"}


def output(mime: str, data: str) -> dict[str, Any]:
    """Return an output of one kind."""
    return {"output_type": "display_data", "data": {mime: data}, "metadata": {}}


def notebook_of(*cells: dict[str, Any], text: str = "We book Saturday 3.") -> dict[str, Any]:
    """Return an autograded notebook with these cells before what was asked for."""
    failed = {"output_type": "error", "ename": "E", "evalue": CANARY, "traceback": [CANARY]}
    return {
        "nbformat": 4,
        "metadata": {"title": "Ada Lovelace"},
        "cells": [
            words("# Which Saturdays? (24 points)"),
            *cells,
            code("answer = 42", output("text/html", "<table><tr><td>42</td></tr></table>"),
                 name="answer"),
            code(TEST, failed, name="test-1"),
            words(text, name="text"),
            words(f"{SCHEME}, 12 points", name="criterion-advice"),
        ],
    }  # fmt: skip


@pytest.fixture
def graded(course: Course) -> Callable[..., None]:
    """Return a writer of graded notebooks: ``graded("ada", cell, ...)``."""

    def write(student: str, *cells: dict[str, Any], **more: Any) -> None:
        folder = course.station("autograded", student=student, brief="demo")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "brief.ipynb").write_text(json.dumps(notebook_of(*cells, **more)))

    return write


@pytest.fixture
def address(course: Course, gradebook: Any, graded: Callable[..., None]) -> Iterator[str]:
    """The room of a brief with two graded submissions, served by a thread, and renewed often."""
    hostile = "<script>parent.postMessage(1, '*')</script><img src='https://evil.invalid/a.png'>"
    graded("ada", code("show()", output("text/html", hostile)), words(hostile))
    graded("grace")
    (course.root / "notebooks").mkdir()
    shutil.copy(REPOSITORY / "notebooks" / "employer_review.ipynb", course.root / "notebooks")
    with served(course, gradebook) as place:
        yield place


@pytest.fixture
def server(course: Course, graded: Callable[..., None]) -> Iterator[Server]:
    """The same room in a process of its own, which can be killed and started again."""
    graded("ada")
    graded("grace")
    found = Server(course)
    yield found
    found.kill()
