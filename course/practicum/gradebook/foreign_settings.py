"""nbgrader's configuration of a course directory, read by nbgrader itself.

What is set there and would change a mark is followed, or refused by name: never passed over.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    Execute,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from practicum.errors import BadInput, NotACourse
from practicum.gradebook.foreign_course import ForeignCourse, Notebook
from practicum.policies import Limits

__all__ = ["CONFIG", "find_foreign_course", "foreign_course"]

CONFIG = "nbgrader_config.py"
SIGNS = (CONFIG, "gradebook.db", "submitted")
"""What a folder holds that nbgrader works in."""

LONGEST_CELL, LONGEST_NOTEBOOK = 3600, 7200
"""Seconds; nbgrader itself can be told to wait for ever."""

FOLLOWED: dict[Any, set[str]] = {
    Autograde: {"create_student", "exclude_overwriting", "force", "permissions"},
    Execute: {
        "timeout", "shutdown_kernel", "startup_timeout", "iopub_timeout", "record_timing",
        "shell_timeout_interval", "ipython_hist_file", "execute_retries", "store_widget_state",
        "raise_on_iopub_timeout",
    },
    OverwriteCells: {"add_missing_cells", "missing_cell_notification"},
    AssignLatePenalties: {"plugin_class"},
    ClearOutput: set(),
    DeduplicateIds: set(),
    OverwriteKernelspec: set(),
    CheckCellMetadata: set(),
    SaveAutoGrades: set(),
}  # fmt: skip
"""By class, the settings that are followed, or that no mark depends on."""

FINISHING = (IgnorePattern, ClearMetadataPreprocessor, LimitOutput)
"""nbgrader's steps between running and scoring; without configuration they change nothing."""

REFUSED = (
    "{setting} is set in nbgrader's configuration (to {value}), and practicum does not follow it: "
    "marks could differ. Take it out, or use `nbgrader autograde`"
)


def find_foreign_course(place: Path) -> ForeignCourse:
    """Read the nbgrader course at a place, or the one above it that has a configuration.

    Raises:
        NotACourse: nothing there looks like a course of nbgrader.
        BadInput: Its configuration has an error, or something that is not followed.

    """
    start = place.absolute()
    above = (folder for folder in (start, *start.parents) if (folder / CONFIG).is_file())
    configured = next(above, None)
    if configured is None and not any((start / sign).exists() for sign in SIGNS):
        raise NotACourse(place)
    arguments = [] if configured else [f"--CourseDirectory.root={start}"]
    with _reading(configured or start):
        app = AutogradeApp(log_level=logging.ERROR)
        # Otherwise a mistake in the file is a warning, and grading goes on without the file.
        app.raise_config_file_errors = True
        try:
            app.initialize(arguments)
            return foreign_course(Autograde(coursedir=app.coursedir, parent=app))
        except BadInput:
            raise
        except (Exception, SystemExit) as error:  # (whatever an instructor's Python raises)
            what = str(error) or type(error).__name__
            message = f"{configured or start}: nbgrader's configuration cannot be read: {what}"
            raise BadInput(message) from error


def foreign_course(converter: Autograde) -> ForeignCourse:
    """Return what a configured ``Autograde`` of nbgrader goes by.

    Raises:
        BadInput: A setting is not followed.

    """
    exporter: Any = NotebookExporter(parent=converter, config=converter.config)  # type: ignore[no-untyped-call]
    steps = {step: step(parent=exporter) for step in (*FOLLOWED, *FINISHING) if step != Autograde}
    pristine = Autograde(coursedir=CourseDirectory())
    refused = [*_changed(converter, pristine, FOLLOWED[Autograde])]
    for step, followed in FOLLOWED.items():
        if step != Autograde:
            refused += _changed(steps[step], step(), followed)
    if refused:
        told = (REFUSED.format(setting=name, value=repr(value)[:80]) for name, value in refused)
        raise BadInput("\n".join(told))
    where = converter.coursedir
    late = steps[AssignLatePenalties]
    late.init_plugin()
    return ForeignCourse(
        root=Path(where.root),
        id=where.course_id,
        database=where.db_url,
        structure=where.directory_structure,
        source=where.source_directory,
        submitted=where.submitted_directory,
        autograded=where.autograded_directory,
        limits=_limits(steps[Execute].timeout),
        penalty=late.plugin_inst.late_submission_penalty,
        ignore=tuple(where.ignore),
        students=where.student_id,
        excluded=frozenset(filter(None, where.student_id_exclude.split(","))),
        notebooks=where.notebook_id,
        kept={name: tuple(files) for name, files in converter.exclude_overwriting.items()},
        add_missing=steps[OverwriteCells].add_missing_cells,
        create_students=converter.create_student,
        again=converter.force,
        permissions=int(str(converter.permissions), 8),
        group_shared=where.groupshared,
        finish=_finish([steps[step] for step in FINISHING]),
    )


@contextlib.contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Stand where nbgrader would be run; what it puts on the search path is taken off again."""
    path = list(sys.path)
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path[:] = path


def _changed(step: Any, pristine: Any, followed: set[str]) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield what is set to something other than nbgrader's default, and is not followed."""
    cosmetic = {"display_data_priority", "default_language", "log_level"}
    for name in step.trait_names(config=True):
        value = getattr(step, name)
        if name not in followed | cosmetic and value != getattr(pristine, name):
            yield f"{type(step).__name__}.{name}", value


def _limits(timeout: int | None) -> Limits:
    cell = min(timeout, LONGEST_CELL) if timeout is not None and timeout > 0 else LONGEST_CELL
    return Limits(
        cell_seconds=cell, notebook_seconds=LONGEST_NOTEBOOK, notebook_mb=100, submission_mb=500
    )


def _finish(steps: Sequence[Any]) -> Callable[[Notebook], Notebook] | None:
    """Return what runs those of nbgrader's steps that have been configured; None for none."""
    active = [
        step for step in steps if step.enabled and [*_changed(step, type(step)(), {"log_level"})]
    ]
    if not active:
        return None

    def finish(notebook: Notebook) -> Notebook:
        node = nbformat.from_dict(notebook)
        for step in active:
            node, _ = step.preprocess(node, {})
        done: Notebook = node
        return done

    return finish
