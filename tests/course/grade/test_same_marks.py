"""The marks of `practicum grade` are those of `nbgrader autograde`, cell by cell.

Where they are not, DIFFERENCES says so, and why; docs/grading.md holds the same table.
"""

from __future__ import annotations

import copy
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
import pytest

from practicum.course import Course
from practicum.demo.mistakes import KINDS, Quality, hand_in, read_answers, read_notebook
from practicum.grade import grade

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

Desk = Any
Notebook = dict[str, Any]
REPOSITORY = Path(__file__).parents[3]
FIRST, PROBE, CHANGES, SQUARES = "first-steps", "probe", "changes", "squares"


@dataclass(frozen=True)
class Difference:
    """What comes in, what nbgrader makes of it, what practicum makes of it, and why."""

    what: str
    nbgrader: str
    practicum: str
    why: str


DIFFERENCES: dict[str, Difference] = {
    "duplicated": Difference(
        "a named cell occurs twice",
        "no marks for this student",
        "the last one counts; a finding",
        "Copying a cell is no offence, and which one counts is nbgrader's own rule.",
    ),
    "above": Difference(
        "a test's value is above its maximum",
        "no marks for this student",
        "this cell waits for a person; all others are marked",
        "A wrong test is not the student's fault, and one cell is not the whole submission.",
    ),
    "not-finite": Difference(
        "a test's value is nan",
        "full marks",
        "full marks; a finding",
        "The mark is kept the same, but somebody should look at it.",
    ),
    "numpy-number": Difference(
        "a test's value is a number of NumPy's, written as np.float64(2.0)",
        "full marks",
        "that number; a finding",
        "It is the partial credit that the test meant: NumPy 2 only writes it in another way.",
    ),
    "dies": Difference(
        "the kernel dies",
        "no marks for this student",
        "run once more; what ran before counts, tests after it are 0; a finding",
        "A notebook that ends its own kernel gets what it has earned until then.",
    ),
    "no-essay": Difference(
        "a written answer was deleted",
        "the cell comes back with a note in it and waits for a person",
        "the cell comes back as it was: 0, No response.",
        "nbgrader's note changes the checksum, so that an empty answer looks like an answer.",
    ),
    "not-solution": Difference(
        "the metadata say that a manually graded code cell is no solution",
        "full marks, nobody is asked",
        "waits for a person",
        "Only the sources are taken from a submission, never its metadata.",
    ),
    "ungraded": Difference(
        "the metadata say that a test is no test",
        "no marks for this student",
        "marked as always",
        "Only the sources are taken from a submission, never its metadata.",
    ),
    "zero-schema": Difference(
        "the metadata have another schema version",
        "no marks for this student, nor for all who come after in the alphabet",
        "marked as always",
        "Only the sources are taken from a submission, never its metadata.",
    ),
    "unknown-cell": Difference(
        "a cell has a name that the assignment does not know",
        "no marks for this student",
        "run as a plain cell",
        "Only the sources are taken from a submission, never its metadata.",
    ),
    "old-format": Difference(
        "a cell's type was changed in a notebook of format 4.4 or older",
        "no marks for this student",
        "the cell is changed back, all outputs as always; a finding",
        "Only the sources are taken from a submission, never its format.",
    ),
    "nothing-there": Difference(
        "there is no notebook in the submission",
        "no marks for this student; 0 for all cells if the assignment has other notebooks",
        "0 for all cells, nobody is asked; a finding",
        "Where nothing was handed in, nothing is left to decide.",
    ),
    "new-type": Difference(
        "a test cell has become text",
        "the cell is changed back, all outputs as always",
        "the same; a finding",
        "The mark is kept the same, but somebody should look at it.",
    ),
    "broken": Difference(
        "the file is no notebook",
        "no marks for this student",
        "no marks for this student; state `error`, with the reason",
        "The mark is kept the same; `practicum status` shows it.",
    ),
    "link": Difference(
        "the notebook is a symbolic link",
        "the link is followed: somebody else's work is marked",
        "refused: state `error`, with the reason",
        "A link can lead to the solution, to another student or to the gradebook.",
    ),
}

ROWS = """
SELECT handed_in.student_id, cell.name, coalesce(test.max_score, task.max_score),
       grade.auto_score, grade.needs_manual_grade, remark.auto_comment,
       coalesce(of_student.late_submission_penalty, 0.0)
FROM assignment
JOIN notebook ON notebook.assignment_id = assignment.id
JOIN submitted_notebook AS of_student ON of_student.notebook_id = notebook.id
JOIN submitted_assignment AS handed_in ON handed_in.id = of_student.assignment_id
JOIN base_cell AS cell ON cell.notebook_id = notebook.id
LEFT JOIN grade ON grade.notebook_id = of_student.id AND grade.cell_id = cell.id
LEFT JOIN comment AS remark ON remark.notebook_id = of_student.id AND remark.cell_id = cell.id
LEFT JOIN grade_cells AS test ON test.id = cell.id
LEFT JOIN task_cells AS task ON task.id = cell.id
WHERE assignment.name = ? AND (grade.id IS NOT NULL OR remark.id IS NOT NULL)
ORDER BY 1, 2, cell.type
"""


