"""In any course of nbgrader, the marks are nbgrader's: its own fixtures, and generated work."""

from __future__ import annotations

import copy
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from practicum.execution import Engine
from practicum.grade import grade_plain
from practicum.gradebook import find_foreign_course

pytestmark = [pytest.mark.suite, pytest.mark.slow, pytest.mark.timeout(1200)]

Notebook = dict[str, Any]
NBGRADER = files("nbgrader")
APPS = NBGRADER / "tests" / "apps" / "files"
STEPS = NBGRADER / "tests" / "preprocessors" / "files"
GUIDE = NBGRADER / "docs" / "source" / "user_guide"
EXAMPLES = int(os.environ.get("PRACTICUM_EXAMPLES", "12"))
"""How many submissions are generated; a run of many takes two seconds for each."""

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "plain"
c.Execute.timeout = 2
c.Execute.shutdown_kernel = "immediate"
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
"""

GENERATE = """
import sys
from nbgrader.apps.nbgraderapp import NbGraderApp
from nbgrader.converters import GenerateAssignment, NbGraderException
app = NbGraderApp(log_level=50)
app.initialize(["--log-level=50"])
for name in sys.argv[1:]:
    app.coursedir.assignment_id = name
    app.coursedir.student_id = "."
    try:
        GenerateAssignment(coursedir=app.coursedir, parent=app).start()
    except (NbGraderException, SystemExit):
        print("not usable", name)
"""

AUTOGRADE = """
import sys
from pathlib import Path
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde, NbGraderException
app = AutogradeApp(log_level=50)
app.initialize(["--log-level=50"])
for name in sys.argv[1:]:
    for folder in sorted(Path("submitted").glob(f"*/{name}")):
        # One by one: there are submissions that end a run for all who come after.
        app.coursedir.assignment_id, app.coursedir.student_id = name, folder.parent.name
        try:
            Autograde(coursedir=app.coursedir, parent=app).start()
        except (NbGraderException, SystemExit):
            print("failed", name, folder.parent.name)
"""

SOURCES: dict[str, Any] = {
    **{
        name: APPS / f"{name}.ipynb"
        for name in (
            "autotest-hashed", "autotest-hidden", "autotest-multi", "autotest-simple",
            "infinite-loop", "infinite-loop-with-output", "open_relative_file", "side-effects",
            "submitted-unchanged", "test", "test-hidden-tests", "test-no-metadata", "test-v0",
            "test-v1", "test-v2", "test-with-output", "timeout", "too-new",
            "validating-environment-variable", "validation-zero-points",
        )
    },
    **{
        f"step-{name}": STEPS / f"{name}.ipynb"
        for name in (
            "bad-markdown-cell-1", "bad-markdown-cell-2", "blank-grade-id", "blank-points",
            "cell-type-changed", "duplicate-grade-ids", "infinite-recursion", "long-output",
            "manually-graded-code-cell", "no-cell-type", "test", "test_taskcell",
            "warning-pattern", "submitted-unchanged",
        )
    },
}  # fmt: skip
"""Notebooks of nbgrader's own tests that an instructor could have written."""

HANDED_IN: dict[str, dict[str, Any]] = {
    "submitted-unchanged": {
        name: APPS / f"submitted-{name}.ipynb"
        for name in (
            "changed", "cheat-attempt", "cheat-attempt-alternative", "grade-cell-changed",
            "locked-cell-changed", "unchanged",
        )
    },
    "step-submitted-unchanged": {
        name: STEPS / f"submitted-{name}.ipynb"
        for name in (
            "answer-cell-type-changed", "changed", "grade-cell-changed",
            "grade-cell-type-changed", "locked-cell-changed",
        )
    },
    "autotest-hashed": {
        name: APPS / f"autotest-hashed-{name}.ipynb" for name in ("changed", "unchanged")
    },
    "autotest-hidden": {
        name: APPS / f"autotest-hidden-{name}.ipynb"
        for name in ("changed-right", "changed-wrong", "unchanged")
    },
    "autotest-multi": {
        name: APPS / f"autotest-multi-{name}.ipynb" for name in ("changed", "unchanged")
    },
    "autotest-simple": {
        name: APPS / f"autotest-simple-{name}.ipynb" for name in ("changed", "unchanged")
    },
}  # fmt: skip
"""By assignment, what nbgrader's tests hand in; of the others, what an instructor wrote."""

NO_MARKS_THERE = {
    "step-submitted-unchanged/answer-cell-type-changed",
    "step-submitted-unchanged/grade-cell-type-changed",
}
"""Fixtures of format 4.4 or older that nbgrader gives up: "old-format" of the differences."""

