"""course.yml as nbgrader's configuration: one setter a concern, and they only set."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from practicum.course import Course
from practicum.databases import complete

__all__ = ["configure", "nbgrader_config", "set_service_exchange"]

PLUGIN = "practicum.gradebook.service_exchange"
STEPS = {
    "exchange": "Exchange",
    "fetch_assignment": "ExchangeFetchAssignment",
    "fetch_feedback": "ExchangeFetchFeedback",
    "release_assignment": "ExchangeReleaseAssignment",
    "release_feedback": "ExchangeReleaseFeedback",
    "list": "ExchangeList",
    "submit": "ExchangeSubmit",
    "collect": "ExchangeCollect",
}
"""The classes of the plugin, by the names that nbgrader's factory has for them."""


def configure(c: Config, config_file: str) -> None:
    """Hand the course around ``config_file`` to nbgrader; for nbgrader_config.py.

    Args:
        c: What ``get_config()`` returns.
        config_file: ``__file__`` of nbgrader_config.py, which lies in the course's folder.

    """
    course = Course.find(Path(config_file).absolute().parent)
    set_folders(c, course)
    set_grading(c, course)
    set_exchange(c, course)


def nbgrader_config(course: Course, *, student: str = "", brief: str = "") -> Config:
    """Return nbgrader's configuration for a course, narrowed to a student or a brief."""
    c = Config()
    set_folders(c, course)
    set_grading(c, course)
    set_exchange(c, course)
    if student:
        c.CourseDirectory.student_id = student
    if brief:
        c.CourseDirectory.assignment_id = brief
    return c


def set_folders(c: Config, course: Course) -> None:
    """Set where the steps lie: sources in assignments/, all else in course/work/."""
    work = course.work.relative_to(course.root)
    c.CourseDirectory.root = str(course.root)
    c.CourseDirectory.course_id = course.id
    c.CourseDirectory.db_url = complete(course.gradebook_url)
    c.CourseDirectory.source_directory = "assignments"
    for step in ("release", "submitted", "autograded", "feedback", "solution"):
        setattr(c.CourseDirectory, f"{step}_directory", str(work / step))
    c.CourseDirectory.ignore = [
        ".ipynb_checkpoints",
        "*.pyc",
        "__pycache__",
        ".pytest_cache",
        "feedback",
        ".*",
    ]


def set_grading(c: Config, course: Course) -> None:
    """Set limits and the late policy, so that nbgrader's own buttons follow course.yml."""
    c.Execute.timeout = course.settings.limits.cell_seconds
    c.OverwriteCells.add_missing_cells = True
    c.AssignLatePenalties.plugin_class = "practicum.gradebook.late.CourseLatePolicy"
    c.CourseLatePolicy.course_root = str(course.root)


def set_exchange(c: Config, course: Course) -> None:
    """Set how files go to and come from students: a folder, or the course's service on a hub."""
    c.Exchange.root = str(course.exchange)
    c.Exchange.timezone = "UTC"
    if course.settings.hub is not None:
        set_service_exchange(c)
        c.ExchangeFactory.release_feedback = f"{PLUGIN}.FeedbackByPracticum"


def set_service_exchange(c: Config) -> None:
    """Let files go through the course's service; where that is, the environment says."""
    for step, name in STEPS.items():
        setattr(c.ExchangeFactory, step, f"{PLUGIN}.{name}")
    c.Authenticator.plugin_class = f"{PLUGIN}.ServiceAuthPlugin"
