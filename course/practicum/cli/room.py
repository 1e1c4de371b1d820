"""practicum room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from practicum.cli.output import course_option, json_option, print_json, show_progress
from practicum.cli.saying import say, some
from practicum.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from practicum.course import Course
    from practicum.room import Serving

__all__ = ["command"]

ADDRESS = "http://127.0.0.1:8870/"


@click.group()
def command() -> None:
    """Let employers' reviewers judge submissions on a page of their own.

    Make a link for each reviewer, serve the room while they work, and take what they said
    into the gradebook.

    \b
    Example:
      practicum room invite first-steps rita
      practicum room serve first-steps
      practicum room apply first-steps
    """


@command.command()
@click.argument("brief")
@click.argument("reviewer")
@click.option("--days", type=click.IntRange(1, 180), default=30, help="How long it is valid.")
@click.option("--address", default=ADDRESS, help="Where the room is reached.", show_default=True)
@course_option
@json_option
def invite(  # noqa: PLR0913 (click hands over every option)
    course: Course, brief: str, reviewer: str, days: int, address: str, *, as_json: bool
) -> int:
    """Make a link by which REVIEWER gets into the room of BRIEF, once.

    The link is shown here and cannot be looked up later; of it only a digest is kept.
    """
    _check_reviewer(course, brief, reviewer)
    if not address.startswith(("http://", "https://")):
        message = f"{address!r} is no address: it begins with https:// (or http:// on this machine)"
        raise BadInput(message)
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)

    with Records(course.records_url) as records:
        secret = records.invite(brief, reviewer, timedelta(days=days))
    link = f"{address.rstrip('/')}/invite/{secret}"
    if as_json:
        print_json({"brief": brief, "reviewer": reviewer, "link": link, "days": days})
    else:
        say(f"Send this to {reviewer}; it works once, within {some(days, 'day')}:\n{link}")
    return 0


@command.command()
@click.argument("brief")
@click.argument("reviewer")
@course_option
@json_option
def revoke(course: Course, brief: str, reviewer: str, *, as_json: bool) -> int:
    """End all links of REVIEWER for BRIEF, also where somebody is logged in by one."""
    course.brief(brief)
    from practicum.records import Records  # noqa: PLC0415 (as above)

    with Records(course.records_url) as records:
        ended = records.revoke(brief, reviewer)
    if as_json:
        print_json({"brief": brief, "reviewer": reviewer, "ended": ended})
    else:
        say(f"{reviewer}: {some(ended, 'link')} ended. What was written is kept.")
    return 0


@command.command()
@click.argument("brief")
@click.option("--port", type=click.IntRange(0, 65535), default=8870, show_default=True)
@click.option("--host", default="127.0.0.1", help="The address to listen at.", show_default=True)
@click.option("--base", default="/", help="The prefix of addresses behind a proxy.")
@click.option("--https", "secure", is_flag=True, help="A proxy in front of it speaks https.")
@click.option("--notebook", type=click.Path(path_type=Path), help="The page around the form.")
@course_option
def serve(  # noqa: PLR0913, PLR0917 (click hands over every option)
    course: Course,
    brief: str,
    port: int,
    host: str,
    base: str,
    secure: bool,
    notebook: Path | None,
) -> int:
    """Serve the room of BRIEF until it is interrupted (Ctrl+C).

    The pages of the graded submissions are made first; nothing of a student's runs. Behind a
    proxy with https, give --https, and --base if the proxy gives the room a prefix.
    """
    if not (base.startswith("/") and base.endswith("/")):
        message = f"{base!r}: a prefix begins and ends with a slash, such as /review/"
        raise BadInput(message)
    from practicum.room import serve as serve_room  # noqa: PLC0415 (as above)

    def tell(serving: Serving) -> None:
        say(
            f"{some(serving.submissions, 'submission')} of {serving.brief} at {serving.address} "
            "Stop with Ctrl+C."
        )

    with show_progress() as progress:
        serve_room(
            course,
            brief,
            port=port,
            host=host,
            base=base,
            secure=secure,
            notebook=notebook,
            progress=progress,
            ready=tell,
        )
    return 0


@command.command()
@click.argument("brief")
@course_option
@json_option
def status(course: Course, brief: str, *, as_json: bool) -> int:
    """Show for each reviewer of BRIEF what is done, the median time, and the link's state."""
    from practicum.records import Records  # noqa: PLC0415 (as above)
    from practicum.review.progress import reviewers_progress  # noqa: PLC0415 (as above)

    with Records(course.records_url) as records:
        lines = reviewers_progress(course, brief, records, datetime.now(UTC))
    if as_json:
        print_json(lines)
        return 0
    for line in lines:
        minutes = f", median {line.minutes:g} min" if line.minutes is not None else ""
        say(f"{line.name} ({line.reviewer}): {line.done} submitted, {line.begun} begun{minutes}")
        say(f"  link: {line.link}")
        for note in line.notes:
            say(f"  {note.code}, note to you: {' '.join(note.words.split())}")
    if not lines:
        say(f"{brief}: the roster has no reviewers for it.")
    return 0


@command.command()
@click.argument("brief")
@course_option
@json_option
def apply(course: Course, brief: str, *, as_json: bool) -> int:
    """Bring the marks of BRIEF up to date with what reviewers have submitted."""
    course.brief(brief)
    from practicum.review import apply_from_room  # noqa: PLC0415 (as above)

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


def _check_reviewer(course: Course, brief: str, reviewer: str) -> None:
    course.brief(brief)
    known = [person.id for person in course.roster.reviewers_of(brief)]
    if reviewer not in known:
        raise UnknownName("reviewer", reviewer, known)