@dataclass(frozen=True)
class Sides:
    """The rows of both gradebooks by brief and student, and practicum's own report."""

    nbgrader: Mapping[tuple[str, str], tuple[Any, ...]]
    practicum: Mapping[tuple[str, str], tuple[Any, ...]]
    reported: Mapping[tuple[str, str], Any]


def _drop(name: str) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        notebook["cells"] = [c for c in notebook["cells"] if _meta(c)["grade_id"] != name]

    return change


def _set(name: str, **flags: Any) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        _meta(_find(notebook, name)).update(flags)

    return change


def _meta(cell: Notebook) -> Notebook:
    found: Notebook = cell["metadata"]["nbgrader"]
    return found


def _find(notebook: Notebook, name: str) -> Notebook:
    found: Notebook = next(c for c in notebook["cells"] if _meta(c)["grade_id"] == name)
    return found


def _twice(notebook: Notebook) -> None:
    notebook["cells"].insert(1, copy.deepcopy(_find(notebook, "answer")) | {"id": "again"})


def _as_text(notebook: Notebook) -> None:
    entry = _find(notebook, "test-answer")
    entry["cell_type"] = "markdown"
    del entry["outputs"], entry["execution_count"]


def _old_text(notebook: Notebook) -> None:
    _as_text(notebook)
    notebook["nbformat_minor"] = 4
    for entry in notebook["cells"]:
        del entry["id"]


def _forge(notebook: Notebook) -> None:
    """Change what a student may not: points, flags, tests, outputs, checksums."""
    _meta(_find(notebook, "test-answer"))["points"] = 300
    _find(notebook, "test-part-0")["source"] = "3"
    _meta(_find(notebook, "test-part-0"))["locked"] = False
    _find(notebook, "test-part-2")["source"] = "3"
    _meta(_find(notebook, "answer"))["checksum"] = "0" * 32
    result = {"output_type": "execute_result", "metadata": {}, "execution_count": 1}
    _find(notebook, "test-part-3")["outputs"] = [result | {"data": {"text/plain": "3"}}]


def _mix_up(notebook: Notebook) -> None:
    """Move a cell to the end and put one of the student's own between the others."""
    notebook["cells"].append(notebook["cells"].pop(1))
    plain = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "answer = 41"}
    notebook["cells"].insert(2, plain | {"outputs": [], "execution_count": None})


def _lose(notebook: Notebook) -> None:
    """Drop a text, a test at the beginning, two tests in a row, and the task."""
    for name in ("intro", "test-answer", "test-part-3", "test-part-4", "task"):
        _drop(name)(notebook)


LOUD = """
import sys
print('to be seen', file=sys.stderr)
class Loud(float):
    def __repr__(self):
        print('a warning', file=sys.stderr)
        return '2.0'
for row in range(9000):
    print(row)
"""
STRANGE = "parts = [None, 'lots', True, -1, float('-inf'), '1.5', Loud(2), 1.5]"
FEW_PARTS = "parts = [2]"

PROBES: dict[str, tuple[dict[str, str], Callable[[Notebook], None] | None]] = {
    "honest": ({}, None),
    "wrong": ({"answer": "answer = 41", "parts": FEW_PARTS, "program": ""}, None),
    "raises": ({"answer": "answer = 42\nraise RuntimeError('x')", "parts": "parts = ("}, None),
    "strange": ({"parts": LOUD + STRANGE}, None),
    "endless": ({"answer": "answer = 42\nwhile True: pass"}, None),
    "forged": ({"parts": FEW_PARTS}, _forge),
    "mixed-up": ({}, _mix_up),
    "lost": ({}, _lose),
    "no-solution": ({}, _drop("answer")),
    "duplicated": ({}, _twice),
    "above": ({"parts": "parts = [4, 1.5, 3, 0, 1, 0.5, 3, 2]"}, None),
    "not-finite": ({"parts": "parts = [float('nan'), 1.5, 3, 0, 1, 0.5, 3, 2]"}, None),
    "numpy-number": (
        {"parts": "import numpy\nparts = [numpy.float64(2.0), 1.5, 3, 0, 1, 0.5, 3, 2]"},
        None,
    ),
    "dies": ({"parts": "import os\nos._exit(3)"}, None),
    "no-essay": ({}, _drop("essay")),
    "not-solution": ({}, _set("program", solution=False)),
    "zero-schema": ({}, _set("answer", schema_version=99)),
    "ungraded": ({}, _set("test-answer", grade=False)),
    "unknown-cell": ({}, _set("intro", grade_id="unheard-of")),
    "new-type": ({}, _as_text),
    "old-format": ({}, _old_text),
}

