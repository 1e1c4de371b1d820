"""Grade: a submission is restored, executed, scored, and its marks are recorded.

nbgrader takes seconds to import, so the names are imported when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from practicum.grade.plain import grade_plain
    from practicum.grade.plain_switch import use_engine
    from practicum.grade.verb import Graded, GradeReport, grade
    from practicum.grade.written import MarkReport, mark, marks_template

__all__ = [
    "GradeReport",
    "Graded",
    "MarkReport",
    "grade",
    "grade_plain",
    "mark",
    "marks_template",
    "use_engine",
]

_HOME = {
    "GradeReport": "verb",
    "Graded": "verb",
    "MarkReport": "written",
    "grade": "verb",
    "grade_plain": "plain",
    "mark": "written",
    "marks_template": "written",
    "use_engine": "plain_switch",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever the name stands for)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
