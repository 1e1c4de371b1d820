"""practicum hub."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table

from practicum.cli.output import console, course_option, show_progress
from practicum.cli.saying import say
from practicum.course import Course
from practicum.errors import NotReady

if TYPE_CHECKING:
    from practicum.hub import Plan

__all__ = ["command"]

VERBOSE = click.option(
    "--verbose", is_flag=True, help="Show the hub's log here, instead of writing it to a file."
)


@click.group()
def command() -> None:
    """Run the course on a JupyterHub.

    What the hub is like is told by the section hub of course.yml.

    \b
    Example:
      practicum hub start
      practicum hub demo build/hub --from .
    """


@command.command()
@course_option
@VERBOSE
def start(course: Course, verbose: bool) -> int:
    """Start the course's hub, and run it until it is stopped (Ctrl+C).

    What `practicum doctor` finds is looked at first. State and log lie in course/work/hub/.
    """
    return _start(course, verbose=verbose)


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    default=".",
    type=click.Path(path_type=Path),
    help="A checkout of practicum with the sample briefs (default: here).",
)
@click.option(
    "--port",
    type=click.IntRange(1024, 65_000),
    default=8000,
    show_default=True,
    help="Where the hub is found; others follow from it.",
)
@VERBOSE
def demo(folder: Path, source: Path, port: int, verbose: bool) -> int:
    """Make a sample course in FOLDER, publish its briefs and start its hub.

    Stopped and run again, it goes on: the people, their work and their marks are still there.
    """
    from practicum.hub.demo import lay_hub_course  # noqa: PLC0415 (keeps --help quick)
    from practicum.publish import publish  # noqa: PLC0415 (as above)

    course = lay_hub_course(folder, source, port=port)
    with show_progress() as progress:
        for brief in course.brief_names:
            publication = publish(course, brief, progress=progress)
            say(f"{brief}: {'published already' if publication.unchanged else 'published'}")
    return _start(course, verbose=verbose)


def _start(course: Course, *, verbose: bool) -> int:
    from practicum.cli.doctor import show_symptoms  # noqa: PLC0415 (keeps --help quick)
    from practicum.doctor import examine  # noqa: PLC0415 (as above)
    from practicum.hub import plan_of, start  # noqa: PLC0415 (as above)

    plan_of(course)  # no hub section: that is all there is to say
    # A port may still be held by a hub that is just ending: starting waits for it.
    symptoms = [one for one in examine(course) if one.about not in {"ports", "hub"}]
    show_symptoms(tuple(one for one in symptoms if one.state != "ok"))
    failed = [one.about for one in symptoms if one.state == "fail"]
    if failed:
        message = f"the hub is not started: {', '.join(failed)}: see above what to do"
        raise NotReady(message, failed)
    console.print("The hub starts ...")
    return start(course, verbose=verbose, ready=_tell)


def _tell(plan: Plan) -> None:
    """Say who can log in, how, and where they land."""
    from practicum.hosting import DEMO_AUTHENTICATOR  # noqa: PLC0415 (keeps --help quick)
    from practicum.hub import REVIEW_SERVICE  # noqa: PLC0415 (as above)
    from practicum.hub.state import read_secrets  # noqa: PLC0415 (as above)

    table = Table(box=SIMPLE_HEAD, padding=(0, 1))
    for name in ("log in as", "name", "is"):
        table.add_column(name, no_wrap=True)
    for row in _people(plan):
        table.add_row(*row)
    say(f"\nThe hub of {plan.course.settings.title!r} answers. Log in at {plan.public}")
    console.print(table)
    services = f"{plan.public}services/"
    say(f"Instructors find the course at {services}{plan.course.id}/lab")
    say(f"                 formgrader at {services}{plan.course.id}/formgrader")
    say("Students find a server of their own; reviewers, who have none,")
    say(f"              the review room at {services}{REVIEW_SERVICE}/\n")
    if plan.hosting.authenticator == DEMO_AUTHENTICATOR:
        secrets = read_secrets(plan)
        say(f"Password of everybody: {secrets.password}")
        if secrets.admin_password:
            say(f"Password of {', '.join(plan.hosting.admins)}: {secrets.admin_password}")
        say("Use one browser profile (or private window) for each person.")
    say(f"Log: {plan.state / 'logs' / 'hub.log'}\nStop with Ctrl+C.")


def _people(plan: Plan) -> list[tuple[str, str, str]]:
    roster = plan.course.roster
    rows = [(one.id, one.name, "instructor") for one in roster.instructors]
    shown = roster.students[:_FEW]
    rows += [(one.id, one.name, "student") for one in shown]
    if len(shown) < len(roster.students):
        rows.append(("...", f"{len(roster.students) - len(shown)} more", "student"))
    rows += [(one.id, one.name, f"reviewer, {one.employer}") for one in roster.reviewers]
    return rows + [(name, "", "admin of the hub") for name in plan.hosting.admins]


_FEW = 6
"""Enough students to try the course with; a real roster would fill the screen."""
