"""practicum mark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.cli.output import console, course_option, json_option, print_json, show_progress
from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["command"]


@click.command()
@click.argument("brief")
@click.option(
    "--from",
    "file",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="A table with the columns student, cell, score, comment.",
)
@click.option(
    "--template",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Write a table of the answers that are not marked yet, to fill in.",
)
@course_option
@json_option
def command(
    course: Course, brief: str, file: Path | None, template: Path | None, *, as_json: bool
) -> int:
    """Enter marks for the written answers of BRIEF from a table, all or none.

    nbgrader's formgrader is the other way to do it; both write the same gradebook.

    \b
    Example:
      practicum mark first-steps --template marks.csv
      practicum mark first-steps --from marks.csv
    """
    from practicum.grade import mark, marks_template  # noqa: PLC0415 (keeps --help quick)

    if template is not None and file is None:
        count = marks_template(course, brief, template)
        if as_json:
            print_json({"brief": brief, "template": str(template), "rows": count})
        else:
            told = f"{template}: {count} answers to mark. Fill in score and comment, then "
            console.print(f"{told}`practicum mark {brief} --from {template}`.", soft_wrap=True)
        return 0
    if file is None or template is not None:
        message = "give either --from CSV or --template CSV: see `practicum mark --help`"
        raise BadInput(message)
    with show_progress(quiet=as_json) as progress:
        report = mark(course, brief, file, progress=progress)
    if as_json:
        print_json(report)
    else:
        left = f" Rows left empty: {report.empty}." if report.empty else ""
        console.print(
            f"Marks read: {report.marks}, changed: {report.changed}.{left} "
            f"Next: `practicum review {brief}`, `practicum release {brief}`.",
            soft_wrap=True,
        )
    return 0
