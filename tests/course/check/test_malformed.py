"""Files with one mistake each: the place, the message and the remedy that are printed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.check import check, problems_of

BRIEF = "assignments/case/brief.yml"
RUBRIC = "rubrics/case.yml"
ROSTER = "course/roster.yml"
COURSE = "course/course.yml"
PLACEMENTS = "course/placements.yml"

# name: (file, what is replaced, by what, the text of the line that is blamed, the message)
TEXTS: dict[str, tuple[str, str, str, str, str]] = {
    # form
    "title-missing": (
        BRIEF,
        'title: "DONE: the question in a few words" ',
        "# ",
        "schema_version: 1",
        "title is missing: add `title:`",
    ),
    "unknown-key": (
        BRIEF,
        "scope:",
        "skope:",
        "skope:",
        "unknown key skope: did you mean 'scope'?",
    ),
    "unknown-inner-key": (
        BRIEF,
        "amount: ",
        "ammount: ",
        "pay:",
        "unknown key pay.ammount: did you mean 'amount'?",
    ),
    "wrong-type": (BRIEF, "hours: 8 ", "hours: many ", "hours: many", "hours is 'many': "),
    "too-many-hours": (
        BRIEF,
        "hours: 8 ",
        "hours: 80 ",
        "hours: 80",
        "hours is 80: write a number of at most 40 (estimated hours, 5 to 40)",
    ),
    "bad-email": (
        BRIEF,
        "champion@employer.example",
        "champion",
        "champion}",
        "people.champion.email is 'champion'",
    ),
    "bad-choice": (BRIEF, "location: remote", "location: moon", "moon", "'remote', 'on-site' or"),
    "future-version": (
        BRIEF,
        "schema_version: 1",
        "schema_version: 9",
        "schema_version: 9",
        "schema_version is 9: write 1",
    ),
    "bad-data-path": (
        BRIEF,
        "data: [] ",
        "data: [{file: ../x.csv, title: t, source: s, licence: CC0-1.0}] ",
        "data: [{",
        "use a path inside the brief's folder, such as data/flights.csv",
    ),
    "absolute-notebook": (
        BRIEF,
        "notebook: brief",
        "notebook: ../../etc",
        "../../etc",
        "grading.notebook is '../../etc'",
    ),
    "bad-skill-code": (BRIEF, "2.A.2.a", "critical", "critical}", "skills.0.onet is 'critical'"),
    "team-upside-down": (
        BRIEF,
        "{min: 1, max: 1}",
        "{min: 3, max: 2}",
        "min: 3",
        "team: min 3 is above max 2: exchange the two",
    ),
    # YAML
    "tabs": (BRIEF, "tools: [Python]", "tools:\n\t- Python", "\t- Python", "this is not YAML"),
    "open-quote": (BRIEF, 'question: "', 'question: "x" "', "question:", "this is not YAML"),
    "twice": (
        BRIEF,
        "hours: 8 ",
        "hours: 8\nhours: 9 ",
        "hours: 9",
        "the key 'hours' is here twice",
    ),
    "alias": (
        BRIEF,
        "  topics: [",
        "  topics: &a [*a, ",
        "*a",
        "anchors and aliases are not used here",
    ),
    "python-tag": (
        BRIEF,
        "ip: The",
        "ip: !!python/object/apply:os.system [x] #",
        "!!python",
        "ip",
    ),
    "bad-date": (
        COURSE,
        "2027-02-01T23:59:00\n",
        "2027-02-31T23:59:00\n",
        "2027-02-31",
        "is not a value: use plain text",
    ),
    "deep": (
        BRIEF,
        "tools: [Python]",
        "tools: " + "[" * 30 + "]" * 30,
        "tools",
        "nested too deeply",
    ),
    # fairness and safety
    "underpaid": (
        BRIEF,
        "amount: 160",
        "amount: 80",
        "pay:",
        "10.00 USD an hour is below the floor of 20.00: pay at least 160 for 8 hours",
    ),
    "unpaid-amount": (BRIEF, "kind: fixed", "kind: unpaid", "pay:", "unpaid work has an amount"),
    "unpaid-no-credit": (
        BRIEF,
        (
            "pay: {kind: fixed, amount: 160, currency: USD}   "
            "# fixed | hourly | unpaid (with credit)\ncredit_bearing: true"
        ),
        "pay: {kind: unpaid}\ncredit_bearing: false",
        "pay:",
        "unpaid work must earn credit",
    ),
    "milestones-sum": (
        BRIEF,
        "hours: 5, due",
        "hours: 6, due",
        "milestones:",
        "the milestones' hours sum to 9, the brief says 8: make the two agree",
    ),
    "late-milestone": (
        BRIEF,
        "due_day: 7",
        "due_day: 8",
        "due_day: 8",
        "milestone 'finish' is due on day 8, after the end on day 7",
    ),
    "milestone-twice": (BRIEF, "id: finish", "id: explore", "hours: 5", "the id 'explore' is used"),
    "nda": (
        BRIEF,
        "confidentiality: none ",
        "confidentiality: nda ",
        "nda",
        "an NDA without an alternative brief",
    ),
    "own-alternative": (
        BRIEF,
        "alternative_brief: null",
        "alternative_brief: case",
        "alternative_brief: case",
        "a brief is its own alternative",
    ),
    "patients": (
        BRIEF,
        "patient_care: false",
        "patient_care: true",
        "patient_care: true",
        "a micro-internship must not involve the care of patients",
    ),
    "missing-data": (
        BRIEF,
        "data: [] ",
        "data: [{file: data/x.csv, title: t, source: s, licence: CC0-1.0}] ",
        "data/x.csv",
        "data/x.csv does not exist",
    ),
    # names that point to each other
    "other-folder": (BRIEF, "id: case ", "id: cases ", "id: cases", "but the folder is 'case'"),
    "no-such-alternative": (
        BRIEF,
        "alternative_brief: null",
        "alternative_brief: first-step",
        "first-step",
        "there is no brief 'first-step': did you mean 'first-steps'?",
    ),
    "no-such-rubric": (
        BRIEF,
        "rubric: case ",
        "rubric: cas ",
        "rubric: cas",
        "did you mean 'case'?",
    ),
    "no-such-criterion": (
        BRIEF,
        "criteria: [advice]",
        "criteria: [advise]",
        "criteria: [advise]",
        (
            "deliverable 'recommendation' is judged by 'advise', "
            "which is no criterion of the rubric 'case': did you mean 'advice'?"
        ),
    ),
    "unused-criterion": (
        BRIEF,
        "criteria: [advice]",
        "criteria: [analysis]",
        "id: advice",
        "no deliverable of the brief 'case' is judged by 'advice'",
    ),
    "no-such-cell": (
        BRIEF,
        "cells: [test-total]",
        "cells: [test-totals]",
        "test-totals",
        "there is no graded cell 'test-totals' in brief.ipynb: did you mean 'test-total'?",
    ),
    "ungraded-cell": (
        BRIEF,
        "cells: [test-total]",
        "cells: [test-total, total]",
        "test-total, total",
        "the cell 'total' earns no points by itself",
    ),
    "cell-twice": (
        BRIEF,
        "cells: [recommendation]",
        "cells: [recommendation, test-total]",
        "[recommendation, test",
        "the cell 'test-total' belongs to 'result' already",
    ),
    "no-such-notebook": (
        BRIEF,
        "notebook: brief,",
        "notebook: letter,",
        "letter",
        "there is no notebook letter.ipynb beside it",
    ),
    # rubrics
    "no-level-3": (
        RUBRIC,
        '      3: "DONE: the numbers are right, with units and their limits."\n',
        "",
        "- id: analysis",
        "criteria.0: levels: missing 3: describe exactly the levels 0, 1, 2, 3 and 4",
    ),
    "level-5": (
        RUBRIC,
        '      4: "DONE: as level 3, and checked in a second way."',
        "      4: x\n      5: y",
        "- id: analysis",
        "levels: unknown [5]",
    ),
    "weightless": (RUBRIC, "weight: 3 ", "weight: 0 ", "weight: 0", "criteria.0.weight is 0"),
    "criterion-twice": (
        RUBRIC,
        "id: advice",
        "id: analysis",
        "title: Useful advice",
        "the id 'analysis' is used twice",
    ),
    "no-label": (
        RUBRIC,
        "competencies: [critical-thinking]",
        "competencies: [critical-thinkin]",
        "critical-thinkin]",
        "the competency 'critical-thinkin' has no label",
    ),
    "rubric-name": (RUBRIC, "id: case ", "id: other ", "id: other", "but the file is 'case.yml'"),
    # people
    "student-twice": (
        ROSTER,
        "students:\n",
        "students:\n  - {id: sam, name: Another Sam}\n",
        "id: sam, name: Sam",
        "the id 'sam' is used twice: rename one",
    ),
    "lms-id-twice": (
        ROSTER,
        "students:\n",
        'students:\n  - {id: ann, name: Ann, lms_id: "1001"}\n',
        "id: sam",
        "lms_id '1001' is used twice",
    ),
    "path-as-id": (ROSTER, "id: sam,", "id: ../../evil,", "evil", "students.0.id is '../../evil'"),
    "html-as-id": (ROSTER, "id: sam,", "id: <script>,", "script", "students.0.id is '<script>'"),
    "upper-case-id": (ROSTER, "id: sam,", "id: Sam,", "id: Sam", "lower-case letters, digits, dot"),
    "lms-id-number": (ROSTER, '"1001"', "1001", "1001", "students.0.lms_id is 1001"),
    "no-instructor": (
        ROSTER,
        "instructors:\n  - {id: instructor, name: Your Name}",
        "instructors: []",
        "instructors",
        "instructors is empty: write at least one",
    ),
    "strange-brief": (
        ROSTER,
        "[first-steps, case]",
        "[first-steps, cases]",
        "cases",
        "reviewer-1 reviews 'cases', which the course does not offer: did you mean 'case'?",
    ),
    # the course
    "bad-zone": (
        COURSE,
        "timezone: UTC",
        "timezone: Europe/Bonn",
        "Europe/Bonn",
        "timezone is 'Europe/Bonn': write a name of the IANA database",
    ),
    "no-such-brief": (
        COURSE,
        "- brief: case",
        "- brief: cases",
        "- brief: cases",
        "there is no brief 'cases' in assignments/: did you mean 'case'?",
    ),
    "brief-twice": (
        COURSE,
        "briefs:                       ",
        "briefs:\n  - brief: case\n#",
        "case\n    due",
        "case is here twice: remove one",
    ),
    "skipped-hour": (
        COURSE,
        "timezone: UTC ",
        "timezone: Europe/Berlin ",
        "2027-03-28",
        "2027-03-28 02:30 does not exist once in Europe/Berlin",
    ),
    "all-to-the-employer": (
        COURSE,
        "employer_share: 0.30",
        "employer_share: 1.5",
        "1.5",
        "policies.employer_share is 1.5",
    ),
    "roster-elsewhere": (
        COURSE,
        "roster: roster.yml",
        "roster: ../roster.yml",
        "../roster.yml",
        "roster is '../roster.yml'",
    ),
    # placements
    "placed-nobody": (PLACEMENTS, "sam", "sim", "sim", "there is no student 'sim'"),
    "placed-nowhere": (PLACEMENTS, "case", "cases", "cases", "the course has no brief 'cases'"),
    "placed-twice": (
        PLACEMENTS,
        "  - {student: sam, brief: case}\n",
        "  - {student: sam, brief: case}\n" * 2,
        "",
        "this placement is here twice",
    ),
}


def test_pristine(pristine: Path) -> None:
    """The course of which each mistake makes a bad one has no problem and no warning."""
    report = check([pristine])
    assert report.problems == report.warnings == ()
    assert len(report.fine) == 9


@pytest.mark.parametrize("name", TEXTS)
def test_text(root: Path, name: str) -> None:
    """Each mistake is told with its file, its line, what is wrong and what to do."""
    place, old, new, blamed, message = TEXTS[name]
    file = root / place
    text = file.read_text()
    if name == "skipped-hour":
        text = text.replace("2027-02-01T23:59:00\n", "2027-03-28T02:30:00\n")
    assert old in text
    file.write_text(text.replace(old, new, 1))
    found = [
        problem for problem in problems_of(root) if message in f"{problem.what}: {problem.fix}"
    ]
    assert found, "\n".join(map(str, problems_of(root)))
    problem = found[0]
    assert problem.fix
    assert str(problem).startswith(f"{problem.file}:")
    lines = problem.file.read_text().splitlines()
    around = "\n".join(lines[problem.line - 1 : problem.line + 1])
    assert problem.line
    assert blamed in around


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the cell with that grade_id."""
    found = (c for c in notebook["cells"] if c["id"] == name)
    return next(found)


