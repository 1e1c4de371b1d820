"""New briefs and rubrics: whole but for the words that their author has to find."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from practicum.check import check
from practicum.cli import main
from practicum.course import Course
from practicum.course_init import init_course, new_brief, new_rubric, scaffolding
from practicum.errors import BadInput, InvalidDocument, PracticumError
from practicum.publish.checking import require_agreement
from practicum.rubrics import read_rubric


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A new course."""
    init_course(tmp_path / "root")
    return tmp_path / "root"


def left_to_do(root: Path) -> list[str]:
    """Return the files in which something is left to do; nothing else may be wrong."""
    problems = check([root]).problems
    assert all("still says 'TODO" in problem.what for problem in problems), problems
    return sorted({str(problem.file.relative_to(root)) for problem in problems})


def test_brief_has_only_todos(root: Path) -> None:
    """A new brief lacks only its author's words, is on offer, and has a rubric of its name."""
    report = new_brief(Course.find(root), "bike-rides")
    assert [str(file.relative_to(root)) for file in report.made] == [
        "assignments/bike-rides/brief.yml",
        "assignments/bike-rides/brief.ipynb",
        "rubrics/bike-rides.yml",
    ]
    assert report.offered
    assert Course.find(root).brief_names == ("first-steps", "bike-rides")
    assert left_to_do(root) == [
        "assignments/bike-rides/brief.ipynb",
        "assignments/bike-rides/brief.yml",
        "rubrics/bike-rides.yml",
    ]


def test_each_todo_is_a_line(root: Path) -> None:
    """Each TODO is told with the file and the line or cell, and goes when it is replaced."""
    new_rubric(Course.find(root), "other")
    file = root / "rubrics" / "other.yml"
    count = sum("TODO" in line for line in file.read_text().splitlines())
    problems = check([file]).problems
    assert len(problems) == count
    assert str(problems[0]) == (
        f"{file}:5: title still says 'TODO: what this rubric is for': write what belongs there"
    )
    file.write_text(file.read_text().replace("TODO:", "Done:"))
    assert check([file]).problems == ()


def test_a_cell_with_todo_is_told_by_its_number(root: Path) -> None:
    """In the notebook the cell is named."""
    new_brief(Course.find(root), "case")
    said = [str(p) for p in check([root]).problems if p.file.suffix == ".ipynb"]
    assert any("ipynb: cell 1: still says 'TODO: the question in a few words'" in s for s in said)
    assert len(said) == 7


def test_publish_refuses_todos(root: Path) -> None:
    """A brief in which TODO is left cannot be published; each place is named."""
    new_brief(Course.find(root), "case")
    with pytest.raises(InvalidDocument, match="still says 'TODO") as refused:
        require_agreement(Course.find(root), "case")
    assert {problem.file.name for problem in refused.value.problems} == {
        "brief.yml",
        "brief.ipynb",
        "case.yml",
    }