QUALITY: dict[str, Quality] = {"half-done": "weak", "off-by-one": "strong"}
SUBMITTED = files("nbgrader") / "tests" / "apps" / "files"
FIXTURES = (
    "unchanged", "changed", "cheat-attempt", "cheat-attempt-alternative",
    "grade-cell-changed", "locked-cell-changed",
)  # fmt: skip
GUIDE = files("nbgrader") / "docs" / "source" / "user_guide"


@pytest.fixture(scope="module")
def desk(make_desk: Callable[..., Desk], probe_source: Notebook) -> Desk:
    """Return a course in which all submissions have been handed in."""
    desk = make_desk(FIRST, PROBE, CHANGES, SQUARES, cell_seconds=8)
    _hand_in_kinds(desk)
    _hand_in_probes(desk, probe_source)
    desk.add_brief(CHANGES, Path(str(SUBMITTED / "submitted-unchanged.ipynb")))
    for name in FIXTURES:
        text = (SUBMITTED / f"submitted-{name}.ipynb").read_text(encoding="utf-8")
        desk.hand_in(CHANGES, name, text)
    desk.add_brief(SQUARES, Path(str(GUIDE / "source/ps1/problem1.ipynb")), "problem1")
    named = {"notebook": "problem1"}
    for student in ("bitdiddle", "hacker"):
        text = (GUIDE / "submitted" / student / "ps1/problem1.ipynb").read_text(encoding="utf-8")
        desk.hand_in(SQUARES, student, text, **named)
    return desk


def _hand_in_kinds(desk: Desk) -> None:
    source = REPOSITORY / "assignments" / FIRST
    desk.add_brief(FIRST, source / "brief.ipynb")
    for kind in KINDS:
        if kind == "endless-loop":  # a shorter one is among the probes
            continue
        notebook = hand_in(
            kind,
            QUALITY.get(kind, "fair"),
            release=desk.release(FIRST),
            source=read_notebook(source / "brief.ipynb"),
            answers=read_answers(REPOSITORY / "course" / "cohort" / f"{FIRST}.yml"),
        )
        day = "2027-01-03 18" if kind == "late" else "2027-01-01 11"
        desk.hand_in(FIRST, kind, notebook, at=f"{day}:00:00.000000 UTC")


def _hand_in_probes(desk: Desk, source: Notebook) -> None:
    desk.add_brief(PROBE, source)
    for name, (work, change) in PROBES.items():
        desk.hand_in(PROBE, name, desk.answered(work, change))
    desk.hand_in(PROBE, "untouched", desk.release(PROBE))
    for number, minutes in enumerate(("15:00", "15:01")):
        at = f"2027-01-01 12:{minutes}.000000 UTC"
        desk.hand_in(PROBE, f"late-{number}", desk.answered(), at=at)
    desk.hand_in(PROBE, "very-late", desk.answered(), at="2027-03-01 12:00:00.000000 UTC")
    desk.hand_in(PROBE, "nothing-there", None)
    desk.hand_in(PROBE, "broken", "{}")
    desk.hand_in(PROBE, "link", None).symlink_to(desk.hand_in(PROBE, "linked", desk.answered()))


