"""``practicum new``: begin a brief or a rubric."""

from __future__ import annotations

from pathlib import Path

import click

from practicum.cli.output import course_option, json_option, print_json
from practicum.course import Course
from practicum.course_init import NewReport, new_brief, new_rubric

__all__ = ["command"]


@click.command("new")
@click.argument("what", type=click.Choice(["brief", "rubric"]))
@click.argument("name")
@course_option
@json_option
def command(what: str, name: str, course: Course, as_json: bool) -> int:
    """Begin a brief or a rubric called NAME, with TODO wherever your words are needed.

    `practicum check` then names each place, and `practicum publish` refuses while one is left.

    A brief comes with a source notebook that has a section for each deliverable and each
    criterion, and with a rubric of the same name if there is none.

    \b
    Example:
      practicum new brief bike-rides
      practicum new rubric field-work
    """
    report = new_brief(course, name) if what == "brief" else new_rubric(course, name)
    if as_json:
        print_json(report)
    else:
        _print(report, course.root)
    return 0


def _print(report: NewReport, root: Path) -> None:
    for file in report.made:
        click.echo(f"made {file.relative_to(root)}")
    if report.offered:
        click.echo("added it to course/course.yml")
    if report.to_add:
        click.echo("add this item to `briefs:` in course/course.yml:")
        click.echo(f"  {report.to_add}")
    click.echo("next: replace what says TODO; `practicum check` names each place")
