"""practicum room apply."""

from __future__ import annotations

import click

from practicum.cli.output import course_option, json_option, print_json, show_progress
from practicum.cli.saying import say, some
from practicum.course import Course

__all__ = ["apply"]


@click.command()
@click.argument("brief")
@course_option
@json_option
def apply(course: Course, brief: str, *, as_json: bool) -> int:
    """Bring the marks of BRIEF up to date with what reviewers have submitted."""
    course.brief(brief)
    from practicum.review import apply_from_room  # noqa: PLC0415 (keeps --help quick)

    with show_progress(quiet=as_json) as progress:
        report = apply_from_room(course, brief, progress=progress)
    if as_json:
        print_json(report)
        return 0
    say(
        f"{brief}: {some(report.changed, 'mark')} changed, {report.unchanged} as before, "
        f"{some(len(report.pending), 'case')} for an instructor."
    )
    if report.pending:
        say(f"Next: `practicum moderate {brief}`.")
    return 0
