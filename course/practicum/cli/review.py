"""practicum review."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.cli.output import course_option, json_option, print_json, show_progress
from practicum.cli.saying import say, some
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
@click.option(
    "--pages",
    "pages_folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write blind pages of the graded submissions, an index and the table, to send.",
)
@course_option
@json_option
def command(  # noqa: PLR0913, PLR0917 (click hands over every option)
    course: Course,
    brief: str,
    file: Path | None,
    reviewer: str | None,
    template_file: Path | None,
    pages_folder: Path | None,
    *,
    as_json: bool,
) -> int:
    """Take in employers' assessments of BRIEF from FILE (CSV or YAML), all or none.

    The columns are reviewer (or --reviewer), submission, criterion, level (0 to 4), words.
    The median of the reviewers' levels becomes the mark; where they are far apart, an
    instructor decides with `practicum moderate`.

    With --pages, write what the reviewers need into a folder: each submission as a page
    under a blind code, the rubric, and the table to fill in.

    \b
    Example:
      practicum review first-steps --pages to-send
      practicum review first-steps first-steps.csv --reviewer rita
    """
    if sum(given is not None for given in (file, template_file, pages_folder)) != 1:
        message = (
            "give either a FILE of assessments, --pages DIR or --template CSV: "
            "see `practicum review --help`"
        )
        raise BadInput(message)
    if pages_folder is not None:
        return _pages(course, brief, pages_folder, as_json=as_json)
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


def _pages(course: Course, brief: str, folder: Path, *, as_json: bool) -> int:
    from practicum.review import pages  # noqa: PLC0415 (as above)

    with show_progress(quiet=as_json) as progress:
        report = pages(course, brief, folder, progress=progress)
    if as_json:
        print_json(report)
        return 0
    say(f"Pages of {some(len(report.codes), 'submission')}: {report.index}")
    say(f"Table to fill in: {report.table}")
    if report.ungraded:
        say(
            f"Left out: {some(report.ungraded, 'submission')} not graded yet: "
            f"`practicum grade {brief}`, then this again."
        )
    say(
        "Look through the pages, send the folder to the reviewers, and take each table in with "
        f"`practicum review {brief} TABLE --reviewer ID`."
    )
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
        say(
            f"{file}: {some(len(rows), 'row')} for {some(submissions, 'submission')}"
            f"{'' if written else ', as it was'}. An employer fills in level (0 to 4) and words; "
            f"then `practicum review {brief} {file} --reviewer ID`."
        )
    return 0


def _show(report: ReviewReport) -> None:
    marks = report.marks
    say(
        f"{report.brief}: {some(report.added, 'assessment')} taken in, {report.unchanged} "
        f"there already; {some(marks.changed, 'mark')} changed, {marks.unchanged} as before."
    )
    if marks.skipped:
        names = ", ".join(marks.skipped[:12]) + (" ..." if len(marks.skipped) > 12 else "")  # noqa: PLR2004 (a line's worth)
        say(
            f"{some(len(marks.skipped), 'submission')} assessed but not graded yet ({names}): "
            f"`practicum grade {report.brief}`, then this again."
        )
    if report.silent:
        say(f"Not reviewed yet by: {', '.join(report.silent)}.")
    if marks.pending:
        say(
            f"{some(len(marks.pending), 'case')} for an instructor: "
            f"`practicum moderate {report.brief}`."
        )
        if marks.taken_back:
            taken = "mark is" if marks.taken_back == 1 else "marks are"
            say(
                f"{marks.taken_back} {taken} taken back until somebody decides: "
                "the reviewers differ."
            )
    elif report.silent:
        say(
            f"Next: take in the other reviews, or release without: "
            f"`practicum release {report.brief}`."
        )
    else:
        say(f"Next: `practicum release {report.brief}`.")