ROWS = """
SELECT assignment.name, handed_in.student_id, notebook.name, cell.name, cell.type,
       coalesce(test.max_score, task.max_score), grade.auto_score, grade.needs_manual_grade,
       remark.auto_comment, coalesce(of_student.late_submission_penalty, 0.0)
FROM assignment
JOIN notebook ON notebook.assignment_id = assignment.id
JOIN submitted_notebook AS of_student ON of_student.notebook_id = notebook.id
JOIN submitted_assignment AS handed_in ON handed_in.id = of_student.assignment_id
JOIN base_cell AS cell ON cell.notebook_id = notebook.id
LEFT JOIN grade ON grade.notebook_id = of_student.id AND grade.cell_id = cell.id
LEFT JOIN comment AS remark ON remark.notebook_id = of_student.id AND remark.cell_id = cell.id
LEFT JOIN grade_cells AS test ON test.id = cell.id
LEFT JOIN task_cells AS task ON task.id = cell.id
WHERE grade.id IS NOT NULL OR remark.id IS NOT NULL
ORDER BY 1, 2, 3, 4, 5
"""

Rows = dict[tuple[str, str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Change:
    """A change to a submission: what is done to which cell."""

    kind: str
    cell: int
    other: int = 0


KINDS = ("move", "delete", "duplicate", "retype", "empty", "rename", "write")
WRITTEN = (
    "answer = 42", "answer = 41", "parts = [2]", "parts = (", "raise SystemExit", "1 / 0",
    "print('x')", "%time 1", "answer = 42; import sys; print('e', file=sys.stderr)",
    "parts = [2, 1.5, 3, 0, 1, 0.5, 3, 2]", "await __import__('asyncio').sleep(0)", "### só isto",
)  # fmt: skip
CHANGES = st.builds(
    Change, st.sampled_from(KINDS), st.integers(0, 30), st.integers(0, len(WRITTEN) - 1)
)
GIVEN_UP = {"duplicate", "rename"}
"""Changes for which nbgrader gives a whole submission up: the table of differences says why."""


def _changed(release: Notebook, changes: list[Change]) -> Notebook:
    notebook = copy.deepcopy(release)
    cells = notebook["cells"]
    for change in changes:
        if cells:
            _apply(change, cells, change.cell % len(cells))
    for number, cell in enumerate(cells):
        cell["id"] = f"c{number}"
    return notebook


def _apply(change: Change, cells: list[Notebook], at: int) -> None:
    cell = cells[at]
    match change.kind:
        case "move":
            cells.insert(change.other % len(cells), cells.pop(at))
        case "delete":
            del cells[at]
        case "duplicate":
            cells.insert(change.other % (len(cells) + 1), copy.deepcopy(cell))
        case "retype":
            _retype(cell)
        case "empty":
            cell["source"] = ""
        case "rename":
            cell["metadata"].get("nbgrader", {})["grade_id"] = "unheard-of"
        case "write":
            cell["source"] = WRITTEN[change.other]


def _retype(cell: Notebook) -> None:
    if cell["cell_type"] == "code":
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]
    else:
        cell |= {"cell_type": "code", "outputs": [], "execution_count": None}


def _generated() -> list[list[Change]]:
    """Return lists of changes, the same in each run."""
    found: list[list[Change]] = []

    @hypothesis.seed(20270101)
    @hypothesis.settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=[hypothesis.Phase.generate]
    )
    @hypothesis.given(st.lists(CHANGES, min_size=1, max_size=4))
    def collect(changes: list[Change]) -> None:
        found.append(changes)

    collect()
    return found


@dataclass(frozen=True)
class Both:
    """The rows of both gradebooks by assignment and student, and what was generated."""

    nbgrader: Rows
    practicum: Rows
    generated: Mapping[str, list[Change]]
    outcomes: Mapping[tuple[str, str], str]
    unusable: frozenset[str]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, probe_source: Notebook) -> Both:
    """Grade everything by nbgrader's own class and by ours, in one course directory each."""
    root = tmp_path_factory.mktemp("plain") / "course"
    generated, unusable = _hand_all_in(root, probe_source)
    names = sorted(folder.name for folder in (root / "release").iterdir())
    halves = []
    for number, share in enumerate((names[::2], names[1::2])):
        other = root.with_name(f"nbgrader-{number}")
        shutil.copytree(root, other)
        halves.append((other, _start(other, AUTOGRADE, share)))
    course = find_foreign_course(root)
    with Engine(("numpy",), 1, judging=True) as engine:
        reports = [grade_plain(course, name, workers=1, engine=engine) for name in names]
    for _, process in halves:
        process.wait(900)
    theirs: Rows = {}
    for other, _ in halves:
        theirs |= _rows(other)
    outcomes = {(r.brief, g.student): g.outcome for r in reports for g in r.graded}
    return Both(theirs, _rows(root), generated, outcomes, unusable)


