"""What `practicum check` looks at, and what it says."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practicum.check import check, problems_of
from practicum.check.kinds import kind_of
from practicum.cli import main
from practicum.course import Course
from practicum.errors import BadInput, InvalidDocument, NotACourse

REPOSITORY = Path(__file__).parents[3]
BRIEFS = sorted(file.parent for file in REPOSITORY.glob("assignments/*/brief.yml"))


def names(files: tuple[Path, ...]) -> set[str]:
    """Return the names of files."""
    return {file.name for file in files}


def run(capsys: Any, *arguments: str) -> tuple[int, str]:
    """Run the command; return its exit code and standard output."""
    with pytest.raises(SystemExit) as stopped:
        main(["check", *arguments])
    return int(stopped.value.code or 0), capsys.readouterr().out


@pytest.mark.parametrize("folder", BRIEFS, ids=lambda folder: folder.name)
def test_shipped_briefs(folder: Path) -> None:
    """Every brief in this repository agrees with its rubric and its notebook."""
    assert check([folder]).problems == ()


def test_everything_at_once(root: Path) -> None:
    """Problems of different files are told together, sorted by file and line."""
    for place in ("assignments/case/brief.yml", "rubrics/first-steps.yml", "course/roster.yml"):
        file = root / place
        file.write_text(file.read_text().replace("schema_version: 1", "schema_version: 2"))
    problems = problems_of(root)
    assert len(problems) == 3
    assert list(problems) == sorted(problems)


def test_brief_alone(root: Path) -> None:
    """A brief can be checked by its folder, its file or its notebook, with its rubric."""
    folder = root / "assignments" / "case"
    for path in (folder, folder / "brief.yml", folder / "brief.ipynb"):
        assert names(check([path]).fine) == {"brief.yml", "brief.ipynb", "case.yml"}


def test_relative_path(root: Path, monkeypatch: Any) -> None:
    """A relative path finds the rubric too, and is printed as it was given."""
    monkeypatch.chdir(root / "assignments" / "case")
    text = Path("brief.yml").read_text()
    Path("brief.yml").write_text(text.replace("rubric: case ", "rubric: cas "))
    (problem,) = check([Path("brief.yml")]).problems
    assert str(problem).startswith("brief.yml:")
    assert "did you mean 'case'?" in problem.fix


def test_pay_floor_is_the_courses(root: Path) -> None:
    """A brief is held against the pay floor of the course around it."""
    file = root / "course" / "course.yml"
    file.write_text(file.read_text().replace("pay_floor: 20", "pay_floor: 30"))
    (problem,) = check([root / "assignments" / "case" / "brief.yml"]).problems
    assert "below the floor of 30.00" in problem.what


def test_kinds(root: Path, tmp_path: Path) -> None:
    """A file with any name is known by its place or by what is in it."""
    for number, (place, kind) in enumerate(
        {
            "assignments/case/brief.yml": "brief",
            "rubrics/case.yml": "rubric",
            "course/roster.yml": "roster",
            "course/placements.yml": "placements",
            "course/course.yml": "course",
        }.items()
    ):
        assert kind_of(root / place) == kind
        shutil.copy(root / place, tmp_path / f"{number}.yml")
        assert kind_of(tmp_path / f"{number}.yml") == kind
    (tmp_path / "other.yml").write_text("a: b")
    assert kind_of(tmp_path / "other.yml") is None


def test_people_alone(root: Path, tmp_path: Path) -> None:
    """Roster and placements can be checked without a course beside them."""
    for name in ("roster.yml", "placements.yml"):
        shutil.copy(root / "course" / name, tmp_path / name)
        assert check([tmp_path / name]).problems == ()


def test_unknown_files(tmp_path: Path) -> None:
    """A file that practicum does not know is told as such; a folder without any, too."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.yml").write_text("x: y")
    (tmp_path / "b.yml").write_text("x: [")
    said = [str(check([tmp_path / name]).problems[0]) for name in ("a.txt", "a.yml", "b.yml", ".")]
    assert "does not know this kind of file" in said[0]
    assert "this is no brief, rubric" in said[1]
    assert "this is not YAML" in said[2]
    assert "no course, brief, rubric or roster is in this folder" in said[3]
    with pytest.raises(BadInput, match="there is nothing here"):
        check([tmp_path / "c.yml"])


