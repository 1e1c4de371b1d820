"""Notebooks that come with practicum, and a course's own ones, which go first."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from practicum.errors import PracticumError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from practicum.course import Course

__all__ = ["course_notebook"]


def course_notebook(course: Course, name: str) -> tuple[Traversable, bool]:
    """Return where a notebook lies, and whether it is the course's own.

    Args:
        course: The course; what lies in its ``notebooks/`` is used first.
        name: The notebook's name without its ending, such as ``cohort_report``.

    Raises:
        PracticumError: This installation of practicum has none.

    """
    own = course.root / "notebooks" / f"{name}.ipynb"
    if own.is_file():
        return own, True
    package = files("practicum")
    checkout = Path(__file__).parents[2] / "notebooks" / own.name
    for place in (package / "seed" / "notebooks" / own.name, checkout):
        if place.is_file():
            return place, False
    message = f"{package}: the notebook {own.name} is missing: install practicum again"
    raise PracticumError(message)
