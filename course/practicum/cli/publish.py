"""practicum publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from practicum.cli.output import console, course_option, json_option, print_json, show_progress

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["command"]


@click.command()
@click.argument("briefs", nargs=-1, metavar="[BRIEF]...")
@click.option("--again", is_flag=True, help="Publish even what has not changed.")
@course_option
@json_option
def command(course: Course, briefs: tuple[str, ...], *, again: bool, as_json: bool) -> int:
    """Prove a brief and release it to students.

    Without a name, all briefs of the course are published. Each proof runs something and
    reports a figure; if one does not hold, nothing changes.

    \b
    Example:
      practicum publish first-steps
    """
    from practicum.publish import publish  # noqa: PLC0415 (keeps --help quick)

    for brief in briefs or course.brief_names:
        with show_progress(quiet=as_json) as progress:
            publication = publish(course, brief, again=again, progress=progress)
        if as_json:
            print_json(publication)
            continue
        state = "is published already, unchanged" if publication.unchanged else "is published"
        console.print(f"[bold]{brief}[/] {state}.")
        for proof in publication.proofs:
            console.print(f"  [green]holds[/]  {proof.name}: {proof.figure}")
        for cell, points in publication.points.items():
            console.print(f"  [dim]points[/] {cell}: {points:g}")
        if not publication.unchanged:
            share = course.policies.employer_share
            console.print(
                f"  The employer's criteria make up {share:.0%} of the mark. "
                f"Next: students fetch it; then `practicum collect {brief}`."
            )
    return 0