def about(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """Return nbgrader's metadata of the cell with that grade_id."""
    meta: dict[str, Any] = cell(notebook, name)["metadata"]["nbgrader"]
    return meta


Spoil = Callable[[dict[str, Any]], object]
NOTEBOOKS: dict[str, tuple[Spoil, str]] = {
    "format-3": (lambda n: n.update(nbformat=3), "its nbformat is 3: save it in notebook format 4"),
    "no-cells": (lambda n: n.update(cells={}), "this is no notebook (no list of cells)"),
    "no-nbgrader": (
        lambda n: [c.update(metadata={}) for c in n["cells"]],
        "no cell has nbgrader metadata",
    ),
    "same-id": (
        lambda n: about(n, "total").update(grade_id="parameters"),
        "cell 9: the grade_id 'parameters' is in cell 7 too: rename one of the two",
    ),
    "old-schema": (
        lambda n: about(n, "total").update(schema_version=2),
        "cell 9: its nbgrader schema_version is 2, not 3: run `nbgrader update` on the notebook",
    ),
    "no-schema": (
        lambda n: about(n, "total").pop("schema_version"),
        "cell 9: its nbgrader schema_version is None, not 3",
    ),
    "extra-key": (
        lambda n: about(n, "total").update(extra=1),
        "cell 9: nbgrader does not know 'extra'",
    ),
    "flag-is-text": (
        lambda n: about(n, "total").update(solution="yes"),
        "cell 9: solution must be true or false",
    ),
    "no-points": (lambda n: about(n, "test-total").pop("points"), "cell 10: its points are None"),
    "negative": (
        lambda n: about(n, "test-total").update(points=-1),
        "cell 10: its points are -1: give it 0 or more points",
    ),
    "not-a-number": (
        lambda n: about(n, "test-total").update(points=float("nan")),
        "cell 10: its points are nan",
    ),
    "id-with-space": (
        lambda n: about(n, "total").update(grade_id="a b"),
        "cell 9: its grade_id is 'a b': use letters, digits, dash and underscore",
    ),
    "half-an-answer": (
        lambda n: about(n, "recommendation").update(solution=False),
        "cell 12: a written answer must be both grade and solution",
    ),
    "task-in-code": (
        lambda n: cell(n, "criterion-advice").update(cell_type="code"),
        "a task cell must be markdown",
    ),
    "task-and-test": (
        lambda n: about(n, "criterion-advice").update(grade=True),
        "a task cell is marked as a test or an answer too",
    ),
    "no-criterion-cell": (
        lambda n: n["cells"].pop(9 + 5),
        "there is no task cell 'criterion-advice' for the criterion 'advice'",
    ),
    "strange-criterion-cell": (
        lambda n: about(n, "criterion-advice").update(grade_id="criterion-advise"),
        "cell 15: the task cell 'criterion-advise' belongs to no criterion",
    ),
    "unnamed-graded-cell": (
        lambda n: about(n, "test-total").update(grade_id="test-sum"),
        "cell 10: no deliverable names the graded cell 'test-sum'",
    ),
    "cells-of-nothing": (lambda n: n["cells"].extend([None, 7, {}, {"metadata": []}]), ""),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook(root: Path, name: str) -> None:
    """Each mistake in a notebook is told with the number of its cell."""
    spoil, message = NOTEBOOKS[name]
    file = root / "assignments/case/brief.ipynb"
    notebook = json.loads(file.read_text())
    spoil(notebook)
    file.write_text(json.dumps(notebook))
    said = [str(problem) for problem in problems_of(root) if problem.file == file]
    if message:
        assert any(message in line for line in said), said
    else:
        assert said == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON (Expecting value, line 1)"),
        (b'{"cells": [', "not JSON"),
        (b"\xff\xfe", "not a notebook in UTF-8"),
        (b"[" * 100_000, "not a notebook"),
        (b"7", "this is no notebook"),
    ],
)
def test_broken_notebook(root: Path, data: bytes, message: str) -> None:
    """A notebook that is none is told as such, without a traceback."""
    (root / "assignments/case/brief.ipynb").write_bytes(data)
    assert any(message in problem.what for problem in problems_of(root))


@pytest.mark.parametrize("place", [BRIEF, RUBRIC, ROSTER, COURSE, PLACEMENTS])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"- a\n- b\n", "is a list of `key: value` lines"),
        (b"just text", "is a list of `key: value` lines"),
        (b"a: \xff", "is not UTF-8"),
        (b"a: \x00", "this is not YAML"),
        (b"a: " + b"x" * 300_000, "bytes are too many"),
        (b"? [a]\n: b\n", "a key must be a plain word"),
        (b"a: b\n---\nc: d\n", "this is not YAML"),
    ],
)
def test_no_document(root: Path, place: str, data: bytes, message: str) -> None:
    """A file that holds no settings at all is told as such, whichever it is."""
    (root / place).write_bytes(data)
    said = [problem for problem in problems_of(root) if message in problem.what]
    assert said
    assert said[0].file == root / place
