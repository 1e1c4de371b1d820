"""A course with one brief of its own, fresh from `practicum init` and `practicum new`."""

import shutil
from pathlib import Path

import pytest

from practicum.course import Course
from practicum.course_init import init_course, new_brief


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that no test may change."""
    root = tmp_path_factory.mktemp("pristine") / "course"
    init_course(root, title="A course to check")
    new_brief(Course.find(root), "case")
    for file in (*(root / "assignments" / "case").iterdir(), root / "rubrics" / "case.yml"):
        file.write_text(file.read_text().replace("TODO", "DONE"))
    course = root / "course" / "course.yml"
    text = course.read_text().replace("# placements:", "placements:")
    course.write_text(text.replace("brief: case", "brief: case\n    due: 2027-02-01T23:59:00"))
    (root / "course" / "placements.yml").write_text(
        "schema_version: 1\nplacements:\n  - {student: sam, brief: case}\n"
    )
    roster = root / "course" / "roster.yml"
    roster.write_text(roster.read_text().replace("[first-steps]", "[first-steps, case]"))
    return root


@pytest.fixture
def root(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the course, to be spoilt."""
    shutil.copytree(pristine, tmp_path / "root")
    return tmp_path / "root"
