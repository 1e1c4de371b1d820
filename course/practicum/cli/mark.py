"""practicum mark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.cli.output import console, course_option, json_option, print_json, show_progress

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["command"]


@click.command()
@click.argument("brief")
@click.option(
    "--from",
    "file",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV with the columns student, cell, score, comment.",
)
@course_option
@json_option
def command(course: Course, brief: str, file: Path, *, as_json: bool) -> int:
    """Enter marks for the written answers of BRIEF from a table, all or none.

    nbgrader's formgrader is the other way to do it; both write the same gradebook.

    \b
    Example:
      practicum mark first-steps --from marks.csv
    """
    from practicum.grade import mark  # noqa: PLC0415 (keeps --help quick)

    with show_progress(quiet=as_json) as progress:
        report = mark(course, brief, file, progress=progress)
    if as_json:
        print_json(report)
    else:
        console.print(
            f"{report.marks} marks read, {report.changed} changed. "
            f"Next: `practicum review {brief}`, `practicum release {brief}`."
        )
    return 0
