"""``practicum grade`` in a course directory of nbgrader that is none of ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from practicum.cli.output import print_json, show_progress
from practicum.course import Course
from practicum.errors import BadInput, NotACourse

if TYPE_CHECKING:
    from collections.abc import Callable

    from practicum.grade import Graded
    from practicum.gradebook import ForeignCourse

__all__ = ["any_course_option", "grade_foreign"]

Command = TypeVar("Command", bound="Callable[..., Any]")
OURS_ALONE = {
    "cluster": "--cluster",
    "watching": "--watch",
    "collecting": "--collect",
    "page": "--report",
}
"""Options that need a course of practicum."""


def any_course_option(command: Command) -> Command:
    """Add ``--course DIR``, for a course of ours or of nbgrader alone."""

    def find(
        _context: click.Context, _parameter: click.Parameter, value: Path
    ) -> Course | ForeignCourse:
        try:
            return Course.find(value)
        except NotACourse:
            from practicum.gradebook import find_foreign_course  # noqa: PLC0415 (takes seconds)

            return find_foreign_course(value)

    return click.option(
        "--course",
        metavar="DIR",
        default=".",
        type=click.Path(path_type=Path),
        callback=find,
        help="The course's folder (default: here or above); any nbgrader course will do.",
    )(command)


def grade_foreign(
    course: ForeignCourse, assignment: str, kernel: str, options: dict[str, Any]
) -> int:
    """Grade an assignment of a course that only nbgrader knows; return the exit code.

    Raises:
        BadInput: An option needs a course of practicum.

    """
    from practicum.cli.graded import show  # noqa: PLC0415 (keeps --help quick)
    from practicum.grade import grade_plain  # noqa: PLC0415

    for name, option in OURS_ALONE.items():
        if options.get(name):
            message = f"{option} needs a course of practicum, and {course.root} has no course.yml"
            raise BadInput(message)
    lines = bool(options.get("as_lines"))

    def seen(graded: Graded) -> None:
        if lines:
            print_json({"event": "submission", **graded.model_dump(mode="json")})

    with show_progress(quiet=lines or options["as_json"], rate="submissions") as progress:
        report = grade_plain(
            course,
            assignment,
            students=options["students"],
            again=options["again"],
            workers=options["workers"],
            judging=options["judging"],
            kernel=kernel,
            seen=seen,
            progress=progress,
        )
    if options["as_json"]:
        print_json(report)
    elif lines:
        print_json({"event": "report", **report.model_dump(mode="json")})
    else:
        show(report, everyone=bool(options.get("everyone")))
    return 1 if report.count("error") else 0
