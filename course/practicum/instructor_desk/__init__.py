"""The instructor's desk: the control room of a course, and how its reviews go.

``desk`` makes what ``notebooks/instructor_desk.ipynb`` shows: native controls of ipywidgets, and
plots as pictures. It needs the extra ``grading``.
"""

from practicum.instructor_desk.desk import Desk, desk

__all__ = ["Desk", "desk"]
