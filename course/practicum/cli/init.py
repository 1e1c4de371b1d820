"""``practicum init``: a new course."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from practicum.cli.output import console, json_option, print_json, show_progress
from practicum.course_init import InitReport, init_course

__all__ = ["command"]


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    metavar="COURSE",
    type=click.Path(path_type=Path),
    help="Take the briefs of this course or checkout.",
)
@click.option("--all", "everything", is_flag=True, help="... all of them, not only those on offer.")
@click.option("--id", "course_id", metavar="ID", help="The course's id (default: from DIR).")
@click.option("--title", metavar="TEXT", help="The course's title.")
@json_option
def command(  # noqa: PLR0913, PLR0917 (one argument an option)
    folder: Path,
    source: Path | None,
    everything: bool,
    course_id: str | None,
    title: str | None,
    as_json: bool,
) -> int:
    """Lay down a new course in DIR, with a first brief.

    DIR must be empty or not there yet. If there is a course already, nothing is changed and
    you are told what is there.

    \b
    Example:
      practicum init mycourse
      practicum init mycourse --from ../last-year --title "Data analysis 2027"
    """
    with show_progress(quiet=as_json) as progress:
        report = init_course(
            folder,
            source=source,
            everything=everything,
            course_id=course_id,
            title=title,
            progress=progress,
        )
    if as_json:
        print_json(report)
    else:
        _print(report)
    return 0


def _print(report: InitReport) -> None:
    root = escape(str(report.root))
    briefs = f"briefs: {escape(', '.join(report.briefs))}"
    if report.already:
        said = (
            f"{root} is a course already: {escape(report.title)} (id {report.id})\n{briefs}\n"
            "Nothing was changed. For another course, name another folder; to add a brief:\n"
            f"  practicum new brief NAME --course {root}"
        )
    else:
        said = (
            f"[green]{root}[/]: a new course: {escape(report.title)}\n{briefs}\n"
            "put your people into course/roster.yml, then:\n"
            f"  cd {root}\n  practicum check\n  practicum publish {escape(report.briefs[0])}"
        )
    console.print(said, soft_wrap=True)
