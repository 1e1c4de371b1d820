"""practicum room invite, and revoke."""

from __future__ import annotations

import click

from practicum.cli.output import course_option, json_option, print_json
from practicum.cli.saying import say, some
from practicum.course import Course
from practicum.errors import BadInput, UnknownName

__all__ = ["invite", "revoke"]


@click.command()
@click.argument("brief")
@click.argument("reviewers", nargs=-1, metavar="[REVIEWER]...")
@click.option("--all", "everybody", is_flag=True, help="All reviewers of the brief.")
@click.option("--days", type=click.IntRange(1, 180), default=30, help="How long it is valid.")
@click.option(
    "--address",
    help="Where the room is reached (default: on the course's hub, or else on this machine).",
)
@course_option
@json_option
def invite(  # noqa: PLR0913 (click hands over every option)
    course: Course,
    brief: str,
    reviewers: tuple[str, ...],
    days: int,
    address: str | None,
    *,
    everybody: bool,
    as_json: bool,
) -> int:
    """Make a link by which each REVIEWER gets into the room of BRIEF, once.

    The links are shown here and cannot be looked up later; of each only a digest is kept.
    """
    course.brief(brief)
    known = [person.id for person in course.roster.reviewers_of(brief)]
    if everybody == bool(reviewers):
        message = f"say whom to invite: practicum room invite {brief} REVIEWER, or --all"
        raise BadInput(message)
    wanted = tuple(known) if everybody else tuple(dict.fromkeys(reviewers))
    for reviewer in wanted:
        if reviewer not in known:
            raise UnknownName("reviewer", reviewer, known)
    if not wanted:
        message = f"{brief}: the roster has no reviewers for it: add them under `reviewers:`"
        raise BadInput(message)
    if address is not None and not address.startswith(("http://", "https://")):
        message = f"{address!r} is no address: it begins with https:// (or http:// on this machine)"
        raise BadInput(message)
    from practicum.review import invitation  # noqa: PLC0415 (keeps --help quick)

    links = {
        reviewer: invitation(course, brief, reviewer, days=days, address=address)
        for reviewer in wanted
    }
    if as_json:
        found = [
            {"brief": brief, "reviewer": reviewer, "link": link, "days": days}
            for reviewer, link in links.items()
        ]
        print_json(found)
        return 0
    for reviewer, link in links.items():
        say(f"Send this to {reviewer}; it works once, within {some(days, 'day')}:\n{link}")
    return 0


@click.command()
@click.argument("brief")
@click.argument("reviewer")
@course_option
@json_option
def revoke(course: Course, brief: str, reviewer: str, *, as_json: bool) -> int:
    """End all links of REVIEWER for BRIEF, also where somebody is logged in by one."""
    course.brief(brief)
    from practicum.records import Records  # noqa: PLC0415 (keeps --help quick)

    with Records(course.records_url) as records:
        ended = records.revoke(brief, reviewer)
    if as_json:
        print_json({"brief": brief, "reviewer": reviewer, "ended": ended})
    else:
        say(f"{reviewer}: {some(ended, 'link')} ended. What was written is kept.")
    return 0