def _hand_all_in(root: Path, probe: Notebook) -> tuple[dict[str, list[Change]], frozenset[str]]:
    (root / "source").mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    shutil.copyfile(str(APPS / "autotests.yml"), root / "autotests.yml")
    for name, source in SOURCES.items():
        _put(root / "source" / name, source)
    shutil.copytree(str(GUIDE / "source" / "ps1"), root / "source" / "ps1")
    (root / "source" / "generated").mkdir()
    (root / "source" / "generated" / "p1.ipynb").write_text(json.dumps(probe), encoding="utf-8")
    names = [*SOURCES, "ps1", "generated"]
    _start(root, GENERATE, names).wait(300)
    usable = {folder.parent.name for folder in (root / "release").glob("*/*.ipynb")}
    for name in sorted(usable & set(SOURCES)):
        for student, work in HANDED_IN.get(name, {"author": SOURCES[name]}).items():
            _put(root / "submitted" / student / name, work)
    for student in ("bitdiddle", "hacker"):
        work = str(GUIDE / "submitted" / student / "ps1")
        shutil.copytree(work, root / "submitted" / student / "ps1")
    release = json.loads((root / "release/generated/p1.ipynb").read_text(encoding="utf-8"))
    generated = {f"example-{n:03}": changes for n, changes in enumerate(_generated())}
    for student, changes in generated.items():
        folder = root / "submitted" / student / "generated"
        folder.mkdir(parents=True)
        text = json.dumps(_changed(release, changes))
        (folder / "p1.ipynb").write_text(text, encoding="utf-8")
    return generated, frozenset(names) - usable


def _put(folder: Path, notebook: Any) -> None:
    folder.mkdir(parents=True)
    shutil.copyfile(str(notebook), folder / "p1.ipynb")
    shutil.copyfile(str(APPS / "data.txt"), folder / "data.txt")


def _start(course: Path, script: str, names: list[str]) -> subprocess.Popen[bytes]:
    with (course.parent / f"{course.name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", script, *names], cwd=course, stdout=log, stderr=log
        )


def _rows(course: Path) -> Rows:
    """Return all marks, without those of submissions that were given up."""
    done = (course / "autograded").glob("*/*/*.ipynb")
    rows: Rows = {(file.parent.name, file.parent.parent.name): [] for file in done}
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        for assignment, student, *row in database.execute(ROWS):
            if (assignment, student) in rows:
                rows[assignment, student].append(tuple(row))
    return rows


def _fixtures() -> Iterator[tuple[str, str]]:
    for name in SOURCES:
        yield from ((name, student) for student in HANDED_IN.get(name, ("author",)))
    yield from (("ps1", student) for student in ("bitdiddle", "hacker"))


def test_fixtures_of_nbgrader_are_marked_as_by_nbgrader(both: Both) -> None:
    """What nbgrader's own tests grade has, cell by cell, the marks that nbgrader gives."""
    wrong = {
        key: (both.nbgrader[key], both.practicum.get(key))
        for key in _fixtures()
        if key in both.nbgrader and both.practicum.get(key) != both.nbgrader[key]
    }
    assert not wrong


def test_what_nbgrader_cannot_mark_is_known(both: Both) -> None:
    """Where nbgrader gives a fixture no marks at all, it is one that we know of."""
    usable = [key for key in _fixtures() if key[0] not in both.unusable]
    assert {f"{a}/{s}" for a, s in usable if (a, s) not in both.nbgrader} == NO_MARKS_THERE
    assert all(tuple(name.split("/")) in both.practicum for name in NO_MARKS_THERE)


def test_generated_submissions_are_marked_as_by_nbgrader(both: Both) -> None:
    """Moved, deleted, retyped, emptied and rewritten cells get the marks that nbgrader gives."""
    compared = {s: ("generated", s) for s in both.generated if ("generated", s) in both.nbgrader}
    assert compared
    wrong = {
        student: (both.generated[student], both.nbgrader[key], both.practicum.get(key))
        for student, key in compared.items()
        if both.practicum.get(key) != both.nbgrader[key]
    }
    assert not wrong


def test_generated_submissions_that_nbgrader_gives_up_are_marked(both: Both) -> None:
    """A submission that nbgrader gives up has a change that it is known for, and marks from us."""
    for student, changes in both.generated.items():
        key = ("generated", student)
        if key not in both.nbgrader:
            assert GIVEN_UP & {change.kind for change in changes}
            assert key in both.practicum