def test_no_course(tmp_path: Path) -> None:
    """Without a path and without a course, the message tells how to make one."""
    with pytest.raises(NotACourse, match="practicum init"):
        check(here=tmp_path)


def test_brief_without_reviewer(root: Path, capsys: Any) -> None:
    """A brief that nobody reviews is worth a note, but no problem."""
    file = root / "course" / "roster.yml"
    file.write_text(file.read_text().replace("[first-steps, case]", "[first-steps]"))
    (warning,) = check([root]).warnings
    assert warning.what == "nobody at the employer reviews 'case'"
    code, out = run(capsys, str(root))
    assert code == 0
    assert "(only a note)" in out


def test_command(root: Path, capsys: Any, monkeypatch: Any) -> None:
    """The command prints one line a problem that editors can jump to, and exits with 2."""
    monkeypatch.chdir(root / "course")
    code, out = run(capsys)
    assert code == 0
    assert "no problem in 9 files" in out
    file = root / "rubrics" / "case.yml"
    file.write_text(file.read_text().replace("weight: 3", "weight: 0", 1))
    monkeypatch.chdir(root)
    code, out = run(capsys)
    assert code == 2
    line = out.splitlines()[0]
    assert line.startswith("rubrics/case.yml:14: criteria.0.weight is 0: write a number above 0")
    code, out = run(capsys, "--json")
    assert code == 2
    assert json.loads(out)["problems"][0]["line"] == 14


KEYS = [
    "id",
    "title",
    "briefs",
    "criteria",
    "levels",
    "students",
    "pay",
    "schema_version",
    "1",
    "?",
]
VALUES = [
    "1",
    "x",
    "null",
    "2027-02-31",
    "!!set {a}",
    "*a",
    "&a b",
    "<<: x",
    "0x1F",
    "1e999",
    ".nan",
]
YAML = st.recursive(
    st.sampled_from(VALUES) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
        | st.lists(st.tuples(st.sampled_from(KEYS), inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        )
    ),
    max_leaves=8,
)
TEXT = (
    st.text()
    | YAML
    | st.lists(st.tuples(st.sampled_from(KEYS), YAML), max_size=5).map(
        lambda pairs: "\n".join(f"{key}: {value}" for key, value in pairs)
    )
)
PLACES = ["assignments/case/brief.yml", "rubrics/case.yml", "course/roster.yml"]
PLACES += ["course/course.yml", "course/placements.yml"]
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(text=TEXT, place=st.sampled_from(PLACES))
def test_any_text(root: Path, pristine: Path, text: str, place: str) -> None:
    """Whatever is in a file, check tells problems: it never raises."""
    (root / place).write_bytes(text.encode("utf-8", "surrogatepass"))
    assert all(problem.what and problem.fix for problem in problems_of(root))
    shutil.copy(pristine / place, root / place)


@QUICK
@given(data=st.data(), place=st.sampled_from(PLACES))
def test_any_change(root: Path, pristine: Path, data: st.DataObject, place: str) -> None:
    """Whatever is exchanged in a good file, check tells problems: it never raises."""
    lines = (pristine / place).read_text().splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    key, colon, _ = lines[number].partition(":")
    lines[number] = f"{key}{colon} {data.draw(TEXT)}"
    (root / place).write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    problems_of(root)
    with suppress(InvalidDocument):
        Course.find(root)
    shutil.copy(pristine / place, root / place)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "metadata", "nbgrader", "grade_id", "grade", "points", "task"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@QUICK
@given(about=JSON, cell=JSON)
def test_any_notebook(root: Path, pristine: Path, about: Any, cell: Any) -> None:
    """Whatever is in a notebook's metadata or cells, check tells problems: it never raises."""
    place = "assignments/case/brief.ipynb"
    notebook = json.loads((pristine / place).read_text())
    notebook["cells"][3]["metadata"]["nbgrader"] = about
    notebook["cells"][4]["metadata"] = about
    notebook["cells"].append(cell)
    (root / place).write_text(json.dumps(notebook))
    problems_of(root)
