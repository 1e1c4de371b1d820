"""A small course, stand-ins for the edges, and a submission that a test can change."""

# ruff: noqa: ARG002 (a stand-in has the arguments of the real thing)

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from practicum.course import Course
from practicum.gradebook import AnswerKey, KeyCell
from practicum.marks import CellMark, Marks
from practicum.records import Assessment, Decision, Receipt, Release, Said
from practicum.release.releasing import Releasing

REPOSITORY = Path(__file__).parents[3]
BRIEF = "first-steps"
AT = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
CRITERIA = ("analysis", "advice", "chart", "habits")
CANARY = "canary-4711-hidden"
HIDDEN_LINE = "assert round(table['mass'].mean(), 3) == 4201.754, 'the mean mass is wrong'"
TEST_SOURCE = f"""\
assert isinstance(answer, float), "answer should be a number"
assert answer > 0, f"answer should be above 0, and is {{answer}}"
### BEGIN HIDDEN TESTS
# {CANARY}
{HIDDEN_LINE}
assert answer == 42
### END HIDDEN TESTS"""
SCHEME = "Look at the picture before you read the numbers"

COURSE = """\
schema_version: 1
id: testing
title: A course to test with
timezone: Europe/Berlin
briefs:
  - {brief: first-steps, due: 2027-02-01T23:59:00}
"""
ROSTER = """\
schema_version: 1
students:
  - {id: ada, name: Ada Lovelace}
  - {id: bob, name: Bob Beispiel}
  - {id: zoe, name: Zoë Absent}
instructors:
  - {id: ines, name: Ines Instructor}
reviewers:
  - {id: rita, name: Rita Reviewer, employer: Trust, briefs: [first-steps]}
  - {id: ron, name: Ron Reviewer, employer: Trust, briefs: [first-steps]}
"""


def given(name: str, source: str, cell_type: Any = "code", **flags: Any) -> KeyCell:
    """A cell of the answer key."""
    nbgrader = {"grade": False, "solution": False, "locked": True, "task": False} | flags
    return KeyCell(id=name, cell_type=cell_type, source=source, metadata_json=json.dumps(nbgrader))


KEY = AnswerKey(
    brief=BRIEF,
    notebook="brief",
    kernelspec_json="{}",
    cells=(
        given("answer", "# YOUR CODE HERE", solution=True, locked=False),
        given("test-answer", TEST_SOURCE, grade=True, points=10),
        given("recommendation", "", "markdown", grade=True, solution=True, locked=False),
        *(
            given(
                f"criterion-{name}",
                f"### {name}\n\n=== BEGIN MARK SCHEME ===\n{SCHEME}\n=== END MARK SCHEME ===",
                "markdown",
                task=True,
            )
            for name in CRITERIA
        ),
    ),
)


def code(source: str, *outputs: dict[str, Any], name: str = "") -> dict[str, Any]:
    """A code cell with its outputs."""
    nbgrader = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": "code", "source": source, "outputs": [*outputs], "metadata": nbgrader}


def text(source: str, name: str = "", **more: Any) -> dict[str, Any]:
    """A markdown cell."""
    nbgrader = {"nbgrader": {"grade_id": name}} if name else {}
    return {"cell_type": "markdown", "source": source, "metadata": nbgrader, **more}


def stream(said: str, name: str = "stdout") -> dict[str, Any]:
    """Something printed."""
    return {"output_type": "stream", "name": name, "text": said}


def data(**bundle: Any) -> dict[str, Any]:
    """Something displayed; ``text_html`` stands for text/html."""
    forms = {kind.replace("_", "/", 1): value for kind, value in bundle.items()}
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def failure(name: str, said: str, *trace: str) -> dict[str, Any]:
    """An exception."""
    return {"output_type": "error", "ename": name, "evalue": said, "traceback": [*trace]}


