"""``practicum release``: give students their feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console, course_option, json_option, print_json, show_progress

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.release import ReleaseReport

__all__ = ["command"]


@click.command("release")
@click.argument("brief")
@click.option("--partial", is_flag=True, help="Release those that are complete; list the others.")
@click.option(
    "--student", "students", multiple=True, metavar="ID", help="Only this student (repeatable)."
)
@course_option
@json_option
def command(
    course: Course, brief: str, students: tuple[str, ...], *, partial: bool, as_json: bool
) -> int:
    """Give students their marks and feedback on BRIEF.

    Builds a page for each student, hands it out through nbgrader's exchange, and writes
    course/work/marks/BRIEF.csv. Refuses while marks, assessments or moderation are missing,
    and lists them. Exit code 1 when somebody who handed in is left out.

    \b
    Example:
      practicum release first-steps
      practicum release first-steps --partial
    """
    from practicum.release import release  # noqa: PLC0415 (keeps --help quick)

    with show_progress(quiet=as_json) as progress:
        report = release(
            course, brief, partial=partial, students=students or None, progress=progress
        )
    if as_json:
        print_json(report)
    else:
        _show(report)
    return 0 if report.complete else 1


def _show(report: ReleaseReport) -> None:
    from practicum.release.readiness import grouped  # noqa: PLC0415 (keeps --help quick)

    table = Table("Release", "Students", title=escape(report.brief), title_justify="left")
    table.add_row("given a new page", str(len(report.released)))
    table.add_row("have theirs already", str(len(report.unchanged)))
    table.add_row("left out", str(len({line.partition(":")[0] for line in report.left_out})))
    table.add_row("have not handed in", str(len(report.not_handed_in)))
    console.print(table)
    for line in grouped(report.left_out):
        console.print(f"  left out: {escape(line)}", soft_wrap=True)
    for finding in report.findings:
        where = f"{finding.student}, {finding.cell}"
        console.print(f"  look at: {escape(where)}: {escape(finding.message)}", soft_wrap=True)
    if report.not_handed_in:
        console.print(f"  not handed in: {escape(', '.join(report.not_handed_in))}", soft_wrap=True)
    if report.to_send:
        count = len(report.to_send)
        what = "1 student came" if count == 1 else f"{count} students came"
        folder = report.feedback_folder / "STUDENT" / report.brief
        console.print(
            f"  to send: {what} by an LMS, where nobody can fetch: send each the page in "
            f"{escape(str(folder))}: {escape(', '.join(report.to_send))}",
            soft_wrap=True,
        )
    console.print(f"Pages: {escape(str(report.feedback_folder))}", soft_wrap=True)
    console.print(f"Marks: {escape(str(report.marks_file))}", soft_wrap=True)
