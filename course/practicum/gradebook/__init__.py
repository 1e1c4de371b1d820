"""The edge to nbgrader: the only package that imports it. It speaks our values.

``CourseGradebook`` reads and writes marks; the functions run nbgrader's own steps.
nbgrader takes seconds to import, so each name is imported when it is first used: who only
looks (``read_marks``) does not wait for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from practicum.gradebook.answer_key import AnswerKey, KeyCell
    from practicum.gradebook.autograded import digest_of, drafted, is_whole, own_work
    from practicum.gradebook.config import configure, nbgrader_config
    from practicum.gradebook.exchange import (
        collect_folder,
        release_assignment,
        release_feedback,
        submit,
    )
    from practicum.gradebook.execution import execute, inline_plots, quiet_kernel
    from practicum.gradebook.export import export_rows
    from practicum.gradebook.foreign_course import ForeignCourse
    from practicum.gradebook.foreign_folder import executed_digest, foreign_draft
    from practicum.gradebook.foreign_settings import find_foreign_course, foreign_course
    from practicum.gradebook.foreign_store import ForeignGradebook
    from practicum.gradebook.generation import generate
    from practicum.gradebook.handing_out import hand_out
    from practicum.gradebook.installation import installed
    from practicum.gradebook.lock import sole_writer
    from practicum.gradebook.marks_store import CourseGradebook
    from practicum.gradebook.overview import assignment_released, read_marks
    from practicum.gradebook.restoration import Restored, restore
    from practicum.gradebook.scoring import AutoScore, score_cells
    from practicum.gradebook.snapshot import (
        copy_database,
        copy_gradebook,
        gradebook_digest,
        replace_gradebook,
    )
    from practicum.gradebook.stored_marks import StoredMarks, marks_source
    from practicum.gradebook.switch import NbGraderException, autograde_once, hand_over

__all__ = [
    "AnswerKey",
    "AutoScore",
    "CourseGradebook",
    "ForeignCourse",
    "ForeignGradebook",
    "KeyCell",
    "NbGraderException",
    "Restored",
    "StoredMarks",
    "assignment_released",
    "autograde_once",
    "collect_folder",
    "configure",
    "copy_database",
    "copy_gradebook",
    "digest_of",
    "drafted",
    "execute",
    "executed_digest",
    "export_rows",
    "find_foreign_course",
    "foreign_course",
    "foreign_draft",
    "generate",
    "gradebook_digest",
    "hand_out",
    "hand_over",
    "inline_plots",
    "installed",
    "is_whole",
    "marks_source",
    "nbgrader_config",
    "own_work",
    "quiet_kernel",
    "read_marks",
    "release_assignment",
    "release_feedback",
    "replace_gradebook",
    "restore",
    "score_cells",
    "sole_writer",
    "submit",
]

_HOME = {
    "AnswerKey": "answer_key",
    "AutoScore": "scoring",
    "CourseGradebook": "marks_store",
    "ForeignCourse": "foreign_course",
    "ForeignGradebook": "foreign_store",
    "KeyCell": "answer_key",
    "NbGraderException": "switch",
    "Restored": "restoration",
    "StoredMarks": "stored_marks",
    "assignment_released": "overview",
    "autograde_once": "switch",
    "collect_folder": "exchange",
    "configure": "config",
    "copy_database": "snapshot",
    "copy_gradebook": "snapshot",
    "digest_of": "autograded",
    "drafted": "autograded",
    "execute": "execution",
    "executed_digest": "foreign_folder",
    "export_rows": "export",
    "find_foreign_course": "foreign_settings",
    "foreign_course": "foreign_settings",
    "foreign_draft": "foreign_folder",
    "generate": "generation",
    "gradebook_digest": "snapshot",
    "hand_out": "handing_out",
    "hand_over": "switch",
    "inline_plots": "execution",
    "installed": "installation",
    "is_whole": "autograded",
    "marks_source": "stored_marks",
    "nbgrader_config": "config",
    "own_work": "autograded",
    "quiet_kernel": "execution",
    "read_marks": "overview",
    "release_assignment": "exchange",
    "release_feedback": "exchange",
    "replace_gradebook": "snapshot",
    "restore": "restoration",
    "score_cells": "scoring",
    "sole_writer": "lock",
    "submit": "exchange",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 (whatever has that name)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