@pytest.fixture(scope="module")
def sides(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Sides:
    """Grade everything twice, by nbgrader's real command and by ours, at the same time."""
    other = tmp_path_factory.mktemp("nbgrader") / "course"
    shutil.copytree(desk.course.root, other, symlinks=True)
    briefs = desk.course.brief_names

    def autograde() -> None:
        for brief in briefs:
            # The option spares a third of the time and no mark depends on it.
            quick = "--Execute.shutdown_kernel=immediate"
            command = [sys.executable, "-m", "nbgrader", "autograde", brief, quick]
            subprocess.run(command, cwd=other, capture_output=True, check=False, timeout=900)

    thread = threading.Thread(target=autograde)
    thread.start()
    reported = {
        (brief, graded.student): graded
        for brief in briefs
        for graded in grade(desk.course, brief, workers=1).graded
    }
    thread.join()
    return Sides(_rows(Course.find(other)), _rows(desk.course), reported)


def _rows(course: Any) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return all marks, without those of submissions that were given up."""
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    with closing(sqlite3.connect(course.work / "gradebook.db")) as database:
        for brief in course.brief_names:
            for student, *row in database.execute(ROWS, (brief,)):
                done = course.station("autograded", student=student, brief=brief)
                name = course.brief(brief).grading.notebook
                handed_in = course.station("submitted", student=student, brief=brief)
                if (done / f"{name}.ipynb").is_file() or not (handed_in / f"{name}.ipynb").exists():
                    rows[brief, student] = (*rows.get((brief, student), ()), tuple(row))
    return rows


def _submitted() -> Iterator[tuple[str, str]]:
    """Yield every submission that nbgrader and we should mark alike."""
    yield from ((FIRST, kind) for kind in KINDS if kind not in ("endless-loop", "duplicated-cell"))
    yield from ((PROBE, name) for name in PROBES if name not in DIFFERENCES)
    yield from ((PROBE, name) for name in ("not-finite", "new-type", "untouched"))
    yield from ((PROBE, f"late-{number}") for number in range(2))
    yield PROBE, "very-late"
    yield from ((CHANGES, name) for name in FIXTURES)
    yield from ((SQUARES, student) for student in ("bitdiddle", "hacker"))


@pytest.mark.parametrize(("brief", "student"), [*_submitted()])
def test_marks_are_those_of_nbgrader(sides: Sides, brief: str, student: str) -> None:
    """Score, need of a person, comment, maximum and penalty are nbgrader's, cell by cell."""
    assert sides.practicum[brief, student] == sides.nbgrader[brief, student]


def _scores(rows: tuple[Any, ...]) -> dict[str, tuple[Any, bool]]:
    return {name: (auto, bool(needs)) for name, most, auto, needs, *_ in rows if most is not None}


POINTS = (2, 1.5, 3, 0, 1, 0.5, 3, 2)
HONEST: dict[str, tuple[Any, bool]] = {
    "test-answer": (3, False),
    **{f"test-part-{number}": (points, False) for number, points in enumerate(POINTS)},
    "program": (None, True),
    "essay": (None, True),
    "task": (None, True),
}
EXPECTED: dict[str, dict[str, tuple[Any, bool]] | None] = {
    "duplicated": HONEST,
    "above": HONEST | {"test-part-0": (None, True)},
    "not-finite": HONEST | {"test-part-0": (3, False)},
    "numpy-number": HONEST | {"test-part-0": (2, False)},
    "dies": HONEST | {f"test-part-{number}": (0, False) for number in range(8)},
    "no-essay": HONEST | {"essay": (0, False)},
    "not-solution": HONEST,
    "zero-schema": HONEST,
    "ungraded": HONEST,
    "unknown-cell": HONEST,
    "new-type": HONEST,
    "old-format": HONEST,
    "nothing-there": dict.fromkeys(HONEST, (0, False)),
    "broken": None,
    "link": None,
}
NBGRADER: dict[str, dict[str, tuple[Any, bool]] | None] = {
    "numpy-number": HONEST | {"test-part-0": (3, False)},
    "not-finite": HONEST | {"test-part-0": (3, False)},
    "no-essay": HONEST,
    "not-solution": HONEST | {"program": (2, False)},
    "new-type": HONEST,
    "link": HONEST,
}
"""Where it is not in here, nbgrader gives no marks at all."""


@pytest.mark.parametrize("name", [*DIFFERENCES])
def test_differences_are_those_that_we_mean(sides: Sides, name: str) -> None:
    """Each deliberate difference is there, on both sides as the table says."""
    ours, theirs = sides.practicum.get((PROBE, name)), sides.nbgrader.get((PROBE, name))
    assert (_scores(ours) if ours else None) == EXPECTED[name]
    assert (_scores(theirs) if theirs else None) == NBGRADER.get(name)
    reported = sides.reported[PROBE, name]
    if "finding" in DIFFERENCES[name].practicum:
        assert reported.findings
    assert (reported.outcome == "error") == ("`error`" in DIFFERENCES[name].practicum)
    assert bool(reported.detail) == ("`error`" in DIFFERENCES[name].practicum)


def test_a_duplicated_cell_of_the_demo_is_marked(sides: Sides) -> None:
    """The demo's duplicated cell has no marks from nbgrader, and all its points from us."""
    student = (FIRST, "duplicated-cell")
    assert student not in sides.nbgrader
    tests = {n: s for n, s in _scores(sides.practicum[student]).items() if n.startswith("test-")}
    right = _scores(sides.practicum[FIRST, "right"])
    assert tests == {name: right[name] for name in tests}


def test_the_documentation_lists_the_differences() -> None:
    """docs/grading.md holds the table of differences, word for word."""
    text = (REPOSITORY / "docs" / "grading.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for entry in DIFFERENCES.values():
        row = f"| {entry.what} | {entry.nbgrader} | {entry.practicum} | {entry.why} |"
        assert row in rows


def test_executed_notebooks_are_valid(desk: Desk, sides: Sides) -> None:
    """Every notebook that grading leaves is one that nbformat accepts."""
    assert sides.practicum
    for file in sorted((desk.course.work / "autograded").rglob("*.ipynb")):
        nbformat.validate(json.loads(file.read_text(encoding="utf-8")))
