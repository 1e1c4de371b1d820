"""Courses with a hub section, without anything on the disk that a hub would need."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from practicum.course import Course

ROSTER = {
    "schema_version": 1,
    "students": [{"id": "ada", "name": "Ada"}, {"id": "bob", "name": "Bob"}],
    "instructors": [{"id": "ines", "name": "Ines"}],
    "reviewers": [{"id": "rita", "name": "Rita", "employer": "Tiny Trust", "briefs": ["tiny"]}],
}


@pytest.fixture
def course_with(tmp_path: Path) -> Callable[..., Course]:
    """Make a course with these keys in its hub section; None stands for no section."""

    def make(hub: dict[str, Any] | None = None, /, **keys: Any) -> Course:
        root = tmp_path / "course"
        (root / "course").mkdir(parents=True, exist_ok=True)
        settings = {
            "schema_version": 1,
            "id": "tiny-course",
            "title": "A course",
            "briefs": [{"brief": "tiny"}],
            **({} if hub is None and not keys else {"hub": {**(hub or {}), **keys}}),
        }
        (root / "course" / "course.yml").write_text(yaml.safe_dump(settings))
        (root / "course" / "roster.yml").write_text(yaml.safe_dump(ROSTER))
        return Course.find(root)

    return make