def test_notebook_is_nbgraders(root: Path) -> None:
    """The notebook is valid for nbformat and nbgrader, and its solution passes its tests."""
    new_brief(Course.find(root), "case")
    notebook = nbformat.read(root / "assignments/case/brief.ipynb", as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    names: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "practicum_widgets" not in cell.source:
            exec(cell.source, names)  # noqa: S102 (our own cells)
    points = [cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells]
    assert sum(points) == 100
    tagged = [cell.id for cell in notebook.cells if cell.metadata.get("tags") == ["parameters"]]
    assert tagged == ["parameters"]


def test_rubric_that_is_there(root: Path) -> None:
    """A rubric of the same name is used as it is: each of its criteria has its cell."""
    new_rubric(Course.find(root), "case")
    file = root / "rubrics" / "case.yml"
    text = file.read_text()
    start = text.index("  - id: advice")
    more = text[start:].replace("advice", "style").replace("weight: 3", "weight: 1")
    file.write_text(text + more)
    new_brief(Course.find(root), "case")
    assert file.read_text() == text + more
    assert left_to_do(root)
    notebook = json.loads((root / "assignments/case/brief.ipynb").read_text())
    points = {
        cell["id"]: cell["metadata"]["nbgrader"]["points"]
        for cell in notebook["cells"]
        if cell["id"].startswith("criterion-")
    }
    assert points == {
        "criterion-analysis": 12.86,
        "criterion-advice": 12.86,
        "criterion-style": 4.28,
    }


def test_single_criterion(root: Path) -> None:
    """With a single criterion both deliverables are judged by it."""
    new_rubric(Course.find(root), "case")
    file = root / "rubrics" / "case.yml"
    file.write_text(file.read_text().partition("  - id: advice")[0])
    assert len(read_rubric(file).criteria) == 1
    new_brief(Course.find(root), "case")
    assert left_to_do(root)


def test_pay_floor(root: Path) -> None:
    """The pay that is proposed is the course's floor."""
    file = root / "course" / "course.yml"
    file.write_text(file.read_text().replace("pay_floor: 20", "pay_floor: 23.5"))
    new_brief(Course.find(root), "case")
    assert Course.find(root).brief("case").pay.amount == 188


@pytest.mark.parametrize("name", ["../evil", "A", ".x", "a b", "x" * 65, "a/b", "a\n"])
def test_bad_names(root: Path, name: str) -> None:
    """A name that is no id makes nothing."""
    before = sorted(root.rglob("*"))
    for make in (new_brief, new_rubric):
        with pytest.raises(BadInput, match="is no id"):
            make(Course.find(root), name)
    assert sorted(root.rglob("*")) == before


def test_nothing_is_overwritten(root: Path) -> None:
    """A brief or rubric that is there already is refused."""
    course = Course.find(root)
    for make in (new_brief, new_rubric):
        with pytest.raises(BadInput, match="is there already"):
            make(course, "first-steps")


@pytest.mark.parametrize(
    ("briefs", "expected"),
    [
        ("briefs:\n- brief: first-steps\n", "briefs:\n- brief: first-steps\n- brief: case\n"),
        (
            "briefs:  # on offer\n    - {brief: first-steps}  # x\n# end\n",
            "briefs:  # on offer\n    - {brief: first-steps}  # x\n    - brief: case\n# end\n",
        ),
        (
            "briefs:\n  - brief: first-steps\n    due: 2027-02-01T10:00:00\n\nroster: roster.yml\n",
            (
                "briefs:\n  - brief: first-steps\n    due: 2027-02-01T10:00:00\n"
                "  - brief: case\n\nroster: roster.yml\n"
            ),
        ),
        ("briefs:\n  - brief: first-steps", "briefs:\n  - brief: first-steps\n  - brief: case\n"),
        ("briefs: [{brief: first-steps}]\n", None),
        ("briefs:\n  [{brief: first-steps}]\n", None),
    ],
)
def test_course_yml(root: Path, briefs: str, expected: str | None) -> None:
    """The line is added without touching anything else; where that cannot be, it is told."""
    file = root / "course" / "course.yml"
    head = "schema_version: 1  # one\nid: x\ntitle: y\n"
    file.write_text(head + briefs)
    report = new_brief(Course.find(root), "case")
    assert report.offered is (expected is not None)
    assert file.read_text() == head + (expected or briefs)
    assert report.to_add == ("" if expected else "- brief: case")
    assert [p.name for p in file.parent.glob(".*")] == []


def test_failure_leaves_nothing(root: Path, monkeypatch: Any) -> None:
    """When writing fails, neither the brief nor its new rubric is left."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(root.rglob("*"))
    with monkeypatch.context() as patched:
        patched.setattr(scaffolding, "notebook_for", full)
        with pytest.raises(PracticumError, match="No space left"):
            new_brief(Course.find(root), "case")
    assert sorted(root.rglob("*")) == before


def test_command(root: Path, capsys: Any) -> None:
    """The command names what it made and what to do next."""
    with pytest.raises(SystemExit) as stopped:
        main(["new", "brief", "case", "--course", str(root)])
    assert not stopped.value.code
    out = capsys.readouterr().out
    assert "made assignments/case/brief.yml" in out
    assert "added it to course/course.yml" in out
    with pytest.raises(SystemExit):
        main(["new", "rubric", "other", "--course", str(root), "--json"])
    assert json.loads(capsys.readouterr().out)["offered"] is False
