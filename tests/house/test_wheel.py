"""What the built wheel ships, and that it is the wheel which is tested."""

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from types import ModuleType

import pytest

import practicum
import practicum_widgets

ROOT = Path(__file__).resolve().parents[2]
SEED = "practicum/seed"
# What `practicum init` fills in: files of no course yet.
TEMPLATES = "practicum/course_init/templates"
HUB_SETTINGS = "practicum/hub/settings"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that `scripts/setup` built and installed, or else build one."""
    built = sorted((ROOT / "build" / "dist").glob("practicum-*.whl"))
    if not built:
        folder = tmp_path_factory.mktemp("dist")
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
        subprocess.run([*command, "--directory", str(folder)], cwd=ROOT, check=True)
        built = sorted(folder.glob("practicum-*.whl"))
    return built[-1]


@pytest.fixture(scope="session")
def shipped(wheel: Path) -> list[PurePosixPath]:
    """Return the paths of the files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return [PurePosixPath(name) for name in archive.namelist()]


def below(shipped: list[PurePosixPath], folder: str) -> list[PurePosixPath]:
    """Return what lies in the folder, relative to it."""
    return [path.relative_to(folder) for path in shipped if path.is_relative_to(folder)]


def assert_none(paths: list[PurePosixPath]) -> None:
    """Refuse the paths, by name."""
    assert [str(path) for path in paths] == []


@pytest.mark.parametrize("suffix", [".db", ".pyc", ".pyo", ".log", ".rej", ".orig"])
def test_no_leftovers(shipped: list[PurePosixPath], suffix: str) -> None:
    """The wheel ships no database, no bytecode and no other leftover of a run."""
    assert_none([path for path in shipped if path.suffix == suffix])


@pytest.mark.parametrize(
    "folder",
    [
        ".ipynb_checkpoints",
        "__pycache__",
        "work",
        "cohort",
        "tests",
        "benchmarks",
        "deploy",
        "docs",
    ],
)
def test_no_private_folders(shipped: list[PurePosixPath], folder: str) -> None:
    """The wheel ships no checkpoint, no cohort's work, no test and nothing else of the checkout."""
    assert_none([path for path in shipped if folder in path.parts])


def test_only_known_top_levels(shipped: list[PurePosixPath]) -> None:
    """The wheel puts two packages into site-packages, and nothing beside them."""
    tops = {path.parts[0] for path in shipped if not path.parts[0].endswith(".dist-info")}
    assert tops == {"practicum", "practicum_widgets"}


def test_only_the_first_brief(shipped: list[PurePosixPath]) -> None:
    """The wheel ships the first-steps brief alone, because students have the wheel too."""
    briefs = {path.parts[0] for path in below(shipped, f"{SEED}/assignments")}
    assert briefs <= {"first-steps"}


def test_only_the_first_rubric(shipped: list[PurePosixPath]) -> None:
    """The wheel ships the rubric of the first-steps brief alone."""
    assert {str(path) for path in below(shipped, f"{SEED}/rubrics")} <= {"first-steps.yml"}


def test_no_other_solutions(shipped: list[PurePosixPath], wheel: Path) -> None:
    """No notebook of the wheel holds a solution, except that of the first-steps brief."""
    own = PurePosixPath(f"{SEED}/assignments/first-steps")
    notebooks = [path for path in shipped if path.suffix == ".ipynb" and path.parent != own]
    with zipfile.ZipFile(wheel) as archive:
        assert_none([path for path in notebooks if b"BEGIN SOLUTION" in archive.read(str(path))])


@pytest.mark.parametrize(
    "name",
    [
        "course.yml",
        "roster.yml",
        "placements.yml",
        "nbgrader_config.py",
        "jupyterhub_config.py",
        "environment.yml",
        "gradebook.db",
        "records.db",
    ],
)
def test_no_cohort(shipped: list[PurePosixPath], name: str) -> None:
    """The wheel ships no course's people, settings or marks."""
    named = [path for path in shipped if path.name == name]
    ours = (TEMPLATES, HUB_SETTINGS)
    assert_none([path for path in named if not any(path.is_relative_to(place) for place in ours)])


def test_templates_are_of_no_course(shipped: list[PurePosixPath], wheel: Path) -> None:
    """The templates of a new course are not the sample course's own files."""
    own = {path.read_bytes() for path in (ROOT / "course").glob("*.yml")}
    with zipfile.ZipFile(wheel) as archive:
        templates = [path for path in shipped if path.is_relative_to(TEMPLATES)]
        assert_none([path for path in templates if archive.read(str(path)) in own])


@pytest.mark.parametrize("package", ["practicum", "practicum_widgets"])
def test_typed(shipped: list[PurePosixPath], package: str) -> None:
    """Both packages tell type checkers that they are typed."""
    assert PurePosixPath(package, "py.typed") in shipped


def test_license(shipped: list[PurePosixPath]) -> None:
    """The wheel carries its licence."""
    assert [path for path in shipped if path.name == "LICENSE"]


@pytest.mark.parametrize(
    "place",
    [
        "practicum/schemas",
        f"{SEED}/assignments/first-steps",
        f"{SEED}/rubrics",
        f"{SEED}/notebooks",
    ],
)
def test_seed(shipped: list[PurePosixPath], place: str) -> None:
    """The wheel has all that a new course begins with."""
    assert below(shipped, place)


@pytest.mark.parametrize("package", [practicum, practicum_widgets])
def test_installed(package: ModuleType) -> None:
    """The tests import the installed wheel, not the checkout."""
    assert package.__file__ is not None
    where = Path(package.__file__)
    assert "site-packages" in where.parts
    assert not where.is_relative_to(ROOT / "course")
    assert not where.is_relative_to(ROOT / "widgets")


def test_installed_is_the_built_one(wheel: Path) -> None:
    """The installed modules are byte for byte those of the wheel."""
    site = Path(str(practicum.__file__)).parents[1]
    with zipfile.ZipFile(wheel) as archive:
        modules = [name for name in archive.namelist() if name.endswith(".py")]
        stale = [name for name in modules if archive.read(name) != (site / name).read_bytes()]
    assert stale == []
