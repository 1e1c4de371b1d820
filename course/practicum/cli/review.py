"""practicum review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from practicum.cli.output import console, course_option, json_option, print_json, show_progress
from practicum.errors import BadInput

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.review import ReviewReport

__all__ = ["command"]


@click.command()
@click.argument("brief")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--reviewer", metavar="ID", help="Whose assessments these are.")
@click.option(
    "--template",
    "template_file",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Write a table for an employer to fill in.",
)
@course_option
@json_option
def command(  # noqa: PLR0913 (click hands over every option)
    course: Course,
    brief: str,
    file: Path | None,
    reviewer: str | None,
    template_file: Path | None,
    *,
    as_json: bool,
) -> int:
    """Take in employers' assessments of BRIEF from FILE (CSV or YAML), all or none.

    The columns are reviewer (or --reviewer), submission, criterion, level (0 to 4), words.
    The median of the reviewers' levels becomes the mark; where they are far apart, an
    instructor decides with `practicum moderate`.

    \b
    Example:
      practicum review first-steps --template first-steps.csv
      practicum review first-steps first-steps.csv --reviewer rita
    """
    if (file is None) == (template_file is None):
        message = "give either a FILE of assessments or --template CSV: see `practicum review -h`"
        raise BadInput(message)
    if template_file is not None:
        return _template(course, brief, template_file, as_json=as_json)
    if file is None:
        return 2
    from practicum.review import review  # noqa: PLC0415 (keeps --help quick)

    with show_progress(quiet=as_json) as progress:
        report = review(course, brief, file, reviewer=reviewer, progress=progress)
    if as_json:
        print_json(report)
    else:
        _show(report)
    return 0


def _template(course: Course, brief: str, file: Path, *, as_json: bool) -> int:
    from practicum.review import template, write_template  # noqa: PLC0415 (as above)

    rows = template(course, brief)
    if not rows:
        message = f"{brief}: nobody has handed in yet: run `practicum collect` first"
        raise BadInput(message)
    written = write_template(rows, file)
    submissions = len({row.submission for row in rows})
    if as_json:
        print_json(
            {"file": file, "rows": len(rows), "submissions": submissions, "written": written}
        )
    else:
        console.print(
            f"{escape(str(file))}: {len(rows)} rows for {submissions} submissions"
            f"{'' if written else ', as it was'}. An employer fills in level (0 to 4) and words; "
            f"then `practicum review {brief} {escape(str(file))} --reviewer ID`."
        )
    return 0


def _show(report: ReviewReport) -> None:
    marks = report.marks
    console.print(
        f"{report.brief}: {report.added} assessments taken in, {report.unchanged} were there "
        f"already; {marks.changed} marks changed, {marks.unchanged} as they were."
    )
    if marks.skipped:
        names = ", ".join(marks.skipped[:12]) + (" ..." if len(marks.skipped) > 12 else "")  # noqa: PLR2004 (a line's worth)
        console.print(
            f"{len(marks.skipped)} assessed but not graded yet ({names}): "
            f"`practicum grade {report.brief}`, then this again."
        )
    if marks.pending:
        console.print(
            f"{len(marks.pending)} for an instructor: `practicum moderate {report.brief}`."
        )
        if marks.taken_back:
            console.print(
                f"{marks.taken_back} marks from before the reviewers differed are taken back "
                "until somebody decides."
            )
    else:
        console.print(f"Next: `practicum release {report.brief}`.")
