"""practicum: micro-internships in a Jupyter course.

An employer's brief becomes a notebook assignment; a student's submission becomes marks,
feedback and a credential. The command is ``practicum``; see ``practicum --help``. A value is
imported when it is first asked for: a student's notebook pays only for what it shows.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practicum.briefs import Brief
    from practicum.course import Course
    from practicum.errors import PracticumError
    from practicum.marks import Marks
    from practicum.people import Roster
    from practicum.rubrics import Rubric

__all__ = ["Brief", "Course", "Marks", "PracticumError", "Roster", "Rubric", "__version__"]

__version__ = "0.1.0"

_PLACES = {
    "Brief": "practicum.briefs",
    "Course": "practicum.course",
    "Marks": "practicum.marks",
    "PracticumError": "practicum.errors",
    "Roster": "practicum.people",
    "Rubric": "practicum.rubrics",
}


def __getattr__(name: str) -> object:
    """Import a value when it is asked for."""
    if name not in _PLACES:
        message = f"module 'practicum' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    """List what can be asked for."""
    return sorted(__all__)
