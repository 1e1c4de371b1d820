"""New courses: whole, valid, and never over something that is there."""

import json
from pathlib import Path
from typing import Any

import pytest

from practicum.cli import main
from practicum.course import Course
from practicum.course_init import founding, init_course, seed
from practicum.errors import BadInput, InvalidDocument, PracticumError

REPOSITORY = Path(__file__).parents[3]


def run(capsys: Any, *arguments: str) -> tuple[int, str]:
    """Run the command; return its exit code and standard output."""
    with pytest.raises(SystemExit) as stopped:
        main([*arguments])
    return int(stopped.value.code or 0), capsys.readouterr().out


def files(root: Path) -> set[str]:
    """Return the paths of all files below a folder."""
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}


def test_new_course(tmp_path: Path, capsys: Any) -> None:
    """A new course has everything that this repository has but the code, and passes check."""
    code, out = run(capsys, "init", str(tmp_path / "My Course 7"), "--title", 'Data: "first" #1')
    assert code == 0
    assert "practicum check" in out
    root = tmp_path / "My Course 7"
    assert files(root) >= {
        ".gitignore",
        "README.md",
        "environment.yml",
        "nbgrader_config.py",
        "course/course.yml",
        "course/roster.yml",
        "course/schemas/brief.json",
        "assignments/first-steps/brief.yml",
        "assignments/first-steps/brief.ipynb",
        "rubrics/first-steps.yml",
    }
    assert (root / "notebooks").is_dir()
    assert not [
        name
        for name in files(root)
        if name.endswith((".py", ".db"))
        and not name.endswith(("nbgrader_config.py", "data/extract.py"))
    ]
    course = Course.find(root)
    assert course.id == "my-course-7"
    assert course.settings.title == 'Data: "first" #1'
    assert run(capsys, "check", str(root))[0] == 0
    assert list(tmp_path.iterdir()) == [root]


def test_config_is_two_lines(tmp_path: Path) -> None:
    """nbgrader_config.py hands course.yml to nbgrader, and does nothing else."""
    init_course(tmp_path / "new")
    lines = (tmp_path / "new" / "nbgrader_config.py").read_text().split("\n")
    assert [line for line in lines if line] == [
        "from practicum.gradebook import configure",
        "configure(get_config(), __file__)  # noqa: F821",
    ]


def test_again_changes_nothing(tmp_path: Path, capsys: Any) -> None:
    """In a folder with a course nothing is overwritten, and it is told what is there."""
    init_course(tmp_path / "new")
    (tmp_path / "new" / "README.md").write_text("mine")
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    code, out = run(capsys, "init", str(tmp_path / "new"), "--title", "Other", "--json")
    assert code == 0
    said = json.loads(out)
    assert said["already"] is True
    assert said["briefs"] == ["first-steps"]
    assert before == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}


def test_folder_that_is_not_empty(tmp_path: Path) -> None:
    """A folder with something else in it, or a file, is refused and left alone."""
    (tmp_path / "note.txt").write_text("x")
    for place in (tmp_path, tmp_path / "note.txt"):
        with pytest.raises(BadInput, match="choose a new folder"):
            init_course(place)
    assert files(tmp_path) == {"note.txt"}


