"""practicum room anchors."""

from __future__ import annotations

from pathlib import Path

import click

from practicum.cli.instructors import instructor_or_only
from practicum.cli.output import course_option, json_option, print_json, show_progress
from practicum.cli.saying import say, some
from practicum.course import Course
from practicum.errors import BadInput

__all__ = ["anchors"]


@click.command()
@click.argument("brief")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template",
    "template_file",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Write a table to fill in, instead.",
)
@click.option("--of", "submissions", multiple=True, metavar="ID", help="A submission for it.")
@click.option("--by", metavar="ID", help="Who agreed on them (default: the only instructor).")
@course_option
@json_option
def anchors(  # noqa: PLR0913, PLR0917 (click hands over every option)
    course: Course,
    brief: str,
    file: Path | None,
    template_file: Path | None,
    submissions: tuple[str, ...],
    by: str | None,
    *,
    as_json: bool,
) -> int:
    """Show BRIEF's anchors and how far reviewers are from them, or set them from FILE.

    Anchors are two or three submissions whose levels instructors agreed on. Reviewers score
    them before all others and are shown where they differ, and why. The agreed levels are
    the anchors' marks.

    \b
    Example:
      practicum room anchors first-steps --template anchors.csv --of alice --of bob
      practicum room anchors first-steps anchors.csv
      practicum room anchors first-steps
    """
    if file is not None and template_file is not None:
        message = "give either a FILE or --template CSV: see `practicum room anchors --help`"
        raise BadInput(message)
    if bool(submissions) != (template_file is not None):
        message = "--template and --of go together: --template anchors.csv --of alice --of bob"
        raise BadInput(message)
    if template_file is not None:
        return _template(course, brief, template_file, submissions, as_json=as_json)
    if file is None:
        return _show(course, brief, as_json=as_json)
    from practicum.review import set_anchors  # noqa: PLC0415 (keeps --help quick)

    who = instructor_or_only(course, by, "agreed on them")
    with show_progress(quiet=as_json) as progress:
        report = set_anchors(course, brief, file, who, progress=progress)
    if as_json:
        print_json(report)
        return 0
    say(
        f"{brief}: {some(len(report.codes), 'anchor')} ({', '.join(report.codes)}), "
        f"{report.changed} new or changed; {some(report.marks.changed, 'mark')} changed."
    )
    return 0


def _template(
    course: Course, brief: str, file: Path, submissions: tuple[str, ...], *, as_json: bool
) -> int:
    from practicum.review import template, write_template  # noqa: PLC0415 (keeps --help quick)

    rows = template(course, brief, submissions)
    written = write_template(rows, file)
    if as_json:
        print_json({"file": file, "rows": len(rows), "written": written})
    else:
        say(
            f"{file}: {some(len(rows), 'row')}{'' if written else ', as it was'}. Fill in the "
            "level agreed on, and in words why it is that level; reviewers read them. "
            f"Then `practicum room anchors {brief} {file}`."
        )
    return 0


def _show(course: Course, brief: str, *, as_json: bool) -> int:
    from practicum.review import calibration_of  # noqa: PLC0415 (keeps --help quick)

    found = calibration_of(course, brief)
    if as_json:
        print_json(found)
        return 0
    for one in found:
        say(f"{one.name} ({one.reviewer}): {one.scored} of {some(one.anchors, 'anchor')} scored")
        if one.scored:
            say(f"  first try: {one.first.words}")
        if one.scored and one.last != one.first:
            say(f"  last try:  {one.last.words}")
    if not found:
        say(
            f"{brief} has no anchors: "
            f"`practicum room anchors {brief} --template anchors.csv --of STUDENT`."
        )
    return 0
