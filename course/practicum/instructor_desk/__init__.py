"""The instructor's desk: how reviews go, cases to decide, and how far levels can be relied on.

``desk`` makes what ``notebooks/instructor_desk.ipynb`` shows: native controls of ipywidgets, and
plots as pictures. It needs the extra ``grading``.
"""

from practicum.instructor_desk.desk import Desk, desk

__all__ = ["Desk", "desk"]