def test_empty_folder_stays_the_same_one(tmp_path: Path, monkeypatch: Any) -> None:
    """An empty folder in which a shell stands is filled, not replaced."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    inode = (tmp_path / "here").stat().st_ino
    init_course(Path())
    assert (tmp_path / "here").stat().st_ino == inode
    assert Course.find(Path()).id == "here"
    assert [p.name for p in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize("exists", [False, True])
def test_failure_leaves_nothing(tmp_path: Path, monkeypatch: Any, exists: bool) -> None:
    """Whatever fails half-way, nothing half done is left."""
    if exists:
        (tmp_path / "new").mkdir()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(founding, "_texts", full)
        with pytest.raises(PracticumError, match="No space left"):
            init_course(tmp_path / "new")
    assert [p.name for p in tmp_path.iterdir()] == (["new"] if exists else [])
    assert not files(tmp_path)


def test_failed_move_is_taken_back(tmp_path: Path, monkeypatch: Any) -> None:
    """When the last step fails for one part, the parts before it are taken back."""
    (tmp_path / "new").mkdir()
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "rubrics" and target.parent.name == "new":
            raise OSError(5, "Input/output error")
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        with pytest.raises(PracticumError, match="Input/output"):
            init_course(tmp_path / "new")
    assert not files(tmp_path)


@pytest.mark.parametrize("name", ["../x", "A", "", "a b", ".x", "<b>"])
def test_bad_id(tmp_path: Path, name: str) -> None:
    """An id that could not be a folder's or account's name is refused (none: from the folder)."""
    if not name:
        assert init_course(tmp_path / "...", course_id=name).id == "course"
        return
    with pytest.raises(BadInput, match="is no id"):
        init_course(tmp_path / "new", course_id=name)
    assert not list(tmp_path.iterdir())


def test_bad_title(tmp_path: Path) -> None:
    """A title that is too long is refused before anything is made."""
    with pytest.raises(BadInput, match="1 to 200 characters"):
        init_course(tmp_path / "new", title="x" * 201)


def test_briefs_of_another_course(tmp_path: Path, capsys: Any) -> None:
    """--from takes the briefs and rubrics that the other course offers; --all takes all of them."""
    one = tmp_path / "one"
    init_course(one)
    for name in ("second", "hidden"):
        run(capsys, "new", "brief", name, "--course", str(one))
    settings = one / "course" / "course.yml"
    settings.write_text(settings.read_text().replace("  - brief: hidden\n", ""))
    (one / "assignments" / "second" / ".ipynb_checkpoints").mkdir()
    (one / "assignments" / "second" / "link").symlink_to("/etc/passwd")
    two = init_course(tmp_path / "two", source=one)
    assert two.briefs == ("first-steps", "second")
    assert not (tmp_path / "two" / "assignments" / "hidden").exists()
    assert {p.name for p in (tmp_path / "two" / "assignments" / "second").iterdir()} == {
        "brief.yml",
        "brief.ipynb",
    }
    assert (tmp_path / "two" / "rubrics" / "second.yml").is_file()
    assert init_course(tmp_path / "three", source=one, everything=True).briefs == (
        "first-steps",
        "hidden",
        "second",
    )
    for name in ("two", "three"):
        code, out = run(capsys, "check", str(tmp_path / name))
        assert code == 2
        assert all("still says 'TODO" in line for line in out.splitlines()[:-1])


def test_briefs_of_a_checkout(tmp_path: Path, capsys: Any) -> None:
    """--from takes the sample briefs of this repository, with a reviewer for each employer."""
    report = init_course(tmp_path / "new", source=REPOSITORY)
    assert "first-steps" in report.briefs
    code, out = run(capsys, "check", str(tmp_path / "new"))
    assert code == 0
    assert "only a note" not in out


def test_way_out_is_taken_too(tmp_path: Path, capsys: Any) -> None:
    """The alternative brief of a brief under an NDA comes with it and is on offer."""
    one = tmp_path / "one"
    init_course(one)
    run(capsys, "new", "brief", "secret", "--course", str(one))
    file = one / "assignments" / "secret" / "brief.yml"
    text = file.read_text().replace("confidentiality: none", "confidentiality: nda")
    file.write_text(text.replace("alternative_brief: null", "alternative_brief: first-steps"))
    settings = one / "course" / "course.yml"
    settings.write_text(settings.read_text().replace("  - brief: first-steps\n", ""))
    assert init_course(tmp_path / "two", source=one).briefs == ("secret", "first-steps")


def test_bad_sources(tmp_path: Path) -> None:
    """A source without briefs, or with a broken one, is refused; nothing is made."""
    with pytest.raises(BadInput, match=r"no brief in assignments/"):
        init_course(tmp_path / "new", source=tmp_path)
    init_course(tmp_path / "one")
    (tmp_path / "one" / "rubrics" / "first-steps.yml").write_text("x: y")
    with pytest.raises(InvalidDocument, match=r"one/rubrics/first-steps\.yml"):
        init_course(tmp_path / "new", source=tmp_path / "one")
    assert not (tmp_path / "new").exists()


def test_seed_of_the_package(tmp_path: Path, monkeypatch: Any) -> None:
    """The seed lies in the package when it is installed, and in the repository otherwise."""
    inside = tmp_path / "practicum"
    init_course(inside / "seed")
    (inside / "seed" / "course" / "schemas").rename(inside / "schemas")
    monkeypatch.setattr(seed, "package", lambda: inside)
    assert seed.schemas() == inside / "schemas"
    assert seed.own_seed().assignments == inside / "seed" / "assignments"
    monkeypatch.setattr(seed, "package", lambda: tmp_path / "nowhere" / "practicum")
    monkeypatch.setattr(seed, "repository", lambda: tmp_path / "nothing")
    with pytest.raises(BadInput, match="install practicum again"):
        seed.own_seed()