def notebook(*cells: dict[str, Any], tests: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """An autograded notebook: the cells given, then the graded ones."""
    graded = [
        code("answer = 42.0", name="answer"),
        code(TEST_SOURCE, *tests, name="test-answer"),
        text("Dear Henrik, *visit Biscoe*.", "recommendation"),
        *(text(KEY.by_id()[f"criterion-{name}"].source, f"criterion-{name}") for name in CRITERIA),
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [*cells, *graded]}


def marks_of(student: str, *, autograded: float = 10.0, penalty: float = 0.0) -> Marks:
    """Complete marks: all of the tests, 12 of 14, level 3 in each criterion."""
    points = dict(zip(CRITERIA, (9, 9, 6, 6), strict=True))
    cells = [
        CellMark(cell="test-answer", kind="autograded", max_points=10, score=autograded),
        CellMark(
            cell="recommendation", kind="written", max_points=14, score=12, comment="Well said."
        ),
        *(
            CellMark(cell=f"criterion-{n}", kind="employer", max_points=p, score=p * 3 / 4)
            for n, p in points.items()
        ),
    ]
    return Marks(student=student, brief=BRIEF, cells=tuple(cells), penalty=penalty)


@dataclass
class Edges:
    """Stands in for the gradebook, the records and the exchange, and counts what was written."""

    marked: dict[str, Marks] = field(default_factory=dict)
    received: dict[str, Receipt] = field(default_factory=dict)
    said: list[Assessment] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)
    talk: list[Said] = field(default_factory=list)
    given: dict[str, Release] = field(default_factory=dict)
    handed_out: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def students(self, brief: str) -> tuple[str, ...]:
        """Those who have marks."""
        return tuple(sorted(self.marked))

    def marks(self, brief: str, student: str) -> Marks:
        """The marks of one."""
        return self.marked[student]

    def answer_key(self, brief: str) -> AnswerKey:
        """The key of all tests."""
        return KEY

    def receipts(self, brief: str) -> tuple[Receipt, ...]:
        """What came in."""
        return tuple(self.received.values())

    def assessments(self, brief: str, student: str | None = None) -> tuple[Assessment, ...]:
        """What reviewers said."""
        return tuple(a for a in self.said if student in (None, a.student))

    def decisions(self, brief: str, student: str | None = None) -> tuple[Decision, ...]:
        """What was decided."""
        return tuple(d for d in self.decided if student in (None, d.student))

    def messages(self, brief: str) -> tuple[Said, ...]:
        """What students asked and were answered."""
        return tuple(self.talk)

    def releases(self, brief: str) -> dict[str, Release]:
        """What students were given."""
        return dict(self.given)

    def released(self, brief: str, student: str, *, digest: str) -> None:
        """Note it."""
        self.given[student] = Release(brief=brief, student=student, digest=digest, at=AT)

    def log(self, action: str, **about: str) -> None:
        """Note it."""
        self.logged.append(action)


@dataclass
class Desk:
    """A course with its edges, and what tests do there."""

    course: Course
    edges: Edges

    def hand_in(self, student: str, nb: dict[str, Any] | None = None, **marks: float) -> None:
        """Let a student's graded and judged submission be there."""
        nb = nb or notebook()
        folder = self.course.station("autograded", student=student, brief=BRIEF)
        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(nb).encode()
        (folder / "brief.ipynb").write_bytes(content)
        self.edges.marked[student] = marks_of(student, **marks)
        self.receive(student, sha256=hashlib.sha256(content).hexdigest())
        for name in CRITERIA:
            for reviewer in ("rita", "ron"):
                self.assess(student, name, reviewer, 3, f"Good {name}.")

    def receive(self, student: str, **changes: Any) -> None:
        """Give a receipt."""
        fields: dict[str, Any] = {
            "received_at": AT,
            "sha256": "0" * 64,
            "source": "folder",
            "state": "graded",
        }
        self.edges.received[student] = Receipt(
            brief=BRIEF, student=student, files=1, size=1, since=AT, **(fields | changes)
        )

    def assess(
        self, student: str, criterion: str, reviewer: str, level: int, words: str = ""
    ) -> None:
        """Let a reviewer say something; what he said before no longer counts."""
        mine = (student, criterion, reviewer)
        self.edges.said = [
            a for a in self.edges.said if (a.student, a.criterion, a.reviewer) != mine
        ]
        self.edges.said.append(
            Assessment(
                brief=BRIEF,
                student=student,
                criterion=criterion,
                reviewer=reviewer,
                level=level,
                words=words,
                at=AT,
            )
        )

    def release(self, *, partial: bool = False, students: tuple[str, ...] | None = None) -> Any:
        """Release, with the stand-ins."""
        edges = self.edges

        def hand_out(course: Course, brief: str, student: str) -> None:
            edges.handed_out.append(student)

        run = Releasing(self.course, BRIEF, edges, edges, hand_out)
        return run.release(partial=partial, students=students)

    def page(self, student: str) -> str:
        """The page that was written."""
        folder = self.course.station("feedback", student=student, brief=BRIEF)
        return (folder / "brief.html").read_text(encoding="utf-8")

    def page_of(self, nb: dict[str, Any], **marks: float) -> str:
        """The page of a submission."""
        self.hand_in("ada", nb, **marks)
        self.release()
        return self.page("ada")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A course on disk with the first-steps brief, and nothing handed in."""
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "course.yml").write_text(COURSE, encoding="utf-8")
    (tmp_path / "course" / "roster.yml").write_text(ROSTER, encoding="utf-8")
    shutil.copytree(REPOSITORY / "assignments" / BRIEF, tmp_path / "assignments" / BRIEF)
    (tmp_path / "rubrics").mkdir()
    shutil.copy(REPOSITORY / "rubrics" / f"{BRIEF}.yml", tmp_path / "rubrics")
    return Desk(Course.find(tmp_path), Edges())


@pytest.fixture
def make() -> Callable[..., Any]:
    """Builders of cells and outputs: ``make("code", source, output)``."""
    builders: dict[str, Callable[..., Any]] = {
        "code": code,
        "text": text,
        "stream": stream,
        "data": data,
        "failure": failure,
        "notebook": notebook,
        "marks": marks_of,
    }

    def build(kind: str, *arguments: Any, **named: Any) -> Any:
        return builders[kind](*arguments, **named)

    return build


@pytest.fixture
def secret() -> dict[str, str]:
    """What no page may show."""
    return {"canary": CANARY, "line": HIDDEN_LINE, "scheme": SCHEME, "source": TEST_SOURCE}
