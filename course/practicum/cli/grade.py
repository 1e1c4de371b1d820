"""practicum grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from practicum.cli.output import console, course_option, json_option, print_json, show_progress

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.grade import GradeReport

__all__ = ["command"]

SHOWN = 4
"""Findings of one submission that the table shows."""


@click.command()
@click.argument("brief")
@click.option("--student", "students", multiple=True, help="Only this student (repeatable).")
@click.option("--again", is_flag=True, help="Grade also what has not changed.")
@click.option(
    "--judge/--no-judge",
    "judging",
    default=True,
    help="Judge each test apart from the student's code, too (default: yes).",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Notebooks at once (default: cores).")
@course_option
@json_option
def command(  # noqa: PLR0913 (one argument an option)
    course: Course,
    brief: str,
    students: tuple[str, ...],
    *,
    again: bool,
    judging: bool,
    workers: int | None,
    as_json: bool,
) -> int:
    """Run and score the submissions for BRIEF that are new or have changed.

    Each notebook runs in a box of its own, without network, files or rights. Each test is also
    judged in a process that has run no student's code; where the two differ, the mark waits
    for you. Exit code 1 says that some submissions could not be graded; run the command again
    to retry them.

    \b
    Example:
      practicum grade first-steps
    """
    from practicum.grade import grade  # noqa: PLC0415 (keeps --help quick)

    with show_progress(quiet=as_json) as progress:
        report = grade(
            course,
            brief,
            students=students,
            again=again,
            workers=workers,
            judging=judging,
            progress=progress,
        )
    if as_json:
        print_json(report)
    else:
        _show(report)
    return 1 if report.count("error") else 0


def _show(report: GradeReport) -> None:
    columns = ("student", "outcome", "autograded", "proved", "seconds", "look at")
    table = Table(*columns, title=report.brief)
    for graded in report.graded:
        colour = {"graded": "green", "unchanged": "dim", "error": "bold red"}[graded.outcome]
        points = f"{graded.points:g} of {graded.max_points:g}" if graded.max_points else ""
        notes = [
            f"{finding.cell}: {finding.message}"
            for finding in graded.findings
            if finding.kind != "unproved"
        ] or [graded.detail]
        more = len(notes) - SHOWN
        sure = sum(standing == "proved" for standing in graded.standing.values())
        table.add_row(
            graded.student,
            f"[{colour}]{graded.outcome}[/]",
            points,
            f"{sure} of {len(graded.standing)}" if graded.standing else "",
            f"{graded.seconds:.1f}" if graded.seconds else "",
            escape("\n".join([*notes[:SHOWN], *([f"... {more} more"] if more > 0 else [])])),
        )
    console.print(table)
    count = report.count("graded")
    console.print(
        f"{count} graded, {report.count('unchanged')} unchanged, {report.count('error')} errors "
        f"in {report.seconds:.1f} s" + (f" ({report.seconds / count:.2f} s each)" if count else "")
    )
