"""course.yml goes in, nbgrader's configuration comes out."""

from typing import Any

import pytest
from nbgrader.plugins import LateSubmissionPlugin
from traitlets.config import Config

from practicum.gradebook import configure, nbgrader_config
from practicum.gradebook.late import CourseLatePolicy


def test_a_course_becomes_nbgraders_configuration(tiny: Any) -> None:
    """Every folder, limit and policy that nbgrader's own commands use is the course's."""
    c = Config()

    configure(c, str(tiny.root / "nbgrader_config.py"))

    assert c == {
        "CourseDirectory": {
            "root": str(tiny.root),
            "course_id": "tiny-course",
            "db_url": f"sqlite:///{tiny.root}/course/work/gradebook.db",
            "source_directory": "assignments",
            "release_directory": "course/work/release",
            "submitted_directory": "course/work/submitted",
            "autograded_directory": "course/work/autograded",
            "feedback_directory": "course/work/feedback",
            "solution_directory": "course/work/solution",
            "ignore": [
                ".ipynb_checkpoints",
                "*.pyc",
                "__pycache__",
                ".pytest_cache",
                "feedback",
                ".*",
            ],
        },
        "Execute": {"timeout": 20},
        "OverwriteCells": {"add_missing_cells": True},
        "AssignLatePenalties": {"plugin_class": "practicum.gradebook.late.CourseLatePolicy"},
        "CourseLatePolicy": {"course_root": str(tiny.root)},
        "Exchange": {"root": f"{tiny.root}/course/work/exchange", "timezone": "UTC"},
    }


def test_set_never_append(tiny: Any) -> None:
    """Configured twice, or over other settings, the result is the same."""
    once, twice = Config(), Config({"CourseDirectory": {"ignore": ["mine"]}})
    configure(once, str(tiny.root / "nbgrader_config.py"))
    configure(twice, str(tiny.root / "nbgrader_config.py"))
    configure(twice, str(tiny.root / "nbgrader_config.py"))

    assert once == twice


def test_narrowed_to_a_student_and_a_brief(tiny: Any) -> None:
    """One step of nbgrader can be narrowed to one student and one brief."""
    c = nbgrader_config(tiny.course, student="ada", brief="tiny")

    assert c.CourseDirectory.student_id == "ada"
    assert c.CourseDirectory.assignment_id == "tiny"


def test_the_late_policy_is_a_plug_in(tiny: Any) -> None:
    """The autograder of nbgrader itself takes away what the course's policy says."""
    plugin = CourseLatePolicy(course_root=str(tiny.root))

    assert isinstance(plugin, LateSubmissionPlugin)
    assert plugin.late_submission_penalty("ada", 10.0, 60.0) == 0
    assert plugin.late_submission_penalty("ada", 10.0, 86_401.0) == 2


def test_with_a_hub_files_go_through_the_service(tiny: Any) -> None:
    """A hub section names the plugin's classes to nbgrader; without one nothing is named."""
    file = tiny.root / "course" / "course.yml"
    file.write_text(file.read_text(encoding="utf-8") + "hub: {}\n", encoding="utf-8")
    c = Config()

    configure(c, str(tiny.root / "nbgrader_config.py"))

    plugin = "practicum.gradebook.service_exchange"
    assert c.ExchangeFactory == {
        "exchange": f"{plugin}.Exchange",
        "fetch_assignment": f"{plugin}.ExchangeFetchAssignment",
        "fetch_feedback": f"{plugin}.ExchangeFetchFeedback",
        "release_assignment": f"{plugin}.ExchangeReleaseAssignment",
        "release_feedback": f"{plugin}.FeedbackByPracticum",
        "list": f"{plugin}.ExchangeList",
        "submit": f"{plugin}.ExchangeSubmit",
        "collect": f"{plugin}.ExchangeCollect",
    }
    assert c.Authenticator == {"plugin_class": f"{plugin}.ServiceAuthPlugin"}


def test_feedback_of_nbgrader_is_refused(tiny: Any) -> None:
    """Formgrader's button would show hidden tests: it says what gives the feedback instead."""
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.exchange import ExchangeError

    from practicum.gradebook.service_exchange import FeedbackByPracticum

    folder = CourseDirectory(root=str(tiny.root), course_id="tiny-course", assignment_id="tiny")

    with pytest.raises(ExchangeError, match=r"show students the hidden tests.*release tiny"):
        FeedbackByPracticum(coursedir=folder).start()
