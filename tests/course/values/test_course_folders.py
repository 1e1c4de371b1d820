"""Where a course's files lie, and which other accounts may reach them."""

import shutil
import stat
from pathlib import Path

import pytest

from practicum import documents
from practicum.course import PRIVATE, Course
from practicum.errors import InvalidDocument, NotACourse

REPOSITORY = Path(__file__).parents[3]
SETTINGS = "schema_version: 1\nid: testing\ntitle: A course\nbriefs: [{brief: first-steps}]\n"
ROSTER = "schema_version: 1\ninstructors: [{id: ines, name: Ines Instructor}]\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course's folder with nothing but its settings and its roster."""
    folder = tmp_path / "root" / "course"
    folder.mkdir(parents=True)
    (folder / "course.yml").write_text(SETTINGS)
    (folder / "roster.yml").write_text(ROSTER)
    return folder.parent


def mode(place: Path) -> int:
    """Return the rights of a file or folder."""
    return stat.S_IMODE(place.stat().st_mode)


def with_exchange(root: Path, exchange: str) -> Course:
    """Return the course with another exchange."""
    (root / "course" / "course.yml").write_text(f"{SETTINGS}exchange: {exchange}\n")
    return Course.find(root)


def test_a_course_is_found_here(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A course is found by text as by path, and without a word where one stands."""
    monkeypatch.chdir(root / "course")
    assert Course.find().root == Course.find(str(root)).root == Course.find(root).root == root
    shutil.rmtree(root / "course")
    with pytest.raises(NotACourse):
        Course.find(str(root))


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("course/work/exchange", "root/course/work/exchange"),
        ("../exchange", "exchange"),
        ("/srv/exchange", "/srv/exchange"),
    ],
)
def test_the_exchange_lies_where_course_yml_says(root: Path, said: str, place: str) -> None:
    """The exchange is told from the course's folder on, or by an absolute path."""
    assert Course.find(root).exchange == root / "course" / "work" / "exchange"
    assert with_exchange(root, said).exchange == root.parent / place


def test_nbgrader_is_told_of_the_exchange(root: Path) -> None:
    """The commands of nbgrader and ours use the exchange that course.yml names."""
    config = pytest.importorskip("practicum.gradebook.config")
    course = with_exchange(root, "/srv/exchange")
    assert config.nbgrader_config(course).Exchange.root == "/srv/exchange"


@pytest.mark.parametrize("said", [".", "course", "/", "course/work", "course/work/submitted/x"])
def test_an_exchange_that_holds_the_course(root: Path, said: str) -> None:
    """A folder that students can write into must not be one that holds other files."""
    with pytest.raises(InvalidDocument, match="name a folder of its own"):
        with_exchange(root, said)


def test_others_are_kept_out(root: Path) -> None:
    """Only the way to the exchange is open to other accounts; what was open is closed."""
    course = Course.find(root)
    (course.work / "submitted").mkdir(parents=True)
    (course.work / "submitted").chmod(0o755)
    (course.work / "gradebook.db").touch(mode=0o644)
    course.prepare_work()
    assert mode(course.work) == 0o711
    assert {mode(course.work / name) for name in PRIVATE} == {0o700}
    assert mode(course.work / "gradebook.db") == 0o600


def test_an_exchange_elsewhere_closes_all(root: Path) -> None:
    """When the exchange lies elsewhere, nobody else comes into course/work."""
    course = with_exchange(root, "../exchange")
    course.prepare_work()
    assert mode(course.work) == 0o700


def test_a_group_on_purpose_stays(root: Path) -> None:
    """Rights that a group has and others have not were given on purpose."""
    course = Course.find(root)
    course.prepare_work()
    (course.work / "submitted").chmod(0o770)
    course.prepare_work()
    assert mode(course.work / "submitted") == 0o770


def test_databases_are_private(root: Path) -> None:
    """Gradebook and records are made so that nobody else can read them."""
    pytest.importorskip("nbgrader")
    from practicum.gradebook import CourseGradebook
    from practicum.records import Records

    course = Course.find(root)
    with CourseGradebook(course), Records(course.records_url) as records:
        records.log("test")
    for file in course.work.glob("*.db*"):
        assert mode(file) == 0o600, file


def test_a_file_is_read_once_until_it_changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rubric that is asked for again is not read again, but one that has changed is."""
    (root / "rubrics").mkdir()
    shutil.copytree(
        REPOSITORY / "assignments" / "first-steps", root / "assignments" / "first-steps"
    )
    shutil.copy(REPOSITORY / "rubrics" / "first-steps.yml", root / "rubrics")
    course = Course.find(root)
    rubric = course.rubric("first-steps")
    with monkeypatch.context() as patch:
        patch.setattr(documents, "_read_text", lambda file: pytest.fail(f"{file} was read again"))
        assert course.rubric("first-steps") is rubric
        assert course.brief("first-steps") is course.brief("first-steps")
    file = root / "rubrics" / "first-steps.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(rubric.title, "Another title"), encoding="utf-8")
    assert course.rubric("first-steps").title == "Another title"
    file.unlink()
    with pytest.raises(InvalidDocument):
        course.rubric("first-steps")
