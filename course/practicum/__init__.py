"""practicum: micro-internships in a Jupyter course.

An employer's brief becomes a notebook assignment; a student's submission becomes marks,
feedback and a credential. The command is ``practicum``; see ``practicum --help``.
"""

from practicum.briefs import Brief
from practicum.course import Course
from practicum.errors import PracticumError
from practicum.marks import Marks
from practicum.people import Roster
from practicum.rubrics import Rubric

__all__ = ["Brief", "Course", "Marks", "PracticumError", "Roster", "Rubric", "__version__"]

__version__ = "0.1.0"
