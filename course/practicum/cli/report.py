"""practicum report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from practicum.cli.output import console, course_option, json_option, print_json, show_progress

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["command"]


@click.command("report")
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The page (default: course/work/reports/cohort_report.html).",
)
@course_option
@json_option
def command(course: Course, output: Path | None, *, as_json: bool) -> int:
    """Make the cohort report: one HTML page that needs no network.

    It runs notebooks/cohort_report.ipynb, the course's own or practicum's, and keeps the
    executed notebook beside the page.

    \b
    Example:
      practicum report
      practicum report --output ~/spring-cohort.html
    """
    from practicum.report import report  # noqa: PLC0415 (keeps --help quick)

    with show_progress(quiet=as_json) as progress:
        page = report(course, output=output, progress=progress)
    if as_json:
        print_json({"page": page, "notebook": page.with_suffix(".ipynb")})
    else:
        console.print(f"Report: {escape(str(page))}", soft_wrap=True)
        console.print(f"Made by: {escape(str(page.with_suffix('.ipynb')))}", soft_wrap=True)
    return 0
